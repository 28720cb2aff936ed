"""``CVDisplay``: means, errors, marks and support sizes of every cross-validation over alpha."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Lasso as SklearnLasso
from sklearn.metrics import make_scorer, r2_score
from sklearn.model_selection import GridSearchCV, KFold, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from lassofit import CVDisplay, ElasticNet, ElasticNetCV, Lasso, LassoCV, PathSearchCV

pytestmark = pytest.mark.usefixtures("pictures")

ALPHAS = [3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001]


def drawn(container):
    """Return the points of an errorbar, and the half lengths of its bars, or None."""
    line, _, bars = container
    if not bars:
        return *line.get_data(), None
    ends = np.array([segment[:, 1] for segment in bars[0].get_segments()])
    return *line.get_data(), (ends[:, 1] - ends[:, 0]) / 2


def at_marks(display):
    return [float(line.get_xdata()[0]) for line in display.marks_]


@pytest.mark.parametrize("scoring", [None, "r2"])
def test_a_lasso_cv(diabetes_frame, scoring):
    X, y = diabetes_frame
    model = LassoCV(scoring=scoring, alphas=30).fit(X, y)
    display = CVDisplay.from_estimator(model)
    alphas, mean, error = drawn(display.errorbars_[0])
    assert_array_equal(alphas, model.alphas_)
    assert_array_equal(mean, model.cv_mean_)
    assert_allclose(error, model.cv_se_)
    assert at_marks(display) == [model.alpha_min_, model.alpha_1se_]
    assert display.ax_.get_ylabel() == ("R²" if scoring else "mean squared error")
    left, right = display.ax_.get_xlim()
    assert left > right and display.ax_.get_xscale() == "log"


def test_support_sizes_of_the_folds_and_of_all_rows(diabetes_frame):
    X, y = diabetes_frame
    model = LassoCV(alphas=30, store_cv_results=True).fit(X, y)
    by_fold = np.count_nonzero(model.coef_path_, axis=1).T
    assert_array_equal(model.df_path_, by_fold)
    display = CVDisplay.from_estimator(model)
    assert_array_equal(display.support_sizes, np.median(by_fold, axis=1))
    known = dict(zip(model.alphas_, display.support_sizes, strict=True))
    labels = [label.get_text() for label in display.support_ax_.get_xticklabels()]
    assert labels == [f"{known[tick]:g}" for tick in display.support_ax_.get_xticks()] and len(labels) >= 5
    assert display.support_ax_.get_xlabel() == "nonzero coefficients (median of folds)"
    on_all = CVDisplay.from_estimator(model, X, y)
    assert on_all.support_ax_.get_xlabel() == "nonzero coefficients (all rows)"
    assert_array_equal(on_all.support_sizes, Lasso().fit_path(X, y, model.alphas_).df)


@pytest.mark.parametrize("alphas", [12, [1.0, 0.1, 0.01]])
def test_an_elastic_net_cv_shows_the_ratio_that_it_chose(diabetes_frame, alphas):
    X, y = diabetes_frame
    model = ElasticNetCV(l1_ratio=[0.5, 0.95, 1.0], alphas=alphas).fit(X, y)
    assert model.df_path_.shape == model.mse_path_.shape
    best = [0.5, 0.95, 1.0].index(model.l1_ratio_)
    display = CVDisplay.from_estimator(model, X, y)
    x, mean, error = drawn(display.errorbars_[0])
    assert_array_equal(x, model.alphas_ if model.alphas_.ndim == 1 else model.alphas_[best])
    assert_array_equal(mean, model.cv_mean_[best])
    assert_allclose(error, model.cv_se_[best])
    assert_array_equal(display.support_sizes, ElasticNet(l1_ratio=model.l1_ratio_).fit_path(X, y, x).df)
    assert_array_equal(CVDisplay.from_estimator(model).support_sizes, np.median(model.df_path_[best], axis=1))


@pytest.mark.parametrize("folds", [1, 5])
@pytest.mark.parametrize("alphas", [[0.5], [0.5, 0.1]])
def test_one_alpha_and_one_fold(diabetes_frame, alphas, folds):
    X, y = diabetes_frame
    display = CVDisplay.from_estimator(LassoCV(alphas=alphas, cv=ShuffleSplit(folds, random_state=0)).fit(X, y))
    x, mean, error = drawn(display.errorbars_[0])
    assert len(x) == len(mean) == len(display.support_sizes) == len(alphas)
    assert (error is None) == (folds == 1)
    display.figure_.canvas.draw()


def test_several_metrics_have_a_panel_each(diabetes_frame):
    X, y = diabetes_frame
    pipe = make_pipeline(PolynomialFeatures(include_bias=False), StandardScaler(), Lasso())
    metrics = ["r2", "neg_mean_absolute_error", "neg_mean_squared_error"]
    points = {"polynomialfeatures__degree": [1, 2]}
    search = PathSearchCV(pipe, scoring=metrics, refit="r2", param_grid=points, alphas=12).fit(X, y)
    display = CVDisplay.from_estimator(search, X, y)
    labels = ["R²", "negative mean absolute error", "negative mean squared error"]
    assert [ax.get_ylabel() for ax in display.ax_] == labels and display.ax_[0].figure is display.figure_
    degree = search.best_params_["polynomialfeatures__degree"]
    cells = [i for i, p in enumerate(search.cv_results_["params"]) if p["polynomialfeatures__degree"] == degree]
    for metric, container in zip(metrics, display.errorbars_, strict=True):
        x, mean, error = drawn(container)
        assert_array_equal(x, search.alphas_)
        assert_array_equal(mean, search.cv_results_[f"mean_test_{metric}"][cells])
        assert_allclose(error, search.cv_results_[f"std_test_{metric}"][cells] / 2)  # sqrt(5 - 1)
    assert at_marks(display) == [search.alpha_min_, search.alpha_1se_] * 3
    assert display.support_sizes[0] == 0 and display.support_sizes.max() > 10
    assert CVDisplay.from_estimator(search).support_ax_ is None


def test_a_grid_search_is_marked_as_a_path_search(diabetes_frame):
    X, y = diabetes_frame
    cv = KFold(6)
    grid = GridSearchCV(Lasso(tol=1e-8), {"alpha": ALPHAS}, cv=cv).fit(X, y)
    path = PathSearchCV(Lasso(tol=1e-8), alphas=ALPHAS, cv=cv).fit(X, y)
    one, other = CVDisplay.from_estimator(grid, X, y), CVDisplay.from_estimator(path, X, y)
    assert at_marks(one) == at_marks(other) == [path.alpha_min_, path.alpha_1se_]
    for found, expected in zip(drawn(one.errorbars_[0]), drawn(other.errorbars_[0]), strict=True):
        assert_allclose(found, expected, rtol=1e-6)
    assert_array_equal(one.support_sizes, other.support_sizes)


@pytest.mark.parametrize(("scoring", "label"), [
    (None, "R²"), ("r2", "R²"), ("neg_root_mean_squared_error", "negative root mean squared error"),
    ("d2_absolute_error_score", "D² absolute error score"), ("neg_max_error", "negative max error"),
    (make_scorer(r2_score), "score"),
])  # fmt: skip
@pytest.mark.parametrize("kind", [PathSearchCV, GridSearchCV])
def test_the_axis_of_one_metric_has_its_name(diabetes_frame, kind, scoring, label):
    X, y = diabetes_frame
    points = {"alphas": [1.0, 0.1]} if kind is PathSearchCV else {"param_grid": {"alpha": [1.0, 0.1]}}
    display = CVDisplay.from_estimator(kind(Lasso(), scoring=scoring, **points).fit(X, y))
    assert display.ax_.get_ylabel() == label
    assert list(display.means) == list(display.errors)


def test_grid_searches_of_other_kinds(diabetes_frame):
    X, y = diabetes_frame
    whole = TransformedTargetRegressor(make_pipeline(StandardScaler(), SklearnLasso()))
    grid = {"regressor__lasso__alpha": ALPHAS[::-1], "regressor__lasso__positive": np.array([True, False])}
    search = GridSearchCV(whole, grid, scoring=["r2", "neg_max_error"], refit="r2").fit(X, y)
    display = CVDisplay.from_estimator(search)
    assert_array_equal(display.alphas, ALPHAS)
    assert display.means["r2"].max() == search.best_score_
    unrefitted = GridSearchCV(Lasso(), {"alpha": ALPHAS}, scoring=["r2", "neg_max_error"], refit=False).fit(X, y)
    assert CVDisplay.from_estimator(unrefitted).marks_ == []


def test_alpha_of_zero_has_no_place(diabetes_frame):
    X, y = diabetes_frame
    search = PathSearchCV(Lasso(tol=1e-3), alphas=[1.0, 0.1, 0.0]).fit(X, y)
    display = CVDisplay.from_estimator(search)
    assert_array_equal(drawn(display.errorbars_[0])[0], [1.0, 0.1])
    assert 0.0 not in at_marks(display) and len(display.to_frame()) == 3


def test_estimators_that_it_does_not_take(diabetes_frame):
    X, y = diabetes_frame
    with pytest.raises(NotFittedError):
        CVDisplay.from_estimator(LassoCV())
    with pytest.raises(NotFittedError):
        CVDisplay.from_estimator(PathSearchCV(Lasso()))
    with pytest.raises(TypeError, match=r"CVDisplay needs a LassoCV, .* got Lasso"):
        CVDisplay.from_estimator(Lasso().fit(X, y))
    with pytest.raises(ValueError, match="one over other parameters"):
        CVDisplay.from_estimator(GridSearchCV(Lasso(), {"positive": [True, False]}).fit(X, y))
    points = {"alpha": [1.0, 0.1], "positive": [True, False]}
    search = GridSearchCV(Lasso(), points, scoring=["r2", "neg_max_error"], refit=False).fit(X, y)
    with pytest.raises(ValueError, match="needs a best point: set refit"):
        CVDisplay.from_estimator(search)
    model = LassoCV(alphas=[1.0, 0.3, 0.1]).fit(X, y)
    with pytest.raises(ValueError, match="X and y are both needed"):
        CVDisplay.from_estimator(model, X)
    with pytest.raises(ValueError, match="sample_weight needs X and y"):
        CVDisplay.from_estimator(model, sample_weight=np.ones(len(y)))


def test_given_axes(diabetes_frame):
    X, y = diabetes_frame
    search = GridSearchCV(Lasso(), {"alpha": ALPHAS}, scoring=["r2", "neg_max_error"], refit="r2").fit(X, y)
    figure, axes = plt.subplots(2)
    display = CVDisplay.from_estimator(search, ax=axes, marker="v", color="black")
    assert_array_equal(display.ax_, axes)
    assert display.figure_ is figure and plt.get_fignums() == [figure.number]
    assert {container[0].get_marker() for container in display.errorbars_} == {"v"}
    with pytest.raises(ValueError, match="ax must be an array of 2 matplotlib axes, one for each panel"):
        display.plot(axes[0])


def test_frame(diabetes_frame):
    X, y = diabetes_frame
    model = LassoCV(alphas=10).fit(X, y)
    table = CVDisplay.from_estimator(model).to_frame()
    assert list(table.columns) == ["mean_mean_squared_error", "se_mean_squared_error", "support_size"]
    assert_array_equal(table.index, model.alphas_)
    assert_array_equal(table["se_mean_squared_error"], model.cv_se_)
    search = GridSearchCV(Lasso(), {"alpha": ALPHAS}, scoring=["r2", "neg_max_error"], refit="r2").fit(X, y)
    table = CVDisplay.from_estimator(search).to_frame()
    assert set(table.columns) == {"mean_r2", "se_r2", "mean_neg_max_error", "se_neg_max_error"}
    assert_allclose(table["mean_neg_max_error"], search.cv_results_["mean_test_neg_max_error"])
