"""What every benchmark records and prints: the machine, the versions, a table, a JSON file."""

import json
import os
import platform
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("lassofit", "scikit-learn", "numpy", "scipy", "numba")


def cpu_model():
    """Name of the processor, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    for key in ("model name", "Hardware", "cpu model"):
        for line in lines:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def cores():
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def threads():
    """Threads of each BLAS and OpenMP library, as threadpoolctl reports them."""
    from threadpoolctl import threadpool_info

    for name in ("numpy.linalg", "scipy.linalg", "sklearn.linear_model"):
        import_module(name)  # a library is reported only once it is loaded
    keys = ("internal_api", "prefix", "num_threads", "version", "architecture")
    rows = {tuple((key, pool[key]) for key in keys if key in pool) for pool in threadpool_info()}
    return [dict(row) for row in sorted(rows, key=str)]


def versions(*more):
    """Versions of Python, of the packages that always matter and of those named in ``more``."""
    found = {"python": platform.python_version()}
    for name in (*PACKAGES, *more):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    if found["lassofit"] is None:  # run from a checkout that is not installed
        found["lassofit"] = import_module("lassofit").__version__
    return found


def setup(*more_packages):
    """Everything about this machine that a reader needs to judge a figure by."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": cpu_model(),
        "cores": cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": os.getloadavg()[1] if hasattr(os, "getloadavg") else None,  # over 5 minutes, this run included
        "threads": threads(),
        "versions": versions(*more_packages),
    }


def table(rows, columns=None):
    """Rows (dictionaries) as aligned text; floats to three significant digits."""
    columns = columns or list(rows[0])
    text = [columns, *([cell(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in text) for i in range(len(columns))]
    right = [any(isinstance(row.get(column), int | float) for row in rows) for column in columns]
    lines = [
        "  ".join(f"{c:>{w}}" if r else f"{c:<{w}}" for c, w, r in zip(t, widths, right, strict=True)) for t in text
    ]
    return "\n".join(line.rstrip() for line in [lines[0], "-" * len(lines[0]), *lines[1:]])


def cell(value):
    """One cell of a table."""
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def write(name, rows, packages=(), path=None, **more):
    """Write rows, setup and whatever else to a path or to results/NAME.json; return the path."""
    path = path or RESULTS / f"{name}.json"
    path.parent.mkdir(exist_ok=True, parents=True)
    content = {"setup": setup(*packages), **more, "rows": rows}
    path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return path
