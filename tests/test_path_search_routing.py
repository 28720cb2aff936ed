"""Where PathSearchCV's fit parameters go: groups, weights, with scikit-learn's metadata routing and without."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from searches import ALPHAS, EXACT, X, Y, assert_alike, assert_same, both
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.metrics import get_scorer, make_scorer, mean_absolute_error
from sklearn.model_selection import GridSearchCV, GroupKFold, LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit import Lasso, PathSearchCV

SCALED = make_pipeline(StandardScaler(), EXACT)
WEIGHTS = np.random.default_rng(0).uniform(0.1, 3.0, len(Y))
GROUPS = np.arange(len(Y)) % 7


@pytest.fixture
def routing():
    """Switch metadata routing on."""
    with config_context(enable_metadata_routing=True):
        yield


@pytest.mark.parametrize("cv", [GroupKFold(4), LeaveOneGroupOut()])
def test_groups(cv):
    assert_same(SCALED, "lasso__alpha", cv=cv, fit_params={"groups": GROUPS})


@pytest.mark.parametrize("weights", [WEIGHTS, list(WEIGHTS)])
def test_weights_of_a_step(weights):
    fit_params = {"lasso__sample_weight": weights, "standardscaler__sample_weight": weights}
    plain, weighed = both(SCALED, "lasso__alpha")[0], assert_same(SCALED, "lasso__alpha", fit_params=fit_params)
    assert plain.best_score_ != weighed.best_score_


@pytest.mark.parametrize("scoring", [None, "r2", "neg_median_absolute_error", make_scorer(mean_absolute_error)])
def test_weights_go_to_the_scorer_too(scoring):
    target = TransformedTargetRegressor(EXACT, transformer=StandardScaler())
    for estimator, name in ((EXACT, "alpha"), (target, "regressor__alpha")):
        options = {"fit_params": {"sample_weight": WEIGHTS}, "scoring": scoring, "alphas": [0.3, 0.03]}
        assert_same(estimator, name, **options, return_train_score=True)


def test_weights_and_metrics_that_do_not_take_them():
    scoring = {"one": "neg_max_error", "two": "r2", "three": "neg_mean_absolute_error"}
    fit_params = {"sample_weight": WEIGHTS}
    assert_same(EXACT, "alpha", scoring=scoring, refit="two", fit_params=fit_params)
    with pytest.warns(UserWarning, match="one=.*does not support sample_weight"):
        PathSearchCV(EXACT, alphas=ALPHAS, scoring=scoring, refit="two").fit(X, Y, **fit_params)


def test_a_target_that_is_constant_where_weights_are():
    weights, target = WEIGHTS.copy(), Y / 100
    target[:24:2], weights[1:24:2] = 0.1, 0.0  # the first of five folds
    assert_same(EXACT, "alpha", y=target, fit_params={"sample_weight": weights})


def plain(estimator, X, y):
    """Score without weights."""
    return -np.abs(estimator.predict(X) - y).mean()


def weighed(estimator, X, y, sample_weight=None):
    """Score with weights."""
    return -np.average(np.abs(estimator.predict(X) - y), weights=sample_weight)


@pytest.mark.parametrize("scoring", [plain, weighed])
def test_weights_and_functions(scoring):
    assert_same(EXACT, "alpha", scoring=scoring, fit_params={"sample_weight": WEIGHTS})


def test_weights_are_those_of_rows_repeated():
    counts = np.random.default_rng(1).integers(1, 4, len(Y))
    rows, fold = np.repeat(np.arange(len(Y)), counts), np.arange(len(Y)) % 3
    cv = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(3)]
    repeated_cv = [(np.flatnonzero(fold[rows] != k), np.flatnonzero(fold[rows] == k)) for k in range(3)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one = PathSearchCV(EXACT, alphas=ALPHAS, cv=cv).fit(X, Y, sample_weight=counts.astype(float))
        two = PathSearchCV(EXACT, alphas=ALPHAS, cv=repeated_cv).fit(X[rows], Y[rows])
    assert_allclose(one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"], rtol=1e-9)


def test_weights_in_the_grid_of_a_number_of_alphas():
    search = PathSearchCV(SCALED, alphas=5, eps=0.01).fit(X, Y, lasso__sample_weight=WEIGHTS)
    scaled = StandardScaler().fit_transform(X)
    expected = clone(EXACT).fit_path(scaled, Y, alphas=5, eps=0.01, sample_weight=WEIGHTS).alphas
    assert_allclose(search.alphas_, expected, rtol=1e-12)


@pytest.mark.usefixtures("routing")
@pytest.mark.parametrize("several", [False, True])
def test_routed_weights_and_groups(several):
    scaler = StandardScaler().set_fit_request(sample_weight=False)
    estimator = make_pipeline(scaler, clone(EXACT).set_fit_request(sample_weight="mine"))
    scorer = get_scorer("neg_mean_absolute_error").set_score_request(sample_weight="theirs")
    scoring = {"one": scorer, "two": "r2"} if several else scorer
    if several:
        scoring["two"] = get_scorer("r2").set_score_request(sample_weight="mine")
    fit_params = {"mine": WEIGHTS, "theirs": WEIGHTS[::-1], "groups": GROUPS}
    options = {"scoring": scoring, "refit": "one" if several else True, "cv": GroupKFold(3), "fit_params": fit_params}
    ours, theirs = both(estimator, "lasso__alpha", **options, return_train_score=True)
    assert_alike(ours, theirs)
    given = {"theirs": WEIGHTS[::-1]}
    if not several:
        assert_allclose(ours.score(X, Y, **given), theirs.score(X, Y, **given), rtol=1e-9)


@pytest.mark.usefixtures("routing")
def test_routed_weights_of_the_estimators_own_score():
    estimator = clone(EXACT).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    assert_same(estimator, "alpha", fit_params={"sample_weight": WEIGHTS})


@pytest.mark.usefixtures("routing")
def test_routed_weights_of_a_pipelines_score():
    lasso = clone(EXACT).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    estimator = make_pipeline(StandardScaler().set_fit_request(sample_weight=True), lasso)
    try:
        GridSearchCV(estimator, {"lasso__alpha": ALPHAS}).fit(X, Y, sample_weight=WEIGHTS)
    except UnsetMetadataPassedError:  # scikit-learn 1.7 cannot
        with pytest.raises(UnsetMetadataPassedError):
            PathSearchCV(estimator, alphas=ALPHAS).fit(X, Y, sample_weight=WEIGHTS)
    else:
        assert_same(estimator, "lasso__alpha", fit_params={"sample_weight": WEIGHTS})


@pytest.mark.usefixtures("routing")
def test_a_parameter_that_nobody_asked_for():
    with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
        PathSearchCV(Lasso(), alphas=ALPHAS).fit(X, Y, sample_weight=WEIGHTS)
    with pytest.raises(TypeError, match="nonsense"):
        PathSearchCV(Lasso(), alphas=ALPHAS).fit(X, Y, nonsense=WEIGHTS)


def test_parameters_that_nobody_takes():
    with pytest.raises(ValueError, match=r"All the 4 fits failed.[\s\S]*nonsense"):
        PathSearchCV(Lasso(), alphas=[0.1, 0.2], cv=2).fit(X, Y, nonsense=1)
    search = PathSearchCV(Lasso()).fit(X, Y)
    with pytest.raises(ValueError, match="score got 'sample_weight', which is only supported"):
        search.score(X, Y, sample_weight=WEIGHTS)


def test_check_input_of_the_lasso_is_accepted():
    assert_same(EXACT, "alpha", fit_params={"check_input": False}, X=np.asfortranarray(X))
