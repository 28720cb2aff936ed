"""The outer loop: price, certify, stop or choose a working set, solve it, and again.

A generator of records: verbose text, ``history_``, callbacks and tests all consume that one stream. Whatever the
heuristics did, a certificate of the whole problem ends it: priced in one pass over X, or on the full Gram matrix where
that was made here.
"""

from time import perf_counter
from typing import NamedTuple

import numpy as np

from .confirmation import confirm
from .duality import certify, certify_point, noise
from .inner import GramSubproblem, Progress, Subproblem, descend

_ABSURD = 1e100  # coefficients that no start has any use for
_SMALL = 128  # columns: below this every column is in the working set
_GROWTH = 2  # a working set is at least this many times the support
_FINEST_STEP = 64 * np.finfo(np.float64).eps  # relative to the largest coefficient: below this, changes are rounding
_SHARE = 0.1  # of the whole gap: what an inner solve has to reach before X is priced again


class Control(NamedTuple):
    """What the user asked of the solver."""

    tol: float = 1e-4
    max_iter: int = 1000
    shuffle: object = None  # RandomState for selection='random'
    solver: str = "cd"  # or 'active_set', 'auto'
    gram: object = None  # None, an ndarray of shape (p, p), or for sweeps 'lazy': blocks of the working sets


def takes_sweeps(solver, random):
    """Return whether coordinate descent is asked for: 'auto' is the active set, unless the updates' order is random."""
    return solver == "cd" or (solver == "auto" and random)


class Record(NamedTuple):
    """One certificate of the whole problem."""

    iteration: int  # sweeps, and rounds of the active set, so far
    objective: float
    dual_gap: float
    support_size: int
    working_set_size: int
    seconds: float


class Solution:
    """A point and what is known of it; filled in by ``solve`` as it goes."""

    n_iter = 0
    passes = None  # over all of X, where they are counted: see ``continuation``
    known = None  # a copy of w, its residual and correlations, as the last certificate of ``solve`` had them
    certificate = None
    converged = False
    at_floor = False
    patience = 0  # sweeps that were expected to cost less than steps
    goal = 0.0
    _support = None

    def __init__(self, problem, penalty, start=None):
        self.w = np.zeros(problem.p)  # within all bounds, and optimal for a constant y
        # Coefficients above the limit have squares that would overflow.
        start = None if start is None else np.asarray(start, dtype=np.float64)
        if start is not None and problem.y_norm > 0 and np.abs(start).max() <= _ABSURD * max(problem.y_norm, 1.0):
            self.w = np.clip(start, penalty.lo, penalty.hi)
        self.intercept = problem.y_mean
        self.scale = problem.y_norm**2  # of relative_gap_: sum s y_c^2 / S

    @classmethod
    def at(cls, w, support, intercept, scale):
        """Return the solution at w, of which a path knows the rest: made for a dozen alphas in a millisecond."""
        self = object.__new__(cls)
        self.w, self._support, self.intercept, self.scale = w, support, intercept, scale
        return self

    @property
    def support(self):
        """The indices of the nonzero coefficients, in ascending order; whoever knows them may set them."""
        return np.flatnonzero(self.w) if self._support is None else self._support

    @support.setter
    def support(self, support):
        self._support = support

    @property
    def relative_gap(self):
        """The dual gap over the weighted mean of the squared centred target; 0 where both are 0."""
        gap = self.certificate.gap
        return gap / self.scale if self.scale > 0 else (0.0 if gap == 0 else np.inf)

    def finished(self, control):
        """Return whether nothing is left to do, or to spend."""
        return self.converged or self.at_floor or self.n_iter >= control.max_iter or np.isnan(self.certificate.gap)

    def judge(self, problem, penalty, certificate, tol):
        """Take the certificate, and return it; what slack hides is looked at only where it is about to be trusted."""
        self.certificate = certificate
        self.converged = self.relative_gap <= tol
        if self.converged and certificate.hidden > self.goal:
            self.certificate = confirm(problem, penalty, self.w, certificate, self.goal)
            self.converged = self.relative_gap <= tol
        return self.certificate


def solve(problem, penalty, solution, control):
    """Improve ``solution`` until it is certified or ``control`` ends it; yield a Record at every certificate."""
    began = perf_counter()
    solution.goal = control.tol * solution.scale
    slack = noise(problem)
    eligible = np.flatnonzero(penalty.lo < penalty.hi)
    must = unthresholded(penalty)
    on_gram = _sweeps_on(control.gram, problem, penalty, must)
    which = eligible if on_gram else np.union1d(np.flatnonzero(solution.w), must)
    gram = _gram_of(control.gram, problem, which) if on_gram else None
    sub = (
        GramSubproblem(problem, penalty, which, slack, gram) if on_gram else Subproblem(problem, penalty, which, slack)
    )
    keeps = not (on_gram or sub.unpenalised)  # else what is correlated is not the residual itself
    r, c = _start(solution) if keeps else (None, None)
    r = sub.residual(solution.w[which]) if r is None else r
    progress = Progress()
    # The gap of the lasso is linear in the error of the coefficients, that of an elastic net quadratic: at tol=1e-12
    # they would be off by 1e-6. So the last solve also waits for steps of at most tol, as scikit-learn's does.
    quadratic = bool((penalty.l2 > 0).any())
    fine = True  # a start within tol is left as it is
    # The certificate, where an inner problem covers every column and so finds it already.
    known = _extended(sub.certify(solution.w[which], r), which, problem.p) if on_gram else None
    while True:
        certificate = known or certify_whole(problem, penalty, solution, sub, r, slack, c)
        solution.known = (solution.w.copy(), r, certificate.c) if keeps else None
        certificate = solution.judge(problem, penalty, certificate, control.tol)
        support = int(np.count_nonzero(solution.w))
        yield Record(
            solution.n_iter,
            certificate.objective,
            certificate.gap,
            support,
            len(which),
            perf_counter() - began,
        )
        solution.at_floor = not solution.converged and progress.stalled(certificate)
        done = (solution.converged and fine) or solution.at_floor or np.isnan(certificate.gap)
        if done or solution.n_iter >= control.max_iter or not len(eligible):
            break
        chosen = which if on_gram else choose(problem, penalty, solution.w, certificate.c, eligible, must)
        if not np.array_equal(chosen, which):
            which, sub = chosen, Subproblem(problem, penalty, chosen, slack)
        complete = len(which) == len(eligible)
        # Strictly inside the goal, lest the whole problem's rounding sends us around once more. The gap may be
        # infinite (an unpenalised column at an open bound): the objective then sets the scale.
        share = 0.0 if complete else _SHARE * min(certificate.gap, certificate.objective)
        goal = max(share, 0.5 * solution.goal)
        last = goal == 0.5 * solution.goal
        fine = last or not quadratic
        w, r, sweeps, known = descend(
            sub,
            solution.w[which],
            r,
            goal,
            control.max_iter - solution.n_iter,
            max(control.tol, _FINEST_STEP) if last and quadratic else None,
            control.shuffle,
            gram if on_gram else _gram_of(control.gram, problem, which),
        )
        reuses = keeps and problem.is_sparse and not complete
        c = _correlate_rest(problem, problem.s * r, which, known.c) if reuses else None
        known = _extended(known, which, problem.p) if complete else None
        solution.w[which] = w
        solution.n_iter += max(sweeps, 1)  # a solve by the free block's exact step alone counts as one
    solution.intercept = problem.intercept(solution.w)


def _start(solution):
    """Return residual and correlations of the start, where they are known from an alpha before; else None, None."""
    if solution.known is None or not np.array_equal(solution.known[0], solution.w):
        return None, None
    return solution.known[1:]


def choose(problem, penalty, w, c, eligible, must):
    """Return the working set: support, columns with no threshold, and the columns closest to violating.

    The distance is ``(l1_j - |c_j|) / ||x_j||``, on the side that the bounds leave open: the ranking of Fercoq,
    Gramfort and Salmon (2015), eq. 18, without the dual scaling, which does not change the order at the top.
    """
    if len(eligible) <= _SMALL:
        return eligible
    size = max(_SMALL, _GROWTH * int(np.count_nonzero(w)), len(must))
    if size >= len(eligible):
        return eligible
    pull = np.maximum(np.where(penalty.hi > 0, c, 0.0), np.where(penalty.lo < 0, -c, 0.0))[eligible]
    distance = (penalty.l1[eligible] - pull) / np.sqrt(problem.norm2[eligible])
    distance[w[eligible] != 0] = -np.inf
    distance[np.isin(eligible, must, assume_unique=True)] = -np.inf
    return np.sort(eligible[np.argpartition(distance, size)[:size]])


def unthresholded(penalty):
    """Return the columns that may move and that no l1 penalty holds at zero."""
    if penalty.l1.all():
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero((penalty.l1 == 0) & (penalty.lo < penalty.hi))


def _correlate_rest(problem, v, which, c):
    """Return <x_j, r> of all columns of sparse X, where ``X'v`` of those in ``which`` is known already."""
    rest = np.ones(problem.p, dtype=bool)
    rest[which] = False
    out = np.empty(problem.p)
    out[which], out[rest] = c, problem.columns(np.flatnonzero(rest)).correlate(v)
    return out - v.sum() * problem.mean


def certify_whole(problem, penalty, solution, sub, r, slack, c=None):
    """Certify the whole problem; every column of F is among those of ``sub``, since nothing holds it at zero.

    None: there are no such columns. ``c``: the correlations of all columns, if they are known.
    """
    if c is not None:
        v2 = float((problem.s * r) @ r)
        return certify_point(problem, penalty, solution.w, c, v2, np.zeros(problem.p, dtype=bool), slack)
    free, block = np.zeros(problem.p, dtype=bool), None
    if sub is not None:
        inside, block = sub.free(solution.w[sub.which])
        free[sub.which[inside]] = True
    return certify(problem, penalty, solution.w, r, free, slack, problem.correlate, block)


def _extended(certificate, which, p):
    """Return the certificate of all eligible columns as that of the whole problem: the others have no part in it."""
    c = np.zeros(p)
    c[which] = certificate.c
    return certificate._replace(c=c)


def _sweeps_on(gram, problem, penalty, must):
    """Return whether the full Gram matrix can stand for X: made here, of dense columns, and nothing unpenalised."""
    made = gram is not None and gram is problem.made_gram and not problem.is_sparse
    return made and not (penalty.l2[must] == 0).any()


def _gram_of(gram, problem, which):
    """Return the Gram matrix of the working set: cut out of the full one, or made for it."""
    if gram is None:
        return None
    if isinstance(gram, str):
        return problem.gram(which)
    return gram if len(which) == len(gram) else np.ascontiguousarray(gram[np.ix_(which, which)])
