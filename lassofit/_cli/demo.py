"""The main job on real data: compare with scikit-learn, follow the path, search alpha."""

import sys
import warnings
from time import perf_counter

import numpy as np

from .._text import counted, duration, number, small, table
from .text import say

GAP = 1e-6
FRACTIONS = (2, 10, 100, 1000)
DEGREE = 3


def demo():
    """Run everything and print it; return the exit code."""
    start = perf_counter()
    say("lassofit on the diabetes data that scikit-learn bundles", "")
    say("importing scikit-learn, numba and lassofit ...")
    from .. import Lasso, lasso_path  # noqa: F401 (so that the import is not timed as a fit)

    say(f"done in {duration(perf_counter() - start)}", "")
    data, X, y, names = load()
    say(
        f"{len(y)} patients; the target is the progression of the disease a year later;",
        f"{data.data.shape[1]} measurements and their products of up to {DEGREE}: {X.shape[1]} standardised columns",
        "",
    )
    say_comparison(X, y)
    say_path(X, y, names)
    say_search(data)
    say("", f"all in {duration(perf_counter() - start)}. Your own table:", "")
    say("    python -m lassofit fit FILE.csv --target COLUMN")
    return 0


def steps():
    """Return the transformers that make the columns.

    Products only, no powers: the powers of a column with two values (sex) repeat it, and with
    repeated columns the solution is not unique, so coefficients could not be compared.
    """
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    return [
        ("scale", StandardScaler()),
        ("products", PolynomialFeatures(DEGREE, interaction_only=True, include_bias=False)),
        ("scale_again", StandardScaler()),
    ]


def load():
    """Return the data set, its columns with products, the target and the columns' names."""
    from sklearn.datasets import load_diabetes
    from sklearn.pipeline import Pipeline

    data = load_diabetes(scaled=False)
    pipeline = Pipeline(steps())
    X = np.asfortranarray(pipeline.fit_transform(data.data))
    names = pipeline.get_feature_names_out(data.feature_names)
    return data, X, data.target, [name.replace(" ", "*") for name in names]


def say_comparison(X, y):
    """Print the comparison with scikit-learn's Lasso at an equal gap."""
    from .._compare import alpha_max, compare
    from .setup import cache_state

    say(
        f"1. Against sklearn.linear_model.Lasso, both to a dual gap of {GAP:g}",
        "   working ...",
    )
    comparison = compare(X, y, alpha_max(X, y) / np.array(FRACTIONS), gap=GAP)
    say("", str(comparison), "")
    say(
        "gap          objective minus its dual bound, over the objective of the intercept alone;",
        "             from each one's coefficients by one function, lassofit.testing.dual_gap",
        "coef. diff.  largest absolute difference from lassofit's coefficients",
        "time hot     without compiling: median of repeated fits, interleaved; scikit-learn at the",
        "             loosest tolerance (of half decades) that reaches the gap",
        "time first   with compiling: the first fit at this alpha in this process;",
        f"             {cache_state()}",
        "",
    )


def say_path(X, y, names):
    """Print the lasso path and the order in which the columns enter."""
    from .. import lasso_path
    from .._compare import alpha_max

    say("2. The path: 100 alphas from the largest useful one down to a thousandth of it")
    centred = y - y.mean()  # lasso_path fits no intercept; the columns are centred already
    grid = alpha_max(X, y) * np.geomspace(1, 1e-3, 100)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        start = perf_counter()
        alphas, coefs, gaps = lasso_path(X, centred, alphas=grid, max_iter=10_000)
        seconds = perf_counter() - start
    null = centred @ centred
    residual = ((centred[:, None] - X @ coefs) ** 2).sum(axis=0)
    support = (coefs != 0).sum(axis=0)
    shown = [0, 10, 20, 33, 50, 66, 83, 99]
    rows = [
        (
            number(alphas[k], 4),
            support[k],
            f"{max(0.0, 1 - residual[k] / null):.4f}",
            small(2 * len(y) * gaps[k] / null),
        )
        for k in shown
    ]
    say("", table(("alpha", "support", "R^2", "gap"), rows), "")
    first = np.where((coefs != 0).any(axis=1), (coefs != 0).argmax(axis=1), len(alphas))
    order = [j for j in np.argsort(first, kind="stable") if first[j] < len(alphas)][:8]
    say(f"first to enter: {', '.join(names[j] for j in order)}")
    say(f"time: {duration(seconds)} for all {len(alphas)}")
    if caught:
        say(f"{counted(len(caught), 'warning')}, the first: {caught[0].message}")
    say("")


def say_search(data):
    """Print a grid search over alpha in a Pipeline."""
    from sklearn.model_selection import GridSearchCV, KFold
    from sklearn.pipeline import Pipeline

    from .. import Lasso

    say("3. Choosing alpha: GridSearchCV over Pipeline(scale, products, scale, Lasso), 5 folds")
    pipeline = Pipeline([*steps(), ("lasso", Lasso(max_iter=10_000))])
    grid = np.geomspace(50, 0.2, 25)
    folds = KFold(5, shuffle=True, random_state=0)
    search = GridSearchCV(pipeline, {"lasso__alpha": grid}, scoring="neg_mean_squared_error", cv=folds)
    start = perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(data.data, data.target)
    seconds = perf_counter() - start
    lasso = search.best_estimator_["lasso"]
    names = search.best_estimator_[:-1].get_feature_names_out(data.feature_names)
    null = np.mean(
        [np.mean((data.target[test] - data.target[train].mean()) ** 2) for train, test in folds.split(data.data)]
    )
    spread = search.cv_results_["std_test_score"][search.best_index_] / np.sqrt(4)
    order = np.argsort(-np.abs(lasso.coef_))[:8]
    rows = [(names[j].replace(" ", "*"), number(lasso.coef_[j], 4)) for j in order if lasso.coef_[j]]
    say(
        "",
        f"best alpha {number(lasso.alpha, 4)}: mean squared error over the folds "
        f"{-search.best_score_:.0f} (standard error {spread:.0f}), the mean alone {null:.0f}",
        f"{np.count_nonzero(lasso.coef_)} of {len(names)} columns; the largest:",
        "",
        table(("column", "coefficient"), rows, left=("column",)),
        "",
        f"refit: relative gap {small(lasso.relative_gap_)}, tol {lasso.tol:g}, "
        + ("converged" if lasso.converged_ else "NOT converged"),
        f"time: {duration(seconds)} for {len(grid)} alphas and 5 folds",
    )
    if caught:
        say(f"{counted(len(caught), 'warning')}, the first: {caught[0].message}")
    sys.stdout.flush()
