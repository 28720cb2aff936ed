"""The reference: a page for every public name, from ``__all__`` of the package and of its public modules."""

import inspect
from importlib import import_module
from pathlib import Path

import lassofit

HEAD = """\
Reference
=========

.. currentmodule:: lassofit

Every public name: ``lassofit.__all__``, and that of the public modules. Names that begin with an underscore, and
``lassofit._engine``, may change from version to version.

"""
KINDS = ("Estimators", "Displays", "Functions", "Other classes")


def kind_of(value, name):
    """The heading that a public name of the package stands under."""
    if not inspect.isclass(value):
        return "Functions"
    if name.endswith("Display"):
        return "Displays"
    return "Estimators" if hasattr(value, "fit") else "Other classes"


def public_modules():
    """Public modules of the package, by name."""
    files = sorted(Path(lassofit.__file__).parent.glob("[!_]*.py"))
    return [import_module(f"lassofit.{file.stem}") for file in files]


def table(title, names, prefix=""):
    """A heading and a summary of names, each with a page of its own."""
    lines = [title, "-" * len(title), "", ".. autosummary::", "   :toctree: api", "   :nosignatures:", ""]
    return "\n".join([*lines, *(f"   {prefix}{name}" for name in names), "", ""])


def page():
    """The page as reStructuredText."""
    names = [name for name in lassofit.__all__ if not name.startswith("_")]
    kinds = {name: kind_of(getattr(lassofit, name), name) for name in names}
    parts = [table(kind, found) for kind in KINDS if (found := [n for n in names if kinds[n] == kind])]
    for module in public_modules():
        short = module.__name__.removeprefix("lassofit.")
        summary = inspect.getdoc(module).split("\n\n")[0]
        head, rows = table(f"``{module.__name__}``", module.__all__, f"{short}.").split("\n\n", 1)
        parts.append(f"{head}\n\n{summary}\n\n{rows}")
    return HEAD + "\n".join(parts)


def write(app, config):
    """Write the page before Sphinx and autosummary look for their sources."""
    file = Path(app.srcdir, "generated", "reference.rst")
    file.parent.mkdir(exist_ok=True)
    if not file.exists() or file.read_text("utf-8") != page():
        file.write_text(page(), "utf-8")


def setup(app):
    """Make the page whenever the documentation is built."""
    app.connect("config-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
