"""Inner solvers: coordinate descent on a working set, on the residual or on a Gram matrix.

Both keep the same promise: from a start (w, r) they return a point whose gap on the working set is at most
``goal``, or stop when the budget of sweeps is spent or rounding leaves nothing to gain. Every ten sweeps the
last iterates are extrapolated (Anderson acceleration; Bertrand and Massias 2021), or a part of the way, where the
objective falls: on ill-conditioned data plain sweeps need up to a hundred times as many.
"""

from collections import deque

import numpy as np

from .duality import FreeBlock, certify, certify_point, squared_residual
from .kernels.certificate import ROUNDING
from .kernels.descent import combine, sweep
from .kernels.gram import gram_sweep

DEPTH = 5  # differences in an extrapolation
# Of an extrapolated step, until one lowers the objective: .7 to 1.1 times as many sweeps as with whole steps alone.
PARTS = 1.0, 0.5, 0.25
_DENSE_FREE = 2 * 10**7  # entries, 160 MB: above this, free columns of sparse X are not made dense for projections
_LEAST = 0.01  # of the square of a step after which the gap was too large: when it is looked at again, at the latest
_STALLS = 3  # checks without progress, at the rounding level, that end a solve


class ResidualState:
    """Sweeps on the residual: a coordinate costs one line_dot and, where it moves, one line_axpy."""

    period = 10

    def __init__(self, sub):
        self.sub = sub
        self.parameters = (sub.step, *sub.penalty)

    def load(self, w, r):
        """Start from w with residual r."""
        self.w = w
        self.v = self.sub.problem.s * r
        self.offset = 0.0

    def sweep(self, order):
        """Run one sweep; return its largest weighted change."""
        lines, s = self.sub.lines, self.sub.problem.weights
        self.offset, largest = sweep(
            lines.lines,
            lines.rows,
            order,
            self.w,
            self.v,
            s,
            self.offset,
            lines.mean,
            *self.parameters,
        )
        return largest

    def jump(self, w):
        """Move to w, or a part of the way, where that lowers the objective."""
        lines, problem = self.sub.lines, self.sub.problem
        step, move, least = w - self.w, np.zeros_like(self.v), self._objective(self.w, self.v, self.offset)
        combine(lines.lines, lines.rows, -step, problem.weights, move)
        shift = float(lines.mean @ step)
        for part in PARTS:
            point = part_way(self.w, w, part), self.v + part * move, self.offset + part * shift
            if self._objective(*point) < least:
                self.w, self.v, self.offset = point
                return

    def _objective(self, w, v, offset):
        square = float(v @ (self.sub.problem.inverse_s * v))
        if self.sub.problem.fit_intercept:
            square -= offset * offset  # sum(v) = -offset
        return 0.5 * square + self.sub.penalty.value(w)


class GramState:
    """Sweeps on the Gram matrix of the working set: a coordinate costs k, whatever n is."""

    period = 100

    def __init__(self, sub, gram):
        self.sub = sub
        self.gram = gram
        self.ones = np.ones(len(sub.which))
        self.parameters = (sub.step, *sub.penalty)

    def load(self, w, r):
        """Start from w with residual r: the correlations are made anew, so the sweeps' rounding does not add up."""
        self.w = w
        self.c = self.sub.correlations(r)

    def sweep(self, order):
        """Run one sweep; return its largest weighted change."""
        return gram_sweep(self.gram, order, self.w, self.c, self.ones, *self.parameters)

    def jump(self, w):
        """Move to w, or a part of the way, where that lowers the objective."""
        value, step = self.sub.penalty.value, w - self.w
        before, move = value(self.w), self.gram @ step
        for part in PARTS:
            point, c = part_way(self.w, w, part), self.c - part * move
            if value(point) - before - 0.5 * part * float((c + self.c) @ step) < 0:
                self.w, self.c = point, c
                return


class Subproblem:
    """The problem restricted to a working set: its columns, penalties, and exact steps in its free block."""

    def __init__(self, problem, penalty, which, slack):
        self.problem = problem
        self.which = which
        self.lines = problem.columns(which)
        self.step = 1.0 / problem.norm2[which]  # columns out of the problem never reach a working set
        self.penalty = penalty.at(which)
        self.slack = slack[which]
        self.order = _order(problem, which)
        self.nothing_free = np.zeros(len(which), dtype=bool)
        self.unpenalised = bool(((self.penalty.l1 == 0) & (self.penalty.l2 == 0)).any())

    def largest(self, w):
        """Return the largest ``|w_j| * ||x_j||_s``."""
        return float(np.max(np.abs(w) / np.sqrt(self.step), initial=0.0))

    def residual(self, w):
        """Return the residual of w, recomputed."""
        return self.problem.residual(self.lines, w)

    def correlations(self, r):
        """Return <x_j, r>."""
        return self.lines.correlate(self.problem.s * r)

    def free(self, w):
        """Return the mask of F at w, and its block where projections are affordable; all False otherwise."""
        if not self.unpenalised:
            return self.nothing_free, None
        free = self.penalty.free(w)
        size = int(free.sum()) * self.problem.n
        if size == 0 or (self.problem.is_sparse and size > _DENSE_FREE):
            return self.nothing_free, None
        which = self.which[free]
        shared, key = self.problem.free_blocks, which.tobytes()
        if key not in shared:
            shared.clear()  # one at a time: they are as large as their columns
            shared[key] = FreeBlock(self.problem, which)
        return free, shared[key]

    def free_step(self, w, r):
        """Minimise exactly over F from w, stopping at the first bound; return w and its residual."""
        free, block = self.free(w)
        if block is None:
            return w, r
        inside, _ = block.project(r)
        change = block.step(inside)
        limit = np.where(change > 0, self.penalty.hi[free], self.penalty.lo[free]) - w[free]
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(change != 0, limit / change, np.inf)
        moved = w.copy()
        moved[free] += min(1.0, float(room.min())) * change
        moved = np.clip(moved, self.penalty.lo, self.penalty.hi)
        return moved, self.residual(moved)

    def certify(self, w, r):
        """Certify w on the working set alone."""
        free, block = self.free(w)
        correlate = self.lines.correlate
        return certify(self.problem, self.penalty, w, r, free, self.slack, correlate, block)


def _order(problem, which):
    """Return the order of updates: of sparse X, in the direction in which columns get longer.

    What moves after a column disturbs its correlation the more, the longer it is, and the largest of these makes the
    gap: on text with words in descending order of frequency it is a seventh after as many sweeps. Not sorted by length:
    sweeps that jump about in X take 1.5 times as long, for a tenth fewer of them.
    """
    order = np.arange(len(which))
    if problem.is_sparse:
        entries, half = problem.X.indptr[which + 1] - problem.X.indptr[which], len(which) // 2
        if entries[:half].sum() > entries[len(which) - half :].sum():
            order = order[::-1].copy()
    return order


class GramSubproblem:
    """The problem on its full Gram matrix: no pass over X, where ``descend``'s residual is the correlations alone.

    For a matrix of centred columns made here, in float64: its rounding is that of a pass over X, so a certificate from
    ``c = X'y - G w`` is as good. Not for one that the user gave, nor for unpenalised columns, which need projections.
    """

    def __init__(self, problem, penalty, which, slack, gram):
        self.problem = problem
        self.which = which
        self.penalty = penalty.at(which)
        self.step = 1.0 / problem.norm2[which]
        self.slack = slack[which]
        self.order = np.arange(len(which))
        self.gram = gram
        self.target = problem.target_correlations()[which]

    largest = Subproblem.largest

    def residual(self, w):
        """Return the correlations <x_j, r>, which stand for the residual."""
        return self.target - self.gram @ w

    def correlations(self, r):
        """Return a copy: the sweeps write to it."""
        return r.copy()

    def free_step(self, w, r):
        """Return w and r: nothing is free."""
        return w, r

    def certify(self, w, r):
        """Certify w on its columns."""
        return _certify_correlations(self.problem, self.penalty, w, r, self.target, self.slack)


def certify_on_gram(problem, penalty, w, c, slack):
    """Certify w from correlations ``c = X'y - G w`` of all columns."""
    return _certify_correlations(problem, penalty, w, c, problem.target_correlations(), slack)


def _certify_correlations(problem, penalty, w, c, target, slack):
    """Certify w without its residual."""
    v2 = squared_residual(problem, w, c, target)
    return certify_point(problem, penalty, w, c, v2, np.zeros(len(w), dtype=bool), slack)


class Progress:
    """Tells a gap that still falls from one that rounding keeps up."""

    def __init__(self):
        self.best = np.inf
        self.stalls = 0

    def stalled(self, certificate):
        """Note a gap; True where it is at the rounding level and has not halved for some checks."""
        self.stalls = 0 if certificate.gap < 0.5 * self.best else self.stalls + 1
        self.best = min(self.best, certificate.gap)
        return certificate.gap <= certificate.floor * ROUNDING and self.stalls >= _STALLS


def descend(sub, w, r, goal, budget, step_tol=None, shuffle=None, gram=None):
    """Solve the subproblem from (w, r); return w, r, the number of sweeps and the certificate on the working set.

    The caller knows that the start does not do: it is certified here only where the free block has moved it.

    ``step_tol``, if any, bounds the last sweep's largest change too, relative to the largest coefficient and both in
    units of the fit, for at most ten times the sweeps that the gap took; ``shuffle`` is a RandomState for
    ``selection='random'``; ``gram`` the working set's Gram matrix, or None.
    """
    state = ResidualState(sub) if gram is None else GramState(sub, gram)
    sweeps, settled, progress = 0, 0.1 * goal / max(1, len(w)), Progress()
    largest, started = 0.0, w
    w, r = sub.free_step(w, r)
    while True:
        if sweeps or w is not started:
            certificate = sub.certify(w, r)
            reached = certificate.gap <= goal or progress.stalled(certificate)
            step_goal = np.inf if step_tol is None else step_tol * sub.largest(w)
            if sweeps >= budget or (reached and largest <= step_goal) or np.isnan(certificate.gap):
                return w, r, sweeps, certificate
            if reached:  # by the gap: only small steps are missing
                budget = min(budget, 10 * sweeps + state.period)
                settled = min(settled, step_goal**2)
            elif largest * largest <= settled:  # the gap falls as the steps do, not as their squares
                settled *= max(_LEAST, 0.5 * min(1.0, goal / certificate.gap) ** 2)
        state.load(w, r)
        trail = deque([w.copy()], maxlen=DEPTH + 1)
        for turn in range(1, min(state.period, budget - sweeps) + 1):
            largest = state.sweep(sub.order if shuffle is None else shuffle.permutation(len(w)))
            sweeps += 1
            trail.append(state.w.copy())
            if largest * largest <= settled:
                break
            if turn % (2 * DEPTH) == 0:
                extrapolate(state, trail, sub.penalty)
        w, r = sub.free_step(state.w, sub.residual(state.w))


@np.errstate(over="ignore", invalid="ignore")  # of huge coefficients, or differences that depend on each other
def part_way(w, goal, part):
    """Return the point that far from w to ``goal``: all the way it is ``goal``, at its bounds to the last digit."""
    return goal if part == 1.0 else w + part * (goal - w)


def extrapolate(state, trail, penalty):
    """Try what ``extrapolated`` finds."""
    found = extrapolated(trail, penalty)
    if found is not None:
        state.jump(found[0])


def extrapolated(trail, penalty):
    """Return the affine combination of the last iterates whose differences combine to the shortest vector, or None.

    With its weights, which are of the last iterates but the first.
    """
    iterates = np.array(trail)
    differences = np.diff(iterates, axis=0)
    system = differences @ differences.T
    scale = np.trace(system)
    if not 0 < scale < np.inf:
        return None
    system[np.diag_indices(len(system))] += 1e-12 * scale
    weights = np.linalg.solve(system, np.ones(len(system)))
    total = weights.sum()
    if not np.isfinite(total) or total == 0:
        return None
    weights /= total
    point = np.clip(weights @ iterates[1:], penalty.lo, penalty.hi)
    # What stands still, at a bound say, does so to the last digit: the weights sum to 1 but for rounding.
    return np.where(differences[1:].any(axis=0), point, iterates[-1]), weights
