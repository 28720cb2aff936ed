"""Columns of numbers that are not read as such: most are in another notation, or a few of their entries are odd."""

from typing import NamedTuple

import numpy as np

from .._text import several
from .notation import is_number, separators, verdict
from .source import Source
from .text import option

MOST_CODES = 20  # values of a column most of which are numbers that --one-hot still turns into columns
_MOST_ODD = 20  # texts that are proposed for --na-values
_RARE = 0.05  # of the rows: numbers in another notation that may be slips


class Unread(NamedTuple):
    """The columns of a table of texts most of which are numbers."""

    written: list  # in another notation
    mixed: list  # as they are read, with odd entries
    codes: list  # of the mixed ones, those of few values
    verdicts: dict  # by name, of all columns of texts
    raw: dict  # the columns by name with all rows of the file
    source: Source

    def parts(self, how):
        """Yield what to say about them; ``how`` is what becomes of missing values."""
        yield from self._on_written()
        yield from self._on_mixed(how)

    def options(self):
        """Return the options that settle all of them; None where no options do."""
        found, na = self._notation_options(), self.na_option()
        return None if found is None or (self._odd() and not na) else [*[na] * bool(na), *found]

    def odd_rows(self):
        """Return the mask of the file's rows that have an odd entry."""
        rows = [[text in odd for text in self.raw[name].values] for name, odd in self._odd().items()]
        return np.any(rows, axis=0) if rows else False

    def _odd(self):
        """Return the odd entries by column."""
        return {name: self.verdicts[name].odd for name in self._unsettled() if self.verdicts[name].odd}

    def _unsettled(self):
        """Return the names of the columns."""
        return [column.name for column in (*self.written, *self.mixed)]

    def na_option(self, names=None):
        """Return the option that counts odd entries as missing; "" where they are too many, or cannot be given."""
        names = self._unsettled() if names is None else names
        odd = list(dict.fromkeys(text for name in names for text in self.verdicts[name].odd))
        possible = all(text.strip() and text.isprintable() and "," not in text for text in odd)
        if self.source.parquet or not possible or not 0 < len(odd) <= _MOST_ODD:
            return ""
        return option("--na-values", odd)

    def _notation_options(self):
        """Return the options that read all other notations; None where they do not."""
        kinds = {self.verdicts[column.name].kind for column in self.written}
        found = {mark for column in self.written for mark in self._separators(column)}
        known = {"decimal commas", "thousands separators", "decimal commas with thousands separators"}
        if not kinds <= known or not found <= set("., '") or len(found) > 1 or (kinds and self.source.parquet):
            return None
        commas = any("commas" in kind for kind in kinds)
        return ["--decimal ,"] * commas + [option("--thousands", found)] * len(found)

    def _separators(self, column):
        """Return the thousands separators in a column."""
        kind = self.verdicts[column.name].kind
        texts = [text for text in set(present(column)) if text not in self.verdicts[column.name].odd]
        return separators(texts, kind, self.source.decimal)

    def _on_written(self):
        """Yield what to say about numbers in another notation."""
        if not self.written:
            return
        lines = [
            f"  {c.name}: {self._examples(c)} ({self.verdicts[c.name].kind})" + self._first(c) for c in self.written
        ]
        yield "\n".join(["these columns hold numbers that are written in a way that is not read:", *lines])
        kinds = " ".join(self.verdicts[column.name].kind for column in self.written)
        found = {mark for column in self.written for mark in self._separators(column)}
        if self.source.parquet:
            yield "Make numbers of them in the file, or --drop such columns."
            return
        if "decimal commas" in kinds:
            yield "Read decimal commas by --decimal , (then the whole file must have them)."
        if "decimal points" in kinds:
            yield "For decimal points do without --decimal; a file may have one decimal mark only."
        if len(found) == 1 and found <= set("., '"):
            yield f"Read thousands separators by {option('--thousands', found)}."
        elif found:
            yield "Take thousands separators out of the file, or --drop such columns."
        if any(word in kinds for word in ("signs", "brackets")):
            yield "Take the signs and brackets about numbers out of the file (a minus is -), or --drop such columns."

    def _on_mixed(self, how):
        """Yield what to say about columns of numbers with odd entries."""
        odd, na = self._odd(), self.na_option()
        if not odd:
            return
        lines = [f"  {name}: {self.odd_line(name)}" for name in odd]
        yield "\n".join(["these columns are of numbers, all but some of their entries:", *lines])
        then = "; --missing says what becomes of these" if how == "error" else ""
        yield f"Mend these in the file{f', or count them as missing ({na}{then})' if na else ''}."
        codes = [column.name for column in self.codes if column in self.mixed]
        if codes:
            yield f"For codes rather than measurements, --one-hot makes a 0/1 column of every value: {several(codes)}"

    def odd_line(self, name):
        """Tell of the odd entries of a column, and where they are."""
        values, judged = self.raw[name].values, self.verdicts[name]
        rows = {text: [] for text in judged.odd}
        for row, text in enumerate(values):
            if text in rows:
                rows[text].append(row)
        texts = sorted(judged.odd, key=lambda text: rows[text][0])
        places = self.source.places([row for text in texts[:3] for row in rows[text][:3]])
        shown = []
        for text in texts[:3]:
            more = [f"{len(rows[text]) - 3} more"] * (len(rows[text]) > 3)
            shown.append(f"{text!r} ({', '.join([*(places[row] for row in rows[text][:3]), *more])})")
        shown += [f"{len(texts) - 3} other texts"] * (len(texts) > 3)
        total = len(present(self.raw[name]))
        return f"{judged.numbers} of {total} values are numbers; not a number: {', '.join(shown)}"

    def _first(self, column):
        """Say where the first number is that is not read, if such are rare; "" otherwise."""
        decimal, thousands = self.source.decimal, self.source.thousands
        values = self.raw[column.name].values
        rows = [k for k, text in enumerate(values) if text is not None and not is_number(text, decimal, thousands)]
        if len(rows) > _RARE * len(values):
            return ""
        return f", the first in {self.source.places(rows[:1])[rows[0]]}; mend it in the file if it stands alone"

    def _examples(self, column):
        """Show some numbers of a column, those first that are not read."""
        texts = sorted(set(present(column)).difference(self.verdicts[column.name].odd))
        texts.sort(key=lambda text: is_number(text, self.source.decimal, self.source.thousands))
        return several([repr(text) for text in texts], most=3)


def unread(features, y, raw, source, one_hot):
    """Return the Unread of a table; columns of few values, which may be codes, are left to --one-hot."""
    columns = [column for column in (*features, y) if not column.numeric]
    verdicts = {c.name: verdict(present(raw[c.name]), source.decimal, source.thousands) for c in columns}
    written = [c for c in columns if verdicts[c.name].kind]
    mixed = [c for c in columns if verdicts[c.name].numbers and not verdicts[c.name].kind]
    codes = [c for c in mixed if c is not y and len(set(present(c))) <= MOST_CODES]
    mixed = [c for c in mixed if not (one_hot and c in codes)]
    return Unread(written, mixed, codes, verdicts, raw, source)


def remarks_on_codes(features, y, raw, source):
    """Return remarks on columns most of which are numbers, and which become 0/1 columns all the same."""
    numbers, notes = unread(features, y, raw, source, one_hot=False), []
    for column in numbers.codes:
        found = numbers.odd_line(column.name)
        notes.append(
            f"column {column.name!r} becomes 0/1 columns, although {found}; if it is a measurement, mend the file"
            + f", or give {numbers.na_option([column.name])}" * bool(numbers.na_option([column.name]))
        )
    return notes


def present(column):
    """Return the texts of a column that are there."""
    return [value for value in column.values if value is not None]
