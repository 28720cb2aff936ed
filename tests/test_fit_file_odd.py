"""`python -m lassofit fit`: odd entries in columns of numbers, foreign notations, other kinds of files, few rows."""

import json
import shlex
import warnings
import zipfile

import numpy as np
import pytest
from csv_tables import number_after, refused, write_csv
from pages import Page

from lassofit import LassoCV
from lassofit.__main__ import main
from lassofit._cli.fitting import cross_validator
from lassofit._cli.notation import verdict
from lassofit._cli.source import Source, na_texts
from lassofit._cli.table import read_columns

RNG = np.random.default_rng(0)
AGES = RNG.integers(19, 71, 120)
TABLE = [
    (int(age), f"{b:.3f}", f"{0.5 * age + e:.3f}") for age, b, e in zip(AGES, *RNG.normal(size=(2, 120)), strict=True)
]


def ages(path, odd, row=5):
    """Write the table with another entry among the ages."""
    rows = [(odd, *rest) if k == row else (age, *rest) for k, (age, *rest) in enumerate(TABLE)]
    return write_csv(path, ["age", "b", "y"], rows)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("odd", ["?", "-", "n.a.", "(1.23)", "$10", "\u22125", "years", "a'b", "-?"])
def test_an_odd_entry_is_named_with_its_line_and_what_is_proposed_is_accepted(tmp_path, capsys, odd):
    path = ages(tmp_path / "t.csv", odd)
    for options in ([], ["--one-hot"]):
        message = refused(capsys, "fit", path, "--target", "y", *options)
        assert f"\n  age: 119 of 120 values are numbers; not a number: {odd!r} (line 7)\n" in message
        assert "Mend these in the file, or count them as missing (--na-values" in message
        assert "--drop" not in message and "too many" not in message and "0/1" not in message
    options = shlex.split(message.partition("All of it, for instance: ")[2])
    assert options[:2] == ["--missing", "drop"]
    assert main(["fit", path, "--target", "y", *options]) == 0
    out = capsys.readouterr().out
    assert "119 rows, target 'y', 2 columns" in out and "1 row with missing values left out" in out
    assert number_after("mean CV error", out) < 2


@pytest.mark.usefixtures("reader")
def test_what_cannot_be_an_option_is_to_be_mended_in_the_file(tmp_path, capsys):
    for odd in ("5\0", '"a,b"'):
        message = refused(capsys, "fit", ages(tmp_path / "t.csv", odd), "--target", "y")
        assert "119 of 120 values are numbers" in message and "(line 7)" in message
        assert "Mend these in the file." in message and "--na-values" not in message and "All of it" not in message


@pytest.mark.usefixtures("reader")
def test_a_last_row_of_totals_drops_no_column(tmp_path, capsys):
    path = write_csv(tmp_path / "t.csv", ["a", "b", "y"], [*TABLE, ("Total", "", 99)])
    message = refused(capsys, "fit", path, "--target", "y")
    assert "a: 120 of 121 values are numbers; not a number: 'Total' (line 122)" in message
    assert "--one-hot a" not in message and "too many" not in message
    assert 'All of it, for instance: --missing drop --na-values "Total"' in message


@pytest.mark.usefixtures("reader")
def test_a_row_of_units_and_an_odd_target(tmp_path, capsys):
    path = write_csv(tmp_path / "t.csv", ["a", "b", "y"], [("years", "m", "EUR"), *TABLE])
    message = refused(capsys, "fit", path, "--target", "y")
    assert all(f"not a number: {unit!r} (line 2)" in message for unit in ("years", "m", "EUR"))
    assert "the target" not in message
    options = shlex.split(message.partition("All of it, for instance: ")[2])
    assert main(["fit", path, "--target", "y", "--alpha", "1", *options]) == 0
    assert "120 rows" in capsys.readouterr().out


@pytest.mark.usefixtures("reader")
def test_lines_are_those_of_the_file(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text('\na,note,y\n1,"two\nlines",3\n\n?,x,3\n2,y,1\n?,z,1\n3,x,1\n4,x,2\n5,x,3\n6,x,3\n-,w,2\n', "utf-8")
    message = refused(capsys, "fit", str(path), "--target", "y")
    assert "a: 6 of 9 values are numbers; not a number: '?' (line 6, line 8), '-' (line 13)" in message


@pytest.mark.usefixtures("reader")
def test_many_odd_entries_are_shown_in_part(tmp_path, capsys):
    rows = [(f"x{k}" if k % 3 == 0 else k, k * 7 % 11) for k in range(90)]
    message = refused(capsys, "fit", write_csv(tmp_path / "t.csv", ["a", "y"], rows), "--target", "y")
    assert "60 of 90 values are numbers; not a number: 'x0' (line 2), 'x3' (line 5), 'x6' (line 8), 27 other" in message
    assert "--na-values" not in message
    rows = [("?" if k % 3 == 0 else k, k * 7 % 11) for k in range(90)]
    message = refused(capsys, "fit", write_csv(tmp_path / "t.csv", ["a", "y"], rows), "--target", "y")
    assert "'?' (line 2, line 5, line 8, 27 more)" in message and "--missing median --na-values" in message


@pytest.mark.usefixtures("reader")
def test_codes_of_few_values_become_columns_when_asked_with_a_note(tmp_path, capsys):
    rows = [("G" if k % 6 == 0 else k % 6, k * 7 % 11) for k in range(60)]
    path = write_csv(tmp_path / "t.csv", ["floor", "y"], rows)
    message = refused(capsys, "fit", path, "--target", "y")
    assert "50 of 60 values are numbers; not a number: 'G'" in message
    assert "For codes rather than measurements, --one-hot makes a 0/1 column of every value: floor" in message
    assert main(["fit", path, "--target", "y", "--alpha", "0.1", "--one-hot"]) == 0
    captured = capsys.readouterr()
    assert "6 columns" in captured.out
    assert "note: column 'floor' becomes 0/1 columns, although 50 of 60 values are numbers" in captured.err
    assert 'or give --na-values "G"' in captured.err


@pytest.mark.usefixtures("reader")
def test_na_values_are_missing_in_all_columns_and_as_numbers(tmp_path):
    path = write_csv(tmp_path / "t.csv", ["a", "b", "c"], [("?", -999, "x"), (" - ", "-999.0", "?"), (2, 1.5, "z")])
    a, b, c = read_columns(path, na_values=na_texts(["?, - ", "-999"]))
    np.testing.assert_array_equal(a.values, [np.nan, np.nan, 2])
    np.testing.assert_array_equal(b.values, [np.nan, np.nan, 1.5])
    assert list(c.values) == ["x", None, "z"]
    assert na_texts(["?, -", "", "n.a."]) == ("?", " -", "-", "n.a.")


def german(path, odd=""):
    """Write a table as programs in German do, and return its path and X, y."""
    X, y = np.round(RNG.normal(3000, 2000, (60, 2)), 2), np.round(RNG.normal(size=60), 3)
    cells = [[f"{x:,.2f}" for x in row] + [f"{k / 2:g}", f"{t}"] for k, (row, t) in enumerate(zip(X, y, strict=True))]
    cells = [[cell.translate(str.maketrans(",.", ".,")) for cell in row] for row in cells]
    if odd:
        cells[3][0] = odd
    return write_csv(path, ["u", "v", "w", "y"], cells, ";"), np.column_stack([X, np.arange(60) / 2]), y


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("odd", ["", "k.A."])
def test_a_german_file_is_told_to_use_decimal_commas(tmp_path, capsys, odd):
    path, _, _ = german(tmp_path / "t.csv", odd)
    message = refused(capsys, "fit", path, "--target", "y")
    assert message.count("(decimal commas with thousands separators)") == 2 and "y: '-" in message
    assert "Read decimal commas by --decimal ," in message and "--drop" not in message and "one-hot" not in message
    assert ("not a number: 'k.A.' (line 5)" in message) == bool(odd)
    options = shlex.split(message.partition("All of it, for instance: ")[2])
    assert options[-4:] == ["--decimal", ",", "--thousands", "."]
    assert main(["fit", path, "--target", "y", "--alpha", "1", *options]) == 0
    assert f"{60 - bool(odd)} rows, target 'y', 3 columns" in capsys.readouterr().out


@pytest.mark.usefixtures("reader")
def test_thousands_are_read_when_named(tmp_path):
    path, X, y = german(tmp_path / "t.csv")
    columns = read_columns(path, decimal=",", thousands=".")
    np.testing.assert_array_equal(np.column_stack([column.values for column in columns]), np.column_stack([X, y]))
    path = write_csv(tmp_path / "t.csv", ["a", "b"], [("1,009,618.5", "12,34"), ("-1,000", "1")], ";")
    a, b = read_columns(path, thousands=",")
    np.testing.assert_array_equal(a.values, [1009618.5, -1000])
    assert not b.numeric  # 12,34 has no group of three


def test_a_single_number_in_another_notation_is_located(tmp_path, capsys):
    message = refused(capsys, "fit", ages(tmp_path / "t.csv", '"1,5"'), "--target", "y")
    assert "age: '1,5', '19'" in message and "(decimal commas), the first in line 7; mend it in the file" in message


@pytest.mark.parametrize(
    ("values", "decimal", "expected"),
    [
        (["1", "2", "?"], ".", ("", 2, ["?"])),
        (["1", "a", "b"], ".", ("", 0, [])),
        (["1,5", "2,5", "?"], ".", ("decimal commas", 2, ["?"])),
        (["1.234,5", "2,5", "?"], ".", ("decimal commas with thousands separators", 2, ["?"])),
        (["1.5", "2.5", "1,5"], ".", ("", 2, ["1,5"])),
        (["$5", "$7"], ".", ("currency signs", 2, [])),
        (["(5)", "7 €", "1", "x"], ".", ("brackets for a minus and currency signs", 3, ["x"])),
        (["\u22121,5", "3,5"], ".", ("minus signs other than - and decimal commas", 2, [])),
        (["1.5", "2.5", "?"], ",", ("decimal points", 2, ["?"])),
    ],
)
def test_verdicts_on_columns(values, decimal, expected):
    assert tuple(verdict(values, decimal)) == expected


def test_options_on_reading_csv_are_refused_for_parquet_and_for_one_mark_twice(tmp_path, capsys):
    path = str(tmp_path / "t.parquet")
    for options in (["--decimal", "."], ["--encoding", "utf-8"], ["--thousands", ","], ["--na-values", "?"]):
        message = refused(capsys, "fit", path, "--target", "y", *options)
        assert f"{options[0]}: for CSV only, and 't.parquet' is Parquet; leave such options out" in message
    message = refused(capsys, "fit", "t.csv", "--target", "y", "--decimal", ",", "--thousands", ",")
    assert "--thousands , is the decimal mark as well" in message


def test_odd_texts_in_parquet_are_placed_by_row(tmp_path, capsys):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"a": ["1", "2", "?", "4"] * 5, "b": ["1,5", "2"] * 10, "y": range(20)})
    frame.to_parquet(tmp_path / "t.parquet")
    message = refused(capsys, "fit", str(tmp_path / "t.parquet"), "--target", "y")
    assert "'?' (row 3, row 7, row 11, 2 more)" in message and "Make numbers of them in the file" in message
    assert "--na-values" not in message and "--decimal" not in message
    assert Source(tmp_path / "t.pq").places([0, 5]) == {0: "row 1", 5: "row 6"}


@pytest.mark.usefixtures("reader")
def test_other_kinds_of_files_are_named(tmp_path, capsys):
    for name, member, text in (
        ("t.xlsx", "x", "an Excel workbook or the like, not CSV: open it there and save it as CSV"),
        ("t.csv", "xl/workbook.xml", "an Excel workbook or the like"),
        ("t.zip", "t.csv", "a zip archive, not CSV: unpack it"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(member, "a,y\n1,2\n")
        message = refused(capsys, "fit", str(tmp_path / name), "--target", "y")
        assert text in message and "--encoding" not in message
    for start, text in (
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"), (b"%PDF-1.7\n", "a PDF"), (b"\x1f\x8b\x08\0", "gzip"),
        (b"PAR1\0\0PAR1", "a Parquet file: give it a name that ends in .parquet"), (b"PK\x03\x04", "a zip archive"),
    ):  # fmt: skip
        (tmp_path / "t.csv").write_bytes(start)
        assert text in refused(capsys, "fit", str(tmp_path / "t.csv"), "--target", "y")
    (tmp_path / "t.csv").write_bytes(b"PAR1,y\n1,2\n")
    assert read_columns(tmp_path / "t.csv")[0].name == "PAR1"


@pytest.mark.usefixtures("reader")
def test_infinite_values_are_refused_without_numpys_warnings(tmp_path, capsys):
    rows = [("1e400" if k in (0, 3) else k, k * 7 % 11) for k in range(20)]
    path = write_csv(tmp_path / "t.csv", ["a", "y"], rows)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        message = refused(capsys, "fit", path, "--target", "y")
    assert message == "lassofit: these columns have infinite values: a\n"


@pytest.mark.parametrize("how", ["error", "drop", "mean", "median"])
def test_a_target_without_values_gets_one_message(tmp_path, capsys, how):
    path = write_csv(tmp_path / "t.csv", ["a", "y"], [(k if k % 3 else "", "") for k in range(20)])
    message = refused(capsys, "fit", path, "--target", "y", "--missing", how)
    assert message == "lassofit: the target 'y' has no values at all; name another column (--target)\n"


@pytest.mark.parametrize(("n", "folds"), [(12, 12), (12, 7), (9, None), (5, None), (2, 2), (3, 2)])
@pytest.mark.filterwarnings("ignore:The least error is at the smallest")
def test_as_many_folds_as_rows_are_allowed(tmp_path, capsys, n, folds):
    X, noise = RNG.normal(size=(n, 2)).round(3), RNG.normal(size=n).round(3)
    y = (3 * X[:, 0] + noise).round(3)
    path = write_csv(tmp_path / "t.csv", ["a", "b", "y"], np.column_stack([X, y]).tolist())
    arguments = ["fit", path, "--target", "y", "--json", *(["--cv", str(folds)] if folds else [])]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    model = LassoCV(alphas=50, cv=cross_validator(folds or 5), standardize=True, tol=1e-6).fit(X, y)
    assert found["cross_validation"]["folds"] == (folds or 5)
    assert found["alpha"] == pytest.approx(model.alpha_, rel=1e-6)


@pytest.mark.parametrize(
    ("n", "target", "options", "message"),
    [
        (4, "k", [], "4 rows cannot be divided into 5 folds, each of which needs a row: give at most --cv 4, or"),
        (120, "k", ["--cv", "121"], "120 rows cannot be divided into 121 folds"),
        (1, "k", ["--cv", "2"], "the table has 1 row, which cannot be divided into folds"),
        (20, "3", [], "the target is constant (3 in every row)"),
    ],
)
def test_refusals_come_before_any_output(tmp_path, capsys, n, target, options, message):
    path = write_csv(tmp_path / "t.csv", ["a", "y"], [(k * 7 % 11, k if target == "k" else 3) for k in range(n)])
    assert main(["fit", path, "--target", "y", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith(f"lassofit: {message}")


def test_every_row_with_a_hole_is_told_the_columns_with_most(tmp_path, capsys):
    path = write_csv(tmp_path / "t.csv", ["a", "b", "y"], [("", k, k % 3) if k else (1, "", 0) for k in range(20)])
    message = refused(capsys, "fit", path, "--target", "y", "--missing", "drop")
    assert "no rows are left" in message and "(--drop): a (19 of 20), b (1 of 20)" in message


@pytest.mark.parametrize("how", [["--alpha", "0.5"], ["--cv", "4"], ["--cv", "4", "--missing", "mean"]])
@pytest.mark.filterwarnings("ignore:The ")
def test_no_coefficient_is_negative_when_asked(tmp_path, capsys, how):
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib")
    X = RNG.normal(size=(60, 3)).round(3)
    y = (X @ [2.0, -3.0, 1.0] + RNG.normal(size=60)).round(3)
    cells = [[("" if "mean" in how and k == 7 and j == 0 else x) for j, x in enumerate(row)] for k, row in enumerate(X)]
    rows = [(*row, t) for row, t in zip(cells, y, strict=True)]
    path = write_csv(tmp_path / "t.csv", ["a", "b", "c", "y"], rows)
    arguments = ["fit", path, "--target", "y", "--positive", *how]
    assert main([*arguments, "--json", "--report", f"{path}.html"]) == 0
    found = json.loads(capsys.readouterr().out)
    shown = {one["column"]: one["coefficient"] for one in found["coefficients"]}
    assert found["positive"] and shown.keys() == {"a", "c"} and min(shown.values()) > 0
    assert abs(found["relative_gap_recomputed"]) <= 1e-6
    with open(f"{path}.html", encoding="utf-8") as file:
        page = Page(file.read())
    assert "none of which may be negative" in page.text("dd")
    known = {}
    exec(page.text("pre"), known)
    coefs = dict(zip(known["X"].columns, known["model"].coef_, strict=True))
    assert shown == pytest.approx({name: value for name, value in coefs.items() if value}, rel=1e-6)
    capsys.readouterr()
    assert main(arguments) == 0
    assert "no coefficient may be negative (--positive)" in capsys.readouterr().out


@pytest.mark.parametrize("missing", ["drop", "median"])
def test_the_report_and_json_agree_on_what_was_read(tmp_path, capsys, missing):
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib")
    path, _, _ = german(tmp_path / "t.csv", "k.A.")
    options = ["--decimal", ",", "--thousands", ".", "--na-values", "?, k.A.", "--missing", missing, "--json"]
    assert main(["fit", path, "--target", "y", "--alpha", "0.01", *options, "--report", f"{path}.html"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["na_values"] == ["?", " k.A.", "k.A."]
    with open(f"{path}.html", encoding="utf-8") as file:
        page = Page(file.read())
    assert "k.A." in page.text("dd") and "thousands='.'" in page.text("pre")
    known = {}
    exec(page.text("pre"), known)
    coefs = dict(zip(known["X"].columns, known["model"].coef_, strict=True))
    shown = {one["column"]: one["coefficient"] for one in found["coefficients"]}
    assert shown == pytest.approx({name: value for name, value in coefs.items() if value}, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<!DOCTYPE html><html><body>404</body></html>", "a web page, not CSV"),
        ("\n <html>\n<body>a, b</body>\n", "a web page, not CSV"),
        ("0.5 1:0.3 3:2e-1\n-1 2:1\n", "a LIBSVM file, not CSV"),
    ],
)
def test_other_kinds_of_text_are_named(tmp_path, capsys, text, what):
    path = tmp_path / "data.csv"
    path.write_text(text)
    assert what in refused(capsys, "fit", str(path), "--target", "y")
