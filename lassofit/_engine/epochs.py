"""Epochs of stochastic descent over data in memory: when to shorten the step, when to stop, what to go back to."""

from time import perf_counter
from typing import NamedTuple

import numpy as np

from .kernels import reading
from .kernels.reading import FTRL
from .stochastic import OVERFLOW, TRIES, State

# Rows that stay together in a random order: one by one, an epoch over sparse rows takes nearly twice as long, in cache
# misses. The gap after ten epochs, over 24 seeds, is 2 % larger than with one by one.
_BLOCK = 16
_FEW = 4096  # rows, below which they are shuffled one by one
_SAME = 1e-6  # of the null model's objective: a start that much worse than the last fit's end may be of other data
# Times what whole steps leave of it. With 2, of 360 fits that began at another target's end 22 were .5 % above the
# least objective, as their steps stayed short; with .15, 14; with whole steps for whatever differs, 14 too.
_NOISE = 0.15
_DIVERGED = 4.0  # times the larger of the null model's objective and the start's
_SHORTEST = 1e-6  # of the first step: where 'adaptive' ends


class Control(NamedTuple):
    """When to stop and what to do on the way."""

    max_iter: int
    tol: float | None
    patience: int
    batch: int
    rng: np.random.RandomState | None  # None: rows in order
    schedule: str
    average_from: int  # the epoch; 0: no averages
    gap: object = None  # a function of w and the intercept, or None


class Record(NamedTuple):
    """What is known after an epoch."""

    iteration: int
    objective: float
    loss: float
    support_size: int
    step: float
    validation_score: float
    dual_gap: float
    seconds: float


class Point(NamedTuple):
    """A state to go back to, and what belongs to it."""

    arrays: list
    w: np.ndarray
    intercept: float
    objective: float
    judged: float  # what is to be least: the objective, or the loss on the rows held out


class Descent:
    """Stochastic descent over ``rows``, judged on the rows in ``held``, if there are any.

    After ``epochs`` and ``finish``: ``model()``, ``converged``, ``n_iter``, ``diverged``, at ``shortest`` steps.
    """

    def __init__(self, rows, stream, control, held=None, intercept=None):
        self.rows, self.stream, self.control, self.held = rows, stream, control, held
        self.first_intercept = intercept
        self.converged = self.diverged = False
        self.n_iter = 0
        self.terms = stream.terms
        self.fit_intercept = bool(self.terms.rule[reading.MOVES])
        stream.terms = self.terms.changed(MOVES=self.fit_intercept and not rows.centred)
        stream.averaging = False

    def epochs(self):
        """Run the descent; yield a Record after every epoch."""
        began = perf_counter()
        last = self._begin()
        limit = _DIVERGED * float(max(last.objective, self.null.objective))
        pace = Pace(self.control, self.terms.rule[reading.METHOD], last, self.stream)
        first = self.stream.clock[reading.CUT]
        while self.n_iter < self.control.max_iter:
            before = self.w, self.r
            point = self._epoch(limit, last)
            if point is None:
                self.diverged = True
                return
            self.n_iter, last = self.n_iter + 1, point
            if last.judged <= self.best.judged or self.control.tol is None or self._averages_begin():
                self.best = last
            yield self._record(last, began)
            passed = pace.halves and self._halfway(*before) < last.objective
            self.converged, factor = pace.after(last, passed, self.stream.clock[reading.CUT] / first)
            if self.converged:
                return
            if factor == 0.5 and self.stream.clock[reading.CUT] == 1.0:
                self.stream.plateau = self._share(self._own_objective())
            self.stream.clock[reading.CUT] *= factor

    def _begin(self):
        """Judge the start and the null model; return the start."""
        self.best = self.null = start = self._judge()
        norm2 = self.rows.norm2()
        if not norm2 < np.inf:
            raise ValueError(OVERFLOW)
        clock = State(*start.arrays).clock
        clock[reading.NORM2] = norm2  # the rows of a fit are known: not what came before
        if self.w.any():
            w, r = self.w, self.r
            self.stream.start(np.zeros(self.rows.p))
            self.null = self._judge()
            self.w, self.r = w, r
        if self.first_intercept is not None and not self.rows.centred:
            clock[reading.INTERCEPT] = self.first_intercept
        if not self.null.objective < np.inf:
            raise ValueError("y: its squares overflow. Rescale y, and alpha with it.")
        # On the data of the last fit, in any order, the start is as good as that fit's end. Where it is worse by more
        # than the noise of whole steps, shorter ones would take too long.
        # By the null model of then too: another target may be as well explained, for its own size.
        noise, level = _NOISE * (self.stream.plateau - self.stream.ended), np.fmax(self.stream.level, 0.0)
        worse = max(self._share(start.objective), start.objective / level if level > 0 else 0.0) - self.stream.ended
        if worse > np.fmax(noise, _SAME):
            clock[reading.CUT], self.stream.halved = 1.0, 0
        self.stream.restore(start.arrays)
        return start

    @np.errstate(over="ignore", invalid="ignore")
    def _halfway(self, w, r):
        """Return the objective halfway from coefficients and residuals that were to those that are."""
        s, r = self.rows.s[self.rows.used], 0.5 * (r + self.r)[self.rows.used]
        return 0.5 * float((s * r**2).sum()) / len(s) + self.stream.penalty(0.5 * (w + self.w))

    def _share(self, objective):
        """Return an objective over that of the null model."""
        return objective / self.null.objective if self.null.objective > 0 else 1.0

    @np.errstate(over="ignore", invalid="ignore")
    def _own_objective(self):
        """Return the objective of the coefficients themselves, of which the model may be an average."""
        averaging, self.stream.averaging = self.stream.averaging, False
        w, self.stream.averaging = self.stream.weights(), averaging
        return self.rows.loss(w, self.fit_intercept)[0] + self.stream.penalty(w)

    def _averages_begin(self):
        """Return whether the last epoch is the first whose coefficients are averages: what came before is no rival."""
        return self.n_iter == self.control.average_from

    def _epoch(self, limit, good):
        """Run an epoch from a good state, with shorter steps as long as it diverges; return the Point, or None."""
        self.stream.averaging = 0 < self.control.average_from <= self.n_iter + 1
        clock = self.stream.clock
        for _ in range(TRIES):
            clock[reading.SEEN] = len(self.rows.which)  # of the intercept's mean: the last epoch's rows
            if self.stream.run(self.rows, self._order(), self.control.batch):
                point = self._judge()
                if point.objective <= limit:
                    if not self.n_iter:  # only in the first epoch are rows new, and falls the step
                        self.stream.terms = self.stream.terms.changed(HORIZON=clock[reading.T])
                    return point
            cut, self.shortest = clock[reading.CUT] / 4, self.stream.step()
            self.stream.restore(good.arrays)
            clock[reading.CUT] = cut
        return None

    def _order(self):
        """Return the rows in the order of an epoch."""
        which, rng = self.rows.which, self.control.rng
        if rng is None:
            return which
        if len(which) < _FEW:
            return rng.permutation(which)
        shift = rng.randint(_BLOCK)  # other blocks in every epoch: else the gap after ten was up to 30 % larger
        starts = rng.permutation(-(-(len(which) + shift) // _BLOCK)) * _BLOCK - shift
        order = (starts[:, None] + np.arange(_BLOCK)).ravel()
        return which[order[(order >= 0) & (order < len(which))]]

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def _judge(self):
        """Return the Point of the state as it is; set what belongs to it."""
        self.w = self.stream.weights()
        self.loss, self.intercept, self.r = self.rows.loss(self.w, self.fit_intercept)
        if np.isfinite(self.intercept):
            self.stream.clock[reading.INTERCEPT] = self.intercept
        objective = self.loss + self.stream.penalty(self.w)
        judged, self.score = objective, np.nan
        if self.held is not None:
            s, y = self.rows.s[self.held], self.rows.y[self.held]
            judged, spread = s @ self.r[self.held] ** 2, s @ (y - s @ y / s.sum()) ** 2
            self.score = 1.0 - judged / spread if spread > 0 else float(judged == 0)
        return Point(self.stream.arrays(), self.w, self.intercept, objective, judged)

    def model(self):
        """Return the coefficients and the intercept, that of X as it is."""
        return self.w, self.intercept - (float(self.rows.mean @ self.w) if self.rows.centred else 0.0)

    def _record(self, point, began):
        """Return the Record of a state that has been judged."""
        gap = np.nan if self.control.gap is None else self.control.gap(*self.model())
        support, step = np.count_nonzero(self.w), self.stream.step()
        return Record(
            self.n_iter, point.objective, self.loss, support, step, self.score, gap, perf_counter() - began
        )  # fmt: skip

    def finish(self):
        """Go back to the best state, or to the null model if that is better; hold what belongs to it."""
        point = self.null if self.best.objective > self.null.objective else self.best
        cut = self.stream.clock[reading.CUT]  # for fits of an epoch each too: from the best state, by shorter steps
        self.stream.restore(point.arrays)
        self.stream.clock[reading.CUT] = cut
        self.stream.level = self.null.objective
        self.stream.ended = self._share(self._own_objective() if self.control.average_from else point.objective)
        self.w, self.intercept = point.w, point.intercept
        self.stream.clock[reading.INTERCEPT] = self.model()[1]
        self.stream.terms, self.stream.averaging = self.terms, bool(self.control.average_from)


class Pace:
    """What an epoch's outcome means for the next: stop, or a shorter step, or go on.

    An automatic step is halved where the epoch has ``passed`` a lower point halfway. Halfway there is half of the noise
    that steps leave in the coefficients, and half of what the epoch has gained: so noise was more than the gain.
    """

    def __init__(self, control, method, start, stream):
        self.control, self.halves = control, control.schedule == "auto" and method != FTRL
        self.bar, self.before, self.waited = start.judged, start.judged, 0
        self.stream = stream

    def after(self, point, passed, left):
        """Return whether to stop, and the factor of the step; ``left`` of the first step is what there is now."""
        tol = self.control.tol or 0.0
        gain = tol * abs(self.bar) if np.isfinite(self.bar) else 0.0
        if point.judged < self.bar - gain:
            self.bar, self.waited = point.judged, 0
        elif not (self.halves and point.judged < self.before - gain):  # noise that shorter steps are still taking away
            self.waited += 1
        self.before = point.judged
        self.stream.halved += 1
        if self.control.tol is not None and (self.waited >= self.control.patience or point.objective == 0.0):
            if self.control.schedule == "adaptive" and left > _SHORTEST and point.objective > 0.0:
                self.waited = 0
                return False, 0.2
            return True, 1.0
        if passed and self.stream.halved >= 2:
            self.stream.halved = 0
            return False, 0.5
        return False, 1.0
