"""Read a CSV or Parquet file into named columns and make the numeric matrix of a regression of it.

CSV files are read by pandas where it is installed, and by the standard library where it is not.
Parquet files need the extra ``table``.
"""

import bz2
import csv
import difflib
import gzip
import importlib.util
import lzma
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .text import Problem, several

MOST_LEVELS = 100  # values of a text column that --one-hot still turns into columns

_OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_MISSING = {"", "na", "n/a", "nan", "null", "none", "#n/a", "<na>"}
_BOOLEANS = {"true": 1.0, "false": 0.0}


class Column(NamedTuple):
    """A column: floats with NaN where missing, or texts with None where missing."""

    name: str
    values: np.ndarray

    @property
    def numeric(self):
        """Whether the values are floats."""
        return self.values.dtype.kind == "f"

    @property
    def missing(self):
        """Number of missing values."""
        if self.numeric:
            return int(np.isnan(self.values).sum())
        return sum(value is None for value in self.values)


class Design(NamedTuple):
    """What a regression needs: X of shape (n, p), y of shape (n,), and the p names."""

    X: np.ndarray
    y: np.ndarray
    names: list
    notes: list


def read_columns(path):
    """Return the columns of a file; ``Problem`` with a message where that is impossible."""
    path = Path(path)
    if not path.is_file():
        raise Problem(f"there is no file {str(path)!r}")
    parquet = path.suffix.lower() in {".parquet", ".pq"}
    pandas = importlib.util.find_spec("pandas") is not None
    if parquet and not (pandas and importlib.util.find_spec("pyarrow")):
        raise Problem('reading Parquet needs pandas and pyarrow (CSV needs neither): pip install "lassofit[table]"')
    try:
        columns = _from_pandas(path, parquet) if pandas else _from_csv(path)
    except (OSError, ValueError, csv.Error, EOFError, lzma.LZMAError) as error:
        kind = "Parquet" if parquet else "CSV"
        reason = " ".join(str(error).split())
        raise Problem(f"{str(path)!r} cannot be read as {kind}: {reason}") from error
    if not columns or not len(columns[0].values):
        raise Problem(f"{str(path)!r} has no rows below its header")
    return columns


def make_design(columns, target, drop=(), one_hot=False):
    """Return the matrix, target and names of a regression; ``Problem`` where the table is unfit."""
    by_name = {column.name: column for column in columns}
    drop = _names_in(drop, by_name)
    for name in (target, *drop):
        if name not in by_name:
            raise Problem(_unknown(name, by_name))
    if target in drop:
        raise Problem(f"--drop names the target {target!r}")
    features = [c for c in columns if c.name != target and c.name not in drop]
    y = by_name[target]
    _refuse_missing([*features, y], len(y.values))
    if not y.numeric:
        raise Problem(f"the target {target!r} is not numeric: it holds {_examples(y)}")
    texts = [column for column in features if not column.numeric]
    if texts and not one_hot:
        listed = "\n".join(f"  {column.name}: {_examples(column)}" for column in texts)
        names = ",".join(column.name for column in texts)
        raise Problem(
            f"these columns are not numeric:\n{listed}\n"
            f'Leave them out (--drop "{names}") or turn each of their values into a 0/1 column '
            "(--one-hot)."
        )
    features = [part for c in features for part in ([c] if c.numeric else _indicators(c))]
    if not features:
        raise Problem("no columns are left to explain the target with")
    _refuse_extreme([*features, y])
    X = np.asfortranarray(np.column_stack([column.values for column in features]))
    return Design(X, y.values, [column.name for column in features], _notes(features))


def _names_in(drop, known):
    """Split the values of --drop at commas, except those that are names of columns themselves."""
    parts = [[value] if value in known else value.split(",") for value in drop]
    return [name if name in known else name.strip() for part in parts for name in part]


def _from_pandas(path, parquet):
    """Read a file by pandas."""
    import pandas as pd

    if parquet:
        frame = pd.read_parquet(path)
    else:
        frame = pd.read_csv(path, sep=_separator(path), encoding="utf-8-sig", low_memory=False)
    return [_column(str(name), frame.iloc[:, k]) for k, name in enumerate(frame.columns)]


def _column(name, series):
    """Turn a pandas column into one of ours."""
    from pandas.api import types

    if types.is_numeric_dtype(series.dtype) and not types.is_complex_dtype(series.dtype):
        return Column(name, series.to_numpy(dtype=np.float64, na_value=np.nan))
    absent = series.isna().to_numpy()
    texts = [None if gone else str(v) for v, gone in zip(series, absent, strict=True)]
    return _parse(name, texts)


def _separator(path):
    """Return the separator that occurs most often in the first line."""
    with _OPENERS.get(path.suffix.lower(), open)(path, "rt", encoding="utf-8-sig") as file:
        header = file.readline()
    return max(",;\t|", key=header.count)


def _from_csv(path):
    """Read a CSV file by the standard library."""
    separator = _separator(path)
    opener = _OPENERS.get(path.suffix.lower(), open)
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=separator) if row]
    if not rows:
        return []
    header, *body = rows
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            raise ValueError(f"row {number} has {len(row)} fields, the header {len(header)}")
    names = _unique([name or f"Unnamed: {k}" for k, name in enumerate(header)])
    texts = zip(*body, strict=True) if body else [()] * len(names)
    return [
        _parse(name, [None if t.strip().lower() in _MISSING else t.strip() for t in cells])
        for name, cells in zip(names, texts, strict=True)
    ]


def _unique(names):
    """Append .1, .2, ... to repeated names."""
    seen, out = {}, []
    for name in names:
        out.append(f"{name}.{seen[name]}" if name in seen else name)
        seen[name] = seen.get(name, 0) + 1
    return out


def _parse(name, texts):
    """Make a column of texts, None where missing: numeric if all are numbers, or true and false."""
    numbers = [np.nan if t is None else _BOOLEANS.get(t.lower()) for t in texts]
    try:
        if None in numbers:
            numbers = [np.nan if t is None else _float(t) for t in texts]
    except ValueError:
        return Column(name, np.array(texts, dtype=object))
    return Column(name, np.array(numbers, dtype=np.float64))


def _float(text):
    """Read a number; unlike float(), no underscores, which are in codes rather than in numbers."""
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _indicators(column):
    """Return a 0/1 column for every value of a text column."""
    levels = sorted(set(column.values))
    if len(levels) > MOST_LEVELS:
        raise Problem(
            f"column {column.name!r} has {len(levels)} different values, too many for --one-hot "
            f"(at most {MOST_LEVELS}); leave it out: --drop {column.name!r}"
        )
    return [Column(f"{column.name}={level}", (column.values == level).astype(np.float64)) for level in levels]


def _refuse_missing(columns, n):
    """Raise with the counts if any of the columns has missing values."""
    holes = [column for column in columns if column.missing]
    if holes:
        listed = "\n".join(f"  {column.name}: {column.missing} of {n}" for column in holes)
        raise Problem(
            f"these columns have missing values:\n{listed}\n"
            "Fill the values in or take the rows out first, or leave columns out by --drop."
        )


def _refuse_extreme(columns):
    """Raise if any of the columns has infinite values, or values whose squares over- or underflow."""
    largest = {column.name: np.abs(column.values).max() for column in columns}
    infinite = [name for name, size in largest.items() if np.isinf(size)]
    if infinite:
        raise Problem(f"these columns have infinite values: {several(infinite)}")
    extreme = [name for name, size in largest.items() if size and not 1e-100 < size < 1e100]
    if extreme:
        raise Problem(f"these columns are too large or too small; rescale them: {several(extreme)}")


def _examples(column):
    """Show some values of a text column."""
    levels = sorted({value for value in column.values if value is not None})
    return several([repr(level) for level in levels], most=3)


def _unknown(name, known):
    """Say that a column does not exist, and which may have been meant."""
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; the columns are {several(known, 12)}"
    return f"there is no column {name!r}{hint}"


def _notes(features):
    """Return remarks on columns that are probably a mistake."""
    notes = []
    for column in features:
        values = column.values
        if len(values) >= 10 and np.array_equal(values - values[0], np.arange(len(values))):
            notes.append(f"column {column.name!r} counts the rows; if it is no measurement, --drop it")
    return notes
