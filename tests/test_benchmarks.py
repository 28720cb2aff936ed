"""The benchmark harness: its own logic, and one run on a tiny workload."""

import importlib
import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import dump_svmlight_file

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the benchmarks are not here"),
    pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="the harness forks"),
]


@pytest.fixture
def load(monkeypatch):
    """Import a module of the harness by name."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


@pytest.mark.parametrize("start", [0, 6, 12, 24])
@pytest.mark.parametrize("loosest", [0, 5, 6, 7, 24])
def test_the_search_finds_the_loosest_tolerance_from_anywhere(load, start, loosest):
    timing = load("_timing")
    index, best, late = timing.search(lambda tol: tol / timing.LADDER[loosest], start)
    assert index == loosest
    assert best <= 1
    assert not late


def test_the_search_loosens_when_out_of_time(load):
    timing = load("_timing")
    in_time = timing.LADDER[4]
    index, _, late = timing.search(lambda tol: tol / timing.LADDER[2] if tol >= in_time else None, 5)
    assert index == 2
    assert late
    index, best, late = timing.search(lambda tol: 10 * tol / in_time if tol >= in_time else None, 5)
    assert index is None
    assert best == pytest.approx(10)
    assert late
    tried = []
    assert timing.search(lambda tol: tried.append(tol), 12) == (None, None, True)
    assert len(tried) == timing.PATIENCE


def test_the_search_gives_up_where_no_tolerance_suffices(load):
    timing = load("_timing")
    tried = []
    index, best, late = timing.search(lambda tol: tried.append(tol) or 2.0)
    assert (index, best, late) == (None, 2.0, False)
    assert tried == timing.LADDER[timing.FIRST :]


def test_a_fit_that_takes_too_long_is_ended(load):
    timing = load("_timing")
    start = time.perf_counter()
    assert timing.aside(lambda: time.sleep(60), 0.2) is None
    assert time.perf_counter() - start < 30
    assert timing.aside(lambda: 7, 30) == 7
    with pytest.raises(ZeroDivisionError):
        timing.aside(lambda: 1 / 0, 30)


def test_calls_are_interleaved(load):
    timing = load("_timing")
    order = []
    calls = {name: (lambda name=name: order.append(name) or name) for name in "ab"}
    fits = timing.interleave(calls, 3)
    assert order[:8] == list("abababab")
    assert len(fits["a"]) == len(fits["b"]) >= 3


@pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux only")
def test_peak_memory_sees_an_array_of_the_fit_and_not_the_data(load):
    timing = load("_timing")

    def fit(X, y, alpha, tol):
        np.ones(8 * 2**20)  # 64 MB
        return SimpleNamespace(coef_=np.zeros(X.shape[1]), intercept_=0.0, n_iter_=1)

    X = np.random.default_rng(0).standard_normal((4 * 2**20, 2))  # 64 MB too
    problem = timing.Problem(X, X[:, 0], 2)
    assert 60 < timing.peak_memory(SimpleNamespace(fit=fit), problem, None, 60) / 2**20 < 80


def test_the_best_peer_is_the_fastest_that_is_good_enough(load):
    single = load("single")
    cell = {"workload": "w", "alpha_max/": 2.0}
    rows = [
        {**cell, "solver": "ours", "ms": 10.0, "gap": 0.0},
        {**cell, "solver": "fast", "ms": 5.0, "gap": 1e-2},
        {**cell, "solver": "good", "ms": 20.0, "gap": 1e-4},
        {**cell, "solver": "late", "gap": 1e-4},
    ]
    assert single.ratios(rows, {"ours"}) == [{"workload": "w", "solver": "ours", "/2": 0.5, "peer /2": "fast"}]
    assert single.ratios(rows, {"ours"}, gap=1e-3)[0]["/2"] == 2.0


def test_files_are_read(load, tmp_path):
    workloads = load("workloads")
    rng = np.random.default_rng(0)
    X, y = rng.random((20, 6)) * (rng.random((20, 6)) < 0.3), rng.random(20)
    dump_svmlight_file(X, y, str(tmp_path / "a.svm"), zero_based=False)
    read, target = workloads.from_file(tmp_path / "a.svm")
    assert sparse.issparse(read) and read.format == "csc"
    np.testing.assert_allclose(read.toarray(), X[:, : read.shape[1]], rtol=1e-12)
    np.testing.assert_allclose(target, y, rtol=1e-12)
    pytest.importorskip("pandas")
    lines = [f"{a},{b},x,{c}" for a, b, c in zip(X[:, 0], y, X[:, 1], strict=True)]
    (tmp_path / "a.csv").write_text("\n".join(["a,b,c,d", *lines]))
    read, target = workloads.from_file(tmp_path / "a.csv", "b")
    np.testing.assert_array_equal(read, X[:, :2])
    np.testing.assert_array_equal(target, y)
    assert read.flags.f_contiguous


def test_a_tiny_run_reaches_the_gap_and_records_it(tmp_path):
    path = tmp_path / "tiny.json"
    command = [sys.executable, str(FOLDER / "single.py"), "--workloads", "tiny", "--solvers", "sklearn,sklearn-gram"]
    command += ["--ratios", "2,10", "--repeats", "2", "--gap", "1e-7", "--memory", "--output", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    content = json.loads(path.read_text("utf-8"))
    assert content["setup"]["versions"]["scikit-learn"]
    assert all(pool["num_threads"] == 1 for pool in content["setup"]["threads"])
    assert [(row["alpha_max/"], row["solver"]) for row in content["rows"]] == [
        (2.0, "sklearn"),
        (2.0, "sklearn-gram"),
        (10.0, "sklearn"),
        (10.0, "sklearn-gram"),
    ]
    for row in content["rows"]:
        assert row["reached"] and row["gap"] <= 1e-7
        assert (
            row["ms"] > 0
            and row["passes"] == pytest.approx(row["cpu_ms"] / row["pass_cpu_ms"])
            and row["support"] > 0
            and row["extra_MB"] >= 0
        )
