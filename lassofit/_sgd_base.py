"""What SGDLasso does: fit = validate, run epochs, attributes; predict; sparse coefficients."""

from __future__ import annotations

from numbers import Integral
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted

from . import testing
from ._engine import by_feature, progress, row_input, validation
from ._sgd_stream import StreamingRegressor, in_dtype, warn
from ._typing import Array, ArrayLike, Data


class StochasticRegressor(StreamingRegressor):
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
        stream, last = self._stream(X.shape[1]), self._last()
        if start is not None:
            stream.start(start)
        elif self.warm_start and last is not None:
            w = self._checked_coef(X.shape[1])
            if stream.alike(last):
                stream.restore(last.state)
                stream.halved, stream.level = last.halved, last.level
                stream.ended, stream.plateau = last.ended, last.plateau
                if isinstance(self.random_state, Integral):  # else every fit of an epoch would have the same order
                    rng = np.random.RandomState([self.random_state, stream.steps() % 2**32])
            else:
                stream.follow(last, w)
        stream.tries = stochastic.TRIES
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
            with np.errstate(over="ignore"):
                return {"coef_": w.astype(X.dtype), "intercept_": b}

        records = progress.follow(descent.epochs(), self.verbose, task=task, state=state, style=progress.EPOCHS)
        descent.finish()
        coef = in_dtype(descent.w, X.dtype)
        far = descent.converged and self._far(X[train], y[train], s[train], *descent.model())
        self._records = [tuple(record) for record in records]
        self.n_iter_, self.converged_ = descent.n_iter, descent.converged and not far
        self._set(stream, X.dtype)
        self.coef_ = coef
        if not task.stopped:
            self._warn(descent, far)
        task.end({})
        return self

    def _gap(self, X, y, s):
        """Return a function of coefficients and intercept: their dual gap on the data."""

        def gap(w, intercept):
            named = {name: getattr(self, name) for name in ("alpha", "l1_ratio", "fit_intercept", "positive")}
            factor = by_feature.check_factor(self.penalty_factor, len(w), getattr(self, "feature_names_in_", None))
            model = SimpleNamespace(coef_=w, intercept_=intercept, penalty_factor=factor, **named)
            return testing.certify(model, X, y, s).dual_gap

        return gap

    def _far(self, X, y, s, w, intercept):
        """Return whether epochs gain nothing though the dual gap leaves room for half of the objective, and much of y.

        So it is where columns in small units get next to no step from one that those in large units have to bear. Not
        asked where columns are not penalised: their certificate costs more than the fit.
        """
        if self.method == "ftrl" or self.alpha * self.l1_ratio == 0 or self.penalty_factor is not None:
            return False
        r, s = y - X @ w - intercept, s / s.max()  # lest sums overflow
        objective = 0.5 * np.average(r * r, weights=s) + self.alpha * self.l1_ratio * np.abs(w).sum()
        null = 0.5 * np.average((y - np.average(y, weights=s)) ** 2, weights=s)
        return bool(self._gap(X, y, s)(w, intercept) > max(0.5 * objective, 0.1 * null))

    def _warn(self, descent, far):
        """Warn where a fit has fallen short."""
        if far:
            warn(
                "Epochs gain less than tol, but by the dual gap the objective may be half of what it is: one step for "
                "all columns is too short for those in small units. Scale the columns, or use method='ftrl'."
            )
        elif descent.diverged:
            warn(
                f"The descent diverged, with steps down to {descent.shortest:.3g}. The coefficients are the best of "
                f"the {descent.n_iter} epochs before and the start. Use a smaller eta0, learning_rate='auto', or "
                "rescale X."
            )
        elif self.tol is not None and not descent.converged:
            warn(
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
        read, X = self._as_read(validation.check_new_data(self, X))
        return np.ravel(safe_sparse_dot(X, read.T, dense_output=True)) + self.intercept_  # sparse ones are a row

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
