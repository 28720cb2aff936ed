"""The examples of the README, the guides and the docstrings show what comes out, and their numbers to a hundredth.

pytest's NUMBER, by which they are run as well, compares floats to the digits that are written: with it 0.1 is right
where 0.01 comes out.
"""

import doctest
import importlib
import re
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    file for file in (ROOT / "README.rst", *sorted((ROOT / "docs").glob("*.rst"))) if ">>>" in file.read_text("utf-8")
]
MODULES = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for file in sorted((ROOT / "lassofit").rglob("*.py"))
    if ">>>" in file.read_text("utf-8")
]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
NEAR = 0.01  # rounding differs from one processor to the next


class Checker(doctest.OutputChecker):
    """Takes what is written, or the same with numbers that are near."""

    def check_output(self, want, got, optionflags):
        """Return whether the output is the one that is written, but for a hundredth of its floats."""
        if super().check_output(want, got, optionflags):
            return True
        same = " ".join(NUMBER.sub("#", want).split()) == " ".join(NUMBER.sub("#", got).split())
        pairs = zip(NUMBER.findall(want), NUMBER.findall(got), strict=False)
        return same and all(a == b or float(a) == pytest.approx(float(b), rel=NEAR, abs=0) for a, b in pairs)


def run(test):
    """Run the examples of one text; what they print in failing is the message."""
    doctest.register_optionflag("NUMBER")  # without pytest's, nothing knows it
    runner, said = doctest.DocTestRunner(Checker(), verbose=False, optionflags=FLAGS), []
    with warnings.catch_warnings():
        runner.run(test, out=said.append)
    assert not said, "".join(said)


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages(page):
    run(doctest.DocTestParser().get_doctest(page.read_text("utf-8"), {}, page.name, str(page), 0))


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    for test in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name)):
        run(test)


@pytest.mark.parametrize(
    ("want", "got", "right"),
    [
        ("{'alpha': 0.1}", "{'alpha': 0.01}", False),
        ("0.49", "0.4908", True),
        ("[38.7 0. ] True", "[38.8 0. ]  True", True),
        ("[38.7 0. ] True", "[38.8 0. ] False", False),
        ("-0.05", "0.05", False),
        ("0.0", "0.01", False),
        ("[1. 2.]", "[1. 2. 3.]", False),
        ("1 ... 3", "1 2 3", True),
    ],
)
def test_the_checker_sees_other_numbers(want, got, right):
    assert Checker().check_output(f"{want}\n", f"{got}\n", FLAGS) == right
