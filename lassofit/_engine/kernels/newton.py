"""Active-set Newton steps on a Gram matrix, with the Cholesky factor of the active block kept from step to step.

On the face where the signs of the active coefficients are held, the objective is a parabola with its minimum at

    (G_AA + diag(l2)) d = g,   g = c_A - l2 w_A - l1 sign_A

away. R, upper triangular by rows, with R'R = G_AA + diag(l2), grows by a column and loses one in O(k^2), all of it in
loops over contiguous rows (Osborne, Presnell and Turlach 2000; Golub and Van Loan 2013, 6.5.4).
"""

import numpy as np

from ..jit import kernel, reduction

STAMP = "558dbbbb8faea67e------------------------------"

# What is kept of every known column: rows of one table, since each array more costs a tenth of a second to compile.
W, SIGN, C, L1, L2, LO, HI, NORM, SLACK, RAISED, ACTIVE = range(11)

_PIVOT = 1e-11  # of the diagonal: the least pivot; a dependent column gets a long null step, which a bound then cuts
EXCESS = 1e-10  # relative: what counts as a violation; an exact comparison would cycle on rounding
SETTLED = 1e-13  # of |x_j| |y|: a gradient that is rounding


@kernel
def add_tail(x, a, row, start, end):
    """Add ``a * row`` to x from start to end; unsigned, since signed indices may wrap and keep loops from SIMD: 3x."""
    for i in range(np.uint64(start), np.uint64(end)):
        x[i] += a * row[i]


@reduction
def dot_tail(row, x, start, end):
    """Return the inner product of two arrays from start to end."""
    total = 0.0
    for i in range(np.uint64(start), np.uint64(end)):
        total += row[i] * x[i]
    return total


@kernel
def grow(gram, factor, order, table, start, k):
    """Bring the columns that the order lists from ``start`` to k into the factor: from 0, make it anew.

    A dependent column's pivot is raised to a floor: R'R = G_AA + diag(l2 + raised).
    """
    column = np.empty(k)
    for size in range(start, k):
        j = order[size]
        for t in range(size):
            column[t] = gram[j, order[t]]
        diagonal = gram[j, j] + table[L2, j]
        rest = diagonal
        for t in range(size):
            row = factor[t]
            value = column[t] / row[t]
            if value * value > 2.0 * diagonal:  # impossible but for rounding, which a small pivot has blown up
                value = 0.0
            row[size] = value
            rest -= value * value
            add_tail(column, -value, row, t + 1, size)
        pivot = rest if rest > _PIVOT * diagonal else 2.0 * _PIVOT * diagonal
        table[RAISED, j] = pivot - rest
        factor[size, size] = np.sqrt(pivot)


@kernel
def remove(factor, order, k, q):
    """Take the q-th of the k active columns out of the factor, by Givens rotations of the rows below."""
    for t in range(q):
        row = factor[t]
        for i in range(q, k - 1):
            row[i] = row[i + 1]
    for i in range(q, k - 1):
        order[i] = order[i + 1]
    if q == k - 1:
        return
    carried = np.empty(k)  # what is left of the row above, without its first entry
    for i in range(q + 1, k):
        carried[i] = factor[q, i]
    for t in range(q, k - 1):
        # Rows (carried, below), both from column t + 1 on, become row t of the new factor and the next carried.
        row, below = factor[t], factor[t + 1]
        a, b = carried[t + 1], below[t + 1]
        size = np.sqrt(a * a + b * b)
        cosine, sine = a / size, b / size
        for i in range(np.uint64(t + 1), np.uint64(k)):
            first, second = carried[i], below[i]
            row[i - np.uint64(1)] = cosine * first + sine * second
            carried[i] = cosine * second - sine * first


@kernel
def solve(factor, k, x):
    """Solve R'R d = x in place."""
    for t in range(k):
        row = factor[t]
        value = x[t] / row[t]
        x[t] = value
        add_tail(x, -value, row, t + 1, k)
    for t in range(k - 1, -1, -1):
        row = factor[t]
        x[t] = (x[t] - dot_tail(row, x, t + 1, k)) / row[t]


@kernel
def drop_inactive(factor, order, table, k, g):
    """Take the columns that are no longer active out of the factor, the order and g; return the new k."""
    for t in range(k - 1, -1, -1):
        if table[ACTIVE, order[t]] == 0.0:
            remove(factor, order, k, t)
            k -= 1
            for i in range(t, k):  # plain loops throughout: slices take seconds to compile
                g[i] = g[i + 1]
    return k


@kernel
def turn_back(order, table, k, direction):
    """Make the columns at zero that would move against their sign inactive, if not all would; return whether any."""
    count = 0
    for turn in range(2):
        for t in range(k):
            j = order[t]
            if table[W, j] == 0.0 and table[L1, j] > 0.0 and direction[t] * table[SIGN, j] <= 0.0:
                if turn == 0:
                    count += 1
                else:
                    table[ACTIVE, j] = 0.0
        if count == 0 or count == k:
            return False
    return True


@kernel
def move(factor, order, table, k, direction):
    """Go to the minimum, or to the first end of a piece, [lo, 0] or [0, hi], where columns leave; return the step.

    A null direction that lowers the objective meets such an end. One that meets none is rounding over a raised pivot:
    then its column leaves, nothing moves, and the step is 0.
    """
    step = 1.0
    end, room = np.empty(k), np.empty(k)
    for t in range(k):
        j, d = order[t], direction[t]
        end[t] = table[HI, j] if d > 0.0 else table[LO, j]
        if table[L1, j] > 0.0 and d * table[SIGN, j] < 0.0:
            end[t] = 0.0
        room[t] = (end[t] - table[W, j]) / d if d != 0.0 else np.inf
        if room[t] < step:
            step = room[t]
    if step < 0.0:
        step = 0.0
    if step == 1.0:
        for t in range(k):
            if factor[t, t] * factor[t, t] <= 8.0 * table[RAISED, order[t]]:
                table[ACTIVE, order[t]] = 0.0
                step = 0.0
        if step == 0.0:
            return step
    for t in range(k):
        j = order[t]
        if step < 1.0 and room[t] <= step:
            table[W, j] = end[t]
            table[ACTIVE, j] = 0.0
        else:
            table[W, j] += step * direction[t]
    return step


@kernel
def gradient(order, table, k, level, g):
    """Write the gradient of the active columns; return whether some of it is above rounding."""
    large = False
    for t in range(k):
        j = order[t]
        g[t] = table[C, j] - table[L2, j] * table[W, j] - table[L1, j] * table[SIGN, j]
        large = large or abs(g[t]) > SETTLED * table[NORM, j] * level
    return large


@kernel
def settle(gram, factor, order, table, k, level):
    """Minimise over the face, dropping what reaches the end of its piece, and keep ``c = X'r`` of all known columns.

    Return the new k, whether something moved, and whether rounding, or a raised pivot, has left a gradient.
    """
    count, moved = k, False
    g, direction, before, touched = np.empty(k), np.empty(k), np.empty(k), np.empty(k, np.int64)
    if not gradient(order, table, k, level, g):
        return k, False, False
    for t in range(k):
        touched[t], before[t] = order[t], table[W, order[t]]
    while k:
        for t in range(k):
            direction[t] = g[t]
        solve(factor, k, direction)
        if not turn_back(order, table, k, direction):
            step = move(factor, order, table, k, direction)
            for t in range(k):
                g[t] = (1.0 - step) * g[t] + step * table[RAISED, order[t]] * direction[t]
            if step == 1.0:
                break
        k = drop_inactive(factor, order, table, k, g)
    for t in range(count):
        j = touched[t]
        change = table[W, j] - before[t]
        if change != 0.0:
            moved = True
            add_tail(table[C], -change, gram[j], np.int64(0), table.shape[1])  # a literal 0: compiled once more
    return k, moved, gradient(order, table, k, level, g)


@kernel
def violation(w_j, c_j, l1_j, l2_j, lo_j, hi_j):
    """Return how far a column is from its optimality condition on the side where it may move."""
    t = c_j - l2_j * w_j
    up = t - l1_j if w_j >= 0.0 else t + l1_j
    down = -t - l1_j if w_j <= 0.0 else l1_j - t
    if w_j >= hi_j:
        up = -np.inf
    if w_j <= lo_j:
        down = -np.inf
    return up if up > down else down


@kernel
def score(w, c, l1, l2, lo, hi, norm, slack, scores):
    """Write how far every column is from its optimality condition, over its norm; within ``slack`` it is rounding."""
    for j in range(w.shape[0]):
        excess = violation(w[j], c[j], l1[j], l2[j], lo[j], hi[j]) - slack[j] - EXCESS * l1[j]
        scores[j] = excess / norm[j] if norm[j] > 0.0 else -np.inf


@kernel
def threshold(scores, size):
    """Return a bar that about ``size`` of the scores, all the positive ones if they are fewer, lie above."""
    bar, top, count = 0.0, 0.0, 0
    for j in range(scores.shape[0]):
        if scores[j] > 0.0:
            count += 1
            top = max(top, scores[j])
    for _ in range(20):  # bisection: np.partition costs 11 s to compile
        if count <= size:
            break
        middle = 0.5 * (bar + top)
        above = 0
        for j in range(scores.shape[0]):
            above += scores[j] > middle
        if above >= size:
            bar, count = middle, above
        else:
            top = middle
    return bar


@kernel
def admit(order, table, k, size):
    """Make about ``size`` of the worst violators among the known columns active; return the new k."""
    scores = np.empty(table.shape[1])
    score(table[W], table[C], table[L1], table[L2], table[LO], table[HI], table[NORM], table[SLACK], scores)
    for t in range(k):
        scores[order[t]] = -np.inf
    bar = threshold(scores, size)
    grown = k
    for j in range(scores.shape[0]):
        if scores[j] > bar:
            pull = table[W, j] if table[W, j] != 0.0 else table[C, j]
            table[SIGN, j] = 1.0 if pull > 0.0 else -1.0
            table[ACTIVE, j] = 1.0
            order[grown] = j
            grown += 1
    return grown


@kernel
def trace(gram, factor, order, table, k, alphas, l1, l2, level, block, limit, points, rounds):
    """Solve at these alphas in turn, as ``Face.solve`` does; return how many, and k.

    It ends before an alpha at which anything is out of the ordinary: what rounding has worn or stopped, many rounds.
    """
    curved = False
    for j in range(l2.shape[0]):
        curved = curved or l2[j] > 0.0
    for i in range(alphas.shape[0]):
        for j in range(l1.shape[0]):
            table[L1, j] = alphas[i] * l1[j]
            table[L2, j] = alphas[i] * l2[j]
        if curved:
            grow(gram, factor, order, table, 0, k)
        while True:
            rounds[i] += 1
            k, moved, large = settle(gram, factor, order, table, k, level)
            if large or rounds[i] == limit or (rounds[i] > 1 and not moved):
                return i, k
            grown = admit(order, table, k, max(block, k // 5))
            if grown == k:
                break
            grow(gram, factor, order, table, k, grown)
            k = grown
        for j in range(l1.shape[0]):
            points[i, j] = table[W, j]
    return alphas.shape[0], k
