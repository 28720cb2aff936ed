"""Scores of all alphas of a fold: together where the metric is known by name, one by one elsewhere."""

import warnings
from inspect import signature
from numbers import Number
from traceback import format_exc
from typing import NamedTuple

import numpy as np
from sklearn import get_config, metrics
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import check_scoring
from sklearn.utils import metadata_routing

from ._engine.calling import user_level
from ._search_step import at_alpha

# Metrics that take several columns at once: the function, and the sign that makes greater better.
_TOGETHER = {
    None: (metrics.r2_score, 1),
    "r2": (metrics.r2_score, 1),
    "explained_variance": (metrics.explained_variance_score, 1),
    "neg_mean_absolute_error": (metrics.mean_absolute_error, -1),
    "neg_mean_absolute_percentage_error": (metrics.mean_absolute_percentage_error, -1),
    "neg_mean_squared_error": (metrics.mean_squared_error, -1),
    "neg_mean_squared_log_error": (metrics.mean_squared_log_error, -1),
    "neg_median_absolute_error": (metrics.median_absolute_error, -1),
    "neg_root_mean_squared_error": (metrics.root_mean_squared_error, -1),
    "neg_root_mean_squared_log_error": (metrics.root_mean_squared_log_error, -1),
}
_BY_VARIANCE = (None, "r2", "explained_variance")


class Metric(NamedTuple):
    """A name for the results, what the user gave for it (a string, a callable or None), and the scorer of that."""

    name: str
    given: object
    scorer: object


class Scoring(NamedTuple):
    """What ``scoring`` means: one metric, named score, or several."""

    metrics: list
    router: object  # of the parameters of several, under metadata routing; None for one

    def given(self):
        """Return what ``scorer_`` is: a dict for several metrics."""
        return self.metrics[0].scorer if self.router is None else {m.name: m.scorer for m in self.metrics}

    def parameters(self, params):
        """Return the parameters of each metric by name, of those that were passed for scoring."""
        routing = get_config()["enable_metadata_routing"]
        if routing and self.router is not None and params:
            routed = metadata_routing.process_routing(self.router, "score", **params)
            return {metric.name: routed[metric.name].score for metric in self.metrics}
        return {m.name: params if routing or takes_weights(m) else {} for m in self.metrics}


def scoring_of(estimator, scoring):
    """Return the Scoring that ``scoring`` stands for, or raise scikit-learn's errors."""
    if not isinstance(scoring, list | tuple | dict):
        return Scoring([Metric("score", scoring, check_scoring(estimator, scoring=scoring))], None)
    router = check_scoring(estimator, scoring=scoring)
    given = scoring if isinstance(scoring, dict) else {name: name for name in scoring}
    return Scoring([Metric(k, v, check_scoring(estimator, scoring=v)) for k, v in given.items()], router)


class Predicted(RegressorMixin, BaseEstimator):
    """A regressor whose predictions are known."""

    def __init__(self, values):
        self.values = values

    def predict(self, X):
        """Return them."""
        return self.values


def takes_weights(metric):
    """Return whether a metric takes ``sample_weight``; of a scorer's function only a call can tell."""
    if not callable(metric.given) and metric.given in _TOGETHER:
        return True
    if not hasattr(metric.scorer, "set_score_request"):  # a plain function
        return "sample_weight" in signature(metric.scorer).parameters
    y = np.array([1.0, 2.0])
    try:
        metric.scorer(Predicted(y), y[:, None], y, sample_weight=np.ones(2))
    except TypeError as error:
        return "sample_weight" not in str(error)
    except Exception:  # about something else
        return True
    return True


class Cells:
    """The fitted estimators of all alphas of a fold and point, before some rows of the data."""

    def __init__(self, fitted, X, y, n_alphas):
        self.fitted, self.X, self.y, self.n_alphas = fitted, X, y, n_alphas
        try:
            self.predictions = np.asarray(fitted.predict(X)).reshape(n_alphas, -1).T
        except Exception:  # of all alphas, or of one: the scorers will tell
            self.predictions = None

    def regressor(self, k, full):
        """Return the real estimator of the k-th alpha, or what has its predictions."""
        if full or self.predictions is None:
            return at_alpha(self.fitted, k)
        return Predicted(np.ascontiguousarray(self.predictions[:, k]))

    def together(self, metric, params):
        """Return a metric's values at all alphas at once; None where that is not possible, or not the same."""
        unknown = callable(metric.given) or metric.given not in _TOGETHER
        if unknown or self.predictions is None or _routed(metric, params):
            return None
        function, sign = _TOGETHER[metric.given]
        try:
            y, weights = np.asarray(self.y), params.get("sample_weight")
            kept = y if weights is None else y[np.asarray(weights) > 0]
            if metric.given in _BY_VARIANCE and (kept == kept[:1]).all():
                return None  # no variance but rounding, which depends on the order of a sum
            y = np.broadcast_to(y[:, None], self.predictions.shape)
            found = function(y, self.predictions, multioutput="raw_values", **params)
        except Exception:
            return None
        return sign * np.asarray(found, dtype=np.float64)

    def one(self, metric, params, k):
        """Return a metric's value at one alpha, or the values by name that a callable gives."""
        regressor = self.regressor(k, full=callable(metric.given) or _routed(metric, params))
        found = metric.scorer(regressor, self.X, self.y, **params)
        if isinstance(found, dict):
            return {name: _number(value, name) for name, value in found.items()}
        return _number(found, metric.scorer)


def _routed(metric, params):
    """Return whether a metric is the estimator's ``score`` with parameters that it may pass on to transformers."""
    return metric.given is None and bool(params) and get_config()["enable_metadata_routing"]


class NotANumber(ValueError):
    """A scorer returned something else; ``error_score`` does not stand in for that."""


def _number(value, scorer):
    """Return a score as a Python number."""
    if getattr(value, "size", 0) == 1:
        value = value.item()
    if not isinstance(value, Number):
        raise NotANumber(f"scoring must return a number, got {value} ({type(value)}) instead. (scorer={scorer})")
    return value


def scores(cells, scoring, params, error_score):
    """Return the scores of all alphas by metric, as arrays; None where a callable failed at all, so gave no names."""
    found, by_name = {}, scoring.parameters(params)
    for metric in scoring.metrics:
        values = cells.together(metric, by_name[metric.name])
        if values is None:
            values = _one_by_one(cells, metric, by_name[metric.name], error_score)
        if any(isinstance(value, dict) for value in values):  # from a callable that is all there is
            names = next(value for value in values if isinstance(value, dict))
            if scoring.router is not None:
                raise NotANumber(f"scoring must return a number, got {names} instead. (scorer={metric.name})")
            return Several({name: np.array([_entry(value, name, error_score) for value in values]) for name in names})
        if scoring.router is None and callable(metric.given) and all(value is None for value in values):
            return None
        found[metric.name] = np.array([error_score if value is None else value for value in values], dtype=np.float64)
    return found


class Several(dict):
    """Scores by the names that a callable gave."""


def _entry(value, name, error_score):
    """Return one of the values of a callable, or what stands for it where it failed."""
    return float(value[name] if isinstance(value, dict) else error_score)


def _one_by_one(cells, metric, params, error_score):
    """Return a metric's values, None where it failed: then with a warning, unless ``error_score`` is 'raise'."""
    values, error, failed = [], None, 0
    for k in range(cells.n_alphas):
        try:
            values.append(cells.one(metric, params, k))
        except NotANumber:
            raise
        except Exception:
            if error_score == "raise":
                raise
            values.append(None)
            error, failed = error or format_exc(), failed + 1
    if failed:
        warnings.warn(
            f"Scoring failed for {failed} of {cells.n_alphas} alphas of a train-test partition. Their score will be "
            f"set to {error_score}. Details: \n{error}",
            UserWarning,
            stacklevel=user_level(),
        )
    return values
