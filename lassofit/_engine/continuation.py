"""The active set followed down a grid of alphas: every alpha certified, few of them by a pass over X.

Known columns, their Gram matrix and its factor stay from alpha to alpha. What the residual-basis bound leaves in doubt
is priced by itself, and where that is too much, one full pass is made and joins the basis.
"""

from time import perf_counter

import numpy as np

from .active import BLOCK, MANY_ROUNDS
from .bound import ResidualBasis
from .columns import fits, gathers, known_columns
from .duality import Certificate, certify_point
from .handover import sweeps_worth
from .kernels.newton import EXCESS, SLACK
from .kernels.screening import weigh
from .solve import Record
from .trail import FALL, REFINEMENTS, Trail

_SHARE = 0.1  # of the columns in doubt: above it, one full pass
_MEET = 16  # columns that are met at once, at least, and half of the active ones
_SWEEPS = 5.0  # see ``handover``: from the alpha before, where a fit from zero takes 30
_AT_ONCE = 16  # alphas: one call of ``kernels.walk``, which nothing interrupts
_MOST = 512  # active columns there: from here on, BLAS 3 is faster
_INSIDE = 1.0 - 1e-12  # of the goal: as products round otherwise than quotients do
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
        self.data = self._data()
        self.limits = BLOCK, MANY_ROUNDS, _MOST, _MEET, int(_SHARE * problem.p), _STEEP
        if start is not None:
            self.begin(start, lambda size: fits(problem, size))

    def follow(self, alphas):
        """Yield the Solution and its Record at every alpha in turn, as far as it goes."""
        self.unit.scaled(alphas.max())  # raises where it overflows
        done = 0
        while done < len(alphas) and not self.lost:
            if alphas[done] == 0:  # least squares: its certificate needs projections
                self.rounds, self.spent = self.spent, 0
                return
            for ways in (self._walked, self._stepped):
                for pair in ways(alphas[done:]) if done < len(alphas) else ():
                    yield pair
                    done += 1

    def _data(self):
        """Return what ``kernels.walk`` takes of the problem; None where it is not for it."""
        problem, columns = self.problem, self.face.columns
        if not gathers(problem) or problem.is_sparse or self.control.max_iter <= MANY_ROUNDS:
            return None
        return problem.lines_to_centre(), columns.root, columns.target, self.norm, self.slack

    def _walked(self, alphas):
        """Yield the first of these alphas: some of those at which nothing is out of the ordinary, in one call."""
        face, began, room = self.face, perf_counter(), self._room()
        alphas = alphas[: np.argmin(np.append(alphas[:_AT_ONCE], 0.0))]  # to the first 0
        if not room or not len(alphas) or alphas[0] < FALL * self.alpha:
            return
        points, sizes, rounds = np.empty((len(alphas), room)), *np.zeros((2, len(alphas)), dtype=np.int64)
        out = np.empty((len(alphas), 7))
        goal = _INSIDE * self.control.tol * self.problem.y_norm**2
        given = self.data, self.basis.arrays, alphas, self.alpha, self.limits, goal
        done = face.walk(*given, (points, sizes, rounds, out))
        seconds = (perf_counter() - began) / max(done, 1)
        if done < len(alphas):
            self.spent = int(rounds[done])
            if sizes[done]:  # rounding has kept it from the goal: from here on with refinements
                self.data = None
        for i in range(done):
            which, values, certificate = face.which[: sizes[i]], points[i, : sizes[i]], Certificate.of(out[i])
            w, self.alpha, self.rounds = np.zeros(self.problem.p), alphas[i], int(rounds[i])
            w[which] = values
            solution = self.solution(w, np.sort(which[values != 0]), alphas[i], certificate, True)
            yield self._recorded(solution, 0, sizes[i], seconds)

    def _room(self):
        """Return for how many columns there is room in what ``kernels.walk`` gets; 0 where it is not to be called."""
        face, total = self.face, len(self.face.which)
        if self.data is None or face.dependent or not total:
            return 0
        room = min(len(face.columns.room), len(face.order))
        if total + _MEET > room and fits(self.problem, 2 * total):
            room = 2 * total + _MEET
            face.reserve(room)
        return room

    def _stepped(self, alphas):
        """Yield the first of these alphas."""
        face = self.face
        alpha = alphas[0]
        began, passes, before = perf_counter(), self.passes, face.w.copy()
        self.rounds, self.spent, spent = self.spent, 0, self.spent > 0
        self.fall = alpha / self.alpha if self.alpha > alpha else 1.0
        self.step(alpha)
        for _ in range(REFINEMENTS):
            if self.lost:
                return
            certificate = self._certify()
            moved = spent or not np.array_equal(face.w[: len(before)], before) or face.w[len(before) :].any()
            w, support = face.coefficients(), np.sort(face.which[face.w != 0])
            solution = self.solution(w, support, alpha, certificate, moved)
            if solution.converged or solution.at_floor:
                break
            self.solve()
        else:
            self.lost = True
            return
        yield self._recorded(solution, self.passes - passes, len(face.which), perf_counter() - began)

    def _recorded(self, solution, passes, known, seconds):
        """Return the Solution, with the passes over X that it took, and its Record."""
        solution.passes, (objective, gap) = passes, solution.certificate[:2]
        return solution, Record(solution.n_iter, objective, gap, len(solution.support), known, seconds)

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
        which = self.basis.doubtful(self.basis.place(weighted), self.unit, self.alpha, self.face.known)
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
