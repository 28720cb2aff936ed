"""The active-set method on the columns that are known: their coefficients, correlations, Gram matrix and factor.

A round adds a block of the columns that violate their optimality condition most, and minimises over the face where
the signs of the active coefficients are held; what reaches the end of its piece, [lo, 0] or [0, hi], leaves. The
objective strictly falls with every round, so no face comes twice and the method is finite (Osborne, Presnell and
Turlach 2000, for the lasso). The steps are in ``kernels/newton.py``; here are its arrays, and their growth.
"""

import numpy as np

from .factor import enter
from .kernels.newton import ACTIVE, HI, L1, L2, LO, NORM, RAISED, SETTLED, SIGN, SLACK, C, W, admit, grow, settle, trace
from .kernels.stage import solve_stage
from .kernels.walk import walk
from .penalty import Penalty

_LARGE = 128  # active columns: from here on, blocks enter by BLAS 3, of
_ENTER = 256  # columns
BLOCK = 8  # columns that enter at once, at least, and a fifth of the active ones
_REFINEMENTS = 3  # solves of one face, where its factor is not exact enough
MANY_ROUNDS = 20  # rounds: the objective has to be lower after so many, or rounding goes round in circles
_ROWS = 11  # of the table


class Face:
    """The known columns with what the steps need of each; ``order`` lists the ``k`` active ones among them."""

    def __init__(self, problem, unit, slack, columns):
        self.problem = problem
        self.columns = columns
        self.slack = slack
        self.unit = unit  # a Penalty, and
        self.factors = 1.0, 1.0  # of its l1 and l2, as they are now
        self.known = np.zeros(problem.p, dtype=np.bool_)
        self.k = 0
        self.dependent = False  # the columns of the start
        self.table = np.zeros((_ROWS, 0))
        self.order = np.zeros(0, dtype=np.int64)
        self.factor = np.zeros((0, 0))
        if len(columns.which):
            self._add(columns.which, 0.0)

    @property
    def which(self):
        """The known columns."""
        return self.columns.which

    @property
    def w(self):
        """Their coefficients."""
        return self.table[W]

    @property
    def c(self):
        """Their correlations with the residual."""
        return self.table[C]

    @property
    def penalty(self):
        """Their Penalty, as it is now."""
        return Penalty(self.table[L1], self.table[L2], self.table[LO], self.table[HI])

    def scale(self, l1, l2=1.0):
        """Make the penalty these multiples of the unit; coefficients and signs stay, so the face is off its minimum."""
        which = slice(None) if self.columns.complete else self.which
        np.multiply(self.unit.l1[which], l1, out=self.table[L1])
        if l2 != self.factors[1] and self.unit.l2.any():
            np.multiply(self.unit.l2[which], l2, out=self.table[L2])
            self._factorise()
        self.factors = l1, l2

    def meet(self, new, c):
        """Make the columns in ``new`` known, at zero and inactive, with correlations c. None of them is known."""
        self.columns.extend(new)
        self._add(new, c)

    def _add(self, new, c):
        total = len(self.which)
        self.known[new] = True
        fresh = np.zeros((_ROWS, len(new)))
        fresh[C] = c
        complete = self.columns.complete
        l1, l2, fresh[LO], fresh[HI] = self.unit if complete else self.unit.at(new)
        fresh[L1], fresh[L2] = l1 * self.factors[0], l2 * self.factors[1]
        fresh[NORM] = np.sqrt(self.problem.norm2[new])
        fresh[SLACK] = self.slack[new]
        self.table = fresh if complete else np.hstack([self.table, fresh])
        if total > len(self.order):
            self._make_room(total if complete else max(2 * total, 32))

    def _make_room(self, size):
        factor, order, k = np.empty((size, size)), np.zeros(size, dtype=np.int64), self.k
        factor[:k, :k], order[:k] = self.factor[:k, :k], self.order[:k]
        self.factor, self.order = factor, order

    def keep_active(self):
        """Forget the known columns that are neither active nor at a bound; the factor stays as it is."""
        at = np.flatnonzero((self.table[ACTIVE] != 0) | (self.w != 0))
        place = np.zeros(len(self.w), dtype=np.int64)
        place[at] = np.arange(len(at))
        self.order[: self.k] = place[self.order[: self.k]]
        self.columns.keep(at)
        self.table = np.ascontiguousarray(self.table[:, at])
        self.known[:] = False
        self.known[self.which] = True

    def reserve(self, size):
        """Make room for this many columns."""
        self.columns.reserve(size)
        self._make_room(size)

    def walk(self, data, basis, alphas, before, limits, goal, results):
        """Follow alphas by ``kernels.walk``, as long as nothing is out of the ordinary; return how many are done."""
        columns, level = self.columns, self.problem.y_norm
        store = columns.room, columns.places, columns.gram, self.known
        state = self.factor, self.order, self.table, self.k
        space = np.empty(_ROWS * results[0].shape[1])
        given = data, tuple(self.unit), store, basis, *state, alphas, before, limits, level, goal, results, space
        done, self.k, total = walk(*given)
        self._take(space, total)
        self.factors = (alphas[min(done, len(alphas) - 1)],) * 2
        return done

    def solve_stage(self, data, basis, c, ratio, limits, budget, weighted):
        """Solve at a multiple of the unit penalty by ``kernels.stage``; return what that does after k and the table."""
        columns = self.columns
        store = columns.room, columns.places, columns.gram, self.known
        space = np.empty(_ROWS * len(self.order))
        given = data, tuple(self.unit), store, basis, self.factor, self.order, self.table, self.k
        given += c, ratio, limits, self.problem.y_norm, budget, weighted, space
        self.k, total, *rest = solve_stage(*given)
        self._take(space, total)
        self.factors = ratio, 1.0
        return rest

    def _take(self, space, total):
        """Go on with the table that a kernel has written."""
        self.table = space[: _ROWS * total].reshape(_ROWS, total)
        self.columns.total = total

    def start(self, w, c=None):
        """Take the coefficients w, with correlations c if they are known; activate what is not at zero, or not held.

        Where the columns at work depend on each other, their factor is rounding: then ``solve`` begins at zero.
        """
        self.w[:] = w[self.which]
        if c is not None:
            self.c[:] = c[self.which]
        elif self.columns.grows:
            self.c[:] = self.problem.target_correlations()  # a first guess of which columns are needed
        if self.columns.grows:
            self.columns.need(np.flatnonzero(self.w), self.table)  # of those at their bounds, too
        if c is None:
            self.refresh()
        if (len(self.which) and self.w.any()) or (self.table[L1] == 0).any():
            self._activate()
            self.dependent = bool((self.table[RAISED, self.order[: self.k]] > 0).any() and self.w.any())

    def from_zero(self):
        """Begin at zero."""
        self.w[:], self.dependent = 0.0, False
        self.refresh()
        self._activate()

    def _activate(self):
        """Activate what is inside its bounds and either not at zero or held by no l1 penalty."""
        self.table[ACTIVE] = 0.0
        inside = (self.table[LO] < self.w) & (self.w < self.table[HI])
        at = np.flatnonzero(inside & ((self.w != 0) | (self.table[L1] == 0)))
        self.k = len(at)
        self.order[: self.k] = at
        self.table[ACTIVE, at] = 1.0
        self.table[SIGN, at] = np.where(np.where(self.w[at] != 0, self.w[at], self.c[at]) > 0, 1.0, -1.0)
        if self.columns.grows:
            self.columns.need(at, self.table)
        self._factorise()

    def _factorise(self, start=0):
        """Bring the active columns from ``start`` on into the factor: the first ones by hand, others in blocks."""
        state = self.columns.gram, self.factor, self.order, self.table
        if start < _LARGE:
            first = min(self.k, _LARGE) if start == 0 else self.k
            grow(*state, start, first)
            start = first
        for begin in range(start, self.k, _ENTER):
            enter(*state, begin, min(begin + _ENTER, self.k))

    def refresh(self):
        """Recompute the correlations of the known columns from the data."""
        self.c[:] = self.columns.correlations(self.w)

    def solve(self, budget):
        """Solve the problem on the known columns in at most ``budget`` rounds; return how many it took.

        A block after which nothing has moved, by rounding, is followed by single columns, and then by the end. On
        columns that are nearly dependent, rounding can also lead round in circles.
        """
        gram, idle, least = self.columns.gram, 0, np.inf
        if self.dependent:
            self.from_zero()
        for done in range(1, budget + 1):
            moved, worn = self._settle(gram)
            idle = 0 if moved or done == 1 else idle + 1
            if idle == 2:
                return done
            if done % MANY_ROUNDS == 0:
                objective = self._objective()
                if not objective < least:
                    return done
                least = objective
            size = 1 if idle else max(BLOCK, self.k // 5)
            k = admit(self.order, self.table, self.k, size)
            if k == self.k:
                return done
            if self.columns.grows:
                self.columns.need(self.order[self.k : k], self.table)
            start, self.k = 0 if worn else self.k, k
            self._factorise(start)
        return budget

    def trace(self, alphas, points, rounds):
        """Solve at these alphas in turn, as long as nothing is out of the ordinary; return how many are done.

        That is 2 us of a small problem's alpha, where ``solve`` takes 20.
        """
        if self.dependent or self.columns.grows or self.k > _LARGE:
            return 0
        state = self.columns.gram, self.factor, self.order, self.table, self.k
        unit, level = self.unit, self.problem.y_norm
        done, self.k = trace(*state, alphas, unit.l1, unit.l2, level, BLOCK, MANY_ROUNDS, points, rounds)
        self.factors = (alphas[min(done, len(alphas) - 1)],) * 2
        return done

    def _settle(self, gram):
        """Minimise over the face; return whether it moved, and whether the factor is worn out."""
        ever = False
        for _ in range(_REFINEMENTS):
            self.k, moved, large = settle(gram, self.factor, self.order, self.table, self.k, self.problem.y_norm)
            ever = ever or moved
            if not large:
                return ever, False
        return ever, True

    def _objective(self):
        """Return the objective, from the correlations: <r, r> = <y, y> - <X'y + c, w>."""
        target = self.problem.target_correlations()[self.which]
        return 0.5 * (self.problem.y_norm**2 - float((target + self.c) @ self.w)) + self.penalty.value(self.w)

    def unfinished(self):
        """Return whether the gradient on the face is above rounding."""
        table = self.table[:, self.order[: self.k]]
        gradient = table[C] - table[L2] * table[W] - table[L1] * table[SIGN]
        return bool((np.abs(gradient) > SETTLED * table[NORM] * self.problem.y_norm).any())

    def coefficients(self):
        """Return the coefficients of all columns."""
        w = np.zeros(self.problem.p)
        w[self.which] = self.w
        return w
