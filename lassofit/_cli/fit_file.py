"""Fit the lasso to a table in a file: print the model with its names and its certificate, plot it, report on it."""

import json
import math
from pathlib import Path

import numpy as np

from .._text import counted, duration, number, several, small, table
from .figures import save_plot
from .fitting import (
    FOLDS,
    MAX_ITER,
    N_ALPHAS,
    SEED,
    SMALLEST,
    TOL,
    Settings,
    constant,
    fit_design,
    refuse_unfit,
    smaller,
)
from .outputs import check_outputs, written
from .report import versions, write_report
from .setup import cache_folders, compiled_and_loaded
from .source import Source, na_texts
from .table import make_design, read_columns
from .text import Problem, aside, say

NOT_CONVERGED = 3  # the exit code


def fit_file(
    path,
    target,
    *,
    alpha=None,
    folds=None,
    rule="min",
    n_alphas=None,
    eps=None,
    drop=(),
    one_hot=False,
    missing="error",
    standardize=True,
    positive=False,
    top=40,
    decimal=None,
    encoding=None,
    thousands=None,
    na_values=(),
    max_iter=MAX_ITER,
    plot=None,
    report=None,
    as_json=False,
):
    """Read the file, choose alpha unless it is given, fit, print and write; return the exit code."""
    check_outputs(path, plot, report)
    source = _source(path, decimal=decimal, encoding=encoding, thousands=thousands, na_values=na_texts(na_values))
    design = make_design(read_columns(**source._asdict()), target, drop, one_hot, missing, source)
    folds = (folds or FOLDS) if alpha is None else None
    settings = Settings(alpha, folds, rule, standardize, max_iter, n_alphas or N_ALPHAS, eps or SMALLEST, positive)
    refuse_unfit(design, settings)  # before anything is printed
    for note in design.notes:
        aside(f"note: {note}")
    if not as_json:
        n, p = design.X.shape
        say(f"{source.path.name}: {counted(n, 'row')}, target {target!r}, {counted(p, 'column')} to explain it with")
        absent = design.missing.text()
        say(*[f"missing values: {absent}"] * bool(absent), *_scale_lines(settings), "")
    fitted = fit_design(design, settings, with_path=plot is not None or report is not None)
    if as_json:
        say(json.dumps(_facts(fitted, source, target), allow_nan=False, indent=2))
    else:
        _say_model(fitted, top)
    for text in fitted.warned:
        aside(f"warning: {text}")
    if plot is not None:
        written("--plot", plot, lambda to: save_plot(fitted, to))
    if report is not None:
        written("--report", report, lambda to: write_report(fitted, to, source, target, top))
    if cache_folders() and sum(compiled_and_loaded()[0].values()):
        aside("note: numba compiled code in this run and kept it; the next one will be faster")
    return 0 if fitted.converged else NOT_CONVERGED


def _source(path, **options):
    """Return the Source of a path and of the options that are given, which are for CSV."""
    source = Source(Path(path), **{name: value for name, value in options.items() if value})
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if source.parquet and given:
        raise Problem(f"{', '.join(given)}: for CSV only, and {source.path.name!r} is Parquet; leave such options out")
    if source.thousands == source.decimal:
        raise Problem(
            f"--thousands {source.thousands} is the decimal mark as well; give another by --decimal or --thousands"
        )
    return source


def _say_model(fitted, top):
    """Print everything about the model."""
    if fitted.settings.folds is not None:
        say(*_choice_lines(fitted), "")
    say(f"Lasso at alpha = {number(fitted.alpha)}", "")
    _say_coefficients(fitted, top)
    _say_quality(fitted)


def _choice_lines(fitted):
    """Return lines that tell how alpha was chosen."""
    folds, rule, grid = fitted.settings.folds, fitted.settings.rule, fitted.choice.alphas
    (_, least, error, spread, best), (_, larger, other_error, other_spread, _) = fitted.choices()
    errors = {"min": (error, spread), "1se": (other_error, other_spread)}
    how = {"min": "smallest mean squared error", "1se": "largest within one standard error of the smallest error"}
    lines = [
        f"alpha = {number(fitted.alpha)}: {how[rule]} over {folds} folds (rows shuffled, seed {SEED})",
        f"  among {len(grid)} values from {number(grid[0])} (all coefficients zero) "
        f"to {number(grid[-1])}, in {duration(fitted.seconds)}",
        f"  mean CV error {number(errors[rule][0])} (standard error {number(errors[rule][1], 3)}); "
        f"the mean alone gives {number(fitted.null_error)}",
        f"  alpha_min = {number(least)}, alpha_1se = {number(larger)} (--rule chooses)",
    ]
    if best == 0 and fitted.converged:  # of paths that stopped short, any alpha may look best
        lines.append("  The largest alpha is best: no column helps to predict the target.")
    if best == len(grid) - 1:
        lines.append(f"  The smallest alpha is best: an even smaller one may be better. {smaller(fitted.settings)}")
    return lines


def _say_coefficients(fitted, top):
    """Print the coefficients that are not zero, largest first, and the names of the others."""
    names, coef, effects, order = fitted.design.names, fitted.model.coef_, fitted.effects, fitted.order
    zeros = [name for name, value in zip(names, coef, strict=True) if value == 0]
    by = "their effect per standard deviation" if fitted.settings.standardize else "their size"
    say(f"coefficients that are not zero: {len(order)} of {len(coef)}, sorted by {by}:", "")
    shown = order if top == 0 else order[:top]
    rows = [(names[j], number(coef[j]), number(effects[j])) for j in shown]
    rows.append(("(intercept)", number(fitted.model.intercept_), ""))
    say(table(("column", "coefficient", "per std. dev."), rows, left=("column",)), "")
    if len(shown) < len(order):
        say(f"and {counted(len(order) - len(shown), 'smaller one')} (--top 0 shows all)", "")
    if zeros:
        say(f"zero: {several(zeros, 30)}", "")


def _say_quality(fitted):
    """Print R^2 and the certificate, the gap also as recomputed without the solver's code."""
    model = fitted.model
    state = "converged" if model.converged_ else "NOT converged: the model is not the optimum"
    below = ", below 0 by rounding" if fitted.certificate.relative_gap < 0 else ""
    rows = [
        (
            "R^2 on these rows",
            "not defined: the target is constant" if constant(fitted.design.y) else number(fitted.r2),
        ),
        ("dual gap", f"{small(model.dual_gap_)} (how far the objective can be above its minimum)"),
        ("relative gap", f"{small(model.relative_gap_)}, asked for {TOL:g}: {state}"),
        ("", f"{small(fitted.certificate.relative_gap)}, recomputed in plain numpy{below}"),
        ("iterations", f"{model.n_iter_} of at most {fitted.settings.max_iter}"),
    ]
    width = max(len(name) for name, _ in rows)
    say(*(f"{name.ljust(width)}  {value}" for name, value in rows))


def _facts(fitted, source, target):
    """Return the model as what JSON can hold; None where a number is not defined."""
    model, design, settings = fitted.model, fitted.design, fitted.settings
    facts = {
        "file": str(source.path),
        "target": target,
        "na_values": list(source.na_values),
        "rows": design.X.shape[0],
        "columns": design.X.shape[1],
        "missing": {
            "how": design.missing.how,
            "filled": design.missing.filled,
            "zeros": design.missing.zeros,
            "rows_left_out": design.missing.left_out,
        },
        "standardize": settings.standardize,
        "positive": settings.positive,
        "alpha": fitted.alpha,
        "intercept": _plain(model.intercept_),
        "coefficients": [
            {"column": design.names[j], "coefficient": _plain(model.coef_[j]), "per_std_dev": _plain(fitted.effects[j])}
            for j in fitted.order
        ],
        "r2": _plain(fitted.r2),
        "dual_gap": _plain(model.dual_gap_),
        "relative_gap": _plain(model.relative_gap_),
        "relative_gap_recomputed": _plain(fitted.certificate.relative_gap),
        "tol": TOL,
        "n_iter": int(model.n_iter_),
        "converged": fitted.converged,
        "warnings": fitted.warned,
        "versions": versions(),
    }
    if settings.folds is not None:
        facts["cross_validation"] = {
            "folds": settings.folds,
            "rule": settings.rule,
            "null_error": _plain(fitted.null_error),
            **{
                f"alpha_{name}": {"alpha": alpha, "mean_squared_error": _plain(error), "standard_error": _plain(spread)}
                for name, alpha, error, spread, _ in fitted.choices()
            },
        }
    return facts


def _plain(value):
    """Return a float, or None for what JSON has no notation for."""
    value = float(np.asarray(value).item())
    return value if math.isfinite(value) else None


def _scale_lines(settings):
    """Return lines on the scale on which the penalty acts, and on signs."""
    lines = ["alpha penalises the columns as they are (--no-standardize)"]
    if settings.standardize:
        lines = [
            "alpha penalises standardised columns (standardize=True: standard deviation 1 over",
            "the rows fitted); the coefficients are in the units of the file",
        ]
    return lines + ["no coefficient may be negative (--positive)"] * settings.positive
