"""Every kernel against its plain numpy twin, for every kind of line."""

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from lassofit._engine.kernels import certificate, core, descent, gram
from lassofit._engine.lines import as_lines, read_only
from lassofit._engine.problem import Problem

KINDS = ["float64", "float32", "csc-int32", "csc-int64", "csc-float32"]
finite = st.floats(-1e6, 1e6)
positive = st.floats(1e-6, 1e6)


def lines_of(X, kind):
    """X as the kernels take it, and as float64, rounded where the kind rounds."""
    if kind.startswith("csc"):
        S = sparse.csc_array(X.astype(np.float32 if kind.endswith("float32") else np.float64))
        if kind.endswith("int64"):
            S.indices, S.indptr = S.indices.astype(np.int64), S.indptr.astype(np.int64)
        return as_lines(S), S.toarray().astype(np.float64)
    X = np.asfortranarray(X.astype(kind))
    return as_lines(X), X.astype(np.float64)


@pytest.fixture(params=KINDS)
def case(request):
    """Lines, the same X as a dense float64 array, and weights that sum to one."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((23, 7)) * (rng.random((23, 7)) < 0.6)
    s = rng.random(23)
    s[4] = 0.0
    return *lines_of(X, request.param), s / s.sum()


@given(x=finite, threshold=st.floats(0, 1e6))
def test_soft_threshold(x, threshold):
    assert core.soft_threshold(x, threshold) == naive.soft_threshold(x, threshold)


@given(w=finite, g=finite, step=positive, l1=st.floats(0, 1e3), l2=st.floats(0, 1e3), lo=st.floats(-10, 0))
def test_coordinate_update(w, g, step, l1, l2, lo):
    for bounds in ((lo, np.inf), (-np.inf, -lo), (lo, 1.0), (0.0, 0.0)):
        got = core.coordinate_update(w, g, step, l1, l2, *bounds)
        assert got == pytest.approx(naive.coordinate_update(w, g, step, l1, l2, *bounds), rel=1e-14)


@given(w=st.floats(-10, 10), g=st.floats(-10, 10), step=st.floats(0.1, 10), l1=st.floats(0, 5), l2=st.floats(0, 5))
def test_coordinate_update_minimises_its_model(w, g, step, l1, l2):
    """The documented one-dimensional problem, against a grid around the update."""

    def model(u):
        return g * u + (u - w) ** 2 / (2 * step) + l1 * abs(u) + l2 * u**2 / 2

    u = core.coordinate_update(w, g, step, l1, l2, -3.0, 2.0)
    around = np.clip(u + np.linspace(-1, 1, 201), -3.0, 2.0)
    assert model(u) <= model(around).min() + 1e-9


def test_line_dot_and_axpy(case):
    lines, X, s = case
    v = np.random.default_rng(1).standard_normal(len(s))
    for k in range(X.shape[1]):
        assert core.line_dot(lines, k, v) == pytest.approx(X[:, k] @ v, rel=1e-12, abs=1e-14)
        out = v.copy()
        core.line_axpy(lines, k, 0.7, s, out)
        np.testing.assert_allclose(out, v + 0.7 * s * X[:, k], rtol=1e-14, atol=1e-16)
        alike = v.copy()
        core.line_axpy(lines, k, np.float64(0.7), 0.3, alike)  # one weight for all
        np.testing.assert_allclose(alike, v + 0.7 * 0.3 * X[:, k], rtol=1e-14, atol=1e-16)


def test_nan_surfaces_in_reductions():
    """The fast-math flags of the reductions must not make NaN or inf vanish."""
    X = np.asfortranarray([[1.0, 2.0], [np.nan, 3.0], [4.0, np.inf]])
    ones = np.ones(3)
    assert np.isnan(core.line_dot(as_lines(X), 0, ones))
    assert np.isinf(core.line_dot(as_lines(X), 1, ones))
    mean, variance, c = np.empty(2), np.empty(2), np.empty(2)
    descent.moments(as_lines(X), ones / 3, ones, mean, variance, c)
    assert np.isnan(c[0]) and np.isinf(c[1])
    assert not np.isfinite(mean[0]) and not np.isfinite(mean[1] + variance[1])


def test_correlate_and_combine(case):
    lines, X, s = case
    rows = np.array([5, 0, 3])
    out = np.empty(3)
    descent.correlate(lines, rows, s, out)
    np.testing.assert_allclose(out, X[:, rows].T @ s, atol=1e-15)
    v = np.ones(len(s))
    descent.combine(lines, rows, np.array([1.0, 0.0, -2.0]), s, v)
    np.testing.assert_allclose(v, 1 + s * (X[:, 5] - 2 * X[:, 3]), atol=1e-15)


def test_moments(case):
    lines, X, s = case
    sy = s * np.random.default_rng(2).standard_normal(len(s))
    mean, variance, c = np.empty(X.shape[1]), np.empty(X.shape[1]), np.empty(X.shape[1])
    descent.moments(lines, s, sy, mean, variance, c)
    np.testing.assert_allclose(mean, s @ X, atol=1e-15)
    np.testing.assert_allclose(variance, s @ (X - s @ X) ** 2, rtol=1e-13)
    np.testing.assert_allclose(c, sy @ X, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_row_kernels(dtype):
    """C-ordered X: the same moments and correlations, row by row."""
    X, s = np.random.default_rng(0).standard_normal((20, 7)).astype(dtype), np.full(20, 0.05)
    sy = s * np.random.default_rng(2).standard_normal(20)
    mean, variance, c = np.zeros(7), np.zeros(7), np.zeros(7)
    assert descent.moments_of_rows(X, s, sy, X[0].astype(float), mean, variance, c)
    np.testing.assert_allclose(mean, s @ X, atol=1e-15)
    np.testing.assert_allclose(variance, s @ (X - s @ X) ** 2, rtol=1e-13)
    np.testing.assert_allclose(c, sy @ X, atol=1e-15)
    out = np.zeros(7)
    descent.correlate_rows(X, sy, out)
    np.testing.assert_allclose(out, sy @ X, atol=1e-15)


def test_gather():
    lines = np.random.default_rng(0).standard_normal((5, 9))
    rows, mean, root, out = np.array([3, 0]), np.array([1.0, -2.0]), np.sqrt(np.arange(9.0)), np.empty((2, 9))
    descent.gather(lines, rows, mean, root, 0, out)
    expected = root * (lines[rows] - mean[:, None])
    np.testing.assert_allclose(out, expected, rtol=1e-15)
    part = np.empty((2, 3))
    descent.gather(lines, rows, mean, root, 4, part)
    np.testing.assert_allclose(part, expected[:, 4:7], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_centre_rows(dtype):
    X = np.random.default_rng(0).standard_normal((9, 5)).astype(dtype)
    mean, root, out = np.arange(5.0), np.sqrt(np.arange(9.0)), np.full((3, 7), 8.0, dtype=dtype)
    gram.centre_rows(X, mean, root, 4, out)
    expected = root[4:7, None] * (X[4:7] - mean)
    np.testing.assert_allclose(out[:, :5], expected, rtol=1e-6 if dtype == np.float32 else 1e-15)
    assert (out[:, 5:] == 8.0).all()  # room for more than X


@pytest.mark.parametrize("size", [3, 4, 20])
@pytest.mark.parametrize("first", [0, 2, 4])
def test_products_of_lines(first, size):
    lines, rows = np.random.default_rng(0).standard_normal((9, 11)), np.array([7, 2, 0, 5, 8, 1])
    out = np.ones((6, 6 - first))
    gram.products_of_lines(lines, rows, first, size, out)
    made = np.triu(np.ones((6, 6)))[:, first:]  # of two of the last, once
    np.testing.assert_allclose(out, 1.0 + made * (lines[rows] @ lines[rows[first:]].T), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("order", "FC")
def test_moments_keep_their_digits_far_from_zero(order):
    """At mean/sd = 1e6 the variance is right to 1e-12, where sum of squares less squared mean keeps 4 digits."""
    z = np.random.default_rng(0).standard_normal((500, 2))
    z[0] = 1e3  # an outlier in the first row, from which rows are shifted
    X = np.array(1e6 + z, order=order)
    exact = np.var(X.astype(np.longdouble), axis=0)
    problem = Problem(X, np.ones(500), True)
    np.testing.assert_allclose(problem.variance, exact.astype(float), rtol=1e-12)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sweep(case, fit_intercept):
    """A sweep on uncentred lines is the twin's sweep on explicitly centred data, weights included."""
    lines, X, s = case
    rng = np.random.default_rng(2)
    P = naive.problem(X, rng.standard_normal(len(s)), s, alpha=0.03, l1_ratio=0.7, fit_intercept=fit_intercept)
    P = P._replace(lo=np.array([-np.inf, 0, -0.1, -np.inf, -0.2, 0, 0]), hi=np.r_[np.inf, 0.1, [np.inf] * 4, 0])
    w, r = naive.residual_sweep(P, np.zeros(7), P.y)
    w2, r2 = naive.residual_sweep(P, w, r)
    got, v = np.zeros(7), s * P.y
    arguments = (1 / (s @ P.X**2), P.l1, P.l2, P.lo, P.hi)
    rows, order = np.arange(7), np.arange(7)
    offset, _ = descent.sweep(lines, rows, order, got, v, s, 0.0, P.x_mean, *arguments)
    np.testing.assert_allclose(got, w, atol=1e-14)
    offset, largest = descent.sweep(lines, rows, order, got, v, s, offset, P.x_mean, *arguments)
    np.testing.assert_allclose(got, w2, atol=1e-14)
    np.testing.assert_allclose(v + s * offset, s * r2, atol=1e-14)
    assert largest == pytest.approx((np.abs(w2 - w) * np.sqrt(s @ P.X**2)).max())


def test_gram_sweep():
    rng = np.random.default_rng(3)
    P = naive.problem(rng.standard_normal((30, 6)), rng.standard_normal(30), alpha=0.05, l1_ratio=0.9)
    G, q = naive.gram(P)
    w = naive.gram_sweep(P, G, q, naive.gram_sweep(P, G, q, np.zeros(6)))
    got, c = np.zeros(6), q.copy()
    for _ in range(2):
        gram.gram_sweep(G, np.arange(6), got, c, np.ones(6), 1 / np.diag(G), P.l1, P.l2, P.lo, P.hi)
    np.testing.assert_allclose(got, w, atol=1e-14)
    np.testing.assert_allclose(c, q - G @ w, atol=1e-14)


@given(
    c=st.floats(-5, 5),
    l1=st.floats(0, 2),
    l2=st.sampled_from([0.0, 0.1, 2.0]),
    lo=st.sampled_from([-np.inf, -1.0, 0.0]),
    hi=st.sampled_from([np.inf, 0.5, 0.0]),
)
def test_conjugate_is_the_supremum(c, l1, l2, lo, hi):
    """``h(c) = sup over [lo, hi] of c u - l1|u| - l2 u^2/2``, on a grid that reaches the maximiser."""
    h = certificate.conjugate(c, l1, l2, lo, hi, 0.0)
    grid = np.unique(np.clip(np.r_[np.linspace(-100, 100, 4001), 0.0, lo, hi], max(lo, -1e3), min(hi, 1e3)))
    values = c * grid - l1 * abs(grid) - l2 * grid**2 / 2
    if np.isinf(h):
        assert l2 == 0 and values.max() > 0
    else:
        assert h >= values.max() - 1e-9
        assert h <= values.max() + 0.5 * (abs(c) + l1 + 1) * 0.05 + 1e-9


def test_kkt_violation_by_cases():
    """t = c - l2 w against the subdifferential and the normal cone, one case a row."""
    inf = np.inf
    table = [  # t, w, l1, lo, hi, distance
        (0.5, 0.0, 1.0, -inf, inf, 0.0),
        (1.5, 0.0, 1.0, -inf, inf, 0.5),
        (-1.5, 0.0, 1.0, -inf, inf, 0.5),
        (0.7, 2.0, 1.0, -inf, inf, 0.3),
        (1.2, 2.0, 1.0, -inf, inf, 0.2),
        (-0.7, -2.0, 1.0, -inf, inf, 0.3),
        (1.2, 2.0, 1.0, -inf, 2.0, 0.0),  # pushed against its upper bound
        (0.7, 2.0, 1.0, -inf, 2.0, 0.3),
        (-3.0, 0.0, 1.0, 0.0, inf, 0.0),  # positive
        (1.5, 0.0, 1.0, 0.0, inf, 0.5),
        (9.0, 0.0, 0.0, 0.0, 0.0, 0.0),  # out of the problem
        (-1.4, -0.5, 1.0, -0.5, inf, 0.0),
    ]
    for t, w, l1, lo, hi, distance in table:
        w_, c, ones, *penalty = (np.array([value]) for value in (w, t, 1.0, l1, 0.0, lo, hi))
        violation, _ = certificate.conclude(
            w_, c, tuple(penalty), ones, 0 * ones, 0.0, 1.0, 1.0, 1.0, np.zeros(1, dtype=np.bool_)
        )
        assert violation == pytest.approx(distance), (t, w, l1, lo, hi)


def test_lines_are_read_only_views():
    X = np.asfortranarray(np.eye(3))
    lines = as_lines(X)
    assert np.shares_memory(lines, X) and not lines.flags.writeable and X.flags.writeable
    assert as_lines(np.ascontiguousarray(np.ones((2, 3)))) is None
    assert not read_only(np.ones(2)).flags.writeable
