"""Columns far from zero, to which the algebra of means would lose digits.

Uncentred columns lose log10(mean/sd) of them. Dense ones are centred when they are gathered, and priced in centred
blocks. Sparse ones are centred in a copy, where all their entries are stored: with a zero among n rows, the mean is at
most sqrt(n) standard deviations. So the copy has as many entries as X.
"""

import numpy as np
from scipy import sparse

_FAR = 1e3  # standard deviations: below it the loss stays under the tightest useful tolerance


def far(mean, variance):
    """Return which columns are far from zero."""
    return (mean**2 > _FAR**2 * variance) & (variance > 0)


def centred(X, mean, variance):
    """Return CSC X, in float64, with full columns far from zero less their means, and which; None: there are none."""
    which = np.flatnonzero(far(mean, variance) & (np.diff(X.indptr) == X.shape[0]))
    if not len(which):
        return None
    data = X.data.astype(np.float64)
    for j in which:
        data[X.indptr[j] : X.indptr[j + 1]] -= mean[j]
    return sparse.csc_matrix((data, X.indices, X.indptr), shape=X.shape), which
