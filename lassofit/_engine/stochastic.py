"""Stochastic descent over rows: the problem by rows, the state of a stream, and its steps."""

import math
from typing import NamedTuple

import numpy as np
from scipy import sparse

from .kernels import reading, stochastic
from .kernels.reading import AUTO, CONSTANT, CUMULATIVE, EXCLUDED, FTRL, INVSCALING, NAIVE, OPTIMAL, SHRINK
from .kernels.rows import largest_norm2, subtract_products
from .lines import read_only
from .products import blocks_of_rows
from .undo import DENSE, Undo

METHODS = {"naive": NAIVE, "clipping": SHRINK, "truncated": SHRINK, "cumulative": CUMULATIVE, "ftrl": FTRL}
SCHEDULES = {"auto": AUTO, "adaptive": CONSTANT, "constant": CONSTANT, "invscaling": INVSCALING, "optimal": OPTIMAL}
# The step of ftrl, in its units, where eta0 is None. Of .125, .25, .5 and 1, alpha the best, R^2 of the rows ahead was
# .046 .049 .043 .037 on 15000 of npm's (benchmarks/streams.py), .25 .32 .35 .36 on 5000 of Debian's, .12 .19 .24 .29 on
# 16000 made ones.
_ADAPTIVE_STEP = 0.5
_CHUNK = 1 << 21  # entries of a jitted call: about .05 s, after which Ctrl-C is heard
_SHORTEST_PERIOD = 4096  # steps after which averages are brought up to date, which costs p: at most 16 a step
TRIES = 6  # quarters of the step before a descent is given up: 1/4096
_ANCHOR = 1e6  # of ftrl at a start that is not zero: costs as many digits of w
_OUT_OF_HAND = 1e3  # residuals of a stream, times the largest |y|
_BLOWN_UP = 1e8  # residuals this many times the largest |y| end an epoch at once
_KEPT = "tries", "dtype", "halved", "ended", "plateau", "level"  # of a stream, in pickles, beside its arrays
OVERFLOW = "X has rows so large that their squares overflow. Rescale X."


class Terms(NamedTuple):
    """The penalty and the method, as the kernels take them."""

    l1: np.ndarray
    rule: np.ndarray

    def changed(self, **numbers):
        """Return the terms with some of the rule's numbers changed, by name."""
        rule = self.rule.copy()
        for name, number in numbers.items():
            rule[getattr(reading, name)] = number
        return self._replace(rule=read_only(rule))


def mean_one(s, which):
    """Return weights whose mean over the rows in ``which`` is 1."""
    s = s / s[which].max()  # first, lest the sum overflows
    return s * (len(which) / s[which].sum())


class Rows:
    """X by rows, weights and y, and which rows are in use; dense X less its columns' means if ``centred``."""

    def __init__(self, X, y, s, which, centred=False):
        self.X, self.n, self.p = X, *X.shape
        self.which, self.s, self.y = which, read_only(s), read_only(y)
        self.used = slice(None) if len(which) == self.n else which
        self.lines = self._lines(X)
        thin = sparse.issparse(X)
        self.entries = max(1, (X.nnz if thin else X.size) // self.n)  # of a row
        # Features of the entries (the arrays may have spare room behind them); None: as good as all.
        self.columns = self.lines[1][: X.nnz] if thin and X.nnz <= DENSE * self.p else None
        self.centred = centred and not thin
        self.mean = read_only(self._means() if self.centred else np.zeros(0 if thin else self.p))

    @staticmethod
    def _lines(X):
        """Return the rows of X as lines."""
        if sparse.issparse(X):
            return tuple(read_only(a) for a in (X.data, X.indices, X.indptr))
        return read_only(np.ascontiguousarray(X))

    def _means(self):
        """Return the weighted means of the columns over the rows in use, in float64."""
        s, total = np.zeros(self.n), np.zeros(self.p)
        s[self.which] = self.s[self.which] / len(self.which)
        for rows in blocks_of_rows(self.n, self.p):
            total += s[rows] @ self.X[rows].astype(np.float64, copy=False)
        return total

    def loss(self, w, fit_intercept):
        """Return the loss at w, the best intercept and the residuals.

        Without dot products: on a busy machine one by threads can take ten times as long as the pass over X.
        """
        r, s = self.y.copy(), self.s[self.used]
        if w.any():
            subtract_products(self.lines, self.mean, w, r)
        with np.errstate(over="ignore", invalid="ignore"):
            b = float((s * r[self.used]).sum()) / len(s) if fit_intercept else 0.0
            r -= b
            return 0.5 * float((s * r[self.used] ** 2).sum()) / len(s), b, r

    def norm2(self):
        """Return the largest squared norm of a row in use."""
        return largest_norm2(self.lines, self.mean, self.s)


class State(NamedTuple):
    """What a stream carries on, as ``reading`` has it; empty arrays for what there is not."""

    v: np.ndarray
    paid: np.ndarray
    clock: np.ndarray
    adaptive: np.ndarray
    total: np.ndarray
    since: np.ndarray
    sums: np.ndarray


class Stream:
    """A descent under way: its state, and the terms it is for; whether steps are ``averaging`` now.

    ``undo`` leads back to the last good state; steps may be cut ``tries`` times, and were ``halved`` epochs ago. A fit
    ``ended``, and whole steps leave a ``plateau``, at shares of the null model's ``level``. ``given`` is its owner's.
    """

    def __init__(self, terms, p, averages=False):
        self.terms, self.p, self.averaging, self.tries = terms, p, averages, TRIES
        self.given, self.dtype, self.halved, self.lost = None, None, 0, 0
        self.ended, self.plateau, self.level = np.nan, np.nan, np.nan
        size, period = (p, max(_SHORTEST_PERIOD, p // 16)) if averages else (0, 0)
        self.state = State(
            v=np.zeros(p),
            paid=np.zeros(p),
            clock=np.zeros(reading.N_CLOCK),
            adaptive=np.zeros((p if terms.rule[reading.METHOD] == FTRL else 0, 5)),
            total=np.zeros(size),
            since=np.zeros(size, dtype=np.int64),
            sums=np.zeros((period + 1, 3)),
        )
        self.clock, self.undo = self.state.clock, Undo(self.state, terms.rule[reading.METHOD] == SHRINK)
        self.clock[reading.SCALE] = self.clock[reading.CUT] = 1.0

    def _arguments(self):
        """Return the state as the kernels take it."""
        v, paid, clock, adaptive, *averages = self.state
        return v, paid, clock, adaptive if len(adaptive) else None, tuple(averages) if self.averaging else None

    def start(self, w):
        """Begin anew at w, with nothing paid; the steps go on where they are."""
        for array in self.state:
            if array is not self.clock:
                array[:] = 0
        for k in (reading.PAID, reading.PENDING, reading.PLACE, reading.COUNT):
            self.clock[k] = 0.0
        self.clock[reading.SCALE] = 1.0
        if self.terms.rule[reading.METHOD] == FTRL:
            # A D so large that the penalty does not move w: the first step of a feature puts its own in place.
            D = _ANCHOR * (self.clock[reading.NORM2] or 1.0)
            self.state.adaptive[:, 1] = D * (w != 0)
            self.state.v[:] = -D * w
        else:
            self.state.v[:] = w
        return self

    def arrays(self):
        """Return a copy of the state, as plain arrays."""
        return [a.copy() for a in self.state]

    def restore(self, arrays):
        """Take over the arrays of a state."""
        for mine, other in zip(self.state, arrays, strict=True):
            mine[...] = other

    def saved(self):
        """Return the stream as plain arrays and numbers, which can be pickled."""
        kept = {name: getattr(self, name) for name in _KEPT}
        return {"terms": [a.copy() for a in self.terms], "arrays": self.arrays(), "undo": self.undo.parts} | kept

    @classmethod
    def load(cls, saved):
        """Return the stream that was saved."""
        state = State(*saved["arrays"])
        stream = cls(Terms(*map(read_only, saved["terms"])), len(state.v), len(state.total) > 0)
        stream.restore(state)
        stream.undo.parts = tuple(saved["undo"])
        stream.__dict__.update({name: saved[name] for name in _KEPT})
        return stream

    def alike(self, other):
        """Return whether another stream is of the same terms, so that one can go on where the other is."""
        same = all(map(np.array_equal, self.terms, other.terms))
        return same and all(a.shape == b.shape for a, b in zip(self.state, other.state, strict=True))

    def follow(self, other, w):
        """Go on from w, with the steps of another stream, whose terms may be others."""
        kept = [reading.T, reading.INTERCEPT, reading.SEEN, reading.NORM2, reading.Y_MAX]
        self.clock[kept], self.tries = other.clock[kept], other.tries
        return self.start(w)

    def weights(self, columns=None):
        """Return the coefficients, or their averages; of some features only where ``columns`` are given."""
        v, paid, clock, adaptive, averages = self._arguments()
        l1, rule = self.terms
        if columns is not None:
            v, paid, l1 = v.take(columns), paid.take(columns), l1 if len(l1) == 1 else read_only(l1.take(columns))
            adaptive = None if adaptive is None else adaptive.take(columns, axis=0)
            if averages is not None:
                averages = (averages[0].take(columns), averages[1].take(columns), averages[2])
        out = np.empty(len(v))
        if averages is not None and clock[reading.COUNT] > 0:
            reading.averaged(v, paid, clock, adaptive, averages, l1, rule, out)
        else:
            reading.coefficients(v, paid, clock, adaptive, l1, rule, out)
        return out

    def penalty(self, w):
        """Return the penalty's value at w."""
        l1 = np.where(self.terms.l1 < EXCLUDED, self.terms.l1, 0.0)
        with np.errstate(over="ignore", invalid="ignore"):
            return float((l1 * np.abs(w)).sum()) + 0.5 * self.terms.rule[reading.L2] * float((w * w).sum())

    def run(self, rows, order, batch):
        """Take the steps over the rows in ``order``; return whether the residuals stayed within bounds."""
        self.clock[reading.WORST] = 0.0
        room = np.empty(min(batch, len(order)))
        size = batch * max(1, _CHUNK // (rows.entries * batch))
        for start in range(0, len(order), size):
            chunk = order[start : start + size]
            given = (rows.lines, rows.mean, chunk, rows.y, rows.s, room)
            stochastic.run(*given, *self._arguments(), *self.terms, batch)
            if not self.clock[reading.WORST] <= _BLOWN_UP * max(float(self.clock[reading.Y_MAX]), 1e-300):
                return False
        v, columns = self.state.v, None if self.terms.rule[reading.METHOD] == NAIVE else rows.columns
        return bool(np.isfinite(v if columns is None else v.take(columns)).all())

    def feed(self, rows, batch):
        """Take the steps over a part of a stream; return whether one of the tries has helped.

        Where residuals get out of hand, it goes back to the last good state, to a quarter of the step; ``lost`` is how
        many steps of earlier parts, which are gone, that takes back. An exception leaves it as it was.
        """
        before, self.lost, done = None, 0, self.steps()
        try:
            for left in range(self.tries, -1, -1):
                self.undo.note(self._changed(rows, batch))
                held = self.run(rows, rows.which, batch)
                if not self.clock[reading.NORM2] < math.inf:
                    raise ValueError(OVERFLOW)
                if held and self.clock[reading.WORST] <= _OUT_OF_HAND * float(self.clock[reading.Y_MAX]):
                    self.undo.keep(self.steady())
                    self.tries = left
                    return True
                cut = self.clock[reading.CUT] / 4
                self.undo.part()
                before = before or (self.arrays(), self.undo.parts)
                self.undo.back()
                self.clock[reading.CUT], self.lost = cut, done - self.steps()
            self.tries = 0
            return False
        except BaseException:  # Ctrl-C, too
            self.undo.part()
            if before is not None:
                self.restore(before[0])
                self.undo.parts = before[1]
            raise

    def _changed(self, rows, batch):
        """Return the features, as they come, whose state the steps over the rows may change; None for all.

        All change with 'naive', where a period of averages ends, and where the scale may become 1 again: a step only
        falls, so by the next one there is a bound on how far the scale does.
        """
        rule, clock, steps = self.terms.rule, self.clock, -(-len(rows.which) // batch)
        everything = rule[reading.METHOD] == NAIVE
        if self.averaging:
            everything |= clock[reading.PLACE] + steps + 1 >= len(self.state.sums)
        if rule[reading.L2] > 0 and rule[reading.METHOD] != FTRL:
            least = stochastic.SMALLEST_AVERAGED if self.averaging else stochastic.SMALLEST_SCALE
            everything |= rule[reading.ETA0] == clock[reading.NORM2] == 0  # the first step is not known
            everything |= clock[reading.SCALE] * (1.0 + self.step() * rule[reading.L2]) ** -steps < 2 * least
        return None if everything else rows.columns

    def steady(self):
        """Return whether the last rows fed had residuals of the size of y, so that this is a state to go back to."""
        return self.clock[reading.WORST] <= 2 * float(self.clock[reading.Y_MAX])

    def intercept(self):
        """Return the intercept."""
        return float(self.clock[reading.INTERCEPT])

    def steps(self):
        """Return the number of steps so far."""
        return int(self.clock[reading.T])

    def step(self):
        """Return the step that comes next."""
        return float(stochastic.step_size(self.terms.rule, self.clock))


def build_terms(alpha, l1_ratio, factor, positive, rule):
    """Return the Terms; ``rule`` has the other parameters of the method by name.

    Raises a ValueError where they overflow, or where features with different penalties have an L2 part: then they have
    no scale in common, and a step would cost all of them.
    """
    f = np.ones(1) if factor is None else factor
    kept = f < np.inf
    with np.errstate(over="ignore"):
        l1 = np.where(kept, alpha * l1_ratio * np.where(kept, f, 0.0), EXCLUDED)
        l2 = alpha * (1.0 - l1_ratio) * np.unique(f[kept])
    if (l1[kept] >= EXCLUDED).any() or not np.isfinite(l2).all():
        raise ValueError(f"alpha={alpha:g} times penalty_factor is too large. Use smaller ones, or rescale X.")
    if len(l2) > 1 and l2.any():
        raise ValueError(
            "penalty_factor must be one number for all features that are not excluded where l1_ratio < 1, got "
            f"{len(l2)} different ones: with an L2 part a step takes all features by one scale. Use l1_ratio=1, or "
            "ElasticNet, which takes any."
        )
    rule = {**rule, "ALPHA": alpha, "L2": l2[0] if len(l2) else 0.0, "LOWEST": 0.0 if positive else -math.inf}
    return Terms(read_only(l1), np.empty(reading.N_RULE)).changed(**rule)


def build_rule(method, learning_rate, eta0, power_t, every, threshold, intercept):
    """Return the parameters of the method that are not about the penalty."""
    if eta0 is None:
        eta0 = _ADAPTIVE_STEP if method == "ftrl" else 0.0
    truncated = method == "truncated"
    return {
        "METHOD": METHODS[method],
        "SCHEDULE": CONSTANT if method == "ftrl" else SCHEDULES[learning_rate],
        "ETA0": eta0,
        "POWER_T": power_t,
        "HORIZON": math.inf,
        "EVERY": every if truncated else 1,
        "THRESHOLD": threshold if truncated else math.inf,
        "MOVES": intercept,
    }
