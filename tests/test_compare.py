"""The comparison at an equal gap: its figures, what it says of those that fail, and that it changes nothing."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn import linear_model
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

import lassofit
from lassofit import Lasso, SGDLasso, compare
from lassofit._compare import alpha_max
from lassofit.testing import dual_gap

DIABETES = load_diabetes(scaled=False)
QUICK = {"repeats": 1, "seconds": 0}


@pytest.fixture(scope="module")
def columns():
    return StandardScaler().fit_transform(DIABETES.data)


class Failing(linear_model.Lasso):
    """Fails at small alphas, and cannot take weights."""

    def fit(self, X, y):
        if self.alpha < 1:
            raise RuntimeError("no such\n alpha")
        return super().fit(X, y)


class Infinite(linear_model.Lasso):
    """Gives coefficients that are not numbers."""

    def fit(self, X, y):
        super().fit(X, y)
        self.coef_ = self.coef_ * np.nan
        return self


def test_compare_brings_every_estimator_to_the_gap(columns):
    y, gap = DIABETES.target, 1e-7
    comparison = compare(columns, y, gap=gap, repeats=3, seconds=0)
    rows = comparison.rows
    assert isinstance(comparison, lassofit.Comparison) and comparison.gap == gap
    assert [row.name for row in rows] == ["lassofit", "scikit-learn"] * 3
    np.testing.assert_allclose([row.fraction for row in rows[::2]], [0.5, 0.1, 0.01])
    null = np.var(y) / 2
    for row in rows:
        assert row.reached and row.gap <= gap and row.error == ""
        assert row.seconds > 0 and row.seconds_first > 0
        kind = Lasso if row.name == "lassofit" else linear_model.Lasso
        model = kind(row.alpha, tol=row.tol, max_iter=10_000).fit(columns, y)
        assert row.support_size == np.count_nonzero(model.coef_)
        same = dual_gap(columns, y, model.coef_, model.intercept_, alpha=row.alpha) / null
        assert row.gap == pytest.approx(same, rel=1e-6, abs=1e-15)
    for ours, theirs in zip(rows[::2], rows[1::2], strict=True):
        assert ours.coef_difference == 0 < theirs.coef_difference < 0.1
        assert ours.objective == pytest.approx(theirs.objective, rel=1e-6)


def test_compare_gives_peers_the_loosest_tolerance_of_its_ladder(columns):
    y = DIABETES.target
    row = compare(columns, y, 0.5, gap=1e-6, **QUICK).rows[1]
    looser = linear_model.Lasso(0.5, tol=row.tol * 10**0.5, max_iter=10_000).fit(columns, y)
    gap = dual_gap(columns, y, looser.coef_, looser.intercept_, alpha=0.5) / (np.var(y) / 2)
    assert row.reached and gap > 1e-6


def test_a_gap_that_is_not_reached_is_in_the_rows_and_in_the_table(columns):
    comparison = compare(columns, DIABETES.target, [1e-3], gap=1e-12, max_iter=20, **QUICK)
    ours, theirs = comparison.rows
    assert not theirs.reached and theirs.gap > 1e-12 and theirs.n_iter == 20
    assert ours.n_iter <= 20 and ours.reached
    assert str(comparison).count("(not reached)") == 1


def test_an_estimator_that_fails_is_in_the_rows_and_in_the_table(columns):
    others = {"failing": Failing(), "infinite": Infinite()}
    comparison = compare(columns, DIABETES.target, [2.0, 0.5], estimators=others, **QUICK)
    by_name = {(row.name, row.alpha): row for row in comparison.rows}
    assert by_name["failing", 2.0].reached and by_name["failing", 2.0].error == ""
    failed = by_name["failing", 0.5]
    assert failed.error == "RuntimeError: no such alpha" and not failed.reached
    assert np.isnan([failed.gap, failed.objective, failed.seconds, failed.coef_difference]).all()
    assert failed.support_size == failed.n_iter == -1
    assert "finite" in by_name["infinite", 2.0].error
    printed = str(comparison)
    assert printed == repr(comparison) and printed.count(" failed ") >= 3
    assert "failing failed: RuntimeError: no such alpha" in printed


def test_weights_go_to_every_estimator_and_one_without_them_fails(columns):
    y, s = DIABETES.target, np.random.default_rng(0).uniform(0.5, 2, len(DIABETES.target))
    comparison = compare(columns, y, sample_weight=s, estimators={"failing": Failing()}, **QUICK)
    ours, theirs, failing = comparison.rows[:3]
    assert ours.reached and theirs.reached and "sample_weight" in failing.error
    centred = y - np.average(y, weights=s)
    model = Lasso(ours.alpha, tol=1e-10).fit(columns, y, s)
    gap = dual_gap(columns, y, model.coef_, model.intercept_, alpha=ours.alpha, sample_weight=s)
    assert gap / (np.average(centred**2, weights=s) / 2) < 1e-6
    assert ours.fraction == 0.5 and not Lasso(2.001 * ours.alpha).fit(columns, y, s).coef_.any()


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csc_matrix])
def test_sparse_data_give_the_same_figures(columns, kind):
    X = columns * (np.abs(columns) > 0.5)
    dense = compare(X, DIABETES.target, [1.0], **QUICK).rows
    for one, other in zip(dense, compare(kind(X), DIABETES.target, [1.0], **QUICK).rows, strict=True):
        assert other.reached and other.support_size == one.support_size
        assert other.objective == pytest.approx(one.objective, rel=1e-6)


def test_frames_and_float32_are_taken(diabetes_frame):
    X, y = diabetes_frame
    assert all(row.reached for row in compare(X, y, [0.1], **QUICK).rows)
    rows = compare(X.to_numpy().astype(np.float32), y, [0.1], gap=1e-4, **QUICK).rows
    assert all(row.reached for row in rows)


def test_a_list_is_named_after_packages_and_classes(columns):
    others = [SGDLasso(random_state=0), linear_model.ElasticNet(l1_ratio=1), linear_model.ElasticNet(l1_ratio=1.0)]
    rows = compare(columns, DIABETES.target, [1.0], estimators=others, max_iter=5, **QUICK).rows
    names = ["lassofit", "scikit-learn", "lassofit.SGDLasso", "sklearn.ElasticNet 1", "sklearn.ElasticNet 2"]
    assert [row.name for row in rows] == names


def test_a_given_estimator_replaces_the_one_of_its_name_and_stays_as_it_was(columns):
    own = linear_model.Lasso(selection="random", random_state=0)
    before = dict(own.get_params())
    X, y = columns.copy(), DIABETES.target.copy()
    rows = compare(X, y, [1.0], estimators={"scikit-learn": own}, **QUICK).rows
    assert [row.name for row in rows] == ["lassofit", "scikit-learn"]
    assert own.get_params() == before and not hasattr(own, "coef_")
    plain = compare(X, y, [1.0], **QUICK).rows[1]
    assert rows[1].objective != plain.objective  # another order of updates, another rounding
    np.testing.assert_array_equal(X, columns)
    np.testing.assert_array_equal(y, DIABETES.target)


def test_an_estimator_without_a_tolerance_has_one_try(columns):
    row = compare(columns, DIABETES.target, [1.0], estimators=[linear_model.LassoLars()], **QUICK).rows[2]
    assert row.name == "sklearn.LassoLars" and row.reached and np.isnan(row.tol)


def test_an_estimator_of_another_problem_is_told_from_one_that_is_slow(columns):
    others = {"ridge": linear_model.Ridge(), "huber": linear_model.HuberRegressor()}
    comparison = compare(columns, DIABETES.target, [5.0, 1.0], estimators=others, **QUICK)
    assert all(row.error == "" for row in comparison.rows) and comparison.rows[2].n_iter == -1
    assert len(comparison.notes) == 2 and "ridge stops by its own rule at a gap of 0." in comparison.notes[0]
    assert comparison.notes[1].startswith("huber ") and all(note in str(comparison) for note in comparison.notes)
    slow = compare(columns, DIABETES.target, [1e-3], gap=1e-12, max_iter=1, estimators=[SGDLasso()], **QUICK)
    assert slow.rows[1].gap > 1e-2 and not slow.rows[1].reached and slow.notes == []


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_columns_in_very_unlike_units_are_told(columns, kind):
    y, factor = DIABETES.target, columns.std() * 2e4
    (note,) = compare(kind(columns * [factor, *[1] * 9]), y, **QUICK).notes
    assert note.startswith("The standard deviations of X's columns differ by a factor of 2e+04") and "Scale X" in note
    assert compare(kind(columns * [100, *[1] * 9]), y, [1.0], **QUICK).notes == []


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"alphas": [1.0, 0.0]}, ValueError, "alphas must be one or more finite numbers above 0"),
        ({"alphas": []}, ValueError, "alphas must be one or more"),
        ({"alphas": "small"}, TypeError, "alphas must be numbers, got 'small'"),
        ({"gap": 0}, ValueError, "gap must be above 0 and at most 1, such as 1e-6, got 0"),
        ({"gap": 2}, ValueError, "gap must be above 0 and at most 1, such as 1e-6, got 2"),
        ({"gap": np.nan}, ValueError, "gap must be above 0 and at most 1, such as 1e-6, got nan"),
        ({"gap": True}, TypeError, "gap must be a real number"),
        ({"gap": "tiny"}, TypeError, "gap must be a real number"),
        ({"max_iter": 0}, ValueError, "max_iter must be >= 1"),
        ({"repeats": 1.5}, TypeError, "repeats must be an integer"),
        ({"seconds": -1}, ValueError, "seconds must be finite and >= 0"),
        ({"sample_weight": [1, 2]}, ValueError, "sample_weight must have shape"),
        ({"estimators": 3}, TypeError, "estimators must be a list or a dict of name to estimator, got int"),
        ({"estimators": [linear_model.Lasso]}, TypeError, r"'sklearn.Lasso' is a class, give an instance: Lasso\(\)"),
        ({"estimators": {"forest": StandardScaler()}}, ValueError, "'forest' needs the parameter 'alpha'"),
        (
            {"estimators": {"net": linear_model.ElasticNet()}},
            ValueError,
            "'net' solves another problem, by l1_ratio=0.5",
        ),
        (
            {"estimators": [linear_model.RidgeClassifier()]},
            ValueError,
            "is a classifier, which does not solve the lasso",
        ),
        ({"estimators": {"a": Lasso(penalty_factor=np.ones(10))}}, ValueError, "by penalty_factor="),
        ({"estimators": {"a": Lasso(fit_intercept=False)}}, ValueError, "Set fit_intercept=True"),
    ],
)
def test_bad_parameters_are_named(columns, given, error, message):
    with pytest.raises(error, match=message):
        compare(columns, DIABETES.target, **given)


def test_bad_data_are_named(columns):
    y = DIABETES.target
    with pytest.raises(ValueError, match=r"y is constant \(7 in every row\)"):
        compare(columns, np.full(len(y), 7.0))
    with pytest.raises(ValueError, match="alphas=None needs columns that have to do with y"):
        compare(np.zeros((4, 2)), [0, 1, 2, 3])
    with pytest.raises(ValueError, match="NaN"):
        compare(np.where(columns > 2, np.nan, columns), y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        compare(columns, y[:-1])


def test_nothing_is_warned_of_where_a_peer_falls_short(columns):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compare(columns, DIABETES.target, [1e-3], gap=1e-12, max_iter=3, **QUICK)


def test_alpha_max_is_where_the_first_coefficient_appears(columns):
    y = DIABETES.target
    X = columns * [3, *[1] * 9] + 5  # neither centred nor scaled alike
    s = np.random.default_rng(0).uniform(0, 2, len(y))
    for data, weights in ((X, None), (X, s), (sparse.csc_array(X), s)):
        largest = alpha_max(data, y, weights)
        assert not Lasso(largest * (1 + 1e-9), tol=1e-12).fit(data, y, weights).coef_.any()
        assert Lasso(largest * (1 - 1e-4), tol=1e-12).fit(data, y, weights).coef_.any()
