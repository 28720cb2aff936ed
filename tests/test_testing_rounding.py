"""The certificate in floating point: large means, dependent columns, constants, large problems."""

import numpy as np
import pytest
from scipy import sparse
from test_testing import data, in_both_formats, optimum, stand_in

from lassofit import _certificate, _gap
from lassofit.testing import certify, dual_gap, objective


@pytest.mark.parametrize("block", [2**20, 1])  # long double, float64
def test_large_means(block, monkeypatch):
    """Columns with mean/sd of 1e6, sparse of 1e3, against coefficients from explicitly centred long double."""
    monkeypatch.setattr(_certificate, "_BLOCK", block)
    for ratio, store in ((1e6, np.asarray), (1e3, sparse.csc_array)):
        X, y = data(200, 5)
        X = X + ratio * X.std(0)
        for parameters in ({"alpha": 0.1}, {"alpha": 0.1, "penalty_factor": [0, 1, 0, 1, 1]}, {"alpha": 0.0}):
            w, b, null = optimum(X, y, **parameters)
            assert abs(dual_gap(store(X), y, w, b, **parameters)) < 1e-14 * null


@in_both_formats
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_rounding_at_a_half_open_bound_does_not_void_the_dual_point(scale, store):
    """Unpenalised copies of a free column, held at 0: what pulls at them is rounding, and no bound stops them above."""
    X, y = data()
    X[:, 1], X[:, 2], y = 0.7 * X[:, 0], -1.3 * X[:, 0], y * scale
    for seed in range(5):
        s = np.random.default_rng(seed).uniform(0.5, 2, len(y))
        bounds = (np.array([-np.inf, 0, -np.inf, 0, 0, 0]), np.array([np.inf, np.inf, 0, np.inf, np.inf, np.inf]))
        parameters = {"alpha": 0.2 * scale, "penalty_factor": [0, 0, 0, 1, 1, 1], "bounds": bounds}
        w, b, null = optimum(X, y, s, **{**parameters, "penalty_factor": [0, np.inf, np.inf, 1, 1, 1]})
        assert abs(dual_gap(store(X), y, w, b, sample_weight=s, **parameters)) < 1e-14 * null
        w[3:] *= 1 - 1e-6  # now the dual point has to be scaled
        assert 0 < dual_gap(store(X), y, w, b, sample_weight=s, **parameters) < 1e-5 * null


@in_both_formats
def test_constants_are_seen_in_float64(store, monkeypatch):
    monkeypatch.setattr(_certificate, "_BLOCK", 1)
    rng = np.random.default_rng(0)
    n, s = 20_000, rng.uniform(0.5, 1.5, 20_000)
    X = np.c_[rng.standard_normal(n), np.full(n, 0.1)]
    for standardize in (False, True):
        problem = {"alpha": 0.1, "standardize": standardize, "penalty_factor": [1, 0]}
        assert certify(stand_in([0.0, 0.0], 0.3, **problem), store(X), np.full(n, 0.3), s).relative_gap == 0
        moved = dual_gap(store(X), X[:, 0], [0.5, 2.0], X[:, 0] @ s / s.sum() * 0.5 - 0.2, sample_weight=s, **problem)
        still = dual_gap(store(X), X[:, 0], [0.5, 0.0], X[:, 0] @ s / s.sum() * 0.5, sample_weight=s, **problem)
        assert moved == (np.inf if standardize else pytest.approx(still, rel=1e-9))


@in_both_formats
def test_dependent_unpenalised_columns_leave_the_certificate_tight(store):
    X, y = data(20, 8)
    X[:, 1], X[:, 2], X[:, 3] = X[:, 0], X[:, 4] + X[:, 5], 7.0
    parameters = {"alpha": 0.1, "penalty_factor": [0, 0, 0, 0, 0, 0, 1, 1]}
    w, b, null = optimum(X, y, **parameters)
    assert abs(dual_gap(store(X), y, w, b, **parameters)) < 1e-14 * null
    w[[0, 1]] += 0.5, -0.5  # the same fit
    assert abs(dual_gap(store(X), y, w, b, **parameters)) < 1e-14 * null


@in_both_formats
def test_large_problems_take_other_ways_to_the_same_gap(store, monkeypatch):
    """Float64 in narrow blocks, and an iterative projection, as above the sizes where they begin."""
    X, y = data(40, 12)
    parameters = {"alpha": 0.1, "penalty_factor": np.arange(12) % 2}
    w, b, null = optimum(X, y, **parameters)
    far = dual_gap(store(X), y, w * 0.9, b, **parameters)
    monkeypatch.setattr(_certificate, "_BLOCK", 1)
    assert dual_gap(store(X), y, w * 0.9, b, **parameters) == pytest.approx(far, rel=1e-10)
    assert abs(dual_gap(store(X), y, w, b, **parameters)) < 1e-14 * null
    monkeypatch.setattr(_gap, "_FLOPS", 0)
    assert dual_gap(store(X), y, w * 0.9, b, **parameters) == pytest.approx(far, rel=1e-10)
    assert abs(dual_gap(store(X), y, w, b, **parameters)) < 1e-14 * null
    monkeypatch.setattr(_gap, "_ORTHOGONAL", -1.0)
    monkeypatch.setattr(_gap, "_CELLS", 0)
    if store is np.asarray:  # falls back on the exact projection
        assert abs(dual_gap(store(X), y, w, b, **parameters)) < 1e-14 * null
    else:  # nothing is known but that the optimum is not negative
        assert dual_gap(store(X), y, w, b, **parameters) == objective(store(X), y, w, b, **parameters)
