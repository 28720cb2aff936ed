"""The full Gram matrix in single precision: how exact it is, and that what is solved on it is certified from X."""

import warnings

import naive
import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning

from lassofit import ElasticNet, Lasso
from lassofit._engine import layout, products, whole
from lassofit._engine.penalty import Penalty
from lassofit._engine.problem import Problem
from lassofit.testing import certify

VARIANTS = {
    "lasso": {},
    "enet": {"l1_ratio": 0.6},
    "positive": {"positive": True},
    "box": {"bounds": (-0.5, 1.0)},
    "factors": {"penalty_factor": [0.5, 2.0, np.inf] + [1.0] * 27},
    "standardize": {"standardize": True},
    "no intercept": {"fit_intercept": False},
}


def correlated(n, p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + 2 * rng.standard_normal((n, 1)) + 3.0
    return X, X[:, :5] @ [3, -2, 1, 1, -1] + rng.standard_normal(n)


@pytest.fixture
def always_rough(monkeypatch):
    """Small problems take the full Gram matrix, in single precision, after the first pass."""
    for name, value in {"_CHEAP": 0, "_FAIR": 0, "DEEP": 0, "_PULLED": -1}.items():
        monkeypatch.setattr(whole, name, value)
    for name in ("DEAR", "_FEW", "_FEW_COPIED"):
        monkeypatch.setattr(whole, name, 0)
    monkeypatch.setattr(whole, "_DEAR_SINGLE", 0)
    monkeypatch.setattr(layout, "COPY_CAP", 0)
    made = []
    original, full, rough = Problem.gram, Problem.full_gram, Problem.rough_gram

    def gram(self, which, pieces=None, level=None):
        if level is None:
            made.append("double")
        return original(self, which, pieces, level)

    def rough_gram(self, *lines):
        made.append("single")
        return rough(self, *lines)

    def full_gram(self):
        if self.made_gram is None:
            made.append("double")
        return full(self)

    monkeypatch.setattr(Problem, "gram", gram)
    monkeypatch.setattr(Problem, "rough_gram", rough_gram)
    monkeypatch.setattr(Problem, "full_gram", full_gram)
    return made


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("store", [np.asfortranarray, np.ascontiguousarray])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_it_is_right_to_single_precision(store, dtype, fit_intercept, weighted, monkeypatch):
    monkeypatch.setattr(products, "FEWEST_ROWS", 16)
    monkeypatch.setattr(products, "_ROWS", 16)  # several blocks, the last one shorter
    X, y = correlated(90, 7)
    X = (X * 10.0 ** np.linspace(-5, 5, 7)).astype(dtype)
    s = np.random.default_rng(1).integers(0, 3, 90).astype(float) if weighted else None
    problem = Problem(store(X), s, fit_intercept, y)
    exact, _ = naive.gram(naive.problem(X.astype(float), y, s, alpha=1.0, fit_intercept=fit_intercept))
    rough, norm = problem.rough_gram(), np.sqrt(np.diag(exact))
    assert (np.abs(rough - exact) <= 1e-6 * np.outer(norm, norm)).all()
    assert_allclose(np.diag(rough), np.diag(exact), rtol=1e-12)
    assert problem.with_target(-y).rough_gram() is rough
    within = 1e-13 * np.outer(norm, norm)
    for which in (np.arange(7), np.array([2, 0, 1, 3, 4, 6, 5]), np.array([5, 1])):  # of all, C-ordered X stays rows
        assert (np.abs(problem.gram(which) - exact[np.ix_(which, which)]) <= within[np.ix_(which, which)]).all()


def test_few_columns_are_not_worth_the_passes_that_refine_it():
    """200 as they lie there, but for single precision; 100 where they are copied in any case."""
    for p, far, expected in ((200, 0, False), (200, 9, True), (100, 9, False), (300, 0, True)):
        X = np.asfortranarray(np.random.default_rng(0).standard_normal((100, p)) + far)
        problem = Problem(X, None)
        problem.n = 10**5  # it is a matter of shape
        assert whole.dear(problem) == expected
    small = Problem(np.asfortranarray(np.random.default_rng(0).standard_normal((400, 100)), dtype=np.float32), None)
    small.n = 10**5
    assert whole.dear(small)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("far", [0.0, 1e9])
@pytest.mark.parametrize("store", [np.asfortranarray, np.ascontiguousarray])
def test_residuals_of_many_columns_are_those_of_few(store, far, fit_intercept, dtype, monkeypatch):
    """C-ordered X is multiplied as it lies there, a block of rows at a time where that has to be converted."""
    monkeypatch.setattr(products, "FEWEST_ROWS", 16)
    monkeypatch.setattr(products, "_ROWS", 16)
    X, y = correlated(90, 40)
    X[:, 3] += far if dtype == np.float64 else min(far, 1e3)
    A, s = store(X.astype(dtype)), np.random.default_rng(1).integers(0, 3, 90).astype(float)
    problem = Problem(A, s, fit_intercept, y)
    for count in (0, 3, 30, 40):
        w = np.zeros(40)
        w[:count] = np.random.default_rng(2).standard_normal(count)
        centred = A.astype(float) - (problem.mean if fit_intercept else 0.0)
        expected = problem.y - centred @ w
        assert_allclose(
            problem.residual_at(w), expected - problem.s @ expected * fit_intercept, atol=1e-6 if far else 1e-12
        )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_residuals_of_huge_coefficients_overflow_in_silence(dtype):
    X, y = correlated(90, 40)
    problem = Problem(np.ascontiguousarray(X.astype(dtype)), None, False, y)
    assert not np.isfinite(problem.residual_at(np.full(40, 1e308))).all()


@pytest.mark.parametrize(("rho", "ratio", "expected"), [(0.0, 100, True), (0.95, 30.1, False), (0.95, 3000, True)])
def test_it_is_not_made_where_few_columns_are_expected_to_be_active(rho, ratio, expected, monkeypatch):
    """Correlated columns are all correlated with y, though few of them will be active."""
    monkeypatch.setattr(whole, "_TELLING", 0)
    monkeypatch.setattr(whole, "_CHEAP", 0)
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.standard_normal((2000, 200)))
    for j in range(1, 200):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    problem = Problem(X, None, True, X[:, ::20].sum(axis=1) + rng.standard_normal(2000))
    c = problem.target_correlations()
    alpha = np.abs(c).max() / ratio
    penalty = Penalty(np.full(200, alpha), np.zeros(200), np.full(200, -np.inf), np.full(200, np.inf))
    assert whole.most_matter(penalty, c) and whole.wanted_at_once(problem, penalty) == expected


def test_there_is_none_where_single_precision_is_too_narrow():
    X, y = correlated(30, 5)
    assert Problem(np.asfortranarray(X * [1.0, 1.0, 1.0, 1.0, 1e-13]), None, True, y).rough_gram() is None
    assert Problem(np.full((30, 5), 2.0, order="F"), None, True, y).rough_gram() is None
    huge = Problem(np.asfortranarray(X * 1e100), None, True, y)
    assert_allclose(huge.rough_gram() / 1e200, huge.full_gram() / 1e200, rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("variant", VARIANTS)
def test_fits_on_it_are_those_on_the_exact_one(variant, dtype, always_rough):
    X, y = correlated(80, 30)
    X = X.astype(dtype)
    kw = {"l1_ratio": 1.0, "alpha": 0.05, "max_iter": 100_000, **VARIANTS[variant]}
    model = ElasticNet(tol=1e-11, **kw).fit(X, y)
    assert "single" in always_rough
    expected = ElasticNet(tol=1e-12, solver="cd", **kw).fit(X, y)
    assert (model.converged_ and certify(model, X, y).relative_gap <= 1.1e-11) or dtype == np.float32
    assert_allclose(model.coef_, expected.coef_, atol=2e-6)


def test_the_gap_at_the_default_tol_is_that_of_the_data(always_rough):
    """Reported is what numpy finds on X, not what the rough matrix says."""
    X, y = correlated(400, 60)
    for alpha in (0.3, 0.03, 0.003):
        model = Lasso(alpha=alpha).fit(X, y)
        assert always_rough == ["single"] and model.converged_
        assert certify(model, X, y).relative_gap == pytest.approx(model.relative_gap_, rel=1e-4, abs=1e-15)
        always_rough.clear()


def test_what_it_cannot_solve_goes_on_with_the_exact_one(always_rough):
    """Nearly dependent columns: conditions that single precision does not see."""
    rng = np.random.default_rng(3)
    base = rng.standard_normal((200, 10))
    X = np.hstack([base, base + 1e-6 * rng.standard_normal((200, 10)), base[:, ::-1] + base])
    y = base @ rng.standard_normal(10) + 1e5 * (X[:, 3] - X[:, 13]) + rng.standard_normal(200)
    largest = np.abs((X - X.mean(0)).T @ (y - y.mean())).max() / 200
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = Lasso(alpha=largest * 1e-7, tol=1e-12, max_iter=5000).fit(X, y)
    assert always_rough[:1] == ["single"] and "double" in always_rough
    assert certify(model, X, y).relative_gap == pytest.approx(model.relative_gap_, rel=1e-3, abs=1e-11)
    assert model.converged_


@pytest.mark.parametrize("seed", range(6))
def test_degenerate_columns(seed, always_rough):
    """Duplicates, negated copies, sums and ties: no cycle, no NaN, and a certificate."""
    rng = np.random.default_rng(seed)
    base = np.round(rng.standard_normal((90, 30)))
    extra = [base, base[:, :10], -base[:, 10:15], base[:, 15:20] + base[:, 20:25], np.zeros((90, 3)), np.ones((90, 2))]
    X = np.hstack(extra)[:, rng.permutation(55)]
    y = base[:, :6].sum(1) + np.round(rng.standard_normal(90))
    largest = np.abs((X - X.mean(0)).T @ (y - y.mean())).max() / 90
    for factor in (0.5, 1e-1, 1e-2, 1e-4, 1e-6):
        model = Lasso(alpha=largest * factor, tol=1e-9, max_iter=5000).fit(X, y)
        assert model.converged_, (seed, factor, model.relative_gap_)
        assert certify(model, X, y).relative_gap == pytest.approx(model.relative_gap_, rel=1e-3, abs=1e-11)
    assert "single" in always_rough
