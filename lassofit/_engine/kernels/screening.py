"""Which columns a bound on their correlations leaves in doubt."""

import numpy as np

from ..jit import kernel

STAMP = "15ed72dba3d98ed2---------------------------------------------"


@kernel
def ambiguous(centre, left, beside, noise, spread, l1, alpha, lo, hi, known, out):
    """Write the unknown columns for which ``|centre_j| + reach_j`` may exceed ``alpha l1_j``; return how many.

    ``reach = beside left + spread noise``. Only on the sides where zero is not at a bound.
    """
    count = 0
    for j in range(l1.shape[0]):
        if known[j]:
            continue
        room = alpha * l1[j] - (beside * left[j] + spread * noise[j])
        if (centre[j] > room and hi[j] > 0.0) or (-centre[j] > room and lo[j] < 0.0):
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
