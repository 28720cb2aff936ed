"""What is said to the user, and how numbers are written in a file."""

import re
import sys

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([,.' \xa0\u202f])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?")  # 1,009,618.5

_DATE = re.compile(
    r"(?:\d{4}([-./])\d{1,2}(?:\1\d{1,2})?|\d{1,2}([-./ ])(?:\d{1,2}|[a-z]{3,9})\2\d{2,4})(?:[t ]\d.*)?", re.I
)


class Problem(Exception):
    """Something the user can mend; the text is the message, and no traceback is shown."""


def say(*lines):
    """Print at once, whatever stdout is connected to."""
    print(*lines, sep="\n", flush=True)


def aside(text):
    """Print what is no result, to stderr, at once."""
    print(text, file=sys.stderr, flush=True)


def read_number(text, decimal):
    """Read a number; unlike float(), no underscores, which are in codes rather than in numbers."""
    if "_" in text or (decimal == "," and "." in text):
        raise ValueError(text)
    return float(text.replace(decimal, "."))


def _is_number(text, decimal):
    """Whether a text is a number."""
    try:
        read_number(text, decimal)
    except ValueError:
        return False
    return True


def is_date(text):
    """Whether a text looks like a date, with a time or without: 2024-1-31, 2024-01, 31.1.2024, 1/31/24, 31 Jan 2024."""
    return _DATE.fullmatch(text.strip()) is not None


def notation(values, decimal):
    """Say what keeps texts from being read as numbers although they are; "" if they are not."""
    percent = any(text.rstrip().endswith("%") for text in values)
    texts = [text.strip().removesuffix("%").strip() for text in values]
    kinds = []
    if not all(_is_number(text, decimal) for text in texts):
        if all(_is_number(text.replace(",", "."), ".") for text in texts):
            kinds.append("decimal commas" if decimal == "." else "decimal points")
        if all(_GROUPED.fullmatch(text) or _is_number(text, decimal) for text in texts):
            kinds.append("thousands separators")
        if not kinds:
            return ""
    return " and ".join(["percent signs"] * percent + [" or ".join(kinds)] * bool(kinds))
