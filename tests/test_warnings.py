"""Warnings: when, with which remedy, and pointing at the user's line."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from lassofit import Lasso, enet_path, lasso_path

RNG = np.random.default_rng(0)
X = RNG.standard_normal((20, 4))
Y = X[:, 0] - 2 * X[:, 1] + 0.1 * RNG.standard_normal(20)


def test_tolerance_below_the_floor_warns_and_names_it():
    """A gap of exactly 0 can be met by luck; else the fit stops at the rounding level, long before max_iter."""
    floors = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        data = rng.standard_normal((100, 20))
        y = data[:, :10].sum(1) + rng.standard_normal(100)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model = Lasso(alpha=0.01, tol=0.0, max_iter=100_000).fit(data, y)
        assert model.relative_gap_ < 1e-14 and model.n_iter_ < 1000
        assert model.converged_ == (model.dual_gap_ == 0) == (not caught)
        if caught:
            floors += 1
            message = str(caught[0].message)
            assert caught[0].category is ConvergenceWarning and message.startswith("Objective did not converge")
            assert "rounding in float64 leaves no less" in message and "Set tol to" in message
    assert floors


@pytest.mark.parametrize("tol", [0.0, 1e-18])
@pytest.mark.parametrize("seed", range(3))
def test_at_the_floor_no_sweeps_follow(seed, tol):
    """Powers of one variable, at alpha_max / 1e6: the active set hands over to sweeps only what they can improve."""
    rng = np.random.default_rng(seed)
    t = rng.standard_normal(80)
    data = np.stack([t ** (1 + j % 7) + (j >= 7) * 1e-3 * rng.standard_normal(80) for j in range(100)], axis=1)
    y = data[:, :20] @ rng.standard_normal(20)
    y += y.std() * rng.standard_normal(80)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        alpha = 1e-6 * np.abs(data.T @ y).max() / 80
        model = Lasso(alpha, fit_intercept=False, tol=tol, max_iter=100_000).fit(data, y)
    assert model.n_iter_ < 500 and model.relative_gap_ < 1e-5
    assert len(caught) == 1 and "rounding in float64 leaves no less" in str(caught[0].message)


def test_coefficients_that_underflow_in_float32_warn():
    tiny, plain = Lasso(1e-30), Lasso(0.01)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain.fit(X.astype(np.float32), Y)
        tiny.fit(1e30 * X, 1e-20 * Y)  # fine in float64
    with pytest.warns(UserWarning, match=r"4 of the coefficients are too small for float32, the dtype of X") as caught:
        found = tiny.fit((1e30 * X).astype(np.float32), 1e-20 * Y)
    assert not found.coef_.any() and found.coef_.dtype == np.float32 and found.relative_gap_ < 1e-4
    assert len(caught) == 1 and caught[0].filename == __file__ and caught[0].category is UserWarning


def test_precompute_above_the_cap_warns(monkeypatch):
    from lassofit._engine import grams

    monkeypatch.setattr(grams, "GRAM_CAP", 100)
    with pytest.warns(UserWarning, match="above the cap"):
        lazy = Lasso(alpha=0.01, precompute=True, tol=1e-12).fit(X, Y)
    np.testing.assert_allclose(lazy.coef_, Lasso(alpha=0.01, tol=1e-12).fit(X, Y).coef_, atol=1e-10)


def test_warnings_point_at_the_users_line():
    rng = np.random.default_rng(0)
    wide = rng.standard_normal((20, 50))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Lasso(1e-3, max_iter=1, tol=1e-9).fit(wide, Y)
        Lasso(1e-3, max_iter=1, tol=1e-9).fit(wide, np.c_[Y, Y])
        Lasso(0.0).fit(X, Y)
        lasso_path(X, Y, n_alphas=3)
        enet_path(wide, Y, alphas=[1e-4], max_iter=1, tol=1e-9)
        Lasso(1.0, precompute=X.T @ X).fit(X + 5, Y)
    assert len(caught) == 7 and {item.filename for item in caught} == {__file__}
    assert "for target 0" in str(caught[1].message) and "for target 1" in str(caught[2].message)
