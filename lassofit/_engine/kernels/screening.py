"""Which columns a bound on their correlations leaves in doubt."""

from ..jit import reduction
from .core import line_dot

STAMP = "42b2ec93b2034ee7---------------------------------------------------------------"


@reduction
def ambiguous(lines, a, left, beside, noise, spread, l1, alpha, lo, hi, known, out):
    """Write the unknown columns for which ``|line_j . a| + reach_j`` may exceed ``alpha l1_j``; return how many.

    ``reach = beside left + spread noise``. Only on the sides where zero is not at a bound.
    """
    count = 0
    for j in range(l1.shape[0]):
        if known[j]:
            continue
        centre = line_dot(lines, j, a)
        room = alpha * l1[j] - (beside * left[j] + spread * noise[j])
        if (centre > room and hi[j] > 0.0) or (-centre > room and lo[j] < 0.0):
            out[count] = j
            count += 1
    return count
