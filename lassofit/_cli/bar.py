"""A progress bar on a terminal, by rich where it is installed; elsewhere one plain line. All of it on stderr."""

import sys
from contextlib import contextmanager

from .text import aside


class _Steps:
    """A callback of scikit-learn's that calls a function at the end of every fold and of the last fit."""

    def __init__(self, advance):
        self._advance = advance

    def setup(self, estimator, context):
        """Nothing to set up."""

    def teardown(self, estimator, context):
        """Nothing to tear down."""

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None, metadata=None):
        """Nothing to show yet."""

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        """Move on."""
        if context.task_name in ("fold", "refit"):
            self._advance()


@contextmanager
def progress(estimator, title, steps=None):
    """Show how far the fit within is: of a cross-validation, the steps; without their number, that it runs."""
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    except ImportError:
        Progress = None
    if Progress is None or not sys.stderr.isatty() or not hasattr(estimator, "set_callbacks"):
        aside(f"{title} ...")
        yield
        return
    count = [MofNCompleteColumn()] if steps else []
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), *count, TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=steps)
        estimator.set_callbacks(_Steps(lambda: bar.advance(task)))
        try:
            yield
        finally:
            estimator.set_callbacks()
