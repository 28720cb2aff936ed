"""Cyclic coordinate descent on a Gram matrix: a sweep costs k^2 instead of n k; rows of X to make one of."""

import numpy as np

from ..jit import kernel, reduction
from .core import coordinate_update, line_axpy

STAMP = "558dbbbb8faea67e------------------------------"


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


@reduction
def products_of_lines(lines, rows, first, size, out):
    """Add the inner products of the lines in ``rows`` with those from the ``first`` on to out, in pieces of ``size``.

    Four with one at a time, in pieces that stay in cache. Products of two of the last lines are made once: those below
    the diagonal stay as they are.
    """
    total, n = rows.shape[0], lines.shape[1]
    for start in range(0, n, size):
        stop = min(n, start + size)
        for u in range(first, total):
            v = lines[rows[u]][start:stop]
            for t in range(0, u + 1, 4):
                a, b = lines[rows[t]][start:stop], lines[rows[min(t + 1, u)]][start:stop]
                c, d = lines[rows[min(t + 2, u)]][start:stop], lines[rows[min(t + 3, u)]][start:stop]
                one, two, three, four = 0.0, 0.0, 0.0, 0.0
                for i in range(np.uint64(v.shape[0])):
                    v_i = v[i]
                    one += a[i] * v_i
                    two += b[i] * v_i
                    three += c[i] * v_i
                    four += d[i] * v_i
                found = one, two, three, four
                for k in range(min(4, u + 1 - t)):
                    out[t + k, u - first] += found[k]
