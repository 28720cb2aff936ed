"""``SGDLasso``: the lasso by stochastic descent, for streams and for data larger than memory."""

import math
import warnings
from types import SimpleNamespace

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted

from . import testing
from ._engine import progress, row_input, validation
from ._engine.calling import user_level
from ._predictor import LinearPredictor


class SGDLasso(progress.Watched, LinearPredictor):
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
        (Tsuruoka, Tsujii and Ananiadou 2009; lazy dual averaging): sparse, and for data from one distribution.
        'clipping': soft thresholding after every step (proximal descent, FOBOS): follows a drift, but noise makes
        most coefficients nonzero. 'truncated': the same every ``truncate_every`` steps (Langford, Li and Zhang 2009).
        'ftrl': follow the regularised leader, with a step for every feature (McMahan et al. 2013). 'naive': the
        subgradient; never an exact zero, and a step costs all features, for sparse X too. For teaching.
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
        and on streams; from then on constant, and halved where an epoch stalls. 'adaptive': eta0, a fifth of it
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
        Whether ``fit`` goes on where the last ``fit`` or ``partial_fit`` ended: with its steps, and with what its
        penalties have come to if no parameter of the problem has changed, else from its ``coef_``.
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
        Coefficients; a sparse matrix of shape (1, n_features) after ``sparsify``.
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
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X had names that are all strings.

    Notes
    -----
    Weights multiply the gradients, so weights are not repetition, as for no stochastic method: a row of weight 2 is
    met once, with a step twice as long. Their scale does not matter in ``fit``; in ``partial_fit`` 1 is a plain row.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from lassofit import SGDLasso
    >>> X, y = make_regression(n_features=3, n_informative=2, random_state=0)
    >>> model = SGDLasso(random_state=0).fit(X, y)
    >>> print(model.coef_.round(1), model.converged_)
    """

    def __init__(
        self,
        alpha=1.0,
        *,
        method="cumulative",
        l1_ratio=1.0,
        fit_intercept=True,
        batch_size=1,
        max_iter=100,
        tol=1e-4,
        learning_rate="auto",
        eta0=None,
        power_t=0.5,
        truncate_every=10,
        truncate_threshold=math.inf,
        shuffle=True,
        average=False,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=5,
        warm_start=False,
        penalty_factor=None,
        positive=False,
        random_state=None,
        verbose=0,
    ):
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

    def fit(self, X, y, coef_init=None, intercept_init=None, sample_weight=None):
        """Run epochs over the data.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data, never written to: float64 or float32 is used as it is, anything else is converted to float64. Dense
            C-ordered and CSR are read in place, others are converted.
        y : array-like of shape (n_samples,)
            Target values.
        coef_init : array-like of shape (n_features,), default=None
            Where to start from, instead of zero or of what ``warm_start`` has.
        intercept_init : float, default=None
            The intercept of the first epoch, with sparse X; with dense X it is exact at every step. Default: the
            weighted mean of ``y - X @ coef``.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights >= 0, not all zero; those of zero drop the row.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError, TypeError
            On bad parameters or data, naming the parameter.

        Warns
        -----
        ConvergenceWarning
            Where ``max_iter`` came before ``tol``, or where the descent diverged with ever shorter steps.
        """
        self._check_parameters()
        X, y = row_input.check_rows(self, X, y)
        s = row_input.check_row_weights(sample_weight, X.shape[0])
        start = row_input.check_start("coef_init", coef_init, (X.shape[1],))
        intercept = row_input.check_start("intercept_init", intercept_init, ())
        return self._fit(X, y, s, start, intercept, sample_weight)

    @progress.watched
    def _fit(self, X, y, s, start, intercept, sample_weight):
        """Run the epochs and set the fitted attributes."""
        from ._engine import epochs, stochastic

        rng = check_random_state(self.random_state)
        train, held = self._split(np.flatnonzero(s > 0), rng)
        rows = stochastic.Rows(X, y, stochastic.mean_one(s, train), train, self.fit_intercept)
        stream = self._stream(X)
        if start is not None:
            stream.start(start)
        elif self.warm_start and hasattr(self, "coef_"):
            stream.resume(self._saved, self._checked_coef(X.shape[1]))
        control = epochs.Control(
            self.max_iter,
            self.tol,
            self.n_iter_no_change,
            len(train) if self.batch_size == "full" else self.batch_size,
            rng if self.shuffle else None,
            self.learning_rate,
            int(self.average),
            self._gap(X[train], y[train], s[train]) if self.verbose >= 2 else None,
        )
        descent = epochs.Descent(rows, stream, control, held, intercept)
        task = progress.begin(self, X, y, sample_weight, self.max_iter)

        def state():
            shift = float(rows.mean @ descent.w) if rows.centred else 0.0
            return {"coef_": descent.w.astype(X.dtype), "intercept_": descent.intercept - shift}

        records = progress.follow(descent.epochs(), self.verbose, task=task, state=state, style=progress.EPOCHS)
        descent.finish()
        self._records = [tuple(record) for record in records]
        self.n_iter_, self.converged_ = descent.n_iter, descent.converged
        self._set(stream, descent.w, X.dtype)
        if not task.stopped:
            self._warn(descent)
        task.end({})
        return self

    def partial_fit(self, X, y, sample_weight=None):
        """Go on with a stream: one pass over these rows, in order.

        Steps, penalties and averages persist, over calls and pickles. With ``batch_size=1`` the same rows give the same
        model, bit by bit, in whatever parts they come; else every call is cut into steps of its own. ``max_iter``,
        ``tol``, ``shuffle`` and ``early_stopping`` play no part.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Rows, as in ``fit``.
        y : array-like of shape (n_samples,)
            Target values.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights >= 0, as they are: 1 is a plain row, 2 one with a step twice as long.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError, TypeError
            On bad parameters or data, naming the parameter; where the number of features has changed.

        Warns
        -----
        ConvergenceWarning
            Where the descent diverged with ever shorter steps: then these rows are left out.

        Examples
        --------
        >>> from lassofit import SGDLasso
        >>> model = SGDLasso(alpha=0.1)
        >>> for _ in range(200):
        ...     model = model.partial_fit([[0.0, 1.0], [1.0, 0.0], [2.0, 0.5]], [0.0, 1.0, 2.0])
        >>> print(model.coef_.round(1), model.t_)
        """
        from ._engine import stochastic

        self._check_parameters()
        first = not hasattr(self, "_saved")
        if self.average > 1:
            raise ValueError(f"average={self.average} counts epochs, which a stream does not have. Use average=True.")
        X, y = row_input.check_rows(self, X, y, reset=first)
        s = row_input.check_row_weights(sample_weight, X.shape[0], stream=True)
        stream = self._stream(X)
        if not first:
            stream.resume(self._saved, self._checked_coef(X.shape[1]))
        else:
            self._records, self.n_iter_ = [], 1
        rows = stochastic.Rows(X, y, s, np.flatnonzero(s > 0))
        batch = max(1, len(rows.which)) if self.batch_size == "full" else self.batch_size
        good = getattr(self, "_good", None)
        if good is None or not stream.takes(good):
            good = stream.arrays()
        tries = stream.feed(rows, batch, good, getattr(self, "_tries", stochastic.TRIES))
        if tries < 0:
            _warn(
                f"The descent diverged, from steps of {stream.step():.3g} too. These rows were left out; the "
                "coefficients are the last good ones. Use a smaller eta0, learning_rate='auto', or rescale X."
            )
        self._tries = max(tries, 0)
        self._set(stream, stream.weights(), X.dtype)
        return self

    def _check_parameters(self):
        """Raise for parameters that are wrong, alone or together."""
        validation.check_parameters(vars(self), row_input.ROW_RULES)
        if self.method == "ftrl" and self.learning_rate != "auto":
            raise ValueError(
                f"learning_rate={self.learning_rate!r} has no meaning with method='ftrl', which has a step of its own "
                "for every feature. Use learning_rate='auto' and eta0."
            )
        if self.method == "truncated" and self.l1_ratio < 1 and self.truncate_threshold < np.inf:
            raise ValueError(
                "truncate_threshold must be inf with l1_ratio < 1: the L2 part moves coefficients across the "
                f"threshold between two steps of a feature; got {self.truncate_threshold}."
            )

    def _stream(self, X):
        """Return a Stream at its beginning."""
        from ._engine import stochastic

        p = X.shape[1]
        factor = validation.check_factor(self.penalty_factor, p, getattr(self, "feature_names_in_", None))
        rule = stochastic.build_rule(
            self.method,
            self.learning_rate,
            self.eta0,
            self.power_t,
            self.truncate_every,
            self.truncate_threshold,
            self.fit_intercept,
        )
        terms = stochastic.build_terms(p, float(self.alpha), float(self.l1_ratio), factor, self.positive, rule)
        if self.average and self.method == "ftrl" and terms.rule.l2 > 0:
            raise ValueError(
                "average=True with method='ftrl' and l1_ratio < 1 would cost all features at every step: between two "
                "steps of a feature its coefficient is not linear in time. Use l1_ratio=1 or another method."
            )
        return stochastic.Stream(terms, p, bool(self.average))

    def _split(self, kept, rng):
        """Return the rows to train on, in order, and those to hold out, or None."""
        if not self.early_stopping:
            return kept, None
        count = math.ceil(self.validation_fraction * len(kept))
        if count >= len(kept):
            raise ValueError(
                f"validation_fraction={self.validation_fraction} holds out {count} of {len(kept)} samples: none is "
                "left to train on. Use a smaller one, or early_stopping=False."
            )
        mixed = rng.permutation(kept)
        return np.sort(mixed[count:]), np.sort(mixed[:count])

    def _gap(self, X, y, s):
        """Return a function of coefficients and intercept: their dual gap on the data."""

        def gap(w, intercept):
            named = {name: getattr(self, name) for name in ("alpha", "l1_ratio", "fit_intercept", "positive")}
            factor = validation.check_factor(self.penalty_factor, len(w), getattr(self, "feature_names_in_", None))
            model = SimpleNamespace(coef_=w, intercept_=intercept, penalty_factor=factor, **named)
            return testing.certify(model, X, y, s).dual_gap

        return gap

    def _checked_coef(self, p):
        """Return the coefficients of the last fit as float64, of the right shape."""
        coef = self.coef_.toarray() if sparse.issparse(self.coef_) else np.asarray(self.coef_)
        if coef.size != p or not np.isfinite(coef).all():
            raise ValueError(
                f"warm_start=True needs a finite coef_ of shape ({p},), got {coef.shape}. Use warm_start=False, or a "
                "fresh estimator, for data of another shape."
            )
        return coef.astype(np.float64).ravel()

    def _set(self, stream, w, dtype):
        """Set the attributes that a stream has."""
        self.coef_, self.intercept_ = w.astype(dtype), stream.intercept()
        if dtype != np.float64:
            progress.warn_underflow(np.count_nonzero(w) - np.count_nonzero(self.coef_), dtype)
        self.t_, self.eta_ = stream.steps(), stream.step()
        self._saved = stream.saved()
        if stream.steady():
            self._good = self._saved["arrays"]

    def _warn(self, descent):
        """Warn where a fit has fallen short."""
        if descent.diverged:
            _warn(
                f"The descent diverged, from steps of {self.eta_:.3g} too. The coefficients are the last good ones, of "
                f"epoch {descent.n_iter}. Use a smaller eta0, learning_rate='auto', or rescale X."
            )
        elif self.tol is not None and not descent.converged:
            _warn(
                f"Maximum number of epochs reached before the objective stopped to fall by tol={self.tol:g}. Increase "
                f"max_iter (now {self.max_iter})."
            )

    @property
    def history_(self):
        """What was known after every epoch, as arrays by name."""
        check_is_fitted(self)
        return progress.history(self._records, progress.EPOCHS)

    @property
    def sparse_coef_(self):
        """Sparse representation of ``coef_``, of shape (1, n_features)."""
        return self.coef_ if sparse.issparse(self.coef_) else super().sparse_coef_

    def predict(self, X):
        """Return ``X @ coef_ + intercept_``.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Predictions.
        """
        X = validation.check_new_data(self, X)
        return safe_sparse_dot(X, self.coef_.T, dense_output=True).ravel() + self.intercept_

    def sparsify(self):
        """Convert ``coef_`` to a sparse matrix of shape (1, n_features), which saves memory where it is sparse.

        Returns
        -------
        self : object
            The estimator.
        """
        check_is_fitted(self)
        self.coef_ = self.sparse_coef_
        return self

    def densify(self):
        """Convert ``coef_`` back to an array of shape (n_features,).

        Returns
        -------
        self : object
            The estimator.
        """
        check_is_fitted(self)
        if sparse.issparse(self.coef_):
            self.coef_ = self.coef_.toarray().ravel()
        return self


def _warn(text):
    """Warn that a descent has not converged."""
    warnings.warn(text, ConvergenceWarning, stacklevel=user_level())
