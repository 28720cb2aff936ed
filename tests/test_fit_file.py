"""`python -m lassofit fit`: the table it prints, and that bad input never ends in a traceback."""

import numpy as np
import pytest
from sklearn import linear_model
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit.__main__ import main
from lassofit._cli import fit_file, table
from lassofit._cli.text import Problem, counted, notation
from lassofit._compare import alpha_max

DIABETES = load_diabetes(scaled=False)
NAMES = list(DIABETES.feature_names)


def write_csv(path, header, rows, separator=","):
    """Write a table and return its path as text."""
    lines = [separator.join(map(str, row)) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


@pytest.fixture
def diabetes_csv(tmp_path):
    rows = np.column_stack([DIABETES.data, DIABETES.target]).tolist()
    return write_csv(tmp_path / "diabetes.csv", [*NAMES, "progress"], rows)


@pytest.fixture
def without_pandas(monkeypatch):
    """Make the reader believe that pandas is not installed."""
    find = table.importlib.util.find_spec
    monkeypatch.setattr(table.importlib.util, "find_spec", lambda name: None if name == "pandas" else find(name))


@pytest.fixture(params=["pandas", "standard library"])
def reader(request):
    """Read by pandas, and then as if it were not installed."""
    if request.param == "pandas":
        pytest.importorskip("pandas")
    else:
        request.getfixturevalue("without_pandas")


def refused(capsys, *arguments):
    """Run a command that has to end with 2 and print nothing but a message; return the message."""
    try:
        code = main(list(arguments))
    except SystemExit as error:  # argparse
        code = error.code
    captured = capsys.readouterr()
    assert code == 2
    assert "Traceback" not in captured.err
    return captured.err


def printed_coefficients(out):
    """Read the table of coefficients back."""
    lines = out.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("column"))
    end = next(k for k, line in enumerate(lines) if line.startswith("(intercept)"))
    cells = [line.rsplit(maxsplit=2) for line in lines[start + 2 : end]]
    intercept = float(lines[end].split()[1])
    return {name: (float(coef), float(effect)) for name, coef, effect in cells}, intercept


def number_after(text, out):
    """The first number that follows a text."""
    return float(out.partition(text)[2].split()[0])


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


def test_fit_says_that_it_did_not_converge(diabetes_csv, capsys, monkeypatch):
    monkeypatch.setattr("lassofit._cli.fit_file.MAX_ITER", 1)
    assert main(["fit", diabetes_csv, "--target", "progress", "--alpha", "0.01"]) == 0
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
    assert "'id' has 200 different values" in message and "--drop" in message


@pytest.mark.usefixtures("reader")
def test_missing_values_are_counted_by_column(tmp_path, capsys):
    rows = [(1, 2, 3), ("", "NA", 1), (2, "nan", 2), (3, 5, "")]
    path = write_csv(tmp_path / "holes.csv", ["a", "b", "y"], rows)
    message = refused(capsys, "fit", path, "--target", "y")
    assert "a: 1 of 4" in message and "b: 2 of 4" in message and "y: 1 of 4" in message
    assert "--drop" in message


def test_fit_does_the_same_without_pandas(diabetes_csv, capsys, request):
    arguments = ["fit", diabetes_csv, "--target", "progress", "--alpha", "2"]
    assert main(arguments) == 0
    by_pandas = capsys.readouterr().out
    request.getfixturevalue("without_pandas")
    assert main(arguments) == 0
    assert capsys.readouterr().out == by_pandas


def test_parquet_without_pandas_names_the_extra(tmp_path, capsys, without_pandas):
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1")
    assert 'pip install "lassofit[table]"' in refused(capsys, "fit", str(path), "--target", "y")


@pytest.mark.usefixtures("without_pandas")
def test_the_standard_library_reader(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text('a,"b, c",A,flag,code\n 1 ,2,3,TRUE,1_0\n\n4,,6,false,2_0\n', "utf-8-sig")
    columns = table.read_columns(path)
    assert [column.name for column in columns] == ["a", "b, c", "A", "flag", "code"]
    assert [column.numeric for column in columns] == [True] * 4 + [False]
    assert [column.missing for column in columns] == [0, 1, 0, 0, 0]
    np.testing.assert_array_equal(columns[1].values, [2, np.nan])
    np.testing.assert_array_equal(columns[3].values, [1, 0])
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("a,b\n1,2\n3\n", "utf-8")
    with pytest.raises(Problem, match="row 3 has 1 field, the header 2"):
        table.read_columns(ragged)


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
        ("age,y\n1,2\n2,3\n", ["--target", "y", "--drop", "agee"], "did you mean 'age'?"),
        ("a,y\n1,2\n2,3\n", ["--target", "y", "--drop", "y"], "--drop names the target"),
        ("a,y\n1,2\n2,3\n", ["--target", "y", "--drop", "a"], "no columns are left"),
        ("a,y\n1,2\n2,3\n", ["--target", "y"], "2 rows are too few to choose alpha"),
        ("a,y\n1,2\n", ["--target", "y"], "1 row is too few to choose alpha"),
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


def test_unreadable_files_are_refused_with_a_message(tmp_path, capsys):
    assert "no file" in refused(capsys, "fit", str(tmp_path / "none.csv"), "--target", "y")
    assert "is a directory, not a file" in refused(capsys, "fit", str(tmp_path), "--target", "y")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(bytes(range(256)) * 4)
    assert "cannot be read as CSV" in refused(capsys, "fit", str(binary), "--target", "y")
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(b"a,y\n1,2\n")
    assert "cannot be read as CSV" in refused(capsys, "fit", str(packed), "--target", "y")


# --- numbers in other notations, encodings and headers


@pytest.mark.usefixtures("reader")
def test_numbers_in_another_notation_are_named_with_advice(tmp_path, capsys):
    rows = [("1,5", "1,009,618", "5%", "red", 2, "3,25"), ("2,5", "998", "12 %", "blue", 3, "4")]
    path = write_csv(tmp_path / "t.csv", ["a", "price", "rate", "colour", "n", "y"], rows, ";")
    for options in ([], ["--one-hot"]):
        message = refused(capsys, "fit", path, "--target", "y", "--alpha", "1", *options)
        for line in (
            "a: '1,5', '2,5' (decimal commas)",
            "price: '1,009,618', '998' (thousands separators)",
            "rate: '12 %', '5%' (percent signs)",
            "y: '3,25', '4' (decimal commas)",
        ):
            assert f"\n  {line}\n" in message
        assert "--decimal ," in message and "out of the file" in message and "n:" not in message
        assert ('--drop "colour"' in message) == ("--one-hot" in message) == (not options)

    path = write_csv(tmp_path / "t.csv", ["a", "y"], [("1,5", "3"), ("2,5", "4")], ";")
    message = refused(capsys, "fit", path, "--target", "y", "--alpha", "1")
    assert "--decimal ," in message and "--one-hot" not in message and "thousands" not in message


@pytest.mark.parametrize(
    ("values", "decimal", "kind"),
    [
        (["1,5", "-2", "3,25e2"], ".", "decimal commas"),
        (["1.5", "2"], ",", "decimal points"),
        (["1,009,618", "12"], ".", "thousands separators"),
        (["1,009,618.5", "12.25"], ".", "thousands separators"),
        (["1.009.618,5", "12,25"], ",", "thousands separators"),
        (["1 009 618", "1'009"], ".", "thousands separators"),
        (["1,234", "2,345"], ".", "decimal commas or thousands separators"),
        (["0,234", "2,345"], ".", "decimal commas"),
        (["5%", "7.5 %", "3"], ".", "percent signs"),
        (["5,5%", "7%"], ".", "percent signs and decimal commas"),
        (["5,5%", "7%"], ",", "percent signs"),
        (["1,5", "red"], ".", ""),
        (["1,5,2"], ".", ""),
        (["%"], ".", ""),
        (["1_0"], ".", ""),
        (["2024-01-31"], ".", ""),
    ],
)
def test_notations_are_told_apart(values, decimal, kind):
    assert notation(values, decimal) == kind


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_decimal_commas_are_read_when_asked_for(separator, tmp_path):
    quote = '"' if separator == "," else ""
    rows = [(f"{quote}1,5{quote}", 2, "x"), (f"{quote}-2,25e1{quote}", 3, "z")]
    path = write_csv(tmp_path / "t.csv", ["a", "b", "c"], rows, separator)
    a, b, c = table.read_columns(path, decimal=",")
    np.testing.assert_array_equal(a.values, [1.5, -22.5])
    np.testing.assert_array_equal(b.values, [2, 3])
    assert list(c.values) == ["x", "z"]


@pytest.mark.usefixtures("reader")
def test_points_are_not_read_as_decimal_commas(tmp_path):
    path = write_csv(tmp_path / "t.csv", ["a", "y"], [("1.234", "1,5"), ("2.5", "3")], ";")
    with pytest.raises(Problem, match=r"a: '1.234', '2.5' \(decimal points\)\n.*do without --decimal"):
        fit_file.fit_file(path, "y", alpha=1, decimal=",")


def test_decimal_commas_give_the_same_model(diabetes_csv, tmp_path, capsys):
    assert main(["fit", diabetes_csv, "--target", "progress", "--alpha", "2"]) == 0
    expected = capsys.readouterr().out.partition("\n")[2]
    with open(diabetes_csv, encoding="utf-8") as file:
        text = file.read().replace(",", ";").replace(".", ",")
    path = tmp_path / "commas.csv"
    path.write_text(text, "utf-8")
    assert fit_file.fit_file(path, "progress", alpha=2, decimal=",") == 0
    assert capsys.readouterr().out.partition("\n")[2] == expected


@pytest.mark.usefixtures("reader")
def test_encodings_are_read_when_named_and_asked_for_otherwise(tmp_path):
    path = tmp_path / "t.csv"
    for encoding in ("latin-1", "cp1252", "utf-16", "utf-8", "utf-8-sig"):
        path.write_text("größe,y\n1,2\n", encoding)
        assert [column.name for column in table.read_columns(path, encoding=encoding)] == ["größe", "y"]
    path.write_text("größe,y\n1,2\n", "latin-1")
    with pytest.raises(Problem, match=r"in the encoding utf-8 \(byte 0xf6\)(.|\n)*--encoding cp1252"):
        table.read_columns(path)
    with pytest.raises(Problem, match=r"in the encoding utf-16 "):
        table.read_columns(path, encoding="utf-16")
    for name in ("hex", "latin-99", ""):
        with pytest.raises(Problem, match=f"there is no text encoding '{name}'"):
            table.read_columns(path, encoding=name)


@pytest.mark.usefixtures("reader")
def test_a_header_that_repeats_names_is_refused(tmp_path, capsys):
    path = write_csv(tmp_path / "t.csv", ["a", "b", "a", "y", "y", "a"], [range(6), range(6)])
    message = refused(capsys, "fit", path, "--target", "y")
    assert "the header repeats names" in message and "'a' (3 times), 'y' (2 times)" in message
    path = write_csv(tmp_path / "t.csv", ["", "", "a.1", "a"], [range(4), range(4)])
    names = [column.name for column in table.read_columns(path)]
    assert names == ["Unnamed: 0", "Unnamed: 1", "a.1", "a"]


@pytest.mark.usefixtures("reader")
def test_rows_longer_than_the_header_are_refused(tmp_path):
    path = tmp_path / "t.csv"
    for text in ("a,y\n1,5,2,5\n2,5,3,5\n", "a,y\n1,5,2\n2,5,3\n", "a,y\n1,2\n1,5,2\n"):
        path.write_text(text, "utf-8")
        with pytest.raises(Problem, match=r"cannot be read as CSV: .* fields"):
            table.read_columns(path)


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


def test_decimal_and_encoding_are_options(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("größe;y\n" + "".join(f"{k % 7},5;{k % 5}\n" for k in range(30)), "latin-1")
    arguments = ["fit", str(path), "--target", "y", "--alpha", "0.01"]
    assert "--encoding" in refused(capsys, *arguments)
    assert "--decimal ," in refused(capsys, *arguments, "--encoding", "latin-1")
    assert main([*arguments, "--encoding", "latin-1", "--decimal", ","]) == 0
    assert "größe" in capsys.readouterr().out
    assert "invalid choice" in refused(capsys, *arguments, "--decimal", ";")
