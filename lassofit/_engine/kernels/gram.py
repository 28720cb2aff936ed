"""Cyclic coordinate descent on a Gram matrix: a sweep costs k^2 instead of n k; rows of X to make one of."""

import numpy as np

from ..jit import kernel
from .core import coordinate_update, line_axpy

STAMP = "062224782d5e90ce--------------------------------"


@kernel
def gram_sweep(gram, order, w, c, ones, step, l1, l2, lo, hi):
    """Update the coordinates in ``order`` once, keeping ``c = X's r``; return the largest ``|change| * ||x_j||_s``."""
    largest = 0.0
    for t in range(order.shape[0]):
        j = order[t]
        old = w[j]
        new = coordinate_update(old, -c[j], step[j], l1[j], l2[j], lo[j], hi[j])
        change = new - old
        if change != 0.0:
            w[j] = new
            line_axpy(gram, j, -change, ones, c)
            largest = max(largest, change * change / step[j])
    return np.sqrt(largest)


@kernel
def centre_rows(X, mean, root, start, out):
    """Write ``root * (row - mean)`` for the rows of C-ordered X from ``start`` on, to the left of all rows of out."""
    for i in range(np.uint64(out.shape[0])):
        row, root_i, target = X[np.uint64(start) + i], root[np.uint64(start) + i], out[i]
        for t in range(np.uint64(mean.shape[0])):
            target[t] = root_i * (row[t] - mean[t])
