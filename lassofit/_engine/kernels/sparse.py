"""Gram blocks of sparse columns, from a copy of the known ones by rows.

A row of that copy lists the known columns that have an entry there. So a block costs the pairs of entries that meet in
a row, and one reading of the copy; a product of CSC columns reads all of the known ones for each of the new ones.
"""

import numpy as np

from ..jit import kernel

STAMP = "558dbbbb8faea67e------------------------------"


@kernel
def by_rows(lines, new, first, ends, ids, values):
    """Write the columns in ``new`` row by row, as columns ``first`` and on; ``ends``, of the rows, is zero at first."""
    data, indices, indptr = lines
    for t in range(new.shape[0]):
        for e in range(np.uint64(indptr[new[t]]), np.uint64(indptr[new[t] + 1])):
            ends[np.uint64(indices[e])] += 1
    total = 0
    for i in range(np.uint64(ends.shape[0])):
        count = ends[i]
        ends[i] = total
        total += count
    for t in range(new.shape[0]):
        for e in range(np.uint64(indptr[new[t]]), np.uint64(indptr[new[t] + 1])):
            i = np.uint64(indices[e])
            at = np.uint64(ends[i])
            ids[at] = first + t
            values[at] = data[e]
            ends[i] += 1


@kernel
def append_rows(ends, new_ids, new_values, first, s, ptr, ids, values, out):
    """Append the rows of ``by_rows`` to those that ``ptr`` delimits; add the columns' products to out.

    Row t of out is for column ``first + t`` with all columns before it. Rows are moved in place, the last one first,
    and paired while they are in cache: in columns' order, cache misses took most of the time.
    """
    one = np.uint64(1)
    shift = np.uint64(new_ids.shape[0])  # new entries in rows up to i
    i = np.uint64(ends.shape[0])
    while shift > np.uint64(0):
        i -= one
        start, end = np.uint64(ptr[i]), np.uint64(ptr[i + one])
        before = np.uint64(ends[i - one]) if i > np.uint64(0) else np.uint64(0)
        ptr[i + one] = end + shift
        for e in range(before, shift):
            ids[end + e] = new_ids[e]
            values[end + e] = new_values[e]
        e = end
        while e > start:
            e -= one
            ids[e + before] = ids[e]
            values[e + before] = values[e]
        for e in range(end + before, end + shift):
            x = s[i] * values[e]
            row = out[np.uint64(ids[e] - first)]
            for q in range(start + before, e):
                row[np.uint64(ids[q])] += x * values[q]
        shift = before
