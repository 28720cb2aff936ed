"""The slow twins agree with each other: coordinate descent, the active-set method and the enumeration."""

import naive
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st


@st.composite
def problems(draw, most=4):
    """Small problems of every kind: copied columns, boxes, weights with zeros, unpenalised and left-out columns."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, p = draw(st.integers(2, 10)), draw(st.integers(1, most))
    X, y = rng.standard_normal((n, p)), rng.standard_normal(n)
    if p > 1 and draw(st.booleans()):
        X[:, 1] = X[:, 0]
    s = np.r_[1.0, 1.0, rng.choice([0.0, 0.3, 1.0, 2.0], n - 2)]
    parameters = {
        "alpha": draw(st.sampled_from([0.0, 0.01, 0.1, 0.5])),
        "l1_ratio": draw(st.sampled_from([0.0, 0.5, 1.0])),
        "fit_intercept": draw(st.booleans()),
        "standardize": draw(st.booleans()),
        "positive": draw(st.booleans()),
        "penalty_factor": rng.choice([0.0, 1.0, 1.0, 2.0, np.inf], p),
        "bounds": (draw(st.sampled_from([-np.inf, -0.1, 0.0])), draw(st.sampled_from([np.inf, 0.1, 0.0]))),
    }
    return X, y, s, parameters


def suboptimality(P, w, best):
    """How far w is above the best, relative to the null model's objective."""
    return (naive.objective(P, w) - naive.objective(P, best)) / (P.s @ P.y**2 / (2 * P.s.sum()))


@settings(max_examples=80)
@given(problems())
def test_active_set_is_as_good_as_every_pattern_tried(case):
    X, y, s, parameters = case
    P = naive.problem(X, y, s, **parameters)
    w = naive.solve_active_set(P)
    assert (w >= P.lo).all() and (w <= P.hi).all()
    assert abs(suboptimality(P, w, naive.solve_enumeration(P))) < 1e-12


@settings(max_examples=50)
@given(problems(most=3))
def test_both_descents_reach_the_exact_solution(case):
    X, y, s, parameters = case
    P = naive.problem(X, y, s, **parameters)
    kept = P.X[:, (P.lo < P.hi) & (P.s @ P.X**2 > 0)] * np.sqrt(P.s)[:, None]
    assume(not kept.size or np.linalg.cond(kept / np.linalg.norm(kept, axis=0)) < 20)  # descent is slow beyond
    best = naive.solve_active_set(P)
    for w in (naive.solve_cd(P), naive.solve_cd_gram(P), naive.solve_cd(P, best)):
        assert (w >= P.lo).all() and (w <= P.hi).all()
        assert abs(suboptimality(P, w, best)) < 1e-13


def test_long_double_solves_more_exactly():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((20, 6)), rng.standard_normal(20)
    P = naive.problem(X, y, alpha=0.05, dtype=np.longdouble)
    w, best = naive.solve_cd(P), naive.solve_active_set(P)
    assert w.dtype == best.dtype == np.longdouble
    assert abs(w - best).max() < 100 * np.finfo(np.longdouble).eps


def test_exact_method_goes_along_null_directions():
    """More columns than rows, copies and sums: singular equations on the way."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((8, 30))
    X[:, 1], X[:, 2], X[:, 3] = X[:, 0], -X[:, 0], X[:, 4] + X[:, 5]
    P = naive.problem(X, X[:, :5].sum(1), alpha=1e-3)
    w = naive.solve_active_set(P)
    pull = P.X.T @ (P.y - P.X @ w) / 8
    np.testing.assert_array_less(abs(pull), 1e-3 + 1e-14)
    np.testing.assert_allclose(pull[w != 0], 1e-3 * np.sign(w[w != 0]), rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"l1_ratio": 0.5},
        {"standardize": True},
        {"penalty_factor": [0, 1, 2, 1, 1]},
        {"penalty_factor": [0, 1, 2, 1, np.inf], "bounds": (-0.1, 0.1)},
        {"fit_intercept": False, "s": np.arange(12.0)},
    ],
)
def test_alpha_max_is_where_the_last_coefficient_leaves(options):
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((12, 5)), rng.standard_normal(12)
    options = dict(options)
    s = options.pop("s", None)
    top = naive.alpha_max(X, y, s, **options)
    penalised = np.broadcast_to(options.get("penalty_factor", 1), 5) > 0
    assert not naive.solve_active_set(naive.problem(X, y, s, alpha=top * (1 + 1e-9), **options))[penalised].any()
    assert naive.solve_active_set(naive.problem(X, y, s, alpha=top * (1 - 1e-6), **options))[penalised].any()


def test_update_is_the_minimum_along_one_coordinate():
    """Against a fine grid of the one-dimensional objective, in the proximal form with step 1/curvature."""
    rng = np.random.default_rng(3)
    grid = np.linspace(-2, 2, 40_001)
    for _ in range(50):
        w, g, l1, l2 = rng.normal(), 2 * rng.normal(), rng.choice([0, 0.3, 1]), rng.choice([0, 0.5])
        lo, hi = rng.choice([-2, -0.2, 0]), rng.choice([0, 0.4, 2])
        curvature = rng.uniform(1, 3)
        value = g * (grid - w) + curvature * (grid - w) ** 2 / 2 + l1 * abs(grid) + l2 * grid**2 / 2
        value[(grid < lo) | (grid > hi)] = np.inf
        new = naive.coordinate_update(w, g, 1 / curvature, l1, l2, lo, hi)
        assert new == pytest.approx(grid[value.argmin()], abs=1.1e-4)
