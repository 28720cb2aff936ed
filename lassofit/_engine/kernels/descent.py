"""Cyclic coordinate descent on the residual, and the passes over X that feed it.

With sample weights s that sum to one, the kernels keep ``v = s * r`` for a residual that is right up to a scalar:
the true residual is ``r + offset``. Columns are never centred: with ``sum(s * (r + offset)) = 0`` the centred inner
product is ``x_j' v + offset * mean_j`` exactly, for dense and sparse X alike.
"""

import numpy as np

from ..jit import kernel, reduction
from .core import coordinate_update, line_axpy, line_dot

STAMP = "26bba1bc05d2f86e--------------------------------------------"


@kernel
def sweep(lines, rows, order, w, v, s, offset, mean, step, l1, l2, lo, hi):
    """Update the coordinates in ``order`` once; return the offset and the largest ``|change| * ||x_j||_s``."""
    largest = 0.0
    for t in range(order.shape[0]):
        j = order[t]
        k = rows[j]
        g_j = -(line_dot(lines, k, v) + offset * mean[j])
        old = w[j]
        new = coordinate_update(old, g_j, step[j], l1[j], l2[j], lo[j], hi[j])
        change = new - old
        if change != 0.0:
            w[j] = new
            line_axpy(lines, k, -change, s, v)
            offset += change * mean[j]
            largest = max(largest, change * change / step[j])
    return offset, np.sqrt(largest)


@kernel
def correlate(lines, rows, v, out):
    """Write the inner products of the lines in ``rows`` with v into out."""
    for t in range(rows.shape[0]):
        out[t] = line_dot(lines, rows[t], v)


@kernel
def combine(lines, rows, a, s, v):
    """Add ``s * sum_t a_t line_t`` to v in place, over the lines in ``rows``."""
    for t in range(rows.shape[0]):
        if a[t] != 0.0:
            line_axpy(lines, rows[t], a[t], s, v)


@kernel
def moments(lines, s, mean, variance):
    """Write weighted mean and centred variance of every line, in two passes over a line while it is in cache.

    The second pass also corrects the mean, so that both keep full accuracy at mean/sd = 1e6.
    """
    for k in range(mean.shape[0]):
        centre = line_dot(lines, k, s)
        drift, spread = _second_pass(lines, k, s, centre)
        mean[k] = centre + drift
        variance[k] = max(spread - drift * drift, 0.0)


@reduction
def _second_pass(lines, k, s, centre):
    """Return the sums of ``s (x - centre)`` and ``s (x - centre)^2``; entries that are not stored are zeros."""
    drift = 0.0
    spread = 0.0
    if isinstance(lines, tuple):
        data, indices, indptr = lines
        stored = 0.0
        for t in range(indptr[k], indptr[k + 1]):
            s_i = s[indices[t]]
            gap = data[t] - centre
            drift += s_i * gap
            spread += s_i * gap * gap
            stored += s_i
        full = indptr[k + 1] - indptr[k] == s.shape[0]  # exactly, where 1 - stored would leave a rounding
        missing = 0.0 if full else max(1.0 - stored, 0.0)
        drift -= missing * centre
        spread += missing * centre * centre
    else:
        line = lines[k]
        for i in range(s.shape[0]):
            gap = line[i] - centre
            drift += s[i] * gap
            spread += s[i] * gap * gap
    return drift, spread
