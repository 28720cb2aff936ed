"""Where a display finds a path: of an estimator of one alpha, of one that chose alpha, of a search over a Pipeline."""

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted, validate_data

from .._base import CoordinateRegressor
from .._cv import PathCV
from .._regularization_path import RegularizationPath
from .._search import PathSearchCV
from .._solved import transformed

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


def named(estimator):
    """Return what an estimator is called in a message: its class, and the package that this is of."""
    kind = estimator if isinstance(estimator, type) else type(estimator)
    name = f"{kind.__name__} of {kind.__module__.partition('.')[0]}"
    return f"the class {name}" if isinstance(estimator, type) else name


def model_of(estimator):
    """Return the model in fitted searches, Pipelines and TransformedTargetRegressors; any other as it is."""
    if isinstance(estimator, SEARCHES):
        return model_of(best_of(estimator))
    if isinstance(estimator, Pipeline):
        return model_of(estimator[-1])
    if isinstance(estimator, TransformedTargetRegressor):
        check_is_fitted(estimator)
        return model_of(estimator.regressor_)
    return estimator


def unwrapped(estimator, X, y):
    """Return ``model_of`` an estimator, X and y as they come to it, and the names of X's columns there or None."""
    names = None
    while True:
        if isinstance(estimator, SEARCHES):
            estimator = best_of(estimator)
        elif isinstance(estimator, Pipeline):
            estimator, X, names = last_step(estimator, X)
        elif isinstance(estimator, TransformedTargetRegressor):
            check_is_fitted(estimator)
            estimator, y = estimator.regressor_, transformed(estimator.transformer_, y)
        else:
            return estimator, X, y, names


def chosen_alpha(estimator):
    """Return the alpha of the model that a cross-validation or a search has chosen, or None."""
    model = model_of(estimator)
    if isinstance(model, PathCV):
        return model.alpha_
    return model.alpha if isinstance(estimator, SEARCHES) else None


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
    if isinstance(estimator, RegularizationPath):
        raise TypeError("A RegularizationPath is solved already: PathDisplay.from_path(path) draws it.")
    if not isinstance(model_of(estimator), CoordinateRegressor | PathCV):
        raise TypeError(
            "A path needs a Lasso, an ElasticNet, a LassoCV or an ElasticNetCV of lassofit, a Pipeline that ends in "
            "one, a TransformedTargetRegressor around one, or a search over these, got "
            f"{with_end(estimator, model_of(estimator))}."
        )
    if alphas is None:
        alphas = getattr(estimator, "alphas_", None) if isinstance(estimator, SEARCHES) else None
    model, X, y, names = unwrapped(estimator, X, y)
    if isinstance(model, PathCV):
        check_is_fitted(model)
    if hasattr(model, "n_features_in_"):
        validate_data(model, X, reset=False, skip_check_array=True)
    if isinstance(model, PathCV):
        path = chosen_model(model).fit_path(
            X, y, grid_of(model) if alphas is None else alphas, sample_weight=sample_weight
        )
    else:
        path = model.fit_path(X, y, 100 if alphas is None else alphas, sample_weight=sample_weight)
    if names is not None and not hasattr(path, "feature_names_in_"):
        path.feature_names_in_ = names
    return path


def with_end(estimator, model):
    """Return what the model at the end of an estimator is called, and what it is in."""
    return named(estimator) if model is estimator else f"{named(model)} in a {type(estimator).__name__}"


def _names_out(transformer):
    """Return the names of the columns that a transformer makes, or None where it has none."""
    try:
        return np.asarray(transformer.get_feature_names_out(), dtype=object)
    except (AttributeError, ValueError):
        return None
