"""Cross-validation on one X: a fold's training rows are all rows, with weights of zero on the others.

So dense X is never copied for a fold, and predictions read it too: of the rows held out, only the columns in use. Of
tall X, all folds are read at once: see ``fold_grams``. Of sparse X, a fold has a copy of its rows, which costs as much
as four sweeps: without the other rows and without weights, a sweep over text takes 60 % of the time.
"""

from typing import NamedTuple

import numpy as np

from .fold_grams import squared_errors, training_problem, union
from .paths import follow_path
from .problem import Problem


class Fold(NamedTuple):
    """Rows to train on and rows held out, with the weights of both."""

    weights: np.ndarray  # of all rows, zero for those that are not trained on
    test: np.ndarray
    test_weights: np.ndarray


class FoldPath(NamedTuple):
    """What a fold gives for a grid of alphas."""

    supports: list  # at every alpha
    values: list
    intercepts: np.ndarray
    failed: list  # (index, Solution) of what was not solved to tol

    def coefs(self, p, which=slice(None)):
        """Return the coefficients at some of the alphas, of shape (p, n_alphas)."""
        pairs = list(zip(self.supports, self.values, strict=True))[which]
        out = np.zeros((p, len(pairs)))
        for k, (support, value) in enumerate(pairs):
            out[support, k] = value
        return out


def folds_of(splits, s, n):
    """Return the Folds of pairs of arrays of row numbers, or raise a ValueError for a fold that is empty."""
    found = []
    for k, (train, test) in enumerate(splits):
        weights = _weights_of(train, s, n)
        kept = np.ones(len(test)) if s is None else s[test]
        for name, part in (("training", weights), ("held-out", kept)):
            if not part.any():
                empty = "no rows" if s is None or not len(part) else "no rows with a weight above zero"
                raise ValueError(f"cv: fold {k + 1} has {empty} in its {name} part.")
        found.append(Fold(weights, test, kept))
    if not found:
        raise ValueError("cv: the splitter yields no folds.")
    return found


def _weights_of(train, s, n):
    """Return the weights of all rows, zero for those not in ``train``; a row that is there twice has twice its own."""
    weights = np.zeros(n)
    weights[train] = 1.0 if s is None else s[train]
    once = np.count_nonzero(weights) == len(train)  # counting takes four times as long
    return weights if once else np.bincount(train, weights=None if s is None else s[train], minlength=n) * 1.0


def fold_problem(problem, y, fold, sums):
    """Return the Problem of a fold's training rows: from ``sums``, where they are known and lose no digits.

    ``problem`` is that of all rows, as in what follows on errors.
    """
    found = None if sums is None else training_problem(problem, y, fold, sums)
    if found is not None:
        return found
    if not problem.is_sparse:
        return Problem(problem.X, fold.weights, problem.fit_intercept, y)
    kept = np.flatnonzero(fold.weights)
    weights = fold.weights[kept]
    alike = (weights == weights[0]).all()
    own = Problem(problem.X[kept], None if alike else weights, problem.fit_intercept, y[kept])
    own.exact_gram = problem.exact_gram  # all folds by the way that all rows go
    return own


def follow_fold(problem, unit, alphas, control):
    """Return the FoldPath of a fold's Problem down a grid of alphas."""
    supports, values, intercepts, failed = [], [], [], []
    for i, solution, _ in follow_path(problem, unit, alphas, None, control):
        supports.append(solution.support)
        values.append(solution.w[solution.support])
        intercepts.append(solution.intercept)
        if not solution.converged:
            failed.append((i, solution))
    return FoldPath(supports, values, np.array(intercepts), failed)


def held_out(problem, fold, path, which=slice(None)):
    """Return the predictions for the rows held out, in float64, of shape (n_test, n_alphas)."""
    used, coefs = union(path.supports, path.values)
    if problem.is_sparse:
        return problem.X[fold.test][:, used] @ coefs[:, which] + path.intercepts[which]
    rows = problem.X[np.ix_(fold.test, used)].astype(np.float64, copy=False)
    return rows @ coefs[:, which] + path.intercepts[which]


def errors_of(problem, y, fold, path, sums, predictions=None):
    """Return the weighted mean of the squared errors on the rows held out, at every alpha."""
    if sums is None or predictions is not None:
        predictions = held_out(problem, fold, path) if predictions is None else predictions
        return _squared_errors(y, fold, predictions)
    errors, unclear = squared_errors(sums, path.supports, path.values, path.intercepts)
    if unclear.any():
        errors[unclear] = _squared_errors(y, fold, held_out(problem, fold, path, unclear))
    return errors


def _squared_errors(y, fold, predictions):
    return np.average((y[fold.test, None] - predictions) ** 2, axis=0, weights=fold.test_weights)
