"""Sparse X with full columns whose means are far from zero: centred in a copy, so as right as dense X."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from lassofit import ElasticNet, Lasso, LassoCV
from lassofit._engine.problem import Problem
from lassofit.testing import certify


def data(far, dtype=np.float64, n=150, p=40):
    """Return X with five full columns ``far`` from zero, the others thin, and a target of both."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p)) * (rng.random((n, p)) < 0.2)
    X[:, :5] = far + rng.standard_normal((n, 5))
    X = X.astype(dtype).astype(np.float64)
    y = X[:, :3] @ [1.0, -1.0, 0.5] - 0.5 * far + X[:, 7:12].sum(axis=1) + 0.3 * rng.standard_normal(n)
    return X, y


def naive_gap(X, y, alpha, model):
    """Return the gap over the target's mean square, in extended precision."""
    X, y, w = (np.asarray(a, dtype=np.longdouble) for a in (X, y, model.coef_))
    X, y = X - X.mean(axis=0), y - y.mean()
    X -= X.mean(axis=0)
    r, n = y - X @ w, len(y)
    kappa = min(1, alpha / np.abs(X.T @ r / n).max())
    dual = (y @ y - (y - kappa * r) @ (y - kappa * r)) / (2 * n)
    return float((r @ r / (2 * n) + alpha * np.abs(w).sum() - dual) * n / (y @ y))


@pytest.mark.parametrize("far", [1e2, 1e5, 1e8, 1e11])
@pytest.mark.parametrize("solver", ["auto", "cd"])
def test_the_certificate_is_right_to_rounding_of_the_data(far, solver):
    """It claimed 1e-16 where the gap was 1e-5: products of X and the algebra of means lost these digits."""
    X, y = data(far)
    X = X + 0.0  # what far + noise has rounded to is the data
    S = sparse.csc_matrix(X)
    for ratio in (2, 50):
        alpha = float(np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(y) / ratio)
        model = Lasso(alpha, tol=1e-13, solver=solver, max_iter=100_000).fit(S, y)
        dense = Lasso(alpha, tol=1e-13, solver=solver, max_iter=100_000).fit(X, y)
        assert model.converged_ and naive_gap(X, y, alpha, model) <= 2e-13
        assert certify(model, S, y).relative_gap <= 2e-13 + (1e-15 * far) ** 2  # the intercept is rounded
        assert_allclose(model.coef_, dense.coef_, atol=1e-6)
        assert_allclose(model.predict(S), dense.predict(X), atol=1e-12 * max(far, 1e6))


def test_only_full_columns_far_from_zero_are_held_in_a_copy():
    X, y = data(1e5)
    S = sparse.csc_matrix(X)
    kept = S.copy()
    near = Problem(sparse.csc_matrix(data(10.0)[0]), None, True, y)
    assert near.held is near.X and near.mean is near.centre
    assert Problem(S, None, False, y).held is S
    problem = Problem(S, None, True, y)
    assert problem.X is S and problem.held is not S
    assert_allclose(problem.mean[:5], 0.0, atol=1e-9)
    assert_array_equal(problem.mean[5:], problem.centre[5:])
    assert_allclose(problem.centre, X.mean(axis=0), rtol=1e-12, atol=1e-15)
    centred = X - X.mean(axis=0)
    centred -= centred.mean(axis=0)
    r = y - y.mean()
    assert_allclose(problem.target_correlations(), centred.T @ r / len(r), rtol=1e-9, atol=1e-11)
    assert_allclose(problem.norm2, (centred**2).mean(axis=0), rtol=1e-12)
    assert_allclose(problem.gram(np.arange(40)), centred.T @ centred / len(r), rtol=1e-9, atol=1e-11)
    for name in ("data", "indices", "indptr"):
        assert_array_equal(getattr(S, name), getattr(kept, name))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_weights_units_and_unpenalised_columns_go_along(dtype):
    X, y = data(3e3, dtype)
    S, s = sparse.csc_matrix(X.astype(dtype)), np.random.default_rng(1).integers(0, 3, len(y)).astype(float)
    factor = np.ones(40)
    factor[[1, 9]] = 0.0
    for more in ({"standardize": True}, {"penalty_factor": factor}, {"l1_ratio": 0.5}):
        dense, thin = (ElasticNet(0.05, tol=1e-12, max_iter=10**5, **{"l1_ratio": 1.0, **more}) for _ in range(2))
        dense.fit(X, y, sample_weight=s)
        thin.fit(S, y, sample_weight=s)
        assert thin.converged_ and thin.coef_.dtype == dtype
        assert_allclose(thin.coef_, dense.coef_, rtol=2e-6 if dtype == np.float32 else 1e-7, atol=1e-7)


def test_folds_and_paths_go_along():
    X, y = data(1e6)
    S = sparse.csc_matrix(X)
    dense, thin = LassoCV(alphas=20, cv=3, tol=1e-10).fit(X, y), LassoCV(alphas=20, cv=3, tol=1e-10).fit(S, y)
    assert_allclose(thin.alphas_, dense.alphas_, rtol=1e-9)
    assert_allclose(thin.mse_path_, dense.mse_path_, rtol=1e-6)
    assert_allclose(thin.coef_, dense.coef_, atol=1e-6)
    paths = [Lasso(tol=1e-10).fit_path(A, y, alphas=20) for A in (X, S)]
    assert_allclose(paths[1].coefs.toarray(), paths[0].coefs, atol=1e-6)
    assert_allclose(paths[1].intercepts, paths[0].intercepts, rtol=1e-6)
