"""PathSearchCV gives what GridSearchCV gives: over transformers, splitters, points, in the same order."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from searches import ALPHAS, EXACT, EXACT_NET, X, Y, assert_alike, assert_same, both
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import Lasso as SklearnLasso
from sklearn.model_selection import GridSearchCV, KFold, RepeatedKFold, ShuffleSplit, TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler

from lassofit import Lasso, LassoCV, PathSearchCV

SCALED = make_pipeline(StandardScaler(), EXACT)


class Counting(TransformerMixin, BaseEstimator):
    """Counts the fits of all its copies."""

    fits = 0

    def fit(self, X, y=None):
        """Count."""
        type(self).fits += 1
        self.fitted_ = True
        return self

    def transform(self, X):
        """Return X."""
        return X


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (EXACT, "alpha"),
        (EXACT_NET, "alpha"),
        (SCALED, "lasso__alpha"),
        (make_pipeline(PolynomialFeatures(), StandardScaler(), EXACT), "lasso__alpha"),
        (make_pipeline(StandardScaler(), SelectKBest(f_regression, k=4), EXACT_NET), "elasticnet__alpha"),
        (Pipeline([("one", "passthrough"), ("two", SCALED)]), "two__lasso__alpha"),
    ],
)
def test_transformers_and_steps(estimator, name):
    assert_same(estimator, name)


def test_columns_of_a_data_frame_with_categories():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(X[:, :4], columns=list("abcd"))
    frame["kind"] = rng.choice(["x", "y", "z"], len(frame))
    columns = ColumnTransformer([("numbers", StandardScaler(), list("abcd")), ("kinds", OneHotEncoder(), ["kind"])])
    ours, theirs = both(
        make_pipeline(columns, EXACT), "lasso__alpha", X=frame, y=pandas.Series(Y, index=frame.index[::-1])
    )
    assert_alike(ours, theirs)
    assert_array_equal(ours.feature_names_in_, frame.columns)
    assert_allclose(ours.predict(frame), theirs.predict(frame), rtol=1e-9)


def test_polars_data_frame():
    polars = pytest.importorskip("polars")
    assert_same(SCALED, "lasso__alpha", X=polars.DataFrame(X, schema=[f"x{j}" for j in range(X.shape[1])]))


def test_factors_by_the_names_that_a_scaler_passes_on():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X[:, :4], columns=list("abcd"))
    scaler = StandardScaler().set_output(transform="pandas")
    assert_same(make_pipeline(scaler, clone(EXACT).set_params(penalty_factor={"b": 0.5})), "lasso__alpha", X=frame)


def test_a_list_of_texts():
    words = np.array(["red", "green", "blue", "round", "flat", "heavy", "light", "old"])
    rng = np.random.default_rng(1)
    texts = [" ".join(rng.choice(words, 5)) for _ in Y]
    assert_same(make_pipeline(TfidfVectorizer(), EXACT), "lasso__alpha", X=texts)


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
def test_sparse_data(kind):
    kept = np.where(np.abs(X) > 0.03, X, 0.0)
    assert_same(EXACT, "alpha", X=kind(kept), alphas=[0.5, 0.1])


def test_more_features_than_a_path_uses():
    wide = np.random.default_rng(2).standard_normal((60, 150))
    target = wide[:, :3] @ [3.0, -2.0, 1.0]
    assert_same(SCALED, "lasso__alpha", X=wide, y=target, alphas=[1.0, 0.5, 0.2])


def test_kernel_matrix():
    from sklearn.decomposition import KernelPCA

    estimator = make_pipeline(KernelPCA(5, kernel="precomputed"), EXACT)
    assert_same(estimator, "lasso__alpha", X=X @ X.T, alphas=[5.0, 1.0])


@pytest.mark.parametrize(
    "change",
    [{"func": np.log, "inverse_func": np.exp}, {"transformer": StandardScaler()}, {"check_inverse": False}, {}],
)
@pytest.mark.parametrize("inner", [EXACT, SCALED])
def test_transformed_target(change, inner):
    name = "regressor__alpha" if inner is EXACT else "regressor__lasso__alpha"
    assert_same(TransformedTargetRegressor(inner, **change), name, alphas=[0.3, 0.03, 0.003])


def test_transformed_target_at_the_end_of_a_pipeline():
    target = TransformedTargetRegressor(SCALED, func=np.sqrt, inverse_func=np.square)
    estimator = Pipeline([("poly", PolynomialFeatures()), ("target", target)])
    assert_same(estimator, "target__regressor__lasso__alpha", alphas=[0.5, 0.1])


@pytest.mark.parametrize(
    "cv",
    [
        3,
        KFold(4, shuffle=True, random_state=0),
        ShuffleSplit(3, random_state=1),
        TimeSeriesSplit(3),
        RepeatedKFold(n_splits=2, n_repeats=2, random_state=0),
        [(np.arange(80), np.arange(80, 120)), (np.arange(120) > 50, np.arange(120) < 40)],
    ],
)
def test_splitters(cv):
    if isinstance(cv, list):  # GridSearchCV and ours must see them more than once
        cv = [(np.asarray(train), np.asarray(test)) for train, test in cv]
    assert_same(SCALED, "lasso__alpha", cv=cv)


@pytest.mark.parametrize(
    "param_grid",
    [
        {"elasticnet__l1_ratio": [0.2, 0.9], "scaler__with_std": [True, False]},
        {"scaler": [StandardScaler(), "passthrough"]},
        [{"elasticnet__l1_ratio": [0.5]}, {"scaler__with_std": [False], "elasticnet__l1_ratio": [0.3, 0.8]}, {}],
        {"elasticnet__bounds": [None, (-1, 5)], "elasticnet__penalty_factor": [10 * [1.0]]},
    ],
)
def test_other_parameters_and_the_order_of_cells(param_grid):
    estimator = Pipeline([("scaler", StandardScaler()), ("elasticnet", EXACT_NET)])
    assert_same(estimator, "elasticnet__alpha", param_grid=param_grid, cv=3, return_train_score=True)


def test_the_last_step_as_a_parameter():
    estimator = Pipeline([("scaler", StandardScaler()), ("model", EXACT)])
    assert_same(estimator, "model__alpha", param_grid={"model": [EXACT, EXACT_NET]})


@pytest.mark.parametrize(
    "alphas", [[0.3, 3.0, 0.05, 1.0], [1.0, 0.1, 1.0], np.array([1.0, 0.1]), (1, 2), [0.5], [0.0, 0.1]]
)
def test_alphas_in_any_order_and_repeated(alphas):
    ours = assert_same(SCALED, "lasso__alpha", alphas=alphas)
    assert_array_equal(ours.alphas_, np.sort(alphas)[::-1])


def test_a_number_of_alphas_gives_each_point_a_grid_from_all_rows():
    estimator = Pipeline([("select", SelectKBest(f_regression)), ("net", EXACT_NET)])
    grid = {"net__l1_ratio": [0.3, 1.0], "select__k": [2, 5]}
    ours = PathSearchCV(estimator, alphas=4, eps=0.01, param_grid=grid).fit(X, Y)
    dicts = []
    for ratio in grid["net__l1_ratio"]:
        for k in grid["select__k"]:
            chosen = SelectKBest(f_regression, k=k).fit_transform(X, Y)
            alphas = clone(EXACT_NET).set_params(l1_ratio=ratio).fit_path(chosen, Y, alphas=4, eps=0.01).alphas
            dicts.append({"net__l1_ratio": [ratio], "select__k": [k], "net__alpha": alphas})
    assert_alike(ours, GridSearchCV(estimator, dicts).fit(X, Y))


def test_scikit_learns_lasso_gives_the_same():
    ours = PathSearchCV(SCALED, alphas=10).fit(X, Y)
    pipeline = make_pipeline(StandardScaler(), SklearnLasso(tol=1e-12, max_iter=100_000))
    theirs = GridSearchCV(pipeline, {"lasso__alpha": ours.alphas_}).fit(X, Y)
    assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], rtol=1e-8)
    assert ours.best_params_ == theirs.best_params_


@pytest.mark.parametrize(
    "parameters",
    [
        {"warm_start": True},
        {"solver": "cd"},
        {"precompute": True},
        {"selection": "random", "random_state": 0},
        {"penalty_factor": [0.0, *9 * [1.0]]},
        {"bounds": (-100, 300)},
        {"standardize": True},
        {"fit_intercept": False},
    ],
)
def test_parameters_of_the_lasso(parameters):
    assert_same(clone(EXACT).set_params(**parameters), "alpha")


def test_float32():
    single = X.astype(np.float32)
    ours, theirs = both(SCALED, "lasso__alpha", X=single)
    assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], atol=1e-6)
    assert ours.predict(single).dtype == np.float32


def test_a_selection_does_not_see_the_rows_held_out():
    rng = np.random.default_rng(2)
    noise, target = rng.standard_normal((100, 2000)), rng.standard_normal(100)
    select = SelectKBest(f_regression, k=20)
    leaking = make_pipeline(select, LassoCV()).fit(noise, target)[-1]
    assert 1 - leaking.mse_path_.mean(axis=1).min() / target.var() > 0.4
    search = PathSearchCV(make_pipeline(select, Lasso())).fit(noise, target)
    assert search.best_score_ < 0


def test_transformers_are_fitted_once_for_a_fold_and_a_point():
    Counting.fits = 0
    estimator = make_pipeline(Counting(), Lasso())
    PathSearchCV(estimator, alphas=ALPHAS, param_grid={"lasso__positive": [True, False]}, cv=3).fit(X, Y)
    assert Counting.fits == 2 * 3 + 1  # and once for the best, on all rows
    PathSearchCV(estimator, alphas=5, cv=3, refit=False).fit(X, Y)
    assert Counting.fits == 7 + 3 + 1  # and once for the grid


def test_a_pipelines_memory_is_used(tmp_path):
    Counting.fits = 0
    estimator = make_pipeline(Counting(), Lasso(), memory=str(tmp_path))
    PathSearchCV(estimator, alphas=ALPHAS, param_grid={"lasso__positive": [True, False]}, cv=3).fit(X, Y)
    assert Counting.fits == 3 + 1


def test_jobs_do_not_change_the_results():
    grid = {"lasso__positive": [True, False]}
    one, two = (PathSearchCV(SCALED, alphas=ALPHAS, param_grid=grid, n_jobs=jobs).fit(X, Y) for jobs in (1, 2))
    assert_allclose(one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"], rtol=1e-12)


def test_nothing_that_was_given_is_changed():
    estimator, alphas, data = clone(SCALED), np.array(ALPHAS), X.copy()
    before = repr(estimator.get_params())
    PathSearchCV(estimator, alphas=alphas, param_grid={"lasso__positive": [True]}).fit(data, Y)
    assert repr(estimator.get_params()) == before
    assert_array_equal(alphas, ALPHAS)
    assert_array_equal(data, X)


def test_fit_time_is_the_paths_over_the_number_of_alphas():
    results = PathSearchCV(SCALED, alphas=ALPHAS).fit(X, Y).cv_results_
    assert len(set(results["mean_fit_time"])) == 1
    assert results["mean_fit_time"][0] > 0


def test_the_alphas_of_a_range_stay_what_they_are():
    search, grid = PathSearchCV(Lasso(), alphas=range(1, 4)), GridSearchCV(Lasso(), {"alpha": range(1, 4)})
    given, expected = (model.fit(X, Y).cv_results_["params"] for model in (search, grid))
    assert given == expected and all(type(params["alpha"]) is int for params in given)


def test_no_larger_alpha_is_advised_where_all_that_are_large_are_as_good():
    rng = np.random.default_rng(5)
    A, noise = rng.standard_normal((50, 10)), rng.standard_normal(50)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert PathSearchCV(Lasso(), alphas=[100, 50, 10, 1, 0.1, 0.01]).fit(A, noise).best_params_ == {"alpha": 100}
