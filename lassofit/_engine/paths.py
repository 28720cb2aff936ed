"""Alpha grids and warm-started sequences of solves."""

import numpy as np

from .continuation import Continuation
from .descent_on_gram import DescentOnGram, projects
from .duality import noise
from .grams import GRAM_CAP
from .kernels.certificate import largest_pull
from .penalty import Penalty
from .progress import follow
from .solve import Control, Solution, takes_sweeps
from .stages import run

WIDEST = 3000  # columns whose full Gram matrix pays for a path where rows are no fewer


def alpha_max(problem, penalty):
    """Return the smallest alpha at which every penalised coefficient is zero, given the Penalty of alpha = 1.

    ``max |<x_j, r_F>| / l1_j`` over the penalised columns, on the sides that the bounds leave open, with r_F the
    residual of the fit on the unpenalised columns alone. 0 where nothing is penalised or everything is orthogonal.
    """
    r = _free_residual(problem, penalty)
    c = problem.target_correlations() if r is problem.y else problem.correlate(problem.s * r)
    return largest_pull(c, penalty.l1, penalty.lo, penalty.hi)


def _free_residual(problem, penalty):
    """Return the residual of least squares on the unpenalised columns alone, within their bounds."""
    unpenalised = (penalty.l1 == 0) & (penalty.lo < penalty.hi)
    if not unpenalised.any():
        return problem.y
    nothing = np.zeros(problem.p)
    only = Penalty(
        nothing,
        nothing,
        np.where(unpenalised, penalty.lo, 0.0),
        np.where(unpenalised, penalty.hi, 0.0),
    )
    solution = Solution(problem, only)
    follow(run(problem, only, solution, Control(tol=1e-14, max_iter=10_000)))
    return problem.residual_at(solution.w)


def alpha_noise(problem, penalty):
    """Return what rounding alone may make ``alpha_max``."""
    return largest_pull(noise(problem), penalty.l1, penalty.lo, penalty.hi)


def alpha_grid(largest, n_alphas, eps, rounding=np.inf):
    """Return n_alphas values from ``largest`` down to ``eps * largest``, evenly spaced in the logarithm.

    Where that is nothing but ``rounding`` all are 1e-15, as scikit-learn has it, there for whatever is that small: a
    target in tiny units gets a model of its own, not zeros.
    """
    resolution = np.finfo(np.float64).resolution
    if largest <= min(resolution, rounding):
        return np.full(n_alphas, resolution)
    return np.geomspace(largest, largest * eps, num=n_alphas)


def follow_path(problem, penalty, alphas, start, control, verbose=0):
    """Yield ``(index, Solution, records)`` for every alpha in turn, each started from the one before.

    ``penalty`` is that of alpha = 1. The target's statistics, column moments and Gram are shared.
    ``solution.passes`` is the number of passes over all of X that were made for it, None where it was solved by itself.
    """
    alphas, index, trail, patience, known = np.asarray(alphas), 0, None, 0, None
    if len(alphas) > 1:
        trail = _trail(problem, penalty, control, start)
    while index < len(alphas):
        spent = 0
        if trail is not None:
            for solution, record in trail.follow(alphas[index:]):
                yield index, solution, follow([record], verbose) if verbose else [record]
                start, index = solution.w, index + 1
            if index == len(alphas):
                return
            left, spent, patience = trail.left(), trail.rounds, trail.patience
            start = start if left is None else left
            if trail.outgrown and problem.is_sparse:  # at lower alphas there are only more active columns
                control = control._replace(solver="cd")
            trail = None
        # Not a problem for a trail, or rounding or memory or costs have ended it: this one by itself.
        scaled = penalty.scaled(alphas[index])
        solution = Solution(problem, scaled, start)
        solution.n_iter, solution.known = spent, known
        own = control
        if patience:
            own = control._replace(solver="cd", max_iter=min(control.max_iter, spent + patience))
        records = follow(run(problem, scaled, solution, own), verbose)
        if patience and not solution.finished(control):  # so are those below it: steps, to the end
            control, patience = control._replace(solver="active_set"), 0
            trail = _trail(problem, penalty, control, start)
            if trail is not None:
                trail.spent = solution.n_iter
                continue
            records += follow(run(problem, scaled, solution, control), verbose)
        patience = solution.patience or patience
        start, known, solution.known = solution.w, solution.known, None
        yield index, solution, records
        index += 1


def _trail(problem, penalty, control, start):
    """Return what follows the grid; None where too much is unpenalised, or sweeps or a Gram matrix were asked for."""
    sweeps = takes_sweeps(control.solver, control.shuffle is not None)
    given = isinstance(control.gram, np.ndarray) and control.gram is not problem.made_gram
    if problem.y_norm == 0 or sweeps or given:
        return None
    n, p = problem.n, problem.p
    cheap = n >= p and p <= WIDEST and 8 * p**2 <= GRAM_CAP
    on_gram = problem.exact_gram and (cheap or problem.made_gram is not None)
    unpenalised = ((penalty.l1 == 0) & (penalty.lo < penalty.hi)).any()
    if unpenalised and not (on_gram and projects(problem, penalty)):
        return None
    return (DescentOnGram if on_gram else Continuation)(problem, penalty, control, start)
