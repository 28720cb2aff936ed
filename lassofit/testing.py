"""Certificates of optimality in plain numpy, for the fitted lasso or elastic net of any package.

The problem, with weights s that sum to S, is to minimise over w and b, with lo <= w <= hi,

    P(w, b) = 1/(2S) sum_i s_i (y_i - x_i w - b)^2 + sum_j [ l1_j |w_j| + l2_j w_j^2 / 2 ],

l1_j = alpha l1_ratio f_j sd_j, l2_j = alpha (1 - l1_ratio) f_j sd_j^2, f_j the penalty factors,
sd_j = 1 unless `standardize`. A dual point bounds the optimum from below, whoever computed w:
P(w, b) less that bound says how far w is from the optimum at most. Nothing is shared with the
solvers that are judged.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_array

from . import _certificate as plain
from ._gap import gap

__all__ = ["Certificate", "certify", "dual_gap", "objective"]


class Certificate(NamedTuple):
    """What `certify` returns: floats, or arrays of shape (n_targets,) where y is 2-D.

    Attributes
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
    """

    objective: float | np.ndarray
    dual_gap: float | np.ndarray
    relative_gap: float | np.ndarray
    kkt_residual: float | np.ndarray


def certify(estimator, X, y, sample_weight=None):
    """Recompute objective, dual gap and optimality violation of a fitted estimator.

    Everything is computed from the data, the estimator's parameters and its ``coef_`` and
    ``intercept_``, in float64 or better, whatever the estimator itself reports.

    Parameters
    ----------
    estimator : object
        A fitted lasso or elastic net: of this package, of scikit-learn (cross-validated too), of
        celer or of skglm, or any object with ``coef_``, ``intercept_`` and ``alpha``. Read if there
        are ``alpha_``, ``l1_ratio`` or ``l1_ratio_`` (1 if missing), ``fit_intercept``,
        ``positive``, ``bounds``, ``penalty_factor`` (or celer's ``weights``), ``standardize``.
        The multi-task estimators have another penalty and are refused.
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
        If the estimator has no ``alpha``, or is a multi-task one.
    ValueError
        If data, parameters and coefficients do not fit together.

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
    if type(estimator).__name__.startswith("MultiTask"):
        raise TypeError("a multi-task estimator has another penalty: certify cannot judge it")
    if not hasattr(estimator, "coef_"):
        raise NotFittedError(f"this {type(estimator).__name__} has no coef_: call fit first")

    def read(*names, default=None):
        for name in names:
            if getattr(estimator, name, None) is not None:
                return getattr(estimator, name)
        return default

    alpha = read("alpha_", "alpha")
    if alpha is None:
        raise TypeError(f"{type(estimator).__name__} has no alpha: certify cannot judge it")
    problem = _Problem(
        X,
        y,
        sample_weight,
        alpha=alpha,
        l1_ratio=read("l1_ratio_", "l1_ratio", default=1.0),
        fit_intercept=read("fit_intercept", default=True),
        penalty_factor=read("penalty_factor", "weights"),
        bounds=read("bounds"),
        standardize=read("standardize", default=False),
        positive=read("positive", default=False),
        names=read("feature_names_in_"),
    )
    points = problem.points(estimator.coef_, read("intercept_", default=0.0))
    values = [problem.certificate(point) for point in points]
    return Certificate(*(problem.result(column) for column in zip(*values, strict=True)))


def dual_gap(
    X,
    y,
    coef,
    intercept=0.0,
    *,
    alpha,
    l1_ratio=1.0,
    fit_intercept=True,
    penalty_factor=None,
    bounds=None,
    standardize=False,
    positive=False,
    sample_weight=None,
):
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
    bounds : pair of floats or of arrays of shape (n_features,), default=None
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
    problem = _Problem(X, y, **parameters)
    return problem.result([problem.gap(point) for point in problem.points(coef, intercept)])


def objective(
    X,
    y,
    coef,
    intercept=0.0,
    *,
    alpha,
    l1_ratio=1.0,
    fit_intercept=True,
    penalty_factor=None,
    bounds=None,
    standardize=False,
    positive=False,
    sample_weight=None,
):
    """Return P(w, b), the objective at given coefficients.

    Parameters
    ----------
    X, y, coef, intercept
        Data and coefficients, as in `dual_gap`.
    alpha, l1_ratio, fit_intercept, penalty_factor, bounds, standardize, positive, sample_weight
        The problem, as in `dual_gap`.

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
    problem = _Problem(X, y, **parameters)
    return problem.result([point.objective for point in problem.points(coef, intercept)])


_DATA = ("X", "y", "coef", "intercept")


class _Problem:
    """Checked data and parameters."""

    def __init__(self, X, y, sample_weight, *, fit_intercept, names=None, **parameters):
        names = _feature_names(X, names)
        X = check_array(X, accept_sparse="csc", dtype=[np.float64, np.float32], input_name="X")
        y = check_array(y, ensure_2d=False, allow_nd=True, dtype=np.float64, input_name="y")
        if y.ndim > 2 or len(y) != X.shape[0]:
            raise ValueError(f"X has {X.shape[0]} rows, but y has shape {y.shape}")
        s = plain.read_weights(sample_weight, len(y))
        if not s.all():
            X, y, s = X[s > 0], y[s > 0], s[s > 0]
        self.X = (plain.Sparse if sparse.issparse(X) else plain.Dense)(X, s, fit_intercept)
        self.Y = y.reshape(len(y), -1).T.astype(self.X.s.dtype)
        self.terms = plain.read_terms(self.X, names, **parameters)
        self.fit_intercept, self.flat = fit_intercept, y.ndim == 1

    def points(self, coef, intercept):
        """Check the coefficients and evaluate them, one point per target."""
        coef, (k, p) = np.asarray(coef), (len(self.Y), self.X.shape[1])
        eps = np.finfo(coef.dtype).eps if coef.dtype.kind == "f" else plain.EPS
        coef = coef.astype(self.Y.dtype)
        if coef.shape != (k, p) and not (k == 1 and coef.shape == (p,)):
            raise ValueError(f"coef has shape {coef.shape}; X has {p} features, y {k} target(s)")
        intercept = np.asarray(intercept, dtype=self.Y.dtype)
        if intercept.shape not in ((), (k,)):
            raise ValueError(f"intercept has shape {intercept.shape}, but y has {k} target(s)")
        if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
            raise ValueError("coef and intercept must be finite")
        if not self.fit_intercept and intercept.any():
            raise ValueError("intercept must be 0 where fit_intercept is False")
        self.eps = eps
        triples = zip(self.Y, coef.reshape(k, p), np.broadcast_to(intercept, k), strict=True)
        return [plain.primal(self.X, self.terms, y, w, b, self.fit_intercept, eps) for y, w, b in triples]

    def gap(self, point):
        """The dual gap at a point."""
        return gap(self.X, self.terms, point)

    def certificate(self, point):
        """The four figures of a Certificate, for one target."""
        gap, null = self.gap(point), self.X.s @ point.y**2
        if null > 0:
            relative = gap / null
        else:  # y is constant: only the rounding of its mean is left
            relative = 0 if gap <= (8 * self.eps * point.size) ** 2 else np.inf
        return point.objective, gap, relative, plain.kkt_residual(self.X, self.terms, point)

    def result(self, values):
        """A float for a 1-D y, an array for a 2-D one."""
        return float(values[0]) if self.flat else np.array(values, dtype=np.float64)


def _feature_names(X, fitted):
    """Names of the columns, from the frame or from the fit; an error if these differ."""
    columns = getattr(X, "columns", None)
    found = None if columns is None else list(columns)
    if found is None or fitted is None:
        return list(fitted) if fitted is not None else found or []
    if found != list(fitted):
        raise ValueError("the columns of X are not those that the estimator was fitted on")
    return found
