"""The Gram matrix of all columns, made row by row as a path asks for them."""

import naive
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from lassofit import ElasticNet, Lasso, lasso_path
from lassofit._engine import descent_on_gram, every_column, layout, products
from lassofit._engine.active import Face
from lassofit._engine.duality import noise
from lassofit._engine.every_column import AllColumns, GrowingGram, all_columns
from lassofit._engine.kernels.newton import L1, NORM, C
from lassofit._engine.penalty import Penalty
from lassofit._engine.problem import Problem
from lassofit.testing import dual_gap

N, P = 150, 80
RNG = np.random.default_rng(2)
X = RNG.standard_normal((N, P)) * RNG.uniform(0.5, 2, P) + RNG.standard_normal((N, 1)) + 1.0
Y = X[:, :5] @ [3, -2, 1, 1, -1] + RNG.standard_normal(N) + 2.0
WEIGHTS = np.r_[np.zeros(2), RNG.exponential(size=N - 2)]
STORES = {
    "F": np.asfortranarray,
    "C": np.ascontiguousarray,
    "float32": lambda X: np.asfortranarray(X, dtype=np.float32),
}


@pytest.fixture(autouse=True)
def _small_as_if_large(monkeypatch):
    """C-ordered X is solved in place, and the matrix grows."""
    monkeypatch.setattr(layout, "COPY_CAP", 0)
    monkeypatch.setattr(every_column, "_WORTH", 0)


def table_of(problem):
    table = np.zeros((11, problem.p))
    table[C], table[L1], table[NORM] = problem.target_correlations(), 0.1, np.sqrt(problem.norm2)
    return table


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("store", STORES)
def test_rows(store, fit_intercept, monkeypatch):
    monkeypatch.setattr(products, "_LONG", 40)  # several blocks, the last one shorter
    A = STORES[store](X)
    problem = Problem(A, WEIGHTS, fit_intercept, Y)
    exact, _ = naive.gram(naive.problem(A.astype(float), Y, WEIGHTS, alpha=1.0, fit_intercept=fit_intercept))
    which = np.array([7, 3, 60])
    assert_allclose(problem.gram_rows(which), exact[which], atol=1e-13 * np.diag(exact).max())


@pytest.mark.parametrize("asked", [[5], [5, 6, 7], list(range(20)), list(range(P))])
def test_it_grows(asked):
    """What is asked for is there, with some more, right, and not made twice; the rest in one go when it pays."""
    problem = Problem(np.asfortranarray(X), None, True, Y)
    exact, _ = naive.gram(naive.problem(X, Y, None, alpha=1.0))
    store, table = GrowingGram(problem), table_of(problem)
    for turn, piece in enumerate((np.array(asked), np.array([70, 71]), np.array([1, 79]), np.arange(P))):
        before = store.made.copy()
        store.need(piece, table)
        assert store.made[piece].all() and store.made[before].all()
        assert_allclose(store.gram[store.made], exact[store.made], atol=1e-12)
        if turn == 0:
            assert store.made.sum() == min(P, max(8, 2 * len(asked)))
    assert store.made.all()
    passes = store.passes
    store.need(np.arange(P), table)
    assert store.passes == passes
    w = np.where(np.arange(P) % 7, 0.0, 1.5)
    assert_allclose(store.correlations(w), problem.target_correlations() - exact @ w, atol=1e-12)


def test_which_data_it_is_for(monkeypatch):
    def kind(A, gram=False):
        problem = Problem(A, None, True, Y)
        if gram:
            problem.full_gram()
        return type(all_columns(problem))

    assert kind(np.asfortranarray(X)) is GrowingGram
    assert kind(np.asfortranarray(X), gram=True) is AllColumns  # it is there
    assert kind(np.asfortranarray(X + 1e4)) is AllColumns  # products of X itself would lose digits
    assert kind(sparse.csc_array(X)) is AllColumns
    monkeypatch.setattr(every_column, "_WORTH", N * P**2)
    assert kind(np.asfortranarray(X)) is AllColumns  # cheap


KINDS = {
    "plain": {},
    "no intercept": {"fit_intercept": False},
    "weights": {"sample_weight": WEIGHTS},
    "elastic net": {"l1_ratio": 0.4},
    "box": {"bounds": (-0.2, 0.4)},
    "factors": {"penalty_factor": np.r_[np.inf, RNG.uniform(0.3, 3, P - 1)]},
    "standardize": {"standardize": True},
    "unpenalised": {"penalty_factor": np.r_[0.0, 0.0, 0.0, np.inf, RNG.uniform(0.3, 3, P - 4)]},
    "elastic net and unpenalised": {"l1_ratio": 0.4, "penalty_factor": np.r_[0.0, 0.0, np.ones(P - 2)]},
}


@pytest.mark.parametrize("spent", [0.0, 0.2, 10.0], ids=["at once", "as it is", "by rows alone"])
@pytest.mark.parametrize("kind", KINDS)
def test_paths(kind, spent, monkeypatch):
    monkeypatch.setattr(every_column, "_MOST", spent)
    kw = {"l1_ratio": 1.0, "tol": 1e-12, "max_iter": 10_000, **KINDS[kind]}
    s = kw.pop("sample_weight", None)
    path = ElasticNet(**kw).fit_path(np.asfortranarray(X), Y, 12, 1e-2, s)
    assert path.converged.all() and path.n_full_passes is not None
    for alpha, coef in zip(path.alphas, path.coefs.T, strict=True):
        model = ElasticNet(alpha, **kw).fit(X, Y, sample_weight=s)
        assert_allclose(coef, model.coef_, atol=1e-9 * max(1.0, np.abs(coef).max()))


def test_a_start_asks_for_its_own_rows():
    start = np.where(np.arange(P) % 3, 0.0, 1.0)
    _, plain, _ = lasso_path(X, Y, alphas=[0.5, 0.05], tol=1e-12)
    _, coefs, _ = lasso_path(X, Y, alphas=[0.5, 0.05], tol=1e-12, coef_init=start)
    assert_allclose(coefs, plain, atol=1e-9)


def test_the_passes_are_counted():
    """One for the moments, and one for every block of rows."""
    A, top = np.asfortranarray(X), np.abs((X - X.mean(0)).T @ (Y - Y.mean())).max() / N
    short, long = (
        Lasso(tol=1e-10).fit_path(A, Y, alphas)
        for alphas in ([0.99 * top, 0.98 * top], np.geomspace(top, 0.1 * top, 9))
    )
    assert short.n_full_passes == 2 and short.df[-1] > 0
    assert 2 < long.n_full_passes <= 8


def test_where_many_columns_will_be_active_all_rows_are_made_at_once():
    """Noise alone brings them in, so far down."""
    A, top = np.asfortranarray(X), np.abs((X - X.mean(0)).T @ (Y - Y.mean())).max() / N
    path = Lasso(tol=1e-10).fit_path(A, Y, top * np.geomspace(0.5, 1e-4, 12))
    assert path.n_full_passes == 2 and path.df[-1] > 0.6 * P and path.df[0] < 0.2 * P


UNFIT = {
    "dependent": lambda A: (np.column_stack([A, A[:, 0]]), {"penalty_factor": np.r_[0.0, np.ones(P - 1), 0.0]}),
    "bounded": lambda A: (A, {"penalty_factor": np.r_[0.0, np.ones(P - 1)], "bounds": (-0.5, 0.5)}),
    "too many": lambda A: (A, {"penalty_factor": np.zeros(P)}),
}


def test_columns_taken_out_do_not_keep_out_unpenalised_ones():
    """Neither have an l1: rows that were asked for were not made, and read as memory had them."""
    rng = np.random.default_rng(0)
    A = np.asfortranarray(rng.standard_normal((300, 60)))
    y = A[:, :5].sum(axis=1) + rng.standard_normal(300)
    for seed in range(5):
        factor = np.random.default_rng(seed).permutation(np.r_[np.zeros(3), np.full(40, np.inf), np.ones(17)])
        path = Lasso(penalty_factor=factor, tol=1e-10).fit_path(A, y, alphas=20)
        kept = np.isfinite(factor)
        exact = Lasso(penalty_factor=factor[kept], tol=1e-10, solver="cd").fit_path(A[:, kept], y, alphas=path.alphas)
        assert_allclose(path.coefs[kept], exact.coefs, atol=1e-7)
        assert not path.coefs[~kept].any() and path.converged.all()


@pytest.mark.parametrize("kind", UNFIT)
def test_unpenalised_columns_that_are_not_for_it(kind, monkeypatch):
    """Solved alpha by alpha, and as well."""
    monkeypatch.setattr(descent_on_gram, "_FREE", 20)
    A, kw = UNFIT[kind](X)
    path = Lasso(tol=1e-11, max_iter=10_000, **kw).fit_path(np.asfortranarray(A), Y, [0.5, 0.1])
    assert path.converged.all() and path.n_full_passes is None
    for alpha, coef, intercept in zip(path.alphas, path.coefs.T, path.intercepts, strict=True):
        assert dual_gap(A, Y, coef, intercept, alpha=alpha, **kw) <= 2e-11 * np.var(Y)


@pytest.mark.parametrize("bound", [np.inf, 1.0])
def test_a_start_has_its_rows_made_before_they_are_read(bound, monkeypatch):
    """Also of coefficients at their bounds, which never become active. Rows not made are what memory had."""
    empty = np.empty
    monkeypatch.setattr(every_column.np, "empty", lambda *a, **k: _spoilt(empty(*a, **k)))
    problem = Problem(np.asfortranarray(X), None, True, Y)
    nothing = np.zeros(P)
    unit = Penalty(np.ones(P), nothing, np.full(P, -np.inf), np.full(P, bound))
    start = np.where(np.arange(P) % 3 == 0, 1.0, 0.0)
    face = Face(problem, unit, noise(problem), GrowingGram(problem))
    face.start(start)
    which = np.flatnonzero(start)
    exact = problem.correlate(problem.s * problem.residual(problem.columns(which), start[which]))
    assert_allclose(face.c, exact, atol=1e-12 * np.abs(problem.target_correlations()).max())


def _spoilt(array):
    if array.dtype == np.float64:
        array.fill(np.nan)
    return array
