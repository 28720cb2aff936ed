"""``PathDisplay``: the coefficients of a path."""

from __future__ import annotations

from typing import Any, Literal, Self, TypeAlias

import numpy as np

from .._regularization_path import RegularizationPath
from .._typing import ArrayLike, Axes, Data, DataFrame, Names
from . import coefficients, sources, style

Horizontal: TypeAlias = Literal["alpha", "l1_norm", "deviance_ratio"]
Units: TypeAlias = Literal["data", "sd"] | None
_AXES = {"alpha": "alpha (log scale)", "l1_norm": "L1 norm of the coefficients", "deviance_ratio": "deviance ratio"}
_PER_SD = " per standard deviation"


class PathDisplay:
    """Coefficients of a lasso or an elastic net, against alpha, their L1 norm or the deviance that they explain.

    Make one by :meth:`from_estimator` or :meth:`from_path`; all parameters are kept as attributes.

    Parameters
    ----------
    path : RegularizationPath
        The path, as ``fit_path`` returns it.
    feature_names : array-like of shape (n_features,), default=None
        Names of the features; None: those that the path knows, or x0, x1, ...
    alpha_min, alpha_1se : float, default=None
        Alphas to mark, such as those of a :class:`LassoCV`; within the path's.
    alpha : float, default=None
        The alpha that was chosen, such as ``alpha_`` of a :class:`LassoCV`; within the path's. The leading features are
        then those of the model there. It is marked too, where it is neither ``alpha_min`` nor ``alpha_1se``.
    units : {'data', 'sd'}, default=None
        What the coefficients are per: a unit of the data, or a standard deviation of the feature, so that they can be
        compared whatever the features' units are. None: 'sd' where they were penalised so (``standardize=True``), else
        'data'.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the paths.
    figure_ : matplotlib Figure
        Figure that they are in.
    lines_ : list of matplotlib Line2D
        The leading features' lines, in this order: those with the largest effects at ``alpha``, and none that is zero
        there; without an ``alpha``, at the path's last. An effect is a coefficient times its feature's standard
        deviation in either units, so that none leads by its units; the coefficient alone where the path does not know
        the deviations. Between two alphas of the path, coefficients are interpolated. A line's label is its feature's
        name.
    labels_ : list of matplotlib Text
        Their names, as many as fit.
    others_ : matplotlib LineCollection or None
        The lines of all other features that are nonzero somewhere.
    marks_ : list of matplotlib Line2D
        The vertical lines at ``alpha_min``, ``alpha_1se`` and ``alpha``.
    support_ax_ : matplotlib SecondaryAxis
        The axis at the top: the number of nonzero coefficients.

    Raises
    ------
    TypeError, ValueError
        Where ``path`` is no path, the names are not one for each feature, or an alpha to mark is not within the path;
        for 'sd' where the path does not know the deviations.

    See Also
    --------
    CVDisplay : The errors that ``alpha_min`` and ``alpha_1se`` come from.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import LassoCV, PathDisplay
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> display = PathDisplay.from_estimator(LassoCV().fit(X, y), X, y)
    >>> [line.get_label() for line in display.lines_[:3]]
    ['s5', 's1', 'bmi']
    """

    def __init__(
        self,
        path: RegularizationPath,
        *,
        feature_names: Names = None,
        alpha_min: float | None = None,
        alpha_1se: float | None = None,
        alpha: float | None = None,
        units: Units = None,
    ) -> None:
        if not isinstance(path, RegularizationPath):
            raise TypeError(f"path must be a RegularizationPath, as fit_path returns it, got {type(path).__name__}.")
        names = getattr(path, "feature_names_in_", None) if feature_names is None else feature_names
        if names is None:
            names = [f"x{j}" for j in range(path.n_features_in_)]
        if len(names) != path.n_features_in_:
            raise ValueError(f"feature_names must have {path.n_features_in_} names, one a feature, got {len(names)}.")
        for name, mark in (("alpha_min", alpha_min), ("alpha_1se", alpha_1se), ("alpha", alpha)):
            if mark is not None and not path.alphas[-1] * (1 - 1e-9) <= mark <= path.alphas[0] * (1 + 1e-9):
                within = f"{path.alphas[-1]:g} to {path.alphas[0]:g}"
                raise ValueError(f"{name} must be within the path's alphas, {within}, got {mark!r}.")
        self.path = path
        self.feature_names = np.asarray(names, dtype=object)
        self.alpha_min = alpha_min
        self.alpha_1se = alpha_1se
        self.alpha = alpha
        self.units = units
        coefficients.scale_of(path, units)  # or raise

    @classmethod
    def from_path(
        cls,
        path: RegularizationPath,
        *,
        feature_names: Names = None,
        alpha_min: float | None = None,
        alpha_1se: float | None = None,
        alpha: float | None = None,
        units: Units = None,
        x: Horizontal = "alpha",
        n_labels: int = 10,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Make the display of a path, and plot it.

        Parameters
        ----------
        path : RegularizationPath
            The path, as ``fit_path`` returns it.
        feature_names : array-like of shape (n_features,), default=None
            As in :class:`PathDisplay`.
        alpha_min, alpha_1se, alpha : float, default=None
            As in :class:`PathDisplay`.
        units : {'data', 'sd'}, default=None
            As in :class:`PathDisplay`.
        x : {'alpha', 'l1_norm', 'deviance_ratio'}, default='alpha'
            As in :meth:`plot`.
        n_labels : int, default=10
            As in :meth:`plot`.
        ax : matplotlib Axes, default=None
            As in :meth:`plot`.
        **kwargs : dict
            As in :meth:`plot`.

        Returns
        -------
        display : PathDisplay
            The display, plotted.

        Raises
        ------
        ImportError, TypeError, ValueError
            Without matplotlib; on bad parameters, as :class:`PathDisplay` and :meth:`plot`.

        Examples
        --------
        >>> from sklearn.datasets import load_diabetes
        >>> from lassofit import Lasso, PathDisplay
        >>> path = Lasso().fit_path(*load_diabetes(return_X_y=True), alphas=20)
        >>> display = PathDisplay.from_path(path, x="l1_norm", n_labels=4)
        >>> [text.get_text() for text in display.labels_]
        ['x8', 'x4', 'x2', 'x5']
        """
        marks = {"alpha_min": alpha_min, "alpha_1se": alpha_1se, "alpha": alpha}
        display = cls(path, feature_names=feature_names, units=units, **marks)
        return display.plot(ax, x=x, n_labels=n_labels, **kwargs)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Data,
        y: ArrayLike,
        *,
        alphas: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        feature_names: Names = None,
        units: Units = None,
        x: Horizontal = "alpha",
        n_labels: int = 10,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Solve the path of an estimator on all rows, and plot it.

        Parameters
        ----------
        estimator : object
            A :class:`Lasso` or :class:`ElasticNet`, fitted or not; a fitted :class:`LassoCV` or :class:`ElasticNetCV`;
            a fitted Pipeline that ends in one of these, or a TransformedTargetRegressor around one, whose coefficients
            are then those of the transformed target; a fitted :class:`PathSearchCV` or GridSearchCV over these, for the
            path of ``best_estimator_``. ``alpha_min_`` and ``alpha_1se_`` are marked, where it has them and they are
            within ``alphas``; the leading features are those at the alpha that it chose.
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data; with the features that the estimator was fitted to, if it is.
        y : array-like of shape (n_samples,)
            Target values.
        alphas : int or array-like, default=None
            As in :meth:`Lasso.fit_path`. None: the grid of the cross-validation, or 100.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights of the rows.
        feature_names : array-like of shape (n_features,), default=None
            As in :class:`PathDisplay`.
        units : {'data', 'sd'}, default=None
            As in :class:`PathDisplay`.
        x : {'alpha', 'l1_norm', 'deviance_ratio'}, default='alpha'
            As in :meth:`plot`.
        n_labels : int, default=10
            As in :meth:`plot`.
        ax : matplotlib Axes, default=None
            As in :meth:`plot`.
        **kwargs : dict
            As in :meth:`plot`.

        Returns
        -------
        display : PathDisplay
            The display, plotted.

        Raises
        ------
        TypeError, ValueError, NotFittedError
            Where the estimator has no path, or is not fitted; on bad data or alphas.
        """
        path = sources.path_of(estimator, X, y, alphas, sample_weight)
        source = estimator if hasattr(estimator, "alpha_min_") else sources.model_of(estimator)
        marks = {name: getattr(source, f"{name}_", None) for name in ("alpha_min", "alpha_1se")}
        marks["alpha"] = sources.chosen_alpha(estimator)
        # Of another grid than the cross-validation's, not all may be there.
        marks = {n: a for n, a in marks.items() if a is not None and path.alphas[-1] <= a <= path.alphas[0]}
        return cls(path, feature_names=feature_names, units=units, **marks).plot(ax, x=x, n_labels=n_labels, **kwargs)

    def plot(self, ax: Axes | None = None, *, x: Horizontal = "alpha", n_labels: int = 10, **kwargs: Any) -> Self:
        """Plot the paths.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on; None: a new figure.
        x : {'alpha', 'l1_norm', 'deviance_ratio'}, default='alpha'
            What the horizontal axis has. 'alpha': on a logarithmic scale, falling to the right; an alpha of 0 has no
            place there and is left out.
        n_labels : int, default=10
            How many leading features have a colour and a label.
        **kwargs : dict
            Passed on to matplotlib's ``plot`` for the leading features' lines.

        Returns
        -------
        display : PathDisplay
            This display.

        Raises
        ------
        ImportError
            Without matplotlib.
        ValueError
            On bad parameters.
        """
        style.choose("x", x, tuple(_AXES))
        if isinstance(n_labels, bool) or not isinstance(n_labels, int | np.integer) or n_labels < 0:
            raise ValueError(f"n_labels must be an integer >= 0, got {n_labels!r}.")
        scale = coefficients.scale_of(self.path, self.units)
        named = style.mark_names(self.alpha_min, self.alpha_1se, self.alpha)
        at, marks = coefficients.positions(self.path, x, scale, named)
        (ax,) = style.axes_for(ax)
        rows, values = coefficients.nonzero(self.path, scale)
        kept = np.isfinite(at)
        there = values[:, kept][:, -1] if self.alpha is None else coefficients.at_alpha(self.path, values, self.alpha)
        at, values = at[kept], values[:, kept]
        leading = coefficients.leading(self.path, rows, there, scale, n_labels)
        coefficients.limits(ax, x, at)
        ax.plot([ax.get_xlim()[0], at[-1]], [0.0, 0.0], color=style.GREY, linewidth=0.8, zorder=1)  # short of labels
        self.others_ = coefficients.others(ax, at, np.delete(values, leading, axis=0))
        dot = {"marker": "o"} if len(at) == 1 else {}
        self.lines_ = [
            ax.plot(at, values[i], **{"label": self.feature_names[rows[i]], **style.look(k), **dot, **kwargs})[0]
            for k, i in enumerate(leading)
        ]
        if not len(rows):
            ax.set_ylim(-1.0, 1.0)
            ax.text(0.5, 0.55, "all coefficients are zero", transform=ax.transAxes, ha="center", color=style.ink(ax))
        self.marks_ = style.marks_of(ax, marks)
        if self.marks_:
            style.legend_above(ax, self.marks_)
        names, colors = self.feature_names[rows[leading]], [line.get_color() for line in self.lines_]
        self.labels_ = style.end_labels(ax, at[-1], values[leading, -1], names, colors) if len(leading) else []
        self.support_ax_ = style.support_axis(ax, at, self.path.df[kept])
        per = "" if scale is None else _PER_SD
        ax.set_xlabel(_AXES[x] + per * (x == "l1_norm"))
        ax.set_ylabel("coefficient" + per)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def to_frame(self) -> DataFrame:
        """Return what is plotted as a pandas data frame: a row an alpha, which is the index.

        Returns
        -------
        frame : pandas.DataFrame
            Columns l1_norm, deviance_ratio and support_size, then the coefficients, by name and in ``units``, of the
            features that are nonzero somewhere.

        Raises
        ------
        ImportError
            Without pandas.
        """
        pd = style.pandas()
        scale = coefficients.scale_of(self.path, self.units)
        rows, values = coefficients.nonzero(self.path, scale)
        index = pd.Index(self.path.alphas, name="alpha")
        norms = coefficients.l1_norms(self.path, scale)
        known = {"l1_norm": norms, "deviance_ratio": self.path.deviance_ratio, "support_size": self.path.df}
        coefs = pd.DataFrame(values.T, index=index, columns=list(self.feature_names[rows]))
        return pd.concat([pd.DataFrame(known, index=index), coefs], axis=1)
