"""Which columns a bound on their correlations leaves in doubt."""

import numpy as np

from ..jit import kernel
from .certificate import EPS
from .newton import add_tail, dot_tail

STAMP = "558dbbbb8faea67e------------------------------"

_PIECE = 512  # columns whose bounds are summed at once: 4 kB


@kernel
def project(vectors, weighted, a, beside):
    """Write the coordinates of ``weighted`` on orthonormal vectors, and what lies beside them; twice, for rounding."""
    n = weighted.shape[0]
    for i in range(n):
        beside[i] = weighted[i]
    for q in range(a.shape[0]):
        a[q] = 0.0
    for _ in range(2):
        for q in range(a.shape[0]):
            part = dot_tail(vectors[q], beside, np.int64(0), n)
            a[q] += part
            add_tail(beside, -part, vectors[q], np.int64(0), n)


@kernel
def measure(weighted, basis, a):
    """Write the coordinates of ``weighted``; return how far it lies beside the basis, and the scale of the noise.

    With a itself, they are its ``place``.
    """
    vectors, _, passes, _, _ = basis
    n, beside = weighted.shape[0], np.empty(weighted.shape[0])
    project(vectors, weighted, a, beside)
    spread = np.sqrt(dot_tail(weighted, weighted, np.int64(0), n))
    for i in range(a.shape[0]):
        spread += abs(dot_tail(passes[i], a, np.int64(0), a.shape[0]))
    return np.sqrt(dot_tail(beside, beside, np.int64(0), n)), spread


@kernel
def add_rows(a, rows, start, size, out):
    """Add the combination of rows with coefficients a, ``size`` columns of it from ``start`` on, to out."""
    fours = a.shape[0] - a.shape[0] % 4
    for q in range(0, fours, 4):
        a_0, a_1, a_2, a_3 = a[q], a[q + 1], a[q + 2], a[q + 3]
        row_0, row_1, row_2, row_3 = rows[q], rows[q + 1], rows[q + 2], rows[q + 3]
        for t in range(np.uint64(size)):
            j = np.uint64(start) + t
            out[t] += a_0 * row_0[j] + a_1 * row_1[j] + a_2 * row_2[j] + a_3 * row_3[j]
    for q in range(fours, a.shape[0]):
        row, a_q = rows[q], a[q]
        for t in range(np.uint64(size)):
            out[t] += a_q * row[np.uint64(start) + t]


@kernel
def doubtful(place, basis, unit, alpha, known, most, out):
    """Write the unknown columns that the bound of ``ResidualBasis`` does not prove to be satisfied; return how many.

    Only on the sides where zero is not at a bound; where they are more than ``most``, only some.
    """
    (a, apart, spread), (_, correlations, _, left, noise), (l1, _, lo, hi) = place, basis, unit
    count, p = 0, l1.shape[0]
    centre, excess, some = np.empty(_PIECE), np.empty(_PIECE), np.empty(_PIECE, np.int64)
    for start in range(0, p, _PIECE):
        size = min(_PIECE, p - start)
        for t in range(size):
            centre[t] = 0.0
        add_rows(a, correlations, start, size, centre)
        for t in range(np.uint64(size)):
            j = np.uint64(start) + t
            excess[t] = abs(centre[t]) + apart * left[j] + spread * noise[j] - alpha * l1[j]
        above = 0
        for t in range(size):  # without a branch, which nothing foretells
            some[above] = t
            above += excess[t] > 0.0
        for i in range(above):
            t = some[i]
            j = start + t
            up, down = hi[j] > 0.0, lo[j] < 0.0
            ahead, behind = (up, down) if centre[t] > 0.0 else (down, up)
            out[count] = j
            count += (ahead | (behind & (excess[t] > 2.0 * abs(centre[t])))) & (not known[j])
        if count > most:
            break
    return count


@kernel
def estimate(place, basis, unit, certain, c):
    """Write the correlations as the basis has them, and ``certain`` times what they may be off by, where that matters.

    With 1, no correlation is further from zero than that on a side where zero is not at a bound.
    """
    (a, apart, spread), (_, correlations, _, left, noise), (_, _, lo, hi) = place, basis, unit
    for j in range(c.shape[0]):
        c[j] = 0.0
    add_rows(a, correlations, 0, c.shape[0], c)
    for j in range(c.shape[0]):
        off = certain * (apart * left[j] + spread * noise[j])
        c[j] += off if hi[j] > 0.0 and (c[j] > 0.0 or not lo[j] < 0.0) else -off


@kernel
def extend(c, a, correlations, size, norm2, noise, spread, left):
    """Write a further row of the correlations, from those of a residual, and what is left of every column beside it.

    ``a`` are the residual's coordinates on the rows before, ``size`` what lies beside them.
    """
    m = a.shape[0]
    row = correlations[m]
    for j in range(c.shape[0]):
        row[j] = c[j]
    for q in range(m):
        add_tail(row, -a[q], correlations[q], np.int64(0), c.shape[0])
    for j in range(c.shape[0]):
        row[j] /= size
        left[j] = norm2[j] - row[j] * row[j]
    for q in range(m):
        for j in range(np.uint64(c.shape[0])):
            left[j] -= correlations[q, j] * correlations[q, j]
    for j in range(c.shape[0]):
        rounding = 64.0 * EPS * norm2[j] + 2.0 * spread * np.sqrt(norm2[j]) * noise[j]
        left[j] = np.sqrt(max(left[j], 0.0) + rounding)


@kernel
def weigh(which, c, l1, alpha, lo, hi, norm, slack, excess, pulls, scores):
    """Write how strongly the correlations c pull columns at zero, over their l1, and how far that is a violation.

    The score is that of ``newton.score``. Return the largest pull less slack, and the largest, both 1 at least.
    """
    clear, largest = 1.0, 1.0
    for t in range(which.shape[0]):
        j = which[t]
        pull = max(c[t] if hi[j] > 0.0 else 0.0, -c[t] if lo[j] < 0.0 else 0.0)
        level = alpha * l1[j]
        pulls[t] = pull / level
        clear = max(clear, (pull - slack[j]) / level)
        largest = max(largest, pulls[t])
        scores[t] = (pull - level - slack[j] - excess * level) / norm[j] if norm[j] > 0.0 else -np.inf
    return clear, largest
