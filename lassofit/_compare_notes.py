"""What to know before the figures of a comparison are believed."""

import numpy as np

from ._engine import validation  # does not import numba
from ._engine.penalty import unlike_units

_FAR = 1e-2  # the gap of what has converged in its own opinion, but to no lasso


def notes_on(rows, estimators, X, weights, max_iter):
    """Return remarks: on what seems to solve another problem, and on columns in very unlike units."""
    from ._engine import problem

    notes = []
    for name, estimator in estimators.items():
        limit = max_iter if "max_iter" in estimator.get_params() else np.inf
        own = [
            row.gap for row in rows if row.name == name and row.gap > _FAR and not row.reached and row.n_iter < limit
        ]
        if own:
            notes.append(
                f"{name} stops by its own rule at a gap of {min(own):.2g} or more: it seems to solve another problem "
                "than the lasso, so its figures do not compare."
            )
    data = problem.Problem(validation.solver_ready(X), weights)  # after the fits: it compiles what a first fit does
    unlike = unlike_units(data.variance) if data.finite else ""
    if unlike:
        notes.append(
            f"{unlike} So those with the largest decide what is compared here: alphas, coefficients and times. Scale X "
            "first, as by StandardScaler, if that is not what the model is to be."
        )
    return notes
