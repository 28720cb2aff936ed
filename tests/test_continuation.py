"""Paths that are followed: equal to single fits and to exact solutions, honest gaps, any grid, any start."""

import warnings

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from lassofit import ElasticNet, Lasso, lasso_path
from lassofit._engine import active, columns, layout, paths
from lassofit._engine.penalty import build_penalty
from lassofit._engine.problem import Problem
from lassofit._engine.solve import Control
from lassofit.testing import dual_gap

TIGHT = {"tol": 1e-12, "max_iter": 100_000}
INF = np.inf
RNG = np.random.default_rng(5)
N, P = 25, 60
X = RNG.standard_normal((N, P)) * RNG.uniform(0.5, 2, P) + RNG.standard_normal((N, 1)) + 0.5
Y = X[:, :5] @ [3, -2, 1, 1, -1] + RNG.standard_normal(N) + 2.0
WEIGHTS = np.r_[np.zeros(2), RNG.exponential(size=N - 2)]
FACTOR = np.r_[INF, INF, RNG.uniform(0.3, 3, P - 2)]
BOX = (np.r_[-0.2, 0.0, np.full(P - 2, -INF)], np.r_[INF, 0.0, np.full(P - 2, 0.4)])
STORES = {
    "F": np.asfortranarray,
    "C": np.ascontiguousarray,
    "csc": sparse.csc_array,
    "float32": lambda X: np.asfortranarray(X, dtype=np.float32),
}
KINDS = {
    "plain": {},
    "no intercept": {"fit_intercept": False},
    "weights": {"sample_weight": WEIGHTS},
    "elastic net": {"l1_ratio": 0.4},
    "box": {"bounds": BOX},
    "positive": {"positive": True},
    "factors": {"penalty_factor": FACTOR},
    "standardize": {"standardize": True},
    "all": {
        "sample_weight": WEIGHTS, "l1_ratio": 0.7, "bounds": BOX, "penalty_factor": FACTOR, "standardize": True,
        "fit_intercept": False,
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _c_order_in_place(monkeypatch):
    """Small C-ordered X is solved in place too, as large X is, lest that way goes untested."""
    monkeypatch.setattr(layout, "COPY_CAP", 0)


def path_of(X, y, alphas=8, sample_weight=None, eps=1e-2, **kw):
    return ElasticNet(**{"l1_ratio": 1.0, **TIGHT, **kw}).fit_path(X, y, alphas, eps, sample_weight)


def assert_is_the_single_fits(path, X, y, rtol=1e-8, sample_weight=None, **kw):
    for i, alpha in enumerate(path.alphas):
        model = ElasticNet(alpha, **{"l1_ratio": 1.0, **TIGHT, **kw}).fit(X, y, sample_weight=sample_weight)
        coef = path.coefs[:, [i]].toarray().ravel() if sparse.issparse(path.coefs) else path.coefs[:, i]
        assert_allclose(coef, model.coef_, rtol=rtol, atol=rtol * max(np.abs(model.coef_).max(), 1e-3))
        assert_allclose(path.intercepts[i], model.intercept_, rtol=rtol, atol=rtol * np.abs(y).max())


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_alpha_is_the_single_fit(kind, store):
    path = path_of(STORES[store](X), Y, **KINDS[kind])
    assert path.converged.all() and path.n_full_passes >= 2  # it was followed
    assert_is_the_single_fits(path, STORES[store](X), Y, 1e-8 if store != "float32" else 1e-5, **KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_every_alpha_is_the_exact_solution(kind):
    """Of an active-set method in plain numpy that shares no code."""
    kw = dict(KINDS[kind])
    path = path_of(np.asfortranarray(X), Y, alphas=5, **kw)
    s = kw.pop("sample_weight", None)
    for i, alpha in enumerate(path.alphas):
        exact = naive.solve_active_set(naive.problem(X, Y, s, alpha=alpha, **kw))
        assert_allclose(path.coefs[:, i], exact, atol=1e-9 * max(1, np.abs(exact).max()))


GRIDS = {  # in parts of alpha_max
    "one jump": [1.0, 1e-4],
    "jumps": [0.9, 0.05, 1e-3],
    "repeated": [0.5, 0.5, 0.5, 0.1, 0.1],
    "above alpha_max": [1e3, 5.0, 1.5, 0.5],
    "all above": [3.0, 2.0],
    "one alpha": [0.1],
    "a hair apart": [0.3, 0.3 * (1 - 1e-12), 0.3 * (1 - 1e-9)],
    "zero at the end": [0.5, 0.01, 0.0],
    "zeros": [0.5, 0.0, 0.0],
    "next to zero": [0.5, 1e-12],
}


@pytest.mark.parametrize("tall", [False, True])
@pytest.mark.parametrize("store", ["F", "csc"])
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.filterwarnings("ignore:With alpha=0")
def test_grids(grid, store, tall):
    """On wide data by known columns and the bound, on tall dense data by the full Gram matrix."""
    rows, width = (N, 18) if tall else (N, P)
    A = X[:rows, :width]
    top = np.abs((A - A.mean(0)).T @ (Y - Y.mean())).max() / N
    alphas = top * np.array(GRIDS[grid])
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        path = path_of(STORES[store](A), Y, alphas)
    assert (path.n_full_passes is None) == (len(alphas) == 1 or alphas[-1] == 0)
    for i, alpha in enumerate(alphas):
        coef = path.coefs[:, [i]].toarray().ravel() if store == "csc" else path.coefs[:, i]
        found = dual_gap(A, Y, coef, path.intercepts[i], alpha=alpha)
        assert found <= 2e-12 * np.var(Y) and path.dual_gaps[i] == pytest.approx(found, abs=1e-12 * np.var(Y))
        if alpha >= top:
            assert not coef.any() and path.n_iters[i] == 0
    if tall or alphas[-1] > 1e-6 * top:  # else n features of p are not unique to 1e-8
        assert_is_the_single_fits(path, STORES[store](A), Y, 1e-7)


@st.composite
def wide_problems(draw):
    """More columns than rows, with copies, near copies, sums, negated and constant columns, ties, and all kinds."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, p = draw(st.integers(2, 30)), draw(st.integers(31, 120))
    A = rng.standard_normal((n, p)) + draw(st.sampled_from([0.0, 2.0])) * rng.standard_normal((n, 1))
    if draw(st.booleans()):
        A = np.round(A)
    for _ in range(draw(st.integers(0, 8))):
        i, j, k = rng.integers(0, p, 3)
        near = A[:, j] + 10.0 ** rng.integers(-10, -3) * rng.standard_normal(n)
        A[:, i] = [A[:, j], -A[:, j], 2 * A[:, j], A[:, j] + A[:, k], near, np.zeros(n), np.ones(n)][rng.integers(7)]
    y = A[:, : min(n, 6)].sum(1) + draw(st.sampled_from([0.0, 0.1, 3.0])) * rng.standard_normal(n)
    kw = {
        "fit_intercept": draw(st.booleans()),
        "standardize": draw(st.booleans()),
        "positive": draw(st.booleans()),
        "l1_ratio": draw(st.sampled_from([1.0, 1.0, 0.9, 0.1])),
    }
    if draw(st.booleans()):
        kw["penalty_factor"] = rng.choice([0.5, 1.0, 3.0, INF], p)
    if draw(st.booleans()):
        kw["bounds"] = (-rng.choice([0.0, 0.1, INF], p), rng.choice([0.0, 0.1, INF], p))
    s = np.r_[1.0, 1.0, rng.integers(0, 4, n - 2)] if draw(st.booleans()) else None
    return A, y, s, kw, draw(st.sampled_from([0.5, 1e-2, 1e-3, 1e-5])), draw(st.sampled_from([1e-4, 1e-8, 1e-11]))


@settings(max_examples=150)
@given(case=wide_problems(), store=st.sampled_from([np.asfortranarray, np.ascontiguousarray, sparse.csc_array]))
def test_every_gap_is_the_recomputed_one(case, store):
    """In numpy, in long double, from the coefficients alone; whether it was followed to the end or not."""
    A, y, s, kw, eps, tol = case
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        path = path_of(store(A), y, alphas=7, sample_weight=s, eps=eps, tol=tol, max_iter=2000, **kw)
    weights = np.ones(len(y)) if s is None else s
    scale = np.average((y - (np.average(y, weights=weights) if kw["fit_intercept"] else 0.0)) ** 2, weights=weights)
    for i, alpha in enumerate(path.alphas):
        coef = path.coefs[:, [i]].toarray().ravel() if sparse.issparse(path.coefs) else path.coefs[:, i]
        assert np.isfinite(coef).all() and np.isfinite(path.intercepts[i])
        found = dual_gap(A, y, coef, path.intercepts[i], alpha=alpha, sample_weight=s, **kw)
        assert found == pytest.approx(path.dual_gaps[i], rel=1e-3, abs=1e-11 * scale)
        assert path.converged[i] == (path.dual_gaps[i] <= tol * scale) or scale < 1e-20


def followed(X, y, alphas, start=None, **control):
    """Solutions at alphas in any order, with the engine's own path."""
    problem = Problem(np.asfortranarray(X), None, True, y)
    unit = build_penalty(problem, 1.0, 1.0, None, -INF, INF, False)
    control = Control(**{"tol": 1e-12, "max_iter": 100_000, "solver": "auto", **control})
    return [solution for _, solution, _ in paths.follow_path(problem, unit, alphas, start, control)]


@pytest.mark.parametrize("A", [X, X[:, :15]], ids=["wide", "tall"])
def test_alphas_may_rise(A):
    alphas = [0.02, 0.5, 0.1, 2.0, 50.0, 0.05]
    for alpha, solution in zip(alphas, followed(A, Y, alphas), strict=True):
        model = Lasso(alpha, **TIGHT).fit(A, Y)
        assert solution.converged and solution.passes is not None
        assert_allclose(solution.w, model.coef_, atol=1e-9)


STARTS = {
    "the solution": lambda: Lasso(0.5, fit_intercept=False, **TIGHT).fit(X, Y).coef_,
    "dense": lambda: np.random.default_rng(0).standard_normal(P),  # more columns than rows: dependent
    "a copy's": lambda: np.r_[1.0, np.zeros(P - 2), 1.0],
    "huge": lambda: np.full(P, 1e50),
}


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("kind", STARTS)
def test_starts(kind, store):
    A = X.copy()
    A[:, -1] = A[:, 0]
    A, start = STORES[store](A), STARTS[kind]()
    _, coefs, gaps, n_iters = lasso_path(A, Y, alphas=[0.5, 0.05], coef_init=start, return_n_iter=True, **TIGHT)
    plain = lasso_path(A, Y, alphas=[0.5, 0.05], **TIGHT)[1]
    sums = [np.vstack([c[:1] + c[-1:], c[1:-1]]) for c in (coefs, plain)]  # a copy shares with its original as it will
    assert_allclose(*sums, atol=1e-5 if store == "float32" else 1e-8)
    assert (gaps <= 1e-12 * np.mean(Y**2)).all()
    assert (n_iters[0] == 0) == (kind == "the solution" and store != "float32")


def test_a_start_with_more_columns_than_there_is_memory_for_is_left_out(monkeypatch):
    plain = lasso_path(X, Y, alphas=[0.5, 0.1], **TIGHT)[1]
    monkeypatch.setattr(columns, "GATHERED", 8 * 2 * P * P)  # not for all columns
    monkeypatch.setattr(columns, "SHARE_OF_X", 0.0)
    seen, meet = [], active.Face.meet
    monkeypatch.setattr(active.Face, "meet", lambda self, new, c: seen.append(len(new)) or meet(self, new, c))
    coefs = lasso_path(X, Y, alphas=[0.5, 0.1], coef_init=np.ones(P), **TIGHT)[1]
    assert_allclose(coefs, plain, atol=1e-9)
    assert max(seen) < P


def test_a_column_a_hair_over_l1_is_in_the_gap():
    """What exceeds l1 by less than 1e-10 of it does not count as a violation; the gap has it, known column or not."""
    alpha, excess = 0.3, 5e-11
    model = Lasso(alpha, **TIGHT).fit(X, Y)
    r, y = Y - model.predict(X), Y - Y.mean()
    along = (1 + excess) * alpha * N * r / (r @ r)
    beside = y - (y @ r) / (r @ r) * r
    column = along - (along @ y) / (beside @ y) * beside  # correlated with r by l1 and a hair, with y not at all
    A = np.column_stack([X, column])
    path = path_of(A, Y, alphas=[2.0, alpha], tol=1e-9)
    assert path.n_full_passes is not None and path.coefs[-1, -1] == 0
    found = dual_gap(A, Y, path.coefs[:, -1], path.intercepts[-1], alpha=alpha)
    assert 0.1 * excess < found / np.var(Y) < excess
    assert path.dual_gaps[-1] == pytest.approx(found, rel=1e-2)
