"""The way down a grid of alphas on the columns that are known, several alphas in one call.

At every alpha: steps on the face, the bound that leaves few columns in doubt, these few priced, those that matter met,
and the certificate. Whatever is out of the ordinary ends it before that alpha, which is then Python's: see
``continuation``, where the same things happen a call at a time. Between calls from two threads Python takes turns, and
two threads took longer than one.
"""

import numpy as np

from ..jit import kernel, merged
from .certificate import certify
from .core import four_dots, line_dot
from .descent import combine, correlate
from .newton import EXCESS, HI, L1, L2, LO, NORM, SLACK, C, W, admit, dot_tail, grow, settle, threshold
from .screening import doubtful, measure, weigh

STAMP = "558dbbbb8faea67e------------------------------"

_REFINEMENTS = 3  # solves of one face, where its factor is not exact enough


@kernel
def meet(new, c, count, data, unit, scales, store, table):
    """Make the first ``count`` columns in ``new`` known, with correlations c; return the table with them.

    ``scales`` are those of l1 and l2.
    """
    (lines, mean, _), root, _, norm, slack = data
    if count == 0:
        return table
    l1, l2, lo, hi = unit
    which, rows, gram, known = store
    n, total = root.shape[0], table.shape[1]
    wider = np.zeros((table.shape[0], total + count))
    for i in range(table.shape[0]):
        for j in range(total):
            wider[i, j] = table[i, j]
    for t in range(count):
        j, at = new[t], total + t
        line, row, mean_j = lines[j], rows[at], mean[j]
        for i in range(n):
            row[i] = root[i] * (line[i] - mean_j)
        which[at], known[j] = j, True
        wider[C, at], wider[NORM, at], wider[SLACK, at] = c[t], norm[j], slack[j]
        wider[L1, at], wider[L2, at], wider[LO, at], wider[HI, at] = scales[0] * l1[j], scales[1] * l2[j], lo[j], hi[j]
    product = np.dot(rows[total : total + count], rows[: total + count].T)
    for t in range(count):
        for q in range(total + count):
            gram[total + t, q] = product[t, q]
    for q in range(total):  # by rows: a column's entries are pages apart
        for t in range(count):
            gram[q, total + t] = product[t, q]
    return wider


@merged
def select(values, bar, which, c, out, c_out):
    """Write the columns, and their correlations, whose values lie above the bar; return how many."""
    count = np.int64(0)  # a literal: callees would be compiled for it too
    for t in range(values.shape[0]):
        if values[t] > bar:
            out[count], c_out[count] = which[t], c[t]
            count += 1
    return count


@kernel
def residual(target, rows, w, out):
    """Write the weighted residual of w."""
    every = np.empty(w.shape[0], np.int64)
    for t in range(w.shape[0]):
        every[t] = t
    for i in range(target.shape[0]):
        out[i] = target[i]
    combine(rows, every, w, -1.0, out)


@kernel
def descend(gram, factor, order, table, k, level, block, limit):
    """Solve on the known columns: ``Face.solve``; return k, the rounds, whether it moved, and whether it is done."""
    rounds, ever = 0, False
    while True:
        rounds += 1
        any_moved = False
        for _ in range(_REFINEMENTS):
            k, moved, large = settle(gram, factor, order, table, k, level)
            any_moved = any_moved or moved
            if not large:
                break
        ever = ever or any_moved
        if large or rounds >= limit or (rounds > 1 and not any_moved):
            return k, rounds, ever, False
        grown = admit(order, table, k, max(block, k // 5))
        if grown == k:
            return k, rounds, ever, True
        if grown > order.shape[0]:
            return k, rounds, ever, False
        grow(gram, factor, order, table, k, grown)
        k = grown


@kernel
def refresh(rows, weighted, table):
    """Write the correlations of the known columns with the weighted residual."""
    total = table.shape[1]
    fours = total - total % 4
    for t in range(0, fours, 4):
        found = four_dots(rows, t, t + 1, t + 2, t + 3, weighted)
        table[C, t], table[C, t + 1], table[C, t + 2], table[C, t + 3] = found
    for t in range(fours, total):
        table[C, t] = line_dot(rows, t, weighted)


@merged
def price(data, weighted, which, c):
    """Write <x_j, r> of the columns in ``which``."""
    (lines, mean, far), root, _, _, _ = data
    n, total = weighted.shape[0], 0.0
    v = np.empty(n)
    for i in range(n):
        v[i] = root[i] * weighted[i]
        total += v[i]
    correlate(lines, which, v, c)
    for t in range(which.shape[0]):
        j = which[t]
        if far[j]:  # from zero: the two terms would cancel
            c[t], line = 0.0, lines[j]
            for i in range(n):
                c[t] += (line[i] - mean[j]) * v[i]
        else:
            c[t] -= total * mean[j]


@kernel
def certify_known(table, weighted, level, clear, largest, out):
    """Certify by the known columns alone: see ``Continuation._certify``."""
    square = dot_tail(weighted, weighted, np.int64(0), weighted.shape[0])
    own, nothing = (table[L1], table[L2], table[LO], table[HI]), np.zeros(table.shape[1], np.bool_)
    given = table[W], table[C], square, 0.0, 1.0, own, nothing, table[SLACK]
    certify(*given, level, 1.0 / clear, 1.0 / largest, out)


@kernel
def complete(data, unit, store, basis, factor, order, table, k, alpha, fall, limits, level, room, rounds):
    """Solve at alpha, meeting what turns out to matter; return k, table, the rounds, whether it moved, and the scales.

    The scales are those of ``screening.weigh``; where it has to be left to others, 0.
    """
    _, rows, gram, known = store
    block, limit, most_active, least_met, most_priced, steep = limits
    p, ever = known.shape[0], False
    weighted, c, c_new, pulls, scores = np.empty(rows.shape[1]), np.empty(p), np.empty(p), np.empty(p), np.empty(p)
    doubt, new, a = np.empty(p, np.int64), np.empty(p, np.int64), np.empty(basis[0].shape[0])
    while True:
        k, more, moved, done = descend(gram, factor, order, table, k, level, block, limit - rounds)
        rounds, ever, total = rounds + more, ever or moved, table.shape[1]
        if not done or rounds >= limit or k > most_active:
            return k, table, rounds, ever, weighted, 0.0, 0.0
        residual(data[2], rows, table[W], weighted)
        apart, spread = measure(weighted, basis, a)
        count = doubtful((a, apart, spread), basis, unit, alpha, known, most_priced, doubt)
        if count > most_priced:
            return k, table, rounds, ever, weighted, 0.0, 0.0
        price(data, weighted, doubt[:count], c)
        held = unit[0], alpha, unit[2], unit[3], data[3], data[4]
        clear, largest = weigh(doubt[:count], c, *held, EXCESS, pulls, scores)
        found = select(scores[:count], threshold(scores[:count], max(least_met, k // 2)), doubt, c, new, c_new)
        again = found > 0
        if not again and fall >= steep:  # the sequential strong rule: see ``continuation``
            found = select(pulls[:count], 2.0 * fall - 1.0, doubt, c, new, c_new)
        if total + found <= room:
            table = meet(new, c_new, found, data, unit, (alpha, alpha), store, table)
        elif again:
            return k, table, rounds, ever, weighted, 0.0, 0.0
        if not again:
            refresh(rows, weighted, table)
            return k, table, rounds, ever, weighted, clear, largest


@merged
def hand_over(table, space):
    """Write the table to ``space``; return the number of its columns.

    No array is returned to Python: numba runs Python code to make it, and an interrupt that had come meanwhile ended
    the process there.
    """
    total = table.shape[1]
    for i in range(table.shape[0]):
        for t in range(total):
            space[i * total + t] = table[i, t]
    return total


@kernel
def walk(data, unit, store, basis, factor, order, table, k, alphas, before, limits, level, goal, results, space):
    """Solve at these alphas in turn; return how many are done, k, and the columns of the table, which is in ``space``.

    ``before`` is the alpha before the first. Of every alpha, the coefficients of the known columns go to ``points``,
    their number to ``sizes``, the rounds to ``rounds``, 0 where nothing moved, and what ``certify`` writes to ``out``.
    An alpha that misses the goal has a size too.
    """
    points, sizes, rounds, out = results
    l1, l2, _, _ = unit
    which, _, gram, _ = store
    curved, done = False, 0
    for j in range(l2.shape[0]):
        curved = curved or l2[j] > 0.0
    for i in range(alphas.shape[0]):
        alpha = alphas[i]
        for t in range(table.shape[1]):
            table[L1, t], table[L2, t] = alpha * l1[which[t]], alpha * l2[which[t]]
        if curved:
            grow(gram, factor, order, table, 0, k)
        state = factor, order, table, k, alpha, min(alpha / before, 1.0)
        k, table, rounds[i], moved, weighted, clear, largest = complete(
            data, unit, store, basis, *state, limits, level, points.shape[1], rounds[i]
        )
        if not moved:
            rounds[i] = 0
        if clear == 0.0:
            break
        certify_known(table, weighted, level, clear, largest, out[i])
        sizes[i] = table.shape[1]
        if not out[i, 1] <= goal or out[i, 5] > 0.0:
            break
        for t in range(sizes[i]):
            points[i, t] = table[W, t]
        before, done = alpha, i + 1
    return done, k, hand_over(table, space)
