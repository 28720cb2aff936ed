"""What becomes of missing values in a table: refused, their rows left out, or filled in when a model is fitted."""

from typing import NamedTuple

import numpy as np

from .._text import counted, several
from .text import Problem


class Missing(NamedTuple):
    """What became of missing values."""

    how: str  # "error", "mean", "median" or "drop"
    filled: dict  # of the columns of numbers: name to number of values that a fit fills in
    zeros: dict  # of the columns of texts: name to number of rows where none of its 0/1 columns is 1
    left_out: int  # rows

    def text(self):
        """Say it; "" where nothing was missing."""
        parts = []
        if self.left_out:
            without = "with missing values" if self.how == "drop" else "without a target"
            parts.append(f"{counted(self.left_out, 'row')} {without} left out")
        if self.filled:
            listed = several([f"{name} ({count})" for name, count in self.filled.items()], 10)
            parts.append(f"filled in by the {self.how} of the column over the rows trained on: {listed}")
        if self.zeros:
            listed = several([f"{name} ({count})" for name, count in self.zeros.items()], 10)
            parts.append(f"0 in all 0/1 columns where the text is missing: {listed}")
        return "; ".join(parts)

    def filler(self):
        """Return the transformer that fills in, unfitted; None where nothing is to be filled in."""
        from sklearn.impute import SimpleImputer

        # A column without values in a fold's training rows stays, as zeros: constant, so the Lasso leaves it out.
        return SimpleImputer(strategy=self.how, keep_empty_features=True) if self.filled else None


def settle(features, y, how):
    """Return features and target without the rows that are to be left out, and the Missing; or raise a ``Problem``.

    With 'error' they are as they were: what is missing is refused together with all else that has to be decided.
    """
    columns = [*features, y]
    if y.missing == len(y.values):
        raise Problem(f"the target {y.name!r} has no values at all; name another column (--target)")
    if how == "error" or not any(column.missing for column in columns):
        return features, y, Missing(how, {}, {}, 0)
    absent = [_absent(column) for column in (columns if how == "drop" else [y])]
    kept = ~np.any(absent, axis=0)
    if not kept.any():
        raise Problem(
            "no rows are left: every row has missing values; fill them in (--missing mean or median), or leave out "
            f"the columns that have most of them (--drop): {_emptiest(features)}"
        )
    features, y = [_rows(column, kept) for column in features], _rows(y, kept)
    filled = {column.name: column.missing for column in features if column.missing and column.numeric}
    zeros = {column.name: column.missing for column in features if column.missing and not column.numeric}
    return features, y, Missing(how, filled, zeros, int(np.count_nonzero(~kept)))


def _emptiest(columns):
    """Name the columns with the most missing values, and how many these are."""
    most = sorted(columns, key=lambda column: -column.missing)
    return several(
        [f"{column.name} ({column.missing} of {len(column.values)})" for column in most if column.missing], 3
    )


def _absent(column):
    """Return the mask of the rows without a value."""
    return np.isnan(column.values) if column.numeric else np.array([value is None for value in column.values])


def _rows(column, kept):
    """Return the column with some rows alone."""
    return column._replace(values=column.values[kept])


def missing_mask(columns):
    """Return the mask of the rows that have a missing value in any of the columns."""
    return np.any([_absent(column) for column in columns], axis=0)
