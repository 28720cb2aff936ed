"""The kernels' cache on disk: folders that cannot be written to, and several processes at once."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "lassofit"

# Root may write anywhere, whatever a folder's mode says; without its capabilities (Linux) it may
# not. To become another user instead would lose sight of an interpreter that lies in root's home.
GIVE_UP_RIGHTS = """
import ctypes, os
if hasattr(os, "geteuid") and os.geteuid() == 0:
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # capset(2): version 3, this process
    if ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "capset")
"""

FIT = """
import json, sys
import lassofit
from lassofit import Lasso
from sklearn.datasets import load_diabetes
X, y = load_diabetes(return_X_y=True)
model = Lasso(alpha=0.1).fit(X, y)
import lassofit._engine.kernels.core as core
print(json.dumps({
    "coef": model.coef_.tolist(), "file": lassofit.__file__,
    "converged": bool(model.converged_), "cache": core.soft_threshold.stats.cache_path,
}))
"""


def environment(**changes):
    """Environment of a child: the numba and cache variables of this process left out."""
    left_out = ("NUMBA_", "XDG_CACHE", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    return kept | {key: str(value) for key, value in changes.items()}


def start(code, cwd, **changes):
    """Start a child process that runs ``code``."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process):
    """Wait for a child and return what it printed, read as JSON."""
    try:
        out, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


@pytest.fixture
def installed(tmp_path):
    """Folder with a copy of the package in it."""
    folder = tmp_path / "site"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, folder / "lassofit", ignore=ignore)
    return folder


@pytest.fixture
def read_only(installed, tmp_path):
    """The same, with an empty home beside it, neither of which can be written to."""
    (tmp_path / "home").mkdir()
    folders = [folder for folder, _, _ in os.walk(tmp_path)]
    for folder in folders:
        os.chmod(folder, 0o555)
    yield installed
    for folder in folders:
        os.chmod(folder, 0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="folder modes do not bind on Windows")
def test_read_only_installation_and_home_import_and_fit(read_only, tmp_path):
    home = tmp_path / "home"
    probe = f"""
for folder in ({str(home)!r}, {str(read_only / "lassofit" / "_engine" / "kernels")!r}):
    try:
        open(os.path.join(folder, "probe"), "w")
    except PermissionError:
        continue
    raise SystemExit("the folder can be written to: " + folder)
"""
    code = GIVE_UP_RIGHTS + probe + FIT
    result = answer(start(code, read_only, PYTHONPATH=read_only, HOME=home))
    assert Path(result["file"]).is_relative_to(read_only)
    assert result["cache"] is None  # so this did go the way without a cache
    assert result["converged"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "site"]
    assert list(home.iterdir()) == []


def test_processes_on_one_cold_cache_do_not_disturb_each_other(installed, tmp_path):
    cache = tmp_path / "cache"
    children = [start(FIT, tmp_path, PYTHONPATH=installed, NUMBA_CACHE_DIR=cache) for _ in range(3)]
    first = [answer(child) for child in children]
    assert all(Path(result["cache"]).is_relative_to(cache) for result in first)
    assert all(result["converged"] for result in first)
    files = {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")}
    assert files
    # and what they left behind is whole: one more process reads it and writes nothing
    last = answer(start(FIT, tmp_path, PYTHONPATH=installed, NUMBA_CACHE_DIR=cache))
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")} == files
    # not to the last bit: in numba 0.60 kernels from the cache round differently (seen: 1e-15)
    np.testing.assert_allclose([r["coef"] for r in [*first[1:], last]], [first[0]["coef"]] * 3, 1e-10)
