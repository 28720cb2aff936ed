"""What SGDLasso does: fit = validate, run epochs, attributes; streams; predict; sparse coefficients."""

import warnings
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from . import testing
from ._engine import progress, row_input, validation
from ._engine.calling import user_level
from ._predictor import LinearPredictor
from ._typing import Array, ArrayLike, Data


class StochasticRegressor(progress.Watched, LinearPredictor):
    """Base of the stochastic regressor; the subclass holds parameters and documentation."""

    def fit(
        self,
        X: Data,
        y: ArrayLike,
        coef_init: ArrayLike | None = None,
        intercept_init: float | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
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
        train, held = np.flatnonzero(s > 0), None
        if self.early_stopping:
            train, held = row_input.split(train, self.validation_fraction, rng)
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
            w, b = descent.model()
            return {"coef_": w.astype(X.dtype), "intercept_": b}

        records = progress.follow(descent.epochs(), self.verbose, task=task, state=state, style=progress.EPOCHS)
        descent.finish()
        self._records = [tuple(record) for record in records]
        self.n_iter_, self.converged_ = descent.n_iter, descent.converged
        self._set(stream, descent.w, X.dtype)
        self._good, self._tries = self._saved["arrays"], stochastic.TRIES  # of a stream that goes on from here
        if not task.stopped:
            self._warn(descent)
        task.end({})
        return self

    def partial_fit(self, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
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
        [0.9 0. ] 600
        """
        from ._engine import stochastic

        self._check_parameters()
        first = not hasattr(self, "_saved")
        if self.average > 1:
            raise ValueError(f"average={self.average} counts epochs, which a stream does not have. Use average=True.")
        X, y = row_input.check_rows(self, X, y, reset=first)
        s = row_input.check_row_weights(sample_weight, X.shape[0], stream=True)
        stream = self._stream(X)
        if first:
            self._records, self.n_iter_, self._tries = [], 1, stochastic.TRIES
            good = stream.arrays()
        else:
            same = stream.resume(self._saved, self._checked_coef(X.shape[1]))
            good = self._good if same else stream.arrays()
        rows = stochastic.Rows(X, y, s, np.flatnonzero(s > 0))
        batch = max(1, len(rows.which)) if self.batch_size == "full" else self.batch_size
        tries = stream.feed(rows, batch, good, self._tries)
        if tries < 0:
            _warn(
                f"The descent diverged, with steps down to {4 * stream.step():.3g}. These rows were left out; the "
                "coefficients are the last good ones. Use a smaller eta0, learning_rate='auto', or rescale X."
            )
        self._tries = max(tries, 0)
        self._set(stream, stream.weights(), X.dtype)
        self._good = self._saved["arrays"] if stream.steady() else good
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
        terms = stochastic.build_terms(float(self.alpha), float(self.l1_ratio), factor, self.positive, rule)
        if self.average and self.method == "ftrl" and self.alpha > 0 and self.l1_ratio < 1:
            raise ValueError(
                "average=True with method='ftrl' and l1_ratio < 1 would cost all features at every step: between two "
                "steps of a feature its coefficient is not linear in time. Use l1_ratio=1 or another method."
            )
        return stochastic.Stream(terms, p, bool(self.average))

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

    def _warn(self, descent):
        """Warn where a fit has fallen short."""
        if descent.diverged:
            _warn(
                f"The descent diverged, with steps down to {descent.shortest:.3g}. The coefficients are the best of "
                f"the {descent.n_iter} epochs before and the start. Use a smaller eta0, learning_rate='auto', or "
                "rescale X."
            )
        elif self.tol is not None and not descent.converged:
            _warn(
                f"Maximum number of epochs reached before epochs gained less than tol={self.tol:g}. Increase "
                f"max_iter (now {self.max_iter})."
            )

    @property
    def history_(self) -> dict[str, Array]:
        """What was known after every epoch, as arrays by name."""
        check_is_fitted(self)
        return progress.history(self._records, progress.EPOCHS)

    @property
    def sparse_coef_(self) -> Any:
        """Sparse representation of ``coef_``, of shape (1, n_features)."""
        return self.coef_ if sparse.issparse(self.coef_) else super().sparse_coef_

    def predict(self, X: Data) -> Array:
        """Return ``X @ coef_ + intercept_``.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Predictions.

        Raises
        ------
        NotFittedError, TypeError, ValueError
            Before ``fit``; where X has other features than those that the estimator was fitted on, or NaN or infinity.
        """
        return super().predict(X).ravel()  # a sparse coef_ has two dimensions

    def sparsify(self) -> Self:
        """Convert ``coef_`` to a sparse matrix of shape (1, n_features), which saves memory where it is sparse.

        Returns
        -------
        self : object
            The estimator.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        """
        check_is_fitted(self)
        self.coef_ = self.sparse_coef_
        return self

    def densify(self) -> Self:
        """Convert ``coef_`` back to an array of shape (n_features,).

        Returns
        -------
        self : object
            The estimator.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        """
        check_is_fitted(self)
        if sparse.issparse(self.coef_):
            self.coef_ = self.coef_.toarray().ravel()
        return self


def _warn(text):
    """Warn that a descent has not converged."""
    warnings.warn(text, ConvergenceWarning, stacklevel=user_level())
