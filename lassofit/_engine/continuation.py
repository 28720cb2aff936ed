"""The active set followed down a grid of alphas: every alpha certified, few of them by a pass over X.

Known columns, their Gram matrix and its factor stay from alpha to alpha. What the residual-basis bound leaves in doubt
is priced by itself, and where that is too much, one full pass is made and joins the basis. On the full Gram matrix
everything is priced at every step, and X is not read at all.
"""

from time import perf_counter

import numpy as np

from .active import Face
from .bound import ResidualBasis
from .columns import AllColumns, fits, known_columns
from .duality import certify_point, noise, squared_residual
from .grams import GRAM_CAP
from .kernels.certificate import largest_pull
from .kernels.newton import score
from .solve import Record, Solution, takes_sweeps

_SHARE = 0.1  # of the columns in doubt: above it, one full pass
_FALL = 0.2  # of alpha from one solve to the next, at most
_WIDEST = 3000  # columns whose full Gram matrix pays for a path where rows are no fewer
_REFINEMENTS = 3  # of a solve, by correlations recomputed from the data
_MEET = 16  # columns that are met at once, at least, and half of the active ones


def follows(problem, penalty, control):
    """Return whether this method is for the problem: nothing unpenalised, and no request for sweeps."""
    sweeps = takes_sweeps(control.solver, control.shuffle is not None)
    given = isinstance(control.gram, np.ndarray) and control.gram is not problem.made_gram
    unpenalised = ((penalty.l1 == 0) & (penalty.lo < penalty.hi)).any()
    return not (sweeps or given or unpenalised)


class Continuation:
    """The state between two alphas; ``solve`` moves it to the next."""

    def __init__(self, problem, unit, control, start=None):
        self.problem, self.unit, self.control = problem, unit, control
        self.slack = noise(problem)
        self.norm = np.sqrt(problem.norm2)
        cheap = problem.n >= problem.p and problem.p <= _WIDEST and problem.exact_gram
        made = problem.made_gram is not None and problem.exact_gram
        self.on_gram = made or (cheap and 8 * problem.p**2 <= GRAM_CAP)
        columns = AllColumns(problem) if self.on_gram else known_columns(problem)
        self.face = Face(problem, unit, self.slack, columns)
        self.lost = False  # the face has outgrown its memory, or rounding has carried it away
        self.passes = 0  # over X, but for the moments, which take the target's correlations along, and the Gram matrix
        self.most = 1.0  # the scale that makes the residual dual feasible for the unknown columns
        self.alpha = self._largest()
        if self.on_gram:
            self.face.refresh()
        else:
            self.basis = ResidualBasis(problem, self.slack)
            self.basis.add(columns.weighted(self.face.w), problem.target_correlations())
        if start is not None:
            self._start(start)

    def _largest(self):
        """Return alpha_max."""
        return largest_pull(self.problem.target_correlations(), self.unit.l1, self.unit.lo, self.unit.hi)

    def _start(self, w):
        """Take the coefficients w, which belong to no alpha in particular, unless they are too many."""
        w = Solution(self.problem, self.unit, w).w
        which = np.flatnonzero(w)
        if not len(which) or not (self.on_gram or fits(self.problem, len(which))):
            return
        if not self.on_gram:
            self.face.meet(which, 0.0)
        self.face.start(w)
        if not self.face.dependent:
            self.alpha = 0.0

    def solve(self, alpha, penalty):
        """Return the Solution at ``alpha``, whose Penalty is given, and its Record; None where the method is lost."""
        began, passes, rounds, before = perf_counter(), self.passes, 0, self.face.w.copy()
        self.lost = self.lost or alpha == 0  # least squares: its certificate needs projections
        while not self.lost:
            stage = max(alpha, _FALL * self.alpha)
            own = penalty if stage == alpha else self.unit.scaled(stage)
            self.face.set_penalty(own)
            rounds += self._solve(own, self.control.max_iter - rounds)
            self.alpha = stage
            if stage == alpha:
                break
        solution = Solution(self.problem, penalty)
        solution.goal = self.control.tol * solution.scale
        for _ in range(_REFINEMENTS):
            if self.lost:
                return None
            solution.certificate = self._certify(penalty)
            solution.converged = solution.relative_gap <= self.control.tol
            if solution.converged:
                break
            rounds += self._solve(penalty, self.control.max_iter - rounds)
        if not solution.converged:
            self.lost = True
            return None
        solution.w = self.face.coefficients()
        solution.intercept = self.problem.intercept(solution.w)
        still = np.array_equal(self.face.w[: len(before)], before) and not self.face.w[len(before) :].any()
        solution.n_iter, solution.passes = 0 if still else rounds, self.passes - passes
        gap, objective = solution.certificate.gap, solution.certificate.objective
        support, seconds = np.count_nonzero(solution.w), perf_counter() - began
        return solution, Record(solution.n_iter, objective, gap, support, len(self.face.which), seconds)

    def _solve(self, penalty, budget):
        """Solve at the penalty; what was not known is proven to be satisfied. Return the number of rounds."""
        face, rounds = self.face, 0
        while True:
            rounds += face.solve(budget - rounds)
            self.lost = not np.isfinite(face.w).all() or rounds >= budget
            if self.on_gram or self.lost:
                return rounds
            weighted = face.columns.weighted(face.w)
            which, c = self._price(weighted, penalty)
            scores = np.empty(len(which))
            own = penalty.at(which)
            score(np.zeros(len(which)), c, *own, self.norm[which], self.slack[which], scores)
            wanted = np.flatnonzero(scores > 0)
            if not len(wanted):
                pull = np.maximum(np.where(own.hi > 0, c, 0.0), np.where(own.lo < 0, -c, 0.0))
                self.most = 1.0 / float(((pull - self.slack[which]) / own.l1).max(initial=1.0))
                return rounds
            size = max(_MEET, face.k // 2)
            if len(wanted) > size:
                wanted = wanted[np.argpartition(-scores[wanted], size)[:size]]
            if not fits(self.problem, len(face.which) + len(wanted)):
                self.lost = True
                return rounds
            face.c[:] = face.columns.correlate(weighted)
            face.meet(which[wanted], c[wanted])

    def _price(self, weighted, penalty):
        """Return the columns in doubt and their correlations: from a full pass, where they are many."""
        problem, columns = self.problem, self.face.columns
        which = self.basis.doubtful(weighted, penalty, self.face.known)
        v = columns.root * weighted
        if len(which) <= _SHARE * problem.p:
            return which, problem.price(which, v)
        c = problem.correlate(v)
        self.passes += 1
        self.basis.add(weighted, c)
        return which, c[which]

    def _certify(self, penalty):
        """Certify from the known columns alone: of the others, whose |c| is within l1, no term is left.

        Where it is not quite, as a violation has to be more than rounding to count as one, the dual point shrinks.
        """
        problem, face = self.problem, self.face
        if self.on_gram:
            face.refresh()
            v2 = squared_residual(problem, face.w, face.c, problem.target_correlations())
        else:
            weighted = face.columns.weighted(face.w)
            face.c[:] = face.columns.correlate(weighted)
            v2 = float(weighted @ weighted)
        nothing = np.zeros(len(face.w), dtype=bool)
        own = penalty.at(face.which)
        known = face.w, face.c, v2, nothing, self.slack[face.which]
        return certify_point(problem, own, *known, most=self.most)._replace(c=None)
