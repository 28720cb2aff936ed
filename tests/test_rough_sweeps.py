"""Sweeps in single precision, for a loose tol on dense X: certified in double, or as if they had not been."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning

from lassofit import ElasticNet, Lasso
from lassofit._engine import rough, stages, whole
from lassofit.testing import certify

RNG = np.random.default_rng(0)
X = np.asfortranarray(RNG.standard_normal((150, 100)) + 0.3)
Y = X @ RNG.standard_normal(100) + RNG.standard_normal(150)
WEIGHTS = RNG.exponential(size=150) * (RNG.random(150) < 0.9)
KINDS = {
    "plain": {},
    "no intercept": {"fit_intercept": False},
    "weights": {"sample_weight": WEIGHTS},
    "elastic net": {"l1_ratio": 0.5},
    "positive": {"positive": True},
    "bounds": {"bounds": (-0.5, 1.0)},
    "standardize": {"standardize": True},
    "factors": {"penalty_factor": np.arange(100) % 3 + 0.5},
}


@pytest.fixture
def sweeps(monkeypatch):
    """How many fits were swept to their end; small problems count as large ones."""
    found, sweep = [], rough.sweep

    def watched(problem, penalty, solution, *args):
        yield from sweep(problem, penalty, solution, *args)
        found.append(solution.converged)

    monkeypatch.setattr(rough, "sweep", watched)
    monkeypatch.setattr(rough, "_DEAR", 0)
    for name, value in {"_CHEAP": 0, "_FAIR": 0, "_DEEP": 0, "_PULLED": -1}.items():
        monkeypatch.setattr(whole, name, value)
    return found


def fit(alpha=0.01, tol=1e-4, A=X, y=Y, sample_weight=None, l1_ratio=1.0, **options):
    return ElasticNet(alpha, l1_ratio=l1_ratio, tol=tol, **options).fit(A, y, sample_weight=sample_weight)


@pytest.mark.parametrize("kind", KINDS)
def test_the_certificate_is_that_of_x(kind, sweeps):
    model, exact = (fit(tol=tol, **KINDS[kind]) for tol in (1e-4, 1e-10))
    assert sweeps == [True]  # the second is not for them
    found = certify(model, X, Y, KINDS[kind].get("sample_weight"))
    assert model.converged_ and found.relative_gap <= 1e-4
    assert_allclose(model.dual_gap_, found.dual_gap, rtol=1e-6, atol=1e-12)
    assert_allclose(model.predict(X), exact.predict(X), atol=0.2 * Y.std())
    assert (exact.coef_[model.proven_zero_] == 0).all()
    assert len(model.history_["dual_gap"]) == 1


def test_what_does_not_get_there_leaves_nothing_behind(sweeps, monkeypatch):
    monkeypatch.setattr(rough, "_FIRST", 2)
    monkeypatch.setattr(rough, "_MOST", 0)
    model = fit(1e-4)
    assert sweeps == [False]
    monkeypatch.setattr(rough, "worth_sweeping", lambda *_: False)
    alone = fit(1e-4)
    assert_array_equal(model.coef_, alone.coef_)
    assert model.n_iter_ == alone.n_iter_ + 2
    assert_array_equal(model.history_["dual_gap"], alone.history_["dual_gap"])


def test_a_point_that_x_does_not_certify_is_not_taken(sweeps, monkeypatch):
    """As if rounding X had cost more than is left to tol."""
    monkeypatch.setattr(rough, "_twin", lambda problem: rough.Problem(problem.X * 1.01, None, True, problem.y))
    model = fit()
    assert sweeps == [False] and model.converged_ and certify(model, X, Y).relative_gap <= 1e-4


def test_a_low_max_iter_is_left_to_steps(sweeps):
    with pytest.warns(ConvergenceWarning):
        assert fit(1e-4, max_iter=3).n_iter_ == 3
    assert sweeps == []


@pytest.mark.parametrize(
    ("A", "tol"),
    [
        (X, 9e-6),  # steps are better
        (np.ascontiguousarray(np.hstack([X, X])), 1e-4),  # fewer rows than columns
        (np.asfortranarray(X[:, :60]), 1e-4),  # the copy would be larger than the Gram matrix
        (X.astype(np.float32), 1e-4),
        (X * 1e20, 1e-4),  # single precision overflows
        (X * np.where(np.arange(100) == 3, 1e-20, 1.0), 1e-4),
    ],
)
def test_where_they_are_not_for(A, tol, sweeps):
    assert fit(0.01 * np.abs(A).max() / np.abs(X).max(), tol, np.asfortranarray(A)).converged_
    assert sweeps == []


def test_the_active_set_can_be_asked_for(sweeps):
    assert Lasso(0.01, solver="active_set").fit(X, Y).converged_ and sweeps == []
    assert stages.rough is rough
