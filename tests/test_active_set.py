"""The active-set method: its pieces against plain numpy, its limits, and data that make such methods cycle."""

import warnings

import naive
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning

from lassofit import ElasticNet, Lasso
from lassofit._engine import at_once, columns, layout, search, stages, whole
from lassofit._engine.columns import known_columns
from lassofit._engine.kernels import newton
from lassofit._engine.penalty import build_penalty
from lassofit._engine.problem import Problem
from lassofit._engine.solve import Control, Solution
from lassofit.testing import certify


@pytest.fixture(autouse=True)
def _c_order_in_place(monkeypatch):
    """Small C-ordered X is solved in place too, as large X is, lest that way goes untested."""
    monkeypatch.setattr(layout, "COPY_CAP", 0)


STORES = [np.asfortranarray, np.ascontiguousarray, sparse.csc_array]


def correlated(n, p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + 2 * rng.standard_normal((n, 1)) + 3.0
    return X, X[:, :5] @ [3, -2, 1, 1, -1] + rng.standard_normal(n)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("store", STORES)
def test_columns(store, fit_intercept):
    """Gram matrix, residual and correlations of columns that came in pieces, weights included."""
    X, y = correlated(30, 9)
    s = np.random.default_rng(1).integers(0, 3, 30).astype(float)
    problem = Problem(store(X), s, fit_intercept).with_target(y)
    P = naive.problem(X, y, s, alpha=1.0, fit_intercept=fit_intercept)
    known = known_columns(problem)
    order = np.array([7, 2, 0, 5, 1])
    for piece in (order[:2], order[2:3], order[3:]):
        known.extend(piece)
    G, q = naive.gram(P)
    assert_allclose(known.gram[:5, :5], G[np.ix_(order, order)], atol=1e-12)
    w = np.array([1.0, 0.0, -2.0, 0.5, 3.0])
    assert_allclose(known.residual(w), P.s / P.s.sum() * (P.y - P.X[:, order] @ w), atol=1e-13)
    assert_allclose(known.correlations(w), (q - G[:, order] @ w)[order], atol=1e-12)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_a_few_columns_stay_where_they_are(fit_intercept):
    """Those of tall data, which a sample of rows names: with the same Gram matrix, residual and correlations."""
    X, y = correlated(300, 9)
    X += 0.5
    problem = Problem(np.asfortranarray(X), None, fit_intercept).with_target(y)
    copied, known = known_columns(problem), known_columns(problem, 5)
    assert isinstance(known, columns.TallColumns) and not isinstance(copied, columns.TallColumns)
    for piece in ([7, 2], [0], [5, 1]):
        copied.extend(np.array(piece))
        known.extend(np.array(piece))
    assert_allclose(known.gram[:5, :5], copied.gram[:5, :5], atol=1e-13)
    w = np.array([1.0, 0.0, -2.0, 0.5, 3.0])
    assert_allclose(known.residual(w), copied.residual(w), atol=1e-15)
    assert_allclose(known.correlations(w), copied.correlations(w), atol=1e-13)


def test_who_is_copied_all_the_same():
    """Many columns, and those that BLAS and dots could not take as they lie there."""
    X, y = correlated(300, 9)
    lies, s = np.asfortranarray(X), np.linspace(0.0, 1.0, 300)
    far, single = lies + 100.0, lies.astype(np.float32)
    for data, weights, count in [(lies, None, 49), (X, None, 5), (lies, s, 5), (far, None, 5), (single, None, 5)]:
        store = known_columns(Problem(data, weights, True).with_target(y), count)
        assert isinstance(store, columns.DenseColumns)


def test_violations_by_cases():
    """Where a column may move, and by how much its pull exceeds what holds it."""
    inf = np.inf
    table = [  # c, w, l1, lo, hi, gain
        (1.5, 0.0, 1.0, -inf, inf, 0.5),
        (-1.5, 0.0, 1.0, -inf, inf, 0.5),
        (0.5, 0.0, 1.0, -inf, inf, -0.5),
        (1.5, 0.0, 1.0, -inf, 0.0, -2.5),  # may only go down
        (-1.5, 0.0, 1.0, 0.0, inf, -2.5),  # positive
        (0.6, 2.0, 1.0, -inf, 2.0, 0.4),  # at its upper bound, and pulled inwards
        (1.6, 2.0, 1.0, -inf, 2.0, -0.6),
        (9.0, 0.0, 0.0, 0.0, 0.0, -inf),  # out of the problem
    ]
    for c, w, l1, lo, hi, gain in table:
        found = newton.violation(w, c, l1, 0.0, lo, hi)
        assert found == pytest.approx(gain, abs=1e-9), (c, w, l1, lo, hi)


VARIANTS = {
    "lasso": {},
    "enet": {"l1_ratio": 0.6},
    "ridge": {"l1_ratio": 0.0},
    "positive": {"positive": True},
    "box": {"bounds": (-0.5, 1.0)},
    "factors": {"penalty_factor": [0.0, 0.0, 2.0, np.inf] + [1.0] * 26},
    "standardize": {"standardize": True},
    "no-intercept": {"fit_intercept": False},
}


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n", [20, 80])
@pytest.mark.parametrize("variant", VARIANTS)
def test_equal_to_the_exact_solution(variant, n, weighted, store):
    X, y = correlated(n, 30)
    s = np.random.default_rng(1).exponential(size=n) if weighted else None
    kw = {"l1_ratio": 1.0, **VARIANTS[variant]}
    for alpha in (1.0, 0.05):
        model = ElasticNet(alpha=alpha, solver="active_set", tol=1e-13, max_iter=100_000, **kw)
        model.fit(store(X), y, sample_weight=s)
        P = naive.problem(X, y, s, alpha=alpha, **kw)
        exact = naive.solve_active_set(P)
        assert model.converged_ and certify(model, X, y, s).relative_gap <= 1e-12
        assert_allclose(model.coef_, exact, atol=1e-8 * max(1, np.abs(exact).max()))
        assert np.array_equal(model.coef_ == 0, exact == 0) or variant in ("box", "positive", "factors")


def degenerate(seed, n=40, p=60):
    """Duplicates, negated copies, sums, zeros, ties."""
    rng = np.random.default_rng(seed)
    base = np.round(rng.standard_normal((n, p)))
    extra = [base, base[:, :20], -base[:, 20:30], base[:, 30:40] + base[:, 40:50], np.zeros((n, 5)), np.ones((n, 3))]
    X = np.hstack(extra)
    return X[:, rng.permutation(X.shape[1])], base[:, :6].sum(1) + np.round(rng.standard_normal(n))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("store", STORES)
def test_degenerate_columns_down_to_a_millionth_of_alpha_max(seed, store):
    """No cycle, no NaN, and a certificate, or the fall-back's honest warning."""
    X, y = degenerate(seed)
    largest = np.abs((X - X.mean(0)).T @ (y - y.mean())).max() / len(y)
    for factor in (0.5, 1e-1, 1e-2, 1e-4, 1e-6):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = Lasso(alpha=largest * factor, solver="active_set", tol=1e-9, max_iter=5000).fit(store(X), y)
        assert np.isfinite(model.coef_).all() and model.n_iter_ <= 5000
        assert certify(model, X, y).relative_gap == pytest.approx(model.relative_gap_, rel=1e-3, abs=1e-11)
        assert model.converged_, (seed, factor, model.relative_gap_)


@pytest.mark.parametrize("columns_that_fit", [24, 40, 1000])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.05])
@pytest.mark.parametrize("solver", ["auto", "active_set"])
def test_stages_in_one_call_that_are_given_up(solver, l1_ratio, columns_that_fit, monkeypatch):
    """What goes on from there, on other columns or the Gram matrix, solves the same problem.

    The correlations at which a call ends were once written over X'y, which everything else takes from the problem:
    fits that had outgrown their memory certified gaps of 1e-16, and were wrong.
    """
    monkeypatch.setattr(at_once, "_ROOM", 16)
    monkeypatch.setattr(whole, "_CHEAP", 0)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        n, p = int(rng.integers(20, 60)), int(rng.integers(80, 300))
        X = np.asfortranarray(rng.standard_normal((n, p)))
        y = X @ rng.standard_normal(p) + rng.standard_normal(n)
        monkeypatch.setattr(columns, "GATHERED", 8 * columns_that_fit * (2 * columns_that_fit + n))
        monkeypatch.setattr(columns, "SHARE_OF_X", 0)
        largest = np.abs((X - X.mean(0)).T @ (y - y.mean())).max() / n
        problem = Problem(X, None, True, y)
        for factor in (0.3, 0.02):
            alpha = factor * largest / l1_ratio
            model = ElasticNet(alpha, l1_ratio=l1_ratio, tol=1e-8, solver=solver).fit(X, y)
            assert model.converged_ and certify(model, X, y).relative_gap <= 1e-8, (seed, n, p, factor)
            penalty = build_penalty(problem, alpha, l1_ratio, None, -np.inf, np.inf, False)
            list(stages.run(problem, penalty, Solution(problem, penalty), Control(1e-8, solver=solver)))
            assert_allclose(problem.target_correlations(), X.T @ (y - y.mean()) / n, atol=1e-12)


@pytest.fixture
def little_memory(monkeypatch):
    """Twenty gathered columns are too many, and the full Gram matrix is not made at once."""
    monkeypatch.setattr(whole, "_CHEAP", 0)
    monkeypatch.setattr(columns, "GATHERED", 0)
    monkeypatch.setattr(columns, "SHARE_OF_X", 0.1)


@pytest.mark.parametrize("store", STORES)
def test_a_face_that_grows_too_large_goes_on_elsewhere(little_memory, store, monkeypatch):
    """On the full Gram matrix (dense), or by sweeps (sparse): the same certified point, and rounds count on."""
    X, y = correlated(100, 200)
    model = Lasso(alpha=0.02, solver="active_set", tol=1e-11, max_iter=100_000).fit(store(X), y)
    monkeypatch.undo()
    expected = Lasso(alpha=0.02, solver="active_set", tol=1e-11, max_iter=100_000).fit(X, y)
    assert model.converged_ and np.count_nonzero(expected.coef_) > 20
    assert_allclose(model.coef_, expected.coef_, atol=1e-7)
    assert (np.diff(model.history_["iteration"]) >= 0).all()


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_columns_met_one_by_one_give_what_the_full_gram_matrix_gives(variant, store, monkeypatch):
    """Small dense data go straight to the full Gram matrix; here they do not."""
    X, y = correlated(60, 30)
    kw = {"l1_ratio": 1.0, "alpha": 0.05, "tol": 1e-13, "max_iter": 100_000, **VARIANTS[variant]}
    expected = ElasticNet(solver="active_set", **kw).fit(X, y)
    monkeypatch.setattr(whole, "_CHEAP", 0)
    monkeypatch.setattr(search, "_CANDIDATES", 10)
    model = ElasticNet(solver="active_set", **kw).fit(store(X), y)
    assert model.converged_ and expected.converged_
    assert_allclose(model.coef_, expected.coef_, atol=1e-8 * max(1, np.abs(expected.coef_).max()))


def test_ill_conditioned_data_cost_steps_not_sweeps():
    """What coordinate descent needs thousands of sweeps for takes tens of steps, and ends at rounding."""
    X, y = load_diabetes(return_X_y=True)
    X = np.hstack([X, X * X[:, 2:3], X * X[:, 8:9]])
    active = Lasso(alpha=1e-4, solver="active_set", tol=1e-12, max_iter=100_000).fit(X, y)
    assert active.converged_ and active.n_iter_ < 200


@pytest.mark.parametrize("solver", ["active_set", "cd"])
def test_max_iter_is_a_bound(solver):
    X, y = correlated(50, 100)
    for max_iter in (1, 2, 5):
        with pytest.warns(ConvergenceWarning, match="^Objective did not converge"):
            model = Lasso(alpha=1e-3, solver=solver, max_iter=max_iter, tol=1e-10).fit(X, y)
        assert model.n_iter_ <= max_iter and np.isfinite(model.dual_gap_)
