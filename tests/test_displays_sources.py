"""What the displays find within Pipelines, transformed targets and searches, and what they say of what has nothing."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import linear_model
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit import (
    ConvergenceDisplay,
    CVDisplay,
    ElasticNetCV,
    Lasso,
    LassoCV,
    PathDisplay,
    PathSearchCV,
    SupportDisplay,
)

pytestmark = pytest.mark.usefixtures("pictures")
LOG = {"func": np.log, "inverse_func": np.exp}


def labels(display):
    return [line.get_label() for line in display.lines_]


@pytest.mark.parametrize("model", [LassoCV(alphas=20), ElasticNetCV(l1_ratio=[0.5, 1.0], alphas=20)])
def test_a_pipeline_that_ends_in_a_cross_validation(diabetes_frame, model):
    X, y = diabetes_frame
    pipe = make_pipeline(StandardScaler().set_output(transform="pandas"), model).fit(X, y)
    Z, last = pipe[:-1].transform(X), pipe[-1]
    for given in ((), (True,)):
        found = CVDisplay.from_estimator(pipe, *((X, y) if given else ()))
        expected = CVDisplay.from_estimator(last, *((Z, y) if given else ()))
        assert found.alpha_1se == last.alpha_1se_ and found.support_label == expected.support_label
        assert found.to_frame().equals(expected.to_frame())
    found, expected = PathDisplay.from_estimator(pipe, X, y), PathDisplay.from_estimator(last, Z, y)
    assert (found.alpha, found.alpha_min, found.alpha_1se) == (last.alpha_, last.alpha_min_, last.alpha_1se_)
    assert_allclose(found.path.coefs, expected.path.coefs)
    assert labels(found) == labels(expected) and set(labels(found)) <= set(X.columns)
    assert found.to_frame().equals(expected.to_frame())
    assert_allclose(SupportDisplay.from_estimator(pipe, X, y).ratios, SupportDisplay.from_estimator(last, Z, y).ratios)


@pytest.mark.parametrize("inner", [Lasso(tol=1e-10), make_pipeline(StandardScaler(), Lasso(tol=1e-10))])
def test_a_search_over_a_transformed_target(diabetes_frame, inner):
    X, y = diabetes_frame
    search = PathSearchCV(TransformedTargetRegressor(inner, **LOG), alphas=30, alpha_rule="1se").fit(X, y)
    found = PathDisplay.from_estimator(search, X, y)
    expected = PathDisplay.from_estimator(search.best_estimator_.regressor_, X, np.log(y), alphas=search.alphas_)
    assert_allclose(found.path.coefs, expected.path.coefs)
    assert list(found.feature_names) == list(X.columns)
    assert (found.alpha_min, found.alpha_1se, found.alpha) == (search.alpha_min_, search.alpha_1se_, search.alpha_1se_)
    support = SupportDisplay.from_estimator(search, X, y)
    assert_allclose(support.ratios[support.coef != 0], 1.0, rtol=1e-6)
    assert list(support.feature_names) == list(X.columns)
    sizes = CVDisplay.from_estimator(search, X, y).to_frame()["support_size"]
    assert_array_equal(sizes, found.path.df)
    assert "support_size" not in CVDisplay.from_estimator(search).to_frame()
    history = ConvergenceDisplay.from_estimator(search).histories["Lasso"]
    best = search.best_estimator_.regressor_
    assert history["dual_gap"][-1] == (best if isinstance(best, Lasso) else best[-1]).history_["dual_gap"][-1]


def test_histories_within_pipelines_and_searches(diabetes_frame):
    X, y = diabetes_frame
    pipe = make_pipeline(StandardScaler(), Lasso()).fit(X, y)
    search = GridSearchCV(pipe, {"lasso__alpha": [2.0, 1.0]}).fit(X, y)
    found = ConvergenceDisplay.from_estimator([pipe, search, Lasso().fit(X, y)]).histories
    assert list(found) == ["Lasso 1", "Lasso 2", "Lasso 3"]
    assert_array_equal(found["Lasso 2"]["dual_gap"], search.best_estimator_[-1].history_["dual_gap"])
    for model in (make_pipeline(StandardScaler(), Lasso()), TransformedTargetRegressor(Lasso()), PathSearchCV(Lasso())):
        with pytest.raises(NotFittedError):
            ConvergenceDisplay.from_estimator(model)
    with pytest.raises(TypeError, match=r"LassoCV: LassoCV of lassofit in a Pipeline has no history_"):
        ConvergenceDisplay.from_estimator(make_pipeline(StandardScaler(), LassoCV()).fit(X, y))


@pytest.mark.parametrize("model", [linear_model.Lasso(), linear_model.LassoCV()])
def test_estimators_of_others_are_called_by_their_package(diabetes_frame, model):
    X, y = diabetes_frame
    name = f"{type(model).__name__} of sklearn"
    for given, called in ((model, name), (make_pipeline(StandardScaler(), model), f"{name} in a Pipeline")):
        given.fit(X, y)
        for display, data in ((PathDisplay, (X, y)), (SupportDisplay, (X, y)), (CVDisplay, ())):
            with pytest.raises(TypeError, match=rf" of lassofit, .* got {called}\.$"):
                display.from_estimator(given, *data)
        with pytest.raises(TypeError, match=rf"^{type(model).__name__}: {called} has no history_.* of lassofit have"):
            ConvergenceDisplay.from_estimator(given)
    with pytest.raises(TypeError, match=r"^Lasso: the class Lasso of lassofit has no history_\."):
        ConvergenceDisplay.from_estimator(Lasso)


def test_a_path_is_sent_to_from_path(diabetes_frame):
    path = Lasso().fit_path(*diabetes_frame, 5)
    with pytest.raises(TypeError, match=r"is solved already: PathDisplay\.from_path\(path\) draws it"):
        PathDisplay.from_estimator(path, *diabetes_frame)


def test_data_with_other_features_than_those_of_the_fit_are_refused(diabetes_frame):
    X, y = diabetes_frame
    pipe = make_pipeline(StandardScaler(), Lasso()).fit(X, y)
    for model in (Lasso().fit(X, y), LassoCV(alphas=5).fit(X, y), pipe, PathSearchCV(Lasso(), alphas=5).fit(X, y)):
        for data in (X.iloc[:, :4], X[X.columns[::-1]]):
            with pytest.raises(ValueError, match="feature names should match"):
                PathDisplay.from_estimator(model, data, y)
    with pytest.raises(ValueError, match="X has 4 features, but Lasso is expecting 10"):
        PathDisplay.from_estimator(Lasso().fit(X.to_numpy(), y), X.to_numpy()[:, :4], y)
    assert PathDisplay.from_estimator(Lasso(), X.iloc[:, :4], y).path.n_features_in_ == 4  # not fitted: any
