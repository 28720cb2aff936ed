"""``RegularizationPath``: exact at every alpha, predictions, a data frame, a table, and what a pickle keeps."""

import copy
import pickle
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from test_fit_path import PROBLEMS, STORES, TALL, WEIGHTS, WIDE, fit_at, path_of, target

import lassofit
from lassofit import Lasso, RegularizationPath
from lassofit._engine import at_once


@pytest.fixture(scope="module")
def diabetes():
    return load_diabetes(return_X_y=True)


@pytest.mark.parametrize("store", ["F", "csc", "csc32"])
@pytest.mark.parametrize("kind", ["plain", "factors", "bounds", "elastic net", "all"])
def test_off_the_grid_it_is_the_solution(kind, store):
    """Between the alphas, above the largest, below the smallest, and at 0."""
    X, y, kw = STORES[store](TALL), target(TALL), PROBLEMS[kind]
    path = path_of(X, y, alphas=[1.0, 0.3, 0.1], **kw)
    rtol = 1e-8 if X.dtype == np.float64 else 1e-5
    for alpha in (30.0, 0.5, 0.2, 0.01):
        model = fit_at(alpha, X, y, **kw)
        coef, intercept = path.coef_at(alpha)
        assert isinstance(coef, np.ndarray) and coef.dtype == X.dtype and coef.shape == (12,)
        assert_allclose(coef, model.coef_, rtol=rtol, atol=rtol * np.abs(model.coef_).max())
        assert_allclose(intercept, model.intercept_, rtol=rtol, atol=rtol * np.abs(y).max())


def test_at_the_grid_nothing_is_solved(diabetes, monkeypatch):
    X, y = diabetes
    path = path_of(X, y, alphas=5)
    monkeypatch.setattr(path, "_source", None)
    for i, alpha in enumerate(path.alphas):
        for close in (alpha, float(f"{alpha:.16g}"), np.nextafter(alpha, 0), alpha / 3 * 3):
            coef, intercept = path.coef_at(close)
            assert_array_equal(coef, path.coefs[:, i])
            assert intercept == path.intercepts[i]
    path.coef_at(path.alphas[4])[0][:] = 7.0
    assert not (path.coefs == 7.0).any()  # what is handed out is a copy


def test_a_solve_between_starts_from_the_next_larger_alpha(diabetes):
    """Close below an alpha of the grid there is next to nothing left to do."""
    X, y = diabetes
    path = Lasso(tol=1e-6, solver="cd").fit_path(X, y, alphas=[1.0, 0.01])
    path._source = path._source._replace(control=path._source.control._replace(max_iter=1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path.coef_at(1.0 - 1e-9)
    with pytest.warns(ConvergenceWarning, match="at alpha=0.1"):
        path.coef_at(0.1)


@pytest.mark.parametrize("store", ["F", "csc", "csr", "float32", "csc32"])
def test_predictions(store):
    X, y = STORES[store](TALL), target(TALL)
    path = path_of(X, y, alphas=[1.0, 0.3, 0.1])
    dense = TALL.astype(X.dtype)
    expected = {alpha: dense @ path.coef_at(alpha)[0] + path.coef_at(alpha)[1] for alpha in (1.0, 0.5, 0.1)}
    for new in (X, TALL, sparse.csr_array(TALL), sparse.coo_matrix(TALL)):
        found = path.predict(new, 0.5)
        assert isinstance(found, np.ndarray) and found.shape == (50,)
        assert_allclose(found, expected[0.5], rtol=1e-4 if X.dtype == np.float32 else 1e-12)
        several = path.predict(new, list(expected))
        assert isinstance(several, np.ndarray) and several.shape == (50, 3)
        assert_allclose(several, np.column_stack(list(expected.values())), rtol=1e-4)
    assert path.predict(TALL, path.alphas).shape == (50, 3)


def test_predict_checks_the_features(diabetes):
    X, y = diabetes
    frame = pd.DataFrame(X, columns=[f"f{j}" for j in range(10)])
    named, plain = path_of(frame, y, alphas=3), path_of(X, y, alphas=3)
    alpha = named.alphas[1]
    assert_allclose(named.predict(frame, alpha), plain.predict(X, alpha), rtol=1e-12)
    with pytest.raises(ValueError, match="X has 3 features, but RegularizationPath is expecting 10 features"):
        plain.predict(X[:, :3], alpha)
    with pytest.raises(ValueError, match="feature names should match"):
        named.predict(frame[frame.columns[::-1]], alpha)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        named.predict(X, alpha)
    with pytest.raises(ValueError, match="NaN"):
        plain.predict(X * np.nan, alpha)
    for bad in ([], [[0.1]]):
        with pytest.raises(ValueError, match="alpha must be a number or a sequence"):
            plain.predict(X, bad)


@pytest.mark.parametrize(("solver", "close"), [("auto", 1e-9), ("active_set", 1e-9), ("cd", 1e-3)])
def test_coef_at_solves_though_its_neighbour_is_within_tol(diabetes, solver, close):
    X, y = diabetes
    path = Lasso(solver=solver).fit_path(X, y)
    coef, intercept = path.coef_at(0.7)
    exact = Lasso(0.7, tol=1e-14).fit(X, y)
    assert_allclose(coef, exact.coef_, atol=close * np.abs(exact.coef_).max())
    assert_allclose(intercept, exact.intercept_, rtol=1e-6)
    near = path.coefs[:, np.argmin(np.abs(path.alphas - 0.7))]
    assert np.abs(near - exact.coef_).max() > 1.5e-3 * np.abs(exact.coef_).max()


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf, "0.1", None, True])
def test_coef_at_names_a_bad_alpha(diabetes, bad):
    X, y = diabetes
    path = path_of(X, y, alphas=3)
    with pytest.raises((TypeError, ValueError), match=r"^alpha must be"):
        path.coef_at(bad)


def test_to_frame(diabetes):
    X, y = diabetes
    path = path_of(X, y, alphas=4)
    frame = path.to_frame()
    assert frame.index.name == "alpha"
    assert_array_equal(frame.index, path.alphas)
    statistics = ["df", "deviance_ratio", "dual_gap", "n_iter", "converged", "intercept"]
    assert list(frame.columns) == statistics + [f"x{j}" for j in range(10)]
    assert_array_equal(frame.iloc[:, 6:], path.coefs.T)
    values = (path.df, path.deviance_ratio, path.dual_gaps, path.n_iters, path.converged, path.intercepts)
    for name, column in zip(statistics, values, strict=True):
        assert_array_equal(frame[name], column)


def test_to_frame_goes_by_feature_name_and_gives_way_to_it(diabetes):
    X, y = diabetes
    names = ["age", "df", "intercept", *"abcdefg"]
    path = path_of(pd.DataFrame(X, columns=names), y, alphas=3)
    frame = path.to_frame()
    assert list(frame.columns) == ["df_", "deviance_ratio", "dual_gap", "n_iter", "converged", "intercept_", *names]
    assert_array_equal(frame["df"], path.coefs[1])
    assert_array_equal(path.feature_names_in_, names)


def test_to_frame_keeps_sparse_coefficients_sparse():
    path = path_of(sparse.csc_array(WIDE), target(WIDE), alphas=4, eps=0.1)
    frame = path.to_frame()
    assert all(isinstance(kind, pd.SparseDtype) for kind in frame.dtypes[6:])
    assert_array_equal(frame.iloc[:, 6:].sparse.to_dense(), path.coefs.T.toarray())


def test_to_frame_without_pandas(diabetes, monkeypatch):
    path = path_of(*diabetes, alphas=3)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="to_frame needs pandas: python -m pip install pandas"):
        path.to_frame()


def test_repr_is_the_head_of_a_table(diabetes):
    X, y = diabetes
    path = path_of(X, y)
    lines = repr(path).splitlines()
    assert lines[0] == "RegularizationPath: 100 alphas, 10 features, all converged, 2 full passes over X"
    assert lines[1].split() == ["alpha", "df", "deviance_ratio", "dual_gap", "n_iter"]
    assert len(lines) == 2 + 6 + 1 + 2 and lines[8].strip() == "..."
    for line, i in ((lines[2], 0), (lines[7], 5), (lines[9], 98), (lines[10], 99)):
        cells = line.split()
        assert float(cells[0]) == pytest.approx(path.alphas[i], rel=1e-5)
        assert cells[1] == str(path.df[i]) and cells[2] == f"{path.deviance_ratio[i]:.4f}"
    assert len(repr(path_of(X, y, alphas=8)).splitlines()) == 2 + 8
    with pytest.warns(ConvergenceWarning):
        short = Lasso(max_iter=1, tol=1e-10, solver="cd").fit_path(WIDE, target(WIDE), alphas=5)
    assert f"{(~short.converged).sum()} not converged" in repr(short)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda path: pickle.loads(pickle.dumps(path))])
@pytest.mark.parametrize("store", ["F", "csc"])
def test_copies_and_pickles_know_the_grid_only(store, copied):
    X = STORES[store](np.repeat(TALL, 100, axis=0))
    y = np.repeat(target(TALL), 100)
    path = path_of(X, y, alphas=[1.0, 0.3])
    again = copied(path)
    assert isinstance(again, RegularizationPath) and repr(again) == repr(path)
    assert_array_equal(again.coef_at(0.3)[0], path.coef_at(0.3)[0])
    assert_array_equal(again.predict(X, 1.0), path.predict(X, 1.0))
    with pytest.raises(ValueError, match=r"alpha=0\.5 is not on the grid, and .* pickled or copied has no data"):
        again.coef_at(0.5)
    path.coef_at(0.5)  # the original still does
    assert len(pickle.dumps(path)) < 5000  # X has 480000 bytes


def test_x_is_kept_by_reference():
    X = np.asfortranarray(TALL)
    assert np.shares_memory(path_of(X, target(X), alphas=2)._source.problem.X, X)


def test_statistics_do_not_depend_on_the_scale_of_weights_or_on_rows_without_weight():
    y = target(TALL)
    path, scaled = (path_of(TALL, y, alphas=4, sample_weight=c * WEIGHTS) for c in (1.0, 7.0))
    kept = WEIGHTS > 0
    fewer = path_of(TALL[kept], y[kept], alphas=4, sample_weight=WEIGHTS[kept])
    for other in (scaled, fewer):
        assert_allclose(other.coefs, path.coefs, rtol=1e-7, atol=1e-8)
        assert_allclose(other.deviance_ratio, path.deviance_ratio, rtol=1e-8, atol=1e-12)


def test_it_is_public():
    assert lassofit.RegularizationPath is RegularizationPath and "RegularizationPath" in lassofit.__all__


def test_one_alpha_leaves_nothing_behind_for_the_next(monkeypatch):
    """All that ``coef_at`` solves share one problem; here each begins at zero, and meets more columns than fit."""
    monkeypatch.setattr(at_once, "_ROOM", 16)
    rng = np.random.default_rng(0)
    A = np.asfortranarray(rng.standard_normal((60, 200)))
    b = A @ rng.standard_normal(200)
    largest = np.abs((A - A.mean(0)).T @ (b - b.mean())).max() / 60
    path = Lasso().fit_path(A, b, alphas=[2 * largest])
    for ratio in (0.5, 0.01, 0.5, 0.1):
        alone = Lasso(ratio * largest, tol=1e-10).fit(A, b)
        assert_allclose(path.coef_at(ratio * largest)[0], alone.coef_, atol=1e-6)
