"""When sparse data are better left to sweeps: steps of k active columns cost k^2 and more, sweeps their entries."""

import numpy as np

from .kernels.newton import NORM

# Costs, in entries of X that are read:
_FLOP = 0.1  # of the factor
_PAIR = 2.0  # of entries in a row


def entries(problem, which):
    """Return the number of entries of these columns of sparse X."""
    indptr = problem.X.indptr
    return int((indptr[which + 1] - indptr[which]).sum())


def dearer_than_sweeps(problem, face, more, count, sweeps):
    """Return whether steps that make ``count`` columns such as ``more`` active are expected to cost more than sweeps.

    ``sweeps`` is how many it takes, times the pivot, relative to its diagonal, that one in a hundred is below: pivots
    say how well conditioned the problem is, what is left of a column beside those before.
    """
    k = face.k
    if not k or not len(more):
        return False
    known, new = entries(problem, face.which), entries(problem, more) * count / len(more)
    pivots = np.diagonal(face.factor)[:k] ** 2 / face.table[NORM, face.order[:k]] ** 2
    sweeps /= max(float(np.partition(pivots, k // 100)[k // 100]), 1e-11)
    steps = _FLOP * k * count * (k + count) + _PAIR * new * (known + new) / problem.n
    return steps > sweeps * 2 * (known + new)
