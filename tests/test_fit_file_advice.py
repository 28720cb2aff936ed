"""`python -m lassofit fit`: all that has to be decided about a table is said at once; and the notes on odd tables."""

import datetime
import shlex

import numpy as np
import pytest
from csv_tables import refused, write_csv

from lassofit.__main__ import main
from lassofit._cli.notation import is_date

RNG = np.random.default_rng(0)


def houses(path, n=120):
    """Write a table with missing values, texts, dates, an empty column and names; return its path."""
    first = datetime.date(2020, 1, 1)
    rows = [
        (
            f"{size:.2f}", k % 5 if k % 7 else "", ["north", "south"][k % 2] if k % 11 else "",
            first + datetime.timedelta(k * 7 % 997), "", f"h{k}", f"{3 * size + k % 5:.2f}" if k % 50 else "",
        )
        for k, size in enumerate(RNG.normal(100, 20, n))
    ]  # fmt: skip
    return write_csv(path, ["area", "rooms", "town", "date", "remark", "name", "price"], rows)


@pytest.mark.usefixtures("reader")
def test_all_is_refused_at_once_and_the_options_that_are_given_settle_it(tmp_path, capsys):
    path = houses(tmp_path / "houses.csv")
    message = refused(capsys, "fit", path, "--target", "price")
    for text in (
        "\n  rooms: 18 of 120\n  town: 11 of 120\n  price: 3 of 120, the target\n",
        'these columns have no values at all; leave them out: --drop "remark"\n',
        "these columns are not numeric:\n  town: 'north', 'south'\n",
        "these columns hold dates:\n  date: '2020-01-01', '2020-01-08', '2020-01-15' and 117 more\n",
        "for --one-hot (at most 100):\n  name: 120 different values, 'h0'",
    ):
        assert text in message
    options = shlex.split(message.partition("All of it, for instance: ")[2])
    assert options == ["--missing", "median", "--one-hot", "--drop", "remark,date,name"]
    assert main(["fit", path, "--target", "price", *options]) == 0
    assert "117 rows, target 'price', 4 columns" in capsys.readouterr().out

    message = refused(capsys, "fit", path, "--target", "price", "--missing", "mean", "--one-hot")
    assert "missing values" not in message and "not numeric" not in message
    assert "no values at all" in message and "hold dates" in message and "name: 117 different values" in message


@pytest.mark.usefixtures("reader")
def test_rows_without_a_target_are_only_ever_left_out(tmp_path, capsys):
    rows = [(k * 7 % 11, "" if k in (3, 5) else k * 3 % 7) for k in range(20)]
    path = write_csv(tmp_path / "t.csv", ["a", "y"], rows)
    message = refused(capsys, "fit", path, "--target", "y")
    assert "A target is never filled in: the 2 rows without one can only be left out: --missing drop." in message
    assert "(--drop)" not in message and "--missing mean" not in message
    assert main(["fit", path, "--target", "y", "--missing", "drop", "--alpha", "1"]) == 0
    assert "18 rows" in capsys.readouterr().out

    rows[7] = ("", "")
    path = write_csv(tmp_path / "t.csv", ["a", "y"], rows)
    message = refused(capsys, "fit", path, "--target", "y")
    assert "the 3 rows without one can only be left out, which --missing drop, mean and median all do." in message
    assert main(["fit", path, "--target", "y", "--missing", "mean", "--alpha", "1"]) == 0
    assert "3 rows without a target left out" in capsys.readouterr().out


def test_dates_are_told_from_other_texts():
    for text in ("2024-01-31", "2024/1/31", "2024-01", "31.01.2024", "1/31/24", "31 Jan 2024", "5-MAY-1999"):
        assert is_date(text) and is_date(f" {text} 12:30"), text
    assert is_date("2024-01-31T12:30:00+01:00")
    for text in ("", "red", "A-12-2024", "10.0.0.1", "1-2", "3/4", "12345-6789", "2024-01-31 noon", "1/2-3"):
        assert not is_date(text), text


def test_few_dates_become_columns_when_asked(tmp_path, capsys):
    rows = [(f"2024-0{1 + k % 3}-01", k % 3 + k / 100) for k in range(30)]
    path = write_csv(tmp_path / "t.csv", ["day", "y"], rows)
    assert "these columns hold dates" in refused(capsys, "fit", path, "--target", "y", "--alpha", "0.1")
    assert main(["fit", path, "--target", "y", "--alpha", "0.1", "--one-hot"]) == 0
    assert "day=2024-01-01" in capsys.readouterr().out


def notes(capsys, tmp_path, header, rows, *options):
    """Return the notes on a table."""
    path = write_csv(tmp_path / "t.csv", header, rows)
    assert main(["fit", path, "--target", "y", "--alpha", "0.1", "--one-hot", *options]) == 0
    lines = capsys.readouterr().err.splitlines()
    return [line for line in lines if line.startswith("note: ") and "numba" not in line]


def test_notes_on_columns_that_say_nothing_or_say_it_twice(tmp_path, capsys):
    values = RNG.normal(size=(30, 3)).round(3)
    rows = [(f"id{k}", a, b, a, k % 2, 7, 7, y) for k, (a, b, y) in enumerate(values)]
    found = notes(capsys, tmp_path, ["id", "a", "b", "c", "d", "e", "f", "y"], rows)
    assert len(found) == 2
    assert "column 'id' has another text in every row, which predicts no other row; --drop it" in found[0]
    assert "columns that are exact copies: 'c' of 'a'; a lasso may choose either" in found[1]
    assert not notes(capsys, tmp_path, ["id", "a", "b", "c", "d", "e", "f", "y"], rows, "--drop", "id,c")


def test_a_note_on_repeated_rows_unless_they_can_be_alike_by_chance(tmp_path, capsys):
    rows = [*map(tuple, RNG.normal(size=(30, 3)).round(3))]
    (found,) = notes(capsys, tmp_path, ["a", "b", "y"], [*rows, *rows[:4]])
    assert "4 rows repeat others, target and all: a cross-validation then tests on rows that it was trained on" in found
    assert "1 row repeats others" in notes(capsys, tmp_path, ["a", "b", "y"], [*rows, rows[3]])[0]
    assert not notes(capsys, tmp_path, ["a", "b", "y"], rows)
    assert not notes(capsys, tmp_path, ["a", "b", "y"], [(k % 3, k % 2, k % 4) for k in range(200)])


def test_a_note_on_a_target_of_two_values(tmp_path, capsys):
    values = RNG.normal(size=(30, 2)).round(3)
    (found,) = notes(capsys, tmp_path, ["a", "b", "y"], [(a, b, k % 2) for k, (a, b) in enumerate(values)])
    assert "the target has two values only, 0 and 1: if they are classes, a classifier is meant" in found
    assert not notes(capsys, tmp_path, ["a", "b", "y"], [(a, b, k % 3) for k, (a, b) in enumerate(values)])
