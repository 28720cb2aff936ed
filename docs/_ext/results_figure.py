"""The figure of a benchmark: a dot for every alpha, one row for each data set, on a logarithmic scale of ratios."""

import matplotlib as mpl
from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by colour-blind readers, with a marker for each.
DOTS = {
    "light": (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D")),
    "dark": (("#56B4E9", "o"), ("#E69F00", "s"), ("#009E73", "^"), ("#CC79A7", "D")),
    "any": (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D")),
}
INK = {
    "light": "#222222",
    "dark": "#dddddd",
    "any": "#7a7a7a",
}  # the last has a contrast of 4 with white and with black


def plot(lines, divisors, mode):
    """A figure of the ratios for light pages, dark pages or any, on nothing."""
    figure = Figure(figsize=(5, 0.8 + 0.42 * len(lines)), layout="constrained")
    ax = figure.subplots()
    for divisor, (colour, marker) in zip(divisors, DOTS[mode], strict=False):
        places = [(line[f"/{divisor:g}"], i) for i, line in enumerate(lines) if f"/{divisor:g}" in line]
        ratio, row = zip(*places, strict=True)
        ax.plot(ratio, row, marker, color=colour, label=f"alpha_max/{divisor:g}", clip_on=False)
    ax.axvline(1, color=INK[mode], linewidth=1)
    ax.set_xscale("log")
    ax.set_yticks(range(len(lines)), [line["label"] for line in lines], fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel("time of the fastest other package / time of lassofit", fontsize=9)
    ticks = [t for t in (0.5, 1, 2, 5, 10, 20, 50, 100) if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.xaxis.set_minor_locator(mpl.ticker.NullLocator())
    ax.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=2, fontsize=8, frameon=False)
    return figure


def inked(mode):
    """The context in which text and axes have the ink of light pages, dark pages or any."""
    names = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    return mpl.rc_context({**dict.fromkeys(names, INK[mode]), "legend.facecolor": "none", "svg.hashsalt": "lassofit"})


def draw(path, lines, divisors):
    """Write the figure for light and for dark pages; return the names of the files."""
    files = {}
    for mode in ("light", "dark"):
        with inked(mode):
            file = path.with_name(f"{path.name}-{mode}.svg")
            plot(lines, divisors, mode).savefig(file, transparent=True, metadata={"Date": None})
            files[mode] = file.name
    return files
