"""What is said to the user."""

import re
import sys


class Problem(Exception):
    """Something the user can mend; the text is the message, and no traceback is shown."""


def say(*lines):
    """Print at once, whatever stdout is connected to."""
    print(*lines, sep="\n", flush=True)


def aside(text):
    """Print what is no result, to stderr, at once."""
    print(text, file=sys.stderr, flush=True)


def option(name, texts):
    """Return an option with texts separated by commas, quoted for a shell."""
    value = ",".join(texts)
    quoted = f'"{value}"' if not re.search(r'["$`!\\]', value) else "'" + value.replace("'", "'\"'\"'") + "'"
    return f"{name}{'=' if value.startswith('-') else ' '}{quoted}"
