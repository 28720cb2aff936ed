"""Rows of X as lines: their entries one by one, with dense ones less their columns' means; residuals."""

import numpy as np

from ..jit import kernel, reduction

STAMP = "558dbbbb8faea67e------------------------------"


@kernel
def span(lines, k):
    """Return where the entries of line k begin and end."""
    if isinstance(lines, tuple):
        return np.uint64(lines[2][k]), np.uint64(lines[2][k + 1])
    return np.uint64(0), np.uint64(lines.shape[1])


@kernel
def entry(lines, mean, k, t):
    """Return the feature and the value of entry t of line k; dense lines less their mean."""
    if isinstance(lines, tuple):
        return np.uint64(lines[1][t]), np.float64(lines[0][t])
    return t, lines[k, t] - mean[t]


@kernel
def subtract_products(lines, mean, w, out):
    """Subtract ``Xw`` from out."""
    for k in range(out.shape[0]):
        out[k] -= _product(lines, mean, w, k)


@kernel
def largest_norm2(lines, mean, s):
    """Return the largest squared norm of a row whose weight is not zero."""
    largest = 0.0
    for k in range(s.shape[0]):
        norm2 = _norm2(lines, mean, k)
        if s[k] > 0.0 and not norm2 <= largest:  # NaN, too
            largest = norm2
    return largest


@reduction
def _product(lines, mean, w, k):
    """Return the product of row k with w."""
    total = 0.0
    start, end = span(lines, k)
    for t in range(start, end):
        j, x = entry(lines, mean, k, t)
        total += x * w[j]
    return total


@reduction
def _norm2(lines, mean, k):
    """Return the squared norm of row k."""
    total = 0.0
    start, end = span(lines, k)
    for t in range(start, end):
        x = entry(lines, mean, k, t)[1]
        total += x * x
    return total
