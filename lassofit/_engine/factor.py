"""Large blocks of columns enter the Cholesky factor by BLAS 3: half the time of a fit with 1800 active columns."""

import numpy as np
from scipy.linalg.blas import dtrsm

from .kernels.newton import L2, RAISED, grow

_MANY = 16  # that enter
_TILE = 128  # rows of the factor at a time
_DEPENDENT = 1e-9  # of the diagonal: below it, one by one, where dependent columns are told and their pivots raised


def enter(gram, factor, order, table, start, k):
    """Bring the columns that the order lists from ``start`` to k into the factor, as ``grow`` does."""
    if k - start < _MANY or (table[RAISED, order[:start]] > 0).any():
        grow(gram, factor, order, table, start, k)
        return
    old, new = order[:start], order[start:k]
    block = gram[new[:, None], old]  # becomes Z with Z R = G: its transpose is what the factor's rows go on with
    for begin in range(0, start, _TILE):
        end = min(begin + _TILE, start)
        corner = factor[begin:end, begin:end]
        solved = dtrsm(1.0, corner, block[:, begin:end], side=1)
        block[:, end:] -= solved @ factor[begin:end, end:start]
        factor[begin:end, start:k] = solved.T
        block[:, begin:end] = solved
    mesh = gram[new[:, None], new]
    diagonal = np.diag(mesh) + table[L2, new]
    mesh -= block @ block.T
    # The rest is a factor of its own. A pivot that is rounding shows only against the column's own size.
    if (np.diag(mesh) + table[L2, new] < _DEPENDENT * diagonal).any():
        grow(gram, factor, order, table, start, k)
        return
    small, own = np.zeros((len(new), len(new))), np.zeros((len(table), len(new)))
    own[L2] = table[L2, new]
    grow(mesh, small, np.arange(len(new)), own, 0, len(new))
    if (np.diag(small) ** 2 < _DEPENDENT * diagonal).any():
        grow(gram, factor, order, table, start, k)
        return
    factor[start:k, start:k] = small
    table[RAISED, new] = 0.0
