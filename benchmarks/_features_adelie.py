"""adelie's cells of the table of features, as JSON; run by a Python that has adelie (it needs numpy < 2)."""

import json
import sys

import _feature_checks
import adelie as ad
import numpy as np
from scipy import sparse


def fit(X, glm, lmda=_feature_checks.ALPHA, **options):
    """The state of a tight fit at one alpha, or at several."""
    lmda = np.atleast_1d(np.asarray(lmda, dtype=np.float64))
    data = ad.matrix.sparse(X, method="naive") if sparse.issparse(X) else np.asfortranarray(X)
    if options.pop("standardize", False):
        data = ad.matrix.standardize(data)
    options = {"tol": 1e-14, "max_iters": 10**8, "progress_bar": False, "early_exit": False, **options}
    return ad.grpnet(data, glm, lmda_path=lmda, **options), data


class Adelie:
    """adelie by ``grpnet``, ``cv_grpnet`` and its scikit-learn class."""

    name = "adelie"

    def lasso(self, X, y, weights=None, factor=None, bounds=None, positive=False, l1_ratio=1.0, standardize=False):
        dtype = X.dtype.type
        weights = None if weights is None else weights / weights.sum()
        constraints = None
        if positive:
            constraints = [ad.constraint.lower(np.zeros(1), dtype=dtype) for _ in range(X.shape[1])]
        if bounds is not None:
            ends = zip(*bounds, strict=True)
            constraints = [ad.constraint.box(np.array([low]), np.array([high]), dtype=dtype) for low, high in ends]
        glm = ad.glm.gaussian(y, weights=weights, dtype=dtype)
        options = {"penalty": factor, "constraints": constraints, "alpha": l1_ratio, "standardize": standardize}
        state, data = fit(X, glm, **options)
        coef = state.betas.toarray()[0]
        if standardize:  # of the standardised columns, as adelie documents it
            coef = coef / np.asarray(data._scales)
        return coef, state.intercepts[0]

    def path(self, X, y, alphas):
        state, _ = fit(X, ad.glm.gaussian(y), alphas)
        return state.betas.toarray().T, state.intercepts

    def gap(self, X, y):
        state, _ = fit(X, ad.glm.gaussian(y))
        return state.dual_gap, state.betas.toarray()[0], state.intercepts[0]

    def proven(self, X, y):
        state, _ = fit(X, ad.glm.gaussian(y))
        found = (getattr(state, name) for name in dir(state) if not name.startswith("_"))
        return next(v for v in found if isinstance(v, np.ndarray) and v.dtype == bool and v.shape == (8,))

    def between(self, X, y, alphas, alpha):
        state, _ = fit(X, ad.glm.gaussian(y), alphas)
        return ad.diagnostic.coefficient(alpha, state.betas, state.intercepts, state.lmdas)[0].toarray()[0]

    def cv(self, X, y):
        result = ad.cv_grpnet(np.asfortranarray(X), ad.glm.gaussian(y), progress_bar=False, seed=0)
        return result.lmdas[result.best_idx]

    def one_se(self, X, y):
        result = ad.cv_grpnet(np.asfortranarray(X), ad.glm.gaussian(y), progress_bar=False, seed=0)
        return result.lmdas[result.best_idx], result.lmdas[result.idx_1se]

    def stream(self, X, y, size):
        from adelie.sklearn import GroupElasticNet

        return GroupElasticNet().partial_fit(X[:size], y[:size]).coef_

    def estimators(self):
        from adelie.sklearn import GroupElasticNet

        return [GroupElasticNet()]

    def modules(self):
        self.lasso(_feature_checks.X, _feature_checks.Y)
        return set(sys.modules)

    def logistic(self, X, y):
        return fit(X, ad.glm.binomial(y.astype(float)), 0.1)[0].betas.toarray()

    def poisson(self, X, y):
        return fit(X, ad.glm.poisson(y.astype(float)), 0.3)[0].betas.toarray()

    def groups(self, X, y):
        return fit(X, ad.glm.gaussian(y), 1.0, groups=np.arange(0, 8, 2))[0].betas.toarray()

    def multitask(self, X, y):
        found = fit(X, ad.glm.multigaussian(y), 0.5)[0].betas.toarray()[0]
        return found[-16:].reshape(8, 2).T


if __name__ == "__main__":
    cells = _feature_checks.run(Adelie())
    print(json.dumps({"version": ad.__version__, "cells": cells}))
