"""When sparse data are better left to sweeps: steps of k active columns cost k^2 and more, sweeps their entries."""

import math

import numpy as np

from .kernels.newton import NORM

# Costs, in entries of X that are read:
_FLOP = 0.1  # of the factor
_PAIR = 2.0  # of entries in a row
_FEW = 60_000  # entries: a sweep takes no longer than what is around it,
_FIRST = 60  # and so many cost a millisecond or two
_SPARE = 8  # times those that are tried: with a lower max_iter none are, for they count, done or not
_SHORT = 0.5  # rows a column: with fewer, sweeps are many


def entries(problem, which):
    """Return the number of entries of these columns of sparse X."""
    indptr = problem.X.indptr
    return int((indptr[which + 1] - indptr[which]).sum())


def sweeps_first(problem, max_iter):
    """Return how many sweeps to try before anything else, on X of few entries; or 0.

    On 14 made sets of 1500 to 60,000 entries, one-hot, random and by Zipf's law, they took .2 to 1 of the time at
    nearly all alphas; where they are too few for collinear columns, they are lost.
    """
    if not problem.is_sparse or max_iter < _SPARE * _FIRST:
        return 0
    return _FIRST if problem.X.nnz <= _FEW and problem.n >= _SHORT * problem.p else 0


def more_sweeps(gaps, goal, first, most):
    """Return how many more sweeps to try after the first, if at the rate of their last half ``most`` would do; or 0.

    ``gaps`` are pairs of an iteration and its gap.
    """
    if gaps[-1][0] > gaps[0][0] + first:
        return 0
    (now, gap), half = gaps[-1], [pair for pair in gaps if 2 * pair[0] <= gaps[-1][0]]
    if not half or not 0 < goal < gap < half[-1][1] < np.inf:
        return 0
    then, more = half[-1]
    wanted = math.log(gap / goal) * (now - then) / math.log(more / gap)
    return math.ceil(1.5 * wanted) if wanted <= most else 0


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
