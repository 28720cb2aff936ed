"""The estimators where people use them: pipelines, searches, pickles, frames, processes, routing."""

import importlib
import pickle
import pkgutil
import signal
import threading
import time

import joblib
import numba
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from numba.core.dispatcher import Dispatcher
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.datasets import load_diabetes
from sklearn.feature_selection import SelectFromModel
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_info, threadpool_limits

from lassofit import ElasticNet, Lasso, LassoCV, SGDLasso, _engine

X, Y = load_diabetes(return_X_y=True)
each = pytest.mark.parametrize("estimator", [Lasso(alpha=0.1), ElasticNet(alpha=0.01)], ids=["Lasso", "ElasticNet"])


def same(a, b):
    assert np.array_equal(a.coef_, b.coef_) and a.intercept_ == b.intercept_


@each
def test_pickle_and_clone(estimator):
    model = clone(estimator).set_params(bounds=(-300, 300), penalty_factor=np.ones(10)).fit(X, Y)
    loaded = pickle.loads(pickle.dumps(model))
    same(loaded, model)
    assert np.array_equal(loaded.predict(X), model.predict(X))
    assert loaded.history_.keys() == model.history_.keys()
    copy = clone(model)
    assert not hasattr(copy, "coef_") and copy.alpha == model.alpha
    same(copy.fit(X, Y), model)


@each
@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_joblib(estimator, backend):
    """Several fits at once; loky hands large arrays over as read-only memory maps."""
    big = np.tile(X, (10, 1)) + np.random.default_rng(0).normal(0, 1e-4, (4420, 10))
    y = np.tile(Y, 10)
    with joblib.parallel_config(backend=backend, n_jobs=2, max_nbytes="100K"):
        scores = cross_val_score(estimator, big, y, cv=3)
        search = GridSearchCV(estimator, {"alpha": [0.01, 0.1]}, cv=3).fit(big, y)
    assert np.allclose(scores, cross_val_score(estimator, big, y, cv=3)) and search.best_score_ > 0.3


@each
def test_memory_maps(estimator, tmp_path):
    for order in "CF":
        joblib.dump(np.asarray(X, order=order), tmp_path / "X.pkl")
        mapped = joblib.load(tmp_path / "X.pkl", mmap_mode="r")
        same(clone(estimator).fit(mapped, Y), clone(estimator).fit(np.asarray(X, order=order), Y))


@each
def test_frames(estimator):
    names = load_diabetes().feature_names
    expected = clone(estimator).fit(X, Y)
    for frame in (pd.DataFrame(X, columns=names), pl.DataFrame(X, schema=names)):
        model = clone(estimator).fit(frame, frame["bmi"] * 0 + Y)
        np.testing.assert_allclose(model.coef_, expected.coef_, rtol=1e-3)
        assert list(model.feature_names_in_) == names
        np.testing.assert_allclose(model.predict(frame), expected.predict(X), rtol=1e-3)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(pd.DataFrame(X, columns=names[::-1]))


@each
@pytest.mark.parametrize("output", ["pandas", "polars", "default"])
def test_pipelines_with_set_output(estimator, output):
    frame = pd.DataFrame(X, columns=load_diabetes().feature_names)
    frame["sex"] = np.where(frame["sex"] > 0, "f", "m")
    first = make_column_transformer(
        (OneHotEncoder(sparse_output=False, drop="first"), ["sex"]), remainder=StandardScaler()
    )
    pipe = make_pipeline(first, clone(estimator)).set_output(transform=output)
    assert pipe.fit(frame, Y).score(frame, Y) > 0.3
    with sklearn.config_context(transform_output=output):
        assert make_pipeline(first, clone(estimator)).fit(frame, Y).score(frame, Y) > 0.3


@each
def test_grid_search_in_a_pipeline(estimator):
    pipe = make_pipeline(StandardScaler(), clone(estimator))
    grid = {f"{type(estimator).__name__.lower()}__alpha": np.geomspace(0.01, 10, 7)}
    search = GridSearchCV(pipe, grid, cv=5).fit(X, Y)
    assert 0.4 < search.best_score_ < 0.6 and search.best_estimator_[-1].converged_
    target = TransformedTargetRegressor(clone(estimator).set_params(alpha=1e-3), func=np.log, inverse_func=np.exp).fit(
        X, Y
    )
    assert target.score(X, Y) > 0.1


@each
def test_metadata_routing(estimator):
    s = np.random.default_rng(0).random(len(Y))
    with sklearn.config_context(enable_metadata_routing=True):
        pipe = make_pipeline(StandardScaler(), clone(estimator).set_fit_request(sample_weight=True))
        pipe[0].set_fit_request(sample_weight=False)
        routed = pipe.fit(X, Y, sample_weight=s)[-1]
    plain = clone(estimator).fit(StandardScaler().fit_transform(X), Y, sample_weight=s)
    same(routed, plain)
    assert not np.allclose(plain.coef_, clone(estimator).fit(StandardScaler().fit_transform(X), Y).coef_)


def test_select_from_model():
    model = Lasso(alpha=0.5).fit(X, Y)
    chosen = SelectFromModel(model, prefit=True).transform(X)
    assert chosen.shape[1] == np.count_nonzero(model.coef_) < 10
    assert SelectFromModel(Lasso(alpha=0.5), threshold="median").fit(X, Y).get_support().sum() >= 1


@each
def test_repr_shows_parameters_with_documentation(estimator):
    html = clone(estimator)._repr_html_()
    assert "penalty_factor" in html and "standardize" in html
    if tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 8):
        assert "Multipliers of" in html  # the docstring's words on penalty_factor
    assert repr(clone(estimator).set_params(alpha=0.25)) == f"{type(estimator).__name__}(alpha=0.25)"


def test_sparse_coef():
    model = Lasso(alpha=0.5).fit(X, Y)
    assert sparse.issparse(model.sparse_coef_) and model.sparse_coef_.shape == (1, 10)
    assert np.array_equal(model.sparse_coef_.toarray()[0], model.coef_)


def test_check_input_false():
    F = np.asfortranarray(X)
    for data in (F, np.ascontiguousarray(X), sparse.csc_array(X), F.astype(np.float32)):
        a = Lasso(alpha=0.1).fit(data, Y, check_input=False)
        same(a, Lasso(alpha=0.1).fit(data, Y))
        assert a.n_features_in_ == 10 and a.predict(X).shape == Y.shape


def test_threads_give_the_same_as_one():
    """The kernels release the GIL and share no state."""
    results = [None] * 4

    def work(k):
        results[k] = [Lasso(alpha=0.01 * (i + 1), tol=1e-10).fit(X, Y).coef_ for i in range(5)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(a, b) for other in results[1:] for a, b in zip(results[0], other, strict=True))


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX timers")
@pytest.mark.parametrize(("solver", "n"), [("cd", 300), ("active_set", 1500)])
def test_an_interrupt_leaves_the_estimator_as_it_was(solver, n):
    """One jitted call is one sweep, or .1 s of rounds: Ctrl-C arrives between two, and the last fit stands."""
    rng = np.random.default_rng(0)
    hard = rng.standard_normal((n, 3000)) + 3 * rng.standard_normal((n, 1))
    y = hard @ rng.standard_normal(3000)
    model = Lasso(alpha=1e3, solver=solver).fit(hard, y)
    before = model.coef_.copy()
    model.set_params(alpha=1e-6, tol=1e-14, max_iter=10_000_000)
    old = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for delay in (0.5, 0.3, 0.2, 0.1):
            signal.setitimer(signal.ITIMER_REAL, delay)
            began = time.perf_counter()
            with pytest.raises(KeyboardInterrupt):
                model.fit(hard, y)
            assert time.perf_counter() - began < 30
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert np.array_equal(model.coef_, before) and model.predict(hard[:2]).shape == (2,)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="no kernels are compiled")
def test_no_kernel_returns_an_array_to_python():
    """To make it, numba runs Python code: an interrupt that came during the kernel crashed the process there."""
    rng = np.random.default_rng(0)
    wide, tall = rng.standard_normal((50, 150)), rng.standard_normal((150, 60))
    for A in (np.asfortranarray(wide), wide, tall, sparse.csc_array(wide), sparse.csr_array(tall)):
        y = A[:, :3].sum(axis=1) + rng.standard_normal(A.shape[0])
        for solver in ("auto", "cd"):
            Lasso(alpha=0.05, solver=solver).fit(A, y)
        Lasso().fit_path(A, y, 30)
        LassoCV(alphas=20, cv=3).fit(A, y)
        for method in ("cumulative", "ftrl"):
            SGDLasso(alpha=0.1, method=method, max_iter=3, tol=None).fit(A, y).partial_fit(A, y)
    found = {
        f"{module.name}.{name}": signature.return_type
        for module in pkgutil.iter_modules(_engine.__path__)
        for name, kernel in vars(importlib.import_module(f"lassofit._engine.{module.name}")).items()
        if isinstance(kernel, Dispatcher)
        for signature in kernel.nopython_signatures
    }
    assert len(found) > 20
    assert not {name: kind for name, kind in found.items() if "array" in str(kind)}


def test_a_subclass_may_have_parameters_of_its_own():
    class Named(Lasso):
        def __init__(self, alpha=1.0, name="a"):
            super().__init__(alpha=alpha)
            self.name = name

    assert Named(0.1).fit(X, Y).converged_ and clone(Named(0.2, "b")).get_params() == {"alpha": 0.2, "name": "b"}


def test_blas_has_one_thread_where_folds_have_their_own():
    seen = []

    def score(estimator, X, y):
        seen.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return estimator.score(X, y)

    with threadpool_limits(2, user_api="blas"):
        before = threadpool_info()
        LassoCV(alphas=3, n_jobs=2, scoring=score).fit(X, Y)
        assert threadpool_info() == before
    assert set(seen) <= {1}
