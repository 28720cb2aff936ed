"""What the displays share: axes, colours and line styles, the axis of support sizes, marks, labels that do not overlap.

matplotlib is imported here, on the first plot. Text and marks take the colour that the axes' labels have, so that dark
styles work, and rcParams are never changed.
"""

from itertools import takewhile

import numpy as np
from sklearn.isotonic import isotonic_regression

# Four of Okabe and Ito's (2008), and a violet. Each has a contrast of 3 or more with white and with black, which their
# yellow and sky blue (1.3 and 2.3 on white) do not. Any two of them are 17 or more apart (CIE 1976) to readers with
# protanopia, deuteranopia or tritanopia too, as Machado et al. (2009) simulate them. With the line styles, 20 pairs.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#9922EE")
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
GREY = "0.5"
_LONGEST = 24  # characters of a label
_SQUARED = {"r2": "R²", "d2": "D²"}


def pyplot():
    """Return matplotlib.pyplot."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("plot needs matplotlib: python -m pip install 'lassofit[plot]'") from error
    return plt


def pandas():
    """Return pandas."""
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("to_frame needs pandas: python -m pip install pandas") from error
    return pd


def axes_for(ax, count=1):
    """Return an array of ``count`` axes: those given, or new ones below each other."""
    plt = pyplot()
    if ax is None:
        width, height = plt.rcParams["figure.figsize"]
        size = width, height * (0.4 + 0.6 * count)
        return plt.subplots(count, squeeze=False, sharex=True, figsize=size, layout="constrained")[1].ravel()
    axes = np.atleast_1d(np.asarray(ax, dtype=object)).ravel()
    if len(axes) != count or not all(isinstance(one, plt.Axes) for one in axes):
        wanted = "matplotlib axes" if count == 1 else f"an array of {count} matplotlib axes, one for each panel,"
        raise ValueError(f"ax must be {wanted} or None, got {ax!r:.200}.")
    return axes


def told(axes):
    """Return what ``ax_`` and ``figure_`` are to be: the axes, or an array of several."""
    return (axes[0] if len(axes) == 1 else axes), axes[0].figure


def choose(name, value, options):
    """Raise unless the value is one of the options."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}, got {value!r}.")


def ink(ax):
    """Return the colour of the axes' text."""
    return ax.xaxis.label.get_color()


def whole_numbers(axis):
    """Give a linear axis ticks at whole numbers alone."""
    from matplotlib.ticker import MaxNLocator

    if axis.get_scale() == "linear":
        axis.set_major_locator(MaxNLocator(integer=True))


def look(k):
    """Return colour and line style of the k-th line."""
    return {"color": COLORS[k % len(COLORS)], "linestyle": LINES[k % len(LINES)]}


def shortened(names):
    """Return the names of features, the middles left out of long ones; or what they have in common, where that is it.

    Names that are not the same stay so, unless what is left is too long for that too.
    """
    names, half = [str(name) for name in names], _LONGEST // 2
    labels = [name if len(name) <= _LONGEST else f"{name[: half - 1]}…{name[-half:]}" for name in names]
    alike = {}
    for name, label in zip(names, labels, strict=True):
        alike.setdefault(label, set()).add(name)
    for i, (name, label) in enumerate(zip(names, labels, strict=True)):
        if len(alike[label]) > 1:
            common = sum(1 for _ in takewhile(lambda letters: len(set(letters)) == 1, zip(*alike[label], strict=False)))
            rest = name[max(common - 2, 0) :]
            labels[i] = "…" + (rest if len(rest) < _LONGEST else f"{rest[: _LONGEST - 2]}…")
    return labels


def metric_label(name):
    """Return the name of a metric as words: of scikit-learn's names, 'neg' is of errors, so that greater is better."""
    words = ["negative" if word == "neg" else _SQUARED.get(word, word) for word in str(name).split("_")]
    return " ".join(filter(None, words))


def alpha_axis(ax, alphas):
    """Give the axes a logarithmic x axis for alpha that falls to the right, as coefficients grow."""
    from . import ticks

    ax.set_xscale("log")
    ticks.short_log(ax.xaxis)
    largest, smallest = np.max(alphas), np.min(alphas)
    room = (largest / smallest) ** 0.03 if largest > smallest else 2.0
    ax.set_xlim(largest * room, smallest / room)
    ax.set_xlabel("alpha (log scale)")


def support_axis(ax, x, sizes, label="nonzero coefficients"):
    """Return a second axis at the top, with the support sizes at some of the points."""
    from matplotlib.ticker import NullLocator

    from . import ticks

    if ax.get_yscale() == "linear":
        ax.yaxis.set_major_formatter(ticks.WholeFormatter())  # a factor's place is where the sizes are
    x, names = np.asarray(x), [f"{size:g}" for size in sizes]
    top = ax.secondary_xaxis("top", functions=(_same, _same))  # matplotlib's default, a lambda, cannot be pickled
    scale = ax.xaxis.get_transform()
    at, limits = scale.transform(x), scale.transform(np.array(ax.get_xlim()))
    letter = 0.7 * top.xaxis.get_major_ticks(1)[0].label1.get_size() * ax.figure.dpi / 72
    apart = abs(limits[1] - limits[0]) * letter * (max(map(len, names)) + 1) / ax.get_window_extent().width
    shown = []
    for target in np.linspace(at.min(), at.max(), 7):
        i = int(np.argmin(np.abs(at - target)))
        if all(abs(at[i] - at[j]) > apart for j in shown):
            shown.append(i)
    top.set_xticks(x[shown], labels=[names[i] for i in shown])
    top.xaxis.set_minor_locator(NullLocator())
    top.set_xlabel(label)
    return top


def _same(x):
    return x


def marks_of(ax, places):
    """Return vertical lines at the places, a dict of label to x; None is left out."""
    styles = zip(places.items(), ("--", ":", "-."), (1.2, 2.0, 1.6), strict=False)
    return [
        ax.axvline(x, color=ink(ax), linestyle=line, linewidth=width, label=name, zorder=1.5)
        for (name, x), line, width in styles
        if x is not None and np.isfinite(x)
    ]


def legend_above(ax, handles):
    """Make a legend in a band of its own above what is drawn, in as few rows as fit: so it hides nothing."""
    frame = ax.get_window_extent()
    for columns in range(len(handles), 0, -1):
        legend = ax.legend(handles=handles, loc="upper left", ncols=columns, framealpha=1.0)
        if legend.get_window_extent().width < 0.97 * frame.width:
            break
    share = min(0.5, 1.25 * legend.get_window_extent().height / frame.height)
    scale = ax.yaxis.get_transform()
    low, high = scale.transform(np.array(ax.get_ylim()))
    ax.set_ylim(top=float(scale.inverted().transform(np.array([high + (high - low) * share / (1 - share)]))[0]))


def mark_names(alpha_min, alpha_1se, alpha=None):
    """Return the marks' labels and their alphas; the one chosen only where it is neither of the others."""
    given = {"alpha_min": alpha_min, "alpha_1se": alpha_1se, "alpha": alpha}
    if alpha in (alpha_min, alpha_1se):
        del given["alpha"]
    return {f"{name} = {alpha:.3g}": alpha for name, alpha in given.items() if alpha is not None}


def end_labels(ax, x, heights, names, colors):
    """Return labels right of the lines that end at x, spread so that none overlaps; those that do not fit are left out.

    They stand within the axes, whose x limits make room for them: so no layout can cut them off. Their heights are
    shares of the axes', so a larger figure keeps them apart.
    """
    heights = np.asarray(heights, dtype=np.float64)
    look = {"size": "small", "va": "center", "color": ink(ax), "parse_math": False}
    texts = [ax.text(0, 0, label, **look) for label in shortened(names)]
    boxes = [text.get_window_extent() for text in texts]
    frame = ax.get_window_extent()
    need = 1.1 * max((box.height for box in boxes), default=1.0) / frame.height
    for text in texts[int(0.96 / need) + 1 :]:
        text.remove()
    texts = texts[: int(0.96 / need) + 1]
    share = min(0.6, (max((box.width for box in boxes), default=0.0) + 30) / frame.width)
    _make_room(ax, x, share)
    to_axes = ax.transData + ax.transAxes.inverted()
    ends = to_axes.transform(np.column_stack([np.full(len(texts), x), heights[: len(texts)]]))
    order = np.argsort(ends[:, 1], kind="stable")
    for i, place in zip(order, _spread(ends[order, 1], need), strict=True):
        texts[i].set(transform=ax.transAxes, position=(1 - share + 24 / frame.width, place))
        ax.annotate(
            "",
            xy=(x, heights[i]),
            xytext=(1 - share + 22 / frame.width, place),
            textcoords="axes fraction",
            arrowprops={"arrowstyle": "-", "color": colors[i], "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0},
        )
    return texts


def _make_room(ax, x, share):
    """Set the right x limit so that x is where the last ``share`` of the axes begins."""
    scale = ax.xaxis.get_transform()
    left, end = scale.transform(np.array([ax.get_xlim()[0], x]))
    right = end + (end - left) * share / (1 - share)
    ax.set_xlim(right=float(scale.inverted().transform(np.array([right]))[0]))


def _spread(heights, gap):
    """Return ascending heights moved as little as can be (least squares) to be ``gap`` apart, within [.02, .98]."""
    steps = gap * np.arange(len(heights))
    if not len(heights):
        return steps
    return np.clip(isotonic_regression(heights - steps), 0.02, max(0.02, 0.98 - steps[-1])) + steps
