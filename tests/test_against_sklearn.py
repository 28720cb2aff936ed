"""Equal to scikit-learn's Lasso and ElasticNet at tol=1e-12, whatever X is stored in."""

import numpy as np
import pytest
import sklearn.linear_model as reference
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.datasets import load_diabetes

import lassofit
from lassofit._engine import layout, validation

TIGHT = {"tol": 1e-12, "max_iter": 1_000_000}
CLASSES = ["Lasso", "ElasticNet"]
STORES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "strided": lambda X: np.repeat(np.repeat(X, 2, axis=0), 2, axis=1)[::2, ::2],
    "reversed": lambda X: np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1],
    "list": lambda X: X.tolist(),
    "csr_matrix": sparse.csr_matrix,
    "csc_matrix": sparse.csc_matrix,
    "coo_matrix": sparse.coo_matrix,
    "csr_array": sparse.csr_array,
    "csc_array": sparse.csc_array,
    "coo_array": sparse.coo_array,
    "csc-int64": lambda X: _int64(sparse.csc_array(X)),
    "csr-int64": lambda X: _int64(sparse.csr_array(X)),
    "csc-duplicates": lambda X: _duplicated(X),
    "csc-unsorted": lambda X: _unsorted(X),
    "big-endian": lambda X: X.astype(">f8"),
}


def _int64(S):
    S.indices, S.indptr = S.indices.astype(np.int64), S.indptr.astype(np.int64)
    assert S.indices.dtype == S.indptr.dtype == np.int64
    return S


def _duplicated(X):
    """A CSC matrix that stores every entry as two halves."""
    S = sparse.csc_array(X)
    doubled = (np.repeat(S.data, 2) / 2, np.repeat(S.indices, 2), S.indptr * 2)
    return sparse.csc_array(doubled, shape=X.shape)


def _unsorted(X):
    S = sparse.csc_array(X)
    for a, b in zip(S.indptr, S.indptr[1:], strict=False):
        S.indices[a:b], S.data[a:b] = S.indices[a:b][::-1].copy(), S.data[a:b][::-1].copy()
    S.has_sorted_indices = False
    return S


def data(n, p, seed=0, density=1.0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal(p)
    if density < 1:
        X *= rng.random((n, p)) < density
    w = np.zeros(p)
    w[:5] = [3, -2, 1.5, -1, 0.5]
    return X, X @ w + 0.5 * rng.standard_normal(n) + 2.0


SHAPES = {"tall": data(80, 12), "wide": data(30, 60, density=0.5), "square": data(40, 40)}
VARIANTS = {
    "plain": {},
    "no-intercept": {"fit_intercept": False},
    "positive": {"positive": True},
    "random": {"selection": "random", "random_state": 0},
    "gram": {"precompute": True},
}


def assert_equal_models(ours, theirs, atol=1e-8):
    scale = max(1.0, np.abs(theirs.coef_).max())
    assert_allclose(ours.coef_, theirs.coef_, rtol=0, atol=atol * scale)
    assert_allclose(ours.intercept_, theirs.intercept_, rtol=atol, atol=atol * scale)
    assert ours.coef_.shape == theirs.coef_.shape
    assert np.shape(ours.intercept_) == np.shape(theirs.intercept_)
    assert np.all(ours.converged_)


@pytest.fixture(params=CLASSES)
def pair(request):
    return getattr(lassofit, request.param), getattr(reference, request.param)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_equal_to_sklearn(pair, shape, variant, weighted):
    X, y = SHAPES[shape]
    s = np.random.default_rng(1).exponential(size=len(y)) if weighted else None
    kw = {"alpha": 0.1, **TIGHT, **VARIANTS[variant]}
    ours = pair[0](**kw).fit(X, y, sample_weight=s)
    theirs = pair[1](**kw).fit(X, y, sample_weight=s)
    assert_equal_models(ours, theirs)
    assert np.count_nonzero(ours.coef_) > 0
    if pair[0] is lassofit.Lasso:
        assert np.array_equal(ours.coef_ == 0, theirs.coef_ == 0)


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("store", STORES)
def test_every_store_gives_the_same(pair, store, weighted, in_place, monkeypatch):
    if in_place:  # as large C-ordered X is solved
        monkeypatch.setattr(layout, "COPY_CAP", 0)
    X, y = SHAPES["wide"]
    s = np.random.default_rng(1).exponential(size=len(y)) if weighted else None
    kw = {"alpha": 0.1, **TIGHT}
    ours = pair[0](**kw).fit(STORES[store](X), y, sample_weight=s)
    assert_equal_models(ours, pair[0](**kw).fit(X, y, sample_weight=s), atol=1e-10)
    assert_equal_models(ours, pair[1](**kw).fit(X, y, sample_weight=s))
    assert_allclose(ours.predict(STORES[store](X)), X @ ours.coef_ + ours.intercept_)


@pytest.mark.parametrize("store", ["C", "F", "csc_array", "csr_array", "csc-int64"])
def test_float32(pair, store):
    X, y = SHAPES["tall"]
    X32 = STORES[store](X)
    X32 = X32.astype(np.float32, order="K") if isinstance(X32, np.ndarray) else X32.astype(np.float32)
    ours = pair[0](alpha=0.1, tol=1e-12, max_iter=100_000).fit(X32, y)
    theirs = pair[1](alpha=0.1, **TIGHT).fit(X, y)
    assert ours.coef_.dtype == np.float32 and ours.intercept_.dtype == np.float32
    assert_equal_models(ours, theirs, atol=1e-4)
    exact = pair[1](alpha=0.1, **TIGHT).fit(X.astype(np.float32).astype(np.float64), y)
    assert_allclose(ours.coef_, exact.coef_, rtol=2e-7, atol=1e-9)  # float64 inside, rounded once at the end


def test_weights_of_zero_drop_rows_and_integers_repeat_them(pair):
    X, y = SHAPES["tall"]
    s = np.random.default_rng(0).integers(0, 4, len(y)).astype(float)
    for store in (np.asarray, sparse.csr_array):
        model = pair[0](alpha=0.1, **TIGHT).fit(store(X), y, sample_weight=s)
        repeated = pair[0](alpha=0.1, **TIGHT).fit(
            store(np.repeat(X, s.astype(int), axis=0)), np.repeat(y, s.astype(int))
        )
        dropped = pair[0](alpha=0.1, **TIGHT).fit(store(X[s > 0]), y[s > 0], sample_weight=s[s > 0])
        assert_equal_models(repeated, model, 1e-10)
        assert_equal_models(dropped, model, 1e-10)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_scale_of_the_weights_does_not_matter(pair, scale):
    X, y = SHAPES["wide"]
    s = np.random.default_rng(0).random(len(y))
    a = pair[0](alpha=0.1, **TIGHT).fit(X, y, sample_weight=s)
    b = pair[0](alpha=0.1, **TIGHT).fit(X, y, sample_weight=s * scale)
    assert_equal_models(a, b, 1e-11)
    assert a.dual_gap_ == pytest.approx(b.dual_gap_, abs=1e-12)


def test_scalar_weight_is_no_weight(pair):
    X, y = SHAPES["tall"]
    assert_equal_models(pair[0](0.1).fit(X, y, sample_weight=3.0), pair[0](0.1).fit(X, y), 1e-15)


def test_several_targets(pair):
    X, y = SHAPES["wide"]
    Y = np.c_[y, -3 * y + X[:, 7], X[:, 0] ** 2]
    kw = {"alpha": 0.1, **TIGHT}
    ours, theirs = pair[0](**kw).fit(X, Y), pair[1](**kw).fit(X, Y)
    assert_equal_models(ours, theirs)
    assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-7)
    for name in ("dual_gap_", "relative_gap_", "converged_", "kkt_residual_", "intercept_"):
        assert getattr(ours, name).shape == (3,)
    assert isinstance(ours.n_iter_, list) and isinstance(ours.history_, list) and len(ours.history_) == 3
    threaded = pair[0](**kw, n_jobs=2).fit(X, Y)
    assert np.array_equal(threaded.coef_, ours.coef_)
    one, column = pair[0](**kw).fit(X, y), pair[0](**kw).fit(X, y[:, None])
    assert column.coef_.shape == (60,) and column.intercept_.shape == (1,)
    assert np.array_equal(one.coef_, column.coef_) and np.isscalar(one.intercept_)


def test_random_selection_is_reproducible(pair):
    X, y = SHAPES["wide"]
    kw = {"alpha": 0.1, "selection": "random", "tol": 1e-6}
    a, b = (pair[0](**kw, random_state=3).fit(X, y) for _ in range(2))
    assert np.array_equal(a.coef_, b.coef_) and a.n_iter_ == b.n_iter_
    different = pair[0](**kw, random_state=4).fit(X, y)
    assert not np.array_equal(a.history_["objective"], different.history_["objective"])


def test_warm_start(pair):
    X, y = SHAPES["wide"]
    model = pair[0](alpha=0.01, warm_start=True, **TIGHT).fit(X, y)
    cold = model.n_iter_
    assert cold > 2
    assert model.fit(X, y).n_iter_ == 0  # a start within tol is left as it is
    model.set_params(alpha=0.009).fit(X, y)
    assert 0 < model.n_iter_ <= cold
    assert_equal_models(model, pair[1](alpha=0.009, **TIGHT).fit(X, y))
    model.coef_ = np.full(60, 1e3)
    assert_equal_models(model.fit(X, y), pair[1](alpha=0.009, **TIGHT).fit(X, y))


@pytest.mark.parametrize("weighted", [False, True])
def test_given_gram(pair, weighted):
    X, y = SHAPES["tall"]
    n = len(y)
    s = np.random.default_rng(1).exponential(size=n) if weighted else np.ones(n)
    s *= n / s.sum()
    centred = X - np.average(X, axis=0, weights=s)
    gram = (centred.T * s) @ centred
    kw = {"alpha": 0.1, **TIGHT}
    ours = pair[0](**kw, precompute=gram).fit(centred, y, sample_weight=s)
    theirs = pair[1](**kw).fit(X, y, sample_weight=s)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-8)
    standardized = pair[0](**kw, precompute=gram, standardize=True).fit(centred, y, sample_weight=s)
    assert_allclose(standardized.coef_, pair[0](**kw, standardize=True).fit(X, y, s).coef_, atol=1e-8)


@pytest.mark.parametrize("store", ["C", "F"])
@pytest.mark.parametrize(("n", "p"), [(100, 10), (30, 50)])
def test_means_of_a_million_standard_deviations(pair, store, n, p):
    """Dense columns with mean/sd = 1e6, against data centred in extended precision."""
    X, y = data(n, p)
    X = X - X.mean(0)
    X[:, 1:] += 1e6 * np.linspace(0.5, 1, p - 1)
    y = y + 1e5
    exact = (X.astype(np.longdouble) - X.astype(np.longdouble).mean(0)).astype(float)
    y_exact = (y.astype(np.longdouble) - y.astype(np.longdouble).mean()).astype(float)
    theirs = pair[1](alpha=0.05, fit_intercept=False, **TIGHT).fit(exact, y_exact)
    for extra in ({}, {"precompute": True}):
        ours = pair[0](alpha=0.05, **TIGHT, **extra).fit(STORES[store](X), y)
        assert ours.converged_
        assert_allclose(ours.coef_, theirs.coef_, atol=1e-8)
        level = np.abs(X.mean(0)).max() * np.abs(theirs.coef_).sum()
        intercept = y.astype(np.longdouble).mean() - X.astype(np.longdouble).mean(0) @ theirs.coef_
        assert ours.intercept_ == pytest.approx(float(intercept), abs=1e-8 * level)


@pytest.mark.parametrize("ratio", [1.0, 1e3])
def test_sparse_equals_dense_far_from_zero(pair, ratio):
    X, y = data(60, 20)
    X = X - X.mean(0) + ratio
    kw = {"alpha": 0.05, "standardize": True, **TIGHT}
    dense, csc = pair[0](**kw).fit(X, y), pair[0](**kw).fit(sparse.csc_array(X), y)
    assert_allclose(csc.coef_, dense.coef_, rtol=0, atol=1e-10 * np.abs(dense.coef_).max())
    assert dense.converged_ and csc.converged_


@pytest.mark.parametrize("x_scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("y_scale", [1e-6, 1.0, 1e6])
def test_scaled_data_have_scaled_solutions(x_scale, y_scale):
    """y and X times constants: the same support, coefficients times their quotient."""
    X, y = load_diabetes(return_X_y=True)
    base = lassofit.Lasso(alpha=0.3, **TIGHT).fit(X, y)
    model = lassofit.Lasso(alpha=0.3 * x_scale * y_scale, **TIGHT).fit(X * x_scale, y * y_scale)
    assert np.array_equal(model.coef_ != 0, base.coef_ != 0) and model.converged_
    assert_allclose(model.coef_, base.coef_ * y_scale / x_scale, rtol=1e-8)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_elastic_net_scales_with_both(scale):
    """The L2 part scales with X^2, the L1 part with X and y: times the same constant, l1_ratio stays."""
    X, y = load_diabetes(return_X_y=True)
    kw = {"l1_ratio": 0.7, **TIGHT}
    base = lassofit.ElasticNet(alpha=0.01, **kw).fit(X, y)
    model = lassofit.ElasticNet(alpha=0.01 * scale**2, **kw).fit(X * scale, y * scale)
    assert np.array_equal(model.coef_ != 0, base.coef_ != 0) and model.converged_
    assert_allclose(model.coef_, base.coef_, rtol=1e-8)


def test_parameters_and_defaults_are_those_of_sklearn(pair):
    """Changing the import line is enough: every parameter exists, with the same default."""
    ours, theirs = pair[0]().get_params(), pair[1]().get_params()
    assert {name: ours[name] for name in theirs} == theirs


@pytest.mark.parametrize("solver", ["cd", "active_set"])
def test_int64_indices_all_the_way(solver, monkeypatch):
    """Where int32 does not hold the indices, they stay int64: here as if no index fitted."""
    X, y = SHAPES["wide"]
    S = _int64(sparse.csc_array(X))
    expected = lassofit.Lasso(0.1, solver=solver, **TIGHT).fit(S, y)
    monkeypatch.setattr(validation, "_INT32_MAX", 0)
    assert validation.solver_ready(S).indices.dtype == np.int64
    assert_equal_models(lassofit.Lasso(0.1, solver=solver, **TIGHT).fit(S, y), expected, 1e-12)
