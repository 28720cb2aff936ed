"""PathSearchCV's scores, and what it chooses by them: metrics by name, callables, several; refit and alpha_rule."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from searches import ALPHAS, EXACT, X, Y, assert_alike, assert_same, both
from sklearn.compose import TransformedTargetRegressor
from sklearn.metrics import make_scorer, mean_absolute_error, r2_score
from sklearn.model_selection import LeaveOneOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit import Lasso, PathSearchCV
from lassofit._search_scores import _TOGETHER

SCALED = make_pipeline(StandardScaler(), EXACT)
TARGET = TransformedTargetRegressor(SCALED, func=np.log, inverse_func=np.exp)


def largest_error(estimator, X, y):
    """Score by a function that looks at the fitted pipeline."""
    assert estimator[-1].coef_.shape == (X.shape[1],) and estimator[-1].alpha in ALPHAS
    assert estimator[0].mean_.shape == (X.shape[1],)
    return -np.abs(estimator.predict(X) - y).max()


def two_scores(estimator, X, y):
    """Score by a function that returns several."""
    return {"r2": estimator.score(X, y), "count": np.count_nonzero(estimator[-1].coef_)}


@pytest.mark.parametrize("scoring", [*_TOGETHER, "neg_max_error", "d2_absolute_error_score", "neg_mean_gamma_deviance"])
def test_metrics_by_name(scoring):
    assert_same(SCALED, "lasso__alpha", scoring=scoring, cv=3, return_train_score=True)


@pytest.mark.parametrize(
    "scoring", [largest_error, make_scorer(mean_absolute_error, greater_is_better=False), make_scorer(r2_score)]
)
def test_callables_get_a_fitted_pipeline(scoring):
    assert_same(SCALED, "lasso__alpha", scoring=scoring, cv=3, return_train_score=True)


@pytest.mark.parametrize("scoring", ["neg_root_mean_squared_error", make_scorer(mean_absolute_error)])
def test_a_target_is_transformed_back(scoring):
    assert_same(TARGET, "regressor__lasso__alpha", alphas=[0.3, 0.03], scoring=scoring)


def test_a_callable_sees_the_parameters_and_the_fit_of_the_cell():
    seen = []

    def scorer(estimator, X, y):
        seen.append((estimator.get_params()["regressor__lasso__alpha"], estimator.regressor_[-1]))
        return estimator.score(X, y)

    PathSearchCV(TARGET, alphas=[0.03, 0.1, 0.03], scoring=scorer, cv=2, refit=False).fit(X, Y)
    assert [alpha for alpha, _ in seen] == 2 * [0.03, 0.1, 0.03]
    for alpha, model in seen:
        assert type(model) is Lasso and model.alpha == alpha
        assert model.converged_ and model.relative_gap_ <= model.tol and model.n_iter_ > 0
        assert model.n_features_in_ == X.shape[1] and not hasattr(model, "history_")


@pytest.mark.parametrize("refit", ["r2", "neg_mean_absolute_error", False])
def test_two_metrics_at_once(refit):
    ours, theirs = both(SCALED, "lasso__alpha", scoring=["r2", "neg_mean_absolute_error"], refit=refit)
    assert_alike(ours, theirs)
    assert sorted(ours.scorer_) == sorted(theirs.scorer_)
    assert hasattr(ours, "best_estimator_") == (refit is not False)
    if refit:
        assert_allclose(ours.score(X, Y), theirs.score(X, Y), rtol=1e-9)


def test_names_and_callables_in_a_dict():
    scoring = {"first": "r2", "second": largest_error, "third": make_scorer(mean_absolute_error)}
    ours = assert_same(SCALED, "lasso__alpha", scoring=scoring, refit="second", return_train_score=True)
    assert list(ours.scorer_) == ["first", "second", "third"]


def test_a_callable_that_returns_several():
    ours, theirs = both(SCALED, "lasso__alpha", scoring=two_scores, refit="r2")
    assert_alike(ours, theirs)
    assert_allclose(ours.score(X, Y), theirs.score(X, Y), rtol=1e-9)
    with pytest.raises(ValueError, match="refit must be the name of a metric, 'r2', 'count'"):
        PathSearchCV(SCALED, alphas=ALPHAS, scoring=two_scores).fit(X, Y)


@pytest.mark.parametrize("scoring", ["r2", None, "neg_mean_squared_error", "explained_variance"])
def test_one_row_at_a_time(scoring):
    assert_same(SCALED, "lasso__alpha", X=X[:12], y=Y[:12], cv=LeaveOneOut(), scoring=scoring)


@pytest.mark.parametrize("scoring", ["r2", "explained_variance", "neg_mean_squared_error"])
@pytest.mark.parametrize("level", [0.0, 0.1])
def test_folds_with_a_constant_target(scoring, level):
    target = Y / 100
    target[:40] = level  # a fold that is held out
    assert_same(SCALED, "lasso__alpha", y=target, cv=3, scoring=scoring)
    target[40:80] = level  # and one that is trained on
    assert_same(SCALED, "lasso__alpha", y=target, cv=3, scoring=scoring)


def test_a_constant_target_scores_one_for_every_alpha():
    search = PathSearchCV(SCALED, alphas=4).fit(X, np.full(len(Y), 2.0))
    assert_array_equal(search.cv_results_["mean_test_score"], 1.0)
    assert_array_equal(search.best_estimator_[-1].coef_, 0.0)


def test_refit_by_a_callable():
    ours, theirs = both(SCALED, "lasso__alpha", refit=lambda results: 2)
    assert_alike(ours, theirs)
    assert ours.best_index_ == 2 and not hasattr(ours, "alphas_")
    with pytest.raises(TypeError, match="refit must return an index"):
        PathSearchCV(SCALED, alphas=ALPHAS, refit=lambda results: 0.5).fit(X, Y)
    with pytest.raises(IndexError, match="from 0 to 3, got 4"):
        PathSearchCV(SCALED, alphas=ALPHAS, refit=lambda results: 4).fit(X, Y)


def test_a_callable_refit_leaves_open_which_of_several_metrics_scores():
    search = PathSearchCV(SCALED, alphas=ALPHAS, scoring=["r2", "neg_max_error"], refit=lambda results: 1).fit(X, Y)
    assert search.best_estimator_[-1].alpha == ALPHAS[1]
    with pytest.raises(ValueError, match="set refit to its name"):
        search.score(X, Y)


def test_without_a_refit():
    ours, theirs = both(SCALED, "lasso__alpha", refit=False)
    assert_alike(ours, theirs)
    assert not hasattr(ours, "best_estimator_") and not hasattr(ours, "predict")
    with pytest.raises(AttributeError, match="has no attribute 'score'") as caught:
        ours.score(X, Y)
    assert "refit=False leaves no fitted estimator" in str(caught.value.__cause__)


def quiet(**options):
    """Fit a search over alphas in a mixed order, without warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"alphas": [0.3, 20.0, 1.0, 3.0, 10.0], "cv": 4, **options}
        return PathSearchCV(SCALED, **options).fit(X, Y)


@pytest.mark.parametrize("scoring", [None, "neg_mean_squared_error"])
def test_one_standard_error_rule_by_hand(scoring):
    search = quiet(alpha_rule="1se", scoring=scoring, param_grid={"lasso__positive": [False, True]})
    results, alphas = search.cv_results_, np.array([p["lasso__alpha"] for p in search.cv_results_["params"]])
    best = int(np.argmax(results["mean_test_score"]))
    positive = results["params"][best]["lasso__positive"]
    limit = results["mean_test_score"][best] - results["std_test_score"][best] / np.sqrt(3)
    inside = [
        alpha
        for alpha, mean, params in zip(alphas, results["mean_test_score"], results["params"], strict=True)
        if mean >= limit and params["lasso__positive"] == positive
    ]
    assert search.best_params_ == {"lasso__alpha": max(inside), "lasso__positive": positive}
    assert search.alpha_1se_ == max(inside) > search.alpha_min_ == alphas[best]
    assert search.best_score_ == results["mean_test_score"][search.best_index_]
    assert search.best_estimator_[-1].alpha == max(inside)


def test_a_callable_rule_sees_the_alphas_in_descending_order():
    seen = {}

    def rule(table):
        seen.update(table)
        return 1

    search = quiet(alpha_rule=rule)
    assert_array_equal(seen["alpha"], [20.0, 10.0, 3.0, 1.0, 0.3])
    order = [1, 4, 3, 2, 0]
    assert_array_equal(seen["cv_mean"], search.cv_results_["mean_test_score"][order])
    assert_allclose(seen["cv_se"], search.cv_results_["std_test_score"][order] / np.sqrt(3), rtol=1e-14)
    assert search.best_params_ == {"lasso__alpha": 10.0} and search.best_index_ == 4


@pytest.mark.parametrize(("alphas", "end"), [([30.0, 20.0], "smallest"), ([0.001, 0.0001], "largest")])
def test_a_warning_where_the_best_alpha_is_at_an_end(alphas, end):
    with pytest.warns(UserWarning, match=f"The best score is at the {end} of the alphas"):
        PathSearchCV(SCALED, alphas=alphas).fit(X, Y)


def test_no_warning_where_it_is_inside():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        PathSearchCV(SCALED).fit(X, Y)
