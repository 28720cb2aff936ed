"""When to work on the Gram matrix of all columns: where it is cheap, or most of it will be needed."""

import numpy as np

from . import outlook
from .kernels.certificate import largest_pull
from .layout import sample_size

_CHEAP = 2 * 10**6  # n p^2, the cost: a tenth of a millisecond. Below it, the matrix pays always; measured on 40 sets
_FAIR = 10**7  # n p^2: half a millisecond. Below it, it pays where most columns matter, and above if alpha is small too
_PULLED = 0.5  # of the columns, correlated with y by more than their l1: then most matter
DEEP = 30  # alpha_max over alpha: a small alpha
_TELLING = 3 * 10**7  # n p^2: above it, it is asked how many columns will be active, for some hundredths of the price:
_ACTIVE = 0.45  # of the columns, expected. With fewer, many are correlated with y through a few: fits without take .7.
_CHEAPER = 1000  # A smaller share where the matrix costs fewer passes: columns over this.
# See ``outlook.spread``: those of neighbours correlated by .96 and .975, beyond which less is known.
_ALIKE, _NEARLY_ONE = 25.0, 40.0
DEAR = 3 * 10**8  # n p^2: single precision saves 3 ms and more; of X in float32, which is not even converted, at
_DEAR_SINGLE = 5 * 10**7
# With fewer columns the passes that refine it take longer than it saves: where X is a factor as it lies there, or not.
_FEW, _FEW_COPIED = 250, 120
# With rows fewer than columns the matrix has much that is not needed, so has to be cheaper by this: 60 x 401, fitted to
_WIDE = 6  # one column, took three times as long with it.


def dear(problem):
    """Return whether it is better made in single precision at first."""
    if problem.n < problem.p:
        return False
    price = problem.n * problem.p**2
    if problem.lies_in_place(np.float32):
        return price > _DEAR_SINGLE
    return price > DEAR and problem.p > (_FEW if problem.lies_in_place() else _FEW_COPIED)


def wanted_at_once(problem, penalty):
    """Return whether to begin with it."""
    price = problem.n * problem.p**2
    if problem.n < problem.p or problem.is_sparse or price <= _CHEAP:
        return price <= (_CHEAP if problem.n >= problem.p else _CHEAP // _WIDE)
    if sample_size(problem.n, problem.p):  # a look ahead first
        return False
    c, ratio = problem.target_correlations(), DEEP
    if price > _FAIR:
        ratio = largest_pull(c, penalty.l1, penalty.lo, penalty.hi)
    return wanted(problem, penalty, c, ratio)


def wanted(problem, penalty, c, ratio):
    """Return whether to take it at ``ratio`` times the target alpha, from the correlations c."""
    if ratio < DEEP or problem.is_sparse or problem.n < problem.p or not most_matter(penalty, c):
        return False
    if problem.n * problem.p**2 <= _TELLING:
        return True
    spread = outlook.spread(problem)
    if spread > (_ALIKE if penalty.l2.any() else _NEARLY_ONE):  # of such columns an l2 penalty takes all
        return True
    return outlook.share_active(min(spread, _ALIKE), ratio) >= min(_ACTIVE, problem.p / _CHEAPER)


def most_matter(penalty, c):
    """Return whether most columns can be expected to, from the correlations c."""
    return np.count_nonzero(np.abs(c) > penalty.l1) > _PULLED * len(c)
