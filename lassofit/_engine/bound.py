"""The residual-basis bound: what the passes over X that were paid for say about residuals that were not priced.

Let q_1, ..., q_m be orthonormal in the s metric and span the residuals at which a full pass was made, and C_ji =
<x_j, q_i>, known from those passes by linearity. For a new residual r with a_i = <q_i, r>,

    |<x_j, r> - C_j . a| <= sqrt(|x_j|^2 - |C_j|^2) |r - sum_i a_i q_i|

by Cauchy and Schwarz in the complement of the q_i. Along a path the residual is piecewise linear in alpha, so the
right-hand side is small, and most columns are certified inactive without a look at them.

Rounding counts too. A pass at r_k is off by a noise e_j |r_k|; so, with r = sum_k b_k r_k + ..., is C_j . a by
e_j sum_k |b_k| |r_k|, which is more where the r_k are nearly dependent. Left out, it broke the bound by 1e-13 |x_j||r|.
"""

import math

import numpy as np

from .kernels.screening import doubtful, estimate, extend, measure, project

_MOST = 32  # vectors
_SHARE = 10  # of X's memory, one part in so many, or
_FLOOR = 1 << 24  # bytes: 38 x 7000, which has room for 3 vectors else, took 65 full passes for 100 alphas, and now 7
_SPANNED = 1e-3  # of |r|: what lies nearer to the basis adds rounding, and little else


class ResidualBasis:
    """Orthonormal vectors, the columns' correlations with them, and what is left of the columns beside them."""

    def __init__(self, problem, slack):
        self.noise = slack / problem.y_norm
        self.room = max(2, min(_MOST, max(problem.n // _SHARE, _FLOOR // (8 * problem.p))))
        self.used = 0
        # Of every vector in use, and some to come: C_j, and sqrt(s) q_i.
        self._held = np.empty((2, problem.p)), np.empty((2, problem.n))
        self.passes = np.zeros((self.room, self.room))  # b_k |r_k| of q_i in column i
        self.norm2 = problem.norm2
        self.left = np.full(problem.p, np.inf)  # without a vector, nothing is known

    @property
    def correlations(self):
        """C, by rows: one a vector."""
        return self._held[0][: self.used]

    @property
    def vectors(self):
        """sqrt(s) q_i, likewise."""
        return self._held[1][: self.used]

    @property
    def arrays(self):
        """What the kernels take of it."""
        return self.vectors, self._held[0], self.passes, self.left, self.noise

    @property
    def full(self):
        """Whether there is no room for another vector."""
        return self.used == self.room

    def add(self, weighted, c):
        """Take in a residual, as ``sqrt(s) * r``, and its exact correlations c."""
        if self.full:
            return
        m, a = self.used, np.empty(self.used)
        if m == len(self._held[0]):
            more = min(m, self.room - m)
            self._held = tuple(np.vstack([held, np.empty((more, held.shape[1]))]) for held in self._held)
        beside = self._held[1][m]
        project(self.vectors, weighted, a, beside)
        size, length = math.sqrt(beside @ beside), math.sqrt(weighted @ weighted)
        if size <= _SPANNED * length:
            return
        beside /= size
        self.passes[:m, m] = -self.passes[:m, :m] @ a / size
        self.passes[m, m] = length / size
        spread = float(np.linalg.norm(np.abs(self.passes).sum(axis=0)))
        extend(c, a, self._held[0], size, self.norm2, self.noise, spread, self.left)
        self.used += 1

    def place(self, weighted):
        """Return where a residual lies, for the bounds: see ``screening.measure``."""
        a = np.empty(self.used)
        return a, *measure(weighted, self.arrays, a)

    def doubtful(self, place, unit, alpha, known):
        """Return the columns, of those not ``known``, that the bound does not prove to be satisfied at alpha."""
        which = np.empty(len(known), dtype=np.int64)
        return which[: doubtful(place, self.arrays, tuple(unit), alpha, known, len(known), which)]

    def estimate(self, place, unit, certain):
        """Return the correlations as the basis has them: see ``screening.estimate``."""
        c = np.empty(len(self.norm2))
        estimate(place, self.arrays, tuple(unit), certain, c)
        return c
