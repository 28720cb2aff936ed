"""Down a grid of alphas on the full Gram matrix: X is read for its rows alone, and alphas are certified by the dozen.

Where problems are small, an alpha takes a few microseconds to solve, and its certificate takes longer. So some alphas
are solved in a row, and then the correlations of all of them are made by one product. What misses its goal, by rounding
that has added up, is solved once more, from there.
"""

from time import perf_counter

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, cholesky

from .columns import all_columns
from .duality import certify_point, squared_residual
from .solve import Record
from .trail import REFINEMENTS, Trail

_MANY = 16  # alphas at once, at most
_ENTRIES = 1 << 18  # coefficients of them, at most
_FREE = 100  # unpenalised columns, at most
_INDEPENDENT = 1e-4  # of a column's norm: what the other unpenalised ones have to leave of it


class DescentOnGram(Trail):
    """The full Gram matrix and the face on it."""

    def __init__(self, problem, unit, control, start=None):
        super().__init__(problem, unit, control, all_columns(problem))
        self.free = (unit.l1 == 0) & (unit.lo < unit.hi)  # all of F, wherever the path is: see ``projects``
        self.passes = 0  # over X, for the Gram matrix
        self.target = problem.target_correlations()
        self.face.start(np.zeros(problem.p))
        self.among_free = None
        if self.free.any():
            which = np.flatnonzero(self.free)
            self.among_free = cho_factor(self.face.columns.gram[np.ix_(which, which)])
        if start is not None:
            self.begin(start, lambda size: True)

    def follow(self, alphas):
        """Yield the Solution and its Record at every alpha in turn, as far as it goes."""
        self.unit.scaled(alphas.max())  # raises where it overflows
        if self.face.columns.grows:
            self.face.columns.least = self.unit.l1 * alphas.min()
        size, done = max(1, min(_MANY, _ENTRIES // self.problem.p)), 0
        while done < len(alphas) and not self.lost:
            if alphas[done] == 0:  # least squares: its certificate needs projections
                return
            for pair in self._solved(alphas[done : done + size]):
                self.rounds = 0  # those were this alpha's; if the path ends here, none is spent on the next
                yield pair
                done += 1

    def _solved(self, alphas):
        """Yield the first of these alphas that need no refinement, or the refined first one."""
        before, points, rounds, seconds = self.face.w.copy(), [], [], []
        for alpha in alphas[alphas > 0]:
            began, self.rounds = perf_counter(), 0
            self.step(alpha)
            if self.lost and points:  # once more from the last good point, when those before are done
                self.lost = False
                self.face.start(points[-1])
                self.alpha = alphas[len(points) - 1]
                break
            points.append(self.face.w.copy())
            rounds.append(self.rounds)
            seconds.append(perf_counter() - began)
            if self.lost:
                break
        w = np.array(points)
        at = np.flatnonzero(w.any(axis=0))
        c = self.target - w[:, at] @ self.face.columns.gram[at]
        squares = squared_residual(self.problem, w, c, self.target)
        for i, alpha in enumerate(alphas[: len(w)]):
            self.rounds = rounds[i]
            certificate = self._certify(alpha, w[i], c[i], squares[i])
            moved = not np.array_equal(w[i], before)
            solution = self.solution(w[i], at[w[i, at] != 0], alpha, certificate, moved)
            if not (solution.converged or solution.at_floor):
                self.face.start(w[i], c[i])
                self.alpha = alpha
                if i == 0:
                    yield from self._refined()
                return
            yield self._counted(solution, seconds[i])
            before = w[i]
        self.face.c[:] = c[-1]

    def _refined(self):
        """Yield the Solution at the present alpha, solved again from correlations without the steps' rounding."""
        began = perf_counter()
        for _ in range(REFINEMENTS):
            self.face.scale(self.alpha, self.alpha)
            self.solve()
            self.face.refresh()
            w, c = self.face.w.copy(), self.face.c
            square = float(squared_residual(self.problem, w, c, self.target))
            certificate = self._certify(self.alpha, w, c, square)
            solution = self.solution(w, np.flatnonzero(w), self.alpha, certificate, True)
            if solution.converged or solution.at_floor:
                yield self._counted(solution, perf_counter() - began)
                return
            if self.lost:
                return
        self.lost = True

    def _certify(self, alpha, w, c, square):
        """Certify w; where columns are unpenalised, by the residual less its projection on them, which is rounding."""
        outside = 0.0
        if self.among_free is not None:
            a = cho_solve(self.among_free, c[self.free])
            outside = max(float(c[self.free] @ a), 0.0)
            c = np.where(self.free, 0.0, c - a @ self.face.columns.gram[self.free])
            square = max(square - outside, 0.0)
        return certify_point(self.problem, self.unit.times(alpha), w, c, square, self.free, self.slack, outside)

    def _counted(self, solution, seconds):
        """Return the Solution, with the passes over X since the one before, and its Record."""
        solution.passes, self.passes = self.face.columns.passes - self.passes, self.face.columns.passes
        known, support = solution.certificate, len(solution.support)
        return solution, Record(solution.n_iter, known.objective, known.gap, support, self.problem.p, seconds)


def projects(problem, unit):
    """Return whether the unpenalised columns, if any, are few, without bounds, and independent of each other.

    Then they are F at every alpha, and projections on them go by the Cholesky factor of their own Gram matrix.
    """
    which = np.flatnonzero((unit.l1 == 0) & (unit.lo < unit.hi))
    if not len(which):
        return True
    bounded = np.isfinite(unit.lo[which]) | np.isfinite(unit.hi[which])
    if len(which) > _FREE or bounded.any() or unit.l2[which].any():
        return False
    norm = np.sqrt(problem.norm2[which])
    try:
        factor = cholesky(problem.gram(which) / np.outer(norm, norm))
    except LinAlgError:
        return False
    return bool((np.diag(factor) > _INDEPENDENT).all())
