"""Which columns a bound on their correlations leaves in doubt."""

from ..jit import reduction
from .core import line_dot

STAMP = "3ce1d9868e9d8e76-----------------------------------------"


@reduction
def ambiguous(lines, a, reach, l1, lo, hi, known, out):
    """Write the unknown columns for which ``|line_j . a| + reach_j`` may exceed l1_j; return how many.

    Only on the sides where zero is not at a bound.
    """
    count = 0
    for j in range(l1.shape[0]):
        if known[j]:
            continue
        centre = line_dot(lines, j, a)
        room = l1[j] - reach[j]
        if (centre > room and hi[j] > 0.0) or (-centre > room and lo[j] < 0.0):
            out[count] = j
            count += 1
    return count
