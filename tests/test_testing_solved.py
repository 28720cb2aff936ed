"""What ``certify`` takes for a lasso: it follows what wraps one, and refuses or warns of other problems."""

import importlib
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn import linear_model
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import lassofit
from lassofit.testing import certify, dual_gap

X, Y = load_diabetes(return_X_y=True)
CODES = np.digitize(Y, [100, 200])


@pytest.mark.parametrize("penalty", ["l1", "elasticnet"])
def test_sgd_of_scikit_learn_is_judged_by_its_penalty(penalty):
    A, share = StandardScaler().fit_transform(X), 1.0 if penalty == "l1" else 0.4
    model = linear_model.SGDRegressor(penalty=penalty, alpha=0.5, l1_ratio=0.4, tol=1e-6, random_state=0).fit(A, Y)
    found = certify(model, A, Y)
    assert found.dual_gap == dual_gap(A, Y, model.coef_, model.intercept_, alpha=0.5, l1_ratio=share)
    exact = lassofit.ElasticNet(0.5, l1_ratio=share, tol=1e-12).fit(A, Y)
    assert found.objective == pytest.approx(certify(exact, A, Y).objective, rel=1e-2)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"penalty": "l2"}, r"its penalty is 'l2', not 'l1' or 'elasticnet'\. certify cannot judge it$"),
        ({"penalty": None}, "its penalty is None, not"),
        ({"penalty": "l1", "loss": "huber"}, "its loss is 'huber'"),
    ],
)
def test_sgd_of_other_problems_is_refused(changed, message):
    with pytest.raises(TypeError, match=f"^SGDRegressor solves another problem than the lasso .*{message}"):
        certify(linear_model.SGDRegressor(random_state=0, **changed).fit(X, Y), X, Y)


OTHERS = {
    "Ridge": "it has no L1 penalty", "RidgeCV": "it has no L1 penalty", "BayesianRidge": "its alpha_ is the precision",
    "ARDRegression": "its alpha_ is the precision", "HuberRegressor": "its loss", "QuantileRegressor": "its loss",
    "PoissonRegressor": "its loss", "GammaRegressor": "its loss", "TweedieRegressor": "its loss",
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_estimators_of_scikit_learn_without_an_l1_penalty_are_refused(name):
    model = getattr(linear_model, name)().fit(X, Y)
    with pytest.raises(TypeError, match=f"^{name} of sklearn solves another problem .*: {OTHERS[name]}"):
        certify(model, X, Y)
    kind = type("Mine", (getattr(linear_model, name),), {})
    with pytest.raises(TypeError, match=f"^{name} of sklearn solves"):
        certify(kind().fit(X, Y), X, Y)


@pytest.mark.parametrize("model", [linear_model.RidgeClassifier(), linear_model.SGDClassifier(random_state=0)])
def test_classifiers_are_refused(model):
    with pytest.raises(TypeError, match="it is a classifier"):
        certify(model.fit(X, CODES), X, CODES)


@pytest.mark.parametrize(
    ("package", "name", "options", "message"),
    [
        ("celer", "GroupLasso", {"groups": 2}, "^GroupLasso of celer .* penalty"),
        ("skglm", "GroupLasso", {"groups": 2}, "^GroupLasso of skglm .* penalty"),
        ("skglm", "MCPRegression", {}, "^MCPRegression of skglm .* penalty"),
    ],
)
def test_other_penalties_of_celer_and_skglm_are_refused(package, name, options, message):
    kind = getattr(pytest.importorskip(package), name)
    with pytest.raises(TypeError, match=message):
        certify(kind(alpha=0.5, **options).fit(X, Y), X, Y)


def test_parts_of_skglm_are_told_by_name():
    skglm = pytest.importorskip("skglm")
    penalties, datafits = (importlib.import_module(f"skglm.{name}") for name in ("penalties", "datafits"))
    model = skglm.GeneralizedLinearEstimator(datafits.Quadratic(), penalties.L1(0.5)).fit(X, Y)
    model.alpha = 0.5
    assert certify(model, X, Y).relative_gap < 1e-3
    both = skglm.GeneralizedLinearEstimator(datafits.Quadratic(), penalties.L1_plus_L2(0.01, 0.7)).fit(X, Y)
    both.alpha = 0.01
    assert certify(both, X, Y).relative_gap < 1e-3
    both.penalty = penalties.L1(0.01, positive=True)
    with pytest.raises(TypeError, match="its penalty has positive=True"):
        certify(both, X, Y)
    model.penalty = penalties.SCAD(0.5, 3.0)
    with pytest.raises(TypeError, match="its penalty is SCAD"):
        certify(model, X, Y)
    model.penalty, model.datafit = penalties.L1(0.5), datafits.Huber(1.0)
    with pytest.raises(TypeError, match="its datafit is Huber"):
        certify(model, X, Y)


@pytest.mark.parametrize(
    ("package", "name"),
    [
        *(("sklearn.linear_model", name) for name in ("Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "LassoLars")),
        *(("sklearn.linear_model", name) for name in ("LassoLarsCV", "LassoLarsIC")),
        *(("celer", name) for name in ("Lasso", "ElasticNet")),
        *(("skglm", name) for name in ("Lasso", "ElasticNet")),
        *(("lassofit", name) for name in ("Lasso", "LassoCV", "ElasticNet", "ElasticNetCV")),
    ],
)
def test_lassos_of_all_packages_are_judged(package, name):
    model = getattr(pytest.importorskip(package), name)()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert certify(model, X, Y).relative_gap < 0.1


class Mine(RegressorMixin, BaseEstimator):
    """A third party's estimator, of which nothing tells what it solves: ridge regression unless ``solver`` is given."""

    def __init__(self, alpha=1.0, solver=None):
        self.alpha, self.solver = alpha, solver

    def fit(self, X, y):
        found = (self.solver or linear_model.Ridge(self.alpha)).fit(X, y)
        self.coef_, self.intercept_ = found.coef_, found.intercept_
        return self


class MineLasso(Mine):
    """The same, by another name."""


def test_what_may_solve_another_problem_is_warned_of_and_judged():
    with pytest.warns(
        UserWarning, match=r"^Mine is at a relative gap of 0\.\d+ as a lasso, .* another problem"
    ) as seen:
        found = certify(Mine().fit(X, Y), X, Y)
    assert found.relative_gap > 1e-2 and seen[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert certify(Mine(solver=linear_model.Lasso()).fit(X, Y), X, Y).relative_gap < 1e-3
        assert certify(MineLasso().fit(X, Y), X, Y) == found
        given = SimpleNamespace(coef_=np.zeros(10), intercept_=0.0, alpha=1.0)
        assert certify(given, X, Y).relative_gap > 1e-2


@pytest.mark.parametrize("y", [Y, Y.tolist(), Y[:, None]])
@pytest.mark.parametrize("transform", [{"func": np.log, "inverse_func": np.exp}, {"transformer": StandardScaler()}])
def test_a_transformed_target_is_followed(y, transform):
    model = TransformedTargetRegressor(lassofit.Lasso(0.01, tol=1e-10), **transform).fit(X, y)
    found, y = certify(model, X, y), np.asarray(y)
    inner = model.transformer_.transform(y.reshape(-1, 1))
    inner = inner[:, 0] if y.ndim == 1 else inner
    expected = certify(model.regressor_, X, inner)
    assert np.shape(found.dual_gap) == np.shape(expected.dual_gap) == y.shape[1:]
    np.testing.assert_allclose(found, expected)
    assert np.max(found.relative_gap) < 1e-9


def test_what_is_not_one_fitted_model_is_told_what_to_give():
    target = TransformedTargetRegressor(lassofit.Lasso(), func=np.log, inverse_func=np.exp)
    with pytest.raises(NotFittedError, match="TransformedTargetRegressor has no coef_: call fit first"):
        certify(target, X, Y)
    within = target.set_params(regressor=make_pipeline(StandardScaler(), lassofit.Lasso())).fit(X, Y)
    with pytest.raises(
        TypeError, match="not a Pipeline: give its last step within, of its regressor_, and y as transform"
    ):
        certify(within, X, Y)
    search = lassofit.PathSearchCV(target, alphas=[0.1, 0.01]).fit(X, Y)
    with pytest.raises(TypeError, match="not a PathSearchCV: give its best_estimator_"):
        certify(search, X, Y)
    path = lassofit.Lasso(tol=1e-10).fit_path(X, Y, [1.0, 0.5])
    with pytest.raises(TypeError, match=r"not a RegularizationPath: take dual_gap\(X, y, \*path\.coef_at\(alpha\)"):
        certify(path, X, Y)
    assert dual_gap(X, Y, *path.coef_at(0.5), alpha=0.5) < 1e-5
    for kind in (lassofit.Lasso, linear_model.Ridge):
        with pytest.raises(TypeError, match=f"give an instance of {kind.__name__}, not the class"):
            certify(kind, X, Y)
