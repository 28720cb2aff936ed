"""The residual-basis bound against long double: it covers, it screens, and its rounding is counted."""

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from lassofit._engine import bound
from lassofit._engine.bound import ResidualBasis
from lassofit._engine.duality import noise
from lassofit._engine.penalty import Penalty
from lassofit._engine.problem import Problem

STORES = [np.asfortranarray, np.ascontiguousarray, sparse.csc_array]


class Known:
    """A basis beside its data: residuals are priced and taken in, and everything is known in long double."""

    def __init__(self, X, y, s=None, fit_intercept=True, store=np.asfortranarray):
        self.problem = Problem(store(X), s, fit_intercept, y)
        self.exact = naive.problem(X, y, s, alpha=1.0, fit_intercept=fit_intercept, dtype=np.longdouble)
        self.basis = ResidualBasis(self.problem, noise(self.problem))
        self.taken = []

    def residual(self, r):
        """A residual as the solvers have it: centred where an intercept is fitted."""
        return r - self.problem.s @ r if self.problem.fit_intercept else r

    def take(self, r):
        self.basis.add(np.sqrt(self.problem.s) * r, self.problem.correlate(self.problem.s * r))
        self.taken.append(r)

    def correlations(self, r):
        return self.exact.X.T @ (self.exact.s * r) / self.exact.s.sum()

    def doubtful(self, r, l1, lo=-np.inf, hi=np.inf, known=False):
        p = self.problem.p
        parts = (np.full(p, float(part)) if np.ndim(part) == 0 else part for part in (l1, 0.0, lo, hi))
        return self.basis.doubtful(self.place(r), Penalty(*parts), 1.0, np.full(p, False) | known)

    def place(self, r):
        return self.basis.place(np.sqrt(self.problem.s) * r)

    def estimate(self, r, certain, lo=-np.inf, hi=np.inf):
        """Correlations as the basis has them; the most that they can be, where that is wanted ``certain``."""
        unit = Penalty(*(np.full(self.problem.p, float(part)) for part in (1.0, 0.0, lo, hi)))
        return self.basis.estimate(self.place(r), unit, certain)


def gaussian(n, p, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, p)) + 0.5, rng.standard_normal(n), rng


@st.composite
def cases(draw):
    """Data with copies, sums, zeros, near copies, offsets and zero weights, and steps between the residuals priced."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, p = draw(st.integers(2, 60)), draw(st.integers(1, 30))
    X = rng.standard_normal((n, p)) * 10.0 ** rng.integers(-3, 4, p)
    if draw(st.booleans()):
        X[:, rng.random(p) < 0.4] += 100.0
    if draw(st.booleans()):
        X[:, 1:] = X[:, :1] + 10.0 ** draw(st.integers(-12, -1)) * X[:, 1:]
    if draw(st.booleans()):
        X[rng.random((n, p)) < 0.8] = 0.0
    for make in (lambda: -X[:, 0], lambda: X.sum(1), lambda: 0.0, lambda: 3.0):
        if p > 2 and draw(st.booleans()):
            X[:, rng.integers(1, p)] = make()
    s = np.r_[1.0, 1.0, rng.choice([0.0, 0.1, 1.0, 3.0], n - 2)] if draw(st.booleans()) else None
    y = X[:, 0] / max(np.abs(X[:, 0]).max(), 1e-9) + rng.standard_normal(n)
    step = draw(st.sampled_from([1.0, 0.1, 1e-2, 2e-3]))
    return X, y, s, draw(st.booleans()), step, draw(st.integers(0, 40)), rng


@settings(max_examples=300)
@given(case=cases(), store=st.sampled_from(STORES))
def test_what_exceeds_l1_is_in_doubt(case, store):
    """With l1 a hair below the exact |<x_j, r>|, every column is: for residuals within, near, and far from the span."""
    X, y, s, fit_intercept, step, count, rng = case
    known = Known(X, y, s, fit_intercept, store)
    taken = [known.problem.y]
    for _ in range(count):  # more than there is room for, some of them
        taken.append(known.residual(taken[-1] + step * rng.standard_normal(len(y))))
    if rng.random() < 0.5:  # columns within the span, of which nothing is left
        taken.extend(known.residual(x) for x in X.T[:3])
    for r in taken:
        known.take(r)
    size = min(len(taken), 4)
    near = rng.standard_normal(size) @ np.array(taken[-size:])
    ahead = 2.0 * taken[-1] - taken[-2] if len(taken) > 1 else 0.5 * taken[0]
    for r in (near, ahead, near + step * taken[0], known.residual(rng.standard_normal(len(y)))):
        c = np.abs(known.correlations(r))
        below = np.nextafter(c.astype(np.float64) * (1 - 1e-15), 0.0)
        eligible = (known.problem.norm2 > 0) & (c > 0)
        assert set(np.flatnonzero(eligible)) <= set(known.doubtful(r, below))
        assert (np.abs(known.estimate(r, 1.0)) >= below).all()


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("weighted", [False, True])
def test_what_is_in_doubt_is_what_the_bound_says(store, weighted):
    """Column by column, as the bound written out in long double leaves them in doubt."""
    X, y, rng = gaussian(80, 40)
    known = Known(X, y, rng.integers(0, 4, 80).astype(float) if weighted else None, store=store)
    for k in range(5):
        known.take(known.residual(y + 0.2 * k * X[:, k]))
    vectors = naive.residual_basis(known.exact, known.taken)
    r = known.residual(y + 0.1 * X[:, 1] - 0.3 * X[:, 4] + 0.1 * rng.standard_normal(80))
    centre, reach = naive.residual_bound(known.exact, vectors, r)
    l1 = 0.6 * np.abs(centre + reach).max()
    expected = np.flatnonzero(np.abs(centre) + reach > l1)
    assert 3 < len(expected) < 37
    assert_array_equal(known.doubtful(r, l1), expected)
    c = known.correlations(r)
    assert (np.abs(c - centre) <= reach + 1e-15).all() and set(np.flatnonzero(np.abs(c) > l1)) < set(expected)


def test_estimates_are_the_centre_or_the_worst_end_of_what_the_bound_allows():
    X, y, rng = gaussian(60, 30)
    known = Known(X, y)
    for k in range(3):
        known.take(known.residual(y + 0.2 * k * X[:, k]))
    r = known.residual(y + 0.1 * X[:, 1] - 0.3 * X[:, 4] + 0.1 * rng.standard_normal(60))
    centre, reach = naive.residual_bound(known.exact, naive.residual_basis(known.exact, known.taken), r)
    centre, reach, near = centre.astype(float), reach.astype(float), {"rtol": 0, "atol": 1e-6}
    assert_allclose(known.estimate(r, 0.0), centre, **near)
    assert_allclose(known.estimate(r, 1.0), np.where(centre > 0, centre + reach, centre - reach), **near)
    assert_allclose(known.estimate(r, 1.0, lo=0.0), centre + reach, **near)  # the only side that matters
    assert_allclose(known.estimate(r, 1.0, hi=0.0), centre - reach, **near)


def test_along_a_straight_line_two_passes_are_enough():
    """Where the residual is linear in alpha, as between two kinks of a path, it stays in the span."""
    X, y, _ = gaussian(100, 200)
    known = Known(X, y)
    start, end = known.residual(y), known.residual(y - 0.5 * X[:, 3])
    known.take(start)
    known.take(end)
    for t in (0.2, 0.5, 0.9, 3.0):
        r = (1 - t) * start + t * end
        l1 = float(np.abs(known.correlations(r)).max()) * (1 + 1e-9)
        assert len(known.doubtful(r, l1)) == 0
        assert len(known.doubtful(r, l1 * (1 - 2e-9))) == 1


def test_only_the_sides_where_a_coefficient_may_move():
    X, y, _ = gaussian(50, 12)
    known = Known(X, y)
    r = known.residual(y)
    known.take(r)
    c = known.correlations(r)
    l1, inf = 0.5 * float(np.abs(c).min()), np.inf
    assert_array_equal(known.doubtful(r, l1), np.arange(12))
    assert_array_equal(known.doubtful(r, l1, lo=0.0), np.flatnonzero(c > 0))
    assert_array_equal(known.doubtful(r, l1, hi=0.0), np.flatnonzero(c < 0))
    assert_array_equal(known.doubtful(r, l1, lo=-1e-300), np.arange(12))
    excluded = np.arange(12) % 3 == 0
    lo, hi = np.where(excluded, 0.0, -inf), np.where(excluded, 0.0, inf)
    assert_array_equal(known.doubtful(r, l1, lo, hi), np.flatnonzero(~excluded))
    assert_array_equal(known.doubtful(r, l1, known=excluded), np.flatnonzero(~excluded))


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("step", [1.0, 0.1, 1e-2, 2e-3])
def test_correlations_and_what_is_left_are_accurate(step, fit_intercept, store):
    """Through a full basis of residuals that are all but dependent, and with columns that it spans."""
    X, y, rng = gaussian(400, 30)
    s = rng.exponential(size=400)
    known = Known(X, y, s, fit_intercept, store)
    r = known.residual(y)
    residuals = [r]
    for _ in range(31):
        residuals.append(known.residual(residuals[-1] + step * rng.standard_normal(400)))
    X[:, :5] = np.array(residuals).T @ rng.standard_normal((32, 5))
    known = Known(X, y, s, fit_intercept, store)
    for r in residuals:
        known.take(r)
    basis, vectors = known.basis, naive.residual_basis(known.exact, known.taken)
    assert basis.full and len(vectors) == 32
    root = np.sqrt(known.exact.s / known.exact.s.sum())
    norm = np.sqrt(known.problem.norm2)[:, None]
    assert_allclose(basis.vectors @ basis.vectors.T, np.eye(32), atol=1e-14)
    exact = (known.exact.X * root[:, None]).T @ basis.vectors.T
    assert_allclose(basis.correlations.T / norm, (exact / norm).astype(float), atol=1e-14 / step)
    left = np.sqrt(np.maximum(known.problem.norm2 - (exact**2).sum(1), 0.0)).astype(float)
    assert (basis.left >= left).all()
    assert_allclose(basis.left / norm[:, 0], left / norm[:, 0], atol=3e-6 / np.sqrt(step))


def test_a_residual_that_is_spanned_is_not_taken_in_and_a_full_basis_stays(monkeypatch):
    monkeypatch.setattr(bound, "_FLOOR", 0)
    X, y, rng = gaussian(50, 6)
    known = Known(X, y)
    basis = known.basis
    known.take(known.residual(y))
    before = basis.left.copy()
    known.take(known.residual(y * 1.7))
    known.take(known.residual(y + 1e-5 * X[:, 0]))
    assert len(basis.vectors) == 1 and not basis.full
    assert_array_equal(basis.left, before)
    for _ in range(10):
        known.take(known.residual(rng.standard_normal(50)))
    assert basis.full and len(basis.vectors) == 5  # a tenth of the rows: of the memory of X
    last = basis.correlations.copy(), basis.left.copy()
    known.take(known.residual(rng.standard_normal(50)))
    assert_array_equal(basis.correlations, last[0])
    assert_array_equal(basis.left, last[1])


@pytest.mark.parametrize(
    ("n", "p", "room"),
    [(3, 4, 32), (25, 2**21, 2), (25, 2**17, 16), (250, 2**17, 25), (320, 2**17, 32), (1000, 2**17, 32)],
)
def test_room(n, p, room):
    """For 32 vectors, where 16 MiB or a tenth of X's memory hold as many."""
    thin = Problem(np.asfortranarray(np.eye(2)), None, True, np.arange(2.0))
    thin.n, thin.p, thin.norm2 = n, p, np.ones(1)
    assert ResidualBasis(thin, np.zeros(1)).room == room


def test_float32_data_are_as_good():
    """Products are summed in float64, so only the data are rounded."""
    X, y, rng = gaussian(60, 20)
    X = X.astype(np.float32)
    known = Known(X.astype(float), y, store=lambda X: np.asfortranarray(X, dtype=np.float32))
    for k in range(4):
        known.take(known.residual(y - 0.1 * k * X[:, k]))
    r = known.residual(y - 0.05 * X[:, 2] + 0.01 * rng.standard_normal(60))
    c = np.abs(known.correlations(r)).astype(float)
    assert_array_equal(known.doubtful(r, c * (1 - 1e-12)), np.arange(20))
