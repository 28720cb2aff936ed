"""Fit the lasso to a table in a file and print the model with its names and its certificate."""

import sys
import warnings
from pathlib import Path
from time import perf_counter

import numpy as np

from .._text import counted, duration, number, several, small, table
from .setup import cache_folders, compiled_and_loaded
from .table import make_design, read_columns
from .text import Problem, say

FOLDS, N_ALPHAS, SMALLEST = 5, 50, 1e-3
SEED = 0
TOL, MAX_ITER = 1e-6, 10_000
ROUNDING = 1e-13  # relative differences that are no more than rounding


def fit_file(
    path, target, *, alpha=None, drop=(), one_hot=False, standardize=True, top=40, decimal=".", encoding="utf-8"
):
    """Read the file, choose alpha unless it is given, fit and print; return the exit code."""
    design = make_design(read_columns(path, decimal, encoding), target, drop, one_hot, decimal)
    n, p = design.X.shape
    say(f"{Path(path).name}: {counted(n, 'row')}, target {target!r}, {counted(p, 'column')} to explain it with")
    for note in design.notes:
        _aside(f"note: {note}")
    say(_scale_line(standardize), "")

    try:
        if alpha is None:
            _aside(f"choosing alpha: {FOLDS} folds, {N_ALPHAS} values ...")
            alpha, lines = choose_alpha(design.X, design.y, standardize)
            say(*lines, "")
        else:
            _aside("fitting ...")
        model = _lasso(standardize, alpha)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the report below says whether it converged
            model.fit(design.X, design.y)
    except ValueError as error:  # what the checks of the table have missed
        raise Problem(str(error)) from error
    say(f"Lasso at alpha = {number(alpha)}", "")
    _say_coefficients(model, design, standardize, top)
    _say_quality(model, design)
    if cache_folders() and sum(compiled_and_loaded()[0].values()):
        _aside("note: numba compiled code in this run and kept it; the next one will be faster")
    return 0


def choose_alpha(X, y, standardize):
    """Return the alpha of the smallest cross-validated error, and lines that tell how it went."""
    from sklearn.model_selection import GridSearchCV, KFold

    if len(y) < 2 * FOLDS:
        few = "1 row is" if len(y) == 1 else f"{len(y)} rows are"
        raise Problem(f"{few} too few to choose alpha by {FOLDS} folds; give --alpha")
    if _constant(y):
        raise Problem(f"the target is constant ({number(y[0])} in every row): no alpha can be chosen; give --alpha")
    largest = _alpha_max(X, y, standardize)
    if not largest > 0:
        raise Problem("the target has nothing to do with any column: no alpha can be chosen; give --alpha")
    grid = np.geomspace(largest, largest * SMALLEST, N_ALPHAS)
    folds = KFold(FOLDS, shuffle=True, random_state=SEED)
    search = GridSearchCV(
        _lasso(standardize),
        {"alpha": grid},
        scoring="neg_mean_squared_error",
        cv=folds,
        refit=False,
        error_score="raise",
    )
    start = perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(X, y)
    seconds = perf_counter() - start
    slow = sum("did not converge" in str(w.message) for w in caught)
    errors = [-search.cv_results_[f"split{k}_test_score"] for k in range(FOLDS)]
    best = search.best_index_
    spread = np.std([e[best] for e in errors], ddof=1) / np.sqrt(FOLDS)
    null = np.mean([_null_error(y, train, test) for train, test in folds.split(X)])
    lines = [
        f"alpha = {number(grid[best])}: smallest mean squared error over {FOLDS} folds (rows shuffled, seed {SEED})",
        f"  among {N_ALPHAS} values from {number(grid[0])} (all coefficients zero) "
        f"to {number(grid[-1])}, in {duration(seconds)}",
        f"  mean CV error {number(abs(search.best_score_))} (standard error {number(spread, 3)}); "
        f"the mean alone gives {number(null)}",
    ]
    if best == 0:
        lines.append("  The largest alpha is best: no column helps to predict the target.")
    if best == N_ALPHAS - 1:
        lines.append("  The smallest alpha is best: an even smaller one (--alpha) may be better.")
    if slow:
        lines.append(f"  {slow} of {FOLDS * N_ALPHAS} fits did not reach tol = {TOL:g}.")
    return float(grid[best]), lines


def _lasso(standardize, alpha=1.0):
    """Return the estimator that the whole command uses."""
    from .. import Lasso

    return Lasso(alpha, standardize=standardize, tol=TOL, max_iter=MAX_ITER)


def _alpha_max(X, y, standardize):
    """Return the smallest alpha at which all coefficients are zero."""
    scale = _deviations(X) if standardize else np.ones(X.shape[1])
    centred = y - y.mean()
    products = np.abs([(x - x.mean()) @ centred for x in X.T]) / len(y)
    usable = (scale > 0) & (products > ROUNDING * _deviations(X) * y.std())
    return float((products[usable] / scale[usable]).max(initial=0.0))


def _constant(y):
    """Whether the values differ by no more than rounding."""
    return np.ptp(y) <= ROUNDING * np.abs(y).max()


def _deviations(X):
    """Return the standard deviations of the columns; exactly 0 for constant ones."""
    return np.where(np.ptp(X, axis=0) > 0, X.std(axis=0), 0.0)


def _null_error(y, train, test):
    """Return the mean squared error of the training rows' mean."""
    return np.mean((y[test] - y[train].mean()) ** 2)


def _say_coefficients(model, design, standardize, top):
    """Print the coefficients that are not zero, largest first, and the names of the others."""
    coef, deviation = model.coef_, _deviations(design.X)
    size = np.abs(coef * deviation) if standardize else np.abs(coef)
    order = [j for j in np.lexsort((np.arange(len(coef)), -size)) if coef[j] != 0]
    zeros = [name for name, value in zip(design.names, coef, strict=True) if value == 0]
    by = "their effect per standard deviation" if standardize else "their size"
    say(f"coefficients that are not zero: {len(order)} of {len(coef)}, sorted by {by}:", "")
    shown = order if top == 0 else order[:top]
    rows = [(design.names[j], number(coef[j]), number(coef[j] * deviation[j])) for j in shown]
    rows.append(("(intercept)", number(model.intercept_), ""))
    say(table(("column", "coefficient", "per std. dev."), rows, left=("column",)), "")
    if len(shown) < len(order):
        say(f"and {counted(len(order) - len(shown), 'smaller one')} (--top 0 shows all)", "")
    if zeros:
        say(f"zero: {several(zeros, 30)}", "")


def _say_quality(model, design):
    """Print R^2 and the certificate, the gap also as recomputed without the solver's code."""
    from ..testing import certify

    X, y = design.X, design.y
    total = np.sum((y - y.mean()) ** 2)
    residual = np.sum((y - model.predict(X)) ** 2)
    state = "converged" if model.converged_ else "NOT converged: the model is not the optimum"
    rows = [
        ("R^2 on these rows", "not defined: the target is constant" if _constant(y) else number(1 - residual / total)),
        ("dual gap", f"{small(model.dual_gap_)} (how far the objective can be above its minimum)"),
        ("relative gap", f"{small(model.relative_gap_)}, asked for {TOL:g}: {state}"),
        ("", f"{small(certify(model, X, y).relative_gap)}, recomputed in plain numpy"),
        ("iterations", f"{model.n_iter_} of at most {MAX_ITER}"),
    ]
    width = max(len(name) for name, _ in rows)
    say(*(f"{name.ljust(width)}  {value}" for name, value in rows))
    if not model.converged_:
        _aside("warning: the fit did not converge; a larger --alpha is easier")


def _scale_line(standardize):
    """Say on which scale the penalty acts."""
    if standardize:
        return (
            "alpha penalises standardised columns (standardize=True: standard deviation 1 over\n"
            "the rows fitted); the coefficients are in the units of the file"
        )
    return "alpha penalises the columns as they are (--no-standardize)"


def _aside(text):
    """Print to stderr at once."""
    print(text, file=sys.stderr, flush=True)
