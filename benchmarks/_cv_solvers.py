"""The solvers that choose alpha by cross-validation, side by side: small adapters around the public classes.

An adapter takes a Task and a `tol` and returns the fitted estimator; constructing it and its whole ``fit`` are timed.
``tol=None`` asks for default settings; else the limits on iterations are lifted, so that `tol` alone decides.
cv.glmnet runs in R (_outside.py), gets the same folds, and makes the same grid of its own.
"""

import warnings
from typing import NamedTuple

import _outside
import numpy as np
from _timing import timed
from sklearn.model_selection import KFold
from solvers import MANY, Solver, settings, solver
from threadpoolctl import threadpool_limits

CHOOSERS = {}
FOLDS = KFold(5)


class Task:
    """What is to be chosen from: data, the same folds for all, and the grid of alphas."""

    def __init__(self, X, y, count=100, eps=1e-3, jobs=1):
        self.X, self.y, self.count, self.eps, self.jobs = X, y, count, eps, jobs
        self.fold_ids = np.empty(len(y), np.int32)  # counted from 1, as R wants them
        for k, (_, test) in enumerate(FOLDS.split(y)):
            self.fold_ids[test] = k + 1
        gradient = X.T @ (y - y.mean())
        self.alphas = np.abs(gradient).max() / len(y) * np.geomspace(1, eps, count)

    def index(self, alpha):
        """Place in the grid."""
        return int(np.abs(np.log(self.alphas / alpha)).argmin())


class Choice(NamedTuple):
    """The alpha that was chosen, its place in the grid, its mean squared error, the seconds, and the alphas solved."""

    alpha: float
    index: int
    mse: float
    wall: float
    cpu: float
    solved: int


def choose(solver, task, tol, limit=None, at_least=0.0):
    """Choose alpha once, timed; a solver outside this process returns None after ``limit`` seconds."""
    if solver.outside is not None:
        done = solver.outside.choose(task, limit)
        if done is None:
            return None
        alpha, mse, wall, cpu, solved = done
    else:
        with warnings.catch_warnings(), threadpool_limits(1 if solver.name == "lassofit-1" else None):
            warnings.simplefilter("ignore")
            model, wall, cpu = timed(lambda: solver.fit(task, tol), at_least)
        (alpha, mse), solved = solver.read(model), task.count
    return Choice(float(alpha), task.index(alpha), float(mse), wall, cpu, solved)


def read_chosen(model):
    """Chosen alpha and its mean squared error."""
    return model.alpha_, model.mse_path_.mean(axis=-1).min()


def put(name, distribution, module, **more):
    """Put an adapter into the registry under ``name``."""
    return solver(CHOOSERS, name, distribution, module, read=read_chosen, **more)


def shared(task, tol, jobs=None, **limits):
    """Parameters that every estimator of a cross-validation is given."""
    return {"eps": task.eps, "cv": FOLDS, "n_jobs": jobs or task.jobs, **settings(tol, **limits)}


@put("lassofit", "lassofit", "lassofit", ours=True)
def lassofit(task, tol):
    """lassofit."""
    from lassofit import LassoCV

    return LassoCV(alphas=task.count, **shared(task, tol, max_iter=MANY)).fit(task.X, task.y)


@put("lassofit-1", "lassofit", "lassofit", ours=True)
def lassofit_alone(task, tol):
    """lassofit on one thread, whatever the others have."""
    from lassofit import LassoCV

    return LassoCV(alphas=task.count, **shared(task, tol, 1, max_iter=MANY)).fit(task.X, task.y)


@put("sklearn", "scikit-learn", "sklearn")
def sklearn(task, tol):
    """scikit-learn; ``alphas`` is a number since 1.7."""
    from sklearn.linear_model import LassoCV

    return LassoCV(alphas=task.count, **shared(task, tol, max_iter=MANY)).fit(task.X, task.y)


@put("celer", "celer", "celer")
def celer(task, tol):
    """celer."""
    from celer import LassoCV

    given = shared(task, tol, max_iter=MANY, max_epochs=MANY)
    return LassoCV(n_alphas=task.count, **given).fit(task.X, task.y)


CHOOSERS["glmnet"] = Solver("glmnet", None, "glmnet", outside=_outside.GLMNET)
