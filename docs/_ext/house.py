"""``.. files:: FOLDER``: the modules of a folder of the package, each with the first line of its docstring."""

import ast
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import lassofit

PACKAGE = Path(lassofit.__file__).parent


def modules(folder):
    """File names and first lines of the docstrings of the modules in a folder of the package."""
    for file in sorted(PACKAGE.joinpath(folder).glob("*.py")):
        doc = ast.get_docstring(ast.parse(file.read_text("utf-8")))
        yield file.name, doc.splitlines()[0]


class Files(SphinxDirective):
    """A definition list would be long: two columns, the name and what it does."""

    required_arguments = 1

    def run(self):
        """Return the table, and have Sphinx read the package's files again where they changed."""
        lines = [".. list-table::", "   :widths: 25 75", ""]
        for name, line in modules(self.arguments[0]):
            lines += [f"   * - ``{name}``", f"     - {line}"]
            self.env.note_dependency(str(PACKAGE / self.arguments[0] / name))
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, source="house"), self.content_offset, node)
        return node.children


def setup(app):
    """Add the directive."""
    app.add_directive("files", Files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
