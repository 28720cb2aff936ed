"""Sweeps over X, or a copy, in single precision, for a loose tolerance on dense X where many columns will be active.

Then a Gram matrix and the steps on it end at 1e-6 though 1e-4 was asked for. Sweeps wait for memory, and over half as
many bytes they take a third of the time: at alpha_max / 100 and the default tol, 2000 x 2000 in 190 ms by steps and 46
by these, 3000 x 1000 in 52 and 17. The certificate is that of X, in double. For a small tol, and where
X does not quite certify the result, they go on from residuals made anew in double, as iterative refinement does; for a
small tol at last over X itself.

How many it will take depends on the data: on collinear columns, hundreds. A sample of rows tells about how many (see
``outlook``); and their gap is watched, and they are given up where what seems to be left costs more than steps. Then
the copy still serves to make a large Gram matrix.
"""

import math
from time import perf_counter

import numpy as np

from . import outlook, whole
from .grams import GRAM_CAP
from .inner import DEPTH
from .kernels.certificate import largest_pull
from .layout import sample_size
from .single import TURN, Single
from .solve import Record, certify_whole, solve

_LOOSE = 1e-5  # a relative gap, as its rounding is 1e-6. From there residuals and gaps are double's, to a tol down to
_LEAST = 1e-7
_REFINED = 0.9  # of a gap: what a turn from a residual made anew leaves, at most, or it is rounding that is left
_SURE = 2.0  # times the fall that is asked for: what a turn is to bring
_DOUBLE = 2.5  # times as long as in single precision; or from residuals made anew, about
_ANEW = 1.2  # times: 11 of 120 made fits changed sides by it, for .46 to 1.18 of their time
_INSIDE = 0.9  # of tol, for what the rounding of X adds
_DEAR = 10**7  # n p^2, or n^2 p: below it, steps take half a millisecond
# The more columns, the larger the alpha from which on steps cost more than a dozen sweeps, though the Gram matrix is
# not made: alpha_max over this divided by p, at least over the other. 64 made fits, 450 to 900 columns, 16 to 30: .8.
_WIDE, _HALFWAY = 14_000, 15
_COPY = 1 << 26  # bytes of the copy, or what the Gram matrix takes
_RANGE = 1e-12, 1e12  # of norms: beyond, float32 may underflow or overflow
# Turns after which the gap is looked at, at most, and of those that are expected: a look takes as long as two sweeps.
_UNSEEN, _SURELY = 3, 0.6
# Of the goal: a gap above it has one turn more, unseen. scikit-learn's sweeps also wait for small steps, so most of its
# gaps are below tol too; of 34 made fits at the default 4 had been more accurate by it.
_CLOSE = 0.03
_FIRST = 2 * TURN  # sweeps that are tried in any case
_SLOWER, _FASTER = 1.5, 0.7  # sweeps, over those at the present rate: after the first turn, and later
_SUNK = 0.5  # of those that are done: they are spent, whatever comes
# What the Gram matrix costs, and steps to k active columns, in sweeps: times p, and times k^3 / n p. With fewer rows
# than columns the matrix is of the active ones alone, and X is read about so often.
_GRAM, _PASSES = 0.05, 8
_STEPS = 1.0
# With fewer rows than columns steps end where all rows are fitted, so sweeps cost less where columns are not many more,
_ROWS = 1 / 170  # of rows squared for each of them, or where an l2 penalty
_RIDGE = 0.01  # of the squared norms sees to it that they are few
# How many sweeps there will be, before any: times the root of the spread of the eigenvalues and of what chance adds to
# it, by 2.5th powers of p / n; both grow with alpha_max over alpha. Within a third for most of 220 fits of made data,
# seven shapes, neighbours correlated by 0 to .95.
_PER_SPREAD, _CHANCE = 20, 3
_RIDGED = 0.36, 30  # instead of _CHANCE and outlook.ALONE, with an l2 penalty where rows are fewer than columns
_SHARE = 0.5  # of max_iter: the rest is left to the steps


def worth_sweeping(problem, penalty, control, spent=0):
    """Return how many sweeps may cost less than steps, from alpha and how many columns seem to matter; or 0.

    Beside it, how many there will be, about.
    """
    n, p = problem.n, problem.p
    gram = 8 * p**2 if n >= p else 0  # what it would take
    if problem.is_sparse or gram > GRAM_CAP or 4 * n * p > max(_COPY, gram):
        return 0
    if problem.made_gram is not None or control.gram is not None:  # then steps have the dearest part for nothing
        return 0
    few = (control.max_iter - spent) * _SHARE < _FIRST
    if control.tol < _LEAST or few or n * p * min(n, p) < _DEAR or sample_size(n, p):
        return 0
    if n < p and _ROWS * n**2 < p:
        able = penalty.lo < penalty.hi
        if not penalty.l2.any() or (penalty.l2[able] < _RIDGE * problem.norm2[able]).any():
            return 0
    c = problem.target_correlations()
    pull = largest_pull(c, penalty.l1, penalty.lo, penalty.hi)
    if not (pull >= max(_HALFWAY, min(whole.DEEP, _WIDE / p)) and whole.most_matter(penalty, c)):
        return 0
    norms = np.sqrt(problem.norm2[problem.norm2 > 0])
    if not (_RANGE[0] <= norms.min(initial=np.inf) and norms.max(initial=0.0) <= _RANGE[1]):
        return 0
    spread = outlook.spread(problem)
    chance, alone = (_CHANCE, outlook.ALONE) if n >= p or not penalty.l2.any() else _RIDGED
    steps = _worth(n, p, min(n, p) * outlook.share_active(spread, pull, alone))
    digits = -math.log10(max(control.tol, _LOOSE))
    beyond, dear = max(math.log10(_LOOSE / control.tol), 0.0), _DOUBLE if penalty.l2.any() else _ANEW
    sweeps = _expected(spread, chance * (p / n) ** 2.5, pull) * (max(digits, 1.0) + dear * beyond) / 4
    return (steps, sweeps) if sweeps <= steps else 0


def _expected(spread, chance, ratio):
    """Return about how many sweeps there will be to a gap of 1e-4 at alpha_max / ratio, before any."""
    far = (ratio / 100) ** 0.6
    return _PER_SPREAD * math.sqrt(spread * far + chance * far**3)


def _worth(n, p, k):
    """Return how many sweeps cost as much as the Gram matrix and steps to k active columns."""
    made = _GRAM * p if n >= p else _PASSES + _GRAM * k**2 / n
    return _FIRST + made + _STEPS * k**3 / (n * p)


def _patience(single):
    """Return the same of the columns that move now: they are active, as far as is known."""
    return _worth(*single.lines.shape[::-1], np.count_nonzero(single.w))


def sweep(problem, penalty, solution, control, slack, worth):
    """Improve ``solution`` by such sweeps, and some in double for a small tol; if that is not within tol, leave it.

    Yield the Records that are of X. ``worth`` is what ``worth_sweeping`` says.
    """
    began, (worth, expected) = perf_counter(), worth
    goal, single = _INSIDE * max(solution.goal, _LOOSE * solution.scale), Single(problem, penalty, solution.w)
    gaps, limit = [], _SHARE * (control.max_iter - solution.n_iter)
    turns = _unseen(expected / TURN, limit)
    while not gaps or _goes_on(gaps, goal, solution.scale, min(worth, limit), min(_patience(single), limit)):
        for _ in range(turns):
            single.turn()
            single.leap()
        _note(gaps, single.gap(slack), turns, solution.scale)
        turns = _unseen(_turns_left(gaps, goal), limit - TURN * len(gaps))
    solution.n_iter += TURN * len(gaps)
    loose = control.tol >= _LOOSE
    if gaps[-1] <= goal:
        if loose and gaps[-1] > _CLOSE * goal and solution.n_iter + TURN <= control.max_iter:
            single.turn()
            single.leap()
            solution.n_iter += TURN
        before, solution.w = solution.w, single.coefficients()
        if loose or (single.floor() <= solution.goal and not penalty.l2.any()):
            yield from _refine(problem, penalty, solution, control, slack, single, gaps, began)
        if not (loose or solution.converged):
            yield from _finish(problem, penalty, solution, control, gaps, _patience(single))
        if solution.converged:
            return
        solution.w = before
        if not loose:
            return
    if len(single.which) == problem.p and whole.dear(problem) and whole.wanted_at_once(problem, penalty):
        problem.rough_gram(None if single.in_place else single.lines)


def _refine(problem, penalty, solution, control, slack, single, gaps, began):
    """Go on from residuals made anew in double, of which the single precision is relative, while their gap falls."""
    last, near = np.inf, gaps[-1] <= solution.goal
    while True:
        which = np.flatnonzero(solution.w)
        r = problem.residual_at(solution.w)
        if near:  # at first, what single precision tells of the gap will do
            certificate = certify_whole(problem, penalty, solution, None, r, slack)
            certificate = solution.judge(problem, penalty, certificate, control.tol)
            seconds = perf_counter() - began
            yield Record(solution.n_iter, certificate.objective, certificate.gap, len(which), problem.p, seconds)
            gaps[-1] = certificate.gap
        gap, sweeps = gaps[-1], _sweeps_left(gaps, solution.goal)
        if solution.converged or not gap < _REFINED * last or solution.n_iter + sweeps > control.max_iter:
            solution.intercept = problem.intercept(solution.w)
            return
        single.take(r)
        single.turn(sweeps)
        single.leap(blindly=True)
        solution.w, solution.n_iter = single.coefficients(), solution.n_iter + sweeps
        last, near = gap if near else np.inf, True
        gaps.append(gap)


def _unseen(turns, limit):
    """Return how many turns to make until the gap is looked at, of those that there will be, and sweeps, at most."""
    return max(1, min(_UNSEEN, int(_SURELY * min(turns, limit / TURN))))


def _note(gaps, gap, turns, scale):
    """Add the gap after some turns, and between, where it was not looked at, what an even rate makes of it."""
    before = gaps[-1] if gaps else scale
    even = 0 < gap < before < math.inf
    gaps += [before * (gap / before) ** (k / turns) if even else gap for k in range(1, turns)] + [gap]


def _turns_left(gaps, goal):
    """Return how many turns are left at the rate of the last."""
    gap, before = gaps[-1], gaps[-2] if len(gaps) > 1 else math.inf
    return math.log(gap / goal) / math.log(before / gap) if goal < gap < before < math.inf else 1.0


def _sweeps_left(gaps, goal):
    """Return how many sweeps to make before the gap is looked at again, at the rate of the last turn."""
    gap, before = gaps[-1], gaps[-2] if len(gaps) > 1 else np.inf
    if not goal < gap < before < np.inf:
        return TURN
    return min(TURN, math.ceil(TURN * math.log(_SURE * gap / goal) / math.log(before / gap)))


def _finish(problem, penalty, solution, control, gaps, worth):
    """Go on from w by sweeps in double, if at the rate so far they are expected to be few."""
    gap, turns = gaps[-1], max(1, len(gaps) // 2)
    before, wanted = gaps[-1 - turns] if len(gaps) > turns else solution.scale, 0.0
    if gap > solution.goal:  # it may be 0, of what rounding has left
        wanted = math.log(gap / solution.goal) * turns * TURN / math.log(before / gap) if before > gap else math.inf
    if _DOUBLE * wanted <= worth:
        last = min(control.max_iter, solution.n_iter + 2 * math.ceil(wanted) + DEPTH)
        yield from solve(problem, penalty, solution, control._replace(max_iter=last))
        solution.at_floor = False  # steps may know better


def _goes_on(gaps, goal, scale, least, most):
    """Return whether to sweep on: the goal is not reached, and is expected to be in time.

    After the first turn in ``least``, as sweeps become slower then; later in ``most``, as they become faster again when
    the support is found.
    """
    gap = gaps[-1]
    turns = min(len(gaps) - 1, max(2, len(gaps) // 2))  # the gap does not fall with every one, or every few
    before = gaps[-1 - turns] if turns else scale
    if not goal < gap < before:
        return False
    if not turns:
        return _SLOWER * TURN * math.log(scale / goal) <= least * math.log(scale / gap)
    rate = math.log(before / gap) / (turns * TURN)
    return _SUNK * TURN * len(gaps) + _FASTER * math.log(gap / goal) / rate <= most
