"""The certificate in plain numpy, against exact solutions and against its definition."""

from types import SimpleNamespace

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNet, Lasso

from lassofit.testing import Certificate, certify, dual_gap, objective

FORMATS = {"dense": np.asarray, "sparse": sparse.csc_array}
in_both_formats = pytest.mark.parametrize("store", FORMATS.values(), ids=FORMATS)


def data(n=30, p=6, seed=0):
    """Columns of different means and sizes, and a y that depends on half of them."""
    rng = np.random.default_rng(seed)
    X = (rng.standard_normal((n, p)) + rng.standard_normal(p)) * 2.0 ** rng.integers(-3, 4, p)
    return X, X[:, ::2].sum(1) / 4 + rng.standard_normal(n) + 1


def optimum(X, y, s=None, **parameters):
    """The exact coefficients and intercept, rounded to float64, and the mean square of centred y."""
    P = naive.problem(X, y, s, dtype=np.longdouble, **parameters)
    w = naive.solve_active_set(P).astype(float)
    return w, float(naive.intercept(P, w)), float(P.s @ P.y**2 / P.s.sum())


KINDS = {
    "lasso": {"alpha": 0.1},
    "no intercept": {"alpha": 0.1, "fit_intercept": False},
    "elastic net": {"alpha": 0.1, "l1_ratio": 0.5},
    "ridge": {"alpha": 0.1, "l1_ratio": 0.0},
    "tiny l2": {"alpha": 0.1, "l1_ratio": 1 - 1e-10},
    "box": {"alpha": 0.05, "bounds": (-0.02, 0.1)},
    "half-open": {"alpha": 0.05, "bounds": (np.array([0, -0.1, -np.inf, -1, 0, 0]), np.inf)},
    "positive": {"alpha": 0.05, "positive": True},
    "unpenalised": {"alpha": 0.2, "penalty_factor": np.array([0, 1, 2, 0, 1, 1])},
    "unpenalised in a box": {"alpha": 0.2, "penalty_factor": np.array([0, 1, 2, 0, 1, 1]), "bounds": (-0.05, 0.2)},
    "unpenalised, positive": {"alpha": 0.2, "penalty_factor": np.array([0, 1, 2, 0, 0, 0]), "positive": True},
    "left out": {"alpha": 0.1, "penalty_factor": np.array([np.inf, 1, 1, 1, 1, 0])},
    "OLS": {"alpha": 0.0},
    "OLS in a box": {"alpha": 0.0, "bounds": (-0.1, 0.1)},
    "OLS, positive": {"alpha": 0.0, "positive": True},
    "standardize": {"alpha": 0.1, "standardize": True},
    "standardize, no intercept": {"alpha": 0.1, "standardize": True, "fit_intercept": False},
    "all": {
        "alpha": 0.1, "l1_ratio": 0.7, "standardize": True, "bounds": (-0.1, 0.3),
        "penalty_factor": np.array([0, 1, 2, 0.5, np.inf, 1]),
    },
}  # fmt: skip


@in_both_formats
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_gap_is_zero_at_the_optimum_and_nowhere_near_it(kind, weighted, store):
    """1e-14 at the exact solution; at least the quadratic term after a move by 1e-6, up or down, of any feature."""
    X, y = data()
    s = np.random.default_rng(1).choice([0.0, 0.5, 1.0, 3.0], len(y)) if weighted else None
    w, b, null = optimum(X, y, s, **KINDS[kind])
    parameters = {"sample_weight": s, **KINDS[kind]}
    assert abs(dual_gap(store(X), y, w, b, **parameters)) < 1e-14 * null
    P = naive.problem(X, y, s, **KINDS[kind])
    assert objective(store(X), y, w, b, **parameters) == pytest.approx(naive.objective(P, w), rel=1e-13)
    for j, size in enumerate(np.sqrt(null / (P.s @ P.X**2 / P.s.sum()))):
        for move in (1e-6 * size, -1e-6 * size):
            moved = w + move * (np.arange(len(w)) == j)
            gap = dual_gap(store(X), y, moved, float(naive.intercept(P, moved)), **parameters)
            assert gap > 0.499e-12 * null


def stand_in(w, b, **parameters):
    """An object with what a fitted estimator has."""
    return SimpleNamespace(coef_=w, intercept_=b, **parameters)


@pytest.mark.parametrize("kind", KINDS)
def test_certify_reads_the_parameters_of_the_estimator(kind):
    X, y = data()
    s = np.random.default_rng(1).uniform(0.5, 2, len(y))
    w, b, null = optimum(X, y, s, **KINDS[kind])
    found = certify(stand_in(w, b, **KINDS[kind]), X, y, s)
    assert isinstance(found, Certificate)
    assert all(type(value) is float for value in found)
    assert abs(found.relative_gap) < 1e-14 and abs(found.kkt_residual) < 1e-14 * np.sqrt(null) * 20
    moved = w * 0.9
    b = float(naive.intercept(naive.problem(X, y, s, **KINDS[kind]), moved))
    found = certify(stand_in(moved, b, **KINDS[kind]), X, y, s)
    assert found.dual_gap == dual_gap(X, y, moved, b, sample_weight=s, **KINDS[kind]) > 0
    assert found.objective == objective(X, y, moved, b, sample_weight=s, **KINDS[kind])
    assert found.relative_gap == pytest.approx(found.dual_gap / null, rel=1e-12)


def definition(P, w):
    """The gap as it is defined: P less the best of two dual values, in the order of the definition."""
    X, y, S = P.X, P.y, P.s.sum()
    kept = P.lo < P.hi
    free = kept & (P.l1 == 0) & (P.l2 == 0) & (P.lo < w) & (w < P.hi)
    r = y - X @ w
    root = np.sqrt(P.s)[:, None]
    v = r - X[:, free] @ np.linalg.lstsq(root * X[:, free], root[:, 0] * r, rcond=1e-13)[0]
    c = X.T @ (P.s * v) / S
    tiny = 64 * np.finfo(float).eps * np.sqrt(P.s @ X**2 / S * (P.s @ y**2 / S))

    def dual(kappa):
        total = kappa * (P.s * v) @ y / S - kappa**2 * (P.s @ v**2) / (2 * S)
        for j in np.flatnonzero(kept & ~free):
            z = naive.soft_threshold(kappa * c[j], P.l1[j])
            z = 0.0 if abs(z) <= tiny[j] else z
            u = z / P.l2[j] if P.l2[j] > 0 else (np.inf * np.sign(z) if z else 0.0)
            u = min(max(u, P.lo[j]), P.hi[j])
            total -= np.inf if np.isinf(u) else z * u - P.l2[j] * u**2 / 2
        return total

    kappa = 1.0
    for j in np.flatnonzero(kept & ~free):
        pull = c[j] - P.l2[j] * w[j]
        if np.isinf(P.hi[j] if pull > 0 else P.lo[j]) and abs(pull) > P.l1[j] + tiny[j]:
            kappa = min(kappa, P.l1[j] / abs(pull))
    return naive.objective(P, w) - max(dual(1.0), dual(kappa))


@st.composite
def points(draw):
    """A small problem of any kind and feasible coefficients: random, at the optimum, or near it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, p = draw(st.integers(2, 10)), draw(st.integers(1, 6))
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
        "bounds": (rng.choice([-np.inf, -0.1, 0.0], p), rng.choice([np.inf, 0.1, 0.0], p)),
    }
    P = naive.problem(X, y, s, dtype=np.longdouble, **parameters)
    best = naive.solve_active_set(P).astype(float)
    distance = draw(st.sampled_from([0.0, 1e-8, 1e-4, 1e-2, 1.0]))
    w = np.clip(best + distance * rng.standard_normal(p) * rng.integers(0, 2, p), P.lo, P.hi).astype(float)
    return X, y, s, parameters, P, best, w


@settings(max_examples=150)
@given(points())
def test_gap_bounds_the_suboptimality_and_is_never_negative(point):
    X, y, s, parameters, P, best, w = point
    null = float(P.s @ P.y**2 / P.s.sum())
    gap = dual_gap(X, y, w, float(naive.intercept(P, w)), sample_weight=s, **parameters)
    assert gap > -1e-13 * null
    assert gap >= float(naive.objective(P, w) - naive.objective(P, best)) - 1e-13 * null


@settings(max_examples=150)
@given(points())
def test_gap_is_that_of_the_definition_dense_and_sparse(point):
    X, y, s, parameters, P, _, w = point
    P = naive.problem(X, y, s, **parameters)
    null, b = P.s @ P.y**2 / P.s.sum(), float(naive.intercept(P, w))
    expected = definition(P, w)
    for store in FORMATS.values():
        gap = dual_gap(store(X), y, w, b, sample_weight=s, **parameters)
        assert gap == pytest.approx(expected, rel=1e-9, abs=1e-13 * max(null, naive.objective(P, w)))


# The worked lasso on three rows: columns (1, 2, 3), (1, 1, 2)
THREE_ROWS = [
    ((2, 3, 4.5), (41 / 28, 0), 0.0, 1 / 3, False, 181 / 56 / 6),
    ((2, 2, 4.5), (1, 1 / 2), 0.0, 1 / 3, False, 3.75 / 6),
    ((2, 3, 4.5), (0.75, 0), 5 / 3, 1 / 3, True, None),
    ((2, 2, 4.5), (0.75, 0), 4 / 3, 1 / 3, True, None),
    ((2, 3, 4.5), (37 / 28, 0), 0.0, 1.0, False, 2.934523809524 / 2),
    ((2, 2, 4.5), (33 / 28, 0), 0.0, 1.0, False, None),
]


@pytest.mark.parametrize(("y", "coef", "b", "alpha", "fit_intercept", "value"), THREE_ROWS)
def test_exact_solutions_of_the_worked_example(y, coef, b, alpha, fit_intercept, value):
    X = [[1, 1], [2, 1], [3, 2]]
    found = certify(stand_in(coef, b, alpha=alpha, fit_intercept=fit_intercept), X, y)
    assert abs(found.dual_gap) < 1e-15 and found.kkt_residual < 2e-15
    if value is not None:
        assert found.objective == pytest.approx(value, rel=1e-12)


@in_both_formats
@pytest.mark.parametrize("options", [{}, {"positive": True}, {"fit_intercept": False}])
def test_lasso_gap_is_scikit_learns_and_its_elastic_net_gap_is_no_smaller(options, store):
    X, y = load_diabetes(return_X_y=True)
    for tol in (1e-1, 1e-3, 1e-5):
        lasso = Lasso(alpha=0.2, tol=tol, **options).fit(store(X), y)
        assert certify(lasso, store(X), y).dual_gap == pytest.approx(lasso.dual_gap_, rel=1e-7, abs=1e-9)
        enet = ElasticNet(alpha=0.01, tol=tol, **options).fit(store(X), y)
        assert -1e-10 < certify(enet, store(X), y).dual_gap <= enet.dual_gap_ * (1 + 1e-9)


@pytest.mark.parametrize(
    ("w", "parameters", "expected"),
    [
        (1.5, {}, 0),  # the solution, since c = 2 - w
        (1.0, {}, 0.5),
        (2.0, {}, 0.5),
        (0.0, {}, 1.5),
        (-1.0, {}, 3.5),
        (0.0, {"alpha": 3}, 0),
        (1.0, {"bounds": (-1, 1)}, 0),  # held back by the bound
        (0.5, {"bounds": (-1, 1)}, 1),
        (-1.0, {"bounds": (-1, 1)}, 3.5),
        (0.0, {"bounds": (-1, 0)}, 0),
        (0.0, {"positive": True}, 1.5),
        (0.0, {"positive": True, "y": (-3, 1)}, 0),
        (1.0, {"l1_ratio": 0.0}, 0.5),
        (1.6, {"l1_ratio": 0.5}, 0.25),
        (1.0, {"penalty_factor": [0]}, 1),
        (2.0, {"penalty_factor": [0]}, 0),
        (1.0, {"penalty_factor": [2]}, 0),
        (0.0, {"penalty_factor": [np.inf]}, 0),
        (1.0, {"penalty_factor": [np.inf]}, np.inf),
        (1.1, {"bounds": (-1, 1)}, np.inf),
    ],
)
def test_kkt_residual_by_hand(w, parameters, expected):
    parameters = {"alpha": 0.5, "fit_intercept": False, "y": (3, -1), **parameters}
    y = parameters.pop("y")
    assert certify(stand_in([w], 0.0, **parameters), [[1], [-1]], y).kkt_residual == pytest.approx(expected, abs=1e-15)


@in_both_formats
def test_a_wrong_intercept_shows(store):
    X, y = data()
    w, b, null = optimum(X, y, alpha=0.1)
    found = certify(stand_in(w, b + 1e-3, alpha=0.1), store(X), y)
    assert found.kkt_residual == pytest.approx(1e-3, rel=1e-9)
    assert found.dual_gap == pytest.approx(5e-7, rel=1e-7)
    assert found.relative_gap == pytest.approx(5e-7 / null, rel=1e-7)
    assert found.objective - objective(store(X), y, w, b, alpha=0.1) == pytest.approx(5e-7, rel=1e-7)


@in_both_formats
def test_constant_column_without_an_intercept(store):
    X, y = data()
    X[:, 1] = 0.1
    w, _, null = optimum(X, y, alpha=0.01, fit_intercept=False)
    assert w[1] > 0
    assert abs(dual_gap(store(X), y, w, alpha=0.01, fit_intercept=False)) < 1e-14 * null
    w[1] = 0
    assert dual_gap(store(X), y, w, alpha=0.01, fit_intercept=False) > 0.1 * null
