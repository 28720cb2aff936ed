"""A look ahead for tall data: the Gram matrix of a sample of rows, with the exact X'y, names the support.

Where rows are many, a few thousand of them give the Gram matrix well enough to tell which columns will matter, for a
hundredth of the work. It only says where to begin: nothing that is certified depends on it.
"""

import numpy as np

from .active import Face
from .columns import AllColumns
from .layout import sample_size

_PIECES = 16  # of consecutive rows, evenly spread, so that whole cache lines are read
_FALL = 0.2  # of alpha from step to step
_FEW = 0.25  # of the columns: more of them cost as much as the full Gram matrix


class Scout:
    """Looks ahead from a point whose correlations are known exactly: only the steps from there go by the sample."""

    def __init__(self, problem, penalty, slack):
        self.problem, self.penalty, self.slack = problem, penalty, slack
        self.columns = AllColumns(problem, _sample_gram(problem, sample_size(problem.n, problem.p)))
        eligible = penalty.lo < penalty.hi
        self.useful = bool((np.diag(self.columns.gram)[eligible] > 0).all())  # no column is constant in the sample

    def look(self, w, c, ratio, budget):
        """Return the least alpha, over the target's, whose solution has few columns, and the columns with it.

        ``ratio`` is the present alpha over the target's, ``c`` the correlations at w.
        """
        face = Face(self.problem, self.penalty, self.slack, self.columns)
        face.start(w, c)
        reached, named = ratio, np.flatnonzero(w)
        while reached > 1.0:
            following = max(1.0, reached * _FALL)
            face.scale(following)
            face.solve(budget)
            which = np.flatnonzero(face.w)
            if len(which) > _FEW * self.problem.p or not np.isfinite(face.w).all():
                break
            reached, named = following, which
        return reached, named


def _sample_gram(problem, size):
    """Return the Gram matrix of all columns on ``size`` rows."""
    starts = np.linspace(0, problem.n - size // _PIECES, _PIECES).astype(int)
    pieces = [slice(start, start + size // _PIECES) for start in starts]
    return problem.gram(np.arange(problem.p), pieces) / sum(float(problem.s[rows].sum()) for rows in pieces)
