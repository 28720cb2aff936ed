"""`python -m lassofit fit --missing`: nothing is filled unasked, folds fill in by their training rows, all is told."""

import json

import numpy as np
import pytest
from csv_tables import number_after, printed_coefficients, refused, write_csv
from pages import Page
from sklearn import linear_model
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit import Lasso
from lassofit.__main__ import main

RNG = np.random.default_rng(3)
X = RNG.lognormal(size=(60, 4)) * [1.0, 10.0, 0.1, 1.0]
Y = X @ [2.0, 0.1, 20.0, 0.0] + RNG.standard_normal(60)
HOLES = X.copy()
HOLES[::7, 0] = HOLES[1::5, 1] = np.nan
NAMES = ["a", "b", "c", "d"]


def table(path, values, target=Y, names=(*NAMES, "y")):
    """Write a table with empty cells for NaN and None."""
    rows = [(*row, y) for row, y in zip(values, target, strict=True)]
    rows = [["" if cell is None or cell != cell else cell for cell in row] for row in rows]
    return write_csv(path, names, rows)


@pytest.fixture
def holes(tmp_path):
    return table(tmp_path / "holes.csv", HOLES.tolist())


@pytest.mark.usefixtures("reader")
def test_missing_values_are_refused_with_the_ways_out(holes, capsys):
    for options in ([], ["--missing", "error"]):
        message = refused(capsys, "fit", holes, "--target", "y", *options)
        assert "\n  a: 9 of 60\n  b: 12 of 60\n" in message and "Leave out the 19 rows with a missing value" in message
        assert all(f"--missing {how}" in message for how in ("drop", "mean", "median")) and "(--drop)" in message
    assert "invalid choice: 'mode'" in refused(capsys, "fit", holes, "--target", "y", "--missing", "mode")


@pytest.mark.parametrize("how", ["mean", "median"])
def test_every_fold_fills_in_by_its_training_rows(holes, capsys, how):
    assert main(["fit", holes, "--target", "y", "--missing", how, "--cv", "4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    whole = SimpleImputer(strategy=how).fit_transform(HOLES)
    scaled = StandardScaler().fit_transform(whole)
    largest = np.abs(scaled.T @ (Y - Y.mean())).max() / 60
    search = GridSearchCV(
        make_pipeline(SimpleImputer(strategy=how), StandardScaler(), linear_model.Lasso(tol=1e-8)),
        {"lasso__alpha": np.geomspace(largest, largest / 1000, 50)},
        scoring="neg_mean_squared_error",
        cv=KFold(4, shuffle=True, random_state=0),
    ).fit(HOLES, Y)
    least = found["cross_validation"]["alpha_min"]
    assert found["alpha"] == pytest.approx(search.best_params_["lasso__alpha"], rel=1e-6)
    assert least["mean_squared_error"] == pytest.approx(-search.best_score_, rel=1e-6)
    spread = search.cv_results_["std_test_score"][search.best_index_] / np.sqrt(3)
    assert least["standard_error"] == pytest.approx(spread, rel=1e-5)
    model = Lasso(found["alpha"], standardize=True, tol=1e-6).fit(whole, Y)
    assert {one["column"]: one["coefficient"] for one in found["coefficients"]} == pytest.approx(
        {name: value for name, value in zip(NAMES, model.coef_, strict=True) if value}, rel=1e-5
    )
    assert found["missing"] == {"how": how, "filled": {"a": 9, "b": 12}, "zeros": {}, "rows_left_out": 0}
    assert found["rows"] == 60 and found["converged"] and found["relative_gap_recomputed"] <= 1e-6


def test_a_given_alpha_fills_in_by_all_rows(holes, capsys):
    assert main(["fit", holes, "--target", "y", "--missing", "mean", "--alpha", "0.1"]) == 0
    out = capsys.readouterr().out
    assert "filled in by the mean of the column over the rows trained on: a (9), b (12)" in out
    whole = SimpleImputer().fit_transform(HOLES)
    model = Lasso(0.1, standardize=True, tol=1e-6).fit(whole, Y)
    coefs, intercept = printed_coefficients(out)
    assert {name: pair[0] for name, pair in coefs.items()} == pytest.approx(
        {name: value for name, value in zip(NAMES, model.coef_, strict=True) if value}, rel=1e-4
    )
    assert intercept == pytest.approx(model.intercept_, rel=1e-4)
    assert number_after("R^2 on these rows", out) == pytest.approx(model.score(whole, Y), abs=1e-5)


@pytest.mark.usefixtures("reader")
def test_rows_are_left_out_and_those_without_a_target_always(tmp_path, holes, capsys):
    whole = ~np.isnan(HOLES).any(axis=1)
    complete = table(tmp_path / "complete.csv", X[whole].tolist(), Y[whole])
    assert main(["fit", complete, "--target", "y"]) == 0
    expected = capsys.readouterr().out.partition("alpha penalises")[2]
    assert main(["fit", holes, "--target", "y", "--missing", "drop"]) == 0
    out = capsys.readouterr().out
    assert "41 rows, target 'y'" in out and "missing values: 19 rows with missing values left out\n" in out
    strip = [line for line in expected.splitlines() if " in " not in line]
    assert [line for line in out.partition("alpha penalises")[2].splitlines() if " in " not in line] == strip

    path = table(tmp_path / "t.csv", HOLES.tolist(), [None, None, *Y[2:]])
    assert main(["fit", path, "--target", "y", "--missing", "median", "--alpha", "1"]) == 0
    out = capsys.readouterr().out
    assert "58 rows" in out and "2 rows without a target left out; filled in by the median" in out
    assert "a (8), b (11)" in out


def test_without_missing_values_the_option_changes_nothing(tmp_path, capsys):
    path = table(tmp_path / "whole.csv", X.tolist())
    outputs = []
    for options in ([], ["--missing", "mean"], ["--missing", "drop"]):
        assert main(["fit", path, "--target", "y", "--json", *options]) == 0
        outputs.append(json.loads(capsys.readouterr().out))
        assert outputs[-1].pop("missing")["rows_left_out"] == 0
    assert outputs[0] == outputs[1] == outputs[2]


@pytest.mark.usefixtures("reader")
def test_columns_and_tables_without_values_are_refused(tmp_path, capsys):
    path = table(tmp_path / "t.csv", np.where([True, False, True, True], X, np.nan).tolist())
    assert 'no values at all; leave them out: --drop "b"' in refused(
        capsys, "fit", path, "--target", "y", "--missing", "mean"
    )
    assert "no rows are left" in refused(capsys, "fit", path, "--target", "y", "--missing", "drop")
    path = table(tmp_path / "t.csv", X.tolist(), [None] * 60)
    assert "the target 'y' has no values" in refused(capsys, "fit", path, "--target", "y", "--missing", "mean")


def test_a_column_may_have_no_value_in_the_training_rows_of_a_fold(tmp_path, capsys):
    values = X.copy()
    values[:, 3] = np.nan
    values[5, 3] = 1.0
    path = table(tmp_path / "t.csv", values.tolist())
    assert main(["fit", path, "--target", "y", "--missing", "mean"]) == 0
    captured = capsys.readouterr()
    assert "d (59)" in captured.out and "zero: d" in captured.out
    assert captured.err.count("warning") == captured.err.count("warning: The least error is at the smallest") == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--missing", "mean", "--cv", "3", "--rule", "1se"],
        ["--missing", "median", "--alpha", "0.1", "--no-standardize"],
        ["--missing", "drop", "--cv", "3"],
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.filterwarnings("ignore:The ")
def test_the_report_tells_and_its_code_makes_the_same_model(tmp_path, capsys, options, kind):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("matplotlib")
    frame = pd.DataFrame(HOLES, columns=NAMES).assign(y=Y)
    frame["flag"] = pd.array([None, True, False] * 20, dtype="boolean")
    frame["colour"] = ["red", None, "blue", "red", "red", "blue"] * 10
    frame.loc[8, "y"] = np.nan
    path, report = str(tmp_path / f"t.{kind}"), str(tmp_path / "r.html")
    if kind == "csv":
        frame.to_csv(path, index=False)
    else:
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    assert main(["fit", path, "--target", "y", "--one-hot", "--drop", "d", *options, "--report", report]) == 0
    with open(report, encoding="utf-8") as file:
        page = Page(file.read())
    told = page.text("dd")
    if "drop" in options:
        assert "rows with missing values left out" in told
    else:
        assert "1 row without a target left out" in told and "a (9)" in told and "flag (20)" in told
        assert "0 in all 0/1 columns where the text is missing: colour (10)" in told
    known, printed = {}, capsys.readouterr().out
    exec(page.text("pre"), known)
    coefs, _ = printed_coefficients(printed)
    found = dict(zip(known["X"].columns, known["model"].coef_, strict=True))
    assert {name: pair[0] for name, pair in coefs.items()} == pytest.approx(
        {name: value for name, value in found.items() if value}, rel=1e-3
    )
    assert "np.float64" not in capsys.readouterr().out
