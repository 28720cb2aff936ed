"""The files that are asked for: refused before a long fit where they cannot be written."""

import importlib.util
import os
from pathlib import Path

from .text import Problem, aside

PLOTS = (".png", ".svg", ".pdf")
REPORTS = (".html", ".htm")


def check_outputs(source, plot=None, report=None):
    """Raise a ``Problem`` where the plot or the report cannot be made or written."""
    wanted = [("--plot", plot, PLOTS), ("--report", report, REPORTS)]
    wanted = [(option, Path(path), endings) for option, path, endings in wanted if path is not None]
    for option, path, endings in wanted:
        if path.suffix.lower() not in endings:
            kinds = " or ".join(endings)
            raise Problem(f"{option} {str(path)!r}: the name must end in {kinds}, which says what is written")
        folder = path.parent
        if not folder.is_dir():
            raise Problem(f"{option} {str(path)!r}: there is no folder {str(folder)!r}; make it first")
        if path.is_dir():
            raise Problem(f"{option} {str(path)!r}: that is a folder; give the name of a file")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise Problem(f"{option} {str(path)!r}: it may not be written there; choose another place")
        if path.exists() and Path(source).exists() and path.samefile(source):
            raise Problem(f"{option} {str(path)!r} would overwrite the table")
    if wanted and importlib.util.find_spec("matplotlib") is None:
        raise Problem(f'{wanted[0][0]} needs matplotlib: pip install "lassofit[plot]"')


def written(option, path, write):
    """Write a file by a function, and say so; ``Problem`` where that fails after all."""
    try:
        write(path)
    except OSError as error:
        raise Problem(f"{option} {str(path)!r} cannot be written: {error.strerror or error}") from error
    aside(f"wrote {path}")
