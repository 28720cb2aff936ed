"""Coordinate descent with X, residual and products in single precision: its state, and its leaps.

The last iterates are extrapolated, as ``inner`` does it. Here their residuals are kept too, so that of the point leapt
to costs next to nothing; made anew, it would take as long as a sweep.
"""

import math
from collections import deque

import numpy as np

from .duality import certify_point
from .inner import DEPTH, PARTS, extrapolated, part_way
from .kernels.single import correlate_single, residual_single, sweep_single
from .lines import read_only
from .penalty import Penalty
from .products import blocks

TURN = DEPTH  # sweeps from one leap to the next, every third of them over all columns: .94 of the time
_ALL = 3  # (mean of 48 made fits; worst 1.03), as others seldom become active in between
_STEADY = 100.0  # the weights' sizes, in all: with more, the residual of an extrapolation is made anew
_ROUNDS = 1e-7  # float32's, about: the gaps at which 5000 x 500 and 2000 x 2000 stall are half and twice what it says
_BATCH = 128  # rows at a time, where X has to be transposed


class Single:
    """The columns that may move, centred and weighted and then rounded; coefficients are over the target's norm.

    X in single precision that may do so stays as it is, and its means go into the algebra: the residual is
    ``v + offset`` then, and its products with the columns are to be multiplied by ``level``.
    """

    def __init__(self, problem, penalty, w):
        self.problem, self.penalty = problem, penalty
        self.which = np.flatnonzero(penalty.lo < penalty.hi)
        self.every = np.arange(len(self.which))
        root, scale = np.sqrt(problem.s), problem.y_norm
        by_columns = problem.lines is not None and len(self.which) == problem.p
        self.in_place = by_columns and problem.lies_in_place(np.float32)
        self.lines, self.level, self.mean = problem.lines, problem.weights, problem.mean
        if not self.in_place:
            self.lines, self.level = read_only(_lines(problem, self.which, root)), 1.0
            self.mean = read_only(np.zeros(len(self.which)))
        self.target = ((problem.y if self.in_place else root * problem.y) / scale).astype(np.float32)
        l1, l2, lo, hi = penalty.at(self.which)
        self.scaled = Penalty(l1 / scale, l2, lo / scale, hi / scale)
        self.means = self.lines, self.level, self.mean
        self.terms = 1.0 / problem.norm2[self.which], *self.scaled
        self.w = w[self.which] / scale
        self.v = self._residual(self.w)
        self.offset = self.mean @ self.w
        self.trail = deque([(self.w.copy(), self.v.copy())], maxlen=DEPTH + 1)
        self.unbounded = bool(np.isinf(lo).all() and np.isinf(hi).all())

    def _residual(self, w):
        v = np.empty_like(self.target)
        residual_single(self.lines, self.target, w, v)
        return v

    def take(self, r):
        """Go on from the residual of the coefficients, made anew in double."""
        scale = self.problem.y_norm
        self.offset = self.mean @ self.w
        v = r / scale - self.offset if self.in_place else np.sqrt(self.problem.s) * r / scale
        before, self.v = self.v, v.astype(np.float32)
        for _, residual in self.trail:
            residual += self.v - before

    def turn(self, sweeps=TURN):
        """Run some sweeps, three of five over the columns that are active by then."""
        for k in range(sweeps):
            rows = self.every if k % _ALL == 0 else np.flatnonzero(self.w)
            self.offset = sweep_single(*self.means, self.offset, rows, self.w, self.v, *self.terms)
            self.trail.append((self.w.copy(), self.v.copy()))

    def leap(self, blindly=False):
        """Extrapolate the last iterates, as far as that lowers the objective: ``blindly``, where none can tell."""
        if len(self.trail) <= DEPTH:
            return
        iterates, residuals = zip(*self.trail, strict=True)
        found = extrapolated(iterates, self.scaled)
        if found is None:
            return
        w, weights = found
        if self.unbounded and np.abs(weights).sum() <= _STEADY:
            goal = (weights @ np.array(residuals[1:])).astype(np.float32)
        else:
            goal = self._residual(w)
        moved, value = goal - self.v, self._objective(self.w, self.v)
        for part in PARTS:
            point, v = part_way(self.w, w, part), self.v + np.float32(part) * moved
            if blindly or self._objective(point, v) < value:
                self.w, self.v, self.offset = point, v, self.mean @ point
                self.trail.clear()
                self.trail.append((point.copy(), v.copy()))
                return

    def _objective(self, w, v):
        return 0.5 * self._square(v, self.mean @ w) + self.scaled.value(w)

    def _square(self, v, offset):
        v = v.astype(np.float64)
        if self.in_place:
            v += offset
        return self.level * float(v @ v)

    def gap(self, slack):
        """Return the gap, as far as single precision tells."""
        problem, own, c = self.problem, np.empty(len(self.which)), np.zeros(self.problem.p)
        correlate_single(self.lines, self.v, own)
        own += len(self.v) * self.offset * self.mean
        c[self.which] = self.level * problem.y_norm * own
        v2, nothing = problem.y_norm**2 * self._square(self.v, self.offset), np.zeros(problem.p, dtype=bool)
        return certify_point(problem, self.penalty, self.coefficients(), c, v2, nothing, slack).gap

    def floor(self):
        """Return about the gap that its rounding leaves: each update of the residual adds some to all products."""
        size = float(np.abs(self.w) @ np.sqrt(self.problem.norm2[self.which]))
        left = math.sqrt(TURN * np.count_nonzero(self.w) / len(self.v) * self._square(self.v, self.offset))
        return _ROUNDS * size * left * self.problem.y_norm**2

    def coefficients(self):
        """Return the coefficients of all columns; those at a bound are that bound, to the last digit."""
        w, lo, hi = np.zeros(self.problem.p), self.penalty.lo[self.which], self.penalty.hi[self.which]
        own = np.clip(self.problem.y_norm * self.w, lo, hi)
        w[self.which] = np.where(self.w >= self.scaled.hi, hi, np.where(self.w <= self.scaled.lo, lo, own))
        return w


def _lines(problem, which, root):
    """Return the columns in ``which``, centred and weighted, as rows."""
    lines, mean = np.empty((len(which), problem.n), dtype=np.float32), problem.mean[which]
    if problem.lines is not None:
        problem.gather(which, mean, root, 0, lines)
        return lines
    every = len(which) == problem.p
    for rows in blocks(problem.n, _BATCH):  # in cache
        part = (problem.X[rows] if every else problem.X[rows, which]) - mean
        part *= root[rows, None]
        lines[:, rows] = part.T
    return lines
