"""`python -m lassofit fit`: how a table is read, and what is said of one that cannot be."""

import numpy as np
import pytest
from csv_tables import refused, write_csv

from lassofit.__main__ import main
from lassofit._cli import fit_file, table
from lassofit._cli.notation import notation
from lassofit._cli.text import Problem


@pytest.mark.usefixtures("reader")
def test_missing_values_are_counted_by_column(tmp_path, capsys):
    rows = [(1, 2, 3), ("", "NA", 1), (2, "nan", 2), (3, 5, "")]
    path = write_csv(tmp_path / "holes.csv", ["a", "b", "y"], rows)
    message = refused(capsys, "fit", path, "--target", "y")
    assert "a: 1 of 4" in message and "b: 2 of 4" in message and "y: 1 of 4" in message
    assert "--drop" in message


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


def test_unreadable_files_are_refused_with_a_message(tmp_path, capsys):
    assert "no file" in refused(capsys, "fit", str(tmp_path / "none.csv"), "--target", "y")
    assert "is a directory, not a file" in refused(capsys, "fit", str(tmp_path), "--target", "y")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(bytes(range(256)) * 4)
    assert "cannot be read as CSV" in refused(capsys, "fit", str(binary), "--target", "y")
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(b"a,y\n1,2\n")
    assert "cannot be read as CSV" in refused(capsys, "fit", str(packed), "--target", "y")


def test_decimal_and_encoding_are_options(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("größe;y\n" + "".join(f"{k % 7},5;{k % 5}\n" for k in range(30)), "latin-1")
    arguments = ["fit", str(path), "--target", "y", "--alpha", "0.01"]
    assert "--encoding" in refused(capsys, *arguments)
    assert "--decimal ," in refused(capsys, *arguments, "--encoding", "latin-1")
    assert main([*arguments, "--encoding", "latin-1", "--decimal", ","]) == 0
    assert "größe" in capsys.readouterr().out
    assert "invalid choice" in refused(capsys, *arguments, "--decimal", ";")
