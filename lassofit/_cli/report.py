"""One self-contained HTML page about a fitted table: no scripts, nothing loaded from anywhere."""

import platform
from datetime import datetime
from html import escape
from importlib import metadata
from pathlib import Path

import numpy as np

from .._text import counted, duration, number, small
from .code import code
from .figures import sizes, svgs
from .fitting import SEED, TOL, deviations

_CSS = """
:root { color-scheme: light dark; --paper: #f6f7f9; --panel: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0;
  --up: #0072B2; --down: #D55E00; --good: #00714e; --bad: #a33b00; }
@media (prefers-color-scheme: dark) { :root { --paper: #0b0d0f; --panel: #131619; --ink: #e8ebee; --soft: #a3adb8;
  --line: #353c44; --up: #3d9bdc; --down: #e8762b; --good: #2fbf8f; --bad: #ff9a5c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 .6rem; }
p { margin: .4rem 0; overflow-wrap: anywhere; } .soft { color: var(--soft); }
section { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem;
  margin-top: 1rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin-top: 1rem; }
.facts > div { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
.facts b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.facts span, .facts small { color: var(--soft); font-size: .85rem; display: block; }
.good { color: var(--good); } .bad { color: var(--bad); }
.whole { white-space: nowrap; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem .3rem 0; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; min-width: 6.5rem; }
th { font-weight: 600; font-size: .85rem; color: var(--soft); }
tr.chosen td { font-weight: 600; }
td.bar { width: 30%; min-width: 5rem; padding-right: 0; vertical-align: middle; }
td.bar div { position: relative; height: .8rem; background: linear-gradient(var(--line), var(--line)) 50% 0 / 1px 100%
  no-repeat; }
td.bar i { position: absolute; top: 0; height: 100%; background: var(--up); left: 50%; }
td.bar i.minus { background: var(--down); left: auto; right: 50%; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
figure { margin: 0; } figure svg { width: 100%; max-width: 40rem; height: auto; display: block; margin: 0 auto; }
figcaption { font-size: .9rem; color: var(--soft); }
details { margin-top: .6rem; } summary { cursor: pointer; } li { overflow-wrap: anywhere; }
pre { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; padding: .7rem;
  font-size: .85rem; margin: .5rem 0 0; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .3rem; } section { padding: .8rem; }
  th, td { font-size: .8rem; padding-right: .4rem; } th:first-child, td:first-child { min-width: 5rem; }
  th:last-child, td:last-child { padding-right: 0; }
  td.bar { min-width: 4rem; } }
"""
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<main>
"""
_PACKAGES = "numpy", "scipy", "scikit-learn", "numba"


def write_report(fitted, path, source, target, top):
    """Write the page about the table of a Source."""
    title = f"Lasso for {target}"
    parts = [
        _HEAD.format(title=escape(title), css=_CSS),
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(source.path.name)}, {datetime.now():%Y-%m-%d %H:%M}</p>',
        _facts(fitted),
        _pictures(fitted),
        _coefficients(fitted, top),
        _certificate(fitted),
        _data(fitted, source, target),
        _warnings(fitted),
        _again(code(fitted, source, target)),
        "</main>\n</body>\n</html>\n",
    ]
    Path(path).write_text("\n".join(parts), "utf-8", errors="xmlcharrefreplace")


def _section(title, body):
    """Return a section."""
    return f"<section>\n<h2>{title}</h2>\n{body}\n</section>"


def _table(headers, rows, chosen=()):
    """Return a table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{name}</th>' for name in headers)
    lines = []
    for k, cells in enumerate(rows):
        mark = ' class="chosen"' if k in chosen else ""
        lines.append(
            f"<tr{mark}>{''.join(cell if cell.startswith('<td') else f'<td>{cell}</td>' for cell in cells)}</tr>"
        )
    body = "\n".join(lines)
    return f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _facts(fitted):
    """Return the figures that come first."""
    settings, model = fitted.settings, fitted.model
    how = "given"
    facts = []
    if settings.folds is not None:
        how = f"alpha_{settings.rule}, by {settings.folds} folds"
        *_, error, spread, _ = next(one for one in fitted.choices() if one[0] == settings.rule)
        null = number(fitted.null_error, 5)
        facts = [("cross-validated error", number(error, 5), f"± {number(spread, 3)}; the mean alone has {null}")]
    state = ("converged", "good") if fitted.converged else ("not converged", "bad")
    r2 = "not defined" if np.isnan(fitted.r2) else f"{fitted.r2:.4f}"
    facts = [
        ("alpha (lambda)", number(fitted.alpha, 5), how),
        ("columns with a coefficient", str(len(fitted.order)), f"of {len(model.coef_)}"),
        *facts,
        ("R² on these rows", r2, "of the rows fitted, so optimistic"),
        ("certificate", f'<em class="{state[1]}" style="font-style:normal">{state[0]}</em>',
         f"relative gap {small(float(model.relative_gap_))}"),
    ]  # fmt: skip
    cells = [f"<div><span>{name}</span><b>{value}</b><small>{more}</small></div>" for name, value, more in facts]
    return '<div class="facts">' + "\n".join(cells) + "</div>"


def _pictures(fitted):
    """Return the choice of alpha: its table and the pictures."""
    settings, found = fitted.settings, svgs(fitted)
    scale = " per standard deviation of their columns" if settings.standardize else ""
    above = "above, how many coefficients are not zero."
    captions = {
        "cv": f"Mean squared error on the rows held out, with its standard error; {above}",
        "path": f"The coefficients{scale}, as alpha falls, the largest of this model with their names; {above}",
    }
    figures = "\n".join(
        f"<figure>\n{svg}\n<figcaption>{captions[name]}</figcaption>\n</figure>" for name, svg in found.items()
    )
    figures = f'<div class="figures">\n{figures}\n</div>'
    if settings.folds is None:
        return _section("The path", f"<p>alpha = {number(fitted.alpha)} was given.</p>\n{figures}")
    rows, chosen = [], []
    for size, (name, alpha, error, spread, _) in zip(sizes(fitted), fitted.choices(), strict=True):
        if name == settings.rule:
            chosen.append(len(rows))
        label = f"alpha_{name}" + "<br><small>chosen</small>" * (name == settings.rule)
        rows.append((label, number(alpha, 4), number(error, 5), number(spread, 3), str(size)))
    rows.append(("the mean alone", "", number(fitted.null_error, 5), "", "0"))
    table = _table(("", "alpha", "error", "± s.e.", "columns"), rows, chosen)
    grid = fitted.choice.alphas
    text = (
        "<p>alpha_min has the smallest mean squared error on the rows held out; alpha_1se is the largest alpha "
        f"within one standard error (s.e.) of it. {settings.folds} folds, rows shuffled (seed {SEED}); {len(grid)} "
        f"values of alpha from {number(grid[0])}, "
        f"where all coefficients are zero, to {number(grid[-1])}; {duration(fitted.seconds)}.</p>"
    )
    return _section("The choice of alpha", f"{table}\n{text}\n{figures}")


def _coefficients(fitted, top):
    """Return the coefficients: the largest, the others folded away."""
    design, coef, effects, order = fitted.design, fitted.model.coef_, fitted.effects, fitted.order
    width = max((abs(effects[j]) for j in order), default=1.0) or 1.0

    def table(indices):
        """The rows of some coefficients."""
        rows = []
        for j in indices:
            share = 50 * abs(effects[j]) / width
            side = ' class="minus"' if coef[j] < 0 else ""
            bar = f'<td class="bar"><div><i{side} style="width:{share:.2f}%"></i></div></td>'
            rows.append((escape(design.names[j]), number(effects[j], 4), bar, number(coef[j], 6)))
        return _table(("column", "per std. dev.", "", "in its own units"), rows)

    shown = order if top == 0 else order[:top]
    by = "by the effect of one standard deviation" if fitted.settings.standardize else "by size in their own units"
    body = [
        f"<p>{len(order)} of {len(coef)} are not zero, sorted {by}; intercept {number(fitted.model.intercept_)}.</p>"
    ]
    body += [table(shown)] if shown else []
    if len(shown) < len(order):
        more = counted(len(order) - len(shown), "smaller one")
        body.append(f"<details><summary>{more}</summary>\n{table(order[len(shown) :])}\n</details>")
    zeros = [escape(name) for name, value in zip(design.names, coef, strict=True) if value == 0]
    if zeros:
        body.append(f"<details><summary>{counted(len(zeros), 'column')} with coefficient zero</summary>")
        body.append(f"<p>{', '.join(zeros)}</p></details>")
    return _section("Coefficients", "\n".join(body))


def _certificate(fitted):
    """Return the certificate and what it means."""
    model, again = fitted.model, fitted.certificate
    gap = f'<span class="whole">{small(float(model.dual_gap_))}</span>'
    text = (
        f"At this alpha no other coefficients whatsoever can make the objective, {number(again.objective)}, smaller by "
        f"more than {gap}, the dual gap. The relative gap is over the mean square of the centred target."
    )
    below = ", below 0 by rounding" if again.relative_gap < 0 else ""
    state = "converged" if model.converged_ else "<strong>not converged</strong>: this is not the optimum"
    rows = [
        ("dual gap", small(float(model.dual_gap_))),
        ("relative gap", f"{small(float(model.relative_gap_))}, asked for {TOL:g}: {state}"),
        ("recomputed", f"{small(again.relative_gap)}, in plain numpy without the solver's code{below}"),
        ("iterations", f"{model.n_iter_} of at most {fitted.settings.max_iter}"),
    ]
    return _section("Certificate", f"<p>{text}</p>\n{_pairs(rows)}")


def _pairs(rows):
    """Return names and values, HTML already."""
    return "<dl>\n" + "\n".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows) + "\n</dl>"


def _data(fitted, source, target):
    """Return what was fitted to what."""
    design = fitted.design
    n, p = design.X.shape
    flat = [escape(name) for name, deviation in zip(design.names, deviations(design.X), strict=True) if deviation == 0]
    encoded = [f"{escape(name)} (into {counted(count, '0/1 column')})" for name, count in design.encoded.items()]
    scale = "as they are" if not fitted.settings.standardize else "on the scale of standard deviation 1"
    signs = ", none of which may be negative" * fitted.settings.positive
    rows = [
        ("file", escape(str(source.path))),
        *[("texts that count as missing", escape(", ".join(source.na_values)))] * bool(source.na_values),
        ("target", escape(target)),
        ("rows, columns", f"{n}, {p}"),
        ("encoded", ", ".join(encoded) or "none"),
        ("left out", ", ".join(map(escape, design.dropped)) or "none"),
        ("missing values", escape(design.missing.text()) or "none"),
        ("constant columns", ", ".join(flat) or "none"),
        ("penalised", f"the coefficients of the columns {scale}{signs}"),
        *[("note", escape(note)) for note in design.notes],
    ]
    return _section("Data", _pairs(rows))


def _warnings(fitted):
    """Return what was warned of."""
    items = "\n".join(f"<li>{escape(text)}</li>" for text in fitted.warned)
    return _section("Warnings", f"<ul>\n{items}\n</ul>" if items else "<p>None.</p>")


def versions():
    """Return the versions of what made the model."""
    from .. import __version__

    found = {"lassofit": __version__, "python": platform.python_version()}
    return {**found, **{name: metadata.version(name) for name in _PACKAGES}}


def _again(text):
    """Return the code that makes the same model, and the versions."""
    known = ", ".join(f"{name} {version}" for name, version in versions().items())
    return _section("The same model in Python", f'<p class="soft">{escape(known)}</p>\n<pre>{escape(text)}</pre>')
