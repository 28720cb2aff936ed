"""Bad input: a clear ValueError or TypeError that names the parameter; odd but valid input: a certified answer."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import lassofit
from lassofit import ElasticNet, Lasso, enet_path, lasso_path

RNG = np.random.default_rng(0)
X = RNG.standard_normal((20, 4))
Y = X[:, 0] - 2 * X[:, 1] + 0.1 * RNG.standard_normal(20)

BAD_PARAMETERS = [
    ("alpha", -1.0, ValueError),
    ("alpha", np.nan, ValueError),
    ("alpha", np.inf, ValueError),
    ("alpha", "1", TypeError),
    ("alpha", None, TypeError),
    ("alpha", True, TypeError),
    ("tol", -1e-4, ValueError),
    ("tol", np.nan, ValueError),
    ("tol", None, TypeError),
    ("max_iter", 0, ValueError),
    ("max_iter", 10.0, TypeError),
    ("fit_intercept", "yes", TypeError),
    ("fit_intercept", 1, TypeError),
    ("positive", 1, TypeError),
    ("standardize", None, TypeError),
    ("warm_start", 0, TypeError),
    ("copy_X", "F", TypeError),
    ("selection", "greedy", ValueError),
    ("solver", "lbfgs", ValueError),
    ("solver", None, ValueError),
    ("precompute", "yes", ValueError),
    ("precompute", None, ValueError),
    ("precompute", np.ones((3, 3)), ValueError),
    ("precompute", np.full((4, 4), np.nan), ValueError),
    ("precompute", np.eye(4), ValueError),
    ("verbose", -1, ValueError),
    ("n_jobs", 0, ValueError),
    ("random_state", "seed", ValueError),
    ("penalty_factor", -1.0, ValueError),
    ("penalty_factor", [1.0, 1.0], ValueError),
    ("penalty_factor", [1.0, 1.0, 1.0, -1.0], ValueError),
    ("penalty_factor", [1.0, 1.0, 1.0, np.nan], ValueError),
    ("penalty_factor", ["a", "b", "c", "d"], TypeError),
    ("penalty_factor", {"x9": 0.0}, ValueError),
    ("bounds", 3.0, ValueError),
    ("bounds", (1.0, 2.0), ValueError),
    ("bounds", (-2.0, -1.0), ValueError),
    ("bounds", (1.0, -1.0), ValueError),
    ("bounds", (np.nan, 1.0), ValueError),
    ("bounds", ([-1.0, -1.0], 1.0), ValueError),
    ("bounds", ("a", "b"), TypeError),
    ("bounds", (-1.0, 0.0, 1.0), ValueError),
]


@pytest.mark.parametrize("estimator", [Lasso, ElasticNet])
@pytest.mark.parametrize(("name", "value", "error"), BAD_PARAMETERS)
def test_bad_parameters(estimator, name, value, error):
    kw = {"fit_intercept": False} if name == "precompute" else {}
    if name == "random_state":
        kw["selection"] = "random"
    model = estimator(**{**kw, name: value})
    message = "Gram matrix|precompute" if name == "precompute" else name if name != "random_state" else "seed"
    with pytest.raises(error, match=message):
        model.fit(X, Y)
    assert not hasattr(model, "coef_")


def test_bad_l1_ratio():
    for value in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="l1_ratio"):
            ElasticNet(l1_ratio=value).fit(X, Y)


def holed(value):
    bad = X.copy()
    bad[3, 2] = value
    return bad


BAD_DATA = {
    "nan": (lambda: (holed(np.nan), Y), ValueError, "X contains NaN"),
    "inf": (lambda: (holed(np.inf), Y), ValueError, "X contains infinity"),
    "nan-sparse": (lambda: (sparse.csc_array(holed(np.nan)), Y), ValueError, "X contains NaN"),
    "nan-C": (lambda: (np.ascontiguousarray(holed(np.nan)), Y), ValueError, "X contains NaN"),
    "nan-float32": (lambda: (holed(np.nan).astype(np.float32), Y), ValueError, "X contains NaN"),
    "nan-y": (lambda: (X, np.where(np.arange(20) == 2, np.nan, Y)), ValueError, "y contains NaN"),
    "overflow": (lambda: (X * 1e200, Y), ValueError, "non-finite parameter values"),
    "lengths": (lambda: (X, Y[:-1]), ValueError, "inconsistent numbers of samples"),
    "one-dimension": (lambda: (X[0], Y), ValueError, "Expected 2D array"),
    "three-dimensions": (lambda: (X[None], Y), ValueError, "dim 3|3 dimensions|Found array with dim"),
    "strings": (lambda: (np.full((20, 4), "a"), Y), ValueError, "could not convert|dtype"),
    "objects": (lambda: (np.array([[object()] * 4] * 20), Y), (TypeError, ValueError), "object"),
    "complex": (lambda: (X + 1j, Y), ValueError, "[Cc]omplex"),
    "complex-y": (lambda: (X, Y + 1j), ValueError, "[Cc]omplex"),
    "no-rows": (lambda: (X[:0], Y[:0]), ValueError, "0 sample"),
    "no-columns": (lambda: (X[:, :0], Y), ValueError, "0 feature"),
    "no-y": (lambda: (X, None), ValueError, "y"),
    "sparse-y": (lambda: (X, sparse.csr_array(Y[:, None])), TypeError, "y must be a dense array"),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data(case):
    make, error, message = BAD_DATA[case]
    with pytest.raises(error, match=message):
        Lasso().fit(*make())


BAD_WEIGHTS = [
    (-np.ones(20), "sample_weight must be >= 0, got -1.0"),
    (np.zeros(20), "sample_weight is zero for every sample"),
    (np.ones(19), r"sample_weight must have shape \(20,\)"),
    (np.ones((20, 1)), r"sample_weight must have shape \(20,\)"),
    (np.full(20, np.nan), "sample_weight contains NaN"),
    (np.full(20, np.inf), "sample_weight contains infinity"),
    (-1.0, "sample_weight must be finite and positive"),
]


@pytest.mark.parametrize(("weights", "message"), BAD_WEIGHTS)
def test_bad_weights(weights, message):
    for data in (X, sparse.csc_array(X)):
        with pytest.raises(ValueError, match=message):
            Lasso().fit(data, Y, sample_weight=weights)


def test_factors_by_name():
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = Lasso(alpha=0.5, penalty_factor={"b": np.inf, "a": 0.0}, tol=1e-10).fit(frame, Y)
    same = Lasso(alpha=0.5, penalty_factor=[0.0, np.inf, 1.0, 1.0], tol=1e-10).fit(X, Y)
    assert np.array_equal(model.coef_, same.coef_) and model.coef_[1] == 0 and model.coef_[0] != 0
    with pytest.raises(ValueError, match=r"penalty_factor names unknown features: \['z'\]"):
        Lasso(penalty_factor={"z": 0.0}).fit(frame, Y)
    with pytest.raises(ValueError, match="X has no feature names"):
        Lasso(penalty_factor={"a": 0.0}).fit(X, Y)


BAD_PATHS = [
    ({"alphas": [1.0, -1.0]}, "alphas"),
    ({"alphas": "auto"}, "alphas"),
    ({"alphas": 0}, "alphas"),
    ({"alphas": [np.nan]}, "alphas"),
    ({"alphas": 5, "eps": 0}, "eps"),
    ({"alphas": 5, "coef_init": np.ones(3)}, "coef_init"),
    ({"alphas": 5, "precompute": "no"}, "precompute"),
    ({"alphas": 5, "selection": "greedy"}, "selection"),
    ({"alphas": 5, "tol": -1}, "tol"),
    ({"alphas": 5, "sample_weight": -np.ones(20)}, "sample_weight"),
    ({"alphas": 5, "fit_intercept": True}, "Unexpected parameters in params"),
    ({"alphas": 5, "X_offset": np.ones(4)}, "Unexpected parameters in params"),
]


@pytest.mark.parametrize("path", [lasso_path, enet_path])
@pytest.mark.parametrize(("kw", "message"), BAD_PATHS)
def test_bad_paths(path, kw, message):
    with pytest.raises((ValueError, TypeError), match=message):
        path(X, Y, **kw)


def test_paths_have_one_target():
    with pytest.raises(ValueError, match="MultiTask"):
        lasso_path(X, np.c_[Y, Y], alphas=3)
    with pytest.raises(ValueError, match="l1_ratio=0"):
        enet_path(X, Y, l1_ratio=0, alphas=3)


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


def test_warm_start_of_another_shape():
    model = Lasso(warm_start=True).fit(X, Y)
    with pytest.raises(ValueError, match="warm_start=True needs a finite coef_ of shape"):
        model.fit(X[:, :3], Y)


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


def test_max_iter_none_is_no_limit():
    assert Lasso(alpha=1e-4, tol=1e-12, max_iter=None).fit(X, Y).converged_


def test_precompute_above_the_cap_warns(monkeypatch):
    from lassofit._engine import grams

    monkeypatch.setattr(grams, "GRAM_CAP", 100)
    with pytest.warns(UserWarning, match="above the cap"):
        lazy = Lasso(alpha=0.01, precompute=True, tol=1e-12).fit(X, Y)
    np.testing.assert_allclose(lazy.coef_, Lasso(alpha=0.01, tol=1e-12).fit(X, Y).coef_, atol=1e-10)


def test_unknown_public_name():
    with pytest.raises(AttributeError, match="no attribute 'Ridge'"):
        _ = lassofit.Ridge
    assert {"Lasso", "ElasticNet", "lasso_path", "enet_path"} <= set(dir(lassofit))


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


def test_unprepared_data_with_check_input_false():
    csr = sparse.random(20, 20, density=0.3, random_state=0, format="csr")
    bad = [csr, X.tolist(), pd.DataFrame(X), X.astype(np.float16), X.astype(np.longdouble), X.astype(int)]
    for data in bad:
        with pytest.raises(TypeError, match="check_input=False takes X as"):
            Lasso().fit(data, Y, check_input=False)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        Lasso().fit(X, Y[:5], check_input=False)


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
    with pytest.raises(ValueError, match="non-finite parameter values"):  # in float32, not in float64
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
