"""The passes over X that the residual-basis bound spares a single fit.

One pass makes the moments, with the correlations of the target; another certifies the fit. Most columns need not be
read for that: with all that is known of them, by Cauchy and Schwarz, they cannot matter. See ``bound``.
"""

import numpy as np

from .bound import ResidualBasis
from .handover import entries

# Entries of X: a pass over fewer takes .2 ms at most; and for every column, every row. With 150 rows a column's bound
# takes half the time of its correlation, and fits up to 1.1 of that without. With 40 columns, a residual to add and one
# to place take as long as the pass: fits of 400000 x 40 up to 1.3 of that without, of 200000 x 60 up to 1.1.
_LEAST, _PER_COLUMN, _PER_ROW = 2 * 10**6, 160, 64
_SPARSE = 8  # entries of dense X are read in the time of one of sparse X
_PRICED = 0.5  # of the entries: above it, one full pass, which is faster then, and makes the next bound sharper
_SAMPLE = 512  # columns, at most, that are asked whether a basis will be of use


class Spared:
    """What the passes of a search tell; ``worth``: whether it is asked, as passes over X are long enough to spare."""

    def __init__(self, problem, penalty, slack):
        self.problem, self.penalty, self.slack = problem, penalty, slack
        size = _SPARSE * problem.X.nnz if problem.is_sparse else problem.n * problem.p
        self.worth = size >= max(_LEAST, _PER_COLUMN * problem.p, _PER_ROW * problem.n)
        self.most_priced = int(_PRICED * problem.p) if problem.lines is not None else problem.p // 8
        self._last = None  # a residual that was priced, with its correlations, and waits: there may be no other
        self._basis = None

    def basis(self):
        """Return the basis, which holds the target and what was priced."""
        if self._basis is None:
            problem = self.problem
            self._basis = ResidualBasis(problem, self.slack)
            self._basis.add(np.sqrt(problem.s) * problem.y, problem.target_correlations())
        if self._last is not None:
            self._basis.add(*self._last)
            self._last = None
        return self._basis

    def correlations(self, face, v, r):
        """Return <x_j, r>, ``v = s * r``; of columns that the bound proves to be satisfied, the most that it can be."""
        problem, penalty = self.problem, self.penalty
        weighted = face.columns.root * r
        if self._basis is not None or self._last is not None or self._promises(v, r):
            basis = self.basis()
            place = basis.place(weighted)
            which = basis.doubtful(place, penalty, 1.0, face.known)
            if self._few(which):
                c = basis.estimate(place, penalty, 1.0)
                c[which], c[face.which] = problem.price(which, v), face.columns.correlate(weighted)
                return c
        c = problem.correlate(v)
        self._last = weighted, c
        return c

    def _promises(self, v, r):
        """Return whether the target alone, in a sample of the columns, leaves few in doubt."""
        problem = self.problem
        which = np.arange(0, problem.p, -(-problem.p // _SAMPLE))
        c, square = problem.target_correlations()[which], problem.y_norm**2
        along = float(v @ problem.y) / square
        apart = max(float(v @ r) - along**2 * square, 0.0)
        left = np.maximum(problem.norm2[which] - c**2 / square, 0.0)
        return self._few(which[np.abs(along * c) + np.sqrt(apart * left) > self.penalty.l1[which]], which)

    def _few(self, which, of=None):
        """Return whether these columns, of those or of all, are priced in less time than all."""
        if self.problem.is_sparse:
            total = self.problem.X.nnz if of is None else entries(self.problem, of)
            return entries(self.problem, which) <= _PRICED * total
        return len(which) <= self.most_priced * (1.0 if of is None else len(of) / self.problem.p)
