"""One fold of a cross-validation: its paths, their errors on the rows held out, and their scores."""

from copy import copy
from time import perf_counter
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import clone

from ._engine.progress import MUTE


class Job(NamedTuple):
    """What a fold needs; only the fold differs from job to job."""

    model: object  # the estimator of one alpha
    problem: object  # of all rows
    y: np.ndarray
    fold: object
    sums: object  # of the fold, None where they are not made
    name: str
    ratios: np.ndarray  # of l1
    grids: list  # of alphas, one for every l1_ratio
    scorer: object
    score_params: dict
    predicts: bool  # whether predictions are wanted
    verbose: int


class Outcome(NamedTuple):
    """What a fold gives: arrays of shape (n_l1_ratios, n_alphas), and lists with an item for every l1_ratio."""

    errors: np.ndarray
    scores: np.ndarray
    paths: list
    predictions: list  # None, where they are not wanted


def run(job, task=MUTE):
    """Return the Outcome of a fold; ``scores`` is the errors' negative where there is no scorer.

    Each path is a step of the task.
    """
    from ._engine import folds

    began = perf_counter()
    problem = folds.fold_problem(job.problem, job.y, job.fold, job.sums)
    model, errors, scores, paths, predictions = copy(job.model), [], [], [], []
    for ratio, alphas in zip(job.ratios, job.grids, strict=True):
        if hasattr(model, "l1_ratio"):
            model.l1_ratio = float(ratio)
        unit, control = model._terms(problem)
        control = control._replace(shuffle=model._generators(1)[0])
        path = folds.follow_fold(problem, unit, alphas, control)
        predictions.append(folds.held_out(job.problem, job.fold, path) if job.predicts else None)
        errors.append(folds.errors_of(job.problem, job.y, job.fold, path, job.sums, predictions[-1]))
        scores.append(-errors[-1] if job.scorer is None else _scores(job, model, alphas, path))
        paths.append(path)
        task.step("path")
    outcome = Outcome(np.array(errors), np.array(scores), paths, predictions)
    if job.verbose:
        count, seconds = outcome.errors.size, perf_counter() - began
        print(f"{job.name}: {count} fits in {seconds:.2f} s", flush=True)
    if not np.isfinite(outcome.scores).all():
        raise ValueError(f"cv: the error or score of {job.name} is not finite.")
    return outcome


def _scores(job, model, alphas, path):
    """Return the scorer's values on the rows held out, of a fitted estimator for every alpha."""
    test = job.fold.test
    X, y = job.problem.X, job.y[test]
    X = (X.tocsr() if sparse.issparse(X) else X)[test]
    given = {name: _rows(value, test, len(job.y)) for name, value in job.score_params.items()}
    found = []
    for i, alpha in enumerate(alphas):
        fitted = clone(model).set_params(alpha=float(alpha))
        fitted.n_features_in_ = X.shape[1]
        fitted.coef_ = path.coefs(X.shape[1], slice(i, i + 1)).ravel().astype(X.dtype)
        fitted.intercept_ = path.intercepts[i]
        found.append(job.scorer(fitted, X, y, **given))
    return np.array(found, dtype=np.float64)


def _rows(value, test, n):
    """Return the rows in ``test`` of what has a value for every sample, and anything else as it is."""
    return np.asarray(value)[test] if np.ndim(value) and len(value) == n else value
