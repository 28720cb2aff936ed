"""Single fits whose columns are not all priced are those whose columns are, and their certificates hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from test_continuation import BOX, FACTOR, KINDS, STORES, X, Y, _c_order_in_place  # noqa: F401

from lassofit import ElasticNet, Lasso
from lassofit._engine import active, at_once, columns, spared, whole
from lassofit._engine.bound import ResidualBasis
from lassofit._engine.penalty import build_penalty
from lassofit._engine.problem import Problem
from lassofit._engine.spared import Spared
from lassofit.testing import certify

ALPHAS = 2.8, 2.0, 1.0, 0.3, 0.03, 0.003


@pytest.fixture
def eager(monkeypatch):
    """A basis for data of any size, and for most columns in doubt; in every stage, whether some were not priced."""
    for name, value in {"_LEAST": 0, "_PER_COLUMN": 0, "_PER_ROW": 0, "_PRICED": 0.9}.items():
        monkeypatch.setattr(spared, name, value)
    monkeypatch.setattr(whole, "_CHEAP", 0)  # no full Gram matrix
    found, solve_stage, estimate = [], active.Face.solve_stage, ResidualBasis.estimate

    def staged(face, *given):
        results = solve_stage(face, *given)
        found.append(not results[-1])
        return results

    def estimated(*given):
        found.append(True)
        return estimate(*given)

    monkeypatch.setattr(active.Face, "solve_stage", staged)
    monkeypatch.setattr(ResidualBasis, "estimate", estimated)
    return found


def fit(alpha, kind, store):
    options = {"tol": 1e-5 if store == "float32" else 1e-10, "max_iter": 10_000, "l1_ratio": 1.0, **KINDS[kind]}
    weights = options.pop("sample_weight", None)
    return ElasticNet(alpha, **options).fit(STORES[store](X), Y, sample_weight=weights)


@pytest.mark.parametrize("one_call", [True, False])
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("kind", KINDS)
def test_fits_are_those_of_full_passes(kind, store, one_call, eager, monkeypatch):
    if not one_call:
        monkeypatch.setattr(at_once, "applies", lambda search: False)
    near = 1e-5 if store == "float32" else 1e-9
    fits = [fit(alpha, kind, store) for alpha in ALPHAS]
    some = any(eager)
    monkeypatch.setattr(spared, "_LEAST", np.inf)
    for alpha, model in zip(ALPHAS, fits, strict=True):
        plain = fit(alpha, kind, store)
        assert model.converged_ == plain.converged_
        assert_allclose(model.coef_, plain.coef_, atol=near)
        assert_allclose(model.intercept_, plain.intercept_, atol=near)
        assert not (model.proven_zero_ & (plain.coef_ != 0)).any()
        assert (model.proven_zero_ != plain.proven_zero_).sum() <= 1
        assert_allclose(model.kkt_residual_, plain.kkt_residual_, atol=near)
    assert some or store == "C"  # of C order, an eighth of the columns is priced by itself at most


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), store=st.sampled_from(["F", "C", "csc"]))
def test_certificates_hold(seed, store):
    """With copies, near copies, zero columns, odd scales and far means, the gap is that of the point, made anew."""
    rng = np.random.default_rng(seed)
    n, p = rng.integers(5, 60), rng.integers(20, 150)
    A = rng.standard_normal((n, p)) * 10.0 ** rng.integers(-2, 3, p)
    A[:, 1::7] = A[:, :1] + 10.0 ** rng.integers(-9, 0) * A[:, 1::7]
    A[:, 3::11] = -A[:, 2:3]
    A[:, 5] = 0.0
    if store == "csc":
        A[rng.random((n, p)) < 0.7] = 0.0
    elif rng.random() < 0.3:
        A[:, rng.random(p) < 0.3] += 1e3
    y = A[:, :3] @ rng.standard_normal(3) + rng.standard_normal(n)
    centred = A - A.mean(axis=0)
    alpha = np.abs(centred.T @ (y - y.mean())).max() / n * 10.0 ** rng.uniform(-3, 0)
    given = {"C": np.ascontiguousarray, "F": np.asfortranarray, "csc": sparse.csc_array}[store](A)
    with pytest.MonkeyPatch.context() as change:
        for name in ("_LEAST", "_PER_COLUMN", "_PER_ROW"):
            change.setattr(spared, name, 0)
        change.setattr(whole, "_CHEAP", 0)
        model = Lasso(alpha, tol=1e-9, max_iter=20_000).fit(given, y)
    scale = np.var(y)
    found = certify(model, given, y).dual_gap
    assert model.converged_ and found <= 2e-9 * scale
    assert not (model.proven_zero_ & (model.coef_ != 0)).any()
    gradient = np.abs(centred.T @ (y - y.mean() - centred @ model.coef_)) / n
    assert (gradient[model.proven_zero_] <= alpha + 1e-9 * np.sqrt(scale) * np.linalg.norm(A, axis=0).max()).all()


def test_a_basis_is_made_where_passes_are_long_and_it_may_help():
    def held(n, p, **kw):
        problem = Problem(np.asfortranarray(np.ones((2, 2))), None, True, np.arange(2.0))
        problem.n, problem.p = n, p
        return Spared(problem, None, None)

    assert held(200, 20_000).worth and held(200_000, 100).worth and held(2000, 2000).worth
    assert not held(60, 50_000).worth  # a column takes no longer than its bound
    assert not held(1000, 1000).worth  # nor X, than what is around it
    assert not held(400_000, 20).worth


def test_without_promise_no_basis_is_made_until_a_residual_has_been_priced(eager):
    problem = Problem(np.asfortranarray(X), None, True, Y)
    for share, made in ((1.1, True), (0.01, False)):
        alpha = share * np.abs(problem.target_correlations()).max()
        penalty = build_penalty(problem, alpha, 1.0, None, -np.inf, np.inf, False)
        held, face = Spared(problem, penalty, 64 * np.finfo(float).eps * np.sqrt(problem.norm2)), None
        face = active.Face(problem, penalty, held.slack, columns.known_columns(problem))
        r = problem.y - 0.1 * (X[:, 0] - X[:, 0].mean())
        c = held.correlations(face, problem.s * r, r)
        assert (held._basis is not None) == made
        assert_allclose(np.abs(c) <= np.abs(problem.correlate(problem.s * r)) + 1e-12, np.full(X.shape[1], not made))
        held.correlations(face, problem.s * r, r)
        assert held._basis.used == 2 - made


def test_a_face_without_its_inactive_columns_is_the_same_face():
    problem = Problem(np.asfortranarray(X), None, True, Y)
    slack = 64 * np.finfo(float).eps * np.sqrt(problem.norm2)
    penalty = build_penalty(problem, 0.05, 1.0, FACTOR, *BOX, False)
    face = active.Face(problem, penalty, slack, columns.known_columns(problem))
    which = np.arange(X.shape[1])[::-1]
    which = which[(penalty.lo < penalty.hi)[which]]
    face.meet(which, problem.target_correlations()[which])
    face.solve(1000)
    w = face.coefficients()
    assert 0 < np.count_nonzero(w) < len(which) - 5
    face.keep_active()
    assert len(face.which) <= np.count_nonzero(w) + 1
    assert_array_equal(face.coefficients(), w)
    assert_array_equal(np.flatnonzero(face.known), np.sort(face.which))
    rows = np.sqrt(problem.s) * (X - X.mean(axis=0)).T[face.which]
    assert_allclose(face.columns.rows, rows, atol=1e-12)
    kept = len(face.which)
    assert_allclose(face.columns.gram[:kept, :kept], rows @ rows.T, atol=1e-12)
    face.refresh()
    face.solve(1000)
    assert_allclose(face.coefficients(), w, atol=1e-12)


@pytest.mark.parametrize("room", [80, 100, 140])
def test_dependent_columns_that_are_forgotten_and_met_again(room, monkeypatch):
    """What is met again has to be met with its correlations of now: with those of the stage before, fits stalled."""
    monkeypatch.setattr(at_once, "_ROOM", room)
    kept, keep_active = [], active.Face.keep_active
    monkeypatch.setattr(active.Face, "keep_active", lambda face: kept.append(keep_active(face)))
    for seed in range(3):
        rng = np.random.default_rng(seed)
        A = rng.standard_normal((40, 60))
        A = np.asfortranarray(np.hstack([A, -A[:, :10], *(A + 1e-7 * rng.standard_normal(A.shape) for _ in range(3))]))
        y = A[:, :8] @ rng.standard_normal(8) + rng.standard_normal(40)
        largest = np.abs((A - A.mean(axis=0)).T @ (y - y.mean())).max() / 40
        for share in (1e-2, 1e-4, 1e-6):
            model = Lasso(largest * share, solver="active_set", tol=1e-9, max_iter=5000).fit(A, y)
            assert model.converged_ and certify(model, A, y).dual_gap <= 2e-9 * np.var(y)
    assert kept
