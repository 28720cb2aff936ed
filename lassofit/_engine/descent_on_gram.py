"""Down a grid of alphas on the full Gram matrix: X is read for its rows alone, and alphas are certified by the dozen.

Where problems are small, an alpha takes a few microseconds to solve, and its certificate takes longer. So some alphas
are solved in a row, and then the correlations of all of them are made by one product. What misses its goal, by rounding
that has added up, is solved once more, from there.
"""

from time import perf_counter

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, cholesky

from .active import MANY_ROUNDS
from .duality import certify_points, squared_residual
from .every_column import all_columns
from .solve import Record
from .trail import FALL, REFINEMENTS, Trail

_MANY = 16  # alphas at once, and up to
_MOST = 50  # where no more than
_FEW = 1 << 14  # coefficients come to that: they take no longer than what is around them. In any case at most
_ENTRIES = 1 << 18  # coefficients
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
        p = self.problem.p
        size, done = max(1, min(_ENTRIES // p, max(_MANY, min(_MOST, _FEW // p)))), 0
        while done < len(alphas) and not self.lost:
            if alphas[done] == 0:  # least squares: its certificate needs projections
                return
            for pair in self._solved(alphas[done : done + size]):
                self.rounds = 0  # those were this alpha's; if the path ends here, none is spent on the next
                yield pair
                done += 1

    def _solved(self, alphas):
        """Yield the first of these alphas that need no refinement, or the refined first one."""
        before = self.face.w[None].copy()
        w, rounds, seconds = self._points(alphas[alphas > 0])
        moved = (w != np.concatenate([before, w[:-1]])).any(axis=1).tolist()
        at = np.flatnonzero(w.any(axis=0))
        c = self.target - w[:, at] @ self.face.columns.gram[at]
        certificates = self._certify(alphas[: len(w)], w, c)
        row, column = np.nonzero(w[:, at])
        ends, column = np.searchsorted(row, np.arange(len(w) + 1)).tolist(), at[column]
        intercepts = (self.problem.y_mean - w[:, at] @ self.problem.centre[at]).tolist()
        rounds = rounds.tolist()
        for i, (alpha, certificate) in enumerate(zip(alphas, certificates, strict=False)):
            self.rounds = rounds[i]
            support = column[ends[i] : ends[i + 1]]
            solution = self.solution(w[i], support, alpha, certificate, moved[i], intercepts[i])
            if not (solution.converged or solution.at_floor):
                self.face.start(w[i], c[i])
                self.alpha = alpha
                if i == 0:
                    yield from self._refined()
                return
            yield self._counted(solution, seconds)
        self.face.c[:] = c[-1]

    def _points(self, alphas):
        """Return the coefficients at the first of these alphas, one at least; rounds, and the seconds that each took.

        Where the path is lost after some, the last good point is gone back to: once more from there, when they are
        done.
        """
        began, done = perf_counter(), 0
        points, rounds = np.empty((len(alphas), self.problem.p)), np.zeros(len(alphas), dtype=np.int64)
        while done < len(alphas):
            if alphas[done] >= FALL * self.alpha and self.control.max_iter > MANY_ROUNDS:
                done += self.face.trace(alphas[done:], points[done:], rounds[done:])
                self.alpha = alphas[min(done, len(alphas) - 1)]
                if done == len(alphas):
                    break
            self.rounds = int(rounds[done])
            self.step(alphas[done])
            if self.lost and done:
                self.lost = False
                self.face.start(points[done - 1])
                self.alpha = alphas[done - 1]
                break
            points[done], rounds[done] = self.face.w, self.rounds
            done += 1
            if self.lost:
                break
        return points[:done], rounds, (perf_counter() - began) / done

    def _refined(self):
        """Yield the Solution at the present alpha, solved again from correlations without the steps' rounding."""
        began = perf_counter()
        for _ in range(REFINEMENTS):
            self.face.scale(self.alpha, self.alpha)
            self.solve()
            self.face.refresh()
            w, c = self.face.w.copy(), self.face.c
            (certificate,) = self._certify(np.array([self.alpha]), w[None], c[None].copy())
            solution = self.solution(w, np.flatnonzero(w), self.alpha, certificate, True)
            if solution.converged or solution.at_floor:
                yield self._counted(solution, perf_counter() - began)
                return
            if self.lost:
                return
        self.lost = True

    def _certify(self, alphas, w, c):
        """Certify the rows of w, with correlations c; where columns are unpenalised, by the residuals less theirs.

        Those are what rounding has left in the span of these columns.
        """
        squares, outside = squared_residual(self.problem, w, c, self.target), np.zeros(len(w))
        if self.among_free is not None:
            own = c[:, self.free]
            a = cho_solve(self.among_free, own.T).T
            outside = np.maximum((own * a).sum(axis=1), 0.0)
            c = np.where(self.free, 0.0, c - a @ self.face.columns.gram[self.free])
            squares = np.maximum(squares - outside, 0.0)
        return certify_points(self.problem, self.unit, w, c, squares, outside, alphas, self.free, self.slack)

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
