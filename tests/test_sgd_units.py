"""``SGDLasso.partial_fit`` warns of columns in very unlike units, once, where one step has to do for all of them."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from lassofit import SGDLasso

RNG = np.random.default_rng(0)
Z = RNG.standard_normal((3000, 6))
Y = Z.sum(axis=1)
X = Z * np.geomspace(1, 1e4, 6)
FAR = Z + np.array([0.0, 0.0, 50.0, 0.0, 0.0, 0.0])


def fed(model, X):
    """Feed a stream in parts of a hundred rows; return the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for part in np.split(np.arange(len(X)), 30):
            model.partial_fit(X[part], Y[part])
    return [str(one.message) for one in caught if issubclass(one.category, ConvergenceWarning)]


@pytest.mark.parametrize("method", ["cumulative", "clipping", "truncated", "naive"])
def test_unlike_units_are_warned_of_once_and_are_what_is_wrong(method):
    model, scaled = SGDLasso(alpha=1e-3, method=method), SGDLasso(alpha=1e-3, method=method)
    (text,) = fed(model, X)
    assert text.startswith("The largest values of X's columns differ by a factor of ") and "method='ftrl'" in text
    assert not fed(scaled, Z)
    assert model.score(X, Y) < 0.5 < 0.9 < scaled.score(Z, Y)


def test_the_advice_helps_and_is_not_given_where_it_was_followed():
    model = SGDLasso(alpha=1e-3, method="ftrl")
    assert not fed(model, X)
    assert model.score(X, Y) > 0.9


@pytest.mark.parametrize("method", ["cumulative", "clipping", "truncated", "naive", "ftrl"])
def test_means_far_from_zero_are_warned_of_once_and_are_what_is_wrong(method):
    model, centred = SGDLasso(alpha=1e-3, method=method), SGDLasso(alpha=1e-3, method=method)
    (text,) = fed(model, FAR)
    assert text.startswith("In the first rows the mean of column 2 of X is ") and "Subtract the mean" in text
    assert not fed(centred, Z)
    assert model.score(FAR, Y) < 0.9 < centred.score(Z, Y)


def test_a_column_far_from_zero_is_named():
    frame = pd.DataFrame(Z[:100] + 1990.0, columns=[*"abcde", "year"])
    with pytest.warns(ConvergenceWarning, match=r"the mean of '\w+' of X is"):
        SGDLasso().partial_fit(frame, Y[:100])


def test_no_warning_where_nothing_can_be_said_or_is_wrong():
    for data in (
        X[:9],
        sparse.csr_array(X[:100]),
        np.zeros((20, 3)),
        np.c_[Z[:100], np.zeros(100)],
        1e-6 * Z[:100],
        np.c_[Z, np.ones(3000)],
        Z + 3.0,
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            SGDLasso().partial_fit(data, Y[: data.shape[0]])


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_a_feature_whose_first_values_are_tiny_is_learned(fit_intercept):
    """ftrl takes them for its full size, and steps accordingly; larger ones show that these were too long."""
    rng = np.random.default_rng(18)
    X, w = rng.standard_normal((4000, 20)), np.repeat([1.0, -1.0, 0.0], [3, 3, 14])
    X[:2, 10] = 2.5e-3, -1e-3
    y = X @ w + rng.standard_normal(4000)
    model = SGDLasso(0, method="ftrl", fit_intercept=fit_intercept).partial_fit(X, y)
    assert np.abs(model.coef_ - w).max() < 0.2
