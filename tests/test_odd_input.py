"""Odd but valid input: a certified answer, and the user's data left as they were."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from lassofit import Lasso, lasso_path

RNG = np.random.default_rng(0)
X = RNG.standard_normal((20, 4))
Y = X[:, 0] - 2 * X[:, 1] + 0.1 * RNG.standard_normal(20)
ODD = {
    "constant-y": (X, np.full(20, 7.0)),
    "nearly-constant-y": (X, 1e8 + np.zeros(20) + np.spacing(1e8) * (np.arange(20) % 2) / 4),
    "zero-y": (X, np.zeros(20)),
    "constant-column": (np.c_[X, np.full(20, 0.1)], Y),
    "zero-column": (np.c_[X, np.zeros(20)], Y),
    "duplicates": (np.c_[X, X, -X], Y),
    "one-sample": (X[:1], Y[:1]),
    "one-column": (X[:, :1], Y),
    "integers": (np.round(X).astype(int), np.round(Y).astype(int)),
    "booleans": (X > 0, Y),
    "all-constant": (np.ones((20, 3)), Y),
}


@pytest.mark.parametrize("store", [np.ascontiguousarray, np.asfortranarray, sparse.csc_array])
@pytest.mark.parametrize("alpha", [0.0, 1e-6, 0.1, 1e6])
@pytest.mark.parametrize("case", ODD)
def test_odd_data_have_certified_answers(case, alpha, store):
    data, y = ODD[case]
    for fit_intercept in (True, False):
        model = Lasso(alpha=alpha, fit_intercept=fit_intercept, tol=1e-8, max_iter=100_000)
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            warnings.filterwarnings("ignore", "With alpha=0")
            model.fit(store(data), y)
        assert model.converged_ and np.isfinite(model.coef_).all() and model.relative_gap_ <= 1e-8
        if case.endswith("constant-y") and fit_intercept:
            assert not model.coef_.any() and model.dual_gap_ == 0
        if alpha == 1e6 and np.abs(y).max() < 1e3:
            assert not model.coef_.any() and model.n_iter_ == 0


def test_alpha_max_is_where_coefficients_leave_zero():
    largest = np.abs(X.T @ (Y - Y.mean()) / 20).max()
    at = Lasso(alpha=largest * (1 + 1e-12)).fit(X - X.mean(0), Y)
    below = Lasso(alpha=largest * 0.999, tol=1e-10).fit(X - X.mean(0), Y)
    assert not at.coef_.any() and at.converged_ and at.n_iter_ == 0
    assert np.count_nonzero(below.coef_) == 1


def test_sparse_offset_columns_are_not_taken_for_constant():
    """Seconds since 1970, within ten minutes: mean/sd of 1e7, fully stored in a sparse X."""
    rng = np.random.default_rng(0)
    counts = sparse.random(300, 5, density=0.1, random_state=0, format="csc")
    t = 1.7e9 + rng.uniform(0, 600, 300)
    y = 0.02 * (t - 1.7e9) + counts @ rng.standard_normal(5) + rng.standard_normal(300)
    data = sparse.hstack([counts, sparse.csc_array(t[:, None])]).tocsc()
    model, dense = Lasso(0.01, tol=1e-5).fit(data, y), Lasso(0.01, tol=1e-5).fit(data.toarray(), y)
    assert model.converged_ and model.score(data, y) > 0.9
    np.testing.assert_allclose(model.coef_, dense.coef_, atol=1e-3)


def test_extreme_scales_are_solved_or_refused():
    base = Lasso(0.1, tol=1e-10).fit(X, Y)
    heavy = Lasso(0.1, tol=1e-10).fit(X, Y, sample_weight=np.full(20, 1e308))
    np.testing.assert_allclose(heavy.coef_, base.coef_, rtol=1e-10)
    for scale, message in ((1e155, "y: its squares overflow"), (1e-162, "y: its squares underflow")):
        with pytest.raises(ValueError, match=message):
            Lasso(0.1 * scale).fit(X, Y * scale)
    for store in (np.asfortranarray, np.ascontiguousarray, sparse.csc_array):
        with pytest.raises(ValueError, match="X has columns so small"):
            Lasso(0.1).fit(store(X * 1e-170), Y)
        with pytest.raises(ValueError, match="X has columns so small"):
            lasso_path(store(X * 1e-170), Y)
    with pytest.raises(ValueError, match="not finite in float32"):
        Lasso(1e-40).fit((np.eye(3) * 1e-38).astype(np.float32), [1e5, 2e5, -1e5])
    wild = Lasso(0.1, warm_start=True, tol=1e-10)
    wild.coef_ = np.full(4, 1e300)
    np.testing.assert_allclose(wild.fit(X, Y).coef_, base.coef_, atol=1e-8)


def test_other_spellings():
    import fractions

    expected = Lasso(0.1, tol=1e-10).fit(X, Y)
    for alpha in (np.longdouble(0.1), fractions.Fraction(1, 10), np.float32(0.1)):
        np.testing.assert_allclose(Lasso(alpha, tol=1e-10).fit(X, Y).coef_, expected.coef_, atol=1e-7)
    with pytest.raises(ValueError, match="alpha must be finite"):
        Lasso(10**400).fit(X, Y)
    one_sided = Lasso(0.1, bounds=(None, 0.5), tol=1e-10).fit(X, Y)
    assert np.array_equal(one_sided.coef_, Lasso(0.1, bounds=(-np.inf, 0.5), tol=1e-10).fit(X, Y).coef_)
    assert Lasso(0.1, bounds=np.array([-1, 1])).fit(X, Y).coef_.min() == -1
    frame = pd.DataFrame(X, columns=list("abcd"))
    by_name = Lasso(0.1, penalty_factor=pd.Series([1.0, np.inf], index=["d", "a"])).fit(frame, Y)
    assert by_name.coef_[0] == 0 and by_name.coef_[1] != 0
    with pytest.raises(ValueError, match="alphas must be an integer or a sequence"):
        lasso_path(X, Y, alphas=[])


def test_factors_by_name():
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = Lasso(alpha=0.5, penalty_factor={"b": np.inf, "a": 0.0}, tol=1e-10).fit(frame, Y)
    same = Lasso(alpha=0.5, penalty_factor=[0.0, np.inf, 1.0, 1.0], tol=1e-10).fit(X, Y)
    assert np.array_equal(model.coef_, same.coef_) and model.coef_[1] == 0 and model.coef_[0] != 0
    with pytest.raises(TypeError, match=r"^penalty_factor of 'b' must be numeric, got 'much'\.$"):
        Lasso(penalty_factor={"a": 1.0, "b": "much"}).fit(frame, Y)
    with pytest.raises(ValueError, match=r"^penalty_factor of 'b' must be a number, got \[1, 2\]\.$"):
        Lasso(penalty_factor={"b": [1, 2]}).fit(frame, Y)
    with pytest.raises(ValueError, match=r"penalty_factor names unknown features: \['z'\]"):
        Lasso(penalty_factor={"z": 0.0}).fit(frame, Y)
    with pytest.raises(ValueError, match="X has no feature names"):
        Lasso(penalty_factor={"a": 0.0}).fit(X, Y)


def test_max_iter_none_is_no_limit():
    assert Lasso(alpha=1e-4, tol=1e-12, max_iter=None).fit(X, Y).converged_


@pytest.mark.parametrize("copy_X", [True, False])
@pytest.mark.parametrize("store", [np.ascontiguousarray, np.asfortranarray, sparse.csc_array, sparse.csr_array])
def test_user_data_is_never_changed(store, copy_X):
    data, y, s = store(X.copy()), Y.copy(), np.linspace(0.5, 2, 20)
    before = data.copy(), y.copy(), s.copy()
    parts = [data] if isinstance(data, np.ndarray) else [data.data, data.indices, data.indptr]
    for array in [*parts, y, s]:
        array.flags.writeable = False
    for kw in ({}, {"precompute": True}, {"standardize": True, "positive": True}):
        Lasso(alpha=0.01, copy_X=copy_X, **kw).fit(data, y, sample_weight=s)
        lasso_path(data, y, alphas=3, copy_X=copy_X)
    assert np.array_equal(y, before[1]) and np.array_equal(s, before[2])
    assert (data != before[0]).sum() == 0
