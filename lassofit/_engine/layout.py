"""The shape of dense X and its order in memory: columns are what a lasso reads, and numpy's arrays hold rows.

A copy in F order takes as long as four to six passes over X; with it, itself counted, fits take .3 to .9 of the time
(medians of nine made sets from 60 x 8000 to 5000 x 500, at three alphas; at most 1.1). Of more than 32 MiB it takes
longer, most of it for new pages: without, single fits of nine sets of 48 to 80 MB, at alpha_max / 2 to / 100, took .24
to 1.30 of the time, .82 in the median; paths and cross-validation up to 1.5. Not where there are so many rows
that a sample of them is looked at first: then a pass or two are all there is, and fits with a copy take up to 2.5 times
as long.
"""

import numpy as np

_ROWS_PER_COLUMN = 20  # in the sample
_LEAST = 2000  # rows in the sample
_TALL = 5  # times the sample: with fewer rows, a look ahead costs too much
COPY_CAP = 1 << 27  # bytes of the copy, and
COPY_ONCE = 1 << 25  # for a single fit
_SMALL = 1 << 20  # bytes, below which numpy's own way is as fast, and nothing has to be compiled


def sample_size(n, p):
    """Return how many rows a look ahead at dense data takes (see ``scout``), or 0 where it does not pay."""
    size = max(_LEAST, _ROWS_PER_COLUMN * p)
    return size if n >= _TALL * size else 0


def by_columns(X, once=False):
    """Return X in F order, or as it is where that is better; ``once``: for a single fit."""
    if X.flags.f_contiguous:
        return X
    if X.flags.c_contiguous:
        if X.nbytes > (min(COPY_CAP, COPY_ONCE) if once else COPY_CAP) or sample_size(*X.shape):
            return X
        if X.nbytes > _SMALL:
            from .kernels.descent import transpose  # here, lest checking parameters imports numba

            out = np.empty(X.shape[::-1], dtype=X.dtype)
            transpose(X, out)
            return out.T
    return np.asfortranarray(X)
