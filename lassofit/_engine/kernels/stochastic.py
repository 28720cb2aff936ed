"""Steps of stochastic descent: one call is a run over rows, each step of one row or of a mini-batch."""

import numpy as np

from ..jit import inlined, inlined_reduction, kernel, uncounted
from .reading import (
    ALPHA,
    AUTO,
    COUNT,
    CUMULATIVE,
    CUT,
    ETA0,
    EVERY,
    HORIZON,
    INTERCEPT,
    INVSCALING,
    L2,
    LOWEST,
    METHOD,
    MOVES,
    NAIVE,
    NORM2,
    OPTIMAL,
    PAID,
    PENDING,
    PLACE,
    POWER_T,
    R_SQUARES,
    SCALE,
    SCHEDULE,
    SEEN,
    THRESHOLD,
    WORST,
    X_SQUARES,
    Y_COUNT,
    Y_MAX,
    Y_MEAN,
    Y_SQUARES,
    T,
    of,
    read,
    read_adaptive,
    tally,
)  # fmt: skip  # isort: skip
from .rows import entry, span

STAMP = "558dbbbb8faea67e------------------------------"

SMALLEST_SCALE = 1e-64
SMALLEST_AVERAGED = 1e-3  # while averaging: differences of the period's sums lose the digits that the scale has lost
_STEADY = 1e5  # steps after which the automatic step has fallen by sqrt(2)
# Times the largest value of a feature so far: with a larger one, ftrl's steps were too long by the square of the ratio,
# and so is what they have made of the coefficient (Ross, Mineiro, Langford 2013, algorithm 2). Without this, a feature
# of a normal distribution whose first value was .0025 ended 10000 rows at -35. Smaller changes mend themselves. In a
# feature whose squares come to more than so many of its largest, such a value is odd, as is one beyond all measure:
# then the row may have to be left out.
_FAR, _ODD, _SEEN = 2.0, 1e3, 4.0
_HEEDED = 0.5  # of the curvature, where it bounds the steps of ftrl


@inlined_reduction
def predict(lines, mean, k, v, paid, clock, adaptive, averages, l1, rule):
    """Return the prediction of row k without the intercept, and the row's squared norm; what was due is paid."""
    due, total, norm2 = clock[PAID], 0.0, 0.0
    method, threshold, lowest, l2 = rule[METHOD], rule[THRESHOLD], rule[LOWEST], rule[L2]
    start, end = span(lines, k)
    for t in range(start, end):
        j, x = entry(lines, mean, k, t)
        if averages is not None:
            tally(v, paid, clock, adaptive, averages, l1, rule, j)
        if adaptive is not None:
            own = adaptive[j]
            if _FAR * own[2] < abs(x) < _ODD * own[2] and own[4] < _SEEN * own[2] ** 2:
                own[1] *= (x / own[2]) ** 2
                own[2] = abs(x)
            total += x * read_adaptive(v[j], adaptive[j, 1], of(l1, j), due, l2, lowest)
        elif method == CUMULATIVE:
            total += x * read(v[j], 0.0, of(l1, j), due, np.inf, lowest)
        else:
            w = read(v[j], paid[j], of(l1, j), due, threshold, lowest)
            total += x * w
            v[j] = w
            paid[j] = due
        norm2 += x * x
    return clock[SCALE] * total, norm2


@inlined
def step_size(rule, clock):
    """Return the step of the next update."""
    base = rule[ETA0]
    if base == 0.0:
        base = 0.5 / clock[NORM2] if clock[NORM2] > 0.0 else 1.0
    t = clock[T]
    if rule[SCHEDULE] == AUTO:
        base /= np.sqrt(1.0 + min(t, rule[HORIZON]) / _STEADY)
    elif rule[SCHEDULE] == INVSCALING:
        base /= (t + 1.0) ** rule[POWER_T]
    elif rule[SCHEDULE] == OPTIMAL:
        base /= 1.0 + rule[ALPHA] * base * t
    return clock[CUT] * base


@inlined
def take_step(lines, mean, rows, r, v, clock, averages, paid, l1, rule, eta):
    """Move along the gradient of the rows, whose weighted residuals over their number are r."""
    h = eta / clock[SCALE]
    if rule[METHOD] == NAIVE:
        for j in range(v.shape[0]):
            if averages is not None:
                tally(v, paid, clock, None, averages, l1, rule, j)
            w = read(v[j], 0.0, of(l1, j), 0.0, np.inf, rule[LOWEST])
            sign = 1.0 if w > 0.0 else (-1.0 if w < 0.0 else 0.0)
            v[j] = w - eta * (of(l1, j) * sign + rule[L2] * w)
    for q in range(rows.shape[0]):
        a = h * r[q]
        if a != 0.0:
            start, end = span(lines, rows[q])
            for t in range(start, end):
                j, x = entry(lines, mean, rows[q], t)
                v[j] += a * x
    if rule[METHOD] == NAIVE:
        return
    clock[PENDING] += h
    if rule[EVERY] == 1.0 or (clock[T] + 1.0) % rule[EVERY] == 0.0:
        clock[PAID] += clock[PENDING]
        clock[PENDING] = 0.0
    if rule[L2] > 0.0:
        clock[SCALE] /= 1.0 + eta * rule[L2]


@inlined
def implicit_part(lines, mean, rows, s, r, adaptive, unit, first, heed):
    """Return the part of an adaptive step that does not overshoot the rows' own targets.

    For one row it is the implicit step's: ``1 / (1 + x D^-1 x)``. A row of many features that are new moved its
    prediction by many residuals without it, and on real text small alphas left R^2 below 0 (Karampatziakis, Langford
    2011). For a batch it is of the whole step, so that the gradients' mean, and the fixed point, stay what they are.
    """
    slope, curvature = 0.0, 0.0
    if unit > 0.0:
        for q in range(rows.shape[0]):
            start, end = span(lines, rows[q])
            product = 0.0
            for t in range(start, end):
                j, x = entry(lines, mean, rows[q], t)
                own = adaptive[j]
                D = max((np.sqrt(own[0] + own[3] * own[3]) + first * own[2]) * own[2], heed * unit * own[4])
                if D > 0.0:
                    product -= x * (own[3] * unit / D)
            slope += r[q] * product
            curvature += s[rows[q]] / rows.shape[0] * product * product
    return slope / (slope + curvature) if slope > 0.0 else 1.0


@inlined
def take_adaptive_step(lines, mean, rows, s, r, v, clock, adaptive, l1, rule, eta):
    """Do what ``take_step`` does under ftrl, with a step for every feature.

    It is eta in units of sd(y) over the feature's largest value, and over the root of how many features of full size
    a row has: so a feature in other units, or y, gives the same model in other units (Ross, Mineiro, Langford 2013).
    It is divided by the root of the sum of squared gradients, plus ``first``, sd(y), times the largest value: what a
    gradient is at the start, as McMahan's beta is 1, where gradients are at most that. Without it the step that a rare
    word takes when it is first met is as long as if there were no noise. Of the gradient ``part`` is taken, and as much
    of the penalty: else their sums would not balance at the minimum.

    Nor is it longer than the inverse of half the loss's curvature in the feature, summed over the steps before, times
    the share of y's squares that was not predicted. So where noise is most of y, errors fall with the root of the
    number of rows, as those of means (Bartlett, Hazan, Rakhlin 2007): by the root of the sum alone, one of 10000 rows
    had 5 times a mean's error. Half: steps c times as long as a mean's leave c / sqrt(2c - 1) times its error (Sacks
    1958), 1.15 for two; but they follow effects that change twice as fast, and where features are correlated, in some
    directions the curvature is far less than in each of them. Where little is noise, steps stay long: such features
    need that. All this for rows that are new, those of a stream and of the first epoch of ``fit``; later it would only
    slow the way to the minimum.
    """
    for q in range(rows.shape[0]):
        start, end = span(lines, rows[q])
        size = 0.0
        for t in range(start, end):
            j, x = entry(lines, mean, rows[q], t)
            own = adaptive[j]
            own[2] = max(own[2], abs(x))
            if x != 0.0:
                size += (x / own[2]) ** 2
            own[3] -= r[q] * x
        clock[X_SQUARES] += size
    unit = eta * np.sqrt(clock[Y_SQUARES] / max(clock[X_SQUARES], 1.0))
    first = np.sqrt(clock[Y_SQUARES] / max(clock[Y_COUNT], 1.0)) / rows.shape[0]
    heed = 0.0
    if clock[T] < rule[HORIZON] and clock[Y_SQUARES] > 0.0:
        heed = _HEEDED * min(clock[R_SQUARES] / clock[Y_SQUARES], 1.0)
    part = implicit_part(lines, mean, rows, s, r, adaptive, unit, first, heed)
    for q in range(rows.shape[0]):
        start, end = span(lines, rows[q])
        weight = part * s[rows[q]] / rows.shape[0] if heed > 0.0 else 0.0
        for t in range(start, end):
            j, x = entry(lines, mean, rows[q], t)
            own = adaptive[j]
            if own[3] != 0.0 and unit > 0.0:
                w = read_adaptive(v[j], own[1], of(l1, j), clock[PAID], rule[L2], rule[LOWEST])
                own[0] += own[3] * own[3]
                D = max((np.sqrt(own[0]) + first * own[2]) * own[2] / unit, heed * own[4])
                v[j] += part * own[3] - (D - own[1]) * w
                own[1] = D
            own[3] = 0.0
            own[4] += weight * x * x
    clock[PAID] += part


@inlined
def note_target(y, rule, clock):
    """Take y into the sum of squares: about its running mean where the intercept moves, else about the intercept."""
    clock[Y_COUNT] += 1.0
    gap = y - clock[INTERCEPT]
    if rule[MOVES]:
        gap = y - clock[Y_MEAN]
        clock[Y_MEAN] += gap / clock[Y_COUNT]
        clock[Y_SQUARES] += gap * (y - clock[Y_MEAN])
    else:
        clock[Y_SQUARES] += gap * gap


@kernel
def rescale(v, paid, clock):
    """Make the scale 1 again. By a loop: array expressions took 2 seconds to compile."""
    for j in range(v.shape[0]):
        v[j] *= clock[SCALE]
        paid[j] *= clock[SCALE]
    clock[PAID] *= clock[SCALE]
    clock[PENDING] *= clock[SCALE]
    clock[SCALE] = 1.0


@kernel
def note_average(v, paid, clock, adaptive, averages, l1, rule):
    """Take the step into the period's sums; at the period's end, and before a rescaling, these into the averages."""
    sums = averages[2]
    k = np.int64(clock[PLACE])
    sums[k, 0] = clock[PAID]
    sums[k + 1, 1] = sums[k, 1] + clock[SCALE]
    sums[k + 1, 2] = sums[k, 2] + clock[SCALE] * clock[PAID]
    clock[PLACE] += 1.0
    clock[COUNT] += 1.0
    if k + 2 == sums.shape[0] or clock[SCALE] < SMALLEST_AVERAGED:
        for j in range(v.shape[0]):
            tally(v, paid, clock, adaptive, averages, l1, rule, j)
            averages[1][j] = 0
        clock[PLACE] = 0.0
        if clock[SCALE] < SMALLEST_AVERAGED:
            rescale(v, paid, clock)


@uncounted
def run(lines, mean, rows, y, s, room, v, paid, clock, adaptive, averages, l1, rule, batch):
    """Take a step for every ``batch`` of the rows; ``room`` holds their residuals."""
    for start in range(0, rows.shape[0], batch):
        some = rows[start : start + batch]
        weight, drift = 0.0, 0.0
        for q in range(some.shape[0]):
            k = some[q]
            product, norm2 = predict(lines, mean, k, v, paid, clock, adaptive, averages, l1, rule)
            clock[NORM2] = max(clock[NORM2], norm2)
            clock[Y_MAX] = max(clock[Y_MAX], abs(y[k]))
            if adaptive is not None:
                note_target(y[k], rule, clock)
            room[q] = y[k] - clock[INTERCEPT] - product
            weight += s[k]
            drift += s[k] * room[q]
        move = 0.0
        if rule[MOVES] and weight > 0.0:  # a mean that weighs the t-th row by t: the first are soon forgotten
            clock[SEEN] += weight
            move = 2.0 * drift / (clock[SEEN] + weight)
            clock[INTERCEPT] += move
        for q in range(some.shape[0]):
            room[q] -= move
            if not abs(room[q]) <= clock[WORST]:  # NaN, too
                clock[WORST] = abs(room[q])
            if adaptive is not None:
                clock[R_SQUARES] += room[q] * room[q]
            room[q] *= s[some[q]] / some.shape[0]
        eta = step_size(rule, clock)
        if adaptive is None:
            take_step(lines, mean, some, room, v, clock, averages, paid, l1, rule, eta)
        else:
            take_adaptive_step(lines, mean, some, s, room, v, clock, adaptive, l1, rule, eta)
        clock[T] += 1.0
        if averages is not None:
            note_average(v, paid, clock, adaptive, averages, l1, rule)
        if clock[SCALE] < SMALLEST_SCALE:
            rescale(v, paid, clock)
