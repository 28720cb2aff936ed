"""``Lasso`` and ``ElasticNet``: parameters and documentation; the work is in ``_base`` and the engine."""

from __future__ import annotations

from ._base import CoordinateRegressor
from ._path import enet_path, lasso_path
from ._typing import Bounds, Factor, Gram, Seed, Selection, Solver


class Lasso(CoordinateRegressor):
    """Linear regression with an L1 penalty, certified by its dual gap.

    Minimises::

        1 / (2 S) * sum_i s_i (y_i - x_i w - b)^2 + alpha * sum_j f_j |w_j|

    over w and the intercept b, with sample weights s and their sum S (all 1, and n_samples, by default), penalty
    factors f (all 1 by default), and within ``bounds``. Takes every parameter of ``sklearn.linear_model.Lasso``.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, >= 0; glmnet's lambda.
    fit_intercept : bool, default=True
        Whether to fit an intercept, which is never penalised.
    precompute : bool, 'auto' or array-like of shape (n_features, n_features), default=False
        Whether to work on the Gram matrix of all columns, instead of X. True: that of dense X is made, up to a cap of
        1 GiB; above it, a warning, and Gram matrices of the columns in use. 'auto' and False: the active set makes it
        where it gains by it; sweeps ('cd') do with 'auto' where n_samples > n_features, up to the cap, and with False
        run on the residual. For sparse X it is about sweeps alone. An array: the Gram matrix of X, with rows times
        ``sqrt(sample_weight * n_samples / sum(sample_weight))``, for every solver; with an intercept X has to be
        centred, or the matrix is made anew, with a warning. It never changes the problem or the certificate.
    copy_X : bool, default=True
        Compatibility with scikit-learn; no effect, since X is never written to.
    max_iter : int or None, default=1000
        Largest number of rounds of the active set (each lets columns in and goes to the minimum over those that are in)
        plus sweeps; None: no limit.
    tol : float, default=1e-4
        The goal: a relative dual gap (see ``relative_gap_``) of at most ``tol``. It never changes the problem.
    warm_start : bool, default=False
        Whether to start from the ``coef_`` of the last fit. A start within ``tol`` is left as it is.
    positive : bool, default=False
        Whether to force coefficients to be >= 0; intersects with ``bounds``.
    random_state : int, RandomState instance or None, default=None
        Seed of the order of updates with ``selection='random'``; no effect on the active set.
    selection : {'cyclic', 'random'}, default='cyclic'
        Order of the updates within a sweep. With 'random', ``solver='auto'`` means sweeps.
    penalty_factor : array-like of shape (n_features,), dict or None, default=None
        Multipliers of ``alpha``, feature by feature: 0 leaves a feature unpenalised, inf takes it out. A dict
        goes by feature name, 1 for those not named. Not rescaled (glmnet rescales to a mean of 1).
    bounds : pair (lower, upper), dict or None, default=None
        Bounds of the coefficients, on the original scale: scalars or arrays of shape (n_features,), with
        lower <= 0 <= upper; None is open. A dict has such pairs by feature name, those not named are free.
        With float32 X a coefficient at a bound is that bound rounded to float32.
    standardize : bool, default=False
        Whether to penalise on the scale of unit standard deviation (weighted, 1/n), as glmnet does; ``coef_`` stays
        on the original scale, and X as it is. Sparse X too.
    solver : {'auto', 'active_set', 'cd'}, default='auto'
        'active_set': Newton steps on the active features. As a rule they end at rounding error, whatever ``tol`` is
        (with a large Gram matrix in single precision below 1e-6 mostly, and within ``tol``), and they do not mind
        ill-conditioned data; where memory or rounding stops them, sweeps take over. 'cd': sweeps
        of coordinate descent over working sets, which stop at ``tol``. 'auto': the active set; sweeps with
        ``selection='random'``, and where they are expected to cost less: on sparse X, and at a ``tol`` of 1e-7 or more
        on dense X of which many columns are active.
    verbose : bool or int, default=0
        Whether to print a line for every certificate.
    n_jobs : int or None, default=None
        Threads over the targets of a y with two dimensions; no effect on a single target.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features), dtype of X
        Coefficients; exact zeros are zeros.
    intercept_ : float or ndarray of shape (n_targets,)
        Intercept.
    n_iter_ : int or list of int
        Rounds of the active set plus sweeps; 0 only where the start was within ``tol`` already.
    dual_gap_ : float or ndarray of shape (n_targets,)
        Certified bound on the distance of the objective from its minimum, in the units of the objective, taken in
        float64 before ``coef_`` is rounded to the dtype of X.
    relative_gap_ : float or ndarray of shape (n_targets,)
        ``dual_gap_`` over the weighted mean of the squared centred y.
    converged_ : bool or ndarray of shape (n_targets,)
        Whether ``relative_gap_ <= tol``.
    kkt_residual_ : float or ndarray of shape (n_targets,)
        Largest violation of the optimality conditions, in the units of ``alpha``.
    proven_zero_ : ndarray of shape (n_features,) or (n_targets, n_features), bool
        Features that are zero in every optimum: proven so by the final gap, or out of the problem (a factor of inf,
        bounds of (0, 0), no variation). At a loose ``tol`` few can be proven, and ``coef_`` may not be zero there yet;
        features without an L1 penalty never are.
    history_ : dict of ndarray, or list of dict
        By name: iteration, objective, dual_gap, support_size, working_set_size, seconds; one entry a certificate.
    sparse_coef_ : sparse matrix of shape (1, n_features) or (n_targets, n_features)
        Sparse representation of ``coef_``.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X had names that are all strings.

    Notes
    -----
    An active-set method [2]_, in stages of falling alpha; coordinate descent, equation (5) of [3]_, with working sets
    and Anderson extrapolation [4]_. The stopping rule of both is the dual gap of the whole problem, in float64;
    ``proven_zero_`` follows from it [5]_. ``docs/how_it_works.rst`` derives all of it.

    References
    ----------
    .. [1] R. Tibshirani, "Regression shrinkage and selection via the lasso", Journal of the Royal Statistical Society
       B 58(1), 1996.
    .. [2] M. Osborne, B. Presnell, B. Turlach, "A new approach to variable selection in least squares problems", IMA
       Journal of Numerical Analysis 20(3), 2000.
    .. [3] J. Friedman, T. Hastie, R. Tibshirani, "Regularization paths for generalized linear models via coordinate
       descent", Journal of Statistical Software 33(1), 2010.
    .. [4] Q. Bertrand, M. Massias, "Anderson acceleration of coordinate descent", AISTATS 2021.
    .. [5] O. Fercoq, A. Gramfort, J. Salmon, "Mind the duality gap: safer rules for the lasso", ICML 2015.

    Examples
    --------
    >>> from lassofit import Lasso
    >>> model = Lasso(alpha=0.1).fit([[0, 0], [1, 1], [2, 2]], [0, 1, 2])
    >>> print(model.coef_.round(4), round(float(model.intercept_), 4))
    [0.85 0.  ] 0.15
    >>> bool(model.converged_), bool(model.relative_gap_ <= model.tol)
    (True, True)
    """

    path = staticmethod(lasso_path)

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        fit_intercept: bool = True,
        precompute: Gram = False,
        copy_X: bool = True,
        max_iter: int | None = 1000,
        tol: float = 1e-4,
        warm_start: bool = False,
        positive: bool = False,
        random_state: Seed = None,
        selection: Selection = "cyclic",
        penalty_factor: Factor = None,
        bounds: Bounds = None,
        standardize: bool = False,
        solver: Solver = "auto",
        verbose: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.positive = positive
        self.random_state = random_state
        self.selection = selection
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.standardize = standardize
        self.solver = solver
        self.verbose = verbose
        self.n_jobs = n_jobs


class ElasticNet(CoordinateRegressor):
    """Linear regression with L1 and L2 penalties, certified by its dual gap.

    Minimises::

        1 / (2 S) * sum_i s_i (y_i - x_i w - b)^2
        + alpha * sum_j f_j (l1_ratio |w_j| + (1 - l1_ratio) / 2 * w_j^2)

    over w and the intercept b, with sample weights s and their sum S (all 1, and n_samples, by default), penalty
    factors f (all 1 by default), and within ``bounds``. Takes every parameter of ``sklearn.linear_model.ElasticNet``.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, >= 0.
    l1_ratio : float, default=0.5
        Share of the L1 penalty, in [0, 1]: 1 is the lasso, 0 is ridge regression.
    fit_intercept : bool, default=True
        Whether to fit an intercept, which is never penalised.
    precompute : bool, 'auto' or array-like of shape (n_features, n_features), default=False
        Whether to work on the Gram matrix of all columns, instead of X. True: that of dense X is made, up to a cap of
        1 GiB; above it, a warning, and Gram matrices of the columns in use. 'auto' and False: the active set makes it
        where it gains by it; sweeps ('cd') do with 'auto' where n_samples > n_features, up to the cap, and with False
        run on the residual. For sparse X it is about sweeps alone. An array: the Gram matrix of X, with rows times
        ``sqrt(sample_weight * n_samples / sum(sample_weight))``, for every solver; with an intercept X has to be
        centred, or the matrix is made anew, with a warning. It never changes the problem or the certificate.
    copy_X : bool, default=True
        Compatibility with scikit-learn; no effect, since X is never written to.
    max_iter : int or None, default=1000
        Largest number of rounds of the active set (each lets columns in and goes to the minimum over those that are in)
        plus sweeps; None: no limit.
    tol : float, default=1e-4
        The goal: a relative dual gap (see ``relative_gap_``) of at most ``tol``. It never changes the problem. With an
        L2 part the last sweeps have to move by at most ``tol`` too, since the gap is quadratic in their error.
    warm_start : bool, default=False
        Whether to start from the ``coef_`` of the last fit. A start within ``tol`` is left as it is.
    positive : bool, default=False
        Whether to force coefficients to be >= 0; intersects with ``bounds``.
    random_state : int, RandomState instance or None, default=None
        Seed of the order of updates with ``selection='random'``; no effect on the active set.
    selection : {'cyclic', 'random'}, default='cyclic'
        Order of the updates within a sweep. With 'random', ``solver='auto'`` means sweeps.
    penalty_factor : array-like of shape (n_features,), dict or None, default=None
        Multipliers of ``alpha``, for both penalties, feature by feature: 0 leaves a feature unpenalised, inf takes
        it out. A dict goes by feature name, 1 for those not named. Not rescaled (glmnet rescales to a mean of 1).
    bounds : pair (lower, upper), dict or None, default=None
        Bounds of the coefficients, on the original scale: scalars or arrays of shape (n_features,), with
        lower <= 0 <= upper; None is open. A dict has such pairs by feature name, those not named are free.
        With float32 X a coefficient at a bound is that bound rounded to float32.
    standardize : bool, default=False
        Whether to penalise on the scale of unit standard deviation (weighted, 1/n), as glmnet does; ``coef_`` stays
        on the original scale, and X as it is. Sparse X too.
    solver : {'auto', 'active_set', 'cd'}, default='auto'
        'active_set': Newton steps on the active features. As a rule they end at rounding error, whatever ``tol`` is
        (with a large Gram matrix in single precision below 1e-6 mostly, and within ``tol``), and they do not mind
        ill-conditioned data; where memory or rounding stops them, sweeps take over. 'cd': sweeps
        of coordinate descent over working sets, which stop at ``tol``. 'auto': the active set; sweeps with
        ``selection='random'``, and where they are expected to cost less: on sparse X, and at a ``tol`` of 1e-7 or more
        on dense X of which many columns are active.
    verbose : bool or int, default=0
        Whether to print a line for every certificate.
    n_jobs : int or None, default=None
        Threads over the targets of a y with two dimensions; no effect on a single target.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features), dtype of X
        Coefficients; exact zeros are zeros.
    intercept_ : float or ndarray of shape (n_targets,)
        Intercept.
    n_iter_ : int or list of int
        Rounds of the active set plus sweeps; 0 only where the start was within ``tol`` already.
    dual_gap_ : float or ndarray of shape (n_targets,)
        Certified bound on the distance of the objective from its minimum, in the units of the objective, taken in
        float64 before ``coef_`` is rounded to the dtype of X.
    relative_gap_ : float or ndarray of shape (n_targets,)
        ``dual_gap_`` over the weighted mean of the squared centred y.
    converged_ : bool or ndarray of shape (n_targets,)
        Whether ``relative_gap_ <= tol``.
    kkt_residual_ : float or ndarray of shape (n_targets,)
        Largest violation of the optimality conditions, in the units of ``alpha``.
    proven_zero_ : ndarray of shape (n_features,) or (n_targets, n_features), bool
        Features that are zero in every optimum: proven so by the final gap, or out of the problem (a factor of inf,
        bounds of (0, 0), no variation). At a loose ``tol`` few can be proven, and ``coef_`` may not be zero there yet;
        features without an L1 penalty never are.
    history_ : dict of ndarray, or list of dict
        By name: iteration, objective, dual_gap, support_size, working_set_size, seconds; one entry a certificate.
    sparse_coef_ : sparse matrix of shape (1, n_features) or (n_targets, n_features)
        Sparse representation of ``coef_``.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X had names that are all strings.

    Notes
    -----
    glmnet's elastic net is scaled differently: its L2 part is divided by the standard deviation of y (1/n). The methods
    are those of :class:`Lasso`.

    References
    ----------
    .. [1] J. Friedman, T. Hastie, R. Tibshirani, "Regularization paths for generalized linear models via coordinate
       descent", Journal of Statistical Software 33(1), 2010: equations (1) to (3) are the objective.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from lassofit import ElasticNet
    >>> X, y = make_regression(n_features=2, random_state=0)
    >>> model = ElasticNet(tol=1e-10).fit(X, y)
    >>> print(model.coef_.round(4), round(float(model.intercept_), 4))
    [18.8382 64.5597] 1.4513
    """

    path = staticmethod(enet_path)

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        l1_ratio: float = 0.5,
        fit_intercept: bool = True,
        precompute: Gram = False,
        copy_X: bool = True,
        max_iter: int | None = 1000,
        tol: float = 1e-4,
        warm_start: bool = False,
        positive: bool = False,
        random_state: Seed = None,
        selection: Selection = "cyclic",
        penalty_factor: Factor = None,
        bounds: Bounds = None,
        standardize: bool = False,
        solver: Solver = "auto",
        verbose: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.positive = positive
        self.random_state = random_state
        self.selection = selection
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.standardize = standardize
        self.solver = solver
        self.verbose = verbose
        self.n_jobs = n_jobs
