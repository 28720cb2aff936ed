"""``CVDisplay``: errors or scores of a cross-validation over alpha."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import is_regressor
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from .._cv import PathCV
from .._typing import Array, ArrayLike, Data, DataFrame, Panels
from . import sources, style


class CVDisplay:
    """Means over folds and their standard errors against alpha, the choices marked, support sizes above.

    Make one by :meth:`from_estimator`; all parameters are kept as attributes.

    Parameters
    ----------
    alphas : ndarray of shape (n_alphas,)
        In descending order.
    means : dict of {str: ndarray of shape (n_alphas,)}
        Means over folds, by the metrics' names. The vertical axes have these as words: 'mean squared error' for
        'mean_squared_error', 'negative max error' for 'neg_max_error'.
    errors : dict of {str: ndarray of shape (n_alphas,)}
        Their standard errors; NaN for a single fold.
    support_sizes : ndarray of shape (n_alphas,), default=None
        Numbers of nonzero coefficients.
    alpha_min, alpha_1se : float, default=None
        Alphas to mark.
    support_label : str, default='nonzero coefficients'
        What the support sizes are, for their axis.

    Attributes
    ----------
    ax_ : matplotlib Axes or ndarray of them
        Axes with the means; an array, one for each metric, where there are several.
    figure_ : matplotlib Figure
        Figure that they are in.
    errorbars_ : list of matplotlib ErrorbarContainer
        The means with their standard errors, one for each metric.
    marks_ : list of matplotlib Line2D
        The vertical lines at ``alpha_min`` and ``alpha_1se``, of all metrics.
    support_ax_ : matplotlib SecondaryAxis or None
        The axis at the top: the number of nonzero coefficients, of all rows or the median of the folds, as it says.

    See Also
    --------
    PathDisplay : The coefficients over the same alphas.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import CVDisplay, LassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> display = CVDisplay.from_estimator(LassoCV().fit(X, y))
    >>> [line.get_label() for line in display.marks_]
    ['alpha_min = 0.00375', 'alpha_1se = 0.187']
    """

    def __init__(
        self,
        alphas: Array,
        means: Mapping[str, Array],
        errors: Mapping[str, Array],
        *,
        support_sizes: Array | None = None,
        alpha_min: float | None = None,
        alpha_1se: float | None = None,
        support_label: str = "nonzero coefficients",
    ) -> None:
        self.alphas = alphas
        self.means = means
        self.errors = errors
        self.support_sizes = support_sizes
        self.alpha_min = alpha_min
        self.alpha_1se = alpha_1se
        self.support_label = support_label

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Data | None = None,
        y: ArrayLike | None = None,
        *,
        sample_weight: ArrayLike | None = None,
        ax: Panels = None,
        **kwargs: Any,
    ) -> Self:
        """Make the display of a fitted cross-validation, and plot it.

        Parameters
        ----------
        estimator : object
            A fitted :class:`LassoCV`; an :class:`ElasticNetCV`, for the l1_ratio that it chose; a
            :class:`PathSearchCV`, with a panel for each metric; or a GridSearchCV over alpha. Of a search over other
            parameters too, the alphas of the best point. Or a fitted Pipeline that ends in one of these, for what that
            has found (the steps before it have seen the rows held out).
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features), default=None
            Data that it was fitted to: for the support sizes of the path on all rows. None: the medians over folds,
            which a search does not keep.
        y : array-like of shape (n_samples,), default=None
            Target values, with X.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights of the rows, with X.
        ax : matplotlib Axes or array of them, default=None
            As in :meth:`plot`.
        **kwargs : dict
            As in :meth:`plot`.

        Returns
        -------
        display : CVDisplay
            The display, plotted.

        Raises
        ------
        TypeError, ValueError, NotFittedError
            Where the estimator is not a cross-validation over alpha, or is not fitted; on bad data; for one of X and y.
        """
        if (X is None) != (y is None):
            raise ValueError("X and y are both needed for the support sizes of the path, or none of them.")
        if X is None and sample_weight is not None:
            raise ValueError("sample_weight needs X and y: it is for the support sizes of the path.")
        last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
        if isinstance(last, PathCV):
            display = cls(**_of_path_cv(last))
        elif isinstance(last, sources.SEARCHES):
            display = cls(**_of_search(last))
        else:
            raise TypeError(
                "CVDisplay needs a LassoCV, an ElasticNetCV or a PathSearchCV of lassofit, a GridSearchCV over alpha, "
                f"or a Pipeline that ends in one, got {sources.with_end(estimator, last)}."
            )
        if X is not None:
            display.support_sizes = sources.path_of(estimator, X, y, display.alphas, sample_weight).df
            display.support_label = "nonzero coefficients (all rows)"
        return display.plot(ax, **kwargs)

    def plot(self, ax: Panels = None, **kwargs: Any) -> Self:
        """Plot the means.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            Axes to plot on, one for each metric; None: a new figure. An alpha of 0 has no place on the logarithmic
            scale and is left out.
        **kwargs : dict
            Passed on to matplotlib's ``errorbar``.

        Returns
        -------
        display : CVDisplay
            This display.

        Raises
        ------
        ImportError
            Without matplotlib.
        ValueError
            Where ``ax`` is not as many axes as there are metrics.
        """
        axes = style.axes_for(ax, len(self.means))
        kept = np.asarray(self.alphas) > 0
        alphas = np.asarray(self.alphas)[kept]
        if not len(alphas):
            raise ValueError("The only alpha is 0, which has no place on a logarithmic scale.")
        self.errorbars_, self.marks_ = [], []
        for k, (one, (name, mean)) in enumerate(zip(axes, self.means.items(), strict=True)):
            look = {"color": style.COLORS[0], "ecolor": style.GREY, "elinewidth": 1.0, "marker": "o", "markersize": 3}
            error = np.asarray(self.errors[name])[kept]
            bars = error if np.isfinite(error).any() else None
            style.alpha_axis(one, alphas)
            self.errorbars_.append(one.errorbar(alphas, np.asarray(mean)[kept], yerr=bars, **{**look, **kwargs}))
            named = style.mark_names(self.alpha_min, self.alpha_1se)
            marks = style.marks_of(one, {label: alpha if alpha > 0 else None for label, alpha in named.items()})
            if marks and k == 0:
                style.legend_above(one, marks)
            self.marks_ += marks
            one.set_ylabel(style.metric_label(name))
            if ax is None:  # of axes that are given, the labels are the caller's
                one.label_outer()
        self.support_ax_ = None
        if self.support_sizes is not None:
            sizes = np.asarray(self.support_sizes)[kept]
            self.support_ax_ = style.support_axis(axes[0], alphas, sizes, self.support_label)
        self.ax_, self.figure_ = style.told(axes)
        return self

    def to_frame(self) -> DataFrame:
        """Return what is plotted as a pandas data frame: a row an alpha, which is the index.

        Returns
        -------
        frame : pandas.DataFrame
            For each metric, columns of its mean and its standard error: its name after ``mean_`` and ``se_``. Then
            support_size, where the support sizes are known: a search does not keep any, so for one
            :meth:`from_estimator` needs X and y.

        Raises
        ------
        ImportError
            Without pandas.
        """
        pd = style.pandas()
        columns = {}
        for name, mean in self.means.items():
            columns[f"mean_{name}"], columns[f"se_{name}"] = mean, self.errors[name]
        if self.support_sizes is not None:
            columns["support_size"] = self.support_sizes
        return pd.DataFrame(columns, index=pd.Index(self.alphas, name="alpha"))


def _of_path_cv(estimator):
    """Return the display's parameters, of a LassoCV or an ElasticNetCV."""
    check_is_fitted(estimator)
    alphas, best = sources.grid_of(estimator), sources.chosen_ratio(estimator)
    name = "mean_squared_error" if estimator.scoring is None else estimator.scoring
    name = name if isinstance(name, str) else "score"
    sizes = np.reshape(
        estimator.df_path_, (-1, len(alphas), np.size(estimator.df_path_) // np.size(estimator.cv_mean_))
    )
    return {
        "alphas": alphas,
        "means": {name: np.atleast_2d(estimator.cv_mean_)[best]},
        "errors": {name: np.atleast_2d(estimator.cv_se_)[best]},
        "support_sizes": np.quantile(sizes[best], 0.5, axis=1, method="higher"),  # a number that there is
        "support_label": "nonzero coefficients (median of folds)",
        "alpha_min": estimator.alpha_min_,
        "alpha_1se": estimator.alpha_1se_,
    }


def _of_search(search):
    """Return the display's parameters, of a search: the cells that differ from the best one in alpha alone."""
    check_is_fitted(search)
    results = search.cv_results_
    params, name = results["params"], _alpha_among(results["params"])
    best = getattr(search, "best_params_", params[0])
    others = {key: value for key, value in best.items() if key != name}
    cells = np.array([i for i, cell in enumerate(params) if _differs_in(cell, name, others)])
    if not hasattr(search, "best_params_") and len(cells) < len(params):
        raise ValueError("A search over other parameters than alpha needs a best point: set refit to a metric's name.")
    alphas = np.array([params[i][name] for i in cells], dtype=np.float64)
    order = np.argsort(-alphas, kind="stable")
    cells, alphas = cells[order], alphas[order]
    metrics = [key.removeprefix("mean_test_") for key in results if key.startswith("mean_test_")]
    means = {metric: results[f"mean_test_{metric}"][cells] for metric in metrics}
    errors = {metric: np.full(len(cells), np.nan) for metric in metrics}  # of one fold there is none
    if search.n_splits_ > 1:
        errors = {metric: results[f"std_test_{metric}"][cells] / np.sqrt(search.n_splits_ - 1) for metric in metrics}
    found = {"alphas": alphas, "means": _named(means, search), "errors": _named(errors, search)}
    if isinstance(search, sources.PathSearchCV):
        marks = getattr(search, "alpha_min_", None), getattr(search, "alpha_1se_", None)
    else:
        by = search.refit if search.multimetric_ else "score"
        marks = (None, None) if callable(search.refit) or not by else _marks(alphas, means[by], errors[by])
    return {**found, "alpha_min": marks[0], "alpha_1se": marks[1]}


def _named(values, search):
    """Return the dict with the metric's own name, where a search of one metric calls it 'score'."""
    if list(values) != ["score"]:
        return values
    scoring = "r2" if search.scoring is None and is_regressor(search) else search.scoring
    return {scoring if isinstance(scoring, str) else "score": values["score"]}


def _alpha_among(params):
    """Return the name of the parameter that is alpha, of the cells of a search."""
    found = {key for cell in params for key in cell if key.split("__")[-1] == "alpha"}
    if len(found) != 1:
        raise ValueError(
            f"CVDisplay needs a search over one parameter alpha, got {sorted(found) or 'one over other parameters'}."
        )
    return found.pop()


def _differs_in(cell, name, others):
    """Return whether a cell has alpha, and all else as the best one."""
    if name not in cell or len(cell) != len(others) + 1:
        return False
    return all(
        key in cell and (cell[key] is value or np.array_equal(cell[key], value)) for key, value in others.items()
    )


def _marks(alphas, mean, error):
    """Return the alpha of the best mean score, and the largest one within a standard error of it."""
    best = int(np.nanargmax(mean))
    limit = mean[best] - error[best]
    return alphas[best], alphas[best if np.isnan(limit) else int(np.argmax(mean >= limit))]
