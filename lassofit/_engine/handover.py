"""When sparse data are better left to sweeps: steps of k active columns cost k^2 and more, sweeps their entries."""

import math

import numpy as np

from .kernels.newton import NORM

# Costs, in entries of X that are read:
_FLOP = 0.1  # of the factor
_PAIR = 2.0  # of entries in a row


def entries(problem, which):
    """Return the number of entries of these columns of sparse X."""
    indptr = problem.X.indptr
    return int((indptr[which + 1] - indptr[which]).sum())


def sweeps_worth(problem, face, more, count, sweeps):
    """Return how many sweeps to try, where they are expected to cost less than to make ``count`` columns active; or 0.

    ``count`` columns such as ``more``. ``sweeps`` is how many it takes, times the pivot, relative to its diagonal, that
    one in a hundred is below: pivots say how well conditioned the problem is, what is left of a column beside those
    before. It may get worse on the way. So sweeps are tried until they have cost as much as to make all columns active
    that can be; then steps are gone back to, which are indifferent to that.
    """
    k = face.k
    if not k or not len(more):
        return 0
    known, new = entries(problem, face.which), entries(problem, more) * count / len(more)
    pivots = np.diagonal(face.factor)[:k] ** 2 / face.table[NORM, face.order[:k]] ** 2
    sweeps /= max(float(np.partition(pivots, k // 100)[k // 100]), 1e-11)
    steps = _FLOP * k * count * (k + count) + _PAIR * new * (known + new) / problem.n
    if sweeps * 2 * (known + new) >= steps:
        return 0
    return math.ceil(max(2 * sweeps, _FLOP * min(problem.n, problem.p) ** 3 / (2 * problem.X.nnz)))
