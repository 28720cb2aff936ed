"""What ``fit_path`` returns: the solutions on a grid of alphas, and at any other alpha exactly."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import Tags, TargetTags
from sklearn.utils.validation import validate_data

from ._engine import culprits, progress, validation  # none imports numba
from ._engine.threads import sparing
from ._typing import Array, ArrayLike, Data, DataFrame

_SAME = 8 * np.finfo(np.float64).eps  # relative: alphas this close are one number, rounded twice
_STATISTICS = ("df", "deviance_ratio", "dual_gap", "n_iter", "converged", "intercept")
_HEAD, _TAIL = 6, 2  # rows of the repr


class RegularizationPath:
    """The solutions of a lasso or an elastic net on a grid of alphas: what ``fit_path`` returns.

    All parameters but ``source`` are kept as attributes.

    Parameters
    ----------
    alphas : ndarray of shape (n_alphas,), float64
        In descending order.
    coefs : ndarray or csc_array of shape (n_features, n_alphas), dtype of X
        Coefficients, a column an alpha; sparse where X was sparse.
    intercepts : ndarray of shape (n_alphas,), dtype of X
        Intercepts.
    df : ndarray of shape (n_alphas,), int
        Number of nonzero coefficients; glmnet's ``df``.
    deviance_ratio : ndarray of shape (n_alphas,), float64
        Share of the deviance explained, glmnet's ``dev.ratio``: 1 - weighted sum of squared residuals / that of the
        null model, which is the weighted mean of y or, without an intercept, zero. 0 where y is constant.
    dual_gaps : ndarray of shape (n_alphas,), float64
        Certified bounds on the distances of the objective from its minimum, in the units of the objective, taken in
        float64 before ``coefs`` are rounded to the dtype of X.
    n_iters : ndarray of shape (n_alphas,), int
        Rounds of the active set plus sweeps at every alpha.
    converged : ndarray of shape (n_alphas,), bool
        Whether the relative dual gap is within ``tol``.
    source : object, default=None
        What ``coef_at`` solves with, from ``fit_path``; None: it knows the alphas of the grid alone.
    n_full_passes : int or None, default=None
        How often all of X was read: once for the column moments and X'y, once for the Gram matrix of all columns, or
        for each block of its rows, and every time that all columns were priced. Columns that were read by themselves do
        not count. None where some alpha was solved by itself, which is not counted: with ``solver='cd'``,
        ``selection='random'``, a given Gram matrix, or unpenalised features on wide or sparse X, at ``alpha=0``, for a
        single alpha, and from where memory, rounding or ``max_iter`` put an end to following the path.
    deviations : ndarray of shape (n_features,), float64, or None, default=None
        Standard deviations of the features (weighted, centred, 1/n), exactly 0 for constant ones; None if not known.
    standardize : bool, default=False
        Whether the penalty was on the scale of these.

    Attributes
    ----------
    n_features_in_ : int
        Number of features of X.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X had names that are all strings.

    See Also
    --------
    Lasso.fit_path, ElasticNet.fit_path : They make it.

    Notes
    -----
    For solves between the grid's alphas, the path keeps X, y and the weights: references, not copies (but for
    what the solver had to convert), so do not change them. A pickled or copied path has no data: it still knows the
    alphas of its grid, and no others.

    References
    ----------
    .. [1] J. Friedman, T. Hastie, R. Tibshirani, "Regularization paths for generalized linear models via coordinate
       descent", Journal of Statistical Software 33(1), 2010: the path, section 2.5.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import Lasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> path = Lasso(tol=1e-8).fit_path(X, y, alphas=[2.0, 1.0, 0.5])
    >>> print(path.alphas, path.df, path.deviance_ratio.round(3))
    [2.  1.  0.5] [2 3 4] [0.047 0.357 0.455]
    >>> coef, intercept = path.coef_at(0.7)
    >>> print(path.predict(X[:2], alpha=0.7).round(2))
    [188.62 101.35]
    """

    def __init__(
        self,
        alphas: Array,
        coefs: Any,
        intercepts: Array,
        df: Array,
        deviance_ratio: Array,
        dual_gaps: Array,
        n_iters: Array,
        converged: Array,
        source: Any = None,
        n_full_passes: int | None = None,
        deviations: Array | None = None,
        standardize: bool = False,
    ) -> None:
        self.alphas = alphas
        self.coefs = coefs
        self.intercepts = intercepts
        self.df = df
        self.deviance_ratio = deviance_ratio
        self.dual_gaps = dual_gaps
        self.n_iters = n_iters
        self.converged = converged
        self.n_full_passes = n_full_passes
        self.deviations = deviations
        self.standardize = standardize
        self.n_features_in_ = coefs.shape[0]
        self._source = source

    @sparing
    def coef_at(self, alpha: float) -> tuple[Array, np.floating[Any]]:
        """Return the coefficients and the intercept at any alpha, exactly: nothing is interpolated.

        At an alpha of the grid they are the grid's; elsewhere the problem is solved, starting from the next larger
        alpha of the grid, to the ``tol`` of the estimator.

        Parameters
        ----------
        alpha : float
            Strength of the penalty, >= 0: between the alphas of the grid, or above or below them.

        Returns
        -------
        coef : ndarray of shape (n_features,), dtype of X
            Coefficients.
        intercept : float
            Intercept.

        Raises
        ------
        TypeError, ValueError
            Where ``alpha`` is not a finite number >= 0, or not of the grid of a path that was pickled or copied.

        Warns
        -----
        ConvergenceWarning
            Where a solve does not reach ``tol``.

        Examples
        --------
        >>> from lassofit import Lasso
        >>> path = Lasso().fit_path([[0, 0], [1, 1], [2, 2]], [0, 1, 2], alphas=[0.5, 0.1])
        >>> coef, intercept = path.coef_at(0.2)
        >>> print(coef.round(4), round(float(intercept), 4))
        [0.7 0. ] 0.3
        """
        validation.check_parameters({"alpha": alpha})
        alpha = float(alpha)
        here = np.flatnonzero(np.abs(self.alphas - alpha) <= _SAME * alpha)
        if len(here):
            return self._column(here[0]), self.intercepts[here[0]]
        if self._source is None:
            raise ValueError(
                f"alpha={alpha:g} is not on the grid, and a RegularizationPath that was pickled or copied has no data "
                "to solve for it. Choose one of its alphas, or call fit_path again."
            )
        larger = np.count_nonzero(self.alphas > alpha)
        start = self._column(larger - 1).astype(np.float64) if larger else None
        solution = self._source.solve(alpha, start)
        if not solution.converged:
            progress.warn_not_converged(solution, self._source.control, f" (at alpha={alpha:.6g})")
        support = solution.support
        parts = self._source.rounded([support], [solution.w[support]], [solution.intercept])
        (support,), (values,), (intercept,) = parts
        coef = np.zeros(self.n_features_in_, dtype=values.dtype)
        coef[support] = values
        return coef, intercept

    def _column(self, i):
        """Return a copy of the coefficients at the i-th alpha, dense."""
        column = self.coefs[:, [i]]
        return (column.toarray() if sparse.issparse(column) else column).ravel()

    def predict(self, X: Data, alpha: ArrayLike) -> Array:
        """Return the predictions at one alpha, or at several.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data.
        alpha : float or array-like of shape (n,)
            As in ``coef_at``; ``path.alphas`` for all of the grid.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n)
            Predictions; a column an alpha where there are several.

        Raises
        ------
        TypeError, ValueError
            As ``coef_at``, and where X has other features than those that the path was fitted on.
        """
        X = culprits.naming(partial(validate_data, self), X, accept_sparse=["csr", "csc", "coo"], reset=False)
        asked: Any = alpha  # one, or several
        coef: Any
        intercept: Any
        if np.ndim(asked) == 0:
            coef, intercept = self.coef_at(asked)
        elif np.ndim(asked) == 1 and len(asked) > 0:
            found, intercept = zip(*map(self.coef_at, asked), strict=True)
            supports = [np.flatnonzero(coef) for coef in found]
            values = [coef[support] for coef, support in zip(found, supports, strict=True)]
            coef = stacked(supports, values, self.n_features_in_, sparse.issparse(self.coefs))
        else:
            raise ValueError(f"alpha must be a number or a sequence of at least one, got {alpha!r}.")
        product: Any = X @ coef
        return (product.toarray() if sparse.issparse(product) else product) + np.asarray(intercept)

    def to_frame(self) -> DataFrame:
        """Return the path as a pandas data frame: a row an alpha, which is the index.

        Returns
        -------
        frame : pandas.DataFrame
            Columns df, deviance_ratio, dual_gap, n_iter, converged and intercept, then the coefficients by
            feature name (x0, x1, ... where X had none), as sparse columns where ``coefs`` is sparse. Where a feature
            has the name of one of the first six, these get an underscore appended.

        Raises
        ------
        ImportError
            Without pandas.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("to_frame needs pandas: python -m pip install pandas") from error
        names = list(getattr(self, "feature_names_in_", [f"x{j}" for j in range(self.n_features_in_)]))
        index = pd.Index(self.alphas, name="alpha")
        values = (self.df, self.deviance_ratio, self.dual_gaps, self.n_iters, self.converged, self.intercepts)
        heads = [f"{name}_" if name in names else name for name in _STATISTICS]
        table = pd.DataFrame(dict(zip(heads, values, strict=True)), index=index)
        make = pd.DataFrame.sparse.from_spmatrix if sparse.issparse(self.coefs) else pd.DataFrame
        return pd.concat([table, make(self.coefs.T, index=index, columns=names)], axis=1)

    def __repr__(self) -> str:
        k, missed = len(self.alphas), int((~self.converged).sum())
        state = f"{missed} not converged" if missed else "all converged"
        if self.n_full_passes is not None:
            state += f", {self.n_full_passes} full pass{'es' if self.n_full_passes > 1 else ''} over X"
        lines = [
            f"RegularizationPath: {k} alphas, {self.n_features_in_} features, {state}",
            "       alpha      df  deviance_ratio   dual_gap  n_iter",
        ]
        for i in range(k):
            if i < _HEAD or i >= k - _TAIL:
                lines.append(
                    f"{self.alphas[i]:12.6g}  {self.df[i]:6d}  {self.deviance_ratio[i]:14.4f}  "
                    f"{self.dual_gaps[i]:9.2e}  {self.n_iters[i]:6d}"
                )
            elif i == _HEAD:
                lines.append(f"{'...':>12}")
        return "\n".join(lines)

    def __sklearn_tags__(self):
        """Return the tags by which scikit-learn's ``validate_data`` checks X."""
        return Tags(estimator_type="regressor", target_tags=TargetTags(required=False))

    def __getstate__(self):
        """Leave the data behind in pickles and copies."""
        return {**self.__dict__, "_source": None}


def stacked(supports, values, p, as_sparse):
    """Return columns, each given by its support and the values there, as one array of p rows."""
    pointers = np.cumsum([0, *map(len, supports)])
    coefs = sparse.csc_array((np.concatenate(values), np.concatenate(supports), pointers), shape=(p, len(supports)))
    return coefs if as_sparse else coefs.toarray(order="F")
