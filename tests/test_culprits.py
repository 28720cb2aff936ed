"""Bad data: the message names the columns, and the estimator that was called."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import clone

from lassofit import ElasticNetCV, Lasso, LassoCV, PathSearchCV, SGDLasso, compare, lasso_path

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.standard_normal((40, 4)), columns=["age", "bmi", "bp", "s1"])
Y = X["age"] + 0.1 * RNG.standard_normal(40)
HOLES = X.copy()
HOLES.loc[3:5, "bmi"] = np.nan
HOLES.loc[7, "s1"] = np.inf
TEXTS = X.assign(colour=["red", "1"] * 20, day=pd.Timestamp("2024-01-01"), kind=pd.Categorical(["u", "v"] * 20))
WHERE = r"X has NaN or infinity in column 'bmi' \(3 rows\), column 's1' \(1 row\)\.$"
NUMBERED = WHERE.replace("'bmi'", "1").replace("'s1'", "3")
ESTIMATORS = [Lasso(), LassoCV(), ElasticNetCV(), SGDLasso()]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_values_that_are_not_finite_are_found_by_column(estimator):
    name = type(estimator).__name__
    for data, where in (
        (HOLES, WHERE),
        (HOLES.astype(np.float32), WHERE),
        (HOLES.to_numpy(), NUMBERED),
        (HOLES.to_numpy().tolist(), NUMBERED),
        (HOLES.set_axis(range(4), axis=1), NUMBERED),
    ):
        with pytest.raises(ValueError, match=f"^Input X contains NaN.\n{name} does not accept(.|\n)*{where}"):
            estimator.fit(data, Y)


def test_missing_values_of_nullable_columns():
    data = HOLES[["age", "bmi"]].convert_dtypes()
    with pytest.raises(ValueError, match=r"X has NaN or infinity in column 'bmi' \(3 rows\)\.$"):
        LassoCV().fit(data, Y)
    with pytest.raises(ValueError, match=r"Input X contains NaN(.|\n)*in column 'bmi' \(3 rows\)\.$"):
        SGDLasso().fit(data, Y)
    with pytest.raises(ValueError, match=r"Input X contains NaN(.|\n)*in column 'bmi' \(3 rows\)\.$"):
        Lasso().fit(X[["age", "bmi"]], Y).predict(data)


def test_in_every_format_and_in_the_paths():
    data = HOLES.to_numpy()
    for kind in (np.asfortranarray, np.ascontiguousarray, sparse.csc_array, sparse.csr_matrix, sparse.coo_array):
        with pytest.raises(ValueError, match=NUMBERED):
            Lasso().fit(kind(data), Y)
    with pytest.raises(ValueError, match=WHERE):
        Lasso().fit_path(HOLES, Y)
    for given, where in ((data, NUMBERED), (HOLES, WHERE)):
        with pytest.raises(ValueError, match=rf"^Input X contains NaN\.\n{where}"):
            lasso_path(given, Y)
    with pytest.raises(ValueError, match=WHERE):
        Lasso().fit_path(X, Y).predict(HOLES, 0.1)
    with pytest.raises(ValueError, match=WHERE):
        compare(HOLES, Y)
    with pytest.raises(ValueError, match=r"infinity(.|\n)*in column 's1' \(1 row\)\.$"):
        Lasso().fit(HOLES.assign(bmi=0.0), Y)


def test_predict_names_them_too():
    for estimator in (Lasso(), SGDLasso()):
        with pytest.raises(ValueError, match=WHERE):
            estimator.fit(X, Y).predict(HOLES)
        with pytest.raises(ValueError, match=NUMBERED):
            estimator.fit(X.to_numpy(), Y).predict(sparse.csr_array(HOLES.to_numpy()))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_what_is_no_number_is_found_by_column(estimator):
    with pytest.raises(ValueError, match=(
        r"^could not convert string to float: 'red'\n"
        r"X has values that are no numbers in column 'colour' \(such as 'red'\)\. Encode such columns"
    )):  # fmt: skip
        estimator.fit(TEXTS[["age", "colour"]], Y)
    with pytest.raises(TypeError, match=(
        r"^X has values that are no numbers in column 'colour' \(such as 'red'\), column 'kind' \(such as 'u'\)\. "
        r"Encode .* leave them out\.\nX has dates or times in column 'day' \(such as 2024-01-01 00:00:00\)\. Make"
    )):  # fmt: skip
        estimator.fit(TEXTS, Y)
    with pytest.raises(ValueError, match=r"in column 4 \(such as 'red'\)\. Encode"):
        estimator.fit(TEXTS.iloc[:, :5].to_numpy(), Y)


def dates(kind):
    """Return a column of dates."""
    days = pd.date_range("2024-01-01", periods=40)
    made = {
        "plain": days, "zone": days.tz_localize("UTC"), "spans": days - days[0], "periods": days.to_period("D"),
        "objects": days.date, "numpy": days.to_numpy(),
    }  # fmt: skip
    return made[kind]


@pytest.mark.parametrize("kind", ["plain", "zone", "spans", "periods", "objects", "numpy"])
@pytest.mark.parametrize("estimator", [*ESTIMATORS, PathSearchCV(Lasso())])
def test_dates_are_called_dates(estimator, kind):
    where = (
        r"X has dates or times in column 'day' \(such as [^()]*\)\. Make numbers of them, such as days since the first"
    )
    fitted = clone(estimator).fit(X.assign(day=0.0), Y)
    for data in (X.assign(day=dates(kind)), pd.DataFrame({"day": dates(kind)})):
        with pytest.raises(TypeError, match=where):
            clone(estimator).fit(data, Y)
    if kind not in ("periods", "objects"):
        with pytest.raises(TypeError, match=where):
            fitted.predict(X.assign(day=dates(kind)))


def test_dates_in_arrays():
    for days in (dates("numpy"), dates("spans").to_numpy()):
        for estimator in ESTIMATORS:
            with pytest.raises(TypeError, match=r"^X has dates or times in column 0 \(such as "):
                clone(estimator).fit(days[:, None], Y)


SPANS = pd.date_range("2024-01-01", periods=40) - pd.Timestamp("2024-01-01")
TIMES = {
    "plain": dates("plain"), "zone": dates("zone"), "spans": SPANS, "periods": dates("periods"),
    "objects": dates("objects"), "numpy": dates("numpy"), "list": dates("plain").to_pydatetime().tolist(),
    "list of numpy": list(SPANS.to_numpy()), "series": pd.Series(SPANS), "frame": pd.DataFrame({"day": SPANS}),
    "polars": pl.Series(dates("plain")), "arrow": pa.array(dates("plain")), "table": pa.table({"day": SPANS}),
}  # fmt: skip


@pytest.mark.parametrize("kind", TIMES)
def test_a_target_of_dates_is_refused(kind):
    for fit in (*(clone(estimator).fit for estimator in ESTIMATORS), PathSearchCV(Lasso()).fit, lasso_path, compare):
        if fit is not compare or kind not in ("frame", "table"):  # which takes a column
            with pytest.raises(TypeError, match=r"y has dates or times \(such as [^()]*\)\. Make numbers of them"):
                fit(X, TIMES[kind])


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, pd.Categorical, pl.Series, pa.array])
def test_a_target_of_texts_is_named_with_what_to_do(kind):
    y = kind(["a", "b"] * 20)
    for fit in (*(clone(estimator).fit for estimator in ESTIMATORS), PathSearchCV(Lasso()).fit, lasso_path, compare):
        with pytest.raises(ValueError, match=(
            r"could not convert string to float: (.|\n)*y has values that are no numbers \(such as 'a'\)\. "
            "Make numbers of them; for classes, take a classifier"
        )):  # fmt: skip
            fit(X, y)


def test_targets_that_are_no_such_thing_are_left_alone():
    for y in (list(map(str, range(40))), pl.Series(Y.to_numpy()), pa.array(Y.to_numpy()), pa.table({"y": Y})):
        assert Lasso().fit(X, y).converged_
    for y in (None, sparse.csr_array(Y.to_numpy()[:, None]), Y[:-1], []):
        with pytest.raises((ValueError, TypeError)) as raised:
            SGDLasso().fit(X, y)
        assert "no numbers" not in str(raised.value) and "dates" not in str(raised.value)


@pytest.mark.parametrize("estimator", [*ESTIMATORS, PathSearchCV(Lasso())])
def test_tables_of_pyarrow_are_fitted_and_their_columns_named(estimator):
    table = pa.Table.from_pandas(X)
    fitted, same = clone(estimator).fit(table, Y), clone(estimator).fit(X, Y)
    assert list(fitted.feature_names_in_) == list(X.columns)
    assert_allclose(fitted.predict(table), same.predict(X), rtol=1e-12)
    assert_allclose(clone(estimator).fit(X, pa.array(Y)).predict(X), same.predict(X), rtol=1e-12)
    days = [datetime.date(2024, 1, 1)] * 40
    kinds = pa.array(days), pa.array(dates("plain")), pa.array(SPANS), pa.array([datetime.time(7)] * 40)
    for column in kinds:
        with pytest.raises(TypeError, match=r"X has dates or times in column 'day' \(such as "):
            clone(estimator).fit(table.append_column("day", [column]), Y)
    with pytest.raises(ValueError, match=r"X has values that are no numbers in column 'colour' \(such as 'red'\)"):
        clone(estimator).fit(table.append_column("colour", [["red"] * 40]), Y)
    with pytest.raises(ValueError, match=WHERE):
        clone(estimator).fit(pa.Table.from_pandas(HOLES), Y)


def test_names_of_a_table_of_pyarrow_count():
    table = pa.Table.from_pandas(X)
    assert Lasso(bounds={"age": (-1, 0)}).fit(table, Y).coef_[0] == 0
    with pytest.raises(ValueError, match="feature names"):
        Lasso().fit(table, Y).predict(table.select(["bmi", "age", "bp", "s1"]))
    assert_allclose(Lasso().fit_path(table, Y, [0.1]).coefs, Lasso().fit_path(X, Y, [0.1]).coefs)
    assert_allclose(lasso_path(table, Y, alphas=[0.1])[1], lasso_path(X, Y, alphas=[0.1])[1])


def test_a_query_that_was_not_run_is_told_so():
    lazy = pl.from_pandas(X).lazy()
    takers = [*(clone(estimator).fit for estimator in ESTIMATORS), PathSearchCV(Lasso()).fit, lasso_path, compare]
    for fit in takers:
        for name, data in (("X", (lazy, Y)), ("y", (X, lazy.select("age")))):
            with pytest.raises(
                TypeError, match=rf"^{name} is a LazyFrame, .*: call collect\(\) first, {name}\.collect"
            ):
                fit(*data)
    with pytest.raises(TypeError, match=r"X is a LazyFrame"):
        Lasso().fit(X, Y).predict(lazy)


def test_of_many_columns_ten_are_named():
    data = np.full((5, 30), np.nan)
    with pytest.raises(ValueError, match=r"column 9 \(5 rows\) and 20 more\.$"):
        Lasso().fit(data, np.arange(5.0))


def test_other_errors_stay_as_they_are():
    for data, target, message in (
        (HOLES, np.full(40, np.nan), r"^Input y contains NaN\.$"),
        ([[1.0], [2.0, 3.0]], [1.0, 2.0], "inhomogeneous"),
        ("text", Y, "could not convert string to float: 'text'"),
        (X.to_numpy()[0], Y, "Expected 2D array"),
    ):
        with pytest.raises(ValueError, match=message) as raised:
            Lasso().fit(data, target)
        assert "X has" not in str(raised.value)
