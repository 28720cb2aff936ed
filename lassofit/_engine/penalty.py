"""Per-column penalties and bounds, and how alpha, l1_ratio, factors and standardize make them."""

from typing import NamedTuple

import numpy as np


class Penalty(NamedTuple):
    """Per-column penalties and bounds, float64 arrays; a column out of the problem has bounds (0, 0)."""

    l1: np.ndarray
    l2: np.ndarray
    lo: np.ndarray
    hi: np.ndarray

    def at(self, which):
        """Return the penalty of the columns in ``which``."""
        return Penalty(self.l1[which], self.l2[which], self.lo[which], self.hi[which])

    def value(self, w):
        """Return the penalty's value at w."""
        return float(self.l1 @ np.abs(w) + 0.5 * (self.l2 @ w**2))

    def free(self, w):
        """Return the mask of F: unpenalised columns strictly inside their bounds."""
        return (self.l1 == 0) & (self.l2 == 0) & (self.lo < w) & (w < self.hi)

    def scaled(self, ratio):
        """Return the penalty of ``ratio * alpha``."""
        return Penalty(self.l1 * ratio, self.l2 * ratio, self.lo, self.hi)


def build_penalty(problem, alpha, l1_ratio, factor, lower, upper, standardize):
    """Return the Penalty of the problem.

    ``l1_j = alpha rho f_j sd_j`` and ``l2_j = alpha (1 - rho) f_j sd_j^2``: X stays as it is, and coefficients stay on
    its scale. Columns with an infinite factor, bounds (0, 0) or no variation are out of the problem.
    """
    factor = np.ones(problem.p) if factor is None else factor
    out = np.isinf(factor) | (problem.norm2 == 0.0)
    sd = np.ones(problem.p)
    if standardize:
        sd = np.sqrt(problem.variance)
        out |= sd == 0.0
    weight = alpha * np.where(out, 0.0, factor) * sd
    lower, upper = (np.where(out, 0.0, bound) for bound in (lower, upper))
    return Penalty(weight * l1_ratio, weight * sd * (1.0 - l1_ratio), lower, upper)
