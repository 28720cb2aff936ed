"""Read a CSV or Parquet file into named columns and make the numeric matrix of a regression of it.

CSV files are read by pandas where it is installed, and by the standard library where it is not.
Parquet files need the extra ``table``.
"""

import csv
import difflib
import importlib.util
import lzma
import warnings
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .._text import counted, several
from .missing import Missing, settle
from .notation import is_number, read_number
from .refusal import refuse_undecided
from .remarks import remarks_on_columns, remarks_on_rows
from .source import Source, known, refuse_other_kinds
from .text import Problem
from .unread import remarks_on_codes

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
    """What a regression needs: X of shape (n, p), y of shape (n,), the p names; and what became of the columns.

    X has NaN where values are to be filled in.
    """

    X: np.ndarray
    y: np.ndarray
    names: list
    notes: list
    dropped: list
    encoded: dict  # of the texts: name to number of 0/1 columns
    missing: Missing


def read_columns(path, **options):
    """Return the columns of a file, with options as those of Source; ``Problem`` where that is impossible."""
    source = Source(Path(path), **options)
    path, parquet = source.path, source.parquet
    if path.is_dir():
        raise Problem(f"{str(path)!r} is a directory, not a file")
    if not path.is_file():
        raise Problem(f"there is no file {str(path)!r}")
    pandas = importlib.util.find_spec("pandas") is not None
    if parquet and not (pandas and importlib.util.find_spec("pyarrow")):
        raise Problem('reading Parquet needs pandas and pyarrow (CSV needs neither): pip install "lassofit[table]"')
    encoding = known(source.encoding)
    if not parquet:
        refuse_other_kinds(path)
    try:
        columns = (_from_pandas if pandas else _from_csv)(source)
    except UnicodeError as error:
        raise Problem(_wrong_encoding(path, encoding, error)) from error
    except (OSError, ValueError, csv.Error, EOFError, lzma.LZMAError) as error:
        kind = "Parquet" if parquet else "CSV"
        reason = " ".join(str(error).split())
        raise Problem(f"{str(path)!r} cannot be read as {kind}: {reason}") from error
    if not columns or not len(columns[0].values):
        raise Problem(f"{str(path)!r} has no rows below its header")
    return columns


def make_design(columns, target, drop=(), one_hot=False, missing="error", source=None):
    """Return the matrix, target and names of a regression; ``Problem`` where the table is unfit.

    ``source`` is where the columns are from, for what is said of entries in it.
    """
    source = source or Source(Path())
    by_name = {column.name: column for column in columns}
    drop = _names_in(drop, by_name)
    for name in (target, *drop):
        if name not in by_name:
            raise Problem(_unknown(name, by_name))
    if target in drop:
        raise Problem(f"--drop names the target {target!r}")
    features = [c for c in columns if c.name != target and c.name not in drop]
    notes = remarks_on_columns(features)
    features, y, settled = settle(features, by_name[target], missing)
    refuse_undecided(features, y, by_name, source, one_hot, missing)
    notes += remarks_on_codes(features, y, by_name, source)
    parts = {c.name: [c] if c.numeric else _indicators(c) for c in features}
    encoded = {c.name: len(parts[c.name]) for c in features if not c.numeric}
    features = [part for found in parts.values() for part in found]
    twice = [name for name, count in Counter(column.name for column in features).items() if count > 1]
    if twice:
        raise Problem(f"--one-hot makes columns of names that are there already; rename these: {several(twice)}")
    if not features:
        raise Problem("no columns are left to explain the target with")
    _refuse_extreme([*features, y])
    X = np.asfortranarray(np.column_stack([column.values for column in features]))
    names = [column.name for column in features]
    notes += remarks_on_rows(X, y.values, names)
    return Design(X, y.values, names, notes, list(dict.fromkeys(drop)), encoded, settled)


def _names_in(drop, known):
    """Split the values of --drop at commas, except those that are names of columns themselves."""
    parts = [[value] if value in known else value.split(",") for value in drop]
    return [name if name in known else name.strip() for part in parts for name in part]


def _from_pandas(source):
    """Read a file by pandas."""
    import pandas as pd

    if source.parquet:
        frame = pd.read_parquet(source.path)
        _refuse_repeated(map(str, frame.columns))
    else:
        separator, header = source.separator_and_header()
        _refuse_repeated(header)
        options = {"sep": separator, "decimal": source.decimal, "encoding": known(source.encoding)}
        options |= {"na_values": list(source.na_values), "low_memory": False}
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            try:  # index_col: pandas would take the first fields of longer rows for the names of the rows
                frame = pd.read_csv(source.path, index_col=False, **options)
            except pd.errors.ParserWarning as error:
                raise ValueError(f"its rows have more fields than its header, which has {len(header)}") from error
    return [_column(str(name), frame.iloc[:, k], source) for k, name in enumerate(frame.columns)]


def _column(name, series, source):
    """Turn a pandas column into one of ours."""
    from pandas.api import types

    if types.is_numeric_dtype(series.dtype) and not types.is_complex_dtype(series.dtype):
        return Column(name, series.to_numpy(dtype=np.float64, na_value=np.nan))
    absent = series.isna().to_numpy()
    texts = [None if gone else str(v) for v, gone in zip(series, absent, strict=True)]
    return _parse(name, texts, source)


def _from_csv(source):
    """Read a CSV file by the standard library."""
    separator, _ = source.separator_and_header()
    with source.open() as file:
        rows = [row for row in csv.reader(file, delimiter=separator) if row]
    if not rows:
        return []
    header, *body = rows
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            raise ValueError(f"row {number} has {counted(len(row), 'field')}, the header {len(header)}")
    _refuse_repeated(header)
    names = [name or f"Unnamed: {k}" for k, name in enumerate(header)]
    texts = zip(*body, strict=True) if body else [()] * len(names)
    absent = set(source.na_values)

    def value(text):
        """Return the text without spaces about it; None where it is missing."""
        bare = text.strip()
        return None if text in absent or bare in absent or bare.lower() in _MISSING else bare

    return [_parse(name, [*map(value, cells)], source) for name, cells in zip(names, texts, strict=True)]


def _parse(name, texts, source):
    """Make a column of texts, None where missing: numeric if all are numbers, or true and false."""
    numbers = [np.nan if t is None else _BOOLEANS.get(t.lower()) for t in texts]
    try:
        if None in numbers:
            numbers = [np.nan if t is None else read_number(t, source.decimal, source.thousands) for t in texts]
            absent = [float(text) for text in source.na_values if is_number(text, ".")]
            numbers = np.where(np.isin(numbers, absent), np.nan, numbers)  # as pandas: -999 is also -999.0
    except ValueError:
        return Column(name, np.array(texts, dtype=object))
    return Column(name, np.array(numbers, dtype=np.float64))


def _refuse_repeated(names):
    """Raise if a name stands for several columns."""
    repeated = [f"{name!r} ({count} times)" for name, count in Counter(names).items() if name and count > 1]
    if repeated:
        raise Problem(f"the header repeats names; give every column its own: {several(repeated)}")


def _indicators(column):
    """Return a 0/1 column for every value of a text column."""
    levels = sorted(set(column.values) - {None})
    return [Column(f"{column.name}={level}", (column.values == level).astype(np.float64)) for level in levels]


def _refuse_extreme(columns):
    """Raise if any of the columns has infinite values, or values whose squares over- or underflow."""
    largest = {column.name: np.nanmax(np.abs(column.values)) for column in columns}
    infinite = [name for name, size in largest.items() if np.isinf(size)]
    if infinite:
        raise Problem(f"these columns have infinite values: {several(infinite)}")
    extreme = [name for name, size in largest.items() if size and not 1e-100 < size < 1e100]
    if extreme:
        raise Problem(f"these columns are too large or too small; rescale them: {several(extreme)}")


def _wrong_encoding(path, encoding, error):
    """Say that a file is not in the encoding, and the way out."""
    name = encoding.removesuffix("-sig")
    found = f"byte 0x{error.object[error.start]:02x}" if isinstance(error, UnicodeDecodeError) else str(error)
    return (
        f"{str(path)!r} cannot be read as CSV in the encoding {name} ({found}). If it is a text file, "
        "name its encoding:\n--encoding cp1252 (Windows, Western Europe), latin-1, utf-16 or another"
    )


def _unknown(name, known):
    """Say that a column does not exist, and which may have been meant."""
    folded = {one.strip().casefold(): one for one in known}
    close = difflib.get_close_matches(name.strip().casefold(), folded, n=1)
    hint = f"did you mean {folded[close[0]]!r}? The" if close else "the"
    numbers = all(is_number(one, ".") for one in known)
    headless = ", numbers all: the first line is to be a header, the columns' names" if numbers else ""
    return f"there is no column {name!r}; {hint} columns are {several(known, 12)}{headless}"
