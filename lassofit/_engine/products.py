"""Gram matrices of X's columns, in pieces: how many rows or columns at a time, and of which half was made."""

import numpy as np
from scipy.linalg.blas import dger, dsyrk, ssyrk

from .kernels.gram import centre_rows
from .lines import read_only
from .threads import for_product

FEWEST_ROWS = 256
_FAR = 1e2  # of a variance: a squared mean above it costs uncentred products more than two digits
BLOCK = 1 << 18  # entries of a block of columns, 2 MB in float64
_LONG = 32768  # rows of a block where X is one of two factors
_ROWS = 4096  # rows of a block where a pass has to convert or centre: 3 MB at 100 columns


def blocks(n, size):
    """Yield the slices that cut range(n) into pieces of ``size``."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def blocks_of_rows(n, k, many=False):
    """Yield the slices that cut n rows of k columns into pieces that stay in cache; large ones for ``many`` threads."""
    return blocks(n, min(n, max(FEWEST_ROWS, min(n if many else _ROWS, BLOCK * 8 // max(k, 1)))))


def of_rows(n, k):
    """Return the context for products of k columns with themselves, in ``blocks_of_rows``: whether on many threads."""
    return for_product(min(n, BLOCK * 8 // max(k, 1)) * k**2)


def mirror(product):
    """Copy the upper triangle of a matrix in Fortran order, in place, to the lower, which is zero; return it as C."""
    for columns in blocks(len(product), FEWEST_ROWS):
        corner = product[columns, columns]
        diagonal = corner.diagonal().copy()
        corner += corner.T
        np.fill_diagonal(corner, diagonal)
        product[columns.stop :, columns] = product[columns, columns.stop :].T
    return product.T


def subtract_outer(product, a, b):
    """Subtract the outer product of a and b from a C-ordered matrix in float64, in place; return it.

    With numpy's two more matrices, and the pages they touch, X'X of 442 x 285 takes twice as long.
    """
    return dger(-1.0, b, a, a=product.T, overwrite_a=1).T if product.size else product


def lose_digits(problem):
    """Return whether products of uncentred columns lose more than two digits to the means."""
    return bool((problem.mean**2 > _FAR * problem.norm2).any())


def whole_gram(problem):
    """Return the matrix of <x_i, x_j> over all columns."""
    if problem.is_sparse or not problem.lies_in_place():
        return gram(problem, np.arange(problem.p))
    with for_product(problem.n * problem.p**2):
        product = problem.X.T @ problem.X  # BLAS's syrk, and no copy of X: seven to nine tenths of the time
    product /= problem.n
    return subtract_outer(product, problem.mean, problem.mean) if problem.fit_intercept else product


def gram(problem, which, pieces=None, level=None):
    """Return the matrix of <x_i, x_j> over the columns in ``which``; of dense X, over slices of rows, if given.

    ``level``, if given: the products are of columns divided by it, in single precision.
    """
    n, k, mean, root = problem.n, len(which), problem.mean[which], np.sqrt(problem.s)
    if problem.is_sparse and not problem.exact_gram:
        block = problem.held[:, which]
        weighted = block.multiply(problem.s[:, None]).tocsc()
        product = (block.T @ weighted).toarray().astype(np.float64, copy=False)
        return subtract_outer(product, mean, mean)
    if level is None and pieces is None and not problem.is_sparse and n * k <= BLOCK:
        block = np.empty((k, n))
        problem.gather(which, mean, root, 0, block)
        return block @ block.T  # syrk, with less around it
    dtype, syrk = (np.float64, dsyrk) if level is None else (np.float32, ssyrk)
    root = root if level is None else root / level
    product = np.zeros((k, k), dtype=dtype, order="F")
    with of_rows(n, k) as many:
        pieces = list(pieces or (blocks(n, n) if problem.is_sparse else blocks_of_rows(n, k, many)))
        room = np.empty(k * max(rows.stop - rows.start for rows in pieces), dtype=dtype)  # touched once: pages are dear
        as_rows = problem.lines is None and np.array_equal(which, np.arange(problem.p))  # they stay rows
        for rows in pieces:
            length = min(rows.stop, n) - rows.start
            block = room[: k * length].reshape((length, k) if as_rows else (k, length))
            if as_rows:
                centre_rows(read_only(problem.X), mean, root, rows.start, block)
            else:
                problem.gather(which, mean, root, rows.start, block)
            # The upper triangle, in place.
            product = syrk(1.0, block.T, 1.0, product, trans=0 if as_rows else 1, overwrite_c=1)
    return mirror(product if level is None else product * np.float64(level) ** 2)


def gram_rows(problem, which, pieces=None):
    """Return <x_i, x_j> for i in ``which`` and every j: a pass over dense X, or over slices of its rows."""
    out, total = np.zeros((len(which), problem.p)), np.zeros(len(which))
    converts = problem.X.dtype != np.float64
    length = min(problem.n, max(FEWEST_ROWS, BLOCK * 8 // problem.p) if converts else _LONG)
    with for_product(length * problem.p * len(which)):
        for rows in pieces or blocks(problem.n, length):
            part = problem.X[rows].astype(np.float64, copy=False)
            block = np.empty((len(which), len(part)))
            problem.gather(which, problem.mean[which], problem.s, rows.start, block)
            out += block @ part
            total += block.sum(axis=1)
    return subtract_outer(out, total, problem.mean)  # but for rounding, the total is 0: of all rows, centred


@np.errstate(over="ignore", invalid="ignore")  # of huge coefficients, as in the kernels
def fitted(X, w):
    """Return Xw in float64, without a copy of X."""
    if X.dtype == np.float64:
        return X @ w
    out = np.empty(len(X))
    for rows in blocks_of_rows(*X.shape):
        np.matmul(X[rows].astype(np.float64), w, out=out[rows])
    return out
