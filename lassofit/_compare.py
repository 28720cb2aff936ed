"""Compare estimators of the lasso at an equal, independently computed duality gap.

Each estimator is given the loosest tolerance that reaches the gap asked for, so that none is timed
while it polishes digits that another has not computed. The gap is computed from the returned
coefficients, by one function for all.
"""

import warnings
from time import perf_counter
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso as SklearnLasso

from ._lasso import Lasso
from .testing import dual_gap, objective

# Tolerances tried for the peers, times the gap asked for: half decades, loosest first. What `tol`
# bounds differs between packages and is often overshot, so both directions are needed.
_LADDER = 10.0 ** np.arange(4, -4.5, -0.5)


class Comparison(NamedTuple):
    """One estimator at one alpha.

    Attributes
    ----------
    alpha : float
        The penalty.
    fraction : float
        `alpha` over the smallest alpha at which all coefficients are zero.
    name : str
        The estimator's name.
    reached : bool
        Whether the gap was reached; if not, the other figures are those of the best fit.
    tol : float
        The tolerance that the estimator was given.
    n_iter : int
        Its iterations.
    support : int
        Number of coefficients that are not zero.
    objective : float
        P(w, b), in units of y squared.
    gap : float
        Dual gap over the objective of the model with an intercept alone.
    difference : float
        Largest absolute difference from the coefficients of the first estimator; 0 for itself.
    seconds : float
        Median time of the repeated fits; of the one fit where the gap was not reached.
    seconds_first : float
        Time of the first fit at this alpha, which includes whatever had to be compiled for it, or
        of the first one at `tol`, if that took longer.
    """

    alpha: float
    fraction: float
    name: str
    reached: bool
    tol: float
    n_iter: int
    support: int
    objective: float
    gap: float
    difference: float
    seconds: float
    seconds_first: float


class _Fit(NamedTuple):
    """A fitted estimator, the time it took and the gap it reached."""

    estimator: object
    seconds: float
    gap: float
    exhausted: bool


def alpha_max(X, y):
    """Return the smallest alpha at which the lasso with an intercept has only zeros.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)

    Returns
    -------
    alpha : float
        max_j |x_j'(y - mean(y))| / n_samples over the centred columns.
    """
    centred = y - y.mean()
    return float(np.abs(X.T @ centred - X.mean(axis=0) * centred.sum()).max() / len(y))


def compare(X, y, alphas=None, *, estimators=None, gap=1e-6, max_iter=10_000, repeats=25, seconds=1.0):
    """Fit several estimators of the lasso to an equal dual gap, and time them.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    alphas : sequence of float, default=None
        The penalties; None takes 1/2, 1/10, 1/100 and 1/1000 of the largest useful one.
    estimators : dict of {str: estimator}, default=None
        Estimators with the parameters `alpha`, `tol` and `max_iter`. The coefficients are compared
        with the first one's. None takes `lassofit.Lasso` and `sklearn.linear_model.Lasso`.
    gap : float, default=1e-6
        Dual gap to reach, over the objective of the model with an intercept alone.
    max_iter : int, default=10_000
        Given to every estimator.
    repeats : int, default=25
        Largest number of timed fits of each; they are interleaved.
    seconds : float, default=1.0
        Time for the repeated fits at one alpha; each is repeated three times at least.

    Returns
    -------
    rows : iterator of Comparison
        One for each alpha and estimator, in this order, as soon as it is known.

    Notes
    -----
    `lassofit.Lasso` is given the `tol` that promises the gap; the others the loosest of a
    decreasing ladder of tolerances that does reach it.
    """
    if estimators is None:
        estimators = {"lassofit": Lasso(), "scikit-learn": SklearnLasso()}
    largest = alpha_max(X, y)
    if alphas is None:
        alphas = largest / np.array([2, 10, 100, 1000])
    null = np.var(y) / 2
    for alpha in alphas:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            first, fits = {}, {}
            for name, estimator in estimators.items():
                estimator = clone(estimator).set_params(alpha=alpha, max_iter=max_iter)
                first[name], fits[name] = _reach(estimator, X, y, null, gap)
            times = _repeat(fits, X, y, gap, repeats, seconds)
        reference = next(iter(fits.values())).estimator.coef_
        for name, fit in fits.items():
            model = fit.estimator
            yield Comparison(
                alpha=float(alpha),
                fraction=float(alpha / largest),
                name=name,
                reached=fit.gap <= gap,
                tol=model.tol,
                n_iter=int(model.n_iter_),
                support=int(np.count_nonzero(model.coef_)),
                objective=objective(X, y, model.coef_, model.intercept_, alpha=alpha),
                gap=fit.gap,
                difference=float(np.abs(model.coef_ - reference).max()),
                seconds=times[name],
                seconds_first=max(first[name], fit.seconds),
            )


def _reach(estimator, X, y, null, gap):
    """Return the time of the first fit, and the fit at the loosest tolerance that suffices."""
    # relative_gap_ is the gap over twice the null objective, and tol bounds it.
    ladder = [gap / 2] if isinstance(estimator, Lasso) else gap * _LADDER
    first = best = None
    for tol in ladder:
        fit = _timed_fit(clone(estimator).set_params(tol=float(tol)), X, y, null)
        first = fit.seconds if first is None else first
        best = fit if best is None or fit.gap < best.gap else best
        if fit.gap <= gap or fit.exhausted:
            break
    return first, best


def _timed_fit(estimator, X, y, null):
    """Fit once, timed, and compute the gap."""
    start = perf_counter()
    estimator.fit(X, y)
    seconds = perf_counter() - start
    value = dual_gap(X, y, estimator.coef_, estimator.intercept_, alpha=estimator.alpha)
    exhausted = np.max(estimator.n_iter_) >= estimator.max_iter
    return _Fit(estimator, seconds, float(value / null) if null else float(value), bool(exhausted))


def _repeat(fits, X, y, gap, repeats, seconds):
    """Return the median time of each estimator; those that missed the gap keep their one time."""
    times = {name: [] for name, fit in fits.items() if fit.gap <= gap}
    start = perf_counter()
    for count in range(repeats):
        for name in times:
            begin = perf_counter()
            fits[name].estimator.fit(X, y)
            times[name].append(perf_counter() - begin)
        if count >= 2 and perf_counter() - start > seconds:
            break
    return {name: float(np.median(times[name])) if times.get(name) else fit.seconds for name, fit in fits.items()}
