"""Remarks on a table that are no errors, but probably a mistake."""

import numpy as np

from .._text import counted, several

_FEWEST = 10  # rows, below which a pattern may be chance


def remarks_on_columns(features):
    """Return remarks on columns, as they were read, that only number or name the rows."""
    notes = []
    for column in features:
        values = column.values
        if len(values) < _FEWEST:
            continue
        if column.numeric and _counts(values):
            notes.append(f"column {column.name!r} counts the rows; if it is no measurement, --drop it")
        if not column.numeric and len(set(values)) == len(values):
            notes.append(
                f"column {column.name!r} has another text in every row, which predicts no other row; --drop it"
            )
    return notes


def _counts(values):
    """Whether the values go up by one from row to row."""
    with np.errstate(over="ignore", invalid="ignore"):  # infinite ones are refused later
        return np.array_equal(values - values[0], np.arange(len(values)))


def remarks_on_rows(X, y, names):
    """Return remarks on what was made of the columns: repeated columns and rows, and a target of classes."""
    return [*_on_copies(X, names), *_on_rows(X, y), *_on_target(y)] if len(y) >= _FEWEST else []


def _on_copies(X, names):
    """Tell of columns that repeat another; constant ones are left out of a model anyway."""
    first, copies = {}, []
    for name, column in zip(names, X.T, strict=True):
        found = first.setdefault(column.tobytes(), name)
        if found != name and np.ptp(column) > 0:
            copies.append(f"{name!r} of {found!r}")
    if copies:
        yield f"columns that are exact copies: {several(copies, 5)}; a lasso may choose either, so --drop one"


def _on_rows(X, y):
    """Tell of rows that repeat another, unless all columns have few values, so that they can be alike by chance."""
    distinct = len({row.tobytes() for row in np.column_stack([X, y])})
    if distinct < len(y) and any(2 * len(np.unique(column)) >= distinct for column in (y, *X.T)):
        copies = f"{counted(len(y) - distinct, 'row')} {'repeats' if len(y) - distinct == 1 else 'repeat'} others"
        yield f"{copies}, target and all: a cross-validation then tests on rows that it was trained on"


def _on_target(y):
    """Tell of a target that may be a class."""
    levels = np.unique(y)
    if len(levels) == 2:
        yield (
            f"the target has two values only, {levels[0]:g} and {levels[1]:g}: if they are classes, a classifier is "
            "meant, such as logistic regression with an L1 penalty"
        )
