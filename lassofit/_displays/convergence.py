"""``ConvergenceDisplay``: what fits have recorded on their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._typing import Array, DataFrame, Panels
from . import sources, style

_Y = {"dual_gap": "dual gap", "objective": "objective", "support_size": "nonzero coefficients"}
_FRAME = ("iteration", "seconds", "objective", "dual_gap", "support_size")


class ConvergenceDisplay:
    """Dual gap, objective and support size of fits on their way, by iteration, epoch or time.

    Make one by :meth:`from_estimator`; the parameter is kept as an attribute.

    Parameters
    ----------
    histories : dict of {str: dict of ndarray}
        The ``history_`` of each fit, by its name.

    Attributes
    ----------
    ax_ : matplotlib Axes or ndarray of them
        Axes with the lines; an array, one for each quantity, where there are several.
    figure_ : matplotlib Figure
        Figure that they are in.
    lines_ : list of matplotlib Line2D
        The lines: of all fits in the first axes, then of all in the next.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import ConvergenceDisplay, Lasso, SGDLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> fits = {"exact": Lasso(alpha=0.1).fit(X, y), "SGD": SGDLasso(alpha=0.1, random_state=0).fit(X, y)}
    >>> display = ConvergenceDisplay.from_estimator(fits, y="objective")
    >>> [line.get_label() for line in display.lines_], display.ax_.get_xlabel()
    (['exact', 'SGD'], 'iteration or epoch')
    """

    def __init__(self, histories: Mapping[str, Mapping[str, Array]]) -> None:
        self.histories = histories

    @classmethod
    def from_estimator(
        cls,
        estimators: Any,
        *data: Any,
        x: Literal["iteration", "seconds"] = "iteration",
        y: str | Sequence[str] | None = None,
        ax: Panels = None,
        **kwargs: Any,
    ) -> Self:
        """Make the display of fitted estimators, and plot it.

        Parameters
        ----------
        estimators : estimator, list of estimators, or dict of {str: estimator}
            Fitted :class:`Lasso`, :class:`ElasticNet` or :class:`SGDLasso`; a Pipeline that ends in one, a
            TransformedTargetRegressor around one, or a search over these, for its ``best_estimator_``. A dict names
            their lines; otherwise these have the names of the classes. Of a fit to several targets, each has a line.
        *data : tuple
            Nothing: unlike the other displays, this one takes no data, since the fits have recorded all of it.
        x : {'iteration', 'seconds'}, default='iteration'
            As in :meth:`plot`.
        y : {'dual_gap', 'objective', 'support_size'} or sequence of them, default=None
            As in :meth:`plot`.
        ax : matplotlib Axes or array of them, default=None
            As in :meth:`plot`.
        **kwargs : dict
            As in :meth:`plot`.

        Returns
        -------
        display : ConvergenceDisplay
            The display, plotted.

        Raises
        ------
        TypeError, ValueError, NotFittedError
            Where an estimator has no ``history_``, or one without entries, as after ``partial_fit`` alone; where it is
            not fitted; where data are given, or several estimators not in a list or a dict.
        """
        if data or "X" in kwargs:
            raise TypeError(
                "ConvergenceDisplay.from_estimator takes fitted estimators and no data: from_estimator(model), or a "
                "list or a dict of several models."
            )
        if not isinstance(estimators, dict):
            listed = list(estimators) if isinstance(estimators, list | tuple) else [estimators]
            estimators = dict(zip(_names(listed), listed, strict=True))
        if not estimators:
            raise ValueError("estimators must be at least one fitted estimator, got none.")
        histories = {}
        for name, estimator in estimators.items():
            histories.update(_histories(str(name), estimator))
        return cls(histories).plot(ax, x=x, y=y, **kwargs)

    def plot(
        self,
        ax: Panels = None,
        *,
        x: Literal["iteration", "seconds"] = "iteration",
        y: str | Sequence[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot what was recorded.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            Axes to plot on, one for each quantity in ``y``; None: a new figure.
        x : {'iteration', 'seconds'}, default='iteration'
            What the horizontal axis has: rounds and sweeps, of :class:`SGDLasso` epochs; or the time since the fit
            began, which for the first fit of its kind in a process includes compiling.
        y : {'dual_gap', 'objective', 'support_size'} or sequence of them, default=None
            What the vertical axis has; each of several has a panel. None: the dual gap where all fits know it, else the
            objective. The gap is on a logarithmic scale, which a gap of 0 leaves at the bottom. :class:`SGDLasso` knows
            it with ``verbose=2``.
        **kwargs : dict
            Passed on to matplotlib's ``plot``.

        Returns
        -------
        display : ConvergenceDisplay
            This display.

        Raises
        ------
        ImportError
            Without matplotlib.
        ValueError
            On bad parameters; where the dual gap is asked for and a fit does not know it.
        """
        style.choose("x", x, ("iteration", "seconds"))
        without = [name for name, history in self.histories.items() if np.isnan(history["dual_gap"]).all()]
        if y is None:
            y = "objective" if without else "dual_gap"
        asked = [y] if isinstance(y, str) else list(y)
        if not asked:
            raise ValueError("y must be one quantity or more, got none.")
        for one in asked:
            style.choose("y", one, tuple(_Y))
        if "dual_gap" in asked and without:
            raise ValueError(
                f"{', '.join(without)}: the dual gap is not known. Fit SGDLasso with verbose=2, or use y='objective'."
            )
        axes = style.axes_for(ax, len(asked))
        self.lines_ = [
            self._line(one, k, name, x, what, kwargs)
            for one, what in zip(axes, asked, strict=True)
            for k, name in enumerate(self.histories)
        ]
        for one, what in zip(axes, asked, strict=True):
            if what == "dual_gap" and any((line.get_ydata() > 0).any() for line in one.get_lines()):
                one.set_yscale("log")
            if what == "support_size":
                style.whole_numbers(one.yaxis)
            if x == "iteration":
                style.whole_numbers(one.xaxis)
            one.set_xlabel("seconds" if x == "seconds" else self._unit())
            one.set_ylabel(_Y[what])
            if ax is None:  # of axes that are given, the labels are the caller's
                one.label_outer()
        if len(self.histories) > 1:
            style.legend_above(axes[0], self.lines_[: len(self.histories)])
        self.ax_, self.figure_ = style.told(axes)
        return self

    def to_frame(self) -> DataFrame:
        """Return what was recorded as a pandas data frame.

        Returns
        -------
        frame : pandas.DataFrame
            A row a record: columns estimator, iteration, seconds, objective, dual_gap and support_size.

        Raises
        ------
        ImportError
            Without pandas.
        """
        pd = style.pandas()
        parts = [
            pd.DataFrame({"estimator": name, **{key: history[key] for key in _FRAME}})
            for name, history in self.histories.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def _line(self, ax, k, name, x, y, kwargs):
        """Draw the k-th fit's line, and return it."""
        history = self.histories[name]
        look = {"marker": style.MARKERS[k % len(style.MARKERS)], "markersize": 4, "label": name, **style.look(k)}
        look["markevery"] = max(1, len(history[x]) // 12)
        return ax.plot(history[x], history[y], **{**look, **kwargs})[0]

    def _unit(self):
        """Return what is counted: only the epochs of stochastic descent have a loss beside the objective."""
        kinds = {"epoch" if "loss" in history else "iteration" for history in self.histories.values()}
        return "iteration or epoch" if len(kinds) == 2 else kinds.pop()


def _names(estimators):
    """Return the names of the classes, numbered where there are several of one."""
    models = [sources.model_of(estimator) for estimator in estimators]
    names = [(model if isinstance(model, type) else type(model)).__name__ for model in models]
    return [f"{name} {names[: i + 1].count(name)}" if names.count(name) > 1 else name for i, name in enumerate(names)]


def _histories(name, estimator):
    """Return the histories of a fit by name: one, or one for each target."""
    model = sources.model_of(estimator)
    if not hasattr(type(model), "history_"):
        raise TypeError(
            f"{name}: {sources.with_end(estimator, model)} has no history_. Fitted ones of Lasso, ElasticNet and "
            "SGDLasso of lassofit have one."
        )
    check_is_fitted(model)
    found = model.history_
    if isinstance(found, list):
        return {f"{name}, target {k}": history for k, history in enumerate(found)}
    if not len(found["iteration"]):
        raise ValueError(f"{name}: its history_ has no entries. fit makes them, partial_fit does not.")
    return {name: found}
