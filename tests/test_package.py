"""The files around the code say the same as the code."""

import re
import tomllib
from pathlib import Path

import lassofit

ROOT = Path(__file__).resolve().parent.parent


def test_citation_and_changelog_name_the_version():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {lassofit.__version__}\n" in citation
    release = re.match(r"\d+\.\d+\.\d+", lassofit.__version__).group()
    newest = re.search(r"^(\d+\.\d+\.\d+)\b", (ROOT / "CHANGELOG.rst").read_text("utf-8"), re.M)
    assert newest.group(1) == release


def test_dependencies_have_a_floor_and_no_cap():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    for line in [*project["dependencies"], *extras]:
        # .ci/run makes `==` of each `>=` to test on the oldest versions
        assert re.fullmatch(r"[\w-]+(\[\w+\])?>=[\d.]+", line), line


def test_type_marker_is_there():
    assert (ROOT / "lassofit" / "py.typed").exists()
