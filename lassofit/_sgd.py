"""``SGDLasso``: parameters and documentation; the work is in ``_sgd_base`` and the engine."""

from __future__ import annotations

import math
from typing import Literal

from ._sgd_base import StochasticRegressor
from ._typing import Factor, Seed


class SGDLasso(StochasticRegressor):
    """Linear regression with an L1 penalty by stochastic descent, for streams and for data larger than memory.

    Minimises::

        1 / (2 S) * sum_i s_i (y_i - x_i w - b)^2
        + alpha * sum_j f_j (l1_ratio |w_j| + (1 - l1_ratio) / 2 * w_j^2)

    over w and the intercept b, with sample weights s and their sum S (all 1, and n_samples, by default) and penalty
    factors f (all 1 by default): the objective of ``Lasso`` at the same ``alpha``. Data in memory are solved faster,
    and to a certificate, by ``Lasso``; ``docs/streams.rst`` says when to use which, and what is exact.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, >= 0.
    method : {'cumulative', 'clipping', 'truncated', 'ftrl', 'naive'}, default='cumulative'
        How the penalty enters. 'cumulative': the sum of the gradients is thresholded by the sum of the penalties
        ([1]_; lazy dual averaging, [2]_): sparse, and for data from one distribution. 'clipping': soft thresholding
        after every step (proximal descent, [3]_): follows a drift, but noise makes most coefficients nonzero.
        'truncated': the same every ``truncate_every`` steps [4]_. 'ftrl': follow the regularised leader, with an
        implicit step for every feature [5]_: for text in streams. 'naive': the subgradient; never an exact zero, and
        a step costs all features, for sparse X too. For teaching.
    l1_ratio : float, default=1.0
        Share of the L1 penalty, in [0, 1]. Below 1 all features that are not excluded need the same factor.
    fit_intercept : bool, default=True
        Whether to fit an intercept, which is never penalised.
    batch_size : int or 'full', default=1
        Rows of a step, along the mean of their gradients.
    max_iter : int, default=100
        Largest number of epochs of ``fit``.
    tol : float or None, default=1e-4
        ``fit`` stops once ``n_iter_no_change`` epochs have not lowered the objective by this share of it, and returns
        the best epoch's coefficients. None: all epochs are run, and the last one's are returned.
    learning_rate : {'auto', 'adaptive', 'invscaling', 'constant', 'optimal'}, default='auto'
        The step of update t = 0, 1, ...: 'constant': eta0. 'auto': ``eta0 / sqrt(1 + t / 1e5)`` in the first epoch
        and on streams; from then on constant, and halved where noise exceeds gain. 'adaptive': eta0, a fifth of it
        wherever ``fit`` would stop, until that is a millionth. 'invscaling': ``eta0 / (t + 1)^power_t``. 'optimal':
        ``eta0 / (1 + alpha eta0 t)``. 'ftrl' has its own steps and takes 'auto' only.
    eta0 : float or None, default=None
        None: half the inverse of the largest squared norm of a row, of all rows in ``fit`` (of dense X about its means
        where there is an intercept), of those so far in ``partial_fit``. With 'ftrl': .5, in units of sd(y) over the
        feature's largest value and over the root of the mean number of features, at full size, of a row.
    power_t : float, default=0.5
        Exponent of 'invscaling'.
    truncate_every : int, default=10
        Steps between two truncations.
    truncate_threshold : float, default=inf
        Coefficients above it are not truncated.
    shuffle : bool, default=True
        Whether every epoch takes the rows in a new random order; from 4096 rows on in blocks of 16.
    average : bool or int, default=False
        Whether the coefficients are averages over all steps, or over those from this epoch on, the first being 1.
    early_stopping : bool, default=False
        Whether a random part of the rows is held out, and its loss takes the place of the objective in ``tol``.
    validation_fraction : float, default=0.1
        That part.
    n_iter_no_change : int, default=5
        Epochs that ``tol`` waits for.
    warm_start : bool, default=False
        Whether ``fit`` goes on where the last ``fit`` or ``partial_fit`` ended: with its steps, whole ones if it is so
        much worse on these data that they are others, and with what its penalties have come to if no parameter of the
        problem has changed, else from its ``coef_``.
    penalty_factor : array-like of shape (n_features,), dict or None, default=None
        Multipliers of ``alpha``, feature by feature: 0 leaves a feature unpenalised, inf takes it out. A dict
        goes by feature name, 1 for those not named.
    positive : bool, default=False
        Whether to force coefficients to be >= 0.
    random_state : int, RandomState instance or None, default=None
        Seed of the order of rows and of the rows held out. The same seed gives the same model, bit by bit.
    verbose : int, default=0
        1: a line for every epoch. 2: with the dual gap, which costs some passes over X an epoch.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,), dtype of X
        Coefficients; a sparse matrix of shape (1, n_features) after ``sparsify``. After ``partial_fit`` they are read
        from the stream when they are asked for.
    intercept_ : float
        Intercept: after ``fit`` the weighted mean of ``y - X @ coef_``.
    n_iter_ : int
        Epochs of the last ``fit``; 1 after ``partial_fit`` alone.
    converged_ : bool
        Whether the last ``fit`` has stopped by ``tol``.
    t_ : int
        Steps so far, with those before a warm start and those of ``partial_fit``.
    eta_ : float
        The step that comes next; with 'ftrl' in its units.
    history_ : dict of ndarray
        By name: iteration, objective, loss, support_size, step, validation_score (R^2 on the rows held out), dual_gap
        (with verbose=2), seconds; one entry an epoch of the last ``fit``.
    sparse_coef_ : sparse matrix of shape (1, n_features)
        Sparse representation of ``coef_``.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X had names that are all strings.

    Notes
    -----
    Weights multiply the gradients, so weights are not repetition, as for no stochastic method: a row of weight 2 is
    met once, with a step twice as long. Their scale does not matter in ``fit``; in ``partial_fit`` 1 is a plain row.

    References
    ----------
    .. [1] Y. Tsuruoka, J. Tsujii, S. Ananiadou, "Stochastic gradient descent training for L1-regularized log-linear
       models with cumulative penalty", ACL 2009.
    .. [2] L. Xiao, "Dual averaging methods for regularized stochastic learning", JMLR 11, 2010.
    .. [3] J. Duchi, Y. Singer, "Efficient online and batch learning using forward backward splitting", JMLR 10, 2009.
    .. [4] J. Langford, L. Li, T. Zhang, "Sparse online learning via truncated gradient", JMLR 10, 2009.
    .. [5] B. McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from lassofit import SGDLasso
    >>> X, y = make_regression(n_features=3, n_informative=2, random_state=0)
    >>> model = SGDLasso(random_state=0).fit(X, y)
    >>> print(model.coef_.round(), model.converged_)
    [39. 62.  0.] True
    """

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        method: Literal["cumulative", "clipping", "truncated", "ftrl", "naive"] = "cumulative",
        l1_ratio: float = 1.0,
        fit_intercept: bool = True,
        batch_size: int | Literal["full"] = 1,
        max_iter: int = 100,
        tol: float | None = 1e-4,
        learning_rate: Literal["auto", "adaptive", "invscaling", "constant", "optimal"] = "auto",
        eta0: float | None = None,
        power_t: float = 0.5,
        truncate_every: int = 10,
        truncate_threshold: float = math.inf,
        shuffle: bool = True,
        average: bool | int = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 5,
        warm_start: bool = False,
        penalty_factor: Factor = None,
        positive: bool = False,
        random_state: Seed = None,
        verbose: int = 0,
    ) -> None:
        self.alpha = alpha
        self.method = method
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.learning_rate = learning_rate
        self.eta0 = eta0
        self.power_t = power_t
        self.truncate_every = truncate_every
        self.truncate_threshold = truncate_threshold
        self.shuffle = shuffle
        self.average = average
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start
        self.penalty_factor = penalty_factor
        self.positive = positive
        self.random_state = random_state
        self.verbose = verbose
