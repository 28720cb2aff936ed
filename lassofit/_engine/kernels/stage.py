"""A stage of the way down to one alpha in one call, on dense data with fewer rows than columns.

What ``search`` does a call at a time, and why, is said there. A microarray is read in a tenth of a millisecond, and
then the calls took most of a fit. Whatever is out of the ordinary ends it, and ``search`` goes on from there.
"""

import numpy as np

from ..jit import kernel, merged
from .newton import EXCESS, L1, C, W, threshold
from .screening import doubtful, estimate, measure, weigh
from .walk import descend, hand_over, meet, price, refresh, residual, select

STAMP = "558dbbbb8faea67e------------------------------"

_CLEAR = 0.1  # of l1: what the basis expects a correlation to be off by, at most, to choose the next candidates
_MORE = 2  # times as many are priced then
_HALVINGS = 12  # of the range in which the bar is looked for that so many columns are above


@kernel
def highest(scores, size, out):
    """Write the columns with the highest scores, about ``size`` of them; return how many."""
    low, top = np.inf, -np.inf
    for j in range(scores.shape[0]):
        if scores[j] > -np.inf:
            low, top = min(low, scores[j]), max(top, scores[j])
    bar = low - 1.0
    if size < scores.shape[0]:
        for _ in range(_HALVINGS):
            bar = 0.5 * (low + top)
            above = 0
            for j in range(scores.shape[0]):
                above += scores[j] > bar
            if above > size + size // 4:
                low = bar
            elif above < size - size // 4:
                top = bar
            else:
                break
    count = np.int64(0)
    for j in range(scores.shape[0]):
        if scores[j] > bar:
            out[count] = j
            count += 1
    return count


@kernel
def score_zeros(c, ratio, unit, norm, slack, scores):
    """Write the scores of ``weigh`` for all columns: without an index, a sixth of its time."""
    l1, _, lo, hi = unit
    for j in range(c.shape[0]):
        pull, level = max(c[j] if hi[j] > 0.0 else 0.0, -c[j] if lo[j] < 0.0 else 0.0), ratio * l1[j]
        scores[j] = (pull - level - slack[j] - EXCESS * level) / norm[j] if norm[j] > 0.0 else -np.inf


@kernel
def blur(place, basis, unit, ratio, n):
    """Return by how much of their l1 the correlations are off that the basis expects, on the average.

    What is known is that they are off by no more than the bound. Expected is less by sqrt(n): what is left of a column
    has no reason to point at what is left of the residual.
    """
    left, l1, total, count = basis[3], unit[0], 0.0, 0
    for j in range(l1.shape[0]):
        if l1[j] > 0.0 and left[j] > 0.0:
            total += left[j] / l1[j]
            count += 1
    return place[1] * total / (max(count, 1) * ratio * np.sqrt(n))


@kernel
def suspects(place, basis, unit, ratio, data, known, size, most_priced, c, scores, out):
    """Write the columns to price at the end of a stage; return how many, or -1: all.

    At the target, those that the bound leaves in doubt. On the way there, where the basis is clear enough about them,
    those that it expects to come next; c are its correlations then.
    """
    if basis[0].shape[0] == 0:
        return -1
    if ratio == 1.0:
        count = doubtful(place, basis, unit, ratio, known, most_priced, out)
        return count if count <= most_priced else -1
    if blur(place, basis, unit, ratio, basis[0].shape[1]) > _CLEAR:
        return -1
    estimate(place, basis, unit, 0.0, c)
    score_zeros(c, ratio, unit, data[3], data[4], scores)
    for j in range(c.shape[0]):
        if known[j]:
            scores[j] = -np.inf
    return highest(scores, _MORE * size, out)


@merged
def fill(weighted, place, basis, unit, ratio, priced, c_priced, which, rows, table, c):
    """Write the correlations of all columns: of those that were not priced, at the target the most that they can be.

    On the way there 0, which keeps them out of the next stage: what is met, is met with exact correlations.
    """
    if ratio == 1.0:
        estimate(place, basis, unit, 1.0, c)
    else:
        c[:] = 0.0
    for t in range(priced.shape[0]):
        c[priced[t]] = c_priced[t]
    refresh(rows, weighted, table)
    for t in range(table.shape[1]):
        c[which[t]] = table[C, t]


@kernel
def solve_stage(data, unit, store, basis, factor, order, table, k, c, ratio, limits, level, budget, weighted, space):
    """Solve at ``ratio`` times l1 on the columns that the correlations c name; write those of the solution to c.

    Return k, the columns of the table, which is in ``space``, the rounds (~rounds where something is out of the
    ordinary), whether so many columns violated their condition that the next step should be a short one, how many
    violate it now, and whether all columns were priced, or, where something is out of the ordinary, fitted in. Where a
    bound leaves few in doubt, only these are priced: see ``fill``. ``weighted`` becomes the
    weighted residual.
    """
    which, rows, gram, known = store
    block, limit, most_active, size, most_priced = limits
    p, rounds, met = c.shape[0], 0, False
    scores, pulls = np.empty(p), np.empty(p)
    chosen, new, c_own, c_new = np.empty(p, np.int64), np.empty(p, np.int64), np.empty(p), np.empty(p)
    a = np.empty(basis[0].shape[0])
    held = unit[0], ratio, unit[2], unit[3], data[3], data[4]
    for t in range(table.shape[1]):
        table[L1, t] = ratio * unit[0][which[t]]
    score_zeros(c, ratio, unit, data[3], data[4], scores)
    violators = 0
    for j in range(p):
        if known[j]:
            scores[j] = -np.inf
        violators += scores[j] > 0.0
    count = highest(scores, size, chosen)
    for t in range(count):
        scores[t], c_own[t] = scores[chosen[t]], c[chosen[t]]
    while True:  # one call of each: every one is compiled
        found = select(scores[:count], threshold(scores[:count], max(block, k // 2)), chosen, c_own, new, c_new)
        last, fits = met and found == 0, table.shape[1] + found <= order.shape[0]
        ordinary = fits
        if last:  # steps that keep the correlations by the Gram matrix lose digits: these are the residual's
            refresh(rows, weighted, table)
        elif ordinary:
            table, met = meet(new, c_new, found, data, unit, (ratio, 1.0), store, table), True
        if ordinary:
            allowed = min(limit, budget - rounds) + last  # to find that nothing moves is no round
            k, more, _, done = descend(gram, factor, order, table, k, level, block, allowed)
            rounds += more - last
            ordinary = done and k <= most_active and rounds < budget
        residual(data[2], rows, table[W], weighted)
        if not ordinary:
            return k, hand_over(table, space), ~rounds, False, violators, fits
        every = False
        if last:
            place = (a, *measure(weighted, basis, a))
            count = suspects(place, basis, unit, ratio, data, known, size, most_priced, c, scores, chosen)
            every = count < 0
            if every:
                c_own, count = c, p
                for j in range(p):
                    chosen[j] = j
        price(data, weighted, chosen[:count], c_own)
        if every:
            score_zeros(c, ratio, unit, data[3], data[4], scores)
        else:
            weigh(chosen[:count], c_own, *held, EXCESS, pulls, scores)
        left = 0
        for t in range(count):
            if known[chosen[t]]:
                scores[t] = -np.inf
            left += scores[t] > 0.0
        if last:
            if not every:
                fill(weighted, place, basis, unit, ratio, chosen[:count], c_own, which, rows, table, c)
            return k, hand_over(table, space), rounds, violators > size or rounds > limit, left, every
