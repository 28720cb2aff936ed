"""What has to be decided about a table before it can be fitted: all of it in one message, with the options for it."""

from .._text import counted, several
from .missing import missing_rows
from .text import Problem, is_date, notation

MOST_LEVELS = 100  # values of a text column that --one-hot still turns into columns


def refuse_undecided(features, y, one_hot, decimal, how):
    """Raise a ``Problem`` where values are missing, or columns are not numeric, and no option says what to do.

    ``how`` is what to do about missing values, 'error' where that was not said.
    """
    empty = [column for column in features if column.missing == len(y.values)]
    features = [column for column in features if column.missing < len(y.values)]
    texts = [column for column in features if not column.numeric]
    kinds = {column.name: notation(_present(column), decimal) for column in (*texts, y) if not column.numeric}
    written = [column for column in (*texts, y) if kinds.get(column.name)]
    texts = [column for column in texts if not kinds[column.name]]
    dates, crowded, plain = _sorted_out(texts, one_hot)
    plain = [] if one_hot else plain
    holes = [column for column in features if column.missing and how == "error"]
    target = y if y.missing and how == "error" else None
    parts = [
        *_on_missing(holes, target, features, y),
        *_on_empty(empty),
        *_on_notations(written, kinds),
        *_on_target(y, kinds),
        *_on_texts(plain),
        *_on_dates(dates),
        *_on_crowded(crowded),
    ]
    useless = [*empty, *dates, *crowded]
    gone = [column.name for column in useless]
    fill = "median" if any(column.name not in gone for column in holes) else "drop" if target else ""
    options = [f"--missing {fill}"] * bool(fill) + ["--one-hot"] * bool(plain) + [_drop(useless)] * bool(useless)
    if len(options) > 1 and not written and y.numeric:
        parts.append(f"All of it, for instance: {' '.join(options)}")
    if parts:
        raise Problem("\n".join(parts))


def _present(column):
    """Return the texts of a column that are there."""
    return [value for value in column.values if value is not None]


def _sorted_out(texts, one_hot):
    """Return the columns of dates, those with too many texts for --one-hot, and the others."""
    dates, crowded, plain = [], [], []
    for column in texts:
        levels = set(_present(column))
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
        yield (
            f"Leave out the {counted(missing_rows([*features, y]), 'row')} that have any (--missing drop), fill in the "
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


def _on_notations(columns, kinds):
    """Return what to say about numbers that are written in a way that is not read."""
    if not columns:
        return
    listed = "\n".join(f"  {column.name}: {_examples(column)} ({kinds[column.name]})" for column in columns)
    yield f"these columns hold numbers that are written in a way that is not read:\n{listed}"
    found = " ".join(kinds.values())
    if "decimal commas" in found:
        yield "Read decimal commas by --decimal , (then the whole file must have them)."
    if "decimal points" in found:
        yield "For decimal points do without --decimal; a file may have one decimal mark only."
    if "thousands" in found or "percent" in found:
        yield "Take thousands separators and percent signs out of the file, or --drop such columns."


def _on_target(y, kinds):
    """Return what to say about a target of texts."""
    if not y.numeric and not kinds[y.name]:
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
        listed = "\n".join(f"  {c.name}: {len(set(_present(c)))} different values, {_examples(c)}" for c in columns)
        yield f"these columns have too many different values for --one-hot (at most {MOST_LEVELS}):\n{listed}"
        yield f"Leave them out ({_drop(columns)})."


def _drop(columns):
    """Return the option that leaves columns out."""
    return f'--drop "{",".join(column.name for column in columns)}"'


def _examples(column):
    """Show some values of a text column."""
    return several([repr(level) for level in sorted(set(_present(column)))], most=3)
