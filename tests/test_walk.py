"""Alphas solved several in a call are what they are one at a time; and every way back to one at a time is taken."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning
from test_continuation import BOX, FACTOR, KINDS, STORES, WEIGHTS, X, Y, _c_order_in_place  # noqa: F401

from lassofit import ElasticNet, Lasso
from lassofit._engine import active, at_once, continuation, whole
from lassofit._engine.continuation import Continuation
from lassofit._engine.penalty import build_penalty
from lassofit._engine.problem import Problem
from lassofit._engine.solve import Control
from lassofit.testing import certify

DENSE = [name for name in STORES if name != "csc"]


def path(kind="plain", store="F", alphas=40, eps=1e-3, tol=1e-10):
    options = {"l1_ratio": 1.0, "tol": tol, "max_iter": 10_000, **KINDS[kind]}
    weights = options.pop("sample_weight", None)
    return ElasticNet(**options).fit_path(STORES[store](X), Y, alphas, eps, sample_weight=weights)


@pytest.fixture
def calls(monkeypatch):
    """How many alphas were asked for and done in every call."""
    found, walk = [], active.walk

    def watched(*args):
        results = walk(*args)
        found.append((len(args[8]), results[0]))
        return results

    monkeypatch.setattr(active, "walk", watched)
    return found


@pytest.mark.parametrize("store", DENSE)
@pytest.mark.parametrize("kind", KINDS)
def test_alphas_in_one_call_are_those_one_at_a_time(kind, store, calls, monkeypatch):
    tol = 1e-5 if store == "float32" else 1e-10  # a float32 target of 1e-10 of 1 is out of reach for some
    many = path(kind, store, tol=tol)
    assert sum(done for _, done in calls) > 20
    monkeypatch.setattr(Continuation, "_room", lambda self: 0)
    single = path(kind, store, tol=tol)
    assert_allclose(many.coefs, single.coefs, atol=1e-9)
    assert_allclose(many.intercepts, single.intercepts, atol=1e-9)
    assert_array_equal(many.df, single.df)
    assert (many.dual_gaps <= tol * np.var(Y) * 10).all()
    assert ((many.n_iters == 0) == (single.n_iters == 0)).all()


def trail(alphas, **control):
    problem = Problem(np.asfortranarray(X), None, True, Y)
    unit = build_penalty(problem, 1.0, 1.0, None, -np.inf, np.inf, False)
    found = Continuation(problem, unit, Control(**{"tol": 1e-10, "max_iter": 1000, "solver": "active_set", **control}))
    return found, list(found.follow(np.asarray(alphas)))


GRID = Lasso().fit_path(X, Y, 40, 1e-3).alphas


def test_what_is_out_of_the_ordinary_is_done_one_at_a_time(calls, monkeypatch):
    plain = [solution.w for solution, _ in trail(GRID)[1]]
    cases = {"_SHARE": 0.0, "_MOST": 4, "MANY_ROUNDS": 2, "_AT_ONCE": 1, "_STEEP": 2.0}
    for name, value in cases.items():
        with monkeypatch.context() as change:
            calls.clear()
            change.setattr(continuation, name, value)
            found = trail(GRID)[1]
        assert len(found) == len(GRID)
        assert_allclose([solution.w for solution, _ in found], plain, atol=1e-9, err_msg=name)
        assert sum(done for _, done in calls) < len(GRID)
        if name != "_AT_ONCE" and name != "_STEEP":
            assert any(done < asked for asked, done in calls)


def test_a_goal_below_rounding_is_left_to_refinements(calls):
    found, solutions = trail(GRID, tol=0.0)
    assert found.data is None and len(calls) <= 8
    assert all(solution.at_floor or solution.converged for solution, _ in solutions)


def test_columns_are_met_within_the_room_there_is(calls, monkeypatch):
    monkeypatch.setattr(continuation, "fits", lambda problem, size: size <= 20)
    found, solutions = trail(GRID)
    assert len(found.face.order) < 40 < len(found.face.columns.room) == 64  # what the first 20 made
    assert 0 < len(solutions) < len(GRID) and found.outgrown
    assert all(solution.converged for solution, _ in solutions)


def test_a_user_s_data_are_left_as_they_are():
    A, y, weights = np.asfortranarray(X), Y.copy(), WEIGHTS.copy()
    A.flags.writeable = y.flags.writeable = weights.flags.writeable = False
    model = ElasticNet(l1_ratio=0.9, bounds=BOX, penalty_factor=FACTOR)
    assert model.fit_path(A, y, 30, 1e-3, sample_weight=weights).dual_gaps.max() < 1e-3 * np.var(Y) * 10


def fit(alpha, store="F", **kw):
    options = {"tol": 1e-10, "max_iter": 10_000, "l1_ratio": 1.0, **kw}
    weights = options.pop("sample_weight", None)
    return ElasticNet(alpha, **options).fit(STORES[store](X), Y, sample_weight=weights)


@pytest.fixture
def plunges(monkeypatch):
    """Whether the way down, a call a stage, came to its end every time."""
    found, plunge = [], at_once.plunge

    def watched(*args):
        left = plunge(*args)
        found.append(left is None)  # whether that came to its end
        return left

    monkeypatch.setattr(at_once, "plunge", watched)
    monkeypatch.setattr(whole, "_CHEAP", 0)  # no full Gram matrix
    return found


@pytest.mark.parametrize("store", DENSE)
@pytest.mark.parametrize("kind", KINDS)
def test_stages_in_one_call_each_lead_where_they_lead_one_by_one(kind, store, plunges, monkeypatch):
    tol = 1e-5 if store == "float32" else 1e-10
    options = {"tol": tol, **KINDS[kind]}
    many = [fit(alpha, store, **options) for alpha in (0.3, 0.03, 0.003)]
    assert plunges == [True] * 3
    monkeypatch.setattr(at_once, "applies", lambda search: False)
    for alpha, model in zip((0.3, 0.03, 0.003), many, strict=True):
        single = fit(alpha, store, **options)
        assert_allclose(model.coef_, single.coef_, atol=1e-5 if store == "float32" else 1e-9)
        assert model.converged_ and model.n_iter_ > 0
        assert len(model.history_["dual_gap"]) <= len(single.history_["dual_gap"])
    assert len(plunges) == 3


def test_columns_far_from_zero_lose_no_digits_in_one_call(calls, plunges, monkeypatch):
    """Their correlations are of what is left when the means are off: ten digits are lost otherwise."""
    mean = np.append(np.full(5, 3e10), np.zeros(X.shape[1] - 5))
    far, near = X + mean, (X + mean) - mean  # with the same rounding
    seen, solve_stage = [], active.Face.solve_stage

    def watched(face, data, basis, c, *given):
        results = solve_stage(face, data, basis, c, *given)
        assert_allclose(c, (near - near.mean(axis=0)).T @ (data[1] * given[-1]), atol=1e-13)
        seen.append(data[0][2].sum())
        return results

    monkeypatch.setattr(active.Face, "solve_stage", watched)
    model = Lasso(0.003, tol=1e-10).fit(far, Y)
    assert plunges == [True] and seen[-1] == 5
    assert model.converged_ and certify(model, far, Y).dual_gap <= 2e-10 * np.var(Y)
    path, twin = (Lasso(tol=1e-10).fit_path(A, Y, GRID) for A in (far, near))
    assert sum(done for _, done in calls) > 40
    assert_allclose(path.coefs, twin.coefs, atol=1e-7)


@pytest.mark.parametrize("ratio", [2, 10, 25])
def test_tall_data_go_down_in_one_call_each_too(ratio, plunges, monkeypatch):
    rng = np.random.default_rng(0)
    A = rng.standard_normal((300, 100)) + rng.standard_normal((300, 1))
    y = A[:, :8] @ rng.standard_normal(8) + rng.standard_normal(300)
    alpha = np.abs((A - A.mean(axis=0)).T @ y).max() / len(y) / ratio
    monkeypatch.setattr(whole, "_FAIR", 0)
    many = Lasso(alpha, tol=1e-10).fit(A, y)
    assert plunges == [True]
    monkeypatch.setattr(at_once, "applies", lambda search: False)
    assert_allclose(many.coef_, Lasso(alpha, tol=1e-10).fit(A, y).coef_, atol=1e-9)
    assert plunges == [True]


def test_stages_that_do_not_come_to_their_end_go_on_one_by_one(plunges, monkeypatch):
    plain = fit(0.003)
    for name, value in {"_ROOM": 12, "MANY_ROUNDS": 1}.items():
        with monkeypatch.context() as change:
            plunges.clear()
            change.setattr(at_once, name, value)
            assert_allclose(fit(0.003).coef_, plain.coef_, atol=1e-9, err_msg=name)
        assert plunges == [False]
    plunges.clear()
    with pytest.warns(ConvergenceWarning):
        fit(0.003, max_iter=3)
    assert plunges == [False]


def test_a_stage_that_finds_no_room_leaves_a_residual_all_the_same(monkeypatch):
    """Whatever the memory held before."""
    seen, solve_stage = [], active.Face.solve_stage

    def watched(face, data, *given):
        given[-1][:] = np.nan
        results = solve_stage(face, data, *given)
        assert_allclose(given[-1], data[2] - face.columns.rows.T @ face.w, atol=1e-12)
        seen.append(results[0] < 0)
        return results

    monkeypatch.setattr(active.Face, "solve_stage", watched)
    monkeypatch.setattr(whole, "_CHEAP", 0)
    for room in (1, 12, 20):
        monkeypatch.setattr(at_once, "_ROOM", room)
        assert fit(0.003).converged_
    assert sum(seen) >= 3
