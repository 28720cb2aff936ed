"""The residual-basis bound: what the passes over X that were paid for say about residuals that were not priced.

Let q_1, ..., q_m be orthonormal in the s metric and span the residuals at which a full pass was made, and C_ji =
<x_j, q_i>, known from those passes by linearity. For a new residual r with a_i = <q_i, r>,

    |<x_j, r> - C_j . a| <= sqrt(|x_j|^2 - |C_j|^2) |r - sum_i a_i q_i|

by Cauchy and Schwarz in the complement of the q_i. Along a path the residual is piecewise linear in alpha, so the
right-hand side is small, and most columns are certified inactive without a look at them.
"""

import numpy as np

from .kernels.screening import ambiguous

_MOST = 32  # vectors
_SHARE = 10  # of X's memory, one part in so many
_SPANNED = 1e-3  # of |r|: what lies nearer to the basis adds rounding, and little else
_EPS = np.finfo(np.float64).eps


class ResidualBasis:
    """Orthonormal vectors, the columns' correlations with them, and what is left of the columns beside them."""

    def __init__(self, problem, slack):
        self.slack = slack
        room = max(2, min(_MOST, problem.n // _SHARE))
        self.vectors = np.zeros((0, problem.n))  # sqrt(s) q_i
        self.correlations = np.zeros((problem.p, room))  # C; vectors that are not there yet have zeros
        self.norm2 = problem.norm2
        self.left2 = problem.norm2.copy()
        self._doubtful = np.empty(problem.p, dtype=np.int64)
        self._measure()

    @property
    def full(self):
        """Whether there is no room for another vector."""
        return len(self.vectors) == self.correlations.shape[1]

    def add(self, weighted, c):
        """Take in a residual, as ``sqrt(s) * r``, and its exact correlations c."""
        if self.full:
            return
        a, beside = self.project(weighted)
        size = np.sqrt(beside @ beside)
        if size <= _SPANNED * np.sqrt(weighted @ weighted):
            return
        m = len(self.vectors)
        column = (c - self.correlations[:, :m] @ a) / size
        self.vectors = np.vstack([self.vectors, beside / size])
        self.correlations[:, m] = column
        self.left2 -= column**2
        self._measure()

    def _measure(self):
        """Note the distance of every column from the span, with room for the rounding of the difference."""
        self.left = np.sqrt(np.maximum(self.left2, 0.0) + 64 * _EPS * self.norm2)

    def project(self, weighted):
        """Return the coordinates of a weighted residual in the basis, and what lies beside it; twice, for rounding."""
        a = self.vectors @ weighted
        beside = weighted - a @ self.vectors
        again = self.vectors @ beside
        return a + again, beside - again @ self.vectors

    def doubtful(self, weighted, penalty, known):
        """Return the columns, of those not ``known``, that the bound does not prove to be satisfied."""
        a, beside = self.project(weighted)
        radius = np.sqrt(beside @ beside) + 1e-12 * np.sqrt(weighted @ weighted)
        lines = self.correlations  # a row per column
        coordinates = np.zeros(lines.shape[1])
        coordinates[: len(a)] = a
        count = ambiguous(
            lines, coordinates, radius, self.left, penalty.l1, penalty.lo, penalty.hi, known, self._doubtful
        )
        return self._doubtful[:count].copy()
