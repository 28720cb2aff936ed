"""How ``fit_path`` makes a path: what was asked for, the solves from the largest alpha down, the result."""

from typing import NamedTuple

import numpy as np

from ._engine import progress, validation  # neither imports numba
from ._regularization_path import RegularizationPath, stacked


class Shortfall(NamedTuple):
    """The worst of the solutions of a path that missed tol: its relative gap, and what to say of it."""

    relative_gap: float
    text: str


_EXACT = 1e-10  # of the mean square of y: the gap of one alpha's solution, by the active set, which mostly is rounding
_CLOSER = 1e-2  # of tol, by sweeps


class Source(NamedTuple):
    """What a solve needs: the Problem with its target, the Penalty of alpha = 1, the solver's Control, verbose."""

    problem: object
    unit: object
    control: object
    verbose: int

    def follow(self, alphas, start=None):
        """Yield the index, the Solution and its deviance ratio for every alpha in turn."""
        from ._engine import paths

        null = self.problem.y_norm**2
        solved = paths.follow_path(self.problem, self.unit, alphas, start, self.control, self.verbose)
        for i, solution, _ in solved:
            yield i, solution, (1.0 - 2.0 * solution.certificate.loss / null if null > 0 else 0.0)

    def solve(self, alpha, start):
        """Return the Solution at one alpha, converged where it is within tol.

        A start from an alpha nearby is within tol as it is, so less is asked for.
        """
        from ._engine.solve import takes_sweeps

        tol, solver, random = self.control.tol, self.control.solver, self.control.shuffle is not None
        tight = _CLOSER * tol if takes_sweeps(solver, random) else min(tol, _EXACT)
        ((_, solution, _),) = self._replace(control=self.control._replace(tol=tight)).follow([alpha], start)
        solution.converged = solution.relative_gap <= tol
        return solution

    def rounded(self, supports, values, intercepts):
        """Return these lists, one entry an alpha, in the dtype of X: of the supports, what is not zero there."""
        dtype = self.problem.X.dtype
        intercepts = np.array(intercepts)
        if dtype != np.float64:
            with np.errstate(over="ignore"):
                values, intercepts = [value.astype(dtype) for value in values], intercepts.astype(dtype)
            kept = [value != 0 for value in values]
            supports, values = ([part[i] for part, i in zip(parts, kept, strict=True)] for parts in (supports, values))
        if not (np.isfinite(intercepts).all() and np.isfinite(np.concatenate(values)).all()):
            raise ValueError(f"X, y: the coefficients are not finite in {dtype}. Rescale X or y.")
        return supports, values, intercepts


def requested(alphas, eps):
    """Return the number of alphas, or the alphas in descending order."""
    from ._engine import request

    validation.check_parameters({"eps": eps})
    if not 0 < eps <= 1:
        raise ValueError(f"eps must be above 0 and at most 1, got {eps!r}.")
    if alphas is None or isinstance(alphas, str | bool | np.bool_):
        raise TypeError(f"alphas must be an integer or a sequence of numbers >= 0, got {alphas!r}.")
    return request.requested_alphas("deprecated", alphas)


def single_target(y):
    """Return y with one dimension."""
    if y.ndim > 1 and y.shape[1] != 1:
        raise ValueError(
            f"y must have one column, got shape {y.shape}: a path is one target's. Call fit_path on each column of y."
        )
    return y.ravel()


def grid_of(source, model, asked, eps):
    """Return the alphas in descending order."""
    from ._engine import request

    return request.grid_of(source.problem, source.unit, asked, getattr(model, "l1_ratio", 1.0), eps, None)


def solve_path(source, model, asked, eps):
    """Solve for every alpha, from the largest down; return a RegularizationPath and a Shortfall or None."""
    problem, alphas = source.problem, grid_of(source, model, asked, eps)
    found, converged, worst = [], np.zeros(len(alphas), dtype=bool), None
    for i, solution, ratio in source.follow(alphas):
        support, gap = solution.support, solution.certificate.gap
        found.append((support, solution.w[support], solution.intercept, ratio, gap, solution.n_iter, solution.passes))
        converged[i] = solution.converged
        if not solution.converged and (worst is None or gap > worst[1].certificate.gap):
            worst = i, solution
    supports, values, intercepts, ratios, gaps, n_iters, passes = zip(*found, strict=True)
    active = sum(map(len, supports))
    supports, values, intercepts = source.rounded(supports, values, intercepts)
    sizes = list(map(len, supports))
    progress.warn_underflow(active - sum(sizes), problem.X.dtype)
    shortfall = None
    if worst is not None:
        where = f" (at {np.sum(~converged)} of {len(alphas)} alphas, here alpha={alphas[worst[0]]:.6g})"
        text = progress.not_converged(worst[1], source.control, where)
        shortfall = Shortfall(float(worst[1].relative_gap), text)
    path = RegularizationPath(
        alphas,
        stacked(supports, values, problem.p, problem.is_sparse),
        intercepts,
        np.array(sizes),
        np.array(ratios),
        np.array(gaps),
        np.array(n_iters),
        converged,
        source,
        _full_passes(passes),
        np.sqrt(problem.variance),
        bool(model.standardize),
    )
    if hasattr(model, "feature_names_in_"):
        path.feature_names_in_ = model.feature_names_in_
    return path, shortfall


def _full_passes(passes):
    """Return how often all of X was read: for the moments, and for the alphas; None if uncounted."""
    return None if None in passes else 1 + sum(passes)
