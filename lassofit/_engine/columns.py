"""The columns that the active-set method has met: gathered once, with the Gram matrix among them, grown as needed.

Dense columns are kept as centred, weighted rows ``sqrt(s) x_j``, so that Gram blocks, correlations and residuals are
BLAS calls on contiguous memory at full accuracy, whatever the means. Sparse columns stay sparse: blocks come from
scipy's product, the means from the algebra.
"""

import numpy as np

from .kernels.descent import combine, correlate


class Columns:
    """Known columns, in the order in which they were met, and their Gram matrix."""

    def __init__(self, problem):
        self.problem = problem
        self.which = np.empty(0, dtype=np.intp)
        self._gram = np.empty((0, 0))

    @property
    def gram(self):
        """The matrix of <x_i, x_j> over the known columns."""
        k = len(self.which)
        return self._gram[:k, :k]

    def extend(self, new):
        """Meet the columns in ``new``, none of which is known."""
        k, total = len(self.which), len(self.which) + len(new)
        if total > len(self._gram):
            grown = np.empty((max(64, 2 * total), max(64, 2 * total)))
            grown[:k, :k] = self.gram
            self._gram = grown
        self.which = np.concatenate([self.which, new])
        block = self._blocks(new)
        self._gram[:total, k:total] = block
        self._gram[k:total, :k] = block[:k].T


class DenseColumns(Columns):
    """Rows ``sqrt(s) x_j``, centred."""

    def __init__(self, problem):
        super().__init__(problem)
        self.root = np.sqrt(problem.s)
        self.target = self.root * problem.y
        self._rows = np.empty((0, problem.n))

    @property
    def rows(self):
        """The known columns, as rows."""
        return self._rows[: len(self.which)]

    def _blocks(self, new):
        k, total = len(self.which) - len(new), len(self.which)
        if total > len(self._rows):
            grown = np.empty((max(64, 2 * total), self.problem.n))
            grown[:k] = self._rows[:k]
            self._rows = grown
        gathered = np.subtract(self.problem.X.T[new], self.problem.mean[new][:, None], dtype=np.float64)
        np.multiply(gathered, self.root, out=self._rows[k:total])
        return self.rows @ self._rows[k:total].T

    def residual(self, w):
        """Return ``v = s * r`` and r's weighted norm squared."""
        weighted = self.target - w @ self.rows
        return self.root * weighted, weighted

    def correlate(self, v, weighted):
        """Return <x_j, r> of the known columns."""
        return self.rows @ weighted


class SparseColumns(Columns):
    """Indices into a CSC matrix; nothing is gathered but the blocks' products."""

    def _blocks(self, new):
        problem = self.problem
        weighted = problem.X[:, new].multiply(problem.s[:, None]).tocsc()
        product = (problem.X[:, self.which].T @ weighted).toarray()
        return product - np.outer(problem.mean[self.which], problem.mean[new])

    def residual(self, w):
        """Return ``v = s * r`` twice: sparse columns have no weighted form."""
        problem = self.problem
        r = problem.y.copy()
        combine(problem.lines, self.which, -w, problem.ones, r)
        if problem.fit_intercept:
            r -= problem.s @ r
        v = problem.s * r
        return v, v

    def correlate(self, v, weighted):
        """Return <x_j, r> of the known columns."""
        out = np.empty(len(self.which))
        correlate(self.problem.lines, self.which, v, out)
        return out - v.sum() * self.problem.mean[self.which]


def known_columns(problem):
    """Return an empty store for the problem's kind of X."""
    return SparseColumns(problem) if problem.is_sparse else DenseColumns(problem)
