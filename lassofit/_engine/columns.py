"""The columns that the active-set method has met: gathered once, with the Gram matrix among them, grown as needed.

Dense columns, and short sparse ones, are kept as centred, weighted rows ``sqrt(s) x_j``, so that Gram blocks,
correlations and residuals are BLAS calls on contiguous memory at full accuracy, whatever the means. Long sparse columns
stay sparse: blocks come from a copy by rows, the means from the algebra. A few columns of tall X stay where they are.
"""

import numpy as np

from .kernels.descent import combine, correlate
from .kernels.gram import products_of_lines
from .kernels.sparse import append_rows, by_rows
from .products import lose_digits
from .threads import for_product

GATHERED = 1 << 26  # bytes of gathered columns and their Gram matrix, at least
GATHERED_SPARSE = 1 << 28  # likewise of sparse columns, which have no full Gram matrix to go on with: 4096 of them
SHARE_OF_X = 0.25  # of the bytes of X as float64, where that is more
_SHORT = 4096  # samples, at most, of sparse columns that are kept dense, where
_FULL = 0.2  # of their entries are stored, or the means are far from zero
_TALL = 48  # columns, at most, whose products are made where they lie; BLAS has those of a copy of more sooner
_PIECE = 1024  # rows of them at once: 400 KB


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
        self.places = np.empty((0, problem.n))

    @property
    def target(self):
        """The weighted target, in a new array."""
        return self.root * self.problem.y

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
        r = self.target
        at = np.flatnonzero(w)
        combine(self.rows, at, -w[at], 1.0, r)
        return r

    def correlate(self, weighted):
        """Return <x_j, r> of the known columns from ``sqrt(s) * r``."""
        return self.rows @ weighted


class ColumnsOfX(Columns):
    """Indices into X, where its columns lie."""

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


class TallColumns(ColumnsOfX):
    """Few dense columns of many rows: to copy them takes longer than their Gram matrix."""

    def _blocks(self, new):
        problem, k = self.problem, self.total - len(new)
        product = np.zeros((self.total, len(new)))
        products_of_lines(problem.lines, self.which, k, _PIECE, product)
        product[k:] += np.triu(product[k:], 1).T
        product = product / problem.n - np.outer(problem.mean[self.which], problem.mean[new])
        np.fill_diagonal(product[k:], problem.norm2[new])
        return product


class SparseColumns(ColumnsOfX):
    """With a copy of their entries by rows, from which the blocks are made."""

    def __init__(self, problem):
        super().__init__(problem)
        self.inexact = problem.per_target(lose_digits)
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


def _longer(array, used, size):
    """Return an array of this size that begins with what is used of this one."""
    longer = np.empty((size, *array.shape[1:]), dtype=array.dtype)
    longer[:used] = array[:used]
    return longer


def gathers(problem):
    """Return whether columns are kept as dense rows: sparse ones too, where that is faster, or exact and affordable."""
    if not problem.is_sparse:
        return True
    return problem.n <= _SHORT and (problem.X.nnz > _FULL * problem.n * problem.p or problem.per_target(lose_digits))


def fits(problem, size):
    """Return whether this many gathered columns and their Gram matrix are within bounds."""
    entries = problem.X.nnz if problem.is_sparse else problem.n * problem.p
    dense = gathers(problem)
    bound = max(GATHERED if dense else GATHERED_SPARSE, 8 * SHARE_OF_X * entries)
    return 8 * size * (2 * size + (problem.n if dense else 0)) <= bound


def known_columns(problem, likely=None):
    """Return an empty store for the problem's kind of X; ``likely``: how many columns of tall X there will be."""
    if likely is not None and likely <= _TALL and problem.lines is not None and problem.lies_in_place():
        return TallColumns(problem)
    return DenseColumns(problem) if gathers(problem) else SparseColumns(problem)
