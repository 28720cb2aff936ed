"""What has to be decided about a table before it can be fitted: all of it in one message, with the options for it."""

import numpy as np

from .._text import counted, several
from .missing import missing_mask
from .notation import is_date
from .text import Problem, option
from .unread import present, unread

MOST_LEVELS = 100  # values of a text column that --one-hot still turns into columns
_FEW = 0.05  # of the rows, which are rather left out than filled in


def refuse_undecided(features, y, raw, source, one_hot, how):
    """Raise a ``Problem`` where values are missing, or columns are not numeric, and no option says what to do.

    ``raw`` are the columns by name with all rows of the file; ``how`` is what to do about missing values, 'error'
    where that was not said. Return remarks on what is done.
    """
    empty = [column for column in features if column.missing == len(y.values)]
    features = [column for column in features if column.missing < len(y.values)]
    numbers = unread(features, y, raw, source, one_hot)
    unsettled = [*numbers.written, *numbers.mixed]
    texts = [column for column in features if not column.numeric and column not in unsettled]
    dates, crowded, plain = _sorted_out(texts, one_hot)
    plain = [] if one_hot else plain
    holes = [column for column in features if column.missing and how == "error"]
    target = y if y.missing and how == "error" else None
    useless = [*empty, *dates, *crowded]
    parts = [
        *_on_missing(holes, target, features, y),
        *_on_empty(empty),
        *numbers.parts(how),
        *_on_target(y, unsettled),
        *_on_texts(plain),
        *_on_dates(dates),
        *_on_crowded(crowded),
    ]
    wanted = numbers.options()
    if wanted is not None and (y.numeric or y in unsettled):
        fill = _fill([column for column in features if column not in useless], y, numbers) if how == "error" else []
        options = [*fill, *wanted, *["--one-hot"] * bool(plain), *[_drop(useless)] * bool(useless)]
        if len(options) > 1:
            parts.append(f"All of it, for instance: {' '.join(options)}")
    if parts:
        raise Problem("\n".join(parts))


def _fill(features, y, numbers):
    """Return the option on missing values: rows are left out where they are few, and values filled in elsewhere."""
    rows = missing_mask([*features, y]) | numbers.odd_rows()
    only_target = not any(column.missing for column in features) and not numbers.mixed
    few = only_target or np.count_nonzero(rows) <= _FEW * len(rows)
    return [f"--missing {'drop' if few else 'median'}"] * bool(rows.any())


def _sorted_out(texts, one_hot):
    """Return the columns of dates, those with too many texts for --one-hot, and the others."""
    dates, crowded, plain = [], [], []
    for column in texts:
        levels = set(present(column))
        dated = bool(levels) and all(map(is_date, levels))
        many = len(levels) > MOST_LEVELS
        if dated and (many or not one_hot):
            dates.append(column)
        else:
            (crowded if many else plain).append(column)
    return dates, crowded, plain


def _on_missing(holes, target, features, y):
    """Return what to say about missing values: of the columns ``holes``, and of the target unless it is None."""
    n = len(y.values)
    listed = [f"  {c.name}: {c.missing} of {n}" for c in holes]
    listed += [f"  {y.name}: {y.missing} of {n}, the target"] * (target is not None)
    if listed:
        yield "\n".join(["these columns have missing values:", *listed])
    if holes:
        rows = counted(np.count_nonzero(missing_mask([*features, y])), "row")
        yield (
            f"Leave out the {rows} with a missing value (--missing drop), fill in the "
            "mean or the median of the column (--missing mean, --missing median; with --one-hot, a missing text is 0 "
            "in all columns of its values), or leave columns out (--drop)."
        )
    if target is not None:
        rows = "the row" if y.missing == 1 else f"the {y.missing} rows"
        how = ", which --missing drop, mean and median all do" if holes else ": --missing drop"
        yield f"A target is never filled in: {rows} without one can only be left out{how}."


def _on_empty(columns):
    """Return what to say about columns without values."""
    if columns:
        yield f"these columns have no values at all; leave them out: {_drop(columns)}"


def _on_target(y, unsettled):
    """Return what to say about a target of texts."""
    if not y.numeric and y not in unsettled:
        yield f"the target {y.name!r} is not numeric: it holds {_examples(y)}"


def _on_texts(columns):
    """Return what to say about texts."""
    if columns:
        listed = "\n".join(f"  {column.name}: {_examples(column)}" for column in columns)
        yield f"these columns are not numeric:\n{listed}"
        yield f"Leave them out ({_drop(columns)}) or turn each of their values into a 0/1 column (--one-hot)."


def _on_dates(columns):
    """Return what to say about dates."""
    if columns:
        listed = "\n".join(f"  {column.name}: {_examples(column)}" for column in columns)
        yield f"these columns hold dates:\n{listed}"
        yield f"Leave them out ({_drop(columns)}), or make numbers of them in the file, such as days since the first."


def _on_crowded(columns):
    """Return what to say about columns of too many texts."""
    if columns:
        listed = "\n".join(f"  {c.name}: {len(set(present(c)))} different values, {_examples(c)}" for c in columns)
        most = f"--one-hot (at most {MOST_LEVELS})"
        yield f"these columns of texts have too many different values for {most}:\n{listed}"
        yield f"Leave them out ({_drop(columns)})."


def _drop(columns):
    """Return the option that leaves columns out."""
    return option("--drop", [column.name for column in columns])


def _examples(column):
    """Show some values of a text column."""
    return several([repr(level) for level in sorted(set(present(column)))], most=3)
