"""Folds of sparse X: copies of their own rows, and sweeps that go on from one alpha to the next."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.model_selection import KFold

from lassofit import LassoCV
from lassofit._engine import inner, solve
from lassofit._engine.duality import noise
from lassofit._engine.folds import fold_problem, folds_of, follow_fold, held_out
from lassofit._engine.paths import follow_path
from lassofit._engine.penalty import Penalty
from lassofit._engine.problem import Problem

RNG = np.random.default_rng(3)
N, P = 300, 60
LENGTHS = np.linspace(0.5, 0.02, P)
X = sparse.csc_array(
    RNG.standard_normal((N, P)) * (RNG.random((N, P)) < LENGTHS) + 0.5 * (RNG.random((N, P)) < LENGTHS)
)
Y = X[:, :20] @ RNG.standard_normal(20) + RNG.standard_normal(N) + 2.0
WEIGHTS = np.where(RNG.random(N) < 0.1, 0.0, RNG.exponential(size=N))
UNIT = Penalty(np.ones(P), np.zeros(P), np.full(P, -np.inf), np.full(P, np.inf))
ALPHAS = np.geomspace(0.2, 2e-3, 6)
TIGHT = solve.Control(tol=1e-13, max_iter=100_000)


@pytest.fixture(params=["plain", "weighted", "repeated rows", "no intercept"])
def case(request):
    """The Problem of all rows, and a fold of it."""
    problem = Problem(X, None, request.param != "no intercept", Y)
    weights = WEIGHTS if request.param == "weighted" else None
    train, test = list(KFold(5).split(Y))[2]
    if request.param == "repeated rows":
        train = RNG.choice(train, N)
    (fold,) = folds_of([(train, test)], weights, N)
    return problem, fold


def test_a_fold_of_its_own_rows_is_that_of_all_rows_with_weights_of_zero(case):
    problem, fold = case
    own = fold_problem(problem, Y, fold, None)
    whole = Problem(X, fold.weights, problem.fit_intercept, Y)
    assert own.n == np.count_nonzero(fold.weights) < N
    for name in ("y_mean", "y_norm", "mean", "norm2"):
        assert_allclose(getattr(own, name), getattr(whole, name), rtol=1e-12, atol=1e-15)
    for control in (TIGHT, TIGHT._replace(solver="auto")):
        here, there = (follow_fold(each, UNIT, ALPHAS, control) for each in (own, whole))
        assert_allclose(here.coefs(P), there.coefs(P), atol=1e-9)
        assert_allclose(here.intercepts, there.intercepts, atol=1e-9)
    predictions = X.toarray()[fold.test] @ here.coefs(P) + here.intercepts
    assert_allclose(held_out(problem, fold, here), predictions, rtol=1e-12)


def test_weights_that_are_alike_are_one_number():
    problem = Problem(X, None, True, Y)
    for s, alike in ((None, True), (np.full(N, 3.0), True), (WEIGHTS, False)):
        (fold, *_) = folds_of(KFold(3).split(Y), s, N)
        assert isinstance(fold_problem(problem, Y, fold, None).weights, float) == alike


def test_sparse_and_dense_folds_agree():
    options = {"tol": 1e-12, "max_iter": 100_000, "alphas": 20, "cv": KFold(4, shuffle=True, random_state=0)}
    for s in (None, WEIGHTS):
        here, there = (LassoCV(**options).fit(A, Y, s) for A in (X, X.toarray()))
        assert_allclose(here.mse_path_, there.mse_path_, rtol=1e-8)
        assert here.alpha_ == pytest.approx(there.alpha_, rel=1e-12)


def test_correlations_of_the_rest_are_those_of_all_columns():
    problem = Problem(X, WEIGHTS, True, Y)
    v, which = RNG.standard_normal(N), np.array([3, 4, 17, 59])
    c = solve._correlate_rest(problem, v, which, X[:, which].T @ v)
    assert_allclose(c, (X.toarray() - problem.mean).T @ v, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("kind", ["csc", "dense"])
def test_what_is_kept_from_an_alpha_is_what_the_next_would_make(kind, fit_intercept, monkeypatch):
    problem = Problem(X if kind == "csc" else np.asfortranarray(X.toarray()), None, fit_intercept, Y)
    monkeypatch.setattr(solve, "_SMALL", 8)  # else every column is in the working set
    checked, start = [], solve._start

    def compared(solution):
        r, c = start(solution)
        if r is not None:
            assert_allclose(r, problem.y - (problem.X @ solution.w - problem.mean @ solution.w), atol=1e-12)
            assert_allclose(c, problem.correlate(problem.s * r), atol=1e-13)
            checked.append(len(c))
        return r, c

    monkeypatch.setattr(solve, "_start", compared)
    kept = [s.w for _, s, _ in follow_path(problem, UNIT, ALPHAS, None, TIGHT)]
    assert len(checked) == len(ALPHAS) - 1
    monkeypatch.setattr(solve, "_start", lambda _: (None, None))
    assert_allclose(kept, [s.w for _, s, _ in follow_path(problem, UNIT, ALPHAS, None, TIGHT)], atol=1e-10)


def test_what_is_known_of_another_point_is_not_used():
    problem = Problem(X, None, True, Y)
    solution = solve.Solution(problem, UNIT, np.ones(P))
    solution.known = np.zeros(P), problem.y, problem.target_correlations()
    *_, last = solve.solve(problem, UNIT.times(0.05), solution, TIGHT)
    assert last.dual_gap <= 1e-12
    other = solve.Solution(problem, UNIT)
    list(solve.solve(problem, UNIT.times(0.05), other, TIGHT))
    assert_allclose(solution.w, other.w, atol=1e-9)


def test_sweeps_go_towards_longer_columns():
    falling = Problem(X, None, True, Y)
    rising = Problem(X[:, ::-1], None, True, Y)
    dense = Problem(np.asfortranarray(X.toarray()), None, True, Y)
    which = np.arange(1, P, 2)
    for problem, towards in ((falling, -1), (rising, 1), (dense, 1)):
        order = inner.Subproblem(problem, UNIT, which, noise(problem)).order
        assert_array_equal(order, np.arange(len(which))[::towards])
