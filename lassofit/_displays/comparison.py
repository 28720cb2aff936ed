"""``Comparison``: what ``compare`` returns, as rows, as a frame, as a printed table and as a plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from .._text import duration, number, small, table
from .._typing import DataFrame, Panels
from . import style

_LEAST_GAP = 1e-17  # of the plot: a gap may be 0 or, by rounding, negative
_MISSED = "gap not reached"


class ComparisonRow(NamedTuple):
    """One estimator at one alpha; see ``Comparison.rows``."""

    alpha: float
    fraction: float
    name: str
    reached: bool
    tol: float
    n_iter: int
    support_size: int
    objective: float
    gap: float
    coef_difference: float
    seconds: float
    seconds_first: float
    error: str


class Comparison:
    """Estimators of the lasso, each brought to the same dual gap: figures, a printed table and a plot.

    :func:`compare` makes it; printed, it is a table.

    Parameters
    ----------
    rows : list of named tuples
        As in Attributes.
    gap : float
        The gap that was asked for.
    notes : sequence of str, default=()
        As in Attributes.

    Attributes
    ----------
    gap : float
        The gap that was asked for, over the objective of the model with an intercept alone.
    rows : list of named tuples
        One for each alpha and estimator, in this order, of:

        - ``alpha``, and ``fraction``: alpha over the smallest alpha at which all coefficients are zero;
        - ``name`` of the estimator;
        - ``reached``: whether it reached the gap; if not, the other figures are those of its best fit;
        - ``tol``, the tolerance that it was given, NaN if it takes none, and ``n_iter``, its iterations; -1 if it does
          not tell them;
        - ``support_size``, the number of coefficients that are not zero, and ``objective``, in units of y squared;
        - ``gap``: dual gap over the objective of the model with an intercept alone, in units of which it was asked for;
        - ``coef_difference``: largest absolute difference from the coefficients of the first estimator; it
          is large where the solution is not unique, as with a column that is there twice;
        - ``seconds``: median time of repeated fits, once everything is compiled; of the one fit where the gap was not
          reached;
        - ``seconds_first``: time of the first fit at this alpha, with whatever had to be compiled or loaded for it; or
          of the first fit at ``tol``, if that took longer;
        - ``error``: the message where the estimator failed, otherwise empty. Then all other figures are NaN or -1.
    notes : list of str
        What to know before the figures are believed: which estimators seem to solve another problem, and whether the
        columns are in very unlike units. Printed below the table.
    ax_ : ndarray of matplotlib Axes
        After :meth:`plot`: the axes of the times and of the gaps.
    figure_ : matplotlib Figure
        After :meth:`plot`: the figure that they are in.
    lines_ : list of matplotlib Line2D
        After :meth:`plot`: the estimators' lines, first those of the times.

    See Also
    --------
    compare : Makes it.
    ConvergenceDisplay : The gaps of single fits by iteration.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import compare
    >>> comparison = compare(*load_diabetes(return_X_y=True), alphas=[0.1], repeats=1)
    >>> [(row.name, row.support_size, row.reached) for row in comparison.rows]
    [('lassofit', 7, True), ('scikit-learn', 7, True)]
    """

    def __init__(self, rows: Sequence[ComparisonRow], gap: float, notes: Sequence[str] = ()) -> None:
        self.rows = rows
        self.gap = gap
        self.notes = list(notes)

    def __str__(self):
        """Return the table."""
        headers = ("alpha", "", "estimator", "support", "objective", "gap", "coef. diff.", "time hot", "time first")
        cells, last = [], None
        for row in self.rows:
            new, first = row.alpha != last, row is self.rows[0] or row.name == self.rows[0].name
            if new and cells:
                cells.append(())
            gap = "failed" if row.error else small(row.gap) if row.reached else f"{small(row.gap)} (not reached)"
            known = not row.error
            cells.append(
                (
                    number(row.alpha, 4) if new else "",
                    f"max/{1 / row.fraction:.4g}" if new and 0 < row.fraction < np.inf else "",
                    row.name,
                    row.support_size if known else "-",
                    f"{row.objective:.8g}" if known else "-",
                    gap,
                    "-" if first or not np.isfinite(row.coef_difference) else small(row.coef_difference),
                    duration(row.seconds) if known else "-",
                    duration(row.seconds_first) if known else "-",
                )
            )
            last = row.alpha
        failures = {row.name: row.error for row in reversed(self.rows) if row.error}
        notes = [*(f"{name} failed: {error}" for name, error in reversed(failures.items())), *self.notes]
        return "\n".join([table(headers, cells, left=("", "estimator")), *([""] if notes else []), *notes])

    __repr__ = __str__

    def to_frame(self) -> DataFrame:
        """Return the rows as a pandas data frame.

        Returns
        -------
        frame : pandas.DataFrame
            A column for each field of the rows.

        Raises
        ------
        ImportError
            Without pandas.
        """
        return style.pandas().DataFrame(self.rows, columns=ComparisonRow._fields)

    def plot(self, ax: Panels = None, **kwargs: Any) -> Self:
        """Plot the times once compiled, and the gaps reached, against alpha.

        Points are hollow where the gap was not reached. What failed has no point, and the legend says so. A gap that
        is 0 but for rounding is drawn at 1e-17.

        Parameters
        ----------
        ax : array of two matplotlib Axes, default=None
            Axes for the times and for the gaps; None: a new figure.
        **kwargs : dict
            Passed on to matplotlib's ``plot``.

        Returns
        -------
        comparison : Comparison
            This object.

        Raises
        ------
        ImportError
            Without matplotlib.
        ValueError
            Where ``ax`` is not two axes.
        """
        axes = style.axes_for(ax, 2)
        names = list(dict.fromkeys(row.name for row in self.rows))
        self.lines_ = [
            self._line(one, k, name, field, kwargs)
            for one, field in zip(axes, ("seconds", "gap"), strict=True)
            for k, name in enumerate(names)
        ]
        for one, label in zip(axes, ("seconds, once compiled", "gap reached"), strict=True):
            one.set_yscale("log")
            style.alpha_axis(one, [row.alpha for row in self.rows])
            one.set_ylabel(label)
            if ax is None:  # of axes that are given, the labels are the caller's
                one.label_outer()
        goal = {"color": style.ink(axes[1]), "linestyle": ":", "linewidth": 1.2, "zorder": 1}
        asked = axes[1].axhline(self.gap, label=f"gap asked for: {self.gap:g}", **goal)
        missed = [line for line in axes[0].get_lines() if line.get_label() == _MISSED]
        style.legend_above(axes[0], [*self.lines_[: len(names)], asked, *missed[:1]])
        self.ax_, self.figure_ = axes, axes[0].figure
        return self

    def _line(self, ax, k, name, field, kwargs):
        """Draw one estimator's line with a point for every alpha, hollow where the gap was not reached."""
        rows = [row for row in self.rows if row.name == name]
        done = sorted((row for row in rows if not row.error), key=lambda row: -row.alpha)
        x, y = [row.alpha for row in done], [max(getattr(row, field), _LEAST_GAP) for row in done]
        failed = f" (failed at {len(rows) - len(done)} of {len(rows)})" if len(done) < len(rows) else ""
        look = {"marker": style.MARKERS[k % len(style.MARKERS)], "markersize": 6, "label": name + failed}
        line = ax.plot(x, y, **{**style.look(k), **look, **kwargs})[0]
        missed = [i for i, row in enumerate(done) if not row.reached]
        if missed:
            hollow = {"marker": line.get_marker(), "markersize": line.get_markersize(), "color": line.get_color()}
            hollow |= {"markerfacecolor": ax.get_facecolor(), "linestyle": "none", "label": _MISSED}
            ax.plot(np.take(x, missed), np.take(y, missed), zorder=line.get_zorder() + 0.1, **hollow)
        return line
