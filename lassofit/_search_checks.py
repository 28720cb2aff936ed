"""Checks of the parameters and the data of a search."""

from collections.abc import Callable
from functools import wraps
from numbers import Number
from typing import Any, ParamSpec

import numpy as np
from sklearn.utils import column_or_1d, indexable

from ._engine import validation  # does not import numba
from ._fit_path import requested
from ._search_step import alpha_name

P = ParamSpec("P")


def by_keyword(init: Callable[P, None]) -> Callable[P, None]:
    """Make an ``__init__`` say what to write where more than the estimator is given by position; as GridSearchCV's."""

    @wraps(init)
    def checked(self: Any, *args: Any, **kwargs: Any) -> None:
        if len(args) > 1:
            name = type(self).__name__
            raise TypeError(
                f"{name} takes one argument by position, the estimator, got {len(args)}. Give the others by name: "
                f"{name}(estimator, alphas=..., param_grid={{...}}). The values of alpha go into alphas, those of "
                "other parameters into param_grid."
            )
        init(self, *args, **kwargs)

    return checked  # type: ignore[return-value]


def check_search(search):
    """Check the parameters; return the name of alpha, and the number of alphas or the alphas, sorted."""
    validation.check_parameters(vars(search))
    if not isinstance(search.alphas, str | Number) and np.ndim(search.alphas) == 1:
        for i, alpha in enumerate(search.alphas):
            validation.check_element(f"alphas[{i}]", alpha)
    asked, score, refit = requested(search.alphas, search.eps), search.error_score, search.refit
    if not (isinstance(score, Number) or (isinstance(score, str) and score == "raise")):
        raise ValueError(f"error_score must be a number or 'raise', got {score!r}.")
    if not (isinstance(refit, bool | np.bool_ | str) or callable(refit)):
        raise ValueError(f"refit must be True, False, the name of a metric or a callable, got {refit!r}.")
    if callable(refit) and search.alpha_rule != "min":
        raise ValueError(f"alpha_rule={search.alpha_rule!r} and a callable refit both choose: leave one of them out.")
    return alpha_name(search.estimator), asked


def check_refit(search, names):
    """Check that ``refit`` says by which of several metrics."""
    refit = search.refit
    if isinstance(refit, bool | np.bool_) and not refit:
        if search.alpha_rule != "min":
            raise ValueError(f"alpha_rule={search.alpha_rule!r} needs a metric to go by: set refit to its name.")
    elif not callable(refit) and not (isinstance(refit, str) and refit in names):
        raise ValueError(
            f"refit must be the name of a metric, {', '.join(map(repr, names))}, a callable or False where there are "
            f"several, got {refit!r}."
        )


def check_tables(X, y, name):
    """Return X and y in a form that has rows; y with one dimension."""
    if y is None:
        raise ValueError(f"{name} requires y to be passed, but the target y is None.")
    validation.culprits.refuse_lazy(X, y)
    X, y = indexable(X, y)
    shape = np.shape(y)
    if len(shape) < 2:
        return X, y
    if shape[1] != 1:
        raise ValueError(f"y must have one column, got shape {shape}: a path is one target's. Search for each column.")
    return X, column_or_1d(y, warn=True)


def refitted(search):
    """Raise the AttributeError of a search without an estimator that was fitted to all rows."""
    if not search.refit:
        raise AttributeError(
            "refit=False leaves no fitted estimator to predict with. Set best_params_ on a clone of the estimator, "
            "and fit it."
        )
    return True
