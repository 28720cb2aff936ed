"""Stochastic descent over rows: the problem by rows, the state of a stream, and its steps."""

import math
from typing import NamedTuple

import numpy as np
from scipy import sparse

from .kernels import reading, stochastic
from .kernels.reading import AUTO, CONSTANT, CUMULATIVE, EXCLUDED, FTRL, INVSCALING, NAIVE, OPTIMAL, SHRINK
from .kernels.rows import scan
from .problem import read_only
from .products import blocks_of_rows

METHODS = {"naive": NAIVE, "clipping": SHRINK, "truncated": SHRINK, "cumulative": CUMULATIVE, "ftrl": FTRL}
SCHEDULES = {"auto": AUTO, "adaptive": CONSTANT, "constant": CONSTANT, "invscaling": INVSCALING, "optimal": OPTIMAL}
# The step of ftrl, in its units, where eta0 is None. Of .06, .12, ... 2, alpha the best for each, the test error after
# a first pass was least at .25 to .5 on 5000 and 15000 rows of real text, and at 1 to 2 on two made texts, where at .5
# it is 5 and 13 % larger; on three Gaussian data sets .5 is as good or up to 25 % behind.
_ADAPTIVE_STEP = 0.5
_CHUNK = 1 << 21  # entries of a jitted call: about .05 s, after which Ctrl-C is heard
_SHORTEST_PERIOD = 4096  # steps after which averages are brought up to date, which costs p: at most 16 a step
TRIES = 6  # quarters of the step before a descent is given up: 1/4096
_ANCHOR = 1e6  # of ftrl at a start that is not zero: costs as many digits of w
_OUT_OF_HAND = 1e3  # residuals of a stream, times the largest |y|
_BLOWN_UP = 1e8  # residuals this many times the largest |y| end an epoch at once
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
        self.lines = self._lines(X)
        self.entries = max(1, (X.nnz if sparse.issparse(X) else X.size) // self.n)  # of a row
        self.centred = centred and not sparse.issparse(X)
        self.mean = read_only(self._means() if self.centred else np.zeros(self.p))

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
        """Return the loss at w, the best intercept and the residuals; hold the largest squared norm of a row."""
        r, s = np.empty(self.n), self.s[self.which]
        self.norm2 = scan(self.lines, self.mean, w, self.y, self.s, r)
        with np.errstate(over="ignore", invalid="ignore"):
            b = float(s @ r[self.which]) / len(s) if fit_intercept else 0.0
            r -= b
            return 0.5 * float(s @ r[self.which] ** 2) / len(s), b, r


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
    """A descent under way: its state, and the terms it is for; whether steps are ``averaging`` now."""

    def __init__(self, terms, p, averages=False):
        self.terms, self.p, self.averaging = terms, p, averages
        size = p if averages else 0
        period = max(_SHORTEST_PERIOD, p // 16) if averages else 0
        self.state = State(
            v=np.zeros(p),
            paid=np.zeros(p),
            clock=np.zeros(reading.N_CLOCK),
            adaptive=np.zeros((p if terms.rule[reading.METHOD] == FTRL else 0, 4)),
            total=np.zeros(size),
            since=np.zeros(size, dtype=np.int64),
            sums=np.zeros((period + 1, 3)),
        )
        self.clock = self.state.clock
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
        """Return the state and its terms as plain arrays and numbers, which can be pickled."""
        return {"arrays": self.arrays(), "terms": [a.copy() for a in self.terms]}

    def resume(self, saved, w):
        """Go on from a saved state if it is of these terms, else from w, with its steps; return whether it is."""
        same = all(map(np.array_equal, saved["terms"], self.terms))
        same = same and all(mine.shape == other.shape for mine, other in zip(self.state, saved["arrays"], strict=True))
        if same:
            self.restore(saved["arrays"])
        else:
            kept = [reading.T, reading.INTERCEPT, reading.SEEN, reading.NORM2, reading.Y_MAX]
            self.clock[kept] = State(*saved["arrays"]).clock[kept]
            self.start(w)
        return same

    def weights(self):
        """Return the coefficients, or their averages."""
        out = np.empty(self.p)
        *state, averages = self._arguments()
        if averages is not None and self.clock[reading.COUNT] > 0:
            reading.averaged(*state, averages, *self.terms, out)
        else:
            reading.coefficients(*state, *self.terms, out)
        return out

    def penalty(self, w):
        """Return the penalty's value at w."""
        l1 = np.where(self.terms.l1 < EXCLUDED, self.terms.l1, 0.0)
        with np.errstate(over="ignore", invalid="ignore"):
            return float((l1 * np.abs(w)).sum()) + 0.5 * self.terms.rule[reading.L2] * float(w @ w)

    def run(self, rows, order, batch):
        """Take the steps over the rows in ``order``; return whether the residuals stayed within bounds."""
        self.clock[reading.WORST] = 0.0
        room = np.empty(min(batch, len(order)))
        size = batch * max(1, _CHUNK // (rows.entries * batch))
        for start in range(0, len(order), size):
            chunk = order[start : start + size]
            given = (rows.lines, rows.mean, chunk, rows.y, rows.s, room)
            stochastic.run(*given, *self._arguments(), *self.terms, batch)
            if not self.clock[reading.WORST] <= _BLOWN_UP * max(self.clock[reading.Y_MAX], 1e-300):
                return False
        return bool(np.isfinite(self.state.v).all())

    def feed(self, rows, batch, good, tries):
        """Take the steps over a part of a stream; return how many tries are left, or -1 where none has helped.

        Where residuals get out of hand, it goes back to the ``good`` state (arrays), to a quarter of the step.
        """
        for left in range(tries, -1, -1):
            held = self.run(rows, rows.which, batch)
            if not self.clock[reading.NORM2] < math.inf:
                self.restore(good)
                raise ValueError(OVERFLOW)
            if held and self.clock[reading.WORST] <= _OUT_OF_HAND * self.clock[reading.Y_MAX]:
                return left
            cut = self.clock[reading.CUT] / 4
            self.restore(good)
            self.clock[reading.CUT] = cut
        return -1

    def steady(self):
        """Return whether the last rows fed had residuals of the size of y, so that this is a state to go back to."""
        return self.clock[reading.WORST] <= 2 * self.clock[reading.Y_MAX]

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
