"""The model of a table: alpha by cross-validation or as given, what was warned of, and the path for the plots."""

import warnings
from time import perf_counter
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from .._text import number
from ..testing import certify
from .bar import progress
from .table import Design
from .text import Problem

FOLDS, N_ALPHAS, SMALLEST = 5, 50, 1e-3
SEED = 0
TOL, MAX_ITER = 1e-6, 10_000
ROUNDING = 1e-13  # relative differences that are no more than rounding
_LEAST_SQUARES = "alpha = 0 is least squares: there is no penalty, which is what makes coefficients zero"
_ADVICE = {
    "The best score is": "The least error is",
    "standardize=True, or a scaler in a PathSearchCV over a Pipeline, treats": "To do without --no-standardize treats",
    "max_iter": "--max-iter",
}


class Settings(NamedTuple):
    """How to fit; ``alpha`` or ``folds`` is None."""

    alpha: float | None
    folds: int | None
    rule: str
    standardize: bool
    max_iter: int
    n_alphas: int = N_ALPHAS
    eps: float = SMALLEST  # the smallest alpha of the grid over the largest
    positive: bool = False

    @property
    def shared(self):
        """The parameters of every estimator."""
        given = {"standardize": self.standardize, "tol": TOL, "max_iter": self.max_iter}
        return {**given, "positive": True} if self.positive else given


class Choice(NamedTuple):
    """What the cross-validation has found: the grid, from the largest alpha, and what it chose by the rule."""

    alphas: np.ndarray
    errors: np.ndarray  # means over folds
    spreads: np.ndarray  # their standard errors
    alpha_min: float
    alpha_1se: float
    alpha: float


class Fitted(NamedTuple):
    """A model of a table and what is known of it."""

    design: Design  # missing values filled in
    settings: Settings
    model: object  # a Lasso, or a LassoCV
    choice: object  # a Choice, None for a given alpha
    seconds: float
    null_error: float  # of the training rows' mean, over the folds; NaN for a given alpha
    warned: list  # of texts
    converged: bool  # of all fits
    certificate: object  # recomputed without the solver's code
    path: object  # a RegularizationPath; None if not needed

    @property
    def alpha(self):
        """The alpha of the model."""
        return float(self.model.alpha if self.choice is None else self.choice.alpha)

    @property
    def effects(self):
        """The coefficients per standard deviation."""
        return self.model.coef_ * deviations(self.design.X)

    @property
    def order(self):
        """Indices of the coefficients that are not zero, the largest first on the scale that is penalised."""
        size = np.abs(self.effects if self.settings.standardize else self.model.coef_)
        return [j for j in np.lexsort((np.arange(len(size)), -size)) if self.model.coef_[j] != 0]

    @property
    def r2(self):
        """The share of variance explained on these rows; NaN for a constant target."""
        y = self.design.y
        if constant(y):
            return float("nan")
        return float(1 - np.sum((y - self.model.predict(self.design.X)) ** 2) / np.sum((y - y.mean()) ** 2))

    def choices(self):
        """Return (name, alpha, mean error, its standard error, index in the grid) of alpha_min and of alpha_1se."""
        choice, found = self.choice, []
        for name, alpha in (("min", choice.alpha_min), ("1se", choice.alpha_1se)):
            k = int(np.argmin(np.abs(choice.alphas - alpha)))
            found.append((name, float(alpha), float(choice.errors[k]), float(choice.spreads[k]), k))
        return found


def fit_design(design, settings, with_path=False):
    """Fit the model of a table; ``Problem`` where that is impossible.

    Missing values are filled in from the rows that are trained on, in every fold anew.
    """
    filler, X, y = design.missing.filler(), design.X, design.y
    estimator, title, steps = _estimator(settings, filler), "fitting", None
    if filler is not None:
        design = design._replace(X=np.asfortranarray(filler.fit_transform(X)))
    null_error = float("nan")
    if settings.folds is not None:
        title, steps = f"choosing alpha: {settings.folds} folds, {settings.n_alphas} values", settings.folds + 1
        null_error = float(np.mean([_null_error(y, *rows) for rows in estimator.cv.split(X)]))
    start, path = perf_counter(), None
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with progress(estimator, title, steps):
                estimator.fit(X, y)
            seconds = perf_counter() - start
            short = any(
                issubclass(w.category, ConvergenceWarning) for w in caught
            )  # of the fits, not of the plot's path
            choice = None if settings.folds is None else _choice_of(estimator)
            if with_path:
                path = _path(design, settings, choice)
    except ValueError as error:  # what the checks of the table have missed
        raise Problem(str(error)) from error
    model = getattr(estimator, "best_estimator_", estimator)
    model = model if filler is None else model[-1]
    converged = bool(model.converged_) and not short
    again = certify(model, design.X, y)
    return Fitted(
        design, settings, model, choice, seconds, null_error, _texts(caught, settings), converged, again, path
    )


def cross_validator(folds):
    """Return the splitter: rows shuffled, with a seed of its own."""
    from sklearn.model_selection import KFold

    return KFold(folds, shuffle=True, random_state=SEED)


def constant(y):
    """Whether the values differ by no more than rounding."""
    return np.ptp(y) <= ROUNDING * np.abs(y).max()


def deviations(X):
    """Return the standard deviations of the columns; exactly 0 for constant ones."""
    return np.where(np.ptp(X, axis=0) > 0, X.std(axis=0), 0.0)


def _estimator(settings, filler):
    """Return the unfitted estimator: a Lasso or a LassoCV; with a filler, a Pipeline, or a search over one."""
    from sklearn.pipeline import Pipeline

    from .. import Lasso, LassoCV, PathSearchCV

    shared = settings.shared
    lasso = Lasso(**shared) if settings.alpha is None else Lasso(settings.alpha, **shared)
    model = lasso if filler is None else Pipeline([("fill", filler), ("lasso", lasso)])
    if settings.folds is None:
        return model
    chosen = {"alphas": settings.n_alphas, "eps": settings.eps, "alpha_rule": settings.rule}
    chosen["cv"] = cross_validator(settings.folds)
    if filler is None:
        return LassoCV(**chosen, **shared)
    return PathSearchCV(model, scoring="neg_mean_squared_error", error_score="raise", **chosen)


def _choice_of(estimator):
    """Return the Choice of a fitted LassoCV, or of a search, whose scores are negative errors."""
    marks = estimator.alpha_min_, estimator.alpha_1se_
    if not hasattr(estimator, "best_estimator_"):
        return Choice(estimator.alphas_, estimator.cv_mean_, estimator.cv_se_, *marks, estimator.alpha_)
    results = estimator.cv_results_
    order = np.argsort(-results["param_lasso__alpha"].astype(np.float64), kind="stable")
    errors, spreads = -results["mean_test_score"][order], results["std_test_score"][order]
    spreads = spreads / np.sqrt(estimator.n_splits_ - 1)
    return Choice(estimator.alphas_, errors, spreads, *marks, estimator.best_params_["lasso__alpha"])


def refuse_unfit(design, settings):
    """Raise where no alpha can be chosen: as many folds as rows are allowed, as in LassoCV."""
    if settings.folds is None:
        return
    X, y, folds = design.X, design.y, settings.folds
    if len(y) == 1:
        raise Problem("the table has 1 row, which cannot be divided into folds to choose alpha by: give --alpha")
    if len(y) < folds:
        raise Problem(
            f"{len(y)} rows cannot be divided into {folds} folds, each of which needs a row: "
            f"give at most --cv {len(y)}, or give --alpha"
        )
    if constant(y):
        raise Problem(f"the target is constant ({number(y[0])} in every row): no alpha can be chosen; give --alpha")
    filler = design.missing.filler()
    X = X if filler is None else filler.fit_transform(X)
    if not _alpha_max(X, y, settings.standardize) > 0:
        raise Problem("the target has nothing to do with any column: no alpha can be chosen; give --alpha")


def _alpha_max(X, y, standardize):
    """Return the smallest alpha at which all coefficients are zero; 0 where only rounding makes it larger."""
    scale = deviations(X) if standardize else np.ones(X.shape[1])
    centred = y - y.mean()
    products = np.abs([(x - x.mean()) @ centred for x in X.T]) / len(y)
    usable = (scale > 0) & (products > ROUNDING * deviations(X) * y.std())
    return float((products[usable] / scale[usable]).max(initial=0.0))


def _null_error(y, train, test):
    """Return the mean squared error of the training rows' mean."""
    return np.mean((y[test] - y[train].mean()) ** 2)


def _path(design, settings, choice):
    """Return the path on all rows: of the cross-validation's grid, or of one that has the given alpha."""
    from .. import Lasso

    if choice is not None:
        grid = choice.alphas
    else:
        largest = _alpha_max(design.X, design.y, settings.standardize)
        alpha = settings.alpha or largest * SMALLEST
        grid = settings.alpha or 1.0
        if largest > 0:
            grid = np.geomspace(max(largest, alpha), min(largest * SMALLEST, alpha), N_ALPHAS)
            grid = np.union1d(grid, [alpha])[::-1]
    lasso = Lasso(**settings.shared)
    return lasso.fit_path(design.X, design.y, np.atleast_1d(grid))


def _texts(caught, settings):
    """Return the texts of warnings, each once; what they advise in terms of Python, in terms of the options."""
    advice = {**_ADVICE, "Decrease eps, or give smaller alphas.": smaller(settings)}
    texts = []
    for warning in caught:
        text = str(warning.message)
        for python, option in advice.items():
            text = text.replace(python, option)
        if text.startswith("With alpha=0"):
            text = _LEAST_SQUARES
        if text not in texts:
            texts.append(text)
    return texts


def smaller(settings):
    """Say how to try smaller alphas than those of the grid."""
    return f"Try smaller ones by --eps {settings.eps / 100:g} (here --eps {settings.eps:g})."
