"""README.rst says what the results say, shows the figures of these results, and renders."""

import hashlib
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.rst").read_text("utf-8")
pytestmark = pytest.mark.skipif(not (ROOT / "benchmarks").is_dir(), reason="the benchmarks are not here")


def test_the_table_of_features_is_that_of_the_results():
    command = [sys.executable, str(ROOT / "benchmarks" / "features.py"), "--table"]
    table = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert table.count("yes") > 50
    assert table.strip() in README


def test_the_figure_of_times_is_that_of_the_results():
    digest = hashlib.sha256((ROOT / "benchmarks" / "results" / "path.json").read_bytes()).hexdigest()
    figure = (ROOT / "docs" / "_static" / "benchmark.svg").read_text("utf-8")
    assert digest in figure, "run python docs/_ext/readme_figures.py"


def test_its_pictures_are_here_and_it_is_short():
    pictures = re.findall(r"^\.\. image:: (.+)$", README, re.M)
    assert len(pictures) == 2
    assert all((ROOT / picture).is_file() for picture in pictures)
    assert README.count("\n") <= 170


def test_it_renders_without_a_warning():
    core = pytest.importorskip("docutils.core")
    from docutils.writers.html5_polyglot import Writer

    settings = {"halt_level": 2, "report_level": 2, "warning_stream": False, "syntax_highlight": "none"}
    page = core.publish_string(README, writer=Writer(), settings_overrides=settings).decode()
    assert page.count("<img") == 2
    assert 'class="system-message' not in page


def test_our_column_is_what_the_checks_say_now(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    checks, features = importlib.import_module("_feature_checks"), importlib.import_module("_features")
    rows = json.loads((ROOT / "benchmarks" / "results" / "features.json").read_text("utf-8"))["rows"]
    assert [row["feature"] for row in rows] == [*checks.CHECKS]
    monkeypatch.delitem(checks.CHECKS, "estimator_checks")  # tests/test_estimator_checks.py runs more of them
    cells = checks.run(features.Lassofit())
    assert {name: cell["yes"] for name, cell in cells.items()} == {
        row["feature"]: row["lassofit"] for row in rows if row["feature"] != "estimator_checks"
    }
