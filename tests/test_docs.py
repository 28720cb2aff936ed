"""What of the documentation is made from the code and from the results says what these say."""

import importlib
import json
import re
import sys
from pathlib import Path

import pytest

import lassofit

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def extension(name):
    """One of the documentation's own extensions."""
    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.pop(0)


def test_the_reference_has_every_public_name():
    entries = re.findall(r"^   ([\w.]+)$", extension("public_names").page(), re.M)
    public = [name for name in lassofit.__all__ if not name.startswith("_")]
    assert len(entries) == len({*entries})
    assert {*public, "testing.certify"} <= {*entries}


def test_the_table_of_ratios_is_that_of_the_results(tmp_path):
    results = extension("results")
    data = json.loads((results.RESULTS / "path.json").read_text("utf-8"))
    text = results.ratios(tmp_path / "path", data)
    for line in data["ratios"]:
        for divisor in data["settings"]["ratios"]:
            if f"/{divisor:g}" in line:
                assert f"- {line[f'/{divisor:g}']:.3g} ({line[f'peer /{divisor:g}']})" in text
    for lost in data["lost"]:
        assert lost["what"] in text
    assert {file.name for file in tmp_path.iterdir()} == {"path-light.svg", "path-dark.svg"}


@pytest.mark.parametrize(
    ("value", "text"), [(0.97791, "0.978"), (1234.5, "1230"), (38070.5, "38100"), (4, "4"), (None, ""), ("a_", r"a\_")]
)
def test_numbers_are_rounded_to_three_digits(value, text):
    assert extension("results").rounded(value) == text


def test_every_page_is_in_the_index_and_every_link_of_the_readme_leads_somewhere():
    index = (DOCS / "index.rst").read_text("utf-8")
    for page in DOCS.glob("*.rst"):
        assert page.stem == "index" or f"\n   {page.stem}\n" in index, page
    for target in re.findall(r"<(docs/[^>]+)>`_", (ROOT / "README.rst").read_text("utf-8")):
        assert (ROOT / target).exists(), target
