"""Which columns of X an error is about: looked for only once there is one, so that no fit pays for it."""

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite, gen_batches

from .._text import counted, several

_BLOCK = 1 << 22  # entries of X that are looked at together


def naming(check, X, *args, **options):
    """Return what a check of scikit-learn's returns; its error says, at the end, which columns of X it is about."""
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
            return ""
    return "" if sparse.issparse(X) else _not_numbers(X, names)


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
    labels = _labels(names, values.shape[1])
    found = [(j, _not_a_number(values[:, j])) for j in range(values.shape[1])]
    found = [f"{labels(j)} (such as {example:.40})" for j, example in found if example]
    if not found:
        return ""
    advice = "Encode such columns, as OneHotEncoder or pandas.get_dummies does, or leave them out."
    return f"X has values that are no numbers in {several(found, 10)}. {advice}"


def _not_a_number(column):
    """Return the first value that is no number, as text, or nothing."""
    try:
        column.astype(np.float64)
    except (TypeError, ValueError):
        for value in column:
            try:
                float(value)
            except (TypeError, ValueError):
                return repr(value)
    return ""


def _labels(names, p):
    """Return what a column is called: by its name where all are strings, else by its number."""
    named = names is not None and len(names) == p and all(isinstance(name, str) for name in names)
    return lambda j: f"column {names[j]!r}" if named else f"column {j}"
