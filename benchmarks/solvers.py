"""The solvers of single fits side by side: small adapters around the public estimator classes.

An adapter takes (X, y, alpha, tol) and returns the fitted estimator; constructing the estimator and
whatever its ``fit`` does is timed. ``tol=None`` asks for the package's default settings, with alpha
alone given; else the limits on iterations are lifted, so that `tol` alone decides.

R's glmnet and adelie run in processes of their own (_outside.py): glmnet if ``Rscript`` finds it, adelie if the
environment variable ADELIE_PYTHON names the Python that it is installed for. It needs numpy < 2, so an environment of
its own: ``python -m venv FOLDER && FOLDER/bin/pip install adelie 'numpy<2'``, ADELIE_PYTHON=FOLDER/bin/python.
"""

from importlib.util import find_spec
from typing import NamedTuple

import _outside
import numpy as np
from scipy import sparse

SOLVERS = {}
MANY = 1_000_000  # iterations: as good as no limit


def read_estimator(model):
    """Coefficients, intercept, iterations and full passes (not told) of a fitted estimator."""
    return np.asarray(model.coef_, np.float64).ravel(), np.squeeze(model.intercept_), int(np.max(model.n_iter_)), None


class Solver(NamedTuple):
    """One solver of the comparison."""

    name: str
    fit: object  # (X, y, alpha, tol) -> fitted estimator
    distribution: str  # name of the package in the package index
    module: str | None = None
    ours: bool = False
    absolute: bool = False  # its tol is in the units of alpha, so the harness scales it by alpha_max
    tightest: float = 1e-14  # tolerance that is still tried
    takes: object = None  # X -> whether the solver is meant for it; None: for any
    read: object = read_estimator  # fitted -> coefficients, intercept, iterations, full passes
    outside: object = None  # the process that fits, instead of `fit`

    @property
    def installed(self):
        """Whether the package can be used."""
        return find_spec(self.module) is not None if self.outside is None else self.outside.version() is not None


def solver(registry, name, distribution, module, **more):
    """Put an adapter into a registry under ``name``."""

    def put(function):
        registry[name] = Solver(name, function, distribution, module, **more)
        return function

    return put


def put_outside(registry):
    """Put the solvers that have processes of their own into a registry."""
    # Both compare the last change of the objective with tol, so gap 1e-9 takes about 1e-18.
    registry["glmnet"] = Solver("glmnet", None, "glmnet", tightest=1e-21, outside=_outside.GLMNET)
    registry["adelie"] = Solver("adelie", None, "adelie", tightest=1e-21, outside=_outside.ADELIE)


def settings(tol, **given):
    """Parameters of an estimator: nothing but the defaults if ``tol`` is None."""
    return {} if tol is None else {"tol": tol, **given}


@solver(SOLVERS, "lassofit", "lassofit", "lassofit", ours=True)
def lassofit_auto(X, y, alpha, tol):
    """lassofit, left to choose its solver."""
    from lassofit import Lasso

    return Lasso(alpha=alpha, **settings(tol, max_iter=MANY)).fit(X, y)


@solver(SOLVERS, "lassofit-cd", "lassofit", "lassofit", ours=True)
def lassofit_cd(X, y, alpha, tol):
    """lassofit, coordinate descent."""
    from lassofit import Lasso

    return Lasso(alpha=alpha, solver="cd", **settings(tol, max_iter=MANY)).fit(X, y)


@solver(SOLVERS, "lassofit-active", "lassofit", "lassofit", ours=True)
def lassofit_active(X, y, alpha, tol):
    """lassofit, active-set Newton method."""
    from lassofit import Lasso

    return Lasso(alpha=alpha, solver="active_set", **settings(tol, max_iter=MANY)).fit(X, y)


@solver(SOLVERS, "sklearn", "scikit-learn", "sklearn")
def sklearn(X, y, alpha, tol):
    """scikit-learn, coordinate descent on the columns of X."""
    from sklearn.linear_model import Lasso

    return Lasso(alpha=alpha, **settings(tol, max_iter=MANY)).fit(X, y)


def _tall(X):
    return not sparse.issparse(X) and X.shape[0] > X.shape[1]


@solver(SOLVERS, "sklearn-gram", "scikit-learn", "sklearn", takes=_tall)
def sklearn_gram(X, y, alpha, tol):
    """scikit-learn with ``precompute=True`` (coordinate descent on X'X), for dense X with n > p only."""
    from sklearn.linear_model import Lasso

    return Lasso(alpha=alpha, precompute=True, **settings(tol, max_iter=MANY)).fit(X, y)


@solver(SOLVERS, "celer", "celer", "celer")
def celer(X, y, alpha, tol):
    """celer."""
    from celer import Lasso

    return Lasso(alpha=alpha, **settings(tol, max_iter=MANY, max_epochs=MANY)).fit(X, y)


@solver(SOLVERS, "skglm", "skglm", "skglm", absolute=True)
def skglm(X, y, alpha, tol):
    """skglm, whose `tol` is absolute, in the units of alpha."""
    from skglm import Lasso

    return Lasso(alpha=alpha, **settings(tol, max_iter=MANY, max_epochs=MANY)).fit(X, y)


put_outside(SOLVERS)
