"""Every column of X as the active-set method takes them, by a full Gram matrix: X itself is not read again.

It is made at once, given by the user, or grows by the rows that are asked for.
"""

import numpy as np

from .kernels.newton import L1, NORM, C, W
from .outlook import active_by_chance
from .products import lose_digits, whole_gram

_SPARSE = 0.2  # of the coefficients: below it their rows are gathered, above it all are read
_SMALL = 64  # columns: their Gram matrix is read in less time than it takes to find out which are at work
_ROWS = 8  # of a Gram matrix that grows, at once, at least; twice those that are asked for, a quarter of those made
_PASS = 13  # rows: what the reading of X costs besides (measured, like what the whole matrix costs: p / 2)
_MOST = 0.25  # of p rows: what may be spent before the whole matrix is made, and perhaps in vain
_LIKELY = 0.6  # of the columns: where more are expected to be active in the end, all rows are made at once
_WORTH = 10**8  # n p^2: below it, the whole matrix takes no more than two milliseconds


class AllColumns:
    """Every column, by a full Gram matrix, by default the problem's own: X itself is not read again."""

    complete = True
    inexact = False
    grows = False
    passes = 1  # over X, for the Gram matrix

    def __init__(self, problem, gram=None):
        self.problem = problem
        self.which = np.arange(problem.p)
        self.gram = problem.full_gram() if gram is None else gram

    def correlations(self, w):
        """Return <x_j, r>."""
        target = self.problem.target_correlations()
        if len(w) <= _SMALL:
            return target - self.gram @ w
        at = np.flatnonzero(w)
        return target - self.gram[at].T @ w[at] if len(at) < _SPARSE * len(w) else target - self.gram @ w


class GrowingGram(AllColumns):
    """Every column, by those rows of the full Gram matrix that the face asks for: a pass over X for a block of them.

    Little is lost where all are needed in the end: what is left then has the square of the share that is left.
    """

    grows = True

    def __init__(self, problem):
        super().__init__(problem, np.empty((problem.p, problem.p)))
        self.made = np.zeros(problem.p, dtype=bool)
        self.passes = 0
        self.spent = 0  # in rows
        self.least = None  # the least l1 that there will be

    def need(self, columns, table):
        """Have the rows of these columns, and of some more that are nearest to becoming active."""
        new = columns[~self.made[columns]]
        if not len(new):
            return
        size = self._size(len(new), table)
        if size is None:
            self._complete()
            return
        with np.errstate(divide="ignore", invalid="ignore"):
            pull = np.abs(table[C]) / table[L1]
        pull[self.made | ~np.isfinite(pull)] = -1.0  # what is taken out has no l1 either, and is never asked for
        pull[new] = np.inf
        chosen = np.argpartition(-pull, size)[:size]
        chosen = np.sort(chosen[pull[chosen] >= 0])
        self.gram[chosen] = self._rows(chosen)
        self.made[chosen] = True

    def _size(self, count, table):
        """Return how many rows to make, of which ``count`` are asked for; None: all that are left."""
        size = max(_ROWS, 2 * count, np.count_nonzero(self.made) // 4)
        self.passes += 1
        self.spent += size + _PASS
        dear = self.spent > _MOST * len(self.made) and self.made.any()
        return None if dear or max(size, self._expected(table)) > _LIKELY * len(self.made) else size

    def _expected(self, table):
        """Return how many columns the noise alone would make active at the least l1."""
        if self.least is None:
            return 0.0
        problem = self.problem
        square = problem.y_norm**2 - float((problem.target_correlations() + table[C]) @ table[W])
        return active_by_chance(problem, table[NORM], self.least, square)

    def _rows(self, which):
        return self.problem.gram_rows(which)

    def _complete(self):
        rest = np.flatnonzero(~self.made)
        if len(rest) == len(self.made):
            self.gram[:] = whole_gram(self.problem)
        else:
            self.gram[rest[:, None], self.made] = self.gram[self.made][:, rest].T
            self.gram[rest[:, None], rest] = self.problem.gram(rest)
        self.made[:] = True

    def correlations(self, w):
        """Return <x_j, r>."""
        at = np.flatnonzero(w)
        return self.problem.target_correlations() - self.gram[at].T @ w[at]


class GivenGram(AllColumns):
    """Every column, by a Gram matrix that the user gave: it may have rounding of its own, so X has the last word."""

    inexact = True

    def residual(self, w):
        """Return ``v = s * r``."""
        return self.problem.s * self.problem.residual_at(w)

    def correlations(self, w):
        """Return <x_j, r>."""
        return self.problem.correlate(self.residual(w))


def all_columns(problem):
    """Return the store of all columns for a path: it grows where that costs no digits, and may save some work."""
    whole = (
        lose_digits(problem) or problem.is_sparse or problem.made_gram is not None or problem.n * problem.p**2 <= _WORTH
    )
    return AllColumns(problem) if whole else GrowingGram(problem)
