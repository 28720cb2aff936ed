"""``PathDisplay``: per unit of the data or per standard deviation, and the leading features by their effects."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from lassofit import Lasso, LassoCV, PathDisplay

pytestmark = pytest.mark.usefixtures("pictures")


@pytest.fixture
def unlike_units():
    """Two features of the same strength, in units a million times apart, a third of a tenth of it, and a target."""
    Z = np.random.default_rng(0).standard_normal((80, 3))
    return Z * [1e-3, 1e3, 1.0], Z @ [2.0, 1.0, 0.1]


@pytest.mark.parametrize("kind", [np.asarray, sparse.csc_array])
def test_a_standardized_path_is_drawn_per_standard_deviation(unlike_units, kind):
    X, y = unlike_units
    path = Lasso(standardize=True, tol=1e-8).fit_path(kind(X), y, sample_weight=np.arange(1.0, 81))
    mean = np.average(X, axis=0, weights=np.arange(1.0, 81))
    sd = np.sqrt(np.average((X - mean) ** 2, axis=0, weights=np.arange(1.0, 81)))
    assert_allclose(path.deviations, sd, rtol=1e-12)
    coefs = path.coefs.toarray() if sparse.issparse(path.coefs) else path.coefs
    for units, scale, label in ((None, sd, "coefficient per standard deviation"), ("data", 1.0, "coefficient")):
        display = PathDisplay.from_path(path, units=units, x="l1_norm")
        effects = coefs * np.reshape(scale, (-1, 1))
        assert [line.get_label() for line in display.lines_] == ["x0", "x1", "x2"]  # by effect in either units
        for j, line in enumerate(display.lines_):
            assert_allclose(line.get_ydata(), effects[j])
            assert_allclose(line.get_xdata(), np.abs(effects).sum(axis=0))
        assert display.ax_.get_ylabel() == label
        assert display.ax_.get_xlabel() == f"L1 norm of the {label.replace('coefficient', 'coefficients')}"
        assert_allclose(display.to_frame()[["x0", "x1", "x2"]], effects.T)


def test_units_are_those_of_the_penalty_unless_given(unlike_units):
    X, y = unlike_units
    plain = PathDisplay.from_estimator(Lasso(), X, y)
    assert plain.ax_.get_ylabel() == "coefficient" and not plain.path.standardize
    assert PathDisplay.from_estimator(Lasso(), X, y, units="sd").ax_.get_ylabel().endswith("standard deviation")
    chosen = PathDisplay.from_estimator(LassoCV(standardize=True, alphas=10).fit(X, y), X, y)
    assert chosen.ax_.get_ylabel().endswith("standard deviation")
    copied = pickle.loads(pickle.dumps(chosen.path))
    assert_array_equal(PathDisplay(copied).to_frame(), chosen.to_frame())
    with pytest.raises(ValueError, match="units must be one of 'data', 'sd', got 'std'"):
        PathDisplay(plain.path, units="std")
    copied.deviations = None
    assert [line.get_label() for line in PathDisplay(copied).plot(n_labels=1).lines_] == ["x0"]  # by its units
    with pytest.raises(ValueError, match="units='sd' needs the standard deviations"):
        PathDisplay(copied, units="sd")
