"""``LassoCV`` and ``ElasticNetCV``: their parameters and their documentation."""

from __future__ import annotations

from ._cv import PathCV
from ._lasso import ElasticNet, Lasso
from ._path import enet_path, lasso_path
from ._typing import AlphaRule, ArrayLike, Bounds, Factor, Folds, Gram, Ratios, Scoring, Seed, Selection, Solver


class LassoCV(PathCV):
    """The lasso, its alpha chosen by cross-validation.

    Every fold's training rows are solved for the whole grid of alphas, as :meth:`Lasso.fit_path` does it. The alpha
    with the least mean error on the rows held out, or what ``alpha_rule`` says, is then fitted to all rows. Takes
    every parameter of ``sklearn.linear_model.LassoCV``.

    Parameters
    ----------
    eps : float, default=1e-3
        The last alpha over the first, where ``alphas`` is a number; above 0 and at most 1.
    alphas : int or array-like, default=100
        The number of alphas, evenly spaced in the logarithm from the smallest at which all penalised coefficients are
        zero on all rows; or the alphas, which are sorted in descending order. The same for all folds.
    fit_intercept : bool, default=True
        Whether to fit an intercept, which is never penalised.
    precompute : bool, 'auto' or array-like of shape (n_features, n_features), default='auto'
        As in :class:`Lasso`; with False, folds of tall data are not read at once. An array, the Gram matrix of all
        rows, is for the fit on all rows alone.
    max_iter : int or None, default=1000
        Largest number of rounds and sweeps at every alpha, as in :class:`Lasso`.
    tol : float, default=1e-4
        Largest relative dual gap, at every alpha of every fold too.
    copy_X : bool, default=True
        Compatibility with scikit-learn; no effect, since X is never written to.
    cv : int, splitter, iterable or None, default=None
        As everywhere in scikit-learn: None is 5 folds of consecutive rows, a number that many; a splitter; or pairs of
        arrays of rows to train on and rows to hold out.
    verbose : bool or int, default=0
        Whether to print a line for every fold.
    n_jobs : int or None, default=None
        Threads over the folds.
    positive : bool, default=False
        Whether to force coefficients to be >= 0.
    random_state : int, RandomState instance or None, default=None
        Seed of the order of updates with ``selection='random'``.
    selection : {'cyclic', 'random'}, default='cyclic'
        As in :class:`Lasso`.
    scoring : str, callable or None, default=None
        A scorer, as everywhere in scikit-learn, of one metric: greater is better. None: the mean squared error. A
        ``sample_weight`` is passed on to it.
    alpha_rule : {'min', '1se'} or callable, default='min'
        'min': the alpha with the least mean error, or the greatest mean score. '1se': the largest alpha whose error is
        within one standard error of the least, ``alpha_1se_``. A callable gets a dict of arrays, ``alpha``, ``cv_mean``
        and ``cv_se`` and returns an index.
    penalty_factor : array-like of shape (n_features,), dict or None, default=None
        As in :class:`Lasso`.
    bounds : pair (lower, upper), dict or None, default=None
        As in :class:`Lasso`.
    standardize : bool, default=False
        As in :class:`Lasso`, by the standard deviations of each fold's training rows.
    solver : {'auto', 'active_set', 'cd'}, default='auto'
        As in :class:`Lasso`.
    store_cv_results : bool, default=False
        Whether to keep ``coef_path_``, ``intercept_path_`` and ``oof_prediction_``.

    Attributes
    ----------
    alpha_ : float
        The alpha that was chosen.
    alpha_min_, alpha_1se_ : float
        What 'min' and '1se' choose. ``alpha_1se_`` is glmnet's ``lambda.1se``: it weighs a fold by the rows that it
        holds out, in the mean and in the standard error, where ``alpha_min_``, as scikit-learn's ``alpha_``, takes the
        plain mean over folds. The two agree where folds are of one size.
    alphas_ : ndarray of shape (n_alphas,)
        The grid, in descending order.
    mse_path_ : ndarray of shape (n_alphas, n_folds)
        Mean squared error on the rows held out, weighted by ``sample_weight``, whatever ``scoring`` is.
    df_path_ : ndarray of shape (n_alphas, n_folds), int
        Number of nonzero coefficients in every fold.
    cv_mean_ : ndarray of shape (n_alphas,)
        Mean over folds of the error, or of the scores.
    cv_se_ : ndarray of shape (n_alphas,)
        Its standard error, as glmnet computes ``cvsd``: the square root of the folds' weighted variance over
        (n_folds - 1). NaN for a single fold.
    coef_, sparse_coef_, intercept_, n_iter_, dual_gap_, relative_gap_, converged_, kkt_residual_, proven_zero_
        Of the fit on all rows, as in :class:`Lasso`; ``n_iter_`` is at least 1.
    coef_path_ : ndarray of shape (n_folds, n_features, n_alphas)
        With ``store_cv_results``: the folds' coefficients.
    intercept_path_ : ndarray of shape (n_folds, n_alphas)
        With ``store_cv_results``: the folds' intercepts.
    oof_prediction_ : ndarray of shape (n_samples, n_alphas)
        With ``store_cv_results``: predictions of the rows while they were held out; NaN for rows that never were.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X had names that are all strings.

    Notes
    -----
    Dense X is not copied for the folds; of sparse X, a fold at work has a copy of its rows. In a Pipeline, transformers
    before this estimator see the rows that are held out: :class:`PathSearchCV` over the Pipeline does not let them.

    References
    ----------
    .. [1] T. Hastie, R. Tibshirani, J. Friedman, "The elements of statistical learning", second edition, Springer 2009,
       section 7.10: cross-validation and the one-standard-error rule.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import LassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = LassoCV(alpha_rule="1se").fit(X, y)
    >>> round(float(model.alpha_min_), 4), round(float(model.alpha_1se_), 4), model.mse_path_.shape
    (0.0038, 0.1868, (100, 5))
    """

    path = staticmethod(lasso_path)

    def __init__(
        self,
        *,
        eps: float = 1e-3,
        alphas: int | ArrayLike = 100,
        fit_intercept: bool = True,
        precompute: Gram = "auto",
        max_iter: int | None = 1000,
        tol: float = 1e-4,
        copy_X: bool = True,
        cv: Folds = None,
        verbose: int = 0,
        n_jobs: int | None = None,
        positive: bool = False,
        random_state: Seed = None,
        selection: Selection = "cyclic",
        scoring: Scoring = None,
        alpha_rule: AlphaRule = "min",
        penalty_factor: Factor = None,
        bounds: Bounds = None,
        standardize: bool = False,
        solver: Solver = "auto",
        store_cv_results: bool = False,
    ) -> None:
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.max_iter = max_iter
        self.tol = tol
        self.copy_X = copy_X
        self.cv = cv
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.positive = positive
        self.random_state = random_state
        self.selection = selection
        self.scoring = scoring
        self.alpha_rule = alpha_rule
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.standardize = standardize
        self.solver = solver
        self.store_cv_results = store_cv_results

    def _estimator(self):
        """Return the estimator of one alpha."""
        return Lasso()


class ElasticNetCV(PathCV):
    """The elastic net, its alpha chosen by cross-validation.

    Every fold's training rows are solved for the whole grid of alphas, as :meth:`ElasticNet.fit_path` does it. The
    alpha with the least mean error on the rows held out, or what ``alpha_rule`` says, is then fitted to all rows. Takes
    every parameter of ``sklearn.linear_model.ElasticNetCV``.

    Parameters
    ----------
    l1_ratio : float or array-like of floats in (0, 1], default=0.5
        Share of the L1 penalty; of several, the one with the least mean error is chosen. 0 needs explicit ``alphas``.
    eps : float, default=1e-3
        The last alpha over the first, where ``alphas`` is a number; above 0 and at most 1.
    alphas : int or array-like, default=100
        The number of alphas, evenly spaced in the logarithm from the smallest at which all penalised coefficients are
        zero on all rows; or the alphas, which are sorted in descending order. The same for all folds.
    fit_intercept : bool, default=True
        Whether to fit an intercept, which is never penalised.
    precompute : bool, 'auto' or array-like of shape (n_features, n_features), default='auto'
        As in :class:`ElasticNet`; with False, folds of tall data are not read at once. An array, the Gram matrix of all
        rows, is for the fit on all rows alone.
    max_iter : int or None, default=1000
        Largest number of rounds and sweeps at every alpha, as in :class:`ElasticNet`.
    tol : float, default=1e-4
        Largest relative dual gap, at every alpha of every fold too.
    copy_X : bool, default=True
        Compatibility with scikit-learn; no effect, since X is never written to.
    cv : int, splitter, iterable or None, default=None
        As everywhere in scikit-learn: None is 5 folds of consecutive rows, a number that many; a splitter; or pairs of
        arrays of rows to train on and rows to hold out.
    verbose : bool or int, default=0
        Whether to print a line for every fold.
    n_jobs : int or None, default=None
        Threads over the folds.
    positive : bool, default=False
        Whether to force coefficients to be >= 0.
    random_state : int, RandomState instance or None, default=None
        Seed of the order of updates with ``selection='random'``.
    selection : {'cyclic', 'random'}, default='cyclic'
        As in :class:`ElasticNet`.
    scoring : str, callable or None, default=None
        A scorer, as everywhere in scikit-learn, of one metric: greater is better. None: the mean squared error. A
        ``sample_weight`` is passed on to it.
    alpha_rule : {'min', '1se'} or callable, default='min'
        'min': the alpha with the least mean error, or the greatest mean score. '1se': the largest alpha whose error is
        within one standard error of the least, ``alpha_1se_``. A callable gets a dict of arrays, ``alpha``, ``cv_mean``
        and ``cv_se``, of the best l1_ratio, and returns an index.
    penalty_factor : array-like of shape (n_features,), dict or None, default=None
        As in :class:`ElasticNet`.
    bounds : pair (lower, upper), dict or None, default=None
        As in :class:`ElasticNet`.
    standardize : bool, default=False
        As in :class:`ElasticNet`, by the standard deviations of each fold's training rows.
    solver : {'auto', 'active_set', 'cd'}, default='auto'
        As in :class:`ElasticNet`.
    store_cv_results : bool, default=False
        Whether to keep ``coef_path_``, ``intercept_path_`` and ``oof_prediction_``.

    Attributes
    ----------
    alpha_ : float
        The alpha that was chosen.
    alpha_min_, alpha_1se_ : float
        What 'min' and '1se' choose. ``alpha_1se_`` is glmnet's ``lambda.1se``: it weighs a fold by the rows that it
        holds out, in the mean and in the standard error, where ``alpha_min_``, as scikit-learn's ``alpha_``, takes the
        plain mean over folds. The two agree where folds are of one size.
    l1_ratio_ : float
        The share of the L1 penalty that was chosen.
    alphas_ : ndarray of shape (n_alphas,) or (n_l1_ratio, n_alphas)
        The grid, in descending order.
    mse_path_ : ndarray of shape (n_alphas, n_folds) or (n_l1_ratio, n_alphas, n_folds)
        Mean squared error on the rows held out, weighted by ``sample_weight``, whatever ``scoring`` is.
    df_path_ : ndarray of shape (n_alphas, n_folds) or (n_l1_ratio, n_alphas, n_folds), int
        Number of nonzero coefficients in every fold.
    cv_mean_ : ndarray of shape (n_alphas,) or (n_l1_ratio, n_alphas)
        Mean over folds of the error, or of the scores.
    cv_se_ : ndarray of shape (n_alphas,) or (n_l1_ratio, n_alphas)
        Its standard error, as glmnet computes ``cvsd``: the square root of the folds' weighted variance over
        (n_folds - 1). NaN for a single fold.
    coef_, sparse_coef_, intercept_, n_iter_, dual_gap_, relative_gap_, converged_, kkt_residual_, proven_zero_
        Of the fit on all rows, as in :class:`ElasticNet`; ``n_iter_`` is at least 1.
    coef_path_ : ndarray of shape (n_folds, n_features, n_alphas)
        With ``store_cv_results``: the folds' coefficients, at the best l1_ratio.
    intercept_path_ : ndarray of shape (n_folds, n_alphas)
        With ``store_cv_results``: the folds' intercepts.
    oof_prediction_ : ndarray of shape (n_samples, n_alphas)
        With ``store_cv_results``: predictions of the rows while they were held out; NaN for rows that never were.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X had names that are all strings.

    Notes
    -----
    Dense X is not copied for the folds; of sparse X, a fold at work has a copy of its rows. In a Pipeline, transformers
    before this estimator see the rows that are held out: :class:`PathSearchCV` over the Pipeline does not let them.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import ElasticNetCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ElasticNetCV(l1_ratio=[0.5, 1.0]).fit(X, y)
    >>> float(model.l1_ratio_), round(float(model.alpha_), 4)
    (1.0, 0.0038)
    """

    path = staticmethod(enet_path)

    def __init__(
        self,
        *,
        l1_ratio: Ratios = 0.5,
        eps: float = 1e-3,
        alphas: int | ArrayLike = 100,
        fit_intercept: bool = True,
        precompute: Gram = "auto",
        max_iter: int | None = 1000,
        tol: float = 1e-4,
        copy_X: bool = True,
        cv: Folds = None,
        verbose: int = 0,
        n_jobs: int | None = None,
        positive: bool = False,
        random_state: Seed = None,
        selection: Selection = "cyclic",
        scoring: Scoring = None,
        alpha_rule: AlphaRule = "min",
        penalty_factor: Factor = None,
        bounds: Bounds = None,
        standardize: bool = False,
        solver: Solver = "auto",
        store_cv_results: bool = False,
    ) -> None:
        self.l1_ratio = l1_ratio
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.max_iter = max_iter
        self.tol = tol
        self.copy_X = copy_X
        self.cv = cv
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.positive = positive
        self.random_state = random_state
        self.selection = selection
        self.scoring = scoring
        self.alpha_rule = alpha_rule
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.standardize = standardize
        self.solver = solver
        self.store_cv_results = store_cv_results

    def _estimator(self):
        """Return the estimator of one alpha."""
        return ElasticNet()
