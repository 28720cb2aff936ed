"""Who called: the line of the user's that a warning has to point at."""

import sys
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = str(Path(__file__).resolve().parent.parent)
_CALLBACKS = str(Path(find_spec("sklearn").origin).parent / "callback")  # which decorates ``fit``


def user_level():
    """Return the stacklevel at which a warning that the caller issues points at the first line outside the package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith((_PACKAGE, _CALLBACKS)):
        frame, level = frame.f_back, level + 1
    return level
