"""The active set followed down a grid of alphas: every alpha certified, few of them by a pass over X.

Known columns, their Gram matrix and its factor stay from alpha to alpha. What the residual-basis bound leaves in doubt
is priced by itself, and where that is too much, one full pass is made and joins the basis.
"""

from time import perf_counter

import numpy as np

from .bound import ResidualBasis
from .columns import fits, gathers, known_columns
from .duality import certify_point
from .handover import sweeps_worth
from .kernels.newton import EXCESS, SLACK
from .kernels.screening import weigh
from .solve import Record
from .trail import REFINEMENTS, Trail

_SHARE = 0.1  # of the columns in doubt: above it, one full pass
_MEET = 16  # columns that are met at once, at least, and half of the active ones
_SWEEPS = 5.0  # see ``handover``: from the alpha before, where a fit from zero takes 30
_STEEP = 0.7  # of alpha from one solve to the next: below it, a look ahead names too many


class Continuation(Trail):
    """The columns met so far, the face on them, and the basis."""

    def __init__(self, problem, unit, control, start=None):
        super().__init__(problem, unit, control, known_columns(problem))
        self.may_sweep = control.solver == "auto" and not gathers(problem)
        self.norm = np.sqrt(problem.norm2)
        self.passes = 0  # over X, but for the moments, which take the target's correlations along
        self.fall = 1.0  # of alpha, to the present one
        self.most = 1.0  # the scale that makes the residual dual feasible for the unknown columns, but for slack
        self.strict = 1.0  # and the one without
        self.basis = ResidualBasis(problem, self.slack)
        self.basis.add(self.face.columns.weighted(self.face.w), problem.target_correlations())
        if start is not None:
            self.begin(start, lambda size: fits(problem, size))

    def follow(self, alphas):
        """Yield the Solution and its Record at every alpha in turn, as far as it goes."""
        face = self.face
        self.unit.scaled(alphas.max())  # raises where it overflows
        for alpha in alphas:
            began, passes, before = perf_counter(), self.passes, face.w.copy()
            self.rounds, self.spent = self.spent, 0
            if alpha == 0:  # least squares: its certificate needs projections
                return
            self.fall = alpha / self.alpha if self.alpha > alpha else 1.0
            self.step(alpha)
            for _ in range(REFINEMENTS):
                if self.lost:
                    return
                certificate = self._certify()
                moved = not np.array_equal(face.w[: len(before)], before) or face.w[len(before) :].any()
                w, support = face.coefficients(), np.sort(face.which[face.w != 0])
                solution = self.solution(w, support, alpha, certificate, moved)
                if solution.converged or solution.at_floor:
                    break
                self.solve()
            else:
                self.lost = True
                return
            solution.passes, known, size = self.passes - passes, solution.certificate, len(face.which)
            seconds = perf_counter() - began
            yield solution, Record(solution.n_iter, known.objective, known.gap, len(support), size, seconds)

    def solve(self):
        """Solve at the present alpha; what was not known is proven to be satisfied."""
        face = self.face
        while True:
            super().solve()
            if self.lost:
                return
            self.weighted = face.columns.weighted(face.w)
            which, c = self._price(self.weighted)
            pulls, scores = np.empty((2, len(which)))
            held = self.unit.l1, self.alpha, self.unit.lo, self.unit.hi, self.norm, self.slack
            clear, largest = weigh(which, c, *held, EXCESS, pulls, scores)
            wanted = np.flatnonzero(scores > 0)
            if not len(wanted):
                self.most, self.strict = 1.0 / clear, 1.0 / largest
                self._look_ahead(which, c, pulls)
                return
            size = max(_MEET, face.k // 2)
            if len(wanted) > size:
                wanted = wanted[np.argpartition(-scores[wanted], size)[:size]]
            if self.may_sweep:
                self.patience = sweeps_worth(self.problem, face, which[wanted], len(wanted), _SWEEPS)
            self.outgrown = not fits(self.problem, len(face.which) + len(wanted))
            if self.patience or self.outgrown:
                self.lost = True
                return
            face.c[:] = face.columns.correlate(self.weighted)
            face.meet(which[wanted], c[wanted])

    def _look_ahead(self, which, c, pulls):
        """Meet the columns that may well enter at the next alpha.

        The sequential strong rule (Tibshirani et al. 2012) names them: so most alphas are priced once, not twice.
        """
        near = np.flatnonzero(pulls > 2.0 * self.fall - 1.0)
        if self.fall >= _STEEP and len(near) and fits(self.problem, 2 * (len(self.face.which) + len(near))):
            self.face.meet(which[near], c[near])

    def _price(self, weighted):
        """Return the columns in doubt and their correlations: from a full pass, where they are many."""
        problem, columns = self.problem, self.face.columns
        which = self.basis.doubtful(weighted, self.unit, self.alpha, self.face.known)
        v = columns.root * weighted
        if len(which) <= _SHARE * problem.p:
            return which, problem.price(which, v)
        c = problem.correlate(v)
        self.passes += 1
        self.basis.add(weighted, c)
        return which, c[which]

    def _certify(self):
        """Certify from the known columns alone: of the others, whose |c| is within l1, no term is left.

        Where it is not quite, as a violation has to be more than rounding to count as one, the dual point shrinks.
        """
        face = self.face
        face.c[:] = face.columns.correlate(self.weighted)
        nothing = np.zeros(len(face.w), dtype=bool)
        known = face.w, face.c, float(self.weighted @ self.weighted), nothing, face.table[SLACK]
        return certify_point(self.problem, face.penalty, *known, most=self.most, strict=self.strict)._replace(c=None)
