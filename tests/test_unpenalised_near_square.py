"""Unpenalised columns where rows are hardly more than columns, and more are active than there is room for.

Stages cannot go on with the Gram matrix then, and sweeps had not ended after 20000. So the target is a path of
one alpha.
"""

import numpy as np
import pytest
from scipy import sparse

from lassofit import ElasticNet
from lassofit._engine import columns, stages
from lassofit.testing import certify

N, P = 130, 110
RNG = np.random.default_rng(0)
X = 0.5 * RNG.standard_normal((N, P)) + RNG.standard_normal((N, 1))
Y = X[:, :30] @ RNG.standard_normal(30) + RNG.standard_normal(N)
WEIGHTS = np.r_[0.0, RNG.exponential(size=N - 1)]
FACTOR = np.r_[0.0, 0.0, np.ones(P - 2)]
KINDS = {
    "plain": {},
    "weights": {"sample_weight": WEIGHTS},
    "elastic net": {"l1_ratio": 0.9},
    "no intercept": {"fit_intercept": False},
    "bounds": {"bounds": (np.r_[-np.inf, -np.inf, np.full(P - 2, -0.1)], np.inf)},
    "standardize": {"standardize": True},
}


@pytest.fixture
def on_gram(monkeypatch):
    """How often that way was gone; there is room for a dozen columns."""
    found, go = [], stages._on_gram
    monkeypatch.setattr(columns, "GATHERED", 8 * 12 * (24 + N))
    monkeypatch.setattr(columns, "GATHERED_SPARSE", 0)
    monkeypatch.setattr(columns, "SHARE_OF_X", 0)
    monkeypatch.setattr(stages, "_on_gram", lambda *args: found.append(args) or go(*args))
    return found


@pytest.mark.parametrize("tol", [1e-3, 1e-10])
@pytest.mark.parametrize("store", [np.asfortranarray, np.ascontiguousarray, np.float32, sparse.csc_array])
@pytest.mark.parametrize("kind", KINDS)
def test_it_ends_by_the_gram_matrix(kind, store, tol, on_gram):
    options = {"l1_ratio": 1.0, **KINDS[kind]}
    s, A = options.pop("sample_weight", None), store(X)
    model = ElasticNet(0.003, tol=tol, penalty_factor=FACTOR, **options).fit(A, Y, sample_weight=s)
    assert len(on_gram) == 1 and model.converged_ and model.n_iter_ < 1000
    found = certify(model, A, Y, s)
    rounding = 1e-5 if A.dtype == np.float32 else 1e-14  # of coef_
    assert abs(found.relative_gap - model.relative_gap_) < rounding
    assert (model.coef_[:2] != 0).all()


def test_what_is_not_for_it_goes_to_sweeps(on_gram):
    model = ElasticNet(0.03, l1_ratio=1.0, penalty_factor=FACTOR, max_iter=100_000)
    twice = np.c_[X, X[:, :1]]  # unpenalised columns that depend on each other
    model.set_params(penalty_factor=np.r_[FACTOR, 0.0]).fit(twice, Y)
    assert not on_gram and model.converged_


def test_it_may_be_given_up(on_gram):
    with pytest.warns(Warning, match="max_iter"):
        model = ElasticNet(0.003, l1_ratio=1.0, penalty_factor=FACTOR, max_iter=3, tol=1e-10).fit(X, Y)
    assert model.relative_gap_ == pytest.approx(certify(model, X, Y).relative_gap, rel=1e-6)
