"""The shape of dense X and its order in memory: columns are what a lasso reads, and numpy's arrays hold rows.

A copy in F order takes as long as four to six passes over X; with it, itself counted, fits take .3 to .9 of the time
(medians of nine made sets from 60 x 8000 to 5000 x 500, at three alphas; at most 1.1). Not where there are so many rows
that a sample of them is looked at first: then a pass or two are all there is, and fits with a copy take up to 2.5 times
as long.
"""

import numpy as np

_ROWS_PER_COLUMN = 20  # in the sample
_LEAST = 2000  # rows in the sample
_TALL = 5  # times the sample: with fewer rows, a look ahead costs too much
COPY_CAP = 1 << 27  # bytes of the copy
_SMALL = 1 << 20  # bytes, below which numpy's own way is as fast, and nothing has to be compiled


def sample_size(n, p):
    """Return how many rows a look ahead at dense data takes (see ``scout``), or 0 where it does not pay."""
    size = max(_LEAST, _ROWS_PER_COLUMN * p)
    return size if n >= _TALL * size else 0


def by_columns(X):
    """Return X in F order, or as it is where that is better."""
    if X.flags.f_contiguous:
        return X
    if X.flags.c_contiguous:
        if X.nbytes > COPY_CAP or sample_size(*X.shape):
            return X
        if X.nbytes > _SMALL:
            from .kernels.descent import transpose  # here, lest checking parameters imports numba

            out = np.empty(X.shape[::-1], dtype=X.dtype)
            transpose(X, out)
            return out.T
    return np.asfortranarray(X)
