"""The columns of X as the kernels take them: contiguous lines, or the three arrays of sparse ones."""

import numpy as np
from scipy import sparse

from .kernels.descent import correlate


def read_only(array):
    """Return a read-only view: one compiled specialisation, whatever the user's flags are."""
    view = array.view()
    view.flags.writeable = False
    return view


def as_lines(X):
    """Return the columns of X as lines, or None where X is C-ordered and its columns are not contiguous."""
    if sparse.issparse(X):
        return tuple(read_only(a) for a in (X.data, X.indices, X.indptr))
    return read_only(X.T) if X.T.flags.c_contiguous else None


class Lines:
    """Some columns of X as the kernels take them: ``lines`` and the line of every column, its mean beside."""

    def __init__(self, lines, rows, mean):
        self.lines = lines
        self.rows = rows
        self.mean = mean

    def correlate(self, v, offset=0.0):
        """Return <x_j, r> from ``v = s * r`` for the chosen columns."""
        out = np.empty(len(self.rows))
        correlate(self.lines, self.rows, v, out)
        return out + offset * self.mean if offset else out
