"""Compare estimators of the lasso at an equal, independently computed duality gap.

Each estimator is given the loosest tolerance that reaches the gap asked for, so that none is timed
while it polishes digits that another has not computed. The gap is computed from the returned
coefficients, by one function for all.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from numbers import Real
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso as SklearnLasso
from sklearn.utils import check_X_y

from ._compare_notes import notes_on
from ._displays.comparison import Comparison, ComparisonRow
from ._engine import culprits, validation  # neither imports numba
from ._lasso import Lasso
from ._typing import ArrayLike, Data
from .testing import dual_gap, objective

# Tolerances tried for the peers, times the gap asked for: half decades, loosest first. What `tol`
# bounds differs between packages and is often overshot, so both directions are needed.
_LADDER = 10.0 ** np.arange(4, -4.5, -0.5)
# What makes another problem of it, and its value in the problem that is compared.
_PROBLEM = {
    "fit_intercept": True, "l1_ratio": 1.0, "positive": False, "standardize": False, "penalty_factor": None,
    "bounds": None, "weights": None,
}  # fmt: skip


def _gap(name, value):
    """Check the gap asked for."""
    number = isinstance(value, Real) and not isinstance(value, bool | np.bool_)
    if number and not np.finfo(np.float64).tiny <= value <= 1:
        raise ValueError(f"{name} must be above 0 and at most 1, such as 1e-6, got {value!r}.")
    validation.real(0, 1)(name, value)


_RULES = {
    "gap": _gap,
    "max_iter": validation.integer(1),
    "repeats": validation.integer(1),
    "seconds": validation.real(0, np.inf),
}


class _Fit(NamedTuple):
    """A fitted estimator, the time it took, the gap it reached, and whether it used up its iterations."""

    estimator: object
    coef: np.ndarray
    intercept: float
    seconds: float
    gap: float
    exhausted: bool


def compare(
    X: Data,
    y: ArrayLike,
    alphas: ArrayLike | None = None,
    *,
    estimators: Sequence[Any] | Mapping[str, Any] | None = None,
    gap: float = 1e-6,
    sample_weight: ArrayLike | None = None,
    max_iter: int = 10_000,
    repeats: int = 25,
    seconds: float = 1.0,
) -> Comparison:
    """Fit this package's and scikit-learn's ``Lasso``, and others, to an equal dual gap, and time them.

    The gap of every estimator is computed from its coefficients, by :func:`lassofit.testing.dual_gap`. The problem is
    the lasso with an intercept, as ``Lasso(alpha)`` has it.

    Parameters
    ----------
    X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
        Data, float64 or float32. All estimators get the same: a dense X in Fortran order, a sparse one in CSC format,
        so that none is timed while it converts.
    y : array-like of shape (n_samples,)
        Target values, not constant.
    alphas : float or array-like, default=None
        The penalties, above 0. None: 1/2, 1/10 and 1/100 of the smallest alpha at which all coefficients are zero.
    estimators : list of estimators or dict of {str: estimator}, default=None
        Further estimators with the parameter ``alpha``, and settings of their own; they are cloned, not changed. One
        without a parameter ``tol``, such as ``sklearn.linear_model.LassoLars``, is fitted as it is. Those of a list are
        named after package and class. One named 'lassofit' or 'scikit-learn' replaces that one, which otherwise has its
        default settings.
    gap : float, default=1e-6
        Dual gap to reach, over the objective of the model with an intercept alone; at most 1.
    sample_weight : float or array-like of shape (n_samples,), default=None
        Weights of the rows. Estimators that do not take them fail, which is reported.
    max_iter : int, default=10_000
        Given to every estimator that has the parameter.
    repeats : int, default=25
        Largest number of timed fits of each; they are interleaved.
    seconds : float, default=1.0
        Time for the repeated fits at one alpha; each is repeated three times at least, if ``repeats`` allows it.

    Returns
    -------
    comparison : Comparison
        Printed, it is a table; ``rows``, ``to_frame()`` and ``plot()`` have the same figures.

    Raises
    ------
    ValueError, TypeError
        On bad data or parameters, naming the parameter; on an estimator that solves another problem.

    See Also
    --------
    lassofit.testing.certify : The certificate of one fitted model.

    Notes
    -----
    This package's ``Lasso`` is given the ``tol`` that promises the gap; the others the loosest of a decreasing ladder
    of tolerances, half decades, that does reach it. One that does not reach the gap with any of them, or that raises
    an error, stays in the result, which says so; ``notes`` tells what seems to solve another problem, as ridge
    regression does, and where columns are in such unlike units that few of them decide everything. The times are
    wall-clock times of ``fit``. Those of a first fit depend
    on what this process, and numba's cache on the disk, have compiled already.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Lasso
    >>> import lassofit
    >>> X, y = load_diabetes(return_X_y=True)
    >>> others = {"random order": Lasso(selection="random", random_state=0)}
    >>> comparison = lassofit.compare(X, y, alphas=[0.5, 0.05], estimators=others, repeats=3)
    >>> [(row.alpha, row.name, row.support_size) for row in comparison.rows[:3]]
    [(0.5, 'lassofit', 4), (0.5, 'scikit-learn', 4), (0.5, 'random order', 4)]
    >>> all(row.reached and row.gap <= 1e-6 for row in comparison.rows)
    True
    """
    given = {"gap": gap, "max_iter": max_iter, "repeats": repeats, "seconds": seconds}
    validation.check_parameters(given, _RULES)
    named = _named(estimators)
    check = partial(check_X_y, accept_sparse="csc", dtype=[np.float64, np.float32], order="F", y_numeric=True)
    X, y = culprits.naming(check, X, y)
    target = validation.check_target(y)
    weights = validation.check_weights(sample_weight, len(target))
    known = {} if weights is None else {"sample_weight": weights}
    null = np.average((target - np.average(target, weights=weights)) ** 2, weights=weights) / 2
    if np.sqrt(2 * null) <= 8 * np.finfo(np.float64).eps * np.abs(target).max():
        raise ValueError(f"y is constant ({target[0]:g} in every row), so there is nothing to compare.")
    largest = alpha_max(X, target, weights)
    rows = []
    for alpha in _checked(alphas, largest):
        rows += _at(float(alpha), named, X, target, known, null, largest, **given)
    return Comparison(rows, gap, notes=notes_on(rows, named, X, weights, max_iter))


def alpha_max(X, y, sample_weight=None):
    """Return the smallest alpha at which the lasso with an intercept has only zeros: max_j |x_j'(s * y_c)| / S.

    X is an array or a sparse one; its columns are centred by the algebra.
    """
    s = np.ones(len(y)) if sample_weight is None else sample_weight
    s = s / s.sum()
    centred = s * (y - s @ y)
    return float(np.abs(X.T @ centred - (X.T @ s) * centred.sum()).max())


def _named(estimators):
    """Return the estimators by their names: ours, scikit-learn's and the others given; or raise."""
    found = {"lassofit": Lasso(), "scikit-learn": SklearnLasso()}
    if estimators is None:
        return found
    if isinstance(estimators, dict):
        given = estimators
    elif isinstance(estimators, list | tuple):
        owners = [one if isinstance(one, type) else type(one) for one in estimators]
        kinds = [f"{owner.__module__.partition('.')[0]}.{owner.__name__}" for owner in owners]
        names = [
            f"{kind} {kinds[: i + 1].count(kind)}" if kinds.count(kind) > 1 else kind for i, kind in enumerate(kinds)
        ]
        given = dict(zip(names, estimators, strict=True))
    else:
        raise TypeError(f"estimators must be a list or a dict of name to estimator, got {type(estimators).__name__}.")
    for name, estimator in given.items():
        if isinstance(estimator, type):
            raise TypeError(f"estimators: {name!r} is a class, give an instance: {estimator.__name__}().")
        if not (hasattr(estimator, "fit") and hasattr(estimator, "get_params")):
            raise TypeError(
                f"estimators: {name!r} must be an unfitted estimator, such as Lasso(), got {estimator!r:.100}."
            )
        if is_classifier(estimator):
            raise ValueError(f"estimators: {name!r} is a classifier, which does not solve the lasso problem.")
        parameters = estimator.get_params()
        if "alpha" not in parameters:
            raise ValueError(f"estimators: {name!r} needs the parameter 'alpha', which this sets, and has none.")
        for key, value in _PROBLEM.items():
            own = parameters.get(key, value)
            if own is not value and not (np.isscalar(own) and own == value):
                raise ValueError(
                    f"estimators: {name!r} solves another problem, by {key}={own!r:.60}; the gap is that of the lasso "
                    f"with an intercept. Set {key}={value!r}."
                )
    return found | given


def _checked(alphas, largest):
    """Return the alphas as an array, or raise a ValueError."""
    if alphas is None:
        if not largest > 0:
            raise ValueError("alphas=None needs columns that have to do with y; none has. Give alphas.")
        return largest / np.array([2, 10, 100])
    try:
        values = np.atleast_1d(np.asarray(alphas, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise TypeError(f"alphas must be numbers, got {alphas!r:.100}.") from error
    if values.ndim != 1 or not len(values) or not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(f"alphas must be one or more finite numbers above 0, got {alphas!r:.100}.")
    return values


def _at(alpha, estimators, X, y, known, null, largest, *, gap, max_iter, repeats, seconds):
    """Return the rows of one alpha."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        first, fits, errors = {}, {}, {}
        for name, estimator in estimators.items():
            estimator = clone(estimator).set_params(alpha=alpha)
            if "max_iter" in estimator.get_params():
                estimator.set_params(max_iter=max_iter)
            try:
                first[name], fits[name] = _reach(estimator, X, y, known, null, gap)
            except Exception as error:  # whatever it is, it is the estimator's, and is reported
                errors[name] = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        times = _repeat(fits, X, y, known, gap, repeats, seconds)
    reference = fits[next(iter(estimators))].coef if next(iter(estimators)) in fits else np.nan
    fraction = alpha / largest if largest > 0 else np.inf
    rows = []
    for name in estimators:
        if name in errors:
            nan = float("nan")
            rows.append(ComparisonRow(alpha, fraction, name, False, nan, -1, -1, *[nan] * 5, errors[name]))
            continue
        fit = fits[name]
        rows.append(
            ComparisonRow(
                alpha=alpha,
                fraction=fraction,
                name=name,
                reached=fit.gap <= gap,
                tol=float(getattr(fit.estimator, "tol", np.nan)),
                n_iter=_iterations(fit.estimator),
                support_size=int(np.count_nonzero(fit.coef)),
                objective=objective(X, y, fit.coef, fit.intercept, alpha=alpha, **known),
                gap=fit.gap,
                coef_difference=float(np.abs(fit.coef - reference).max()),
                seconds=times[name],
                seconds_first=max(first[name], fit.seconds),
                error="",
            )
        )
    return rows


def _iterations(estimator):
    """Return the number of iterations, -1 where the estimator does not tell."""
    found = getattr(estimator, "n_iter_", None)
    return -1 if found is None or any(count is None for count in np.ravel(found)) else int(np.max(found))


def _reach(estimator, X, y, known, null, gap):
    """Return the time of the first fit, and the fit at the loosest tolerance that suffices."""
    ladder = gap * _LADDER
    if isinstance(estimator, Lasso):  # relative_gap_ is the gap over twice the null objective, and tol bounds it
        ladder = [gap / 2]
    if "tol" not in estimator.get_params():
        ladder = [None]
    first = best = None
    for tol in ladder:
        asked = {} if tol is None else {"tol": float(tol)}
        fit = _timed_fit(clone(estimator).set_params(**asked), X, y, known, null)
        first = fit.seconds if first is None else first
        best = fit if best is None or fit.gap < best.gap else best
        if fit.gap <= gap or fit.exhausted:
            break
    return first, best


def _timed_fit(estimator, X, y, known, null):
    """Fit once, timed, and compute the gap."""
    start = perf_counter()
    estimator.fit(X, y, **known)
    seconds = perf_counter() - start
    coef, intercept = np.ravel(estimator.coef_), float(np.ravel(estimator.intercept_)[0])
    value = dual_gap(X, y, coef, intercept, alpha=estimator.alpha, **known)
    exhausted = _iterations(estimator) >= getattr(estimator, "max_iter", np.inf)
    return _Fit(estimator, coef, intercept, seconds, float(value / null), bool(exhausted))


def _repeat(fits, X, y, known, gap, repeats, seconds):
    """Return the median time of each estimator; those that missed the gap keep their one time."""
    times = {name: [] for name, fit in fits.items() if fit.gap <= gap}
    start = perf_counter()
    for count in range(repeats):
        for name in times:
            begin = perf_counter()
            fits[name].estimator.fit(X, y, **known)
            times[name].append(perf_counter() - begin)
        if count >= 2 and perf_counter() - start > seconds:
            break
    return {name: float(np.median(times[name])) if times.get(name) else fit.seconds for name, fit in fits.items()}
