"""A stage of the way down to one alpha in one call, on dense data with fewer rows than columns.

What ``search`` does a call at a time, and why, is said there. A microarray is read in a tenth of a millisecond, and
then the calls took most of a fit. Whatever is out of the ordinary ends it, and ``search`` goes on from there.
"""

import numpy as np

from ..jit import kernel, merged
from .newton import EXCESS, L1, W, threshold
from .screening import weigh
from .walk import descend, hand_over, meet, price, refresh, residual, select

STAMP = "52f8a0e0448537ca------------------------------------------------"

_HALVINGS = 12  # of the range in which the bar is looked for that so many columns are above


@merged
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
def solve_stage(data, unit, store, factor, order, table, k, c, ratio, limits, level, budget, weighted, space):
    """Solve at ``ratio`` times l1 on the columns that the correlations c name; write those of the solution to c.

    Return k, the columns of the table, which is in ``space``, the rounds (~rounds where something is out of the
    ordinary), whether so many columns violated their condition that the next step should be a short one, and how many
    violate it now. ``weighted`` becomes the weighted residual.
    """
    which, rows, gram, known = store
    block, limit, most_active, size = limits
    p, rounds, met = c.shape[0], 0, False
    scores, pulls, every = np.empty(p), np.empty(p), np.empty(p, np.int64)
    chosen, new, c_own, c_new = np.empty(p, np.int64), np.empty(p, np.int64), np.empty(p), np.empty(p)
    held = unit[0], ratio, unit[2], unit[3], data[3], data[4]
    for j in range(p):
        every[j] = j
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
        last, ordinary = met and found == 0, table.shape[1] + found <= order.shape[0]
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
            return k, hand_over(table, space), ~rounds, False, violators
        if last:
            chosen, c_own, count = every, c, p
        price(data, weighted, chosen[:count], c_own)
        if last:
            score_zeros(c, ratio, unit, data[3], data[4], scores)
        else:
            weigh(chosen[:count], c_own, *held, EXCESS, pulls, scores)
        left = 0
        for t in range(count):
            if known[chosen[t]]:
                scores[t] = -np.inf
            left += scores[t] > 0.0
        if last:
            return k, hand_over(table, space), rounds, violators > size or rounds > limit, left
