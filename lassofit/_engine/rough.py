"""Sweeps over a copy of X in single precision, for a loose tolerance on dense X with about as many columns as rows.

Where most columns will be active, the Gram matrix and the steps on it cost as much as a hundred sweeps, and end at 1e-6
though 1e-4 was asked for. Sweeps wait for memory, so those over half as many bytes take 60 % of the time: 2000 x 2000
at alpha_max / 100, 234 ms by steps, 231 by sweeps and 149 by these. The certificate is that of X, in double.
"""

from time import perf_counter

import numpy as np

from . import whole
from .grams import GRAM_CAP
from .handover import SPARE, more_sweeps
from .problem import Problem
from .solve import Record, Solution, certify_whole, solve

_LOOSE = 1e-5  # tol: below, the steps cost less
_DEAR = 3 * 10**9  # n p^2, of the Gram matrix
_SQUARE = 2  # rows a column at most: the copy takes no more than that matrix does, and a sweep no longer than a round
_RANGE = 1e-12, 1e12  # of norms: beyond, float32 may underflow or overflow
_FIRST = 60  # sweeps, and at their rate
_MOST = 240  # more


def worth_sweeping(problem, penalty, control):
    """Return whether this may cost less than a Gram matrix of all columns and steps."""
    n, p = problem.n, problem.p
    if problem.lines is None or problem.is_sparse or problem.X.dtype != np.float64 or 8 * p**2 > GRAM_CAP:
        return False
    if (
        control.tol < _LOOSE
        or control.max_iter < SPARE * _FIRST
        or not p <= n <= _SQUARE * p
        or n * p**2 < _DEAR
        or problem.made_gram is not None
    ):
        return False
    norms = np.sqrt(problem.norm2[problem.norm2 > 0])
    within = _RANGE[0] <= norms.min(initial=np.inf) and norms.max(initial=0.0) <= _RANGE[1]
    return bool(within and whole.wanted_at_once(problem, penalty))


def sweep(problem, penalty, solution, control, slack):
    """Improve ``solution`` by such sweeps; yield its Record, of X, if that is within tol; else leave it as it was."""
    began, sweeps, gaps = perf_counter(), _FIRST, []
    twin = _twin(problem)
    rough = Solution(twin, penalty, solution.w)
    # Strictly within tol, for what the rounding of X adds.
    whole_way = control._replace(tol=0.9 * control.tol, max_iter=control.max_iter - solution.n_iter, gram=None)
    while sweeps:
        own = whole_way._replace(max_iter=min(whole_way.max_iter, rough.n_iter + sweeps))
        gaps += [(record.iteration, record.dual_gap) for record in solve(twin, penalty, rough, own)]
        sweeps = 0 if rough.finished(whole_way) else more_sweeps(gaps, rough.goal, _FIRST, _MOST)
    solution.n_iter += rough.n_iter
    if not rough.converged:
        return
    before, which = solution.w, np.flatnonzero(rough.w)
    solution.w = rough.w
    r = problem.residual(problem.columns(which), rough.w[which])
    certificate = certify_whole(problem, penalty, solution, None, r, slack)
    certificate = solution.judge(problem, penalty, certificate, control.tol)
    if not solution.converged:
        solution.w = before
        return
    solution.intercept = problem.intercept(solution.w)
    seconds = perf_counter() - began
    yield Record(solution.n_iter, certificate.objective, certificate.gap, len(which), problem.p, seconds)


def _twin(problem):
    """Return the Problem of columns that were centred and weighted in double, and then rounded."""
    root = np.sqrt(problem.n * problem.s)
    lines = np.empty((problem.p, problem.n), dtype=np.float32)
    problem.gather(np.arange(problem.p), problem.mean, root, 0, lines)
    return Problem(lines.T, None, False, root * problem.y)
