"""``bounds`` as a dict of feature name to pair: the same problem as with the pair of arrays, everywhere."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit import ElasticNet, ElasticNetCV, Lasso, LassoCV, PathSearchCV
from lassofit.testing import certify, dual_gap

X, Y = load_diabetes(return_X_y=True, as_frame=True)
NAMED = {"bmi": (0, 300), "s1": (None, 100.0), "sex": [-50.0, None]}
LOWER, UPPER = np.full(10, -np.inf), np.full(10, np.inf)
LOWER[[1, 2]], UPPER[[2, 4]] = (-50.0, 0.0), (300.0, 100.0)
PAIR = (LOWER, UPPER)


@pytest.mark.filterwarnings("ignore:The least error is at the smallest")
@pytest.mark.parametrize("estimator", [Lasso(0.01), ElasticNet(0.001, l1_ratio=0.5), LassoCV(cv=3), ElasticNetCV(cv=3)])
def test_a_dict_is_the_pair_of_arrays(estimator):
    plain = clone(estimator).set_params(bounds=PAIR).fit(X, Y)
    named = clone(clone(estimator).set_params(bounds=NAMED)).fit(X, Y)
    assert named.get_params()["bounds"] == NAMED
    np.testing.assert_array_equal(named.coef_, plain.coef_)
    assert named.coef_[2] == pytest.approx(300) and named.coef_[1] == pytest.approx(-50)
    assert getattr(named, "alpha_", 0) == getattr(plain, "alpha_", 0)
    report = certify(named, X, Y)
    assert report.relative_gap < 1e-9 and np.all(report.objective < np.inf)


def test_also_in_paths_and_searches():
    found = [Lasso(bounds=bounds).fit_path(X, Y, [1.0, 0.1, 0.01]).coefs for bounds in (NAMED, PAIR)]
    np.testing.assert_array_equal(*found)
    scale = StandardScaler().set_output(transform="pandas")
    given = {"alphas": [1.0, 0.1, 0.01], "cv": 3}
    found = [
        PathSearchCV(make_pipeline(scale, Lasso(bounds=bounds)), **given).fit(X, Y).best_estimator_[-1].coef_
        for bounds in (NAMED, PAIR)
    ]
    np.testing.assert_array_equal(*found)


def test_positive_intersects_and_a_new_frame_may_have_another_order():
    order = X.columns[::-1]
    found = Lasso(0.01, bounds=NAMED, positive=True).fit(X[order], Y)
    expected = Lasso(0.01, bounds=(np.maximum(LOWER, 0.0), UPPER)).fit(X, Y)
    assert dict(zip(order, found.coef_, strict=True)) == pytest.approx(
        dict(zip(X.columns, expected.coef_, strict=True)), rel=1e-9, abs=1e-9
    )


def test_the_certificate_takes_open_ends_too():
    model = Lasso(0.1, bounds=(None, 100.0)).fit(X, Y)
    assert certify(model, X, Y).relative_gap < 1e-9
    lists = ([None] * 10, [100.0] * 9 + [None])
    given = {"alpha": 0.1, "bounds": lists}
    assert dual_gap(X, Y, model.coef_, model.intercept_, **given) >= -1e-9


@pytest.mark.parametrize(
    ("bounds", "data", "message"),
    [
        ({"bim": (0, 1)}, X, r"^bounds names unknown features: \['bim'\]\.$"),
        ({"bmi": 3.0}, X, r"^bounds of 'bmi' must be a pair \(lower, upper\), got 3\.0\.$"),
        ({"bmi": (0, 1, 2)}, X, "^bounds of 'bmi' must be a pair"),
        ({"bmi": (1, 2)}, X, r"^bounds must satisfy lower <= 0 <= upper, got \(1\.0, 2\.0\) for feature 'bmi'\.$"),
        ({"bmi": (0, 1)}, X.to_numpy(), "^bounds is a dict, but X has no feature names"),
        ({"bmi": (0, 1)}, X.set_axis(range(10), axis=1), "^bounds is a dict, but X has no feature names"),
    ],
)
def test_bad_bounds_by_name_are_refused(bounds, data, message):
    for estimator in (Lasso(bounds=bounds), LassoCV(bounds=bounds)):
        with pytest.raises(ValueError, match=message):
            estimator.fit(data, Y)
    with pytest.raises(ValueError, match=r"for feature 1\.$"):
        Lasso(bounds=([0.0, 1.0, *[0.0] * 8], 2.0)).fit(X.to_numpy(), Y)
    with pytest.raises(ValueError, match=r"^penalty_factor must be >= 0, got -1\.0 for feature 'bmi'\.$"):
        LassoCV(penalty_factor={"bmi": -1}).fit(X, Y)
    with pytest.raises(TypeError, match=r"^bounds must be numeric"):
        Lasso(bounds={"bmi": ("a", 1)}).fit(pd.DataFrame(X), Y)
