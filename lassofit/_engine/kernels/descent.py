"""Cyclic coordinate descent on the residual, and the passes over X that feed it.

With sample weights s that sum to one, the kernels keep ``v = s * r`` for a residual that is right up to a scalar:
the true residual is ``r + offset``. Columns are never centred: with ``sum(s * (r + offset)) = 0`` the centred inner
product is ``x_j' v + offset * mean_j`` exactly, for dense and sparse X alike.
"""

import numpy as np

from ..jit import inlined_reduction, kernel, reduction, uncounted
from .ahead import SPAN, ask_for
from .core import coordinate_update, four_axpy, four_dots, line_axpy, line_dot

STAMP = "558dbbbb8faea67e------------------------------"

_LONG = 2000  # samples, from which four lines are read side by side where that does not pay from the first


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
    fours, total = 0, rows.shape[0]
    if not isinstance(lines, tuple):
        # Float32 has to be converted: 2000 samples so take .22 ms for .18.
        fours = total - total % 4 if lines.itemsize == 8 or v.shape[0] > 2 * _LONG else 0
        for t in range(0, fours, 4):
            found = four_dots(lines, rows[t], rows[t + 1], rows[t + 2], rows[t + 3], v)
            out[t], out[t + 1], out[t + 2], out[t + 3] = found
    for t in range(fours, total):
        out[t] = line_dot(lines, rows[t], v)


@kernel
def combine(lines, rows, a, s, v):
    """Add ``s * sum_t a_t line_t`` to v in place, over the lines in ``rows``."""
    held, x, y, z = 0, 0, 0, 0  # of dense lines, until there are four
    for t in range(rows.shape[0]):
        if a[t] == 0.0:
            continue
        if isinstance(lines, tuple):
            line_axpy(lines, rows[t], a[t], s, v)
        else:
            if held == 3:
                four_axpy(lines, (rows[x], rows[y], rows[z], rows[t]), (a[x], a[y], a[z], a[t]), s, v)
            held, x, y, z = (held + 1) % 4, y, z, t
    for _ in range(held):
        line_axpy(lines, rows[z], a[z], s, v)
        y, z = x, y


@uncounted
def moments(lines, s, sy, mean, variance, c):
    """Write weighted mean and centred variance of every line, and its inner product with ``sy``, in one pass over X.

    Sums are of x less an entry of the line, where it is dense: the first that has a weight, as one without may be
    unlike all others, and leave rounding where these are constant. Where the mean is above ten standard deviations from
    that, the variance would lose more than two digits to cancellation: a second pass over the line, while it is in
    cache, keeps both at full accuracy, at mean/sd = 1e6 too.
    """
    same = s[0]  # weights that are all alike are not read again and again
    for i in range(s.shape[0]):
        if s[i] != same:
            same = 0.0
            break
    some = 0
    while s[some] == 0.0:
        some += 1
    total = 0.0
    for i in range(s.shape[0]):
        total += sy[i]
    p, fours = mean.shape[0], 0
    if not isinstance(lines, tuple) and s.shape[0] >= _LONG:
        fours = p - p % 4
    for k in range(p):
        shift = 0.0
        if not isinstance(lines, tuple):
            shift = np.float64(lines[k][some])
            if k < fours and k % 4 == 0:
                _four_passes(lines, k, some, same, s, sy, mean, variance, c)
            if fours == 0:
                ask_for(lines, k + 1 + SPAN // s.shape[0])
        first, square, product = mean[k], variance[k], c[k]
        if k >= fours:
            first, square, product = _first_pass(lines, k, shift, same, s, sy)
        mean[k] = shift + first
        variance[k] = square - first * first
        c[k] = product + shift * total
        if not variance[k] > 1e-2 * first * first:
            drift, spread = _second_pass(lines, k, s, mean[k])
            mean[k] += drift
            variance[k] = max(spread - drift * drift, 0.0)


@kernel
def moments_of_rows(X, s, sy, shift, mean, variance, c):
    """Write what ``moments`` does for C-ordered X, row by row, from sums of ``x - shift``; return whether they do.

    They do where no mean is above ten standard deviations from its shift; otherwise come back with ``shift=mean``.
    """
    for i in range(X.shape[0]):
        row = X[i]
        s_i, t_i = s[i], sy[i]
        for k in range(row.shape[0]):
            gap = row[k] - shift[k]
            mean[k] += s_i * gap
            variance[k] += s_i * gap * gap
            c[k] += t_i * row[k]
    accurate = True
    for k in range(shift.shape[0]):
        drift = mean[k]
        mean[k] = shift[k] + drift
        variance[k] = max(variance[k] - drift * drift, 0.0)
        accurate = accurate and variance[k] > 1e-2 * drift * drift
    return accurate


@reduction
def sums_of_lines(lines, start, stop, v, first, product):
    """Add the sums of x, and of ``v x``, over samples from start to stop of every line: in half of two gemv's time."""
    begin, end = np.uint64(start), np.uint64(stop)
    for k in range(first.shape[0]):
        line, total, with_v = lines[k], 0.0, 0.0
        for i in range(begin, end):
            x = line[i]
            total += x
            with_v += v[i] * x
        first[k] += total
        product[k] += with_v


@kernel
def sums_of_rows(X, start, stop, v, first, product):
    """Do what ``sums_of_lines`` does, of C-ordered X."""
    for i in range(start, stop):
        row, v_i = X[i], v[i]
        for k in range(first.shape[0]):
            first[k] += row[k]
            product[k] += v_i * row[k]


@kernel
def correlate_rows(X, v, out):
    """Add the inner products of v with the columns of C-ordered X to out."""
    for i in range(X.shape[0]):
        row = X[i]
        v_i = v[i]
        for k in range(row.shape[0]):
            out[k] += v_i * row[k]


@kernel
def gather(lines, rows, mean, root, start, out):
    """Write ``root * (line - mean)`` for the lines in ``rows``, from sample ``start`` on, to fill out.

    Of sparse lines all samples are written, so ``start`` has to be 0.
    """
    begin = np.uint64(start)
    for t in range(rows.shape[0]):
        target = out[t]
        mean_t = mean[t]
        if isinstance(lines, tuple):
            data, indices, indptr = lines
            for i in range(np.uint64(target.shape[0])):
                target[i] = -mean_t * root[i]
            for e in range(np.uint64(indptr[rows[t]]), np.uint64(indptr[rows[t] + 1])):
                i = np.uint64(indices[e])
                target[i] = root[i] * (data[e] - mean_t)
        else:
            line = lines[rows[t]]
            for i in range(np.uint64(target.shape[0])):
                target[i] = root[begin + i] * (line[begin + i] - mean_t)


@kernel
def gather_rows(X, columns, mean, root, start, out):
    """Do what ``gather`` does for C-ordered X: a row of out for every column in ``columns``."""
    for i in range(np.uint64(out.shape[1])):
        row, root_i = X[np.uint64(start) + i], root[np.uint64(start) + i]
        for t in range(np.uint64(columns.shape[0])):
            out[t, i] = root_i * (row[np.uint64(columns[t])] - mean[t])


@kernel
def transpose(X, out):
    """Write the columns of C-ordered X to the rows of out, eight entries of each at a time: a cache line is full then.

    In strips of columns, lest there are more rows of out than pages that the processor keeps track of.
    """
    n, p, wide, high = np.uint64(X.shape[0]), np.uint64(X.shape[1]), np.uint64(128), np.uint64(8)
    for first in range(np.uint64(0), p, wide):
        for top in range(np.uint64(0), n, high):
            end = min(n, top + high)
            for k in range(first, min(p, first + wide)):
                for i in range(top, end):
                    out[k, i] = X[i, k]


@inlined_reduction
def _first_pass(lines, k, shift, same, s, sy):
    """Return the sums of ``s x``, ``s x^2`` and ``sy x`` for ``x - shift``; ``same`` is the weight of all, or 0."""
    first = 0.0
    square = 0.0
    product = 0.0
    if isinstance(lines, tuple):
        data, indices, indptr = lines
        start, end = np.uint64(indptr[k]), np.uint64(indptr[k + 1])
        if same > 0.0:
            for t in range(start, end):
                x = np.float64(data[t])
                first += x
                square += x * x
                product += sy[np.uint64(indices[t])] * x
        else:
            for t in range(start, end):
                i = np.uint64(indices[t])
                x = np.float64(data[t])
                first += s[i] * x
                square += s[i] * x * x
                product += sy[i] * x
    else:
        line = lines[k]
        if same > 0.0:
            for i in range(np.uint64(s.shape[0])):
                x = np.float64(line[i]) - shift
                first += x
                square += x * x
                product += sy[i] * x
        else:
            for i in range(np.uint64(s.shape[0])):
                x = np.float64(line[i]) - shift
                first += s[i] * x
                square += s[i] * x * x
                product += sy[i] * x
    if same > 0.0:
        first *= same
        square *= same
    return first, square, product


@reduction
def _four_passes(lines, k, some, same, s, sy, first, square, product):
    """Write the sums of ``_first_pass`` for the four dense lines from k on: 200000 x 100 in 5 ms, else 6.5."""
    a, b, c, d = lines[k], lines[k + 1], lines[k + 2], lines[k + 3]
    a_0, b_0, c_0, d_0 = np.float64(a[some]), np.float64(b[some]), np.float64(c[some]), np.float64(d[some])
    sum_a = sum_b = sum_c = sum_d = 0.0
    square_a = square_b = square_c = square_d = 0.0
    with_a = with_b = with_c = with_d = 0.0
    for i in range(np.uint64(s.shape[0])):
        s_i, y_i = s[i] if same == 0.0 else 1.0, sy[i]
        x = np.float64(a[i]) - a_0
        sum_a, square_a, with_a = sum_a + s_i * x, square_a + s_i * x * x, with_a + y_i * x
        x = np.float64(b[i]) - b_0
        sum_b, square_b, with_b = sum_b + s_i * x, square_b + s_i * x * x, with_b + y_i * x
        x = np.float64(c[i]) - c_0
        sum_c, square_c, with_c = sum_c + s_i * x, square_c + s_i * x * x, with_c + y_i * x
        x = np.float64(d[i]) - d_0
        sum_d, square_d, with_d = sum_d + s_i * x, square_d + s_i * x * x, with_d + y_i * x
    level = same if same > 0.0 else 1.0
    first[k], square[k], product[k] = level * sum_a, level * square_a, with_a
    first[k + 1], square[k + 1], product[k + 1] = level * sum_b, level * square_b, with_b
    first[k + 2], square[k + 2], product[k + 2] = level * sum_c, level * square_c, with_c
    first[k + 3], square[k + 3], product[k + 3] = level * sum_d, level * square_d, with_d


@reduction
def _second_pass(lines, k, s, centre):
    """Return the sums of ``s (x - centre)`` and ``s (x - centre)^2``; entries that are not stored are zeros."""
    drift = 0.0
    spread = 0.0
    if isinstance(lines, tuple):
        data, indices, indptr = lines
        stored = 0.0
        for t in range(np.uint64(indptr[k]), np.uint64(indptr[k + 1])):
            s_i = s[np.uint64(indices[t])]
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


@kernel
def tidy_moments(mean, variance, level, raw_norm2):
    """Write the uncentred squared norms; a variance of at most ``level * mean^2`` is rounding and becomes zero.

    Return whether all is finite, how many variances are zero, and how many means are above 1000 standard deviations.
    One call for five of numpy's: 7 us of a small fit.
    """
    finite, flat, far, each = True, 0, 0, level.shape[0] > 1  # one level for all, or one each
    for k in range(mean.shape[0]):
        square = mean[k] * mean[k]
        raw_norm2[k] = variance[k] + square
        finite = finite and np.isfinite(raw_norm2[k])
        if variance[k] <= level[k if each else 0] * square:
            variance[k] = 0.0
        if variance[k] == 0.0:
            flat += 1
        elif square > 1e6 * variance[k]:
            far += 1
    return finite, flat, far
