"""Which columns of X an error is about: looked for only once there is one, so that no fit pays for it."""

from datetime import date, time, timedelta

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite, gen_batches

from .._text import counted, several

_BLOCK = 1 << 22  # entries of X that are looked at together
_TIMES = "date", "time", "period", "duration"  # what the types of such columns begin with in numpy, pandas and polars


def naming(check, X, *args, **options):
    """Return what a check of scikit-learn's returns; its error says, at the end, which columns of X it is about.

    Dates are refused before: numpy would make numbers of them where all columns are dates, and else a riddle.
    """
    if _has_times(X):
        raise TypeError(_not_numbers(X, getattr(X, "columns", None)))
    try:
        return check(X, *args, **options)
    except (TypeError, ValueError) as error:
        text = _about(str(error), X, getattr(X, "columns", None))
        if not text:
            raise
        raise (TypeError if isinstance(error, TypeError) else ValueError)(f"{error}\n{text}") from None


def _about(message, X, names):
    """Return what to add to the message, or nothing."""
    if "Input X contains" in message:
        try:
            return _not_finite(X if sparse.issparse(X) else np.asarray(X, dtype=np.float64), names)
        except TypeError:  # pandas.NA
            return _not_finite(np.where(X.isna(), np.nan, 0.0), names) if hasattr(X, "isna") else ""
    return "" if sparse.issparse(X) else _not_numbers(X, names)


def _has_times(X):
    """Return whether an array or a column of a frame is of a type for dates or times."""
    kinds = {getattr(X, "dtype", None)} if getattr(X, "columns", None) is None else set(X.dtypes)
    return any(str(kind).lower().startswith(_TIMES) for kind in kinds)


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
    try:
        values = np.asarray(X)
    except (TypeError, ValueError):  # such as rows of unlike lengths
        return ""
    if values.ndim != 2 or values.dtype.kind in "biufc":
        return ""
    labels, times, others = _labels(names, values.shape[1]), [], []
    for j in range(values.shape[1]):
        example, timed = _not_a_number(values[:, j])
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
                return str(value) if timed else repr(value), timed
    return "", False


def _labels(names, p):
    """Return what a column is called: by its name where all are strings, else by its number."""
    named = names is not None and len(names) == p and all(isinstance(name, str) for name in names)
    return lambda j: f"column {names[j]!r}" if named else f"column {j}"
