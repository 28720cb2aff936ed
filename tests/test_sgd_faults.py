"""What a stochastic lasso may get wrong, and SGDLasso does not: scikit-learn's SGDRegressor as of 1.9 does each."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDRegressor

from lassofit import Lasso, SGDLasso, testing

FORMS = [np.asarray, sparse.csr_array]


def data(n=200, p=5, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    return X, X[:, :2] @ [3.0, -2.0] + 0.3 * rng.standard_normal(n)


def text(n=20_000, p=5000, words=20, seed=0):
    """Rows of a few words, of which few matter."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(3, p + 3)
    columns = rng.choice(p, n * words, p=share / share.sum())
    X = sparse.csr_array((np.ones(n * words), (np.repeat(np.arange(n), words), columns)), shape=(n, p))
    X = sparse.csr_array(X / np.sqrt(words))
    coef = np.zeros(p)
    coef[:50] = rng.standard_normal(50)
    signal = X @ coef
    return X, signal + rng.standard_normal(n) * signal.std()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["clipping", "cumulative", "truncated", "ftrl"])
def test_averages_are_of_penalised_weights(form, method):
    X, y = data()
    given = {"fit_intercept": False, "random_state": 0, "tol": None, "max_iter": 100}
    model = SGDLasso(0.1, method=method, average=True, **given).fit(form(X), y)
    exact = Lasso(0.1, fit_intercept=False, tol=1e-10).fit(X, y)
    assert_allclose(model.coef_, exact.coef_, atol=0.1)
    theirs = SGDRegressor(
        penalty="l1", alpha=0.1, average=True, learning_rate="constant", **given
    ).fit(X, y)  # fmt: skip
    assert np.abs(theirs.coef_ - exact.coef_).max() > 1  # should this fail, the fault is mended: drop the line


def test_penalties_persist_between_the_parts_of_a_stream():
    X, y = text()
    alpha = np.abs(X.T @ (y - y.mean())).max() / len(y) / 10
    exact = Lasso(alpha).fit(X.tocsc(), y)
    stream = SGDLasso(alpha)
    for start in range(0, len(y), 100):
        stream.partial_fit(X[start : start + 100], y[start : start + 100])
    size, support = np.count_nonzero(exact.coef_), np.count_nonzero(stream.coef_)
    assert size / 2 <= support <= 2 * size
    assert stream.score(X, y) >= 0.9 * exact.score(X, y)


@pytest.mark.parametrize("method", ["clipping", "cumulative", "truncated", "ftrl"])
def test_a_feature_that_no_later_row_touches_pays_its_penalty(method):
    X, y = data()
    X = np.c_[X, np.zeros(200)]
    X[0, 5], y[0] = 1.0, 5.0
    given = {"method": method, "shuffle": False, "fit_intercept": False, "eta0": 0.02}
    dense, thin = (SGDLasso(0.1, **given).partial_fit(form(X), y).coef_ for form in FORMS)
    assert SGDLasso(0.0, **given).partial_fit(X, y).coef_[5] > 0.01
    assert dense[5] == thin[5] == 0
    assert_allclose(dense, thin, rtol=1e-12)


def test_the_intercept_is_that_of_dense_and_sparse_alike():
    X, y = data(500)
    X, y = np.abs(X) * (X > 0.5), y + 10
    exact = Lasso(0.1, tol=1e-10).fit(X, y)
    for form in FORMS:
        model = SGDLasso(0.1, random_state=0).fit(form(X), y)
        assert model.intercept_ == pytest.approx(exact.intercept_, abs=0.02)
        stream = SGDLasso(0.1).partial_fit(form(X), y)
        assert stream.intercept_ == pytest.approx(exact.intercept_, abs=0.4)


@pytest.mark.parametrize("form", FORMS)
def test_columns_scaled_by_a_hundred_do_not_diverge(form):
    X, y = data()
    for model in (SGDLasso(10.0, random_state=0), SGDLasso(10.0, learning_rate="constant", random_state=0)):
        assert model.fit(form(100 * X), y).score(100 * X, y) > 0.95
    model = SGDLasso(10.0, learning_rate="invscaling", eta0=0.01, random_state=0)  # scikit-learn's defaults
    assert model.fit(form(100 * X), y).score(100 * X, y) > 0.9


@pytest.mark.parametrize("form", FORMS)
def test_weights_times_ten_are_the_same_problem(form):
    X, y = data()
    s = np.random.default_rng(1).random(200) + 0.5
    one, ten = (SGDLasso(0.1, random_state=0).fit(form(X), y, sample_weight=c * s) for c in (1, 10))
    assert_allclose(ten.coef_, one.coef_, rtol=1e-10)
    exact = Lasso(0.1, tol=1e-10).fit(X, y, sample_weight=s)
    assert_allclose(one.coef_, exact.coef_, atol=0.01)
    assert_array_equal(one.coef_ == 0, exact.coef_ == 0)


def test_columns_in_unlike_units_are_not_taken_for_converged():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 5)) * [1.0, 1.0, 1.0, 1.0, 1000.0]
    y = X @ [1.0, -2.0, 1.5, 0.5, 0.002] + 0.5 * rng.standard_normal(300)
    with pytest.warns(ConvergenceWarning, match="Scale the columns, or use method='ftrl'"):
        assert not SGDLasso(0.1).fit(X, y).converged_
    exact, other = Lasso(0.1, tol=1e-12).fit(X, y), SGDLasso(0.1, method="ftrl", max_iter=300).fit(X, y)
    values = [testing.objective(X, y, model.coef_, model.intercept_, alpha=0.1) for model in (exact, other)]
    assert values[1] < 1.05 * values[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert SGDLasso(0.1).fit(X / X.std(axis=0), y).converged_
