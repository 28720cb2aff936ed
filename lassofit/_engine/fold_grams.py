"""Folds of tall data at once: one reading of X makes the Gram matrix of the rows that every fold holds out.

A fold trains on all the others, so its Gram matrix is that of all rows less its own; and its own gives the errors of
all alphas, without another look at X. Columns are about the means of all rows, with the target and a column of ones
beside them: so one product makes means, norms and correlations too, and since a fold's means are next to those of all,
they are subtracted without loss, however large they are.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.linalg.blas import dsyrk

from .grams import GRAM_CAP
from .kernels.descent import sums_of_lines, sums_of_rows
from .kernels.gram import centre_rows
from .lines import read_only
from .paths import WIDEST
from .problem import Problem
from .products import FEWEST_ROWS, blocks, blocks_of_rows, mirror, of_rows, subtract_outer

_LEFT = 1e-3  # of a column's sum of squares: with less in the training rows, the subtraction loses digits
_SPREAD = 1e-6  # of a mean square: a variance below it has lost digits to the mean
_TOGETHER = 25  # alphas, as the larger ones have smaller supports; all, where no more than
_NARROW = 100  # columns make the products cheap
_CLEAR = 1e-8  # of the size of its terms: an error below it is made from residuals


class Sums(NamedTuple):
    """Products of the columns, the target and ones, in this order: of all rows, and of those held out."""

    all: np.ndarray  # of shape (p + 2, p + 2), and
    own: np.ndarray  # likewise, about
    mean: np.ndarray  # these of the columns, and
    y_mean: float  # this of the target; 0 without an intercept


def sums_of(problem, y, weights, folds):
    """Return the Sums of every fold, and leave the Gram matrix of all rows with the problem; None where it is no gain.

    The folds have to part the rows between them, and to train on no fewer rows than there are columns.
    """
    p, k = problem.p, len(folds)
    if problem.is_sparse or p > WIDEST or 8 * (k + 1) * (p + 2) ** 2 > GRAM_CAP:
        return None
    if min(np.count_nonzero(fold.weights) for fold in folds) < p:
        return None
    labels = _labels(problem.n, weights, folds)
    if labels is None:
        return None
    with of_rows(problem.n // k, p) as many:
        make = _products_in_place if _lie_in_place(problem, weights, labels) else _products
        parts = make(problem, y, labels, k, many)
    total = sum(parts)
    if problem.made_gram is None:
        problem.made_gram = _moments(total, problem.fit_intercept)[0]
    return [Sums(total, own, problem.mean, problem.y_mean) for own in parts]


def _labels(n, weights, folds):
    """Return the fold that holds out each row; None where folds do not part the rows, or train on others."""
    if sum(len(fold.test) for fold in folds) != n:  # some row is held out twice, be it by one fold
        return None
    labels, all_rows = np.full(n, -1), np.ones(n) if weights is None else weights
    trained = all_rows.copy()
    for k, fold in enumerate(folds):
        trained[fold.test] = 0.0
        if (labels[fold.test] >= 0).any() or not np.array_equal(trained, fold.weights):
            return None
        labels[fold.test] = k
        trained[fold.test] = all_rows[fold.test]
    return labels if (labels >= 0).all() else None


def _products(problem, y, labels, k, many):
    """Return the products of the rows that each fold holds out: one pass over X."""
    p, root, everything = problem.p, np.sqrt(problem.s), np.arange(problem.p)
    parts = [np.zeros((p + 2, p + 2), order="F") for _ in range(k)]
    target = root * (y - problem.y_mean)
    room, as_rows = None, problem.lines is None  # in C order they stay rows: to transpose them takes as long again
    for rows in blocks_of_rows(problem.n, p + 2, many):
        length = rows.stop - rows.start
        if room is None:
            room = np.empty((p + 2) * length)  # touched once: pages are dear
        block = room[: (p + 2) * length].reshape((length, p + 2) if as_rows else (p + 2, length))
        if as_rows:
            centre_rows(read_only(problem.X), problem.mean, root, rows.start, block)
        else:
            problem.gather(everything, problem.mean, root, rows.start, block[:p])
        lines = block.T if as_rows else block
        lines[p], lines[p + 1] = target[rows], root[rows]
        held = labels[rows]
        for fold in np.flatnonzero(np.bincount(held)):
            mine = held == fold
            part = block if mine.all() else block.compress(mine, axis=0 if as_rows else 1)
            # The upper triangle, in place.
            parts[fold] = dsyrk(1.0, part.T, 1.0, parts[fold], trans=0 if as_rows else 1, overwrite_c=1)
    return [mirror(part) for part in parts]


def _lie_in_place(problem, weights, labels):
    """Return whether BLAS can take the rows of every fold from X as they lie there, and no digits are lost by that."""
    few = np.count_nonzero(np.diff(labels)) * FEWEST_ROWS <= problem.n
    return weights is None and few and problem.lies_in_place()


def _products_in_place(problem, y, labels, k, many):
    """Return what ``_products`` does, without copies: on 200000 x 100 in three quarters of the time."""
    p, weight = problem.p, 1.0 / problem.n
    target = y - problem.y_mean
    parts = np.zeros((k, p + 2, p + 2))
    starts = np.flatnonzero(np.diff(labels, prepend=-1))
    for start, stop in pairwise([*starts, problem.n]):
        part = parts[labels[start]]
        for rows in blocks_of_rows(stop - start, p, many):
            first, last = start + rows.start, start + rows.stop
            X, own = problem.X[first:last], target[first:last]
            part[:p, :p] += X.T @ X  # BLAS's syrk
            if problem.lines is None:
                sums_of_rows(problem.X, first, last, target, part[p + 1, :p], part[p, :p])
            else:
                sums_of_lines(problem.lines, first, last, target, part[p + 1, :p], part[p, :p])
            part[p:, p:] += np.array([[own @ own, own.sum()], [0.0, last - first]])
    mean = problem.mean
    for part in parts:
        part *= weight
        part[p + 1, p] = part[p, p + 1]
        total, held = part[-1, :p].copy(), part[-1, -1]
        part[:p, :p] -= np.column_stack([mean, total - held * mean]) @ np.array([total, mean])
        part[p:, :p] -= np.outer(part[-1, p:], mean)
        part[:p, p:] = part[p:, :p].T
    return list(parts)


class TrainingProblem(Problem):
    """A Problem with other weights, of which all is known without a pass over X.

    Its path needs the Gram matrix alone. Arrays of samples are made where something else does: they take as long as the
    path on 200000 x 100.
    """

    def __init__(self, problem, weights, y, mean, variance):
        self.__dict__.update(problem.__dict__)
        del self.s, self.inverse_s, self.weights, self.y
        self._given_weights, self._given, self._kept = weights, y, {}
        self._take(mean, variance)

    def __getattr__(self, name):
        """Make the weights and the centred target."""
        if name not in ("s", "inverse_s", "weights", "y"):
            raise AttributeError(name)
        correlations = self._target_correlations
        self._weigh(self._given_weights)
        self._centre(self._given)
        self._target_correlations = correlations
        return self.__dict__[name]


def _moments(sums, fit_intercept):
    """Return Gram matrix, correlations with the target, and means, of the rows that ``sums`` is of."""
    p, weight = len(sums) - 2, sums[-1, -1]
    mean, y_mean = sums[:p, -1] / weight, sums[p, -1] / weight
    gram, c = sums[:p, :p] / weight, sums[:p, p] / weight
    if fit_intercept:
        subtract_outer(gram, mean, mean)
        c -= y_mean * mean
    return gram, c, mean


def training_problem(problem, y, fold, sums):
    """Return the Problem of a fold's training rows; None where subtraction would lose too many digits."""
    rest, p = sums.all - sums.own, problem.p
    square, constant = rest.diagonal()[:p], problem.variance == 0
    gram, c, mean = _moments(rest, problem.fit_intercept)
    square_mean = square / rest[-1, -1]
    variance = np.where(constant, 0.0, square_mean - mean**2)
    lost = (square < _LEFT * sums.all.diagonal()[:p]) | (variance < _SPREAD * square_mean)
    if (lost & ~constant).any():
        return None
    y_mean, weight = rest[p, -1] / rest[-1, -1], rest[-1, -1]
    y_square = rest[p, p] / weight - (y_mean**2 if problem.fit_intercept else 0.0)
    if y_square < _SPREAD * rest[p, p] / weight or rest[p, p] < _LEFT * sums.all[p, p]:
        return None
    found = TrainingProblem(problem, fold.weights, y, sums.mean + mean, variance)
    found.y_mean, found.y_norm = (sums.y_mean + y_mean if problem.fit_intercept else 0.0), float(np.sqrt(y_square))
    found.made_gram, found._target_correlations = gram, c
    return found


def squared_errors(sums, supports, values, intercepts):
    """Return the weighted mean of the squared errors on the rows held out, at every alpha; and which are not clear.

    With v = (-w, 1, -e), the residuals are (x, y, 1) v, and their squares sum to v'Gv.
    """
    total, size = np.empty(len(supports)), np.empty(len(supports))
    for some in blocks(len(supports), _TOGETHER if len(sums.mean) > _NARROW else len(supports)):
        used, coefs = union(supports[some], values[some])
        excess = intercepts[some] + sums.mean[used] @ coefs - sums.y_mean
        v = np.vstack([-coefs, np.ones(len(excess)), -excess])
        at = np.append(used, [len(sums.own) - 2, len(sums.own) - 1])
        products = sums.own if len(at) == len(sums.own) else sums.own[np.ix_(at, at)]
        total[some] = (v * (products @ v)).sum(axis=0)
        size[some] = (np.sqrt(products.diagonal()) @ np.abs(v)) ** 2  # no less than the terms'
    return total / sums.own[-1, -1], total < _CLEAR * size


def union(supports, values):
    """Return the columns in use at any alpha, and the coefficients there, of shape (n_used, n_alphas)."""
    every = np.concatenate(supports).astype(np.intp, copy=False)
    among = np.zeros(every.max(initial=-1) + 1, dtype=bool)
    among[every] = True
    used = np.flatnonzero(among)
    coefs = np.zeros((len(used), len(supports)))
    alpha = np.repeat(np.arange(len(supports)), [len(support) for support in supports])
    coefs[(np.cumsum(among) - 1)[every], alpha] = np.concatenate(values)
    return used, coefs
