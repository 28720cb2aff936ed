"""One fold and one point of ``param_grid``: transformers fitted, one path followed, all of its alphas scored."""

from time import perf_counter
from traceback import format_exc
from typing import NamedTuple

import numpy as np
from sklearn.base import clone

from ._search_scores import Cells, Scoring, scores
from ._search_step import path_step
from ._splits import pairs_of, splitter_of


class Job(NamedTuple):
    """What a fold and a point need."""

    estimator: object  # with a PathStep in the place of the Lasso
    n_alphas: int
    pairwise: bool  # X is a kernel matrix
    train: np.ndarray
    test: np.ndarray
    name: str
    shared: "Shared"


class Shared(NamedTuple):
    """What all folds and points have in common."""

    X: object
    y: object
    n: int
    fit_params: dict
    score_params: dict
    scoring: Scoring
    return_train_score: bool
    error_score: object
    verbose: int


class Outcome(NamedTuple):
    """What a fold and a point give: scores by metric as arrays over alphas, or the error of the fit."""

    fit_time: float  # of an alpha: the path's, over the number of alphas
    score_time: float
    test_scores: dict | None = None
    train_scores: dict | None = None
    error: str | None = None
    shortfall: object = None


def rows_of(data, rows):
    """Return some rows of an array, sparse matrix, data frame, series or list."""
    if hasattr(data, "iloc"):
        return data.iloc[rows]
    if not hasattr(data, "shape"):
        return [data[i] for i in rows]
    if hasattr(data, "take") and not isinstance(data, np.ndarray):  # pyarrow's tables
        return data.take(rows)
    return data[rows]


def length_of(data):
    """Return the number of rows of what has rows; None for anything else."""
    if isinstance(data, str | bytes | dict):
        return None
    shape = getattr(data, "shape", None)
    if shape is None:
        return len(data) if hasattr(data, "__len__") else None
    return shape[0] if len(shape) else None


def _sliced(params, rows, n):
    """Return parameters of fit or score: the rows of what has a value for every sample, anything else as it is."""
    indexable = {name: value.tocsr() if hasattr(value, "tocsr") else value for name, value in params.items()}
    return {name: rows_of(value, rows) if length_of(value) == n else value for name, value in indexable.items()}


def splits_of(cv, X, y, params):
    """Return the pairs of rows to train on and rows held out, as arrays of indices; none of them is empty."""
    splitter, found = splitter_of(cv, y), []
    for k, split in enumerate(pairs_of(splitter, cv, X, y, params)):
        train, test = (np.flatnonzero(p) if np.asarray(p).dtype == bool else np.asarray(p) for p in split)
        for name, part in (("training", train), ("held-out", test)):
            if not len(part):
                raise ValueError(f"cv: fold {k + 1} has no rows in its {name} part.")
        found.append((train, test))
    if not found:
        raise ValueError("cv: the splitter yields no folds.")
    if len(found) != (expected := splitter.get_n_splits(X, y, **params)):
        raise ValueError(f"cv: split gives {len(found)} folds where get_n_splits says {expected}.")
    return found


def run(job):
    """Return the Outcome of a fold and a point."""
    shared, began = job.shared, perf_counter()
    X, y = _part(job, job.train)
    try:
        fitted = clone(job.estimator).fit(X, y, **_sliced(shared.fit_params, job.train, shared.n))
    except Exception:
        if shared.error_score == "raise":
            raise
        return Outcome((perf_counter() - began) / job.n_alphas, 0.0, error=format_exc())
    fit_time = perf_counter() - began
    test = _scores(job, fitted, *_part(job, job.test), job.test)
    score_time = perf_counter() - began - fit_time
    train = _scores(job, fitted, X, y, job.train) if shared.return_train_score else None
    if shared.verbose > 1:
        print(f"{job.name}: {job.n_alphas} alphas in {fit_time + score_time:.2f} s", flush=True)
    times = fit_time / job.n_alphas, score_time / job.n_alphas
    return Outcome(*times, test, train, shortfall=path_step(fitted).shortfall_)


def _part(job, rows):
    """Return the rows of X and y; of a kernel matrix, their columns of the rows trained on."""
    X, y = job.shared.X, job.shared.y
    if job.pairwise:
        return X[np.ix_(rows, job.train)], rows_of(y, rows)
    return rows_of(X, rows), rows_of(y, rows)


def _scores(job, fitted, X, y, rows):
    """Return the scores by metric on some rows."""
    shared = job.shared
    params = _sliced(shared.score_params, rows, shared.n)
    return scores(Cells(fitted, X, y, job.n_alphas), shared.scoring, params, shared.error_score)
