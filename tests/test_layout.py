"""In which order X is solved: copies in F order are right, and made where they are to be."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from lassofit import Lasso
from lassofit._engine import layout, validation


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (8, 128), (9, 129), (300, 5), (33, 257)])
def test_a_copy_has_the_same_entries(shape, dtype, monkeypatch):
    monkeypatch.setattr(layout, "_SMALL", 0)
    X = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    given = X.copy()
    found = layout.by_columns(X)
    assert found.flags.f_contiguous and found.dtype == dtype
    assert_array_equal(found, given)
    assert_array_equal(X, given)


def test_what_is_not_copied(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 40))
    fortran, tall = np.asfortranarray(X), rng.standard_normal((10_000, 3))
    assert layout.by_columns(fortran) is fortran
    assert layout.by_columns(tall) is tall
    monkeypatch.setattr(layout, "COPY_CAP", X.nbytes - 1)
    assert layout.by_columns(X) is X
    assert layout.by_columns(X[:, ::2]).flags.f_contiguous  # neither order


def test_a_single_fit_copies_less(monkeypatch):
    """Paths, several targets and sweeps read X more often."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 80)), rng.standard_normal((60, 2))
    monkeypatch.setattr(layout, "_SMALL", 0)
    monkeypatch.setattr(layout, "COPY_ONCE", X.nbytes - 1)
    found, make = [], validation.by_columns
    monkeypatch.setattr(validation, "by_columns", lambda *given: (found.append(make(*given)), found[-1])[1])
    Lasso(0.1).fit(X, y[:, 0])
    assert found.pop() is X
    Lasso(0.1).fit(X, y)
    Lasso(0.1, solver="cd").fit(X, y[:, 0])
    Lasso().fit_path(X, y[:, 0], alphas=3)
    assert len(found) == 3 and all(x.flags.f_contiguous for x in found)


@pytest.mark.parametrize("cap", [0, 1 << 30])
def test_a_fit_does_not_depend_on_it(cap, monkeypatch):
    monkeypatch.setattr(layout, "COPY_CAP", cap)
    monkeypatch.setattr(layout, "_SMALL", 0)
    rng = np.random.default_rng(1)
    X = rng.standard_normal((80, 120))
    y = X[:, :5].sum(axis=1) + rng.standard_normal(80)
    before = X.copy()
    found, expected = Lasso(0.1, tol=1e-12).fit(X, y), Lasso(0.1, tol=1e-12).fit(np.asfortranarray(X), y)
    np.testing.assert_allclose(found.coef_, expected.coef_, atol=1e-10)
    assert_array_equal(X, before)
    assert validation.solver_ready(X).flags.f_contiguous == (cap > 0)
