"""``SupportDisplay``: which coefficients are nonzero, which zeros are proven, and which are within the gap."""

from __future__ import annotations

import warnings
from copy import copy
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted, validate_data

from .._base import CoordinateRegressor
from .._cv import PathCV
from .._engine import validation
from .._engine.calling import user_level
from .._typing import Array, ArrayLike, Axes, Data, DataFrame, Names
from . import sources, style

# From the front: the legend's names, and markers that differ in shape as well as in colour.
STATES = {"nonzero": ("o", 0), "zero, within the gap": ("s", 1), "zero, proven": ("x", 2)}
_NAMED = 25  # features whose names fit on the axis
_ROOM = 45  # characters of names side by side, as long as the longest; more are slanted
_OTHER = 1.1  # of the bound: a proven zero beyond it is that of other data
_LINEAR = 200  # more ranks than these need a logarithmic scale


class SupportDisplay:
    """Correlations of the features with the residual against their bound: nonzero, proven zero, or undecided.

    The correlation of a feature with the residual is at most its penalty, and equal to it where its coefficient is not
    zero. A zero is proven where the correlation is so far below that no solution within the dual gap can have another
    value (``proven_zero_``); the other zeros might be nonzero in a solution that is as good, as far as the gap tells.
    Make one by :meth:`from_estimator`; all parameters are kept as attributes.

    Parameters
    ----------
    ratios : ndarray of shape (n_features,)
        ``|c_j - l2_j w_j| / l1_j``, in the notation of ``docs/how_it_works.rst``: for the plain lasso the correlation
        ``|x_j'r| / n`` over alpha. NaN where there is no such bound, for a feature without an L1 penalty or excluded. 0
        where the correlation pulls a zero against a bound of its coefficient.
    coef : ndarray of shape (n_features,)
        Coefficients.
    proven_zero : ndarray of shape (n_features,), bool
        Which zeros are proven.
    feature_names : array-like of shape (n_features,), default=None
        Names of the features; None: x0, x1, ...

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the points: the features by state, and in each by falling ratio. Up to 25 have their names below; of
        more than 200, the places are on a logarithmic scale.
    figure_ : matplotlib Figure
        Figure that they are in.
    points_ : dict of {str: matplotlib Line2D}
        The points of 'nonzero', 'zero, within the gap' and 'zero, proven'. Their labels in the legend count all
        features, those without a ratio too.
    bound_ : matplotlib Line2D
        The line at 1.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import Lasso, SupportDisplay
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> display = SupportDisplay.from_estimator(Lasso(alpha=0.5).fit(X, y), X, y)
    >>> [line.get_label() for line in display.points_.values()]
    ['nonzero: 4', 'zero, within the gap: 0', 'zero, proven: 6']
    """

    def __init__(self, ratios: Array, coef: Array, proven_zero: Array, *, feature_names: Names = None) -> None:
        self.ratios = ratios
        self.coef = coef
        self.proven_zero = proven_zero
        names = [f"x{j}" for j in range(len(ratios))] if feature_names is None else feature_names
        if len(names) != len(ratios):
            raise ValueError(f"feature_names must have {len(ratios)} names, one a feature, got {len(names)}.")
        self.feature_names = np.asarray(names, dtype=object)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Data,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        feature_names: Names = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute the correlations of a fitted estimator, and plot them.

        Parameters
        ----------
        estimator : object
            A fitted :class:`Lasso`, :class:`ElasticNet`, :class:`LassoCV` or :class:`ElasticNetCV`, of one target; a
            fitted Pipeline that ends in one of these; a fitted TransformedTargetRegressor around these; a fitted
            :class:`PathSearchCV` or GridSearchCV over these, for its ``best_estimator_``.
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data that it was fitted to; of a Pipeline, before its first step.
        y : array-like of shape (n_samples,)
            Target values.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights of the fit.
        feature_names : array-like of shape (n_features,), default=None
            Names of the features; None: those that the estimator has seen, or of a Pipeline those that its steps make,
            or x0, x1, ...
        ax : matplotlib Axes, default=None
            As in :meth:`plot`.
        **kwargs : dict
            As in :meth:`plot`.

        Returns
        -------
        display : SupportDisplay
            The display, plotted.

        Raises
        ------
        TypeError, ValueError, NotFittedError
            Where the estimator has no ``proven_zero_``, is not fitted, or to several targets; on bad data.

        Warns
        -----
        UserWarning
            Where X, y or sample_weight cannot be those of the fit.
        """
        model = sources.model_of(estimator)
        if not isinstance(model, CoordinateRegressor | PathCV):
            raise TypeError(
                "SupportDisplay needs a Lasso, an ElasticNet, a LassoCV or an ElasticNetCV of lassofit, with "
                "proven_zero_, a Pipeline that ends in one, a TransformedTargetRegressor around one, or a search over "
                f"these, got {sources.with_end(estimator, model)}."
            )
        check_is_fitted(model)
        estimator, X, y, names = sources.unwrapped(estimator, X, y)
        if np.ndim(estimator.proven_zero_) == 2:
            raise ValueError(
                "SupportDisplay shows one target, but the estimator was fitted to several. Fit one by one."
            )
        coef = np.asarray(estimator.coef_).ravel()
        ratios = _ratios(estimator, X, y, sample_weight, coef)
        if estimator.converged_ and (ratios[np.asarray(estimator.proven_zero_)] > _OTHER).any():
            text = "X, y or sample_weight are not those of the fit: features that it proved zero are beyond the bound."
            warnings.warn(text, UserWarning, stacklevel=user_level())
        if feature_names is None:
            feature_names = getattr(estimator, "feature_names_in_", names)
        return cls(ratios, coef, estimator.proven_zero_, feature_names=feature_names).plot(ax, **kwargs)

    def plot(self, ax: Axes | None = None, **kwargs: Any) -> Self:
        """Plot the ratios.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on; None: a new figure.
        **kwargs : dict
            Passed on to matplotlib's ``plot`` for the points.

        Returns
        -------
        display : SupportDisplay
            This display.

        Raises
        ------
        ImportError
            Without matplotlib.
        """
        (ax,) = style.axes_for(ax)
        order, states = self._order(), self._states()
        ranks = np.arange(1, len(order) + 1)
        self.bound_ = ax.axhline(1.0, color=style.ink(ax), linestyle="--", linewidth=1, zorder=1, label="the bound")
        self.points_ = {}
        for state, (marker, k) in STATES.items():
            which = states[order] == state
            look: dict[str, Any] = {"marker": marker, "color": style.COLORS[k], "linestyle": "none", "zorder": 4 - k}
            look["label"] = f"{state}: {np.count_nonzero(states == state)}"
            look = {**look, "markersize": 6 if len(order) <= _LINEAR else 4, **kwargs}
            (self.points_[state],) = ax.plot(ranks[which], self.ratios[order][which], **look)
        if not len(order):
            why = "no feature has a bound to compare with"
            ax.text(0.5, 0.55, why, transform=ax.transAxes, ha="center", color=style.ink(ax))
        ax.set_ylabel("|correlation with the residual| / penalty")
        ax.set_ylim(bottom=-0.03)
        style.legend_above(ax, [*self.points_.values(), self.bound_])
        if len(order) <= _NAMED:
            names = style.shortened(self.feature_names[order])
            slant: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
            slant = slant if max(map(len, names), default=0) * len(names) > _ROOM else {}
            ax.set_xticks(ranks, labels=names, parse_math=False, **slant)
        else:
            ax.set_xscale("log" if len(order) > _LINEAR else "linear")
            ax.set_xlabel("features, by state and falling ratio")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def to_frame(self) -> DataFrame:
        """Return what is plotted as a pandas data frame: a row a feature, in the order of the plot.

        Returns
        -------
        frame : pandas.DataFrame
            Columns ratio, coef and state, which is 'nonzero', 'zero, within the gap' or 'zero, proven'; the index has
            the features' names. Features without a ratio, which are not plotted, come last.

        Raises
        ------
        ImportError
            Without pandas.
        """
        pd = style.pandas()
        order = np.concatenate([self._order(), np.flatnonzero(np.isnan(self.ratios))])
        columns = {"ratio": self.ratios[order], "coef": self.coef[order], "state": self._states()[order]}
        return pd.DataFrame(columns, index=pd.Index(self.feature_names[order], name="feature"))

    def _order(self):
        """Return the features with a ratio by state, and in each by falling ratio."""
        shown = np.flatnonzero(~np.isnan(self.ratios))
        place = np.where(self.coef != 0, 0, np.where(self.proven_zero, 2, 1))
        return shown[np.lexsort((-self.ratios[shown], place[shown]))]

    def _states(self):
        """Return the state of every feature."""
        nonzero, undecided, proven = STATES
        return np.where(self.coef != 0, nonzero, np.where(self.proven_zero, proven, undecided)).astype(object)


def _ratios(estimator, X, y, sample_weight, coef):
    """Return what ``SupportDisplay`` has as ratios."""
    validate_data(estimator, X, reset=False, skip_check_array=True)
    model = copy(sources.chosen_model(estimator) if isinstance(estimator, PathCV) else estimator)
    model.precompute = False  # no product of X with itself is needed
    X, y = validation.check_data(model, X, y)
    y = y.ravel()
    problem, (l1, l2, lo, hi), _ = model._set_up(X, sample_weight, y)
    w = coef.astype(np.float64)
    pull = problem.correlate(problem.s * problem.residual_at(w)) - l2 * w
    pull[(np.where(pull > 0, hi, lo) == 0) & (w == 0)] = 0.0
    bounded = (l1 > 0) & np.isfinite(l1) & (lo < hi)
    return np.divide(np.abs(pull), l1, out=np.full(len(w), np.nan), where=bounded)
