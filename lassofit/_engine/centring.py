"""Sparse columns far from zero: centred in a copy, as the algebra of means would lose digits to them.

Only a column whose entries are all stored can be: with a zero among n rows, the mean is at most sqrt(n) standard
deviations. So the copy has as many entries as X.
"""

import numpy as np
from scipy import sparse

_FAR = 1e3  # standard deviations: a mean above it costs more than three digits


def centred(X, mean, variance):
    """Return CSC X, in float64, with full columns far from zero less their means, and which; None: there are none."""
    far = (mean**2 > _FAR**2 * variance) & (variance > 0)
    if not far.any():
        return None
    far &= np.diff(X.indptr) == X.shape[0]
    which = np.flatnonzero(far)
    if not len(which):
        return None
    data = X.data.astype(np.float64)
    for j in which:
        data[X.indptr[j] : X.indptr[j + 1]] -= mean[j]
    return sparse.csc_matrix((data, X.indices, X.indptr), shape=X.shape), which
