"""What both ways down a grid of alphas share: the face that stays from alpha to alpha, and the step to the next."""

import numpy as np

from .active import Face
from .duality import noise
from .kernels.certificate import ROUNDING, largest_pull
from .solve import Solution

FALL = 0.2  # of alpha from one solve to the next, at most
REFINEMENTS = 3  # of a solve, by correlations recomputed from the data


class Trail:
    """The state between two alphas. Where ``follow`` ends before the grid does, ``left`` and ``rounds`` go on."""

    def __init__(self, problem, unit, control, columns):
        self.problem, self.unit, self.control = problem, unit, control
        self.slack = noise(problem)
        self.face = Face(problem, unit, self.slack, columns)
        self.lost = False  # the face has outgrown its memory, or rounding has carried it away
        self.outgrown = False  # the former
        self.patience = 0  # sweeps that are expected to do, where they are cheaper than steps
        self.spent = 0  # of max_iter, on the first alpha
        self.rounds = 0  # at the present alpha
        self.alpha = largest_pull(problem.target_correlations(), unit.l1, unit.lo, unit.hi)

    def begin(self, w, fits):
        """Take the coefficients w, which belong to no alpha in particular, unless they are too many."""
        w = Solution(self.problem, self.unit, w).w
        which = np.flatnonzero(w)
        if not len(which) or not fits(len(which)):
            return
        if not self.face.columns.complete:
            self.face.meet(which, 0.0)
        self.face.start(w)
        if not self.face.dependent:
            self.alpha = 0.0

    def step(self, alpha):
        """Solve at ``alpha``, over alphas between where it is far."""
        while not self.lost:
            self.alpha = max(alpha, FALL * self.alpha)
            self.face.scale(self.alpha, self.alpha)
            self.solve()
            if self.alpha == alpha:
                break

    def solve(self):
        """Solve at the present alpha on the known columns."""
        budget = self.control.max_iter - self.rounds
        self.rounds += self.face.solve(budget) if budget > 0 else 0
        self.lost = self.rounds >= self.control.max_iter or not np.isfinite(self.face.w).all()

    def left(self):
        """Return the coefficients to go on with, None if there are none."""
        w = self.face.coefficients()
        return w if np.isfinite(w).all() else None

    def solution(self, w, support, alpha, certificate, moved, intercept=None):
        """Return the Solution at w: done, if its gap is within tol, or rounding leaves no less."""
        intercept = self.problem.intercept(w) if intercept is None else intercept
        solution = Solution.at(w, support, intercept, self.problem.y_norm**2)
        solution.goal = self.control.tol * solution.scale
        penalty = self.unit.times(alpha) if certificate.hidden > solution.goal else None  # seldom asked for
        certificate = solution.judge(self.problem, penalty, certificate, self.control.tol)
        solution.n_iter = self.rounds if moved else 0
        solution.at_floor = not solution.converged and certificate.gap <= ROUNDING * certificate.floor
        return solution
