"""Which columns a bound on their correlations leaves in doubt."""

import numpy as np

from ..jit import kernel
from .newton import add_tail, dot_tail

STAMP = "52f8a0e0448537ca------------------------------------------------"

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
def doubtful(weighted, basis, unit, alpha, known, out):
    """Write the unknown columns that the bound of ``ResidualBasis`` does not prove to be satisfied; return how many.

    Only on the sides where zero is not at a bound. In pieces of ``correlations' a``, most of which leave no doubt.
    """
    vectors, correlations, passes, left, noise = basis
    l1, _, lo, hi = unit
    a, beside = np.empty(vectors.shape[0]), np.empty(weighted.shape[0])
    project(vectors, weighted, a, beside)
    n = weighted.shape[0]
    spread = np.sqrt(dot_tail(weighted, weighted, np.int64(0), n))
    apart = np.sqrt(dot_tail(beside, beside, np.int64(0), n))
    for i in range(a.shape[0]):
        spread += abs(dot_tail(passes[i], a, np.int64(0), a.shape[0]))
    count, p = 0, l1.shape[0]
    centre = np.empty(_PIECE)
    for start in range(0, p, _PIECE):
        size = min(_PIECE, p - start)
        for t in range(size):
            centre[t] = 0.0
        for q in range(a.shape[0]):
            row, a_q = correlations[q], a[q]
            for t in range(np.uint64(size)):
                centre[t] += a_q * row[np.uint64(start) + t]
        some = 0
        for t in range(np.uint64(size)):
            j = np.uint64(start) + t
            some += abs(centre[t]) + apart * left[j] + spread * noise[j] > alpha * l1[j]
        if some == 0:
            continue
        for t in range(size):
            j = start + t
            room = alpha * l1[j] - (apart * left[j] + spread * noise[j])
            if not known[j] and ((centre[t] > room and hi[j] > 0.0) or (-centre[t] > room and lo[j] < 0.0)):
                out[count] = j
                count += 1
    return count


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
