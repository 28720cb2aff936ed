"""After every fit the gap is recomputed in plain numpy: random problems with everything that can be asked for."""

import warnings

import naive
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning

from lassofit import ElasticNet, Lasso
from lassofit._engine import layout
from lassofit._engine.confirmation import confirm
from lassofit._engine.duality import certify as engine_certificate
from lassofit._engine.duality import noise
from lassofit._engine.penalty import build_penalty
from lassofit._engine.problem import Problem
from lassofit.testing import certify, dual_gap


@pytest.fixture(autouse=True)
def _c_order_in_place(monkeypatch):
    """Small C-ordered X is solved in place too, as large X is, lest that way goes untested."""
    monkeypatch.setattr(layout, "COPY_CAP", 0)


MANY = {"max_iter": 1_000_000}


@st.composite
def problems(draw):
    """Data with ties, copies, sums, zero and constant columns; parameters of all kinds."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, p = draw(st.integers(2, 40)), draw(st.integers(1, 40))
    X = rng.standard_normal((n, p)) * 10.0 ** rng.integers(-2, 3, p)
    if draw(st.booleans()):
        X[:, rng.random(p) < 0.4] += 30.0
    if draw(st.booleans()):
        X = np.round(X)  # ties
    for make in (lambda: X[:, 0], lambda: -X[:, 0], lambda: X.sum(1), lambda: 0.0, lambda: 3.0):
        if p > 3 and draw(st.booleans()):
            X[:, rng.integers(1, p)] = make()
    y = X[:, : max(1, p // 3)].sum(1) + rng.standard_normal(n) * draw(st.sampled_from([0.1, 1.0, 10.0]))
    y *= draw(st.sampled_from([1e-6, 1.0, 1e6]))
    kw = {
        "fit_intercept": draw(st.booleans()),
        "standardize": draw(st.booleans()),
        "positive": draw(st.booleans()),
        "precompute": draw(st.booleans()),
        "selection": draw(st.sampled_from(["cyclic", "random"])),
        "solver": draw(st.sampled_from(["cd", "active_set", "auto"])),
        "random_state": 0,
    }
    if draw(st.booleans()):
        kw["penalty_factor"] = rng.choice([0.0, 0.5, 1.0, 3.0, np.inf], p)
    if draw(st.booleans()):
        size = (np.abs(y).max() or 1.0) / max(np.abs(X).max(), 1.0)
        kw["bounds"] = (-size * rng.choice([0.0, 0.1, np.inf], p), size * rng.choice([0.0, 0.1, np.inf], p))
    s = rng.integers(0, 4, n).astype(float) if draw(st.booleans()) else None
    if s is not None and not s.any():
        s = None
    l1_ratio = draw(st.sampled_from([1.0, 1.0, 0.5, 0.01, 0.0]))
    largest = np.abs(X.T @ (y - y.mean())).max() / n
    alpha = float(largest or 1.0) * draw(st.sampled_from([2.0, 0.5, 0.1, 1e-2, 1e-3]))
    return X, y, s, alpha, l1_ratio, kw


def fit(problem, store=np.asarray, **more):
    X, y, s, alpha, l1_ratio, kw = problem
    model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, **kw, **more)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(store(X), y, sample_weight=s)


def scale_of(problem):
    """The weighted mean of the squared centred y, which makes gaps relative."""
    _, y, s, *_, kw = problem
    s = np.ones(len(y)) if s is None else s
    centre = np.average(y, weights=s) if kw["fit_intercept"] else 0.0
    return float(np.average((y - centre) ** 2, weights=s))


@settings(max_examples=300)
@given(problem=problems(), store=st.sampled_from([np.asfortranarray, np.ascontiguousarray, sparse.csc_array]))
def test_attributes_are_the_recomputed_certificate(problem, store):
    X, y, s, *_, kw = problem
    model = fit(problem, store, tol=1e-6, max_iter=20_000)
    found = certify(model, store(X), y, s)
    scale = scale_of(problem)
    if np.isfinite(model.dual_gap_) and np.isfinite(found.dual_gap):
        # Rounding: projections on unpenalised columns that nearly depend on each other have left 2.3e-11.
        assert found.dual_gap == pytest.approx(model.dual_gap_, rel=1e-4, abs=1e-10 * scale)
    assert np.isfinite(model.coef_).all()
    assert model.converged_ == (model.relative_gap_ <= 1e-6)
    if scale > 0:
        assert model.relative_gap_ == pytest.approx(model.dual_gap_ / scale, rel=1e-9)
    lower, upper = kw.get("bounds", (-np.inf, np.inf))
    assert (model.coef_ >= lower).all() and (model.coef_ <= upper).all()
    if kw["positive"]:
        assert (model.coef_ >= 0).all()
    if "penalty_factor" in kw:
        assert not model.coef_[np.isinf(kw["penalty_factor"])].any()


@settings(max_examples=150)
@given(problem=problems())
def test_objective_is_that_of_the_exact_solution(problem):
    """Within the reported gap of an active-set solution that knows nothing of coordinate descent."""
    X, y, s, alpha, l1_ratio, kw = problem
    model = fit(problem, tol=1e-7, max_iter=20_000)
    given_problem = {key: kw[key] for key in kw if key not in ("precompute", "selection", "random_state", "solver")}
    P = naive.problem(X, y, s, alpha=alpha, l1_ratio=l1_ratio, **given_problem)
    try:
        exact = naive.solve_active_set(P)
    except RuntimeError:  # the oracle has no safeguard against cycling
        assume(False)
    least = naive.objective(P, exact)
    reached = naive.objective(P, model.coef_)
    noise = 1e-10 * scale_of(problem)
    assert -noise <= reached - least <= model.dual_gap_ + noise


@settings(max_examples=100)
@given(problem=problems())
def test_dense_and_sparse_agree(problem):
    dense, csc = fit(problem, tol=1e-10), fit(problem, sparse.csc_array, tol=1e-10)
    if dense.converged_ and csc.converged_:
        X, y, s = problem[:3]
        found = certify(dense, X, y, s).objective, certify(csc, X, y, s).objective
        assert found[0] == pytest.approx(found[1], abs=1e-9 * scale_of(problem), rel=1e-9)


def test_corrupting_a_coefficient_raises_the_gap():
    X, y = load_diabetes(return_X_y=True)
    model = Lasso(alpha=0.1, tol=1e-13, **MANY).fit(X, y)
    gap = certify(model, X, y).dual_gap
    for j in range(X.shape[1]):
        coef = model.coef_.copy()
        model.coef_ = coef + np.where(np.arange(len(coef)) == j, 1e-6, 0.0)
        assert certify(model, X, y).dual_gap > gap
        model.coef_ = coef


KINDS = {
    "box": {"bounds": (-100.0, 200.0)},
    "positive": {"positive": True},
    "ridge": {"l1_ratio": 0.0, "alpha": 1e-3},
    "tiny-l2": {"l1_ratio": 1 - 1e-9},
    "unpenalised": {"penalty_factor": [0, 0, 1, 1, 1, 1, 0.5, 1, 1, 2]},
    "unpenalised-box": {"penalty_factor": [0] * 3 + [1] * 7, "bounds": (-np.inf, 150.0)},
    "standardize": {"standardize": True, "alpha": 1.0},
    "excluded": {"penalty_factor": [np.inf, 1, 1, 1, 1, 1, 0, 1, 1, 1]},
}


@pytest.mark.parametrize("store", [np.asarray, sparse.csc_array])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_tight_gaps(kind, weighted, store):
    """Everything that plain residual scaling cannot certify is certified to 1e-14."""
    X, y = load_diabetes(return_X_y=True)
    s = np.random.default_rng(0).random(len(y)) if weighted else None
    kw = {"alpha": 0.1, "l1_ratio": 1.0, "tol": 1e-14, **MANY, **KINDS[kind]}
    model = ElasticNet(**kw).fit(store(X), y, sample_weight=s)
    assert model.converged_ and certify(model, store(X), y, s).relative_gap <= 1e-13
    assert model.kkt_residual_ <= 1e-8


@pytest.mark.parametrize(("n", "p"), [(50, 8), (20, 40)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_least_squares_is_certified(n, p, fit_intercept):
    """alpha=0 on dense X: the exact projection, also where X is rank-deficient."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    X[:, 3] = X[:, 1] + X[:, 2]
    y = rng.standard_normal(n) + 5
    with pytest.warns(UserWarning, match="With alpha=0"):
        model = Lasso(alpha=0, fit_intercept=fit_intercept, tol=1e-13).fit(X, y)
    assert model.converged_ and model.relative_gap_ <= 1e-14
    A = np.c_[X, np.ones(n)] if fit_intercept else X
    fitted = A @ np.linalg.lstsq(A, y, rcond=None)[0]
    np.testing.assert_allclose(model.predict(X), fitted, atol=1e-10)


def test_dependent_unpenalised_columns_far_from_zero():
    """A copy and a sum that are independent only by the rounding of the data must not get coefficients of 1e9."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 8)) + 1e6
    X[:, 3], X[:, 4] = X[:, 1], X[:, 1] + X[:, 2]
    y = rng.standard_normal(60) + X[:, 5] - 1e6
    model = Lasso(alpha=0.1, penalty_factor=[1, 0, 0, 0, 0, 1, 1, 1], tol=1e-8, max_iter=100_000).fit(X, y)
    assert model.converged_ and np.abs(model.coef_).max() < 10
    assert certify(model, X, y).relative_gap < 1e-7


def test_a_wrong_answer_is_not_certified():
    """The certificate is not a formality: stopped early, the gap is honest and the flag is down."""
    X, y = load_diabetes(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="^Objective did not converge. You might want to increase the number"):
        model = Lasso(alpha=1e-3, max_iter=1, tol=1e-8).fit(X, y)
    best = certify(Lasso(alpha=1e-3, tol=1e-12, **MANY).fit(X, y), X, y).objective
    assert not model.converged_ and model.relative_gap_ > 1e-8
    assert certify(model, X, y).objective - best <= model.dual_gap_ * (1 + 1e-9)


def test_history_tells_the_story():
    X, y = load_diabetes(return_X_y=True)
    model = Lasso(alpha=0.05, tol=1e-8).fit(X, y)
    h = model.history_
    names = {"iteration", "objective", "dual_gap", "support_size", "working_set_size", "seconds"}
    assert set(h) == names and len({len(values) for values in h.values()}) == 1
    assert h["iteration"][0] == 0 and h["iteration"][-1] == model.n_iter_
    assert h["dual_gap"][-1] == model.dual_gap_ and h["support_size"][-1] == np.count_nonzero(model.coef_)
    assert (np.diff(h["objective"]) <= 1e-9).all() and (np.diff(h["seconds"]) >= 0).all()


@pytest.mark.parametrize("share", [1e-8, 1e-12, 1e-14, 1e-16])
@pytest.mark.parametrize(("n", "p"), [(200, 18), (60, 180)])
def test_next_to_no_penalty_is_certified(n, p, share):
    """Where l1 is hardly more than rounding, the dual point is corrected: shrunk, its gap was 1e-4 at 1e-14."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    y = X[:, :5].sum(1) + rng.standard_normal(n)
    model = Lasso(alpha=share * naive.alpha_max(X, y), tol=1e-11).fit(X, y)
    assert model.converged_ and certify(model, X, y).relative_gap <= 1e-11


@pytest.mark.parametrize("factor", [1e-8, 1e-12])
def test_columns_that_are_hardly_penalised_are_certified(factor):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 300))
    y = X[:, :15].sum(1) + rng.standard_normal(200)
    model = Lasso(0.1, tol=1e-11, penalty_factor=np.where(np.arange(300) < 5, factor, 1.0)).fit(X, y)
    assert model.converged_ and certify(model, X, y).relative_gap <= 1e-11


def test_slack_hides_no_more_than_the_goal():
    """Two columns 1e-11 apart, with violations of half a slack: along (1, -1) the objective can still fall."""
    apart, w = 1e-11, np.array([1.0, -0.5])
    X = np.sqrt(3) * np.array([[1.0, 1.0], [0.0, apart], [0.0, 0.0]])
    slack = 64 * np.finfo(float).eps * 0.7
    l1 = 100 * slack
    pull = l1 + 0.5 * slack
    r = np.sqrt(3) * np.array([pull, -2 * pull / apart, 0.4])
    y = X @ w + r
    data = Problem(np.asfortranarray(X), None, False, y)
    penalty = build_penalty(data, l1, 1.0, None, -np.inf, np.inf, False)
    known = engine_certificate(data, penalty, w, data.y - X @ w, np.zeros(2, dtype=bool), noise(data), data.correlate)
    P = naive.problem(X, y, alpha=l1, fit_intercept=False, dtype=np.longdouble)
    there = max(
        naive.objective(P, w) - naive.objective(P, w + step * np.array([1, -1])) for step in np.logspace(0, 9, 91)
    )
    assert known.gap < 1e-12 and there > 1e-8
    honest = confirm(data, penalty, w, known, 1e-10)
    assert honest.gap >= there and honest.corrected and confirm(data, penalty, w, honest, 1e-10) is honest
    assert confirm(data, penalty, w, known, 1.0) is known
    assert dual_gap(X, y, w, alpha=l1, fit_intercept=False) >= there
