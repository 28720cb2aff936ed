"""What of X or y an error is about, columns by name: looked for once there is one, so that no fit pays for it."""

from datetime import date, time, timedelta
from functools import partial

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite, gen_batches

from .._text import counted, several

_BLOCK = 1 << 22  # entries of X that are looked at together
# What the types of such columns begin with in numpy, pandas, polars and pyarrow.
_TIMES = "date", "time", "period", "duration"
_NUMBERS = partial(np.asarray, dtype=np.float64)


def naming(check, X, *targets, **options):
    """Return what a check of scikit-learn's returns; its error says, at the end, what of X, or of y, it is about.

    Dates are refused before: numpy would make numbers of them where all columns are dates, and else a riddle.
    """
    refuse_lazy(X, *targets)
    if _has_times(X):
        raise TypeError(_not_numbers(X, _names(X)))
    for y in targets:
        _refuse_times(y)
    try:
        return check(X, *targets, **options)
    except (TypeError, ValueError) as error:
        text = _about(str(error), X, _names(X)) or "".join(map(_target_not_numbers, targets))
        if not text:
            raise
        raise _with(error, text) from None


def naming_target(y, check=_NUMBERS):
    """Return what a check returns, an array of numbers if none is given; its error says what of y it is about."""
    refuse_lazy(None, y)
    _refuse_times(y)
    try:
        return check(y)
    except (TypeError, ValueError) as error:
        text = _target_not_numbers(y)
        if not text:
            raise
        raise _with(error, text) from None


def refuse_lazy(X, y=None):
    """Raise for a query of polars that has not been run."""
    for name, data in (("X", X), ("y", y)):
        if type(data).__name__ == "LazyFrame":
            raise TypeError(f"{name} is a LazyFrame, which has no rows yet: call collect() first, {name}.collect().")


def _with(error, text):
    """Return an error of the same kind that says more."""
    return (TypeError if isinstance(error, TypeError) else ValueError)(f"{error}\n{text}")


def _names(X):
    """Return the names of the columns of a data frame or of a table of pyarrow, else None."""
    return getattr(X, "column_names", None) if hasattr(X, "column_names") else getattr(X, "columns", None)


def _about(message, X, names):
    """Return what to add to the message, or nothing."""
    if "Input X contains" in message:
        try:
            return _not_finite(X if sparse.issparse(X) else np.asarray(X, dtype=np.float64), names)
        except TypeError:  # pandas.NA
            return _not_finite(np.where(X.isna(), np.nan, 0.0), names) if hasattr(X, "isna") else ""
    return "" if sparse.issparse(X) else _not_numbers(X, names)


def _has_times(data):
    """Return whether an array, or a column of a frame or a table, is of a type for dates or times."""
    if hasattr(data, "column_names"):  # of pyarrow
        kinds = getattr(getattr(data, "schema", None), "types", ())
    elif getattr(data, "columns", None) is not None:
        kinds = getattr(data, "dtypes", ())
    else:
        kinds = (getattr(data, "dtype", getattr(data, "type", None)),)  # pyarrow's arrays have a type
    return any(str(kind).lower().startswith(_TIMES) for kind in set(kinds))


def _refuse_times(y):
    """Raise for a y of dates or times, of which numpy would make numbers."""
    if _has_times(np.asarray(y[:1]) if isinstance(y, list | tuple) and np.ndim(y[:1]) == 1 else y):
        raise TypeError(_target_not_numbers(y))


def _target_not_numbers(y):
    """Return a sentence on what in y is no number, with an example; nothing where all are numbers."""
    try:
        values = np.asarray(y)
    except (TypeError, ValueError):
        return ""
    if values.ndim == 0 or not values.size or values.dtype.kind in "biufc":
        return ""
    example, timed = _not_a_number(values.ravel())
    if example == "<NA>":
        return "y has missing values (<NA>). Leave these rows out, of X too."
    if timed:
        return f"y has dates or times (such as {example:.40}). Make numbers of them, such as days since the first."
    advice = "Make numbers of them; for classes, take a classifier, such as scikit-learn's LogisticRegression."
    return f"y has values that are no numbers (such as {example:.40}). {advice}" if example else ""


def check_finite(X, owner=None):
    """Raise scikit-learn's error where an array X has NaN or infinity, with its columns; ``owner`` is the estimator."""
    name = None if owner is None else type(owner).__name__
    try:
        assert_all_finite(X.data if sparse.issparse(X) else X, input_name="X", estimator_name=name)
    except ValueError as error:
        raise ValueError(f"{error}\n{_not_finite(X, getattr(owner, 'feature_names_in_', None))}") from None


def _not_finite(X, names):
    """Return a sentence on the columns of numbers X that have NaN or infinity, with the numbers of rows."""
    counts = np.zeros(X.shape[1], dtype=np.intp)
    if sparse.issparse(X):
        entries = X.tocoo()
        np.add.at(counts, entries.col[~np.isfinite(entries.data)], 1)
    else:
        for rows in gen_batches(len(X), max(1, _BLOCK // X.shape[1])):
            counts += np.count_nonzero(~np.isfinite(X[rows]), axis=0)
    labels = _labels(names, len(counts))
    found = [f"{labels(j)} ({counted(counts[j], 'row')})" for j in np.flatnonzero(counts)]
    return f"X has NaN or infinity in {several(found, 10)}." if found else ""


def _not_numbers(X, names):
    """Return a sentence on the columns of X that hold what is no number, each with an example."""
    columns = _columns(X)
    labels, times, others = _labels(names, len(columns)), [], []
    for j, column in enumerate(columns):
        example, timed = _not_a_number(column)
        if example:
            (times if timed else others).append(f"{labels(j)} (such as {example:.40})")
    parts = []
    if others:
        advice = "Encode such columns, as OneHotEncoder or pandas.get_dummies does, or leave them out."
        parts.append(f"X has values that are no numbers in {several(others, 10)}. {advice}")
    if times:
        advice = "Make numbers of them, such as days since the first, or leave them out."
        parts.append(f"X has dates or times in {several(times, 10)}. {advice}")
    return "\n".join(parts)


def _columns(X):
    """Return the columns as arrays; none where X has no columns, or is an array of numbers."""
    if hasattr(X, "column_names"):  # of pyarrow, which makes no array of columns of unlike types
        return [np.asarray(column) for column in X.columns]
    try:
        values = np.asarray(X)
    except (TypeError, ValueError):  # such as rows of unlike lengths
        return []
    return [] if values.ndim != 2 or values.dtype.kind in "biufc" else list(values.T)


def _not_a_number(column):
    """Return the first value that is no number, as text, or nothing; and whether it is a date or a time."""
    if column.dtype.kind in "mM":
        return str(column[0]), True
    try:
        column.astype(np.float64)
    except (TypeError, ValueError):
        for value in column:
            try:
                float(value)
            except (TypeError, ValueError):
                timed = isinstance(value, date | time | timedelta) or type(value).__name__ == "Period"
                return str(value) if timed else repr(value.item() if isinstance(value, np.str_) else value), timed
    return "", False


def _labels(names, p):
    """Return what a column is called: by its name where all are strings, else by its number."""
    named = names is not None and len(names) == p and all(isinstance(name, str) for name in names)
    return lambda j: f"column {names[j]!r}" if named else f"column {j}"
