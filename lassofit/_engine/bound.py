"""The residual-basis bound: what the passes over X that were paid for say about residuals that were not priced.

Let q_1, ..., q_m be orthonormal in the s metric and span the residuals at which a full pass was made, and C_ji =
<x_j, q_i>, known from those passes by linearity. For a new residual r with a_i = <q_i, r>,

    |<x_j, r> - C_j . a| <= sqrt(|x_j|^2 - |C_j|^2) |r - sum_i a_i q_i|

by Cauchy and Schwarz in the complement of the q_i. Along a path the residual is piecewise linear in alpha, so the
right-hand side is small, and most columns are certified inactive without a look at them.

Rounding counts too. A pass at r_k is off by a noise e_j |r_k|; so, with r = sum_k b_k r_k + ..., is C_j . a by
e_j sum_k |b_k| |r_k|, which is more where the r_k are nearly dependent. Left out, it broke the bound by 1e-13 |x_j||r|.
"""

import numpy as np

from .kernels.screening import doubtful, project

_MOST = 32  # vectors
_SHARE = 10  # of X's memory, one part in so many, or
_FLOOR = 1 << 24  # bytes: 38 x 7000, which has room for 3 vectors else, took 65 full passes for 100 alphas, and now 7
_SPANNED = 1e-3  # of |r|: what lies nearer to the basis adds rounding, and little else
_EPS = np.finfo(np.float64).eps


class ResidualBasis:
    """Orthonormal vectors, the columns' correlations with them, and what is left of the columns beside them."""

    def __init__(self, problem, slack):
        self.noise = slack / problem.y_norm
        self.room = max(2, min(_MOST, max(problem.n // _SHARE, _FLOOR // (8 * problem.p))))
        self.vectors = np.zeros((0, problem.n))  # sqrt(s) q_i
        self._rows = np.empty((2, problem.p))  # C_j of every vector in use, and some to come
        self.passes = np.zeros((self.room, self.room))  # b_k |r_k| of q_i in column i
        self.norm2 = problem.norm2
        self.left2 = problem.norm2.copy()
        self._doubtful = np.empty(problem.p, dtype=np.int64)
        self._measure()

    @property
    def correlations(self):
        """C, by rows: one a vector."""
        return self._rows[: len(self.vectors)]

    @property
    def arrays(self):
        """What the kernels take of it."""
        return self.vectors, self._rows, self.passes, self.left, self.noise

    @property
    def full(self):
        """Whether there is no room for another vector."""
        return len(self.vectors) == self.room

    def add(self, weighted, c):
        """Take in a residual, as ``sqrt(s) * r``, and its exact correlations c."""
        if self.full:
            return
        a, beside = np.empty(len(self.vectors)), np.empty(len(weighted))
        project(self.vectors, weighted, a, beside)
        size, length = np.sqrt(beside @ beside), np.sqrt(weighted @ weighted)
        if size <= _SPANNED * length:
            return
        m = len(self.vectors)
        row = (c - a @ self.correlations) / size
        if m == len(self._rows):
            self._rows = np.vstack([self._rows, np.empty((min(m, self.room - m), len(c)))])
        self._rows[m] = row
        self.vectors = np.vstack([self.vectors, beside / size])
        self.passes[:m, m] = -self.passes[:m, :m] @ a / size
        self.passes[m, m] = length / size
        self.left2 -= row**2
        self._measure()

    def _measure(self):
        """Note the distance of every column from the span, with room for the rounding of the difference."""
        spread = np.linalg.norm(np.abs(self.passes).sum(axis=0))
        rounding = 64 * _EPS * self.norm2 + 2.0 * spread * np.sqrt(self.norm2) * self.noise
        self.left = np.sqrt(np.maximum(self.left2, 0.0) + rounding)

    def doubtful(self, weighted, unit, alpha, known):
        """Return the columns, of those not ``known``, that the bound does not prove to be satisfied at alpha."""
        count = doubtful(weighted, self.arrays, tuple(unit), alpha, known, self._doubtful)
        return self._doubtful[:count].copy()
