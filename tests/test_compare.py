"""The comparison at an equal gap."""

import numpy as np
import pytest
from sklearn import linear_model
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

from lassofit import Lasso
from lassofit._compare import alpha_max, compare
from lassofit.testing import dual_gap

DIABETES = load_diabetes(scaled=False)


@pytest.fixture(scope="module")
def columns():
    return StandardScaler().fit_transform(DIABETES.data)


def test_compare_brings_every_estimator_to_the_gap(columns):
    y, gap = DIABETES.target, 1e-7
    rows = list(compare(columns, y, gap=gap, repeats=3, seconds=0))
    assert [row.name for row in rows] == ["lassofit", "scikit-learn"] * 4
    np.testing.assert_allclose([row.fraction for row in rows[::2]], [0.5, 0.1, 0.01, 0.001])
    null = np.var(y) / 2
    for row in rows:
        assert row.reached and row.gap <= gap
        assert row.seconds > 0 and row.seconds_first > 0
        kind = Lasso if row.name == "lassofit" else linear_model.Lasso
        model = kind(row.alpha, tol=row.tol, max_iter=10_000).fit(columns, y)
        assert row.support == np.count_nonzero(model.coef_)
        same = dual_gap(columns, y, model.coef_, model.intercept_, alpha=row.alpha) / null
        assert row.gap == pytest.approx(same, rel=1e-6, abs=1e-15)
    for ours, theirs in zip(rows[::2], rows[1::2], strict=True):
        assert ours.difference == 0 < theirs.difference < 0.1
        assert ours.objective == pytest.approx(theirs.objective, rel=1e-6)


def test_compare_gives_peers_the_loosest_tolerance_of_its_ladder(columns):
    y = DIABETES.target
    _, row = compare(columns, y, [0.5], gap=1e-6, repeats=1, seconds=0)
    looser = linear_model.Lasso(0.5, tol=row.tol * 10**0.5, max_iter=10_000).fit(columns, y)
    gap = dual_gap(columns, y, looser.coef_, looser.intercept_, alpha=0.5) / (np.var(y) / 2)
    assert row.reached and gap > 1e-6


def test_compare_says_when_the_gap_is_not_reached(columns):
    y = DIABETES.target
    peers = {"slow": linear_model.Lasso(), "ours": Lasso()}
    slow, ours = compare(columns, y, [1e-3], estimators=peers, gap=1e-12, max_iter=20)
    assert not slow.reached and slow.gap > 1e-12
    assert slow.n_iter == 20
    assert ours.n_iter <= 20


def test_compare_leaves_the_estimators_as_they_were(columns):
    ours = Lasso()
    list(compare(columns, DIABETES.target, [1.0], estimators={"ours": ours}, repeats=1))
    assert ours.alpha == 1.0 and ours.tol == 1e-4 and not hasattr(ours, "coef_")


def test_alpha_max_is_where_the_first_coefficient_appears(columns):
    y = DIABETES.target
    X = columns * [3, *[1] * 9] + 5  # neither centred nor scaled alike
    largest = alpha_max(X, y)
    assert not Lasso(largest * (1 + 1e-9), tol=1e-12).fit(X, y).coef_.any()
    assert Lasso(largest * (1 - 1e-4), tol=1e-12).fit(X, y).coef_.any()
