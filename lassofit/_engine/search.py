"""The way down to the target alpha: stages of falling alpha, one pass over X a stage.

From zero, alpha falls by a constant factor a stage towards the target, and each stage is solved on a short list of
candidates: the columns with the largest correlations at the pass that ended the stage before. So few columns enter that
leave again. On tall data a sample of the rows names the columns instead, and there is no stage on the way. Where the
Gram matrix of all columns is cheap, or much will matter, everything happens on it, and X is not read again.
"""

import numpy as np

from . import at_once, whole
from .active import Face
from .columns import fits, gathers, known_columns
from .duality import certify_point
from .every_column import AllColumns, GivenGram
from .grams import GRAM_CAP
from .handover import entries, sweeps_worth
from .inner import certify_on_gram
from .kernels.certificate import largest_pull
from .kernels.newton import NORM, score
from .layout import sample_size
from .scout import Scout
from .solve import certify_whole
from .spared import Spared

_FALL = 0.2  # of alpha from stage to stage, and
_SLOWLY = 0.5  # after one that took many rounds: half of what a large step brings in may have to leave again
_MANY_ROUNDS = 16
_KEPT = 0.75  # of the known columns: where no more are active, the others make room
_CANDIDATES = 100  # columns at least, and
_PART = 0.05  # of all; of sparse X, this share of the entries, and
_SHORTEST = 16  # columns at least
_MEET = 8  # columns that are met at once, at least, and a fifth of the active ones
_MEET_SPARSE = 16  # of long sparse X, where every block reads the known ones: at least, and as many as are active
_SWEEPS = 30.0  # see ``handover``: measured 9 to 42 on six sparse data sets
_REFINEMENTS = 3  # of a settled face, by correlations recomputed from the data
_TRIES = 3  # at the target on a Gram matrix in single precision, before it is made in double
_CLEAN = 1e-6  # a relative gap: above it, one refinement is worth its time, a tenth on 5000 x 500, whatever tol is
_SHARP = 1e-5  # of the diagonal: below such a pivot, single precision does not tell dependent columns from others
_FEW = 32  # columns: the stages cost more than they save


class Search:
    """The way down to the target: the face, the stage, and what is priced how."""

    def __init__(self, problem, penalty, solution, slack, eligible, must, sub, gram, may_sweep=False):
        self.problem, self.penalty, self.solution, self.sub, self.slack = problem, penalty, solution, sub, slack
        self.norm = np.sqrt(problem.norm2)
        self.gathers = gathers(problem)
        self.may_sweep = may_sweep and not self.gathers  # where that is expected to cost less
        self.patience = 0  # sweeps after which that has proven wrong
        self.ratio = None  # alpha of the stage over the target's
        self.fall = _FALL
        self.rounds = 0
        self.begun = 0  # of them, in the present stage
        self.tries = 0
        self.plunged = False
        self.known = None  # the correlations at ``v``, where they are
        self.left = None  # the coefficients where the stages were given up
        self.scout, self.scouted, self.named, self.looks = None, False, False, 0
        start = solution.w.nonzero()[0]
        if len(must):
            basis = _independent(sub)
            eligible[np.setdiff1d(must, basis)] = False  # the basis spans them
            start = np.union1d(basis, start)
        self.eligible = eligible
        self.may_use_gram = problem.exact_gram and not len(must) and 8 * problem.p**2 <= GRAM_CAP
        self.face = None
        if self.may_use_gram and (problem.made_gram is not None or whole.wanted_at_once(problem, penalty)):
            self._take_gram(solution.w)
        elif (given := isinstance(gram, np.ndarray) and not len(must)) or fits(problem, len(start)):
            self.face = Face(problem, penalty, slack, GivenGram(problem, gram) if given else known_columns(problem))
            if given or len(start):
                self._begin(start, solution.w)
            else:
                self.v = problem.s * problem.y
            self.spared = Spared(problem, penalty, slack)

    def _begin(self, start, w):
        """Take the coefficients w, which are zero but in ``start``."""
        if not self.on_gram:
            self.face.meet(start, np.zeros(len(start)))
        self.face.start(w)
        self.v = self.face.columns.residual(self.face.w)

    @property
    def on_gram(self):
        """Whether all columns are known, by a Gram matrix."""
        return self.face.columns.complete

    def certify(self):
        """Certify the target at ``solution.w``; where X is priced, ``self.v`` holds its ``s * r``."""
        problem, penalty, solution = self.problem, self.penalty, self.solution
        if self.on_gram:
            return certify_on_gram(problem, penalty, solution.w, self.face.c, self.slack)
        if self.ratio is None and not solution.w.any() and self.sub is None:
            c, nothing = problem.target_correlations(), np.zeros(problem.p, dtype=bool)
            return certify_point(problem, penalty, solution.w, c, problem.y_norm**2, nothing, self.slack)
        r = problem.inverse_s * self.v
        if self.known is None and self.ratio == 1.0 and self.sub is None and self.spared.worth:
            self.known = self.spared.correlations(self.face, self.v, r)
        if self.known is not None:
            nothing = np.zeros(problem.p, dtype=bool)
            return certify_point(problem, penalty, solution.w, self.known, float(self.v @ r), nothing, self.slack)
        return certify_whole(problem, penalty, solution, self.sub, r, self.slack)

    def satisfied(self, c, tol):
        """Return whether no column would move by more than ``tol``, relative to the largest, both in units of the fit.

        Asked where there is an l2 penalty: the gap is quadratic in the error there, as ``solve`` says.
        """
        rough = self.on_gram and self.face.columns.inexact
        if rough and self.ratio == 1.0 and self.tries == 0 and self.solution.relative_gap > _CLEAN:
            return False
        if self.ratio is None or (self.on_gram and not rough) or not self.penalty.l2.any():
            return True
        gains = self._gains(self.penalty, c)
        return gains.max(initial=0.0) <= tol * np.abs(self.solution.w * self.norm).max(initial=0.0)

    def advance(self, c, budget):
        """Solve the next stage, or the target again, from the correlations c."""
        face, self.known, self.named = self.face, None, False
        if self.sub is not None:  # then c is that of the dual point, which is not the residual
            face.refresh()
        else:
            face.c[:] = c[face.which]
        if self.ratio == 1.0 and self.on_gram and face.columns.inexact:
            self.tries += 1
            if self.tries == _TRIES and self.may_use_gram:
                self._take_gram(face.coefficients(), rough=False)
        if self.ratio is None and self.on_gram and self.problem.p <= _FEW:
            self.ratio = 1.0
        if self.ratio is None:
            self.ratio, c = self._first_stage(c, budget)
        if not self.on_gram and self.may_use_gram and (self.ratio > 1.0 or self.looks == 1):
            self._look_ahead(c, budget)
        if at_once.applies(self):
            c = at_once.plunge(self, c, (_FALL, _SLOWLY), self._size(), budget)
            if c is None:
                return
        while True:
            self.ratio, before = at_once.lowered(self.ratio, self.fall), self.rounds - self.begun
            self.face.scale(self.ratio)  # with l2 kept, so is the factor
            if not self.on_gram:
                self._price_and_solve(c, budget)
                self.begun = 0
                self.fall = _SLOWLY if self.rounds - before > _MANY_ROUNDS or self.violators > self.size else _FALL
                break
            self._solve(budget)
            if self._blurred():
                self._take_gram(self.face.coefficients(), rough=False)
                self.face.scale(self.ratio)
                self._solve(budget)
            if self.ratio == 1.0 or self.rounds >= budget:
                break
        if self.face is None:
            return
        if not np.isfinite(self.face.w).all():
            self.face = None
            return
        self.solution.w = self.face.coefficients()
        if self.on_gram:
            self.face.refresh()

    def _solve(self, budget):
        """Solve on the known columns; again from the data, where the Gram matrix is not exact."""
        face = self.face
        self.rounds += face.solve(budget - self.rounds)
        for _ in range(_REFINEMENTS if face.columns.inexact and not self.on_gram else 0):
            face.refresh()
            if self.rounds >= budget or not face.unfinished():
                break
            self.rounds += face.solve(budget - self.rounds)

    def _first_stage(self, c, budget):
        """Return alpha_max over alpha, and the correlations there; 1 for a warm start, which needs no stages."""
        face, penalty = self.face, self.penalty
        if face.dependent:
            face.from_zero()
            c = self.problem.target_correlations()
        if face.w.any():
            return 1.0, c
        if face.k:  # the unpenalised columns come first
            self._solve(budget)
            self.v = face.columns.residual(face.w)
            c = self.problem.correlate(self.v)
        return max(1.0, largest_pull(c, penalty.l1, penalty.lo, penalty.hi)), c

    def _look_ahead(self, c, budget):
        """Go to the target with what a sample of rows names; take the full Gram matrix, where much will matter."""
        problem, ratio = self.problem, self.ratio
        if self.scout is None and not problem.is_sparse and sample_size(problem.n, problem.p):
            self.scout = Scout(problem, self.penalty, self.slack)
        found = None if self.scout is None else self.scout.look(self.face.coefficients(), c, ratio, budget)
        self.scouted, self.looks = found is not None, self.looks + 1
        if self.scouted:
            reached, which = found
            if reached == 1.0 or (reached < ratio and self.scout.few(which)):
                new = which[~self.face.known[which]]
                self.ratio = 1.0  # a pass on the way tells no more than one there
                if not len(self.face.which):
                    columns = known_columns(problem, len(new))
                    self.face = Face(problem, self.penalty, self.slack, columns)
                self.face.meet(new, c[new])
                self.named = len(new) > 0
                return
        if self.scouted or whole.wanted(problem, self.penalty, c, ratio):
            self._take_gram(self.solution.w)
        self.scouted = False

    def _price_and_solve(self, c, budget):
        """Solve the stage on its candidates, of which columns are met in blocks as they turn out to matter."""
        problem, face = self.problem, self.face
        stage = self.penalty._replace(l1=self.penalty.l1 * self.ratio) if self.ratio > 1.0 else self.penalty
        candidates, scores = self._candidates(stage, c)
        c = c[candidates]
        lines = None
        if self.sub is not None:
            c = problem.price(candidates, self.v)
        own, norm, slack = stage.at(candidates), self.norm[candidates], self.slack[candidates]
        nothing = np.zeros(len(candidates))
        known = np.zeros(len(candidates), dtype=bool)
        solved = False
        if self.named:  # by a sample of rows: c is of a point far away, and columns that it names were met in vain
            scores[:] = -np.inf
        while True:
            wanted = np.flatnonzero((scores > 0) & ~known)
            if (solved and not len(wanted)) or self.rounds >= budget:
                break
            size = max(_MEET, face.k // (1 if self.scouted else 5)) if self.gathers else max(_MEET_SPARSE, face.k)
            self.patience = self._sweeps_worth(candidates[wanted])
            if len(wanted) > size:
                wanted = wanted[np.argpartition(-scores[wanted], size)[:size]]
            if self.patience or not fits(problem, len(face.w) + len(wanted)):
                self._outgrown(budget)
                return
            if len(wanted):
                known[wanted] = True
                face.meet(candidates[wanted], c[wanted])
            self._solve(budget)
            solved = True
            self.v = face.columns.residual(face.w)
            if self.scouted:  # little is missing, and the pass that certifies prices it
                break
            if lines is None and problem.prices_by_columns(candidates):
                lines = problem.columns(candidates)
            c = problem.correlate(self.v)[candidates] if lines is None else lines.correlate(self.v)
            score(nothing, c, *own, norm, slack, scores)

    def _sweeps_worth(self, more):
        """Return how many sweeps to try, where they are expected to cost less than to make these columns active; or 0.

        As many as half of all the stage's violators, if that is more: the others are not met, but wait to be.
        """
        count = max(len(more), self.violators // 2)
        return sweeps_worth(self.problem, self.face, more, count, _SWEEPS) if self.may_sweep else 0

    def _gains(self, stage, c):
        """Return the violations of all columns, -inf for those that are known or out of the problem."""
        gains = np.empty(self.problem.p)
        score(self.face.coefficients(), c, *stage, self.norm, self.slack, gains)
        gains[~self.eligible] = -np.inf
        if not self.on_gram:
            gains[self.face.which] = -np.inf
        return gains

    def _candidates(self, stage, c):
        """Return the unknown columns with the largest violations, or nearest to one, and these violations."""
        gains = self._gains(stage, c)
        self.violators = np.count_nonzero(gains > 0)
        self.size = size = self._size()
        chosen = np.argpartition(-gains, size)[:size] if size < len(c) else np.arange(len(c))
        if self.problem.is_sparse:  # the same share of the entries: large correlations are those of long columns
            chosen = chosen[np.argsort(-gains[chosen])]
            stored = np.cumsum(np.diff(self.problem.X.indptr)[chosen])
            share = max(_PART * self.problem.X.nnz, entries(self.problem, self.face.which[self.face.w != 0]))
            chosen = chosen[: max(_SHORTEST, int(np.searchsorted(stored, share)))]
        chosen = np.sort(chosen[gains[chosen] > -np.inf])
        return chosen, gains[chosen]

    def _size(self):
        """Return how many candidates a stage has."""
        return max(_CANDIDATES, int(_PART * self.problem.p))

    def _outgrown(self, budget):
        """Go on without the columns that are not active, if these are most, or with the full Gram matrix; or leave it.

        What is left goes to sweeps: likewise where those are expected to cost less.
        """
        w = self.face.coefficients()
        which = np.flatnonzero(w)
        if not self.patience and len(which) <= _KEPT * len(self.face.w):
            self.face = Face(self.problem, self.penalty, self.slack, known_columns(self.problem))
            self.face.scale(self.ratio)
            self.face.meet(which, np.zeros(len(which)))
            self.face.start(w)
            self.v = self.face.columns.residual(w[which])
            return
        self.face = None
        if self.patience or not self.may_use_gram:
            self.left = w
            return
        self._take_gram(w)
        self.face.scale(self.ratio)
        self._solve(budget)

    def _blurred(self):
        """Return whether active columns depend on each other more than a Gram matrix in single precision can tell."""
        face = self.face
        if not (face.columns.inexact and self.may_use_gram and face.k):
            return False
        pivots = np.diagonal(face.factor)[: face.k] ** 2
        return bool((pivots < _SHARP * face.table[NORM, face.order[: face.k]] ** 2).any())

    def _take_gram(self, w, rough=True):
        """Go on with the Gram matrix of all columns; ``rough``: in single precision, where that saves some time."""
        problem = self.problem
        rough = rough and problem.made_gram is None and whole.dear(problem)
        gram = problem.rough_gram() if rough else None
        columns = AllColumns(problem) if gram is None else GivenGram(problem, gram)
        self.face = Face(problem, self.penalty, self.slack, columns)
        self.face.start(w)


def _independent(sub):
    """Return the columns that nothing holds at zero, less the unbounded ones that other unbounded ones span."""
    lo, hi = sub.penalty.lo, sub.penalty.hi
    free, block = sub.free(np.where(np.isfinite(hi), hi, np.where(np.isfinite(lo), lo, 0.0)))  # bounded: not free there
    return sub.which if block is None else np.concatenate([sub.which[~free], block.which[block.pivot]])
