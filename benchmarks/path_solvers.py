"""The solvers of whole paths side by side: small adapters around the public path functions.

An adapter takes (X, y, alphas, tol) and returns the coefficients of shape (p, alphas), the intercepts,
and the iterations if known. Where a package's path has no intercept, X and y are centred first, as its user has to,
within the time taken; sparse X keeps its zeros, and the means are handed over as its function wants them.
"""

from typing import NamedTuple

import numpy as np
from _problem import dense
from scipy import sparse
from solvers import MANY, put_outside, settings, solver

PATHS = {}


class Answer(NamedTuple):
    """A path."""

    coefs: object  # (p, alphas)
    intercepts: np.ndarray
    n_iter: int | None = None
    full_passes: int | None = None


def read_path(answer):
    """Coefficients, intercepts, iterations and full passes of an Answer."""
    return dense(answer.coefs), answer.intercepts, answer.n_iter, answer.full_passes


def put(name, distribution, module, **more):
    """Put an adapter into PATHS under ``name``."""
    return solver(PATHS, name, distribution, module, read=read_path, **more)


def centred(X, y):
    """X and y less their means, and the means; sparse X as it is."""
    means, mean = np.asarray(X.mean(axis=0)).ravel(), y.mean()
    return X if sparse.issparse(X) else X - means, y - mean, means, mean


def offsets(X, means):
    """What scikit-learn's and celer's path functions are told of the means of sparse X."""
    return {"X_offset": means, "X_scale": np.ones(len(means))} if sparse.issparse(X) else {}


@put("lassofit", "lassofit", "lassofit", ours=True)
def lassofit(X, y, alphas, tol):
    """lassofit's ``fit_path``."""
    from lassofit import Lasso

    path = Lasso(**settings(tol, max_iter=MANY)).fit_path(X, y, alphas=alphas)
    return Answer(path.coefs, path.intercepts, int(np.sum(path.n_iters)), getattr(path, "n_full_passes", None))


def _dense(X):
    return not sparse.issparse(X)


@put("lassofit-function", "lassofit", "lassofit", ours=True, takes=_dense)
def lassofit_function(X, y, alphas, tol):
    """lassofit's ``lasso_path``, which has scikit-learn's contract: no intercept, so dense X is centred first."""
    from lassofit import lasso_path

    Xc, yc, means, mean = centred(X, y)
    _, coefs, _, n_iters = lasso_path(Xc, yc, alphas=alphas, return_n_iter=True, **settings(tol, max_iter=MANY))
    return Answer(coefs, mean - means @ coefs, sum(n_iters))


def _sklearn(X, y, alphas, tol, precompute):
    """scikit-learn's path; Xc is a copy already, so it need not be copied again."""
    from sklearn.linear_model import lasso_path

    Xc, yc, means, mean = centred(X, y)
    more = {**offsets(X, means), **settings(tol, max_iter=MANY)}
    _, coefs, _, n_iters = lasso_path(
        Xc, yc, alphas=alphas, precompute=precompute, copy_X=False, return_n_iter=True, **more
    )
    return Answer(coefs, mean - means @ coefs, int(np.sum(n_iters)))


@put("sklearn", "scikit-learn", "sklearn")
def sklearn_auto(X, y, alphas, tol):
    """scikit-learn, ``precompute='auto'``: on X'X where n > p."""
    return _sklearn(X, y, alphas, tol, "auto")


@put("sklearn-residual", "scikit-learn", "sklearn", takes=lambda X: _dense(X) and X.shape[0] > X.shape[1])
def sklearn_residual(X, y, alphas, tol):
    """scikit-learn, ``precompute=False``; 'auto' is the same unless dense X has n > p."""
    return _sklearn(X, y, alphas, tol, False)


@put("celer", "celer", "celer")
def celer(X, y, alphas, tol):
    """celer."""
    from celer import celer_path

    Xc, yc, means, mean = centred(X, y)
    more = {**offsets(X, means), **settings(tol, max_iter=MANY, max_epochs=MANY)}
    _, coefs, _, n_iters = celer_path(Xc, yc, "lasso", alphas=alphas, return_n_iter=True, **more)
    return Answer(coefs, mean - means @ coefs, int(np.sum(n_iters)))


@put("skglm", "skglm", "skglm", absolute=True)
def skglm(X, y, alphas, tol):
    """skglm, whose `tol` is absolute; its path has an intercept: the last row of the coefficients."""
    from skglm import Lasso

    _, coefs, _, n_iters = Lasso(**settings(tol, max_iter=MANY, max_epochs=MANY)).path(X, y, alphas)
    return Answer(coefs[:-1], coefs[-1], int(np.sum(n_iters)))


put_outside(PATHS)
