"""A file and how it is to be read: its kind, its separator, and where a row of it stands."""

import bz2
import codecs
import csv
import gzip
import itertools
import lzma
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

from .text import Problem

_OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_LIBSVM = re.compile(rb"\s*[-+.\deE]+( \d+:[-+.\deE]+)+\s*(\n|$)")  # a target, and pairs of column and value
_STARTS = {  # of files that are no text
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, not CSV: open it and save it as CSV",
    b"%PDF-": "a PDF document, not CSV: save the table in it as CSV",
    b"\x1f\x8b\x08": "compressed by gzip: give it a name that ends in .csv.gz",
}


class Source(NamedTuple):
    """A file and the options on reading it, which are for CSV alone."""

    path: Path
    decimal: str = "."
    encoding: str = "utf-8"
    thousands: str = ""  # separator
    na_values: tuple = ()  # texts that count as missing

    @property
    def parquet(self):
        """Whether the name is that of a Parquet file."""
        return self.path.suffix.lower() in {".parquet", ".pq"}

    def open(self):
        """Open a CSV file, which may be compressed, as the module csv wants it."""
        opener = _OPENERS.get(self.path.suffix.lower(), open)
        return opener(self.path, "rt", encoding=known(self.encoding), newline="")

    def separator_and_header(self):
        """Return the separator that occurs most often in the first line, and the names it separates."""
        with self.open() as file:
            first = next((line for line in file if line.strip()), "")
            separator = max(",;\t|".replace(self.decimal, ""), key=first.count)
            if separator not in first:  # decimal commas may be in quotes and the separator a comma
                separator = ","
            return separator, next(csv.reader(itertools.chain([first], file), delimiter=separator), [])

    def places(self, rows):
        """Say where rows stand, which are numbered from 0 below the header: the lines of a CSV file."""
        if self.parquet:
            return {row: f"row {row + 1}" for row in rows}
        separator, _ = self.separator_and_header()
        wanted, places, before, count = set(rows), {}, 0, -1
        with self.open() as file:
            reader = csv.reader(file, delimiter=separator)
            for cells in reader:
                if len(cells) > 1 or "".join(cells).strip():  # not an empty line
                    if count in wanted:
                        places[count] = f"line {before + 1}"
                    count += 1
                before = reader.line_num
        return places


def na_texts(given):
    """Return the texts of --na-values, which are separated by commas; with spaces about them as well as without."""
    parts = [part for value in given for part in value.split(",")]
    return tuple(dict.fromkeys(text for part in parts for text in (part, part.strip()) if text))


def refuse_other_kinds(path):
    """Raise where the first bytes of a file that is to be read as CSV are those of another kind of file."""
    with path.open("rb") as file:
        start = file.read(512)
        file.seek(-min(path.stat().st_size, 4), 2)
        end = file.read()
    found = next((text for first, text in _STARTS.items() if start.startswith(first)), None)
    if path.suffix.lower() in _OPENERS:
        found = None
    elif start.startswith(b"PK\x03\x04"):
        found = "a zip archive, not CSV: unpack it and name the CSV file in it"
        if _is_workbook(path):
            found = "an Excel workbook or the like, not CSV: open it there and save it as CSV"
    elif start.startswith(b"PAR1") and end == b"PAR1":
        found = "a Parquet file: give it a name that ends in .parquet"
    elif start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        found = "a web page, not CSV: open it to see what it says"
    elif _LIBSVM.match(start):
        found = "a LIBSVM file, not CSV: sklearn.datasets.load_svmlight_file reads it, for Lasso in Python"
    if found:
        raise Problem(f"{str(path)!r} is {found}")


def _is_workbook(path):
    """Whether a zip archive is a workbook, by its name or by what is in it."""
    if path.suffix.lower() in {".xlsx", ".xlsm", ".xlsb", ".ods"}:
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") or name == "content.xml" for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def known(encoding):
    """Return the name of an encoding, the one that skips a mark at the start for UTF-8."""
    try:
        "".encode(encoding)  # refuses the codecs that are not for text
    except (LookupError, UnicodeError) as error:
        raise Problem(f"there is no text encoding {encoding!r}") from error
    return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
