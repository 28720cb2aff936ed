"""The benchmarks as they are run, on the smallest of data."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the benchmarks are not here"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks"),
]


def run(script, *options):
    """Run a benchmark; return what it wrote."""
    path = Path(options[-1])
    done = subprocess.run(
        [sys.executable, str(FOLDER / script), *options[:-1], "--output", str(path)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(path.read_text("utf-8"))


def test_a_tiny_run_reaches_the_gaps_and_records_them(tmp_path):
    options = ["--workloads", "tiny", "--solvers", "sklearn,sklearn-gram", "--ratios", "2,10", "--repeats", "2"]
    content = run("single.py", *options, "--gap", "1e-4,1e-7", "--memory", tmp_path / "new" / "tiny.json")
    assert content["setup"]["versions"]["scikit-learn"]
    assert all(pool["num_threads"] == 1 for pool in content["setup"]["threads"])
    assert [(row["alpha_max/"], row["target"], row["solver"]) for row in content["rows"]] == [
        (ratio, gap, name) for ratio in (2.0, 10.0) for gap in (1e-4, 1e-7) for name in ("sklearn", "sklearn-gram")
    ]
    for row in content["rows"]:
        assert row["reached"] and row["gap"] <= row["target"]
        assert row["passes"] == pytest.approx(row["cpu_ms"] / row["pass_cpu_ms"])
        assert row["ms"] > 0 and row["support"] > 0 and row["extra_MB"] >= 0


def test_a_tiny_path_reaches_the_gap_at_every_alpha(tmp_path):
    options = [
        "--workloads",
        "tiny",
        "--solvers",
        "lassofit,sklearn,sklearn-residual",
        "--ratios",
        "10",
        "--count",
        "7",
    ]
    content = run("path.py", *options, "--repeats", "1", tmp_path / "path.json")
    assert [row["solver"] for row in content["rows"]] == ["lassofit", "sklearn", "sklearn-residual"]
    for row in content["rows"]:
        assert row["reached"] and row["gap"] <= 1e-6 and row["alphas"] == 7
    assert content["ratios"][0]["/10"] > 0


def test_the_small_problems_are_timed_for_both(tmp_path):
    content = run("small.py", "--repeats", "2", tmp_path / "small.json")
    assert {row["call"] for row in content["rows"]} == {"fit", "predict"}
    assert all(row["us"] > 0 and row["sklearn us"] > 0 for row in content["rows"])


def test_the_choices_of_alpha_are_timed_at_equal_alpha(tmp_path):
    options = ["--workloads", "tiny", "--solvers", "lassofit,sklearn", "--repeats", "1", "--count", "20"]
    content = run("cv.py", *options, tmp_path / "cv.json")
    rows = {(row["what"], row["solver"]): row for row in content["rows"]}
    assert set(rows) == {(what, name) for what in ("defaults", "equal alpha_") for name in ("lassofit", "sklearn")}
    exact = rows["equal alpha_", "lassofit"]
    assert exact["ratio"] == 1 and exact["tol"] == 1e-4
    for row in rows.values():
        assert row["ms"] > 0 and row["mse"] == pytest.approx(exact["mse"], rel=1e-2)
    assert rows["equal alpha_", "sklearn"]["off"] == 0
    assert rows["equal alpha_", "sklearn"]["alpha"] == pytest.approx(exact["alpha"])


def test_a_choice_is_ended_at_the_limit_and_the_row_says_so(tmp_path):
    options = ["--workloads", "tiny", "--solvers", "sklearn", "--limit", "0.01"]
    content = run("cv.py", *options, tmp_path / "cv.json")
    assert [(row["solver"], row["why"]) for row in content["rows"]] == [("sklearn", "over 0.01 s")]


def test_the_searches_are_timed_and_agree(tmp_path):
    options = ["--workloads", "tiny", "--alphas", "5", "--folds", "3", "--repeats", "1"]
    rows = run("search.py", *options, tmp_path / "search.json")["rows"]
    assert [row["search"].split(",")[0] for row in rows] == [
        "PathSearchCV", "StandardScaler", "GridSearchCV", "GridSearchCV",
    ]  # fmt: skip
    assert all(row["cpu s"] > 0 and row["ratio"] > 0 for row in rows)
    assert rows[0]["score"] == 0 and rows[2]["score"] < 1e-3 and rows[3]["score"] < 1e-3


def test_stochastic_descent_is_timed_at_an_equal_objective(tmp_path):
    options = ["--rows", "2000", "--features", "3000", "--ratios", "3", "--repeats", "1"]
    rows = run("sgd.py", *options, tmp_path / "sgd.json")["rows"]
    assert {row["what"] for row in rows} == {"epoch", "gap"}
    assert all(np.isfinite(row["cpu_ms"]) for row in rows if row["what"] == "epoch")  # of a difference: it may be < 0
    ours = next(row for row in rows if row["what"] == "gap" and row["solver"] == "lassofit")
    assert ours["gap"] <= 1e-3 and ours["epochs"] <= 50 and ours["s"] > 0


def test_streams_of_texts_made_and_from_files(tmp_path):
    packages, table = tmp_path / "packages.txt", tmp_path / "table.tsv"
    words = ["small", "large", "library", "game", "of", "the", "for", "files", "fonts", "music"]
    texts = [" ".join(words[(3 * i + i * i * k) % 10] for k in range(9)) for i in range(60)]
    packages.write_text("\n\n".join(f"Installed-Size: {i + 1}\nDescription-en: {t}\n {t}" for i, t in enumerate(texts)))
    table.write_text("number\ttext\n" + "".join(f"{i}\t{t}\n" for i, t in enumerate(texts)) + "1\tshort\n")
    options = ["--rows", "1000", "--debian", packages, "--table", f"{table},text,number,log"]
    rows = run("streams.py", *map(str, options), tmp_path / "streams.json")["rows"]
    names = {"made": 800, "made, drifting": 800, "debian": 48, "debian, as it is": 48}
    assert {row["stream"]: row["n"] for row in rows} == names | {"table": 47, "table, as it is": 47}
    ours = [row for row in rows if row["solver"].startswith("lassofit")]
    assert len(ours) == 30 and all(row["ahead"] <= 1 and row["r2"] <= 1 and row["cpu_s"] > 0 for row in ours)
