"""Per-column penalties and bounds, and how alpha, l1_ratio, factors and standardize make them."""

from typing import NamedTuple

import numpy as np

# Of the largest standard deviation over the least: a column that is as good as the best one but that much smaller first
# enters where a grid of default length ends.
_UNLIKE = 1e3


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
        return float(self.l1 @ np.abs(w) + 0.5 * ((self.l2 * w) @ w))

    def free(self, w):
        """Return the mask of F: unpenalised columns strictly inside their bounds."""
        return (self.l1 == 0) & (self.l2 == 0) & (self.lo < w) & (w < self.hi)

    def times(self, ratio):
        """Return the penalty of ``ratio * alpha``, which is known to be finite."""
        return Penalty(self.l1 * ratio, self.l2 * ratio, self.lo, self.hi)

    def scaled(self, ratio):
        """Return the penalty of ``ratio * alpha``, or raise a ValueError where it overflows."""
        with np.errstate(over="ignore"):
            return _finite(self.times(ratio), ratio)


def build_penalty(problem, alpha, l1_ratio, factor, lower, upper, standardize):
    """Return the Penalty of the problem.

    ``l1_j = alpha rho f_j sd_j`` and ``l2_j = alpha (1 - rho) f_j sd_j^2``: X stays as it is, and coefficients stay on
    its scale. Columns with an infinite factor, bounds (0, 0) or no variation are out of the problem.
    """
    sd, spread = (np.sqrt(problem.variance), problem.variance) if standardize else (1.0, problem.norm2)
    kept = spread > 0.0
    if factor is None:
        factor = 1.0
    else:
        kept &= factor < np.inf
    if not kept.all():
        factor, lower, upper = (np.where(kept, value, 0.0) for value in (factor, lower, upper))
    penalty = Penalty(*np.empty((4, problem.p)))
    penalty.lo[:], penalty.hi[:] = lower, upper
    if isinstance(factor, float) and isinstance(sd, float):
        penalty.l1[:], penalty.l2[:] = alpha * l1_ratio, alpha * (1.0 - l1_ratio)
        return penalty
    with np.errstate(over="ignore", invalid="ignore"):  # inf * (1 - l1_ratio) is nan for the lasso
        weight = alpha * factor * sd
        penalty.l1[:], penalty.l2[:] = weight * l1_ratio, weight * (1.0 - l1_ratio) * sd
    return _finite(penalty, alpha)


def _finite(penalty, alpha):
    """Return the penalty, or raise a ValueError where it has overflowed."""
    if penalty.l1.max(initial=0.0) < np.inf and penalty.l2.max(initial=0.0) < np.inf:  # false for NaN
        return penalty
    raise ValueError(
        f"alpha={alpha:g} times penalty_factor, and the features' standard deviations under standardize, is not finite "
        "in float64. Use a smaller alpha or penalty_factor, or rescale X."
    )


def unlike_units(variance):
    """Return a sentence where, without standardize, units alone may keep columns out of the model, else nothing."""
    moving = variance[variance > 0]
    ratio = np.sqrt(moving.max(initial=0.0)) / np.sqrt(moving.min(initial=np.inf))
    if not ratio > _UNLIKE:
        return ""
    return (
        f"The standard deviations of X's columns differ by a factor of {ratio:.2g}, and the penalty weighs the more on "
        "a column the smaller its own is."
    )
