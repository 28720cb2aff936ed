"""A row of weight zero is as good as none, also where it is the only one that tells a column from a constant.

Sums of the columns' moments are about one of their entries: that of such a row would leave rounding in place of zero.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import KFold

from lassofit import ElasticNet, Lasso, LassoCV
from lassofit._engine.problem import Problem
from lassofit.testing import certify

STORES = {"C": np.ascontiguousarray, "F": np.asfortranarray, "float32": np.float32}
KINDS = {
    "plain": {},
    "standardize": {"standardize": True},
    "unpenalised": {"penalty_factor": [0, 1, 1, 1, 1]},
    "ridge": {"l1_ratio": 0.0},
    "bounds": {"penalty_factor": [0, 1, 1, 1, 1], "bounds": (-1.0, 2.0)},
    "no intercept": {"fit_intercept": False, "standardize": True},
}


def marked(seed, constant, at):
    """Return data whose column 0 is constant but for a row, and weights that are zero for that row."""
    rng = np.random.default_rng(seed)
    X, y, s = rng.standard_normal((50, 5)), rng.standard_normal(50), rng.uniform(0.5, 2, 50)
    X[:, 0] = constant
    X[at, 0], s[at] = 1.0, 0.0
    return X, y, s


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("solver", ["auto", "cd", "active_set"])
def test_fits_are_those_without_the_row(kind, store, solver):
    for seed in range(10):
        for constant, at in ((0.0, [0]), (0.0, [0, 1, 2]), (0.1, [0]), (0.0, [49])):
            X, y, s = marked(seed, constant, at)
            model = ElasticNet(0.01, **{"l1_ratio": 1.0, "tol": 1e-10, "solver": solver, **KINDS[kind]})
            coef = model.fit(STORES[store](X), y, sample_weight=s).coef_
            without = model.fit(STORES[store](np.delete(X, at, axis=0)), np.delete(y, at), np.delete(s, at))
            assert_allclose(coef, without.coef_, atol=1e-6 if store == "float32" else 1e-9)
            if constant == 0.0 or model.fit_intercept:
                assert coef[0] == 0
            assert certify(without, X, y, s).relative_gap < 1e-5


@pytest.mark.parametrize("order", "CF")
def test_moments_of_a_constant_column_are_exact(order):
    for seed in range(50):
        X, y, s = marked(seed, 0.0, [0])
        problem = Problem(np.array(X, order=order), s, True, y)
        assert problem.mean[0] == problem.variance[0] == 0
        assert problem.target_correlations()[0] == 0


def test_folds_that_hold_out_the_row_that_marks_a_column():
    """A batch in file order, one-hot: alpha_max was chosen, and errors were 1e92."""
    X, y, _ = marked(0, 0.0, [0])
    X = np.vstack([X, np.random.default_rng(1).standard_normal((150, 5)) * [0, 1, 1, 1, 1]])
    y = X[:, 1] + np.random.default_rng(2).standard_normal(200)
    model = LassoCV(cv=5, standardize=True, store_cv_results=True, tol=1e-10).fit(X, y)
    for k, (train, test) in enumerate(KFold(5).split(X)):
        for i in (0, 50, 99):
            one = Lasso(model.alphas_[i], standardize=True, tol=1e-10).fit(X[train], y[train])
            assert_allclose(model.mse_path_[i, k], np.mean((one.predict(X[test]) - y[test]) ** 2))
            assert_allclose(model.coef_path_[k, :, i], one.coef_, atol=1e-9)
    assert_array_equal(model.coef_path_[0, 0], 0)
