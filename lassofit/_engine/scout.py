"""A look ahead for tall data: the Gram matrix of a sample of rows, with the exact X'y, names the support.

Where rows are many, a few thousand of them give the Gram matrix well enough to tell which columns will matter, for a
hundredth of the work. It only says where to begin: nothing that is certified depends on it.
"""

import numpy as np

from .active import Face

_ROWS_PER_COLUMN = 20  # in the sample
_LEAST = 2000  # rows in the sample
_TALL = 5  # times the sample: with fewer rows, a look ahead costs too much
_PIECES = 16  # of consecutive rows, evenly spread, so that whole cache lines are read
_FALL = 0.2  # of alpha from stage to stage


class _SampleGram:
    """Every column, by the Gram matrix of some rows."""

    inexact = False

    def __init__(self, problem, size):
        self.problem = problem
        self.which = np.arange(problem.p)
        starts = np.linspace(0, problem.n - size // _PIECES, _PIECES).astype(int)
        pieces = [slice(start, start + size // _PIECES) for start in starts]
        self.gram = problem.gram(self.which, pieces) / sum(float(problem.s[rows].sum()) for rows in pieces)

    def correlations(self, w):
        """Return X'y - G w."""
        return self.problem.target_correlations() - self.gram @ w


def sample_size(problem):
    """Return how many rows a look ahead takes, or 0 where it does not pay."""
    size = max(_LEAST, _ROWS_PER_COLUMN * problem.p)
    return size if not problem.is_sparse and problem.n >= _TALL * size else 0


def named(problem, penalty, slack, ratio, budget):
    """Return the columns that the sample's solution has, from ``ratio`` times alpha down; None without a sample."""
    size = sample_size(problem)
    if not size:
        return None
    columns = _SampleGram(problem, size)
    if not (np.diag(columns.gram)[penalty.lo < penalty.hi] > 0).all():
        return None  # a column that is constant in the sample, or rows without weight
    face = Face(problem, penalty, slack, columns)
    face.refresh()
    while True:
        ratio = max(1.0, ratio * _FALL)
        face.set_penalty(penalty._replace(l1=penalty.l1 * ratio))
        face.solve(budget)
        if ratio == 1.0:
            return np.flatnonzero(face.w)
