"""The command line without its `fit`: the demonstration, the cache, the setup, exit codes."""

import os
import subprocess
import sys

import numpy as np
import pytest

from lassofit import _text, compare
from lassofit.__main__ import main
from lassofit._cli import demo, setup


def run(*arguments):
    """Run the command line in a process of its own."""
    return subprocess.run([sys.executable, "-m", "lassofit", *arguments], capture_output=True, text=True, timeout=300)


# --- the demonstration


def test_demonstration_columns_have_no_copies():
    _, X, y, names = demo.load()
    assert X.shape == (len(y), len(names)) == (442, 175)
    correlation = np.corrcoef(X.T) - np.eye(175)
    assert np.abs(correlation).max() < 1 - 1e-6


def test_demonstration_shows_a_gap_that_was_not_reached(capsys, monkeypatch):
    def missed(X, y, alphas, *, gap):
        return compare(X, y, alphas, gap=gap, max_iter=20, repeats=1)

    monkeypatch.setattr("lassofit._compare.compare", missed)
    _, X, y, _ = demo.load()
    demo.say_comparison(X, y)
    assert "(not reached)" in capsys.readouterr().out


def test_the_main_job_runs(tmp_path):
    """Without arguments, in a process of its own and with an empty cache."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    process = subprocess.run(
        [sys.executable, "-m", "lassofit"],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
    )
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    out = process.stdout
    for title in ("1. Against sklearn.linear_model.Lasso", "2. The path", "3. Choosing alpha"):
        assert title in out
    for word in ("support", "objective", "gap", "coef. diff.", "time hot", "time first"):
        assert word in out
    assert out.count("scikit-learn  ") == out.count("lassofit      ") == 4
    assert "not reached" not in out and "NOT converged" not in out and "warnings" not in out
    if "NUMBA_DISABLE_JIT" not in os.environ:
        assert "numba's cache was cold" in out
        assert any(tmp_path.rglob("*.nbi"))


# --- warmup and info


@pytest.mark.skipif("NUMBA_DISABLE_JIT" in os.environ, reason="nothing is compiled")
def test_warmup_fills_the_cache_for_dense_and_sparse_fits(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    first = run("warmup")
    assert first.returncode == 0, first.stderr
    assert str(tmp_path) in first.stdout
    assert "dense, float64: " in first.stdout and "sparse, float64: " in first.stdout
    assert "float32" not in first.stdout
    assert first.stderr == ""

    code = """
import numpy as np
from scipy import sparse
from lassofit import Lasso
from lassofit._cli.setup import cache_state
X = np.random.default_rng(0).standard_normal((30, 20))
for data in (X, sparse.csc_array(X)):
    Lasso(0.1).fit(data, X[:, 0])
print(cache_state())
"""
    later = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert "cache was warm" in later.stdout, later.stdout + later.stderr


def test_warmup_all_covers_every_kind_of_data(capsys):
    assert main(["warmup", "--all"]) == 0
    out = capsys.readouterr().out
    for kind in ("float32", "int64 indices", "Gram matrix", "paths", "rows contiguous"):
        assert kind in out
    if "NUMBA_DISABLE_JIT" not in os.environ:
        types = {str(t) for k in setup.kernels().values() for s in k.signatures for t in s}
        assert any("float32, 2" in t or "array(float32, 2d" in t for t in types)
        assert any("array(int64, 1d" in t for t in types)


def test_info_prints_versions_cache_and_threads(capsys):
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    for name in (
        *("python", "lassofit", "numpy", "scipy", "scikit-learn", "numba", "threadpoolctl"),
        *("cache folder", "threads", "processor"),
    ):
        assert f"  {name} " in out
    assert np.__version__ in out


# --- the frame of it


def test_version_and_help_are_fast_and_import_nothing_heavy():
    code = """
import sys
from lassofit.__main__ import main
try:
    main(["--help"])
finally:
    print(sorted({"numpy", "sklearn", "numba", "pandas"} & set(sys.modules)))
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert process.stdout.splitlines()[-1] == "[]"
    assert "warmup" in process.stdout


def test_unknown_commands_are_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["fitt"])
    assert "invalid choice" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("fit t.csv --target y --plto a.png", "unrecognized arguments: --plto a.png; did you mean --plot?"),
        ("fit t.csv --targt y", "the following arguments are required: --target; did you mean --target?"),
        ("fit t.csv -target y", "did you mean --target?"),
        ("fit t.csv --target y --reprot=r.html --onehot", "did you mean --report and --one-hot?"),
        ("fit t.csv --target y --qqq", "unrecognized arguments: --qqq"),
        ("warmup --al --every", "unrecognized arguments: --every"),
        ("warmup --lal", "unrecognized arguments: --lal; did you mean --all?"),
    ],
)
def test_a_misspelt_option_gets_the_usage_of_its_command_and_a_suggestion(arguments, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments.split())
    command, *lines = arguments.partition(" ")[0], *capsys.readouterr().err.strip().splitlines()
    assert lines[0].startswith(f"usage: python -m lassofit {command} ")
    assert lines[-1].startswith(f"python -m lassofit {command}: error: ") and lines[-1].endswith(message)


def test_a_closed_pipe_ends_quietly():
    command = f'"{sys.executable}" -m lassofit info | head -n 1'
    process = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120)
    assert process.stdout == "Versions\n"
    assert process.stderr == ""


def test_an_interrupt_ends_without_a_traceback(capsys, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("lassofit._cli.setup.info", interrupted)
    assert main(["info"]) == 130
    assert capsys.readouterr().err == "lassofit: interrupted\n"


def test_text_helpers():
    assert [_text.duration(s) for s in (None, 2e-6, 2e-3, 0.25, 3)] == [*("-", "2 us", "2.00 ms", "250 ms", "3.00 s")]
    assert _text.several(["a", "b", "c"], most=2) == "a, b and 1 more"
    assert _text.table(("name", "n"), [("a", 1), (), ("bcdef", 20)], left=("name",)) == (
        "name    n\n-----  --\na       1\n\nbcdef  20"
    )
