"""`python -m lassofit fit`: the model that it prints, and that bad input never ends in a traceback."""

import numpy as np
import pytest
from csv_tables import number_after, printed_coefficients, refused, write_csv
from sklearn import linear_model
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit.__main__ import main
from lassofit._cli import fit_file
from lassofit._compare import alpha_max
from lassofit._text import counted

DIABETES = load_diabetes(scaled=False)
NAMES = list(DIABETES.feature_names)


def test_fit_prints_the_named_coefficients_of_the_lasso(diabetes_csv, capsys):
    assert main(["fit", diabetes_csv, "--target", "progress", "--alpha", "2"]) == 0
    out = capsys.readouterr().out
    coefs, intercept = printed_coefficients(out)
    model = make_pipeline(StandardScaler(), linear_model.Lasso(2, tol=1e-10))
    model.fit(DIABETES.data, DIABETES.target)
    expected = {
        name: (coef / scale, coef)
        for name, coef, scale in zip(NAMES, model[1].coef_, model[0].scale_, strict=True)
        if coef
    }
    assert coefs.keys() == expected.keys()
    for name, pair in expected.items():
        assert coefs[name] == pytest.approx(pair, rel=1e-3)
    assert intercept == pytest.approx(model.predict(np.zeros((1, 10)))[0], rel=1e-3)
    effects = [abs(effect) for _, effect in coefs.values()]
    assert effects == sorted(effects, reverse=True)
    assert "zero: age, s2, s4" in out
    score = model.score(DIABETES.data, DIABETES.target)
    assert number_after("R^2 on these rows", out) == pytest.approx(score, abs=1e-5)
    assert "converged" in out and "NOT" not in out
    assert "recomputed in plain numpy" in out


def test_fit_chooses_the_alpha_that_grid_search_chooses(diabetes_csv, capsys):
    assert main(["fit", diabetes_csv, "--target", "progress"]) == 0
    captured = capsys.readouterr()
    X, y = DIABETES.data, DIABETES.target
    scaled = StandardScaler().fit_transform(X)
    grid = np.geomspace(alpha_max(scaled, y), alpha_max(scaled, y) / 1000, 50)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), linear_model.Lasso(tol=1e-8)),
        {"lasso__alpha": grid},
        scoring="neg_mean_squared_error",
        cv=KFold(5, shuffle=True, random_state=0),
    ).fit(X, y)
    alpha = search.best_params_["lasso__alpha"]
    assert number_after("Lasso at alpha =", captured.out) == pytest.approx(alpha, rel=1e-5)
    assert number_after("mean CV error", captured.out) == pytest.approx(-search.best_score_, rel=1e-5)
    assert "standardize=True" in captured.out
    assert "choosing alpha" in captured.err


def test_fit_without_standardizing_penalises_the_columns_as_they_are(diabetes_csv, capsys):
    arguments = ["fit", diabetes_csv, "--target", "progress", "--alpha", "1", "--no-standardize"]
    assert main([*arguments, "--drop", "age, sex"]) == 0
    coefs, _ = printed_coefficients(capsys.readouterr().out)
    model = linear_model.Lasso(1, tol=1e-10, max_iter=100_000).fit(DIABETES.data[:, 2:], DIABETES.target)
    expected = dict(zip(NAMES[2:], model.coef_, strict=True))
    assert coefs.keys() == {name for name, coef in expected.items() if coef}
    for name, (coef, _) in coefs.items():
        assert coef == pytest.approx(expected[name], rel=1e-3)


def test_fit_prints_the_largest_coefficients_only(diabetes_csv, capsys):
    assert main(["fit", diabetes_csv, "--target", "progress", "--alpha", "2", "--top", "3"]) == 0
    out = capsys.readouterr().out
    coefs, _ = printed_coefficients(out)
    assert list(coefs) == ["bmi", "s5", "bp"]
    assert "and 4 smaller ones" in out


def test_fit_says_that_it_did_not_converge(diabetes_csv, capsys):
    assert main(["fit", diabetes_csv, "--target", "progress", "--alpha", "0.01", "--max-iter", "1"]) == 3
    captured = capsys.readouterr()
    assert "NOT converged" in captured.out
    assert "did not converge" in captured.err


def test_fit_reads_parquet_and_every_common_kind_of_csv_alike(tmp_path, diabetes_csv, capsys):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pd.read_csv(diabetes_csv)
    frame.to_parquet(tmp_path / "diabetes.parquet")
    frame.to_csv(tmp_path / "semicolons.csv", sep=";", index=False)
    frame.to_csv(tmp_path / "tabs.tsv", sep="\t", index=False)
    frame.to_csv(tmp_path / "packed.csv.gz", index=False)
    frame.to_csv(tmp_path / "bom.csv", index=False, encoding="utf-8-sig")
    outputs = set()
    for name in (
        *("diabetes.csv", "diabetes.parquet", "semicolons.csv"),
        *("tabs.tsv", "packed.csv.gz", "bom.csv"),
    ):
        path = str(tmp_path / name)
        assert main(["fit", path, "--target", "progress", "--alpha", "2"]) == 0
        outputs.add(capsys.readouterr().out.partition("\n")[2])
    assert len(outputs) == 1


def test_fit_turns_texts_into_columns_only_when_asked(tmp_path, capsys):
    rows = [(k % 7, ["red", "blue"][k % 2], k % 2 == 0, k % 7 + 5 * (k % 2)) for k in range(40)]
    path = write_csv(tmp_path / "t.csv", ["size", "colour", "even", "y"], rows)
    message = refused(capsys, "fit", path, "--target", "y", "--alpha", "0.1")
    assert "colour: 'blue', 'red'" in message and '--drop "colour"' in message
    assert "--one-hot" in message
    assert "even" not in message  # true and false are numbers enough

    drop = ["--drop", "even", "--one-hot"]
    assert main(["fit", path, "--target", "y", "--alpha", "0.1", *drop]) == 0
    out = capsys.readouterr().out
    assert "colour=" in out and "40 rows, target 'y', 3 columns" in out

    rows = [(f"p{k}", k * k) for k in range(200)]
    path = write_csv(tmp_path / "id.csv", ["id", "y"], rows)
    message = refused(capsys, "fit", path, "--target", "y", "--one-hot", "--alpha", "1")
    assert "id: 200 different values, 'p0'" in message and '--drop "id"' in message


def test_fit_does_the_same_without_pandas(diabetes_csv, capsys, request):
    arguments = ["fit", diabetes_csv, "--target", "progress", "--alpha", "2"]
    assert main(arguments) == 0
    by_pandas = capsys.readouterr().out
    request.getfixturevalue("without_pandas")
    assert main(arguments) == 0
    assert capsys.readouterr().out == by_pandas


def test_a_column_name_with_a_comma_can_be_dropped(tmp_path, capsys):
    rows = [(k, (k * 7) % 5, (k * 3) % 7) for k in range(20)]
    path = write_csv(tmp_path / "t.csv", ['"b, c"', "a", "y"], rows)
    arguments = ["fit", path, "--target", "y", "--alpha", "0.1"]
    assert main(arguments) == 0
    assert "'b, c' counts the rows" in capsys.readouterr().err
    assert main([*arguments, "--drop", "b, c"]) == 0
    captured = capsys.readouterr()
    assert "1 column to explain" in captured.out and "counts the rows" not in captured.err


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("a,y\n1,2\n2,3\n", ["--target", "z"], "no column 'z'; the columns are a, y"),
        (
            "1.5,-2e-3\n1,2\n2,3\n",
            ["--target", "y"],
            "columns are 1.5, -2e-3, numbers all: the first line is to be a header",
        ),
        ("age,y\n1,2\n2,3\n", ["--target", "y", "--drop", "agee"], "did you mean 'age'?"),
        ("age,price\n1,2\n2,3\n", ["--target", "PRICES"], "did you mean 'price'? The columns are age, price"),
        ("a,y\n1,2\n2,3\n", ["--target", "y", "--drop", "y"], "--drop names the target"),
        ("a,y\n1,2\n2,3\n", ["--target", "y", "--drop", "a"], "no columns are left"),
        ("a,y\n1,2\n2,3\n", ["--target", "y"], "2 rows cannot be divided into 5 folds, each of which needs"),
        ("a,y\n1,2\n", ["--target", "y"], "the table has 1 row, which cannot be divided into folds"),
        ("a,y\n" + "1,1\n2,1\n" * 9, ["--target", "y"], "the target is constant (1 in every row)"),
        ("a,y\n" + "1,3.3\n2,3.3\n" * 9, ["--target", "y"], "the target is constant (3.3 in every row)"),
        ("a,y\n" + "0.1,3.3\n" * 9 + "0.1,4\n", ["--target", "y"], "nothing to do with any column"),
        ("a,y\n" + "0.1,3.3\n0.1,4.7\n0.7,3.3\n0.7,4.7\n" * 5, ["--target", "y"], "nothing to do with any column"),
        ("a,y\n1,x\n2,z\n", ["--target", "y"], "the target 'y' is not numeric: it holds 'x', 'z'"),
        ("a,y\ninf,1\n2,1\n", ["--target", "y"], "infinite values: a"),
        ("a,y\n1e200,1\n2,1\n", ["--target", "y"], "too large or too small; rescale them: a"),
        ("a,y\n", ["--target", "y"], "no rows below its header"),
        ("", ["--target", "y"], "t.csv"),
        ("a,y\n1,2\n3,4,5\n", ["--target", "y"], "cannot be read as CSV"),
        ("a,y\n1,5,2\n2,5,3\n", ["--target", "y"], "cannot be read as CSV"),
        ("a,y\n1,2\n", ["--target", "y", "--alpha", "-1"], "not negative; got '-1'"),
        ("a,y\n1,2\n", ["--target", "y", "--alpha", "nan"], "a finite number"),
        ("a,y\n1,2\n", ["--target", "y", "--alpha", "x"], "a finite number"),
        ("a,y\n1,2\n", ["--target", "y", "--top", "-1"], "a whole number"),
        ("a,y\n1,2\n", [], "--target"),
    ],
)
def test_bad_input_is_refused_with_a_message(content, options, message, tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text(content, "utf-8")
    assert message in refused(capsys, "fit", str(path), *options)


def test_decimal_commas_give_the_same_model(diabetes_csv, tmp_path, capsys):
    assert main(["fit", diabetes_csv, "--target", "progress", "--alpha", "2"]) == 0
    expected = capsys.readouterr().out.partition("\n")[2]
    with open(diabetes_csv, encoding="utf-8") as file:
        text = file.read().replace(",", ";").replace(".", ",")
    path = tmp_path / "commas.csv"
    path.write_text(text, "utf-8")
    assert fit_file.fit_file(path, "progress", alpha=2, decimal=",") == 0
    assert capsys.readouterr().out.partition("\n")[2] == expected


def test_a_constant_target_has_no_r2(tmp_path, capsys):
    path = write_csv(tmp_path / "t.csv", ["a", "y"], [(k % 7, 3.3) for k in range(30)])
    assert main(["fit", path, "--target", "y", "--alpha", "0.1"]) == 0
    out = capsys.readouterr().out
    assert "R^2 on these rows  not defined: the target is constant" in out
    assert number_after("(intercept)", out) == pytest.approx(3.3)


def test_one_row_is_not_called_rows(tmp_path, capsys):
    path = write_csv(tmp_path / "t.csv", ["a", "y"], [(1, 2)])
    assert main(["fit", path, "--target", "y", "--alpha", "1"]) == 0
    assert ": 1 row, target 'y', 1 column to" in capsys.readouterr().out
    assert [counted(k, "row") for k in range(3)] == ["0 rows", "1 row", "2 rows"]
