"""SGDLasso: bad input and refusals, kinds of data, factors, sparse coefficients."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from lassofit import Lasso, SGDLasso

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 4))
Y = X[:, 0] - 2 * X[:, 1] + 0.1 * RNG.standard_normal(40)
BAD_PARAMETERS = [
    ("alpha", -1.0, ValueError),
    ("alpha", "1", TypeError),
    ("alpha", np.nan, ValueError),
    ("method", "sgd", ValueError),
    ("method", None, ValueError),
    ("l1_ratio", 1.5, ValueError),
    ("fit_intercept", 1, TypeError),
    ("batch_size", 0, ValueError),
    ("batch_size", 2.0, TypeError),
    ("batch_size", "all", TypeError),
    ("batch_size", True, TypeError),
    ("max_iter", 0, ValueError),
    ("max_iter", None, TypeError),
    ("tol", -1.0, ValueError),
    ("tol", "small", TypeError),
    ("learning_rate", "fast", ValueError),
    ("eta0", 0.0, ValueError),
    ("eta0", -0.1, ValueError),
    ("eta0", "big", TypeError),
    ("power_t", -1.0, ValueError),
    ("truncate_every", 0, ValueError),
    ("truncate_every", 2.5, TypeError),
    ("truncate_threshold", 0.0, ValueError),
    ("truncate_threshold", np.nan, ValueError),
    ("shuffle", 1, TypeError),
    ("average", 0, ValueError),
    ("average", 2.0, TypeError),
    ("average", None, TypeError),
    ("early_stopping", "yes", TypeError),
    ("validation_fraction", 0.0, ValueError),
    ("validation_fraction", 1.0, ValueError),
    ("n_iter_no_change", 0, ValueError),
    ("warm_start", 0, TypeError),
    ("penalty_factor", [1.0, 1.0], ValueError),
    ("penalty_factor", -1.0, ValueError),
    ("positive", 1, TypeError),
    ("random_state", "seed", ValueError),
    ("verbose", -1, ValueError),
]


@pytest.mark.parametrize(("name", "value", "error"), BAD_PARAMETERS)
def test_bad_parameters(name, value, error):
    model = SGDLasso(**{name: value})
    with pytest.raises(error, match=name if name != "random_state" else "seed"):
        model.fit(X, Y)
    assert not hasattr(model, "coef_")


def test_a_target_whose_squares_overflow():
    with pytest.raises(ValueError, match="y: its squares overflow"):
        SGDLasso().fit(X, 1e200 * Y)


REFUSED = {
    "learning_rate": {"method": "ftrl", "learning_rate": "constant"},
    "truncate_threshold": {"method": "truncated", "l1_ratio": 0.5, "truncate_threshold": 1.0},
    "average": {"method": "ftrl", "l1_ratio": 0.5, "average": True},
    "penalty_factor": {"l1_ratio": 0.5, "penalty_factor": [1.0, 2.0, 1.0, 1.0]},
    "alpha": {"alpha": 1e300, "penalty_factor": [1e10, 1.0, 1.0, 1.0]},
    "validation_fraction": {"early_stopping": True, "validation_fraction": 0.99},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_exact_is_refused(name):
    with pytest.raises(ValueError, match=name):
        SGDLasso(**REFUSED[name]).fit(X, Y)


@pytest.mark.parametrize("call", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("data", "target", "error", "message"),
    [
        (np.where(X > 2, np.nan, X), Y, ValueError, "NaN"),
        (sparse.csr_array(np.where(X > 2, np.inf, X)), Y, ValueError, "infinity"),
        (X, np.where(Y > 1, np.nan, Y), ValueError, "y contains NaN"),
        (X, Y[:-1], ValueError, "inconsistent numbers of samples"),
        (X[0], Y, ValueError, "Expected 2D array"),
        (X, np.c_[Y, Y], ValueError, "1d array"),
        (X + 1j, Y, ValueError, "[Cc]omplex"),
        (X[:0], Y[:0], ValueError, "0 sample"),
        (1e200 * X, Y, ValueError, "X has rows so large"),
    ],
)
def test_bad_data(call, data, target, error, message):
    assert (X > 2).any()
    with pytest.raises(error, match=message):
        getattr(SGDLasso(), call)(data, target)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sample_weight": -np.ones(40)}, "sample_weight"),
        ({"sample_weight": np.ones(3)}, "sample_weight"),
        ({"sample_weight": np.zeros(40)}, "sample_weight"),
        ({"coef_init": [1.0]}, "coef_init"),
        ({"coef_init": 4 * [np.nan]}, "coef_init"),
        ({"coef_init": "abcd"}, "coef_init"),
        ({"intercept_init": [1.0, 2.0]}, "intercept_init"),
    ],
)
def test_bad_weights_and_starts(given, message):
    with pytest.raises(ValueError, match=message):
        SGDLasso().fit(X, Y, **given)


def test_a_stream_that_changes_its_features():
    stream = SGDLasso().partial_fit(X, Y)
    with pytest.raises(ValueError, match="4 features"):
        stream.partial_fit(X[:, :3], Y)
    with pytest.raises(ValueError, match="average=3 counts epochs"):
        SGDLasso(average=3).partial_fit(X, Y)
    with pytest.raises(ValueError, match="warm_start=True"):
        SGDLasso(warm_start=True).fit(X, Y).fit(X[:, :3], Y)


def test_rows_of_weight_zero_do_nothing_in_a_stream():
    stream = SGDLasso(0.1).partial_fit(X, Y)
    before, t = stream.coef_.copy(), stream.t_
    stream.partial_fit(X, -Y, sample_weight=np.zeros(40))
    assert_array_equal(stream.coef_, before)
    assert stream.t_ == t
    given = {"alpha": 0.0, "eta0": 0.1, "fit_intercept": False}
    half, whole = (SGDLasso(**given).partial_fit(X[:1], Y[:1], sample_weight=s).coef_ for s in (0.5, None))
    assert_allclose(half, whole / 2)  # weights of a stream are taken as they are


KINDS = {
    "F": np.asfortranarray(X),
    "C": np.ascontiguousarray(X),
    "csr_matrix": sparse.csr_matrix(X),
    "csc": sparse.csc_array(X),
    "coo": sparse.coo_array(X),
    "list": X.tolist(),
    "frame": pd.DataFrame(X, columns=list("abcd")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_data(kind):
    before = pd.DataFrame(X).to_numpy().copy()
    expected = SGDLasso(0.1, fit_intercept=False, random_state=0).fit(X, Y)
    fitted = SGDLasso(0.1, fit_intercept=False, random_state=0).fit(KINDS[kind], Y)
    assert_allclose(fitted.coef_, expected.coef_, rtol=1e-10)
    assert_allclose(fitted.predict(KINDS[kind]), expected.predict(X), rtol=1e-9, atol=1e-12)
    assert_array_equal(X, before)


def test_int64_indices_and_entries_stored_twice():
    thin = sparse.csr_array(X)
    expected = SGDLasso(0.1, random_state=0).fit(thin, Y).coef_
    wide = thin.copy()
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    assert_array_equal(SGDLasso(0.1, random_state=0).fit(wide, Y).coef_, expected)
    twice = sparse.csr_array(
        (np.repeat(thin.data / 2, 2), np.repeat(thin.indices, 2), 2 * thin.indptr), shape=thin.shape
    )
    assert_allclose(SGDLasso(0.1, random_state=0).fit(twice, Y).coef_, expected, rtol=1e-12)
    assert twice.nnz == 2 * thin.nnz


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_float32_data_has_a_float64_state(form):
    single = X.astype(np.float32)
    fitted = SGDLasso(0.1, random_state=0).fit(form(single), Y)
    exact = SGDLasso(0.1, random_state=0).fit(form(single.astype(np.float64)), Y)
    assert fitted.coef_.dtype == np.float32
    assert_allclose(fitted.coef_, exact.coef_, rtol=1e-6, atol=1e-7)


def test_read_only_data():
    fixed, target = X.copy(), Y.copy()
    fixed.flags.writeable = target.flags.writeable = False
    assert_array_equal(
        SGDLasso(0.1, random_state=0).fit(fixed, target).coef_, SGDLasso(0.1, random_state=0).fit(X, Y).coef_
    )


@pytest.mark.parametrize("method", ["cumulative", "clipping", "truncated", "ftrl", "naive"])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_factors_of_zero_and_infinity(method, form):
    given = {"penalty_factor": [0.0, 1.0, np.inf, 1.0], "alpha": 0.2}
    fitted = SGDLasso(**given, method=method, random_state=0, average=method == "cumulative").fit(form(X), Y)
    exact = Lasso(**given, tol=1e-10).fit(X, Y)
    assert fitted.coef_[2] == 0
    assert_allclose(fitted.coef_, exact.coef_, atol=0.15)
    stream = SGDLasso(**given, method=method).partial_fit(form(X), Y)
    assert stream.coef_[2] == 0 and stream.coef_[0] != 0


def test_factors_by_name():
    frame = pd.DataFrame(X, columns=list("abcd"))
    named = SGDLasso(0.1, penalty_factor={"a": 0.0}, random_state=0).fit(frame, Y)
    listed = SGDLasso(0.1, penalty_factor=[0.0, 1.0, 1.0, 1.0], random_state=0).fit(X, Y)
    assert_array_equal(named.coef_, listed.coef_)
    assert list(named.feature_names_in_) == list("abcd")


@pytest.mark.parametrize("method", ["cumulative", "clipping", "truncated", "ftrl", "naive"])
def test_positive(method):
    fitted = SGDLasso(0.05, method=method, positive=True, random_state=0).fit(X, Y)
    assert (fitted.coef_ >= 0).all()
    assert_allclose(fitted.coef_, Lasso(0.05, positive=True).fit(X, Y).coef_, atol=0.1)


def test_sparse_coefficients():
    model = SGDLasso(0.5, random_state=0).fit(X, Y)
    coef, predictions = model.coef_.copy(), model.predict(X)
    assert_array_equal(model.sparse_coef_.toarray(), coef[None])
    assert sparse.issparse(model.sparsify().coef_) and model.coef_.shape == (1, 4)
    assert_array_equal(model.predict(X), predictions)
    assert_allclose(model.predict(sparse.csr_array(X)), predictions)
    assert model.sparsify().coef_.nnz == np.count_nonzero(coef)
    assert_array_equal(model.densify().coef_, coef)
    assert_array_equal(model.densify().coef_, coef)
    model.sparsify().partial_fit(X, Y)
    assert model.coef_.shape == (4,)


def test_an_objective_of_zero_ends_a_fit():
    model = SGDLasso(0.0, random_state=0, tol=1e-4).fit(X, np.zeros(40))
    assert model.converged_ and model.n_iter_ == 1
    assert_array_equal(model.coef_, 0)


def test_coefficients_beyond_float32():
    X, y = np.random.default_rng(0).standard_normal((200, 3)), np.random.default_rng(1).standard_normal(200)
    model = SGDLasso(1e-3, random_state=0)
    with pytest.raises(ValueError, match="the coefficients are not finite in float32"):
        model.fit((X * 1e-20).astype(np.float32), y * 1e25)
    assert not hasattr(model, "coef_")


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("early_stopping", [False, True])
def test_huge_targets_without_a_warning(early_stopping):
    X = np.random.default_rng(0).standard_normal((200, 5))
    model = SGDLasso(1e-3, early_stopping=early_stopping, random_state=0)
    assert model.fit(X, 1e150 * X[:, 0]).converged_
    for size in (1e155, 1e306):
        with pytest.raises(ValueError, match="y: its squares overflow"):
            model.fit(X, size * X[:, 0])
