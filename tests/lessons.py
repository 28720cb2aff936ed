"""The lessons of the documentation as modules: they are scripts, and no package."""

import importlib.util
import io
from contextlib import redirect_stdout
from pathlib import Path

import matplotlib

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def load(name):
    """Run a lesson; return it as a module, and what it printed."""
    matplotlib.use("Agg")
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    with redirect_stdout(io.StringIO()) as out:
        spec.loader.exec_module(module)
    return module, out.getvalue()
