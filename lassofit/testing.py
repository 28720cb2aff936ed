"""Certificates of optimality in plain numpy, for the fitted lasso or elastic net of any package.

The problem, with weights s that sum to S, is to minimise over w and b, with lo <= w <= hi,

    P(w, b) = 1/(2S) sum_i s_i (y_i - x_i w - b)^2 + sum_j [ l1_j |w_j| + l2_j w_j^2 / 2 ],

l1_j = alpha l1_ratio f_j sd_j, l2_j = alpha (1 - l1_ratio) f_j sd_j^2, f_j the penalty factors,
sd_j = 1 unless `standardize`. A dual point bounds the optimum from below, whoever computed w:
P(w, b) less that bound says how far w is from the optimum at most. Nothing is shared with the
solvers that are judged.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ._judged import Problem
from ._solved import check_solved, followed, l1_share, warn_of_another
from ._typing import Array, ArrayLike, Bounds, Data, Factor

__all__ = ["Certificate", "certify", "dual_gap", "objective"]


class Certificate(NamedTuple):
    """What `certify` returns: floats, or arrays of shape (n_targets,) where y is 2-D.

    Parameters
    ----------
    objective : float
        P(w, b), in units of y squared; infinite if the coefficients break a bound or an exclusion.
    dual_gap : float
        P(w, b) less the dual bound, so at least P(w, b) less the optimum, but for rounding.
    relative_gap : float
        `dual_gap` over the weighted mean square of y (centred, if an intercept is fitted); 0 if
        both are 0.
    kkt_residual : float
        Largest violation of the optimality conditions: over j, the distance of c_j - l2_j w_j from
        l1_j d|w_j| plus the normal cone of the bounds, c = X'(s r)/S on centred X; and the
        weighted mean of the residual r. In units of alpha.

    Examples
    --------
    >>> from lassofit import Lasso
    >>> X, y = [[0, 0], [1, 1], [2, 2]], [0, 1, 2]
    >>> certificate = certify(Lasso(alpha=0.1).fit(X, y), X, y)
    >>> round(certificate.objective, 6), certificate.dual_gap < 1e-15
    (0.0925, True)
    """

    objective: float | Array
    dual_gap: float | Array
    relative_gap: float | Array
    kkt_residual: float | Array


def certify(estimator: Any, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Certificate:
    """Recompute objective, dual gap and optimality violation of a fitted estimator.

    Everything is computed from the data, the estimator's parameters and its ``coef_`` and
    ``intercept_``, in float64 or better, whatever the estimator itself reports.

    Parameters
    ----------
    estimator : object
        A fitted lasso or elastic net: of this package, of scikit-learn (cross-validated too), of
        celer or of skglm, or any object with ``coef_``, ``intercept_`` and ``alpha``. Read if there
        are ``alpha_``, ``l1_ratio`` or ``l1_ratio_`` (1 if missing), ``fit_intercept``,
        ``positive``, ``bounds``, ``penalty_factor`` (or celer's ``weights``), ``standardize``, and
        ``penalty``, as scikit-learn's SGDRegressor has it: 'l1' (then ``l1_ratio`` is not) or
        'elasticnet'. A fitted TransformedTargetRegressor is judged by its ``regressor_``, on the
        transformed y. What is known to solve another problem is refused: ridge regression, other
        losses, group, multi-task and non-convex penalties, classifiers.
    X : array, sparse matrix or array, or data frame of shape (n_samples, n_features)
        The data that the estimator was fitted on. Not changed; sparse X stays sparse.
    y : array of shape (n_samples,) or (n_samples, n_targets)
        The targets.
    sample_weight : float or array of shape (n_samples,), default=None
        The weights of the fit.

    Returns
    -------
    Certificate
        ``objective``, ``dual_gap``, ``relative_gap``, ``kkt_residual``: floats, or arrays of shape
        (n_targets,) if y is 2-D.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the estimator has no ``coef_``.
    TypeError
        If the estimator has no ``alpha``, solves another problem, or is a class, a Pipeline, a
        search or a path.
    ValueError
        If data, parameters and coefficients do not fit together.

    Warns
    -----
    UserWarning
        Where the relative gap is above 0.01 and neither a name nor an ``l1_ratio`` says that it is
        a lasso: it may solve another problem.

    Notes
    -----
    The coefficients of a float32 fit are rounded, and this rounding shows in the gap.

    A violation of at most 64 eps ||x_j|| ||y|| counts as none, as rounding cannot be told from it.
    Where l1_j is so small that this could hide more than the rounding of the coefficients makes up
    for, the gap is that of a dual point without violations.

    References
    ----------
    .. [1] S.-J. Kim et al., "An interior-point method for large-scale l1-regularized least
       squares", IEEE Journal of Selected Topics in Signal Processing 1(4), 2007.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Lasso
    >>> from lassofit.testing import certify
    >>> X, y = load_diabetes(return_X_y=True)
    >>> loose, tight = Lasso(alpha=0.1, tol=1e-2).fit(X, y), Lasso(alpha=0.1, tol=1e-12).fit(X, y)
    >>> certify(loose, X, y).relative_gap > 1e-6
    True
    >>> certify(tight, X, y).relative_gap < 1e-11
    True
    """
    estimator, y = followed(estimator, y)
    check_solved(estimator)

    def read(*names, default=None):
        for name in names:
            if getattr(estimator, name, None) is not None:
                return getattr(estimator, name)
        return default

    alpha = read("alpha_", "alpha")
    if alpha is None:
        raise TypeError(f"{type(estimator).__name__} has no alpha: certify cannot judge it")
    problem = Problem(
        X,
        y,
        sample_weight,
        alpha=alpha,
        l1_ratio=l1_share(estimator),
        fit_intercept=read("fit_intercept", default=True),
        penalty_factor=read("penalty_factor", "weights"),
        bounds=read("bounds"),
        standardize=read("standardize", default=False),
        positive=read("positive", default=False),
        names=read("feature_names_in_"),
    )
    points = problem.points(estimator.coef_, read("intercept_", default=0.0))
    values = [problem.certificate(point) for point in points]
    warn_of_another(estimator, max(relative for _, _, relative, _ in values))
    return Certificate(*(problem.result(column) for column in zip(*values, strict=True)))


def dual_gap(
    X: Data,
    y: ArrayLike,
    coef: ArrayLike,
    intercept: ArrayLike = 0.0,
    *,
    alpha: float,
    l1_ratio: float = 1.0,
    fit_intercept: bool = True,
    penalty_factor: Factor = None,
    bounds: Bounds = None,
    standardize: bool = False,
    positive: bool = False,
    sample_weight: ArrayLike | None = None,
) -> float | Array:
    """Return how far given coefficients are at most from the optimum, in units of the objective.

    Parameters
    ----------
    X : array, sparse matrix or array, or data frame of shape (n_samples, n_features)
        The data. Not changed; sparse X stays sparse.
    y : array of shape (n_samples,) or (n_samples, n_targets)
        The targets.
    coef : array of shape (n_features,) or (n_targets, n_features)
        The coefficients, on the original scale.
    intercept : float or array of shape (n_targets,), default=0.0
        The intercept, on the original scale. A wrong one raises the gap.
    alpha : float
        Strength of the penalty, at least 0.
    l1_ratio : float, default=1.0
        Share of the L1 penalty, from 0 (ridge) to 1 (lasso).
    fit_intercept : bool, default=True
        Whether the problem has an intercept.
    penalty_factor : array of shape (n_features,) or dict of feature name to float, default=None
        Multipliers of alpha, for both parts of the penalty; 0 = not penalised, inf = left out. A
        dict needs X as a data frame; names that it lacks have 1.
    bounds : pair of floats or of arrays of shape (n_features,), or dict of feature name to pair, default=None
        Lower and upper bounds of the coefficients; they contain 0.
    standardize : bool, default=False
        Whether the penalty acts on the scale of unit standard deviation (weighted, 1/n).
    positive : bool, default=False
        Whether the coefficients are bounded by 0 from below, `bounds` apart.
    sample_weight : float or array of shape (n_samples,), default=None
        Weights of the rows; their scale has no effect.

    Returns
    -------
    float or array of shape (n_targets,)
        The gap; infinite if the coefficients break a bound or an exclusion.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or shapes do not fit together.

    Examples
    --------
    >>> X, y = [[1, 1], [2, 1], [3, 2]], [2, 3, 4.5]
    >>> abs(dual_gap(X, y, [41 / 28, 0], alpha=1 / 3, fit_intercept=False)) < 1e-15
    True
    >>> round(dual_gap(X, y, [1.4, 0.1], alpha=1 / 3, fit_intercept=False), 6)
    0.006667
    """
    parameters = {key: value for key, value in locals().items() if key not in _DATA}
    problem = Problem(X, y, **parameters)
    return problem.result([problem.gap(point) for point in problem.points(coef, intercept)])


def objective(
    X: Data,
    y: ArrayLike,
    coef: ArrayLike,
    intercept: ArrayLike = 0.0,
    *,
    alpha: float,
    l1_ratio: float = 1.0,
    fit_intercept: bool = True,
    penalty_factor: Factor = None,
    bounds: Bounds = None,
    standardize: bool = False,
    positive: bool = False,
    sample_weight: ArrayLike | None = None,
) -> float | Array:
    """Return P(w, b), the objective at given coefficients.

    Parameters
    ----------
    X : array, sparse matrix or array, or data frame of shape (n_samples, n_features)
        The data, as in `dual_gap`, like all the other parameters.
    y : array of shape (n_samples,) or (n_samples, n_targets)
        The targets.
    coef : array of shape (n_features,) or (n_targets, n_features)
        The coefficients.
    intercept : float or array of shape (n_targets,), default=0.0
        The intercept.
    alpha : float
        Strength of the penalty.
    l1_ratio : float, default=1.0
        Share of the L1 penalty.
    fit_intercept : bool, default=True
        Whether the problem has an intercept.
    penalty_factor : array of shape (n_features,) or dict of feature name to float, default=None
        Multipliers of alpha.
    bounds : pair of floats or of arrays of shape (n_features,), or dict of feature name to pair, default=None
        Bounds of the coefficients.
    standardize : bool, default=False
        Whether the penalty acts on the scale of unit standard deviation.
    positive : bool, default=False
        Whether the coefficients are bounded by 0 from below.
    sample_weight : float or array of shape (n_samples,), default=None
        Weights of the rows.

    Returns
    -------
    float or array of shape (n_targets,)
        The objective, in units of y squared; infinite if the coefficients break a bound or an
        exclusion.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or shapes do not fit together.

    Examples
    --------
    >>> X, y = [[1, 1], [2, 1], [3, 2]], [2, 3, 4.5]
    >>> round(6 * objective(X, y, [41 / 28, 0], alpha=1 / 3, fit_intercept=False), 12)
    3.232142857143
    """
    parameters = {key: value for key, value in locals().items() if key not in _DATA}
    problem = Problem(X, y, **parameters)
    return problem.result([point.objective for point in problem.points(coef, intercept)])


_DATA = ("X", "y", "coef", "intercept")
