"""Where a display finds a path: of an estimator of one alpha, of one that chose alpha, of a search over a Pipeline."""

from copy import copy

import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted, validate_data

from .._base import CoordinateRegressor
from .._cv import PathCV
from .._search import PathSearchCV

SEARCHES = PathSearchCV, GridSearchCV


def chosen_model(estimator):
    """Return the estimator of one alpha that a LassoCV or an ElasticNetCV has fitted to all rows, unfitted."""
    model = estimator._model(estimator.n_features_in_).set_params(alpha=float(estimator.alpha_))
    return model.set_params(l1_ratio=float(estimator.l1_ratio_)) if hasattr(model, "l1_ratio") else model


def chosen_ratio(estimator):
    """Return the place of the l1_ratio that was chosen among those given."""
    if not hasattr(estimator, "l1_ratio_"):
        return 0
    return int(np.argmin(np.abs(np.atleast_1d(estimator.l1_ratio) - estimator.l1_ratio_)))


def grid_of(estimator):
    """Return the alphas of a LassoCV or an ElasticNetCV, those of the l1_ratio that was chosen."""
    return np.atleast_2d(estimator.alphas_)[chosen_ratio(estimator) if np.ndim(estimator.alphas_) == 2 else 0]


def chosen_alpha(estimator):
    """Return the alpha of the model that a cross-validation or a search has chosen, or None."""
    if isinstance(estimator, SEARCHES):
        model = estimator.best_estimator_
        model = model[-1] if isinstance(model, Pipeline) else model
        return chosen_alpha(model) if isinstance(model, PathCV) else model.alpha
    return estimator.alpha_ if isinstance(estimator, PathCV) else None


def best_of(search):
    """Return the best estimator of a fitted search."""
    check_is_fitted(search)
    if not hasattr(search, "best_estimator_"):
        raise ValueError("What is shown of a search is its best_estimator_, which refit=False leaves out.")
    return search.best_estimator_


def last_step(pipe, X):
    """Return the last step of a Pipeline, X as the fitted steps before it leave it, and its names or None."""
    before = pipe[:-1]
    if not len(before):
        return pipe[-1], X, None
    check_is_fitted(before)
    names = _names_out(before)
    return pipe[-1], before.transform(X), names


def path_of(estimator, X, y, alphas=None, sample_weight=None):
    """Return the RegularizationPath of an estimator on all rows; ``alphas=None`` is its own grid, or 100."""
    if isinstance(estimator, CoordinateRegressor):
        return estimator.fit_path(X, y, 100 if alphas is None else alphas, sample_weight=sample_weight)
    if isinstance(estimator, PathCV):
        check_is_fitted(estimator)
        validate_data(estimator, X, reset=False, skip_check_array=True)
        alphas = grid_of(estimator) if alphas is None else alphas
        return chosen_model(estimator).fit_path(X, y, alphas, sample_weight=sample_weight)
    if isinstance(estimator, SEARCHES):
        best = best_of(estimator)
        alphas = getattr(estimator, "alphas_", None) if alphas is None else alphas
        return path_of(best, X, y, alphas, sample_weight)
    if isinstance(estimator, Pipeline) and isinstance(estimator[-1], CoordinateRegressor):
        last, X, names = last_step(estimator, X)
        path = path_of(copy(last), X, y, alphas, sample_weight)
        if names is not None and not hasattr(path, "feature_names_in_"):
            path.feature_names_in_ = names
        return path
    raise TypeError(
        "A path needs a Lasso, an ElasticNet, a LassoCV, an ElasticNetCV, a Pipeline that ends in one of the first two "
        f"or a search over these, got {type(estimator).__name__}."
    )


def _names_out(transformer):
    """Return the names of the columns that a transformer makes, or None where it has none."""
    try:
        return np.asarray(transformer.get_feature_names_out(), dtype=object)
    except (AttributeError, ValueError):
        return None
