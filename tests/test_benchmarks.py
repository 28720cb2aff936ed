"""The benchmark harness: its own logic."""

import importlib
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


def test_a_search_stays_within_the_tolerances_it_is_given(load):
    timing, tried = load("_timing"), []
    assert timing.search(lambda tol: tried.append(tol) or 2.0, 3, 6)[0] is None
    assert tried == timing.LADDER[3:6]


def test_every_call_is_made_once_a_round_in_changing_order(load):
    timing = load("_timing")
    order = []
    calls = {name: (lambda name=name: order.append(name) or name) for name in "abc"}
    fits = timing.interleave(calls, 3, long={"c"})
    assert order[:2] == ["a", "b"]  # untimed; "c" is too long for that
    rounds = ["".join(order[k : k + 3]) for k in range(2, len(order), 3)]
    assert {"".join(sorted(one)) for one in rounds} == {"abc"}
    assert len(set(rounds)) > 1
    assert len(fits["a"]) == len(fits["c"]) == len(rounds) >= 3


def test_the_gaps_of_a_path_are_those_of_its_single_fits(load):
    problems = load("_problem")
    from lassofit.testing import dual_gap

    rng = np.random.default_rng(0)
    for X in (rng.standard_normal((30, 40)) + 5, sparse.random(30, 40, 0.3, format="csc", random_state=0)):
        task = problems.Path(X, rng.standard_normal(30), 100, count=30)
        coefs = rng.standard_normal((40, 30)) * (rng.random((40, 30)) < 0.1) / 10
        intercepts = rng.standard_normal(30)
        expected = [
            dual_gap(X, task.y, w, float(b), alpha=a) / task.null
            for w, b, a in zip(coefs.T, intercepts, task.alpha, strict=True)
        ]
        np.testing.assert_allclose(task.gaps(coefs, intercepts), expected, rtol=1e-9)
        assert task.gap(coefs, intercepts) == pytest.approx(max(expected))
        coefs[3, 4] = np.nan
        assert task.gap(coefs, intercepts) == np.inf


WORKER = """
import sys
import numpy as np
for line in sys.stdin:
    word, *rest = line.split()
    if word == "folder":
        folder = rest[0]
    if word == "load":
        n, p = map(int, rest[:2])
        X, y = np.fromfile(folder + "/X.bin").reshape((n, p), order="F"), np.fromfile(folder + "/y.bin")
    if word == "fit" and rest[0] == "0.5":
        import time
        time.sleep(60)
    if word == "fit":
        alphas = np.fromfile(folder + "/alphas.bin")
        np.full(1, X[0, 1]).tofile(folder + "/values.bin")
        np.full(1, 1, np.int32).tofile(folder + "/rows.bin")
        np.array([0, 0, 1], np.int32).tofile(folder + "/starts.bin")
        np.array([y[0], alphas[1]]).tofile(folder + "/intercepts.bin")
    print({"version": "1.2", "fit": "3 2 7"}.get(word, "done"), flush=True)
"""


def test_a_solver_in_another_process_is_handed_the_data_and_ended_when_late(load, tmp_path):
    outside = load("_outside")
    (tmp_path / "worker.py").write_text(WORKER)
    worker = outside.Outside([sys.executable, str(tmp_path / "worker.py")])
    assert worker.version() == "1.2"
    assert outside.Outside(["no-such-program"]).version() is None
    X = np.asfortranarray(np.arange(6.0).reshape(3, 2))
    task = SimpleNamespace(X=X, y=np.array([5.0, 6.0, 10.0]), alpha=np.array([4.0, 3.0, 2.0]))
    for _ in range(2):
        coefs, intercepts, *figures = worker.fit(task, 1e-3, 60)
        np.testing.assert_array_equal(coefs, [[0, 0, 0], [0, 1, 0]])  # the third alpha is missing
        np.testing.assert_array_equal(intercepts, [5, 3, 7])
        assert figures == [7, 3, 2]
        assert worker.fit(task, 0.5, 0.5) is None
        assert worker.process is None
    worker.close()


@pytest.mark.parametrize("name", ["GLMNET", "ADELIE"])
@pytest.mark.parametrize("kind", [np.asfortranarray, sparse.csc_matrix])
def test_glmnet_and_adelie_solve_the_same_problem(load, name, kind):
    worker, problems = getattr(load("_outside"), name), load("_problem")
    if worker.version() is None:
        pytest.skip(f"{name} is not installed")
    rng = np.random.default_rng(0)
    X = kind((rng.standard_normal((50, 8)) + 1) * (rng.random((50, 8)) < 0.5))
    task = problems.Path(X, rng.standard_normal(50) + 3, 50, count=20)
    coefs, intercepts, *_ = worker.fit(task, 1e-18, 60)
    worker.close()
    assert task.gap(coefs, intercepts) < 1e-9


def test_cv_glmnet_chooses_from_the_same_folds_and_grid(load):
    worker, solvers = load("_outside").GLMNET, load("_cv_solvers")
    if worker.version() is None:
        pytest.skip("glmnet is not installed")
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.standard_normal((50, 8)) + 1)
    task = solvers.Task(X, X[:, 0] + rng.standard_normal(50), count=30)
    theirs, ours = (solvers.choose(solvers.CHOOSERS[name], task, None, 60) for name in ("glmnet", "lassofit"))
    worker.close()
    assert theirs.index == ours.index
    assert theirs.alpha == pytest.approx(ours.alpha, rel=1e-3)
    assert theirs.mse == pytest.approx(ours.mse, rel=1e-3)


@pytest.mark.parametrize(("ladder", "expected"), [([5, 7, 3], 1e-6), ([5, None], None)])
def test_the_loosest_tolerance_that_chooses_the_alpha_is_found(load, monkeypatch, ladder, expected):
    cv, answers = load("cv"), iter(ladder)
    monkeypatch.setattr(cv, "within", lambda *given: (k := next(answers)) and SimpleNamespace(index=k))
    assert cv.tolerance(None, None, 3, 1)[0] == expected


@pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux only")
def test_peak_memory_sees_an_array_of_the_fit_and_not_the_data(load):
    timing = load("_timing")

    def fit(X, y, alpha, tol):
        np.ones(8 * 2**20)  # 64 MB
        return np.zeros(X.shape[1]), 0.0, 1, None

    X = np.random.default_rng(0).standard_normal((4 * 2**20, 2))  # 64 MB too
    problem = load("_problem").Single(X, X[:, 0], 2)
    solver = SimpleNamespace(fit=fit, read=lambda model: model, outside=None)
    assert 60 < timing.peak_memory(solver, problem, None, 60) / 2**20 < 80


def test_the_best_peer_is_the_fastest_that_is_good_enough(load):
    summary = load("_summary")
    cell = {"workload": "w", "alpha_max/": 2.0, "target": None, "reached": True}
    rows = [
        {**cell, "solver": "ours", "ms": 10.0, "gap": 0.0},
        {**cell, "solver": "fast", "ms": 5.0, "gap": 1e-2},
        {**cell, "solver": "good", "ms": 20.0, "gap": 1e-4},
        {**cell, "solver": "late", "gap": 1e-4},
        {**cell, "solver": "ours", "ms": 1.0, "gap": 0.0, "target": 1e-9},
    ]
    place = {"workload": "w", "target": None, "solver": "ours"}
    assert summary.ratios(rows, {"ours"})[0] == {**place, "/2": 0.5, "peer /2": "fast"}
    assert summary.ratios(rows, {"ours"}, gap=1e-3)[0]["/2"] == 2.0
    assert summary.ratios(rows, {"ours"})[1] == {**place, "target": 1e-9}


def test_what_was_lost_is_listed(load):
    lost = load("_summary").lost
    cell = {"workload": "w", "alpha_max/": 2.0, "target": 1e-6, "reached": True, "gap": 1e-7}
    rows = [{**cell, "solver": "lassofit", "ms": 10.0}, {**cell, "solver": "peer", "ms": 8.0}]
    rows += [{**cell, "solver": "other", "ms": 9.0}, {**cell, "solver": "lassofit-cd", "ms": 99.0}]
    ours = {"lassofit", "lassofit-cd"}
    assert [(line["peer"], line["what"]) for line in lost(rows, ours)] == [("peer", "faster: ratio 0.8")]
    rows[0]["ms"] = 7.0
    assert lost(rows, ours) == []
    rows[0] |= {"reached": False, "why": "over 1 s"}
    assert [line["what"] for line in lost(rows, ours)] == ["not reached: over 1 s"]


def test_at_default_settings_an_inaccurate_peer_counts_only_if_it_is_sklearn(load):
    lost = load("_summary").lost
    cell = {"workload": "w", "alpha_max/": 2.0, "target": None, "reached": True}
    rows = [{**cell, "solver": "lassofit", "ms": 10.0, "gap": 1e-5}]
    rows += [{**cell, "solver": name, "ms": 8.0, "gap": 1e-2} for name in ("peer", "sklearn")]
    rows += [{**cell, "solver": "exact", "ms": 20.0, "gap": 1e-9}]
    lines = [(line["peer"], line["what"].split(":")[0]) for line in lost(rows, {"lassofit"}, defaults=True)]
    assert lines == [("exact", "more accurate"), ("sklearn", "faster")]


def test_a_missed_gap_is_not_tried_at_smaller_alphas_and_gaps(load, monkeypatch):
    timing, campaign = load("_timing"), load("_campaign")
    tried = []

    def find_tolerance(solver, problem, gap, limit, start):
        tried.append(gap)
        return timing.Found(None, gap > 1e-5, None, "" if gap > 1e-5 else "late", 0.1), 2

    monkeypatch.setattr(timing, "find_tolerance", find_tolerance)
    rungs, gone = {}, {}
    for _ in range(2):
        for gap in (1e-4, 1e-6, 1e-9):
            campaign.settle([SimpleNamespace(name="s")], None, gap, 1, rungs, gone)
    assert tried == [1e-4, 1e-6, 1e-4]


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


def test_a_folder_of_files_is_read_in_order(load, tmp_path):
    pytest.importorskip("pandas")
    for name in ("b.csv", "a.csv", "notes.txt"):
        (tmp_path / name).write_text("x,y\n1,2\n3,4\n")
    arguments = SimpleNamespace(workloads="tiny", file=[], real=tmp_path, target=None)
    assert [name for name, _, _ in load("_command").datasets(arguments)] == ["tiny", "a", "b"]


def test_the_benchopt_solver_returns_the_solution(load):
    pytest.importorskip("benchopt")
    solver = load("benchopt_solver").Solver.get_instance(solver="auto")
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 10)) + 1, rng.standard_normal(30)
    task = load("_problem").Single(X, y, 10)
    solver.set_objective(X, y, lmbd=30 * task.alpha, fit_intercept=True)
    solver.run(1e38)
    assert not solver.get_result()["beta"].any()
    solver.run(solver.get_next(1e-9))
    beta = solver.get_result()["beta"]
    assert task.gap(beta[:-1], beta[-1]) < 1e-9
