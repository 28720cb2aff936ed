"""The columns that the active-set method has met: gathered once, with the Gram matrix among them, grown as needed.

Dense columns, and short sparse ones, are kept as centred, weighted rows ``sqrt(s) x_j``, so that Gram blocks,
correlations and residuals are BLAS calls on contiguous memory at full accuracy, whatever the means. Long sparse columns
stay sparse: blocks come from a copy by rows, the means from the algebra. Where all columns are known from the start,
only their Gram matrix is.
"""

import numpy as np

from .kernels.descent import combine, correlate
from .kernels.newton import L1, NORM, C, W
from .kernels.sparse import append_rows, by_rows
from .outlook import active_by_chance
from .products import whole_gram
from .threads import for_product

GATHERED = 1 << 26  # bytes of gathered columns and their Gram matrix, at least
GATHERED_SPARSE = 1 << 28  # likewise of sparse columns, which have no full Gram matrix to go on with: 4096 of them
SHARE_OF_X = 0.25  # of the bytes of X as float64, where that is more
_SPARSE = 0.2  # of the coefficients: below it their rows are gathered, above it all are read
_SMALL = 64  # columns: their Gram matrix is read in less time than it takes to find out which are at work
_SHORT = 4096  # samples, at most, of sparse columns that are kept dense, where
_FULL = 0.2  # of their entries are stored, or the means are far from zero
_ROWS = 8  # of a Gram matrix that grows, at once, at least; twice those that are asked for, a quarter of those made
_PASS = 13  # rows: what the reading of X costs besides (measured, like what the whole matrix costs: p / 2)
_MOST = 0.25  # of p rows: what may be spent before the whole matrix is made, and perhaps in vain
_LIKELY = 0.6  # of the columns: where more are expected to be active in the end, all rows are made at once
_WORTH = 10**8  # n p^2: below it, the whole matrix takes no more than two milliseconds
_FAR = 1e2  # of a variance: a squared mean above it costs uncentred products more than two digits


class Columns:
    """Known columns, in the order in which they were met, and their Gram matrix."""

    complete = False  # whether all columns are known, in their own order
    grows = False  # whether the rows of its Gram matrix are made on demand
    inexact = False  # whether the Gram matrix has lost digits to the means

    def __init__(self, problem):
        self.problem = problem
        self.root = np.sqrt(problem.s)
        self.total = 0  # columns
        self.room = np.empty(0, dtype=np.intp)  # for their indices, and some to come
        self.gram = np.empty((0, 0))  # of <x_i, x_j> over the known columns, in its first rows and columns

    @property
    def which(self):
        """The known columns."""
        return self.room[: self.total]

    def reserve(self, size):
        """Make room for this many columns."""
        k = self.total
        self.gram, old = np.empty((size, size)), self.gram
        self.gram[:k, :k] = old[:k, :k]
        self.room = _longer(self.room, k, size)

    def extend(self, new):
        """Meet the columns in ``new``, none of which is known."""
        k, total = self.total, self.total + len(new)
        if total > len(self.room):
            self.reserve(max(64, 2 * total))
        self.room[k:total], self.total = new, total
        block = self._blocks(new)
        self.gram[:total, k:total] = block
        self.gram[k:total, :k] = block[:k].T

    def residual(self, w):
        """Return ``v = s * r``."""
        return self.root * self.weighted(w)

    def correlations(self, w):
        """Return <x_j, r> of the known columns."""
        return self.correlate(self.weighted(w))


class DenseColumns(Columns):
    """Rows ``sqrt(s) x_j``, centred."""

    def __init__(self, problem):
        super().__init__(problem)
        self.target = self.root * problem.y
        self.places = np.empty((0, problem.n))

    def keep(self, at):
        """Forget the known columns but those at these places, which are in ascending order."""
        k = len(at)
        self.gram[:k, :k], self.places[:k], self.room[:k] = self.gram[np.ix_(at, at)], self.places[at], self.room[at]
        self.total = k

    @property
    def rows(self):
        """The known columns, as rows."""
        return self.places[: self.total]

    def reserve(self, size):
        """Make room for this many columns."""
        super().reserve(size)
        self.places = _longer(self.places, self.total, size)

    def _blocks(self, new):
        rows = self.places[self.total - len(new) : self.total]
        self.problem.gather(new, self.problem.mean[new], self.root, 0, rows)
        with for_product(self.total * self.problem.n * len(new)):
            return self.rows @ rows.T

    def weighted(self, w):
        """Return ``sqrt(s) * r``; the columns with no coefficient are not read."""
        r = self.target.copy()
        at = np.flatnonzero(w)
        combine(self.rows, at, -w[at], 1.0, r)
        return r

    def correlate(self, weighted):
        """Return <x_j, r> of the known columns from ``sqrt(s) * r``."""
        return self.rows @ weighted


class SparseColumns(Columns):
    """Indices into a CSC matrix, and a copy of its entries by rows, from which the blocks are made."""

    def __init__(self, problem):
        super().__init__(problem)
        self.inexact = problem.per_target(_far)
        data, _, indptr = problem.lines
        self._ptr = np.zeros(problem.n + 1, dtype=indptr.dtype)
        self._ids, self._values = np.empty(0, dtype=np.int32), np.empty(0, dtype=data.dtype)

    def _blocks(self, new):
        problem, k = self.problem, self.total - len(new)
        product = self._products(new, k)
        own = product[:, k:]
        own += own.T
        product -= np.outer(problem.mean[new], problem.mean[self.which])
        np.fill_diagonal(own, problem.norm2[new])  # these were not made by cancellation
        return product.T

    def _products(self, new, k):
        """Take the new columns into the copy; return their uncentred products with all columns before them."""
        problem = self.problem
        indptr = problem.lines[2]
        size, used = int((indptr[new + 1] - indptr[new]).sum()), int(self._ptr[-1])
        ends, product = np.zeros(problem.n, dtype=indptr.dtype), np.zeros((len(new), k + len(new)))
        ids, values = np.empty(size, dtype=self._ids.dtype), np.empty(size, dtype=self._values.dtype)
        by_rows(problem.lines, new, k, ends, ids, values)
        if used + size > len(self._ids):
            longer = used + size + (used + size) // 2
            self._ids, self._values = (_longer(a, used, longer) for a in (self._ids, self._values))
        append_rows(ends, ids, values, k, problem.s, self._ptr, self._ids, self._values, product)
        return product

    def weighted(self, w):
        """Return ``sqrt(s) * r``."""
        problem = self.problem
        r = problem.y.copy()
        at = np.flatnonzero(w)
        combine(problem.lines, self.which[at], -w[at], 1.0, r)
        if problem.fit_intercept:
            r -= problem.s @ r
        return self.root * r

    def correlate(self, weighted):
        """Return <x_j, r> of the known columns from ``sqrt(s) * r``."""
        v = self.root * weighted
        out = np.empty(self.total)
        correlate(self.problem.lines, self.which, v, out)
        return out - v.sum() * self.problem.mean[self.which]


def _longer(array, used, size):
    """Return an array of this size that begins with what is used of this one."""
    longer = np.empty((size, *array.shape[1:]), dtype=array.dtype)
    longer[:used] = array[:used]
    return longer


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


def gathers(problem):
    """Return whether columns are kept as dense rows: sparse ones too, where that is faster, or exact and affordable."""
    if not problem.is_sparse:
        return True
    return problem.n <= _SHORT and (problem.X.nnz > _FULL * problem.n * problem.p or problem.per_target(_far))


def _far(problem):
    """Return whether uncentred products lose more than two digits to the means."""
    return bool((problem.mean**2 > _FAR * problem.norm2).any())


def fits(problem, size):
    """Return whether this many gathered columns and their Gram matrix are within bounds."""
    entries = problem.X.nnz if problem.is_sparse else problem.n * problem.p
    dense = gathers(problem)
    bound = max(GATHERED if dense else GATHERED_SPARSE, 8 * SHARE_OF_X * entries)
    return 8 * size * (2 * size + (problem.n if dense else 0)) <= bound


def all_columns(problem):
    """Return the store of all columns for a path: it grows where that costs no digits, and may save some work."""
    whole = _far(problem) or problem.is_sparse or problem.made_gram is not None or problem.n * problem.p**2 <= _WORTH
    return AllColumns(problem) if whole else GrowingGram(problem)


def known_columns(problem):
    """Return an empty store for the problem's kind of X."""
    return DenseColumns(problem) if gathers(problem) else SparseColumns(problem)
