"""Where alpha is in an estimator, and what stands there while a path is followed.

The stand-in's ``fit`` follows the path and its ``predict`` gives the predictions of all alphas, one after the other, as
one long vector. So the Pipeline or TransformedTargetRegressor around it is fitted, and predicts, by its own code.
"""

from copy import copy

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils.extmath import safe_sparse_dot

from ._base import CoordinateRegressor
from ._cv import PathCV
from ._engine import validation  # does not import numba
from ._engine.threads import sparing
from ._fit_path import grid_of, solve_path

_KEPT = ("fit", "fit_path", "predict", "score")  # by a subclass, or a path would not be what its fit is


def alpha_name(estimator):
    """Return the name of alpha among the estimator's parameters: of the last step, of what is in the regressor."""
    name, inner = "", estimator
    while isinstance(inner, Pipeline | TransformedTargetRegressor):
        if isinstance(inner, Pipeline):
            step, inner = inner.steps[-1]
        else:
            step, inner = "regressor", inner.regressor
        name += f"{step}__"
    if not isinstance(inner, CoordinateRegressor):
        remedy = "Use GridSearchCV."
        if isinstance(inner, PathCV):
            remedy = "Put a Lasso or an ElasticNet there: the search chooses its alpha."
        raise TypeError(
            "estimator must be a Lasso or an ElasticNet of lassofit, a Pipeline that ends in one, or a "
            f"TransformedTargetRegressor around either, got {inner!r}{' at its end' if name else ''}. {remedy}"
        )
    changed = [method for method in _KEPT if getattr(type(inner), method) is not getattr(CoordinateRegressor, method)]
    if changed:
        raise TypeError(
            f"estimator: {type(inner).__name__} has a {changed[0]} of its own, which a path would pass over. Use "
            "GridSearchCV."
        )
    return f"{name}alpha"


def with_path(estimator, alphas, eps):
    """Put a PathStep where the Lasso or the ElasticNet is; return the estimator, which is changed."""
    place = alpha_name(estimator).removesuffix("alpha").removesuffix("__")
    if not place:
        return PathStep(estimator, alphas, eps)
    return estimator.set_params(**{place: PathStep(estimator.get_params()[place], alphas, eps)})


def path_step(fitted):
    """Return the fitted PathStep of a fitted estimator."""
    while not isinstance(fitted, PathStep):
        fitted = fitted.steps[-1][1] if isinstance(fitted, Pipeline) else fitted.regressor_
    return fitted


def at_alpha(estimator, k):
    """Return the estimator as it would be with the k-th alpha: fitted, if it is; transformers are shared."""
    if isinstance(estimator, PathStep):
        return estimator.at(k)
    found = copy(estimator)
    if isinstance(found, Pipeline):
        name, last = found.steps[-1]
        found.steps = [*found.steps[:-1], (name, at_alpha(last, k))]
    else:
        found.regressor = at_alpha(found.regressor, k)
        if hasattr(found, "regressor_"):
            found.regressor_ = at_alpha(found.regressor_, k)
    return found


class PathStep(RegressorMixin, BaseEstimator):
    """Stands where a Lasso or an ElasticNet stood; with a number of alphas, ``fit`` makes their grid and no more.

    Alphas that are given keep their order, and one that is repeated is solved for once.
    """

    def __init__(self, model, alphas, eps):
        self.model = model
        self.alphas = alphas
        self.eps = eps

    @sparing
    def fit(self, X, y, sample_weight=None, check_input=True):
        """Follow the path; ``check_input`` is Lasso.fit's, and a path checks in any case."""
        asked = self.alphas
        if not isinstance(asked, int):
            asked, self._column = np.unique(np.asarray(asked, dtype=np.float64), return_inverse=True)
            self._column = len(asked) - 1 - self._column  # a path is in descending order
        source, model, asked = self.model._path_source(X, y, asked, self.eps, sample_weight)
        self.n_features_in_ = source.problem.p
        if hasattr(model, "feature_names_in_"):
            self.feature_names_in_ = model.feature_names_in_
        if isinstance(asked, int):
            self.alphas_ = grid_of(source, model, asked, self.eps)
            return self
        self.path_, self.shortfall_ = solve_path(source, model, asked, self.eps)
        self.path_._source = None  # the data of this fold are not needed any more
        self._scale = source.problem.y_norm**2
        return self

    def predict(self, X):
        """Return the predictions of all alphas, of shape (n_alphas * n_samples,)."""
        X = validation.check_new_data(self, X)
        coefs = self.path_.coefs
        if not sparse.issparse(coefs):
            used = np.flatnonzero(coefs.any(axis=1))
            if 2 * len(used) < len(coefs):
                X, coefs = X[:, used] if not sparse.issparse(X) else X.tocsc()[:, used], coefs[used]
        product = safe_sparse_dot(X, coefs, dense_output=True) + self.path_.intercepts
        return product[:, self._column].T.ravel()

    def at(self, k):
        """Return the Lasso or the ElasticNet of the k-th alpha, with what a path knows of its fit."""
        alpha = float(self.alphas[k])
        model = clone(self.model).set_params(alpha=alpha)
        if not hasattr(self, "path_"):
            return model
        path, i = self.path_, self._column[k]
        coef = path.coefs[:, [i]]
        model.coef_ = (coef.toarray() if sparse.issparse(coef) else coef).ravel()
        model.intercept_ = path.intercepts[i]
        model.n_iter_, model.dual_gap_ = int(path.n_iters[i]), float(path.dual_gaps[i])
        model.relative_gap_ = model.dual_gap_ / self._scale if self._scale > 0 else model.dual_gap_
        model.converged_ = bool(path.converged[i])
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self, name):
                setattr(model, name, getattr(self, name))
        return model

    def get_metadata_routing(self):
        """Ask for what the model asks for."""
        return self.model.get_metadata_routing()

    def __sklearn_is_fitted__(self):
        """Tell Pipeline and others whether ``fit`` was called."""
        return hasattr(self, "path_") or hasattr(self, "alphas_")
