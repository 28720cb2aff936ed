"""How numbers are written in a file: what is read as a number, and what is one in another notation."""

import re
from collections import Counter
from typing import NamedTuple

_OTHER = {".": ",", ",": "."}
_NAMES = {".": "decimal points", ",": "decimal commas"}
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([,.' \xa0\u202f])\d{3}(?:\1\d{3})*(?:([.,])\d+)?")  # 1,009,618.5
_MARKS = [  # what may be about a number, and what is left without it
    ("brackets for a minus", re.compile(r"\((.+)\)"), r"-\1"),
    ("minus signs other than -", re.compile(r"[\u2010-\u2015\u2212](.+)"), r"-\1"),
    ("percent signs", re.compile(r"(.+?)\s*%"), r"\1"),
    ("currency signs", re.compile(r"([+-]?)\s*[$€£¥]\s*(.+)|(.+?)\s*[$€£¥]"), r"\1\2\3"),
]
_DATE = re.compile(
    r"(?:\d{4}([-./])\d{1,2}(?:\1\d{1,2})?|\d{1,2}([-./ ])(?:\d{1,2}|[a-z]{3,9})\2\d{2,4})(?:[t ]\d.*)?", re.I
)


class Verdict(NamedTuple):
    """What most of the texts of a column are."""

    kind: str  # the notation of numbers that are not read as such; "" for numbers as they are read, and for texts
    numbers: int  # how many are numbers in that notation; 0 if the column is one of texts
    odd: list  # the texts, each once, that are not, of a column of numbers


def read_number(text, decimal, thousands=""):
    """Read a number; unlike float(), no underscores, which are in codes rather than in numbers."""
    if thousands and _separator(text, decimal) == thousands:
        text = text.replace(thousands, "")
    if "_" in text or (decimal == "," and "." in text):
        raise ValueError(text)
    return float(text.replace(decimal, "."))


def is_number(text, decimal, thousands=""):
    """Whether a text is a number."""
    try:
        read_number(text, decimal, thousands)
    except ValueError:
        return False
    return True


def is_date(text):
    """Whether a text looks like a date, with a time or without: 2024-1-31, 2024-01, 31.1.2024, 1/31/24, 31 Jan 2024."""
    return _DATE.fullmatch(text.strip()) is not None


def notation(values, decimal, thousands=""):
    """Say what keeps texts from being read as numbers although they are; "" if they are not."""
    bare = [_bare(text) for text in values]
    marks = [name for name, *_ in _MARKS if any(name in found for _, found in bare)]
    texts, other, kinds = [text for text, _ in bare], _OTHER[decimal], []
    if not all(is_number(text, decimal, thousands) for text in texts):
        if all(is_number(text, other) for text in texts):
            kinds.append(_NAMES[other])
        if all(_looks(text, decimal) for text in texts):
            kinds.append("thousands separators")
        if not kinds and all(_looks(text, other) for text in texts):
            kinds.append(f"{_NAMES[other]} with thousands separators")
        if not kinds:
            return ""
    return " and ".join([*marks, *[" or ".join(kinds)] * bool(kinds)])


def verdict(values, decimal, thousands=""):
    """Tell what most of the texts of a column are; it is one of numbers if half of them are."""
    counts = Counter(values)
    total = counts.total()
    plain = [text for text in counts if is_number(text, decimal, thousands)]
    kind, read = notation(counts, decimal, thousands), sum(counts[text] for text in plain)
    if 2 * read >= total and "decimal" not in kind and "thousands" not in kind:
        return Verdict("", read, sorted(set(counts).difference(plain)))
    if kind:
        return Verdict(kind, total, [])
    found = []
    for mark in (decimal, _OTHER[decimal]):
        texts = [text for text in counts if _looks(_bare(text)[0], mark)]
        found.append((sum(counts[text] for text in texts), texts))
    read, texts = max(found, key=lambda one: one[0])
    kind = notation(texts, decimal, thousands)
    if kind and 2 * read >= total:
        return Verdict(kind, read, sorted(set(counts).difference(texts)))
    return Verdict("", 0, [])


def separators(values, kind, decimal):
    """Return the thousands separators of numbers in the notation ``kind``."""
    mark = _OTHER[decimal] if "with thousands" in kind else decimal
    return {_separator(_bare(text)[0], mark) for text in values if "thousands" in kind} - {""}


def _looks(text, decimal):
    """Whether a text is a number, with thousands separators or without."""
    return is_number(text, decimal) or _separator(text, decimal) != ""


def _separator(text, decimal):
    """Return the thousands separator of a number; "" where there is none."""
    match = _GROUPED.fullmatch(text.strip())
    if match is None or match[1] == decimal or match[2] not in (None, decimal):
        return ""
    return match[1]


def _bare(text):
    """Return a text without the marks about a number, and their names."""
    text, found = text.strip(), []
    for name, pattern, without in _MARKS:
        match = pattern.fullmatch(text)
        if match:
            text = match.expand(without).strip()
            found.append(name)
    return text, found
