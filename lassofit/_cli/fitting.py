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
_ADVICE = {
    "Decrease eps, or give smaller alphas.": "Try it by --alpha.",
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


class Fitted(NamedTuple):
    """A model of a table and what is known of it."""

    design: Design
    settings: Settings
    model: object  # a Lasso, or a LassoCV
    seconds: float
    null_error: float  # of the training rows' mean, over the folds; NaN for a given alpha
    warned: list  # of texts
    converged: bool  # of all fits
    certificate: object  # recomputed without the solver's code
    path: object  # a RegularizationPath; None if not needed

    @property
    def alpha(self):
        """The alpha of the model."""
        return float(self.model.alpha if self.settings.folds is None else self.model.alpha_)

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
        model = self.model
        found = []
        for name, alpha in (("min", model.alpha_min_), ("1se", model.alpha_1se_)):
            k = int(np.argmin(np.abs(model.alphas_ - alpha)))
            found.append((name, float(alpha), float(model.cv_mean_[k]), float(model.cv_se_[k]), k))
        return found


def fit_design(design, settings, with_path=False):
    """Fit the model of a table; ``Problem`` where that is impossible."""
    if settings.folds is not None:
        _refuse_unfit(design, settings)
    X, y = design.X, design.y
    model, title, steps = _estimator(settings), "fitting", None
    null_error = float("nan")
    if settings.folds is not None:
        title, steps = f"choosing alpha: {settings.folds} folds, {N_ALPHAS} values", settings.folds + 1
        null_error = float(np.mean([_null_error(y, *rows) for rows in model.cv.split(X)]))
    start, path = perf_counter(), None
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with progress(model, title, steps):
                model.fit(X, y)
            seconds = perf_counter() - start
            short = any(
                issubclass(w.category, ConvergenceWarning) for w in caught
            )  # of the fits, not of the plot's path
            if with_path:
                path = _path(design, settings, model)
    except ValueError as error:  # what the checks of the table have missed
        raise Problem(str(error)) from error
    converged = bool(model.converged_) and not short
    again = certify(model, X, y)
    return Fitted(design, settings, model, seconds, null_error, _texts(caught), converged, again, path)


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


def _estimator(settings):
    """Return the unfitted estimator."""
    from .. import Lasso, LassoCV

    shared = {"standardize": settings.standardize, "tol": TOL, "max_iter": settings.max_iter}
    if settings.folds is None:
        return Lasso(settings.alpha, **shared)
    cv = cross_validator(settings.folds)
    return LassoCV(alphas=N_ALPHAS, eps=SMALLEST, cv=cv, alpha_rule=settings.rule, **shared)


def _refuse_unfit(design, settings):
    """Raise where no alpha can be chosen."""
    y, folds = design.y, settings.folds
    if len(y) < 2 * folds:
        few = "1 row is" if len(y) == 1 else f"{len(y)} rows are"
        raise Problem(f"{few} too few to choose alpha by {folds} folds; give fewer (--cv), or give --alpha")
    if constant(y):
        raise Problem(f"the target is constant ({number(y[0])} in every row): no alpha can be chosen; give --alpha")
    if not _alpha_max(design.X, y, settings.standardize) > 0:
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


def _path(design, settings, model):
    """Return the path on all rows: of the cross-validation's grid, or of one that has the given alpha."""
    from .. import Lasso

    if settings.folds is not None:
        grid = model.alphas_
    else:
        largest = _alpha_max(design.X, design.y, settings.standardize)
        alpha = settings.alpha or largest * SMALLEST
        grid = 1.0 if not largest > 0 else np.geomspace(max(largest, alpha), min(largest * SMALLEST, alpha), N_ALPHAS)
    lasso = Lasso(standardize=settings.standardize, tol=TOL, max_iter=settings.max_iter)
    return lasso.fit_path(design.X, design.y, np.atleast_1d(grid))


def _texts(caught):
    """Return the texts of warnings, each once; what they advise in terms of Python, in terms of the options."""
    texts = []
    for warning in caught:
        text = str(warning.message)
        for python, option in _ADVICE.items():
            text = text.replace(python, option)
        if text not in texts:
            texts.append(text)
    return texts
