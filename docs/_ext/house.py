"""``.. files::``: every module of the package, folder by folder, with the first line of its docstring."""

import ast
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import lassofit

PACKAGE = Path(lassofit.__file__).parent


def folders():
    """The package's folders of modules, itself first."""
    return [PACKAGE, *sorted(file.parent for file in PACKAGE.rglob("*/__init__.py"))]


def table(folder):
    """The lines of a heading and a table: the folder's modules and the first lines of their docstrings."""
    yield from (f".. rubric:: {folder.relative_to(PACKAGE.parent)}", "", ".. list-table::", "   :widths: 25 75", "")
    for file in sorted(folder.glob("*.py")):
        doc = ast.get_docstring(ast.parse(file.read_text("utf-8")))
        yield from (f"   * - ``{file.name}``", f"     - {doc.splitlines()[0]}")
    yield ""


class Files(SphinxDirective):
    """The tables of all folders; Sphinx reads the page again where a module has changed."""

    def run(self):
        """Return the nodes."""
        for file in PACKAGE.rglob("*.py"):
            self.env.note_dependency(str(file))
        lines = [line for folder in folders() for line in table(folder)]
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, source="house"), self.content_offset, node)
        return node.children


def setup(app):
    """Add the directive."""
    app.add_directive("files", Files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
