"""The solvers side by side: small adapters around the public estimator classes.

An adapter takes (X, y, alpha, tol) and returns the fitted estimator; constructing the estimator and
whatever its ``fit`` does is timed. ``tol=None`` asks for the package's default settings, with alpha
alone given; else the limits on iterations are lifted, so that `tol` alone decides.

R's glmnet and adelie are left out: glmnet runs in another process, so its `fit` cannot be interleaved
on the same clock, and adelie needs numpy < 2, so an environment of its own.
"""

from importlib.util import find_spec
from typing import NamedTuple

from scipy import sparse

SOLVERS = {}
MANY = 1_000_000  # iterations: as good as no limit


class Solver(NamedTuple):
    """One solver of the comparison."""

    name: str
    fit: object  # (X, y, alpha, tol) -> fitted estimator
    distribution: str  # name of the package in the package index
    module: str
    ours: bool = False
    absolute: bool = False  # its tol is in the units of alpha, so the harness scales it by alpha_max
    takes: object = None  # X -> whether the solver is meant for it; None: for any

    @property
    def installed(self):
        """Whether the package can be imported."""
        return find_spec(self.module) is not None


def solver(name, distribution, module, **more):
    """Put an adapter into SOLVERS under ``name``."""

    def put(function):
        SOLVERS[name] = Solver(name, function, distribution, module, **more)
        return function

    return put


def settings(tol, **given):
    """Parameters of an estimator: nothing but the defaults if ``tol`` is None."""
    return {} if tol is None else {"tol": tol, **given}


@solver("lassofit-cd", "lassofit", "lassofit", ours=True)
def lassofit_cd(X, y, alpha, tol):
    """lassofit, coordinate descent."""
    from lassofit import Lasso

    return Lasso(alpha=alpha, solver="cd", **settings(tol, max_iter=MANY)).fit(X, y)


@solver("lassofit-active", "lassofit", "lassofit", ours=True)
def lassofit_active(X, y, alpha, tol):
    """lassofit, active-set Newton method."""
    from lassofit import Lasso

    return Lasso(alpha=alpha, solver="active_set", **settings(tol, max_iter=MANY)).fit(X, y)


@solver("lassofit", "lassofit", "lassofit", ours=True)
def lassofit_auto(X, y, alpha, tol):
    """lassofit, left to choose its solver."""
    from lassofit import Lasso

    return Lasso(alpha=alpha, **settings(tol, max_iter=MANY)).fit(X, y)


@solver("sklearn", "scikit-learn", "sklearn")
def sklearn(X, y, alpha, tol):
    """scikit-learn, coordinate descent on the columns of X."""
    from sklearn.linear_model import Lasso

    return Lasso(alpha=alpha, **settings(tol, max_iter=MANY)).fit(X, y)


def _tall(X):
    return not sparse.issparse(X) and X.shape[0] > X.shape[1]


@solver("sklearn-gram", "scikit-learn", "sklearn", takes=_tall)
def sklearn_gram(X, y, alpha, tol):
    """scikit-learn with ``precompute=True`` (coordinate descent on X'X), for dense X with n > p only."""
    from sklearn.linear_model import Lasso

    return Lasso(alpha=alpha, precompute=True, **settings(tol, max_iter=MANY)).fit(X, y)


@solver("celer", "celer", "celer")
def celer(X, y, alpha, tol):
    """celer."""
    from celer import Lasso

    return Lasso(alpha=alpha, **settings(tol, max_iter=MANY, max_epochs=MANY)).fit(X, y)


@solver("skglm", "skglm", "skglm", absolute=True)
def skglm(X, y, alpha, tol):
    """skglm, whose `tol` is absolute, in the units of alpha."""
    from skglm import Lasso

    return Lasso(alpha=alpha, **settings(tol, max_iter=MANY, max_epochs=MANY)).fit(X, y)
