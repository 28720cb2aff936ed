"""The path and the cross-validation of a fitted table as pictures: in a file, and as SVG within a page."""

import io
import re
import warnings

import numpy as np

# Colours that stand for the page's own: CSS variables replace them in the SVG, so one picture serves light and dark.
_INK, _PAPER = "#0a0b0c", "#0d0e0f"
_VARIABLES = {_INK: "--ink", _PAPER: "--panel", "#0072b2": "--up", "#d55e00": "--down"}
_STYLE = {
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK),
    "axes.facecolor": _PAPER, "legend.edgecolor": "0.5", "svg.fonttype": "none", "svg.hashsalt": "lassofit",
}  # fmt: skip
_MOST_LINES = 100  # of the features without a label; more of them become an image
_SIZE = (4.8, 3.9)  # so that text is legible on a telephone, where the width is scaled by .95
_LABELS = {"cv": "Errors of the cross-validation against alpha", "path": "Path of the coefficients"}


def save_plot(fitted, path):
    """Write the pictures into one file, by the ending of its name."""
    from matplotlib.figure import Figure

    drawers = _drawers(fitted)
    figure = Figure(figsize=(7, 4.6 * len(drawers)), dpi=150, layout="constrained")
    parts = figure.subfigures(len(drawers), squeeze=False).ravel()  # of subplots, inner ones would lose their labels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that the font lacks
        for draw, part in zip(drawers.values(), parts, strict=True):
            draw(fitted, part.subplots())
        figure.savefig(path)


def svgs(fitted):
    """Return the pictures as SVG elements by their names, 'cv' (not for a given alpha) and 'path'."""
    import matplotlib.style
    from matplotlib.figure import Figure

    found = {}
    with matplotlib.style.context(["default", _STYLE]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, draw in _drawers(fitted).items():
            figure = Figure(figsize=_SIZE, layout="constrained")
            draw(fitted, figure.subplots())
            written = io.StringIO()
            figure.savefig(written, format="svg", facecolor="none", dpi=200)
            found[name] = _for_page(written.getvalue(), name)
    return found


def _drawers(fitted):
    """Return the functions that draw, by name."""
    return {"path": _draw_path} if fitted.settings.folds is None else {"cv": _draw_cv, "path": _draw_path}


def _draw_cv(fitted, ax):
    """Draw the errors of the cross-validation."""
    from .._displays.cv import CVDisplay

    choice = fitted.choice
    CVDisplay(
        choice.alphas,
        {"mean_squared_error": choice.errors},
        {"mean_squared_error": choice.spreads},
        support_sizes=fitted.path.df,
        alpha_min=choice.alpha_min,
        alpha_1se=choice.alpha_1se,
    ).plot(ax)


def _draw_path(fitted, ax):
    """Draw the path of the coefficients."""
    from .._displays.path import PathDisplay

    marks = {"alpha": fitted.alpha} if fitted.alpha > 0 else {}  # 0 has no place
    if fitted.settings.folds is not None:
        marks |= {"alpha_min": fitted.choice.alpha_min, "alpha_1se": fitted.choice.alpha_1se}
    display = PathDisplay(fitted.path, feature_names=fitted.design.names, **marks).plot(ax, n_labels=8)
    if display.others_ is not None and len(display.others_.get_segments()) > _MOST_LINES:
        display.others_.set_rasterized(True)


def _for_page(svg, name):
    """Make a file of SVG an element of a page: no prolog, ids of its own, the page's colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\sid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', rf'\1 role="img" aria-label="{_LABELS[name]}"', svg, count=1)
    for color, variable in _VARIABLES.items():
        svg = svg.replace(color, f"var({variable})")
    return svg.strip()


def sizes(fitted):
    """Return the numbers of nonzero coefficients at the choices, in their order."""
    return [int(np.asarray(fitted.path.df)[k]) for *_, k in fitted.choices()]
