"""What SGDLasso does with a stream: parts of it, the state between two parts, pickles, coefficients when asked for."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from ._engine import by_feature, progress, row_input, validation
from ._engine.calling import user_level
from ._engine.undo import DENSE
from ._predictor import LinearPredictor
from ._typing import ArrayLike, Data

# What the terms of a stream come from, beside penalty_factor.
_GIVEN = (
    "alpha", "method", "l1_ratio", "fit_intercept", "learning_rate", "eta0", "power_t", "truncate_every",
    "truncate_threshold", "average", "positive",
)  # fmt: skip
# Rows of a stream's first part whose columns are compared, and the factor between their largest values that is warned
# of: on 5000 rows of 8 columns the R^2 of the default was .94 at 10, .85 at 30, .67 at 100 and .35 at 1000; 'ftrl' .94.
_FEWEST, _MOST, _UNLIKE = 10, 100, 100.0
# A mean over the standard deviation that is warned of: on such rows the R^2 was .95 at 0, .80 at 3, .70 at 10 and .3 at
# 30, that of 'ftrl' .15 at 10 (one such column of eight: .59 and .55). Below the other, a column is constant.
_FAR, _CONSTANT = 10.0, 1e-9


class StreamingRegressor(progress.Watched, LinearPredictor):
    """Base of what takes rows in parts; ``_live`` is the stream, and its own: ``_saved`` in a pickle and in a copy."""

    _records: list[Any]

    def partial_fit(self, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Go on with a stream: one pass over these rows, in order.

        Steps, penalties and averages persist, over calls and pickles. With ``batch_size=1`` the same rows give the same
        model, bit by bit, in whatever parts they come, as long as no step turns out too long: then the part is taken
        again by shorter ones. Else every call is cut into steps of its own. ``max_iter``,
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
            Where the descent diverged with ever shorter steps: then these rows are left out. Where steps of earlier
            calls turn out to have been too long: then those are taken back. Where the columns of a
            stream's first rows, if dense and 10 or more, are in so unlike units that one step cannot suit them all
            (their largest values differ by a factor of 100), but for 'ftrl', which has a step for each; or where the
            mean of one is above 10 standard deviations.

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
        if self.average > 1:
            raise ValueError(f"average={self.average} counts epochs, which a stream does not have. Use average=True.")
        last = self._last()
        X, y = row_input.check_rows(self, X, y, reset=last is None)
        s = row_input.check_row_weights(sample_weight, X.shape[0], stream=True)
        stream = self._next(last, X.shape[1])
        rows = stochastic.Rows(X, y, s, np.flatnonzero(s > 0))
        batch = max(1, len(rows.which)) if self.batch_size == "full" else self.batch_size
        helped = stream.feed(rows, batch)
        if last is None:
            self._records, self.n_iter_ = [], 1
        self._set(stream, X.dtype)
        if last is None:
            self._warn_of_units(X)
        if not helped:
            warn(
                f"The descent diverged, with steps down to {4 * stream.step():.3g}. These rows were left out; the "
                "coefficients are the last good ones. Use a smaller eta0, learning_rate='auto', or rescale X."
            )
        elif stream.lost:
            warn(
                f"The last {stream.lost} steps were taken back, and their rows left out: they were too long, as these "
                f"rows show. The steps are {stream.step():.3g} now. With a smaller eta0, or learning_rate='auto', none "
                "would be."
            )
        return self

    def _warn_of_units(self, X):
        """Warn where columns are in units so unlike that one step for all of them cannot do."""
        if sparse.issparse(X) or len(X) < _FEWEST:
            return
        first = X[:_MOST].astype(np.float64)
        sizes, mean, sd = np.abs(first).max(axis=0), first.mean(axis=0), first.std(axis=0)
        far = np.flatnonzero((np.abs(mean) > _FAR * sd) & (sd > _CONSTANT * np.abs(mean)))
        if self.fit_intercept and len(far):
            j = far[np.argmax(np.abs(mean[far]) / sd[far])]
            names = getattr(self, "feature_names_in_", None)
            column = f"column {j}" if names is None else repr(str(names[j]))
            warn(
                f"In the first rows the mean of {column} of X is {abs(mean[j]) / sd[j]:.2g} times its standard "
                "deviation. fit subtracts means, partial_fit cannot: steps are too short then, or the coefficients "
                "wrong for long. Subtract the mean of such columns, with a StandardScaler, say."
            )
            return
        sizes = sizes[sizes > 0]
        if self.method == "ftrl":
            return
        if len(sizes) and sizes.max() / _UNLIKE >= sizes.min():
            warn(
                f"The largest values of X's columns differ by a factor of {sizes.max() / sizes.min():.2g} in the first "
                "rows: one step for all columns is too short for those in small units. Scale the columns, or use "
                "method='ftrl'."
            )

    def _next(self, last, p):
        """Return the stream that goes on: the last one where its terms are these, else one from its coefficients."""
        given, factor = [getattr(self, name) for name in _GIVEN], self.penalty_factor
        if last is not None and last.given is not None:
            before, held = last.given
            same = factor is held is None or (type(factor) is np.ndarray and np.array_equal(factor, held))
            if same and given == before:
                return last
        stream = self._stream(p)
        if last is not None:
            stream = last if last.alike(stream) else stream.follow(last, self._checked_coef(p))
        stream.given = given, np.copy(factor) if type(factor) is np.ndarray else None
        return stream

    def _stream(self, p):
        """Return a Stream at its beginning."""
        from ._engine import stochastic

        factor = by_feature.check_factor(self.penalty_factor, p, getattr(self, "feature_names_in_", None))
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

    def _last(self):
        """Return the stream as it was left, or None; out of a pickle it is made again."""
        from ._engine import stochastic

        if "_saved" in vars(self):
            self._live = stochastic.Stream.load(vars(self).pop("_saved"))
        return vars(self).get("_live")

    def _set(self, stream, dtype):
        """Set the attributes that a stream has, but for ``coef_``, which is read when it is asked for."""
        vars(self).pop("coef_", None)
        self._live, stream.dtype = stream, dtype
        self.intercept_, self.t_, self.eta_ = stream.intercept(), stream.steps(), stream.step()

    @cached_property
    def coef_(self):
        """Coefficients, read from a stream when they are asked for, so that a part of it does not cost all features.

        Raises
        ------
        AttributeError
            Before anything is fitted.
        """
        live = vars(self).get("_live")
        if live is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute 'coef_': it is not fitted.")
        return in_dtype(live.weights(), live.dtype)

    def _as_read(self, X):
        """Return coefficients and X to multiply them with: coefficients not read yet are read for X's entries only.

        So that predictions for a part, before it is learned from, do not cost all features. The sums are the same.
        """
        few = sparse.issparse(X) and X.format == "csr" and X.nnz <= DENSE * X.shape[1]
        if "coef_" in vars(self) or "_live" not in vars(self) or not few:
            return self.coef_, X
        count = X.nnz  # the arrays may have spare room behind the entries
        coef = in_dtype(self._live.weights(X.indices[:count]), self._live.dtype)
        own = np.arange(count, dtype=X.indices.dtype)
        return coef, sparse.csr_array((X.data[:count], own, X.indptr), shape=(X.shape[0], count))

    def __getstate__(self):
        """Return what is pickled and copied: the stream as plain arrays, which no copy shares."""
        state = dict(super().__getstate__())
        live = state.pop("_live", None)
        if live is not None:
            state["coef_"], state["_saved"] = self.coef_, live.saved()
        return state

    def _checked_coef(self, p):
        """Return the coefficients of the last fit as float64, of the right shape."""
        coef = self.coef_.toarray() if sparse.issparse(self.coef_) else np.asarray(self.coef_)
        if coef.size != p or not np.isfinite(coef).all():
            raise ValueError(
                f"warm_start=True needs a finite coef_ of shape ({p},), got {coef.shape}. Use warm_start=False, or a "
                "fresh estimator, for data of another shape."
            )
        return coef.astype(np.float64).ravel()

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


def in_dtype(w, dtype):
    """Return coefficients in the dtype of X; warn where some become zero. Raise a ValueError where they overflow."""
    with np.errstate(over="ignore"):
        coef = w.astype(dtype, copy=False)
    if dtype != np.float64:
        if not np.isfinite(coef).all():
            raise ValueError(f"X, y: the coefficients are not finite in {dtype}. Rescale X or y.")
        progress.warn_underflow(np.count_nonzero(w) - np.count_nonzero(coef), dtype)
    return coef


def warn(text):
    """Warn that a descent has not converged."""
    warnings.warn(text, ConvergenceWarning, stacklevel=user_level())
