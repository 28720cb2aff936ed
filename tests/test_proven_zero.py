"""``proven_zero_``: never a feature that some optimum has, and most of the others once the gap is small."""

import warnings

import naive
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from test_certificates import problems, scale_of

from lassofit import ElasticNet, Lasso
from lassofit._engine.duality import Certificate, certify, conclude
from lassofit._engine.penalty import build_penalty
from lassofit._engine.problem import Problem

TIGHT = {"tol": 1e-12, "max_iter": 1_000_000}
STORES = [np.asfortranarray, np.ascontiguousarray, sparse.csc_array]


def fitted(problem, tol, store=np.asarray, max_iter=20_000):
    X, y, s, alpha, l1_ratio, kw = problem
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, tol=tol, max_iter=max_iter, **kw)
        return model.fit(store(X), y, sample_weight=s)


def exact(problem):
    """The centred problem, an optimum of it, and its correlations with the residual, which every optimum has."""
    X, y, s, alpha, l1_ratio, kw = problem
    given_problem = {key: kw[key] for key in kw if key not in ("precompute", "selection", "random_state", "solver")}
    s = np.ones(len(y)) if s is None else s
    flat = naive.standard_deviations(X, s) == 0 if kw["fit_intercept"] else ~X[s > 0].any(axis=0)
    given_problem["penalty_factor"] = np.where(flat, np.inf, kw.get("penalty_factor", 1.0))  # out of the problem
    P = naive.problem(X, y, s, alpha=alpha, l1_ratio=l1_ratio, **given_problem)
    try:
        w = naive.solve_active_set(P)
    except RuntimeError:  # the oracle has no safeguard against cycling
        assume(False)
    return P, w, P.X.T @ (P.s * (P.y - P.X @ w)) / P.s.sum()


@settings(max_examples=400)
@given(
    problem=problems(),
    tol=st.sampled_from([1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8, 1e-10]),
    store=st.sampled_from(STORES),
    max_iter=st.sampled_from([1, 3, 20_000]),
)
def test_no_optimum_has_a_feature_that_is_proven_zero(problem, tol, store, max_iter):
    """The exact solution has it at zero, and within the threshold that holds it there."""
    mask = fitted(problem, tol, store, max_iter).proven_zero_
    P, w, c = exact(problem)
    assert mask.dtype == bool and mask.shape == w.shape
    assert not w[mask].any()
    held = mask & (P.lo < P.hi)
    assert mask[P.lo == P.hi].all()
    assert (P.l1[held] > 0).all()
    assert (np.where(P.hi > 0, c, 0)[held] < P.l1[held]).all()
    assert (np.where(P.lo < 0, -c, 0)[held] < P.l1[held]).all()


@settings(max_examples=200)
@given(problem=problems(), tol=st.sampled_from([1e-1, 1e-2, 1e-4, 1e-6]))
def test_a_much_tighter_fit_has_them_at_zero(problem, tol):
    mask = fitted(problem, tol).proven_zero_
    tight = fitted(problem, 1e-13)
    if tight.converged_:
        assert not tight.coef_[mask].any()


@settings(max_examples=200)
@given(problem=problems(), store=st.sampled_from(STORES))
def test_at_a_tight_gap_every_feature_clearly_inside_its_threshold_is_proven(problem, store):
    model = fitted(problem, 1e-11, store)
    assume(model.converged_)
    P, _, c = exact(problem)
    size = np.sqrt(P.s @ P.X**2 / P.s.sum() * scale_of(problem))  # of the correlations, and 1e-5 of it is sqrt(2 gap)
    clear = (P.l1 - np.abs(c) > 1e-4 * size) & (P.l1 > 0)
    assert model.proven_zero_[clear].all()


@pytest.mark.parametrize("solver", ["cd", "active_set"])
@pytest.mark.parametrize("store", STORES)
def test_on_random_wide_data_all_zeros_are_proven(store, solver):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 400))
    y = X[:, :5] @ [3, -2, 2, 1, -1] + rng.standard_normal(60)
    for l1_ratio in (1.0, 0.5):
        model = ElasticNet(alpha=0.2, l1_ratio=l1_ratio, solver=solver, **TIGHT).fit(store(X), y)
        np.testing.assert_array_equal(model.proven_zero_, model.coef_ == 0)
        assert 0.5 < model.proven_zero_.mean() < 1


def test_a_loose_gap_proves_less_and_nothing_else():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 400))
    y = X[:, :5] @ [3, -2, 2, 1, -1] + rng.standard_normal(60)
    tight = Lasso(alpha=0.3, **TIGHT).fit(X, y).proven_zero_
    counts = []
    for tol in (1e-1, 1e-3, 1e-5, 1e-7):
        model = Lasso(alpha=0.3, tol=tol, solver="cd").fit(X, y)
        assert not (model.proven_zero_ & ~tight).any()
        counts.append(int(model.proven_zero_.sum()))
    assert counts == sorted(counts) and counts[0] < counts[-1]


def test_features_out_of_the_problem_are_zero_and_unpenalised_ones_are_not_proven():
    X, y = load_diabetes(return_X_y=True)
    X[:, 4] = 7.0
    factor = np.ones(10)
    factor[1], factor[6] = np.inf, 0.0
    bounds = (np.where(np.arange(10) == 2, 0.0, -np.inf), np.where(np.arange(10) == 2, 0.0, np.inf))
    for alpha in (1e-3, 1e3):
        model = Lasso(alpha, penalty_factor=factor, bounds=bounds, **TIGHT).fit(X, y)
        assert model.proven_zero_[[1, 2, 4]].all() and not model.proven_zero_[6]
    assert model.proven_zero_.sum() == 9  # at the large alpha all that are penalised
    for l1_ratio in (0.0, 1.0):
        alpha = 0.1 if l1_ratio == 0 else 0.0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, penalty_factor=factor, bounds=bounds).fit(X, y)
        np.testing.assert_array_equal(np.flatnonzero(model.proven_zero_), [1, 2, 4])


def test_a_bound_of_zero_proves_what_pulls_against_it():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 6))
    y = X @ [3.0, -3.0, 2.0, -2.0, 0.0, 0.0] + 0.1 * rng.standard_normal(100)
    up = Lasso(0.1, positive=True, **TIGHT).fit(X, y)
    np.testing.assert_array_equal(up.proven_zero_, up.coef_ == 0)
    assert up.proven_zero_[[1, 3]].all() and not up.proven_zero_[[0, 2]].any()
    down = Lasso(0.1, bounds=(-np.inf, 0), **TIGHT).fit(X, y)
    np.testing.assert_array_equal(down.proven_zero_, down.coef_ == 0)
    assert down.proven_zero_[[0, 2]].all() and not down.proven_zero_[[1, 3]].any()


def test_copies_of_an_active_feature_are_not_proven():
    X, y = load_diabetes(return_X_y=True)
    X = np.column_stack([X, X[:, 2], -X[:, 8]])
    for solver in ("cd", "active_set"):
        model = Lasso(1.0, solver=solver, **TIGHT).fit(X, y)
        assert not model.proven_zero_[[2, 8, 10, 11]].any() and model.proven_zero_.sum() == 12 - 5


def test_around_alpha_max():
    X, y = load_diabetes(return_X_y=True)
    largest = naive.alpha_max(X, y)
    at, above = Lasso(largest).fit(X, y), Lasso(largest * (1 + 1e-6)).fit(X, y)
    np.testing.assert_array_equal(at.proven_zero_, np.arange(10) != 2)
    assert above.proven_zero_.all()


def test_a_constant_target_proves_all():
    X, _ = load_diabetes(return_X_y=True)
    assert Lasso(1e-6).fit(X, np.full(442, 3.0)).proven_zero_.all()


def test_one_row_for_every_target():
    X, y = load_diabetes(return_X_y=True)
    Y = np.column_stack([y, -y, y**2])
    both = Lasso(1.0, tol=1e-8).fit(X, Y)
    assert both.proven_zero_.shape == (3, 10) and both.proven_zero_.dtype == bool
    for k in range(3):
        single = Lasso(1.0, tol=1e-8).fit(X, Y[:, k])
        np.testing.assert_array_equal(both.proven_zero_[k], single.proven_zero_)


@pytest.mark.parametrize(("size", "proven"), [(1.001, False), (0.99, True)])
def test_the_sphere_is_as_large_as_it_has_to_be(size, proven):
    """At w = 0 with orthogonal columns: the dual optimum of (20, size) is (1 / 20, 1) up to the threshold of 1.

    kappa = 1/2 and |y|^2 = .1^2 + 1, so the sphere's radius of .5 sqrt(1.01) takes .5 size to 1.0025 size.
    """
    X = np.sqrt(2) * np.diag([20.0, size])
    data = Problem(np.asfortranarray(X), np.ones(2), fit_intercept=False).with_target(np.sqrt(2) * np.array([0.1, 1.0]))
    penalty = build_penalty(data, 1.0, 1.0, None, -np.inf, np.inf, False)
    w, nothing = np.zeros(2), np.zeros(2, dtype=bool)
    known = certify(data, penalty, w, data.y, nothing, np.zeros(2), data.correlate)
    assert known.kappa == pytest.approx(0.5) and known.gap == pytest.approx(0.125 * 1.01)
    np.testing.assert_array_equal(conclude(data, penalty, w, known)[0], [False, proven])


def test_the_scale_of_the_dual_point_is_the_one_that_gives_the_gap():
    """The elastic net is feasible at kappa = 1 as well: far from the optimum that may be the better bound."""
    X = np.sqrt(2) * np.diag([1.0, 1.0])
    data = Problem(np.asfortranarray(X), np.ones(2), fit_intercept=False).with_target(np.sqrt(2) * np.array([2.0, 0.5]))
    penalty = build_penalty(data, 2.0, 0.5, None, -np.inf, np.inf, False)
    w, nothing = np.array([0.4, 0.0]), np.zeros(2, dtype=bool)
    r = data.y - X @ w
    known = certify(data, penalty, w, r, nothing, np.zeros(2), data.correlate)
    c = data.correlate(data.s * r)
    dual = {}
    for kappa in (1.0, 1.0 / (c[0] - w[0])):
        h = np.maximum(np.abs(kappa * c) - 1, 0) ** 2 / 2  # l1 = l2 = 1
        dual[kappa] = kappa * data.s @ (r * data.y) - kappa**2 * data.s @ r**2 / 2 - h.sum()
    best = max(dual, key=dual.get)
    assert best == 1.0 and known.kappa == 1.0
    assert known.gap == pytest.approx(data.s @ r**2 / 2 + penalty.value(w) - dual[best])


@pytest.mark.parametrize("gap", [np.inf, np.nan])
def test_without_a_finite_gap_only_what_is_out_is_known(gap):
    X, y = load_diabetes(return_X_y=True)
    data = Problem(np.asfortranarray(X), np.ones(442)).with_target(y)
    penalty = build_penalty(data, 1.0, 1.0, np.r_[np.inf, np.ones(9)], -np.inf, np.inf, False)
    w = np.zeros(10)
    known = Certificate(1.0, gap, np.zeros(10), 1.0, 0.0)
    np.testing.assert_array_equal(np.flatnonzero(conclude(data, penalty, w, known)[0]), [0])
