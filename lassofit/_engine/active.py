"""The active-set method: Newton steps on the face where the objective is a smooth parabola.

With the signs of the active coefficients held, (l1 |w|) is linear, and the minimum over the face solves

    (G_AA + diag(l2)) d = c_A - l2 w_A - l1 sign_A

A step goes to that minimum, or to the first coefficient that reaches the end of its piece, [lo, 0] or [0, hi]; that
one leaves. Columns that violate their optimality condition enter in blocks. The objective strictly falls with every
step, so no face comes twice and the method is finite (Osborne, Presnell and Turlach 2000, for the lasso).
"""

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

from .columns import known_columns

_EXCESS = 1e-10  # relative: what counts as a violation; an exact comparison would cycle on rounding
_PIVOT = 1e-11  # of the diagonal: the least pivot of a factor
_REFINEMENTS = 3  # solves of one face, where its matrix is nearly singular


class Face:
    """The known columns with their coefficients, signs, and correlations; the active ones among them."""

    def __init__(self, problem, penalty):
        self.problem = problem
        self.columns = known_columns(problem)
        self.position = np.full(problem.p, -1, dtype=np.intp)  # of a column among the known ones
        self.w = np.empty(0)
        self.sign = np.empty(0)
        self.active = np.empty(0, dtype=bool)
        self.c = np.empty(0)
        self.steps = 0
        self.set_penalty(penalty)

    def set_penalty(self, penalty):
        """Change the penalty; coefficients and signs stay."""
        self.penalty = penalty
        self._own = penalty.at(self.columns.which)

    def meet(self, which, c):
        """Make the columns in ``which`` known, at zero and inactive, with correlations c; known ones are left alone."""
        fresh = self.position[which] < 0
        new = which[fresh]
        if not len(new):
            return
        k = len(self.w)
        self.columns.extend(new)
        self.position[new] = np.arange(k, k + len(new))
        zeros = np.zeros(len(new))
        self.w, self.sign = np.concatenate([self.w, zeros]), np.concatenate([self.sign, zeros])
        self.c = np.concatenate([self.c, c[fresh]])
        self.active = np.concatenate([self.active, zeros > 0])
        self._own = self.penalty.at(self.columns.which)

    def at(self, which):
        """Return coefficients of the columns in ``which``, and the mask of the active ones among them."""
        at = self.position[which]
        known = at >= 0
        w, active = np.zeros(len(which)), np.zeros(len(which), dtype=bool)
        w[known], active[known] = self.w[at[known]], self.active[at[known]]
        return w, active

    def refresh(self):
        """Recompute residual and correlations from the data; return ``v = s * r``."""
        v, weighted = self.columns.residual(self.w)
        self.c = self.columns.correlate(v, weighted)
        return v

    def enter(self, which):
        """Activate known columns, each on the side to which its correlation pulls it."""
        at = self.position[which]
        pull = self.c[at] - self._own.l2[at] * self.w[at]
        self.sign[at] = np.where(self.w[at] != 0, np.sign(self.w[at]), np.sign(pull))
        self.active[at] = True

    def settle(self, budget):
        """Minimise over the face, dropping what reaches the end of its piece; at most ``budget`` steps."""
        solves = 0
        while self.steps < budget:
            at = np.flatnonzero(self.active)
            if not len(at):
                return
            direction = self._direction(at)
            backwards = (self.w[at] == 0) & (direction * self.sign[at] <= 0) & (self._own.l1[at] > 0)
            if backwards.any() and not backwards.all():
                self.active[at[backwards]] = False
                continue
            self.steps += 1
            if self._move(at, direction):
                solves = 0
                continue
            solves += 1
            if solves > _REFINEMENTS or not self.unfinished():
                return

    def _direction(self, at):
        """Return the Newton direction on the active columns, with small pivots raised to a floor."""
        own = self._own
        gradient = self.c[at] - own.l2[at] * self.w[at] - own.l1[at] * self.sign[at]
        mesh = np.ix_(at, at)
        matrix = self.columns.gram[mesh]
        diagonal = np.diag(matrix).copy()
        raised = own.l2[at]
        least = _PIVOT * diagonal
        while True:
            matrix.flat[:: len(at) + 1] = diagonal + raised
            factor, info = dpotrf(matrix.T, lower=1, clean=0, overwrite_a=1)  # of a symmetric matrix: no copy
            if not info:
                break
            # Dependent columns: a null direction becomes a long step, which the first end of a piece cuts.
            raised = raised + least
            least = 10.0 * least
            matrix = self.columns.gram[mesh]
        return dpotrs(factor, gradient, lower=1)[0]

    def _move(self, at, direction):
        """Go to the minimum, or to the first end of a piece; return whether a column left the face."""
        own, w = self._own, self.w[at]
        signed = own.l1[at] > 0
        low = np.where(signed & (self.sign[at] > 0), 0.0, own.lo[at])
        high = np.where(signed & (self.sign[at] < 0), 0.0, own.hi[at])
        end = np.where(direction > 0, high, low)
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(direction != 0, (end - w) / direction, np.inf)
        step = min(1.0, room.min())
        leaving = room <= step if step < 1.0 else np.zeros(len(at), dtype=bool)
        moved = np.where(leaving, end, w + step * direction)
        change = np.zeros(len(self.w))
        change[at] = moved - w
        self.w = self.w.copy()  # so that a caller that kept the old one can tell whether it moved
        self.w[at] = moved
        self.c -= self.columns.gram @ change
        self.active[at[leaving]] = False
        return bool(leaving.any())

    def unfinished(self):
        """Return whether the gradient on the face is above rounding."""
        own, at = self._own, np.flatnonzero(self.active)
        gradient = self.c[at] - own.l2[at] * self.w[at] - own.l1[at] * self.sign[at]
        scale = np.sqrt(self.problem.norm2[self.columns.which[at]]) * self.problem.y_norm
        return bool((np.abs(gradient) > 1e-13 * scale).any())

    def coefficients(self):
        """Return the coefficients of all columns."""
        w = np.zeros(self.problem.p)
        w[self.columns.which] = self.w
        return w


def violations(penalty, w, c, norm, slack):
    """Return how far each column is from its optimality condition on the side where it may move, over its norm.

    At zero: the pull less l1; at another bound: the pull inwards. What is within ``slack`` is rounding.
    """
    t = c - penalty.l2 * w
    slack = slack + penalty.l1 * _EXCESS
    up = np.where(w < penalty.hi, t - np.where(w < 0, -penalty.l1, penalty.l1), -np.inf)
    down = np.where(w > penalty.lo, -t - np.where(w > 0, -penalty.l1, penalty.l1), -np.inf)
    excess = np.maximum(up, down) - slack
    return np.where(norm > 0, excess / np.where(norm > 0, norm, 1.0), -np.inf)
