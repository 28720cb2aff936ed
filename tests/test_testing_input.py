"""The certificate takes data in every form, leaves it as it is, and refuses what does not fit."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import ElasticNetCV, Lasso, LassoCV, MultiTaskLasso
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit.testing import Certificate, certify, dual_gap, objective


def data(n=12, p=4):
    """Half of the entries are zero; no column is."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p)) * (rng.random((n, p)) < 0.5)
    X[0] = 1.0
    return X, X.sum(1) + rng.standard_normal(n)


W = np.array([0.5, 0.0, -0.2, 0.1])
PARAMETERS = {"alpha": 0.1, "l1_ratio": 0.8, "penalty_factor": [1, 2, 0, 1], "standardize": True}


def large_indices(X):
    """CSC with 64-bit indices."""
    X = sparse.csc_array(X)
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


def repeated_entries(X):
    """CSC in which every entry is stored twice, as halves."""
    X = sparse.csc_array(X)
    halves = (np.repeat(X.data / 2, 2), np.repeat(X.indices, 2), 2 * X.indptr)
    return sparse.csc_array(halves, shape=X.shape)


STORES = [
    np.asfortranarray, np.ascontiguousarray, np.ndarray.tolist, lambda X: np.repeat(X, 2, axis=0)[::2],
    sparse.csr_array, sparse.csc_array, sparse.coo_array, sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix,
    large_indices, repeated_entries, pd.DataFrame, lambda X: pd.DataFrame(X, columns=list("abcd")),
    lambda X: pl.DataFrame(X, schema=list("abcd")), lambda X: pd.DataFrame.sparse.from_spmatrix(sparse.csc_array(X)),
]  # fmt: skip


@pytest.mark.parametrize("store", STORES)
def test_every_container_gives_the_same_gap(store):
    X, y = data()
    s = np.arange(12.0)
    assert dual_gap(store(X), list(y), W, 0.3, sample_weight=list(s), **PARAMETERS) == pytest.approx(
        dual_gap(X, y, W, 0.3, sample_weight=s, **PARAMETERS), rel=1e-12
    )


@pytest.mark.parametrize("store", [np.asarray, sparse.csc_array, repeated_entries])
def test_data_are_left_as_they_are(store):
    X, y = data()
    s, stored = np.arange(1.0, 13.0), store(X)
    kept = [a.copy() for a in (stored, y, s, W)]
    parts = [stored] if store is np.asarray else [stored.data, stored.indices, stored.indptr]
    for part in (*parts, y, s, W):
        part.flags.writeable = False
    dual_gap(stored, y, W, 0.3, sample_weight=s, **PARAMETERS)
    for now, before in zip((stored, y, s, W), kept, strict=True):
        assert (now != before).sum() == 0
    if store is repeated_entries:
        assert stored.nnz == kept[0].nnz


def test_float32_and_integers_are_exact():
    X, y = data()
    X32 = X.astype(np.float32)
    assert dual_gap(X32, y, W, 0.3, alpha=0.1) == dual_gap(X32.astype(np.float64), y, W, 0.3, alpha=0.1)
    X = np.round(3 * X)
    assert dual_gap(X.astype(np.int16), y, W, 0.3, alpha=0.1) == dual_gap(X, y, W, 0.3, alpha=0.1)


def test_rounding_to_float32_shows_and_breaks_no_bound():
    X, y = load_diabetes(return_X_y=True)
    model = Lasso(alpha=0.1, tol=1e-12).fit(X, y)
    model.coef_ = model.coef_.astype(np.float32)
    assert 1e-12 < certify(model, X, y).relative_gap < 1e-6
    above = np.float32(0.1)  # a little more than 0.1
    assert np.isfinite(objective([[1], [2]], [1, 3], [above], alpha=0.1, bounds=(0, 0.1)))
    assert objective([[1], [2]], [1, 3], [float(above)], alpha=0.1, bounds=(0, 0.1)) == np.inf


def test_weights():
    X, y = data()
    s = np.array([0, 1, 2, 3] * 3)
    gap = dual_gap(X, y, W, 0.3, sample_weight=s, **PARAMETERS)
    rows = np.repeat(np.arange(12), s)
    assert dual_gap(X[rows], y[rows], W, 0.3, **PARAMETERS) == pytest.approx(gap, rel=1e-12)
    assert dual_gap(X, y, W, 0.3, sample_weight=1e9 * s, **PARAMETERS) == pytest.approx(gap, rel=1e-12)
    assert dual_gap(X, y, W, 0.3, sample_weight=7, **PARAMETERS) == dual_gap(X, y, W, 0.3, **PARAMETERS)
    X[0] = 1e300  # a row of weight 0
    assert dual_gap(X, y, W, 0.3, sample_weight=s, **PARAMETERS) == pytest.approx(gap, rel=1e-12)


def test_factors_by_feature_name():
    X, y = data()
    frame = pd.DataFrame(X, columns=list("abcd"))
    expected = dual_gap(X, y, W, alpha=0.1, penalty_factor=[1, 0, np.inf, 3])
    named = {"d": 3, "b": 0, "c": np.inf}
    assert expected == dual_gap(frame, y, W, alpha=0.1, penalty_factor=named) == np.inf
    w = np.where(np.arange(4) == 2, 0, W)
    expected = dual_gap(X, y, w, alpha=0.1, penalty_factor=[1, 0, np.inf, 3])
    assert 0 < expected == dual_gap(frame, y, w, alpha=0.1, penalty_factor=named) < np.inf
    model = Lasso(alpha=0.1).fit(frame, y)
    model.coef_, model.intercept_, model.penalty_factor = w, 0.0, named
    assert certify(model, pl.DataFrame(X, schema=list("abcd")), y).dual_gap == expected
    with pytest.raises(ValueError, match="columns"):
        certify(model, frame[list("bacd")], y)
    with pytest.raises(ValueError, match=r"penalty_factor.*'e'"):
        dual_gap(frame, y, W, alpha=0.1, penalty_factor={"e": 2})


def test_several_targets():
    X, y = data()
    Y = np.c_[y, -2 * y, np.ones(12)]
    models = [Lasso(alpha=0.05).fit(X, column) for column in Y.T]
    both = Lasso(alpha=0.05).fit(X, Y)
    found = certify(both, X, Y)
    assert [value.shape for value in found] == [(3,)] * 4
    for k, model in enumerate(models):
        np.testing.assert_allclose([v[k] for v in found], certify(model, X, Y[:, k]), rtol=1e-9, atol=1e-15)
    column = certify(Lasso(alpha=0.05).fit(X, y[:, None]), X, y[:, None])
    np.testing.assert_array_equal(np.ravel(column), certify(models[0], X, y))
    assert column.dual_gap.shape == (1,)
    assert dual_gap(X, Y, both.coef_, both.intercept_, alpha=0.05).shape == (3,)


def test_constant_targets_and_columns():
    X, y = data()
    for value in (0.0, 0.1, -1e9 / 3):
        model = Lasso(alpha=0.05).fit(X, np.full(12, value))
        found = certify(model, X, np.full(12, value))
        assert found.relative_gap == 0 and found.kkt_residual <= 1e-15 * abs(value)
    model.intercept_ += 1.0
    assert certify(model, X, np.full(12, value)).relative_gap == np.inf
    X[:, 1] = 0.1
    for store in (np.asarray, sparse.csc_array):
        at_zero = dual_gap(store(X), y, W, alpha=0.1)
        moved = np.array([0.5, 2.0, -0.2, 0.1])
        assert dual_gap(store(X), y, moved, -0.2, alpha=0.1) == pytest.approx(at_zero + 0.2, rel=1e-12)
        assert dual_gap(store(X), y, moved, -0.2, alpha=0.0) == pytest.approx(dual_gap(X, y, W, alpha=0.0), rel=1e-12)
        assert dual_gap(store(X), y, moved, -0.2, alpha=0.1, standardize=True) == np.inf


def test_coefficients_that_are_not_feasible():
    X, y = data()
    for parameters in ({"bounds": (-0.1, 1)}, {"positive": True}, {"penalty_factor": [1, 1, np.inf, 1]}):
        assert dual_gap(X, y, W, alpha=0.1, **parameters) == np.inf
        found = certify(SimpleNamespace(coef_=W, intercept_=0.0, alpha=0.1, **parameters), X, y)
        assert found == Certificate(np.inf, np.inf, np.inf, np.inf)


@pytest.mark.parametrize(
    "model", [LassoCV(tol=1e-9, cv=3), ElasticNetCV(l1_ratio=[0.2, 0.7], tol=1e-9, cv=3), Lasso(0.3, positive=True)]
)
def test_estimators_of_scikit_learn(model):
    X, y = load_diabetes(return_X_y=True)
    assert abs(certify(model.fit(X, y), X, y).relative_gap) <= model.tol


@pytest.mark.parametrize("weights", [None, [1, 1, 5, 1, 1, 1, 2, 0.5, 1, 1]])
def test_estimators_of_celer(weights):
    celer = pytest.importorskip("celer")
    X, y = load_diabetes(return_X_y=True)
    weights = weights and np.array(weights, dtype=float)
    for model in (celer.Lasso(0.1, tol=1e-10), celer.ElasticNet(0.01, l1_ratio=0.7, tol=1e-10)):
        assert abs(certify(model.set_params(weights=weights).fit(X, y), X, y).relative_gap) < 1e-9


BAD = [
    ({"alpha": -0.1}, "alpha"),
    ({"alpha": np.nan}, "alpha"),
    ({"alpha": np.inf}, "alpha"),
    ({"alpha": [0.1, 0.2]}, "alpha"),
    ({"l1_ratio": 1.1}, "l1_ratio"),
    ({"l1_ratio": None}, "l1_ratio"),
    ({"penalty_factor": [1, 1]}, "penalty_factor"),
    ({"penalty_factor": [1, 1, -1, 1]}, "penalty_factor"),
    ({"penalty_factor": [1, 1, np.nan, 1]}, "penalty_factor"),
    ({"penalty_factor": {"a": 2}}, "penalty_factor"),
    ({"bounds": 3}, "bounds"),
    ({"bounds": (1, 2)}, "bounds"),
    ({"bounds": (-1, [1, 1])}, "bounds"),
    ({"bounds": (np.nan, 1)}, "bounds"),
    ({"bounds": (-2, -1)}, "bounds"),
    ({"bounds": (-2, -1), "positive": True}, "bounds"),
    ({"bounds": (0.5, 1), "positive": True}, "bounds"),
    ({"sample_weight": [1, 2]}, "sample_weight"),
    ({"sample_weight": -1}, "sample_weight"),
    ({"sample_weight": 0}, "sample_weight"),
    ({"sample_weight": np.nan}, "sample_weight"),
    ({"X": [[np.nan] * 4] * 12}, "X"),
    ({"X": [1, 2, 3]}, "2D array"),
    ({"X": np.ones((12, 4), complex)}, "Complex"),
    ({"X": np.ones((12, 3))}, "coef"),
    ({"y": [1.0, 2.0]}, "y has shape"),
    ({"y": np.full(12, np.inf)}, "y contains"),
    ({"y": np.ones((12, 2, 2))}, "y has shape"),
    ({"coef": [0.0, np.nan, 0.0, 0.0]}, "finite"),
    ({"coef": np.zeros((2, 4))}, "coef"),
    ({"intercept": np.inf}, "finite"),
    ({"intercept": [1.0, 2.0]}, "intercept"),
    ({"intercept": 1.0, "fit_intercept": False}, "intercept"),
]


@pytest.mark.parametrize(("bad", "message"), BAD)
def test_bad_input_is_named(bad, message):
    X, y = data()
    arguments = {"X": X, "y": y, "coef": W, "alpha": 0.1, **bad}
    for function in (dual_gap, objective):
        with pytest.raises(ValueError, match=message):
            function(**arguments)


def test_estimators_that_cannot_be_judged():
    X, y = data()
    with pytest.raises(NotFittedError, match="Lasso"):
        certify(Lasso(), X, y)
    with pytest.raises(TypeError, match="alpha"):
        certify(SimpleNamespace(coef_=W, intercept_=0.0), X, y)
    with pytest.raises(TypeError, match="multi-task"):
        certify(MultiTaskLasso().fit(X, np.c_[y, y]), X, np.c_[y, y])


def test_nothing_of_the_engine_is_imported():
    code = "import sys, lassofit.testing; print([m for m in sys.modules if 'lassofit' in m and 'engine' in m])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert run.stdout.split() == ["[]"], run.stderr


def test_a_pipeline_or_a_search_is_told_from_an_estimator_that_is_not_fitted():
    X, y = np.eye(6), np.arange(6.0)
    pipe = make_pipeline(StandardScaler(), Lasso(0.1)).fit(X, y)
    with pytest.raises(TypeError, match="not a Pipeline: give its last step, such as"):
        certify(pipe, X, y)
    with pytest.raises(TypeError, match="not a GridSearchCV: give its best_estimator_"):
        certify(GridSearchCV(Lasso(), {"alpha": [0.1, 1.0]}, cv=2).fit(X, y), X, y)


def test_tables_of_pyarrow_and_queries_that_were_not_run():
    X, y = data()
    frame = pd.DataFrame(X, columns=list("abcd"))
    model, table = Lasso(0.1).fit(frame, y), pa.Table.from_pandas(frame)
    assert certify(model, table, y) == certify(model, frame, y)
    with pytest.raises(ValueError, match="columns"):
        certify(model, table.select(list("bacd")), y)
    with pytest.raises(TypeError, match=r"X is a LazyFrame.*X\.collect\(\)"):
        certify(model, pl.from_pandas(frame).lazy(), y)
