"""A look ahead for tall data: the Gram matrix of a sample of rows, with the exact X'y, names the support.

Where rows are many, a few thousand of them give the Gram matrix well enough to tell which columns will matter, for a
hundredth of the work, and less where few rows of it are asked for: 40000 x 400 in .4 of the time at alpha_max / 2. It
only says where to begin: nothing that is certified depends on it.
"""

import numpy as np

from .active import Face
from .every_column import GrowingGram
from .kernels.newton import C
from .layout import sample_size
from .outlook import active_by_chance

_PIECES = 16  # of consecutive rows, evenly spread, so that whole cache lines are read
_FALL = 0.2  # of alpha from step to step
_FEW = 0.25  # of the columns: more of them cost as much as the full Gram matrix
_ROWS = 16  # of the sample's Gram matrix at once, at least: to read the sample takes as long as they do; at most
_PART = 0.2  # of the columns, and so often:
_CALLS = 3


class Scout:
    """Looks ahead from a point whose correlations are known exactly: only the steps from there go by the sample."""

    def __init__(self, problem, penalty, slack):
        self.problem, self.penalty, self.slack = problem, penalty, slack
        self.columns = _SampleGram(problem, penalty)

    def look(self, w, c, ratio, budget):
        """Return the least alpha, over the target's, whose solution has few columns, and the columns with it; or None.

        None: the sample is of no use, as a column that it asks for is constant there, or it has no weight. Inf: too
        many from the first.

        ``ratio`` is the present alpha over the target's, ``c`` the correlations at w.
        """
        if self.columns.share == 0:
            return None
        face = Face(self.problem, self.penalty, self.slack, self.columns)
        face.start(w, c)
        reached, named, following = np.inf, np.flatnonzero(w), max(1.0, ratio * _FALL)
        while reached > 1.0:
            face.scale(following)
            face.solve(budget)
            which = np.flatnonzero(face.w)
            if len(which) > _FEW * self.problem.p or not (self.columns.useful and np.isfinite(face.w).all()):
                break
            reached, named, following = following, which, max(1.0, following * _FALL)
        return (reached, named) if self.columns.useful else None

    def few(self, named):
        """Return whether few columns will be active at the target, where no more are named: by chance, in all rows.

        In the sample chance adds more, so its steps end on the way. Noise is what least squares on ``named`` leave.
        """
        problem, k = self.problem, len(named)
        product = np.zeros((k + 1, k + 1))
        for rows in self.columns.pieces:
            block = np.empty((k + 1, rows.stop - rows.start))
            problem.gather(named, problem.mean[named], problem.s, rows.start, block[:k])
            block[k] = problem.s[rows] * problem.y[rows]
            product += block @ (block * problem.inverse_s[rows]).T
        w = np.linalg.lstsq(product[:k, :k], product[:k, k])[0]
        square = max(product[k, k] - product[:k, k] @ w, 0.0) / self.columns.share
        chance = active_by_chance(problem, np.sqrt(problem.norm2), self.penalty.l1, square)
        return chance <= _FEW * problem.p


class _SampleGram(GrowingGram):
    """Every column, by those rows of the sample's Gram matrix that are asked for."""

    def __init__(self, problem, penalty):
        super().__init__(problem)
        self.least = penalty.l1
        self.eligible, self.useful = penalty.lo < penalty.hi, True  # unless such a column is constant in the sample
        size = sample_size(problem.n, problem.p) // _PIECES
        starts = np.linspace(0, problem.n - size, _PIECES).astype(int)
        self.pieces = [slice(start, start + size) for start in starts]
        self.share = sum(float(problem.s[rows].sum()) for rows in self.pieces)

    def _size(self, count, table):
        """Return how many rows to make: twice what the residual would make active if nothing moved; or None, all."""
        self.passes += 1
        size = max(_ROWS, 2 * count, 2 * np.count_nonzero((np.abs(table[C]) > self.least) & ~self.made))
        return size if self.passes <= _CALLS and size <= _PART * len(self.made) else None

    def _rows(self, which):
        rows = self.problem.gram_rows(which, self.pieces) / self.share
        self.useful = self.useful and bool((rows[np.arange(len(which)), which] > 0)[self.eligible[which]].all())
        return rows

    def _complete(self):
        self.gram[:] = self.problem.gram(np.arange(self.problem.p), self.pieces) / self.share
        self.made[:] = True
        self.useful = bool((np.diag(self.gram) > 0)[self.eligible].all())
