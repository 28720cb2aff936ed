"""Pieces of large products: how many rows or columns at a time, and symmetric matrices of which half was made."""

import numpy as np

FEWEST_ROWS = 256
BLOCK = 1 << 18  # entries of a block of columns, 2 MB in float64
_ROWS = 4096  # rows of a block where a pass has to convert or centre: 3 MB at 100 columns


def blocks(n, size):
    """Yield the slices that cut range(n) into pieces of ``size``."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def blocks_of_rows(n, k):
    """Yield the slices that cut n rows of k columns into pieces that stay in cache."""
    return blocks(n, min(n, max(FEWEST_ROWS, min(_ROWS, BLOCK * 8 // max(k, 1)))))


def mirror(product):
    """Copy the upper triangle of a matrix in Fortran order, in place, to the lower, which is zero; return it as C."""
    for columns in blocks(len(product), FEWEST_ROWS):
        corner = product[columns, columns]
        diagonal = corner.diagonal().copy()
        corner += corner.T
        np.fill_diagonal(corner, diagonal)
        product[columns.stop :, columns] = product[columns, columns.stop :].T
    return product.T
