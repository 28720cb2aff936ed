"""What compiling costs: imports and first fits in new processes, from a cold and a warm cache.

    python benchmarks/compile_time.py [--repeats 5] [--no-json]

Every case is a new process, repeated: median, smallest and largest wall-clock seconds, and the
median of the process's CPU seconds, which other work on the machine disturbs less. The data are
scikit-learn's diabetes, 442 x 10, float64, read from .npy files so that loading them imports no
estimator; the sparse X is the same in CSC form. "cold" is an empty ``NUMBA_CACHE_DIR``, "warm" one
that an earlier process has filled. "import" is the import of the class with all that it imports,
"first fit" the first one in the process (lassofit imports numba there), "hot" the median of 200
later ones. numpy and scipy.sparse are imported before the clock starts, for both packages alike.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import _report

ALPHA = 0.1
CASES = PEER, COLD, WARM = "scikit-learn", "lassofit, cold", "lassofit, warm"
DENSE, SPARSE, TOTAL = "dense first fit", "sparse first fit", "import + dense first fit"
MEASURES = ("bare import", "import", DENSE, TOTAL, SPARSE, "dense hot", "sparse hot")
ROOT = Path(__file__).resolve().parent.parent

CHILD = """
import json, statistics, sys, time
import numpy as np
from scipy import sparse
folder, package, plan = sys.argv[1], sys.argv[2], sys.argv[3].split()
X, y = np.load(folder + "/X.npy"), np.load(folder + "/y.npy")
data = {"dense": X, "sparse": sparse.csc_array(X)}
measured = {}

def clock():
    return np.array([time.perf_counter(), time.process_time()])

def note(name, start):
    measured[name] = (clock() - start).tolist()

start = clock()
if package == "lassofit":
    import lassofit
    note("bare import", start)
    from lassofit import Lasso
else:
    from sklearn.linear_model import Lasso
note("import", start)
for shape in plan:
    first = clock()
    Lasso(alpha=ALPHA).fit(data[shape], y)
    note(shape + " first fit", first)
    if shape == plan[0]:
        note("import + dense first fit", start)
for shape in plan:
    hot = []
    for _ in range(200):
        begin = clock()
        Lasso(alpha=ALPHA).fit(data[shape], y)
        hot.append(clock() - begin)
    measured[shape + " hot"] = np.median(hot, axis=0).tolist()
print(json.dumps(measured))
""".replace("ALPHA", str(ALPHA))


def run(folder, package, plan, cache):
    """Run one child; return its (wall-clock, CPU) seconds by name."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    environment["NUMBA_CACHE_DIR"] = str(cache)
    paths = [str(ROOT), *filter(None, [environment.get("PYTHONPATH")])]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    command = [sys.executable, "-c", CHILD, str(folder), package, plan]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def save_data(folder):
    """Write the data where the children find it."""
    import numpy as np
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True)
    np.save(folder / "X.npy", np.asfortranarray(X))
    np.save(folder / "y.npy", y)


def collect(repeats):
    """Run all cases ``repeats`` times; return {(case, measure): [(wall-clock, CPU) seconds]}."""
    samples = {}

    def keep(case, measured):
        for measure, pair in measured.items():
            samples.setdefault((case, measure), []).append(pair)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_data(folder)
        run(folder, "sklearn", "dense sparse", folder / "unused")  # fills the system's file cache
        for repeat in range(repeats):
            print(f"repeat {repeat + 1} of {repeats}", file=sys.stderr)
            cache = folder / f"cache{repeat}"
            keep(PEER, run(folder, "sklearn", "dense sparse", cache))
            keep(COLD, run(folder, "lassofit", "dense sparse", cache))
            keep(WARM, run(folder, "lassofit", "dense sparse", cache))
    return samples


def summarise(samples):
    """Rows of the table."""
    rows = []
    for case in CASES:
        for measure in MEASURES:
            if pairs := samples.get((case, measure)):
                wall, cpu = zip(*pairs, strict=True)
                rows.append(
                    {
                        "case": case,
                        "what": measure,
                        "median s": statistics.median(wall),
                        "min s": min(wall),
                        "max s": max(wall),
                        "median CPU s": statistics.median(cpu),
                    }
                )
    return rows


def budget(rows):
    """Compare the medians with the project's budget; one line each."""
    seconds = {(row["case"], row["what"]): row["median s"] for row in rows}
    limits = {
        "first dense fit, cold": (seconds[COLD, DENSE], 6.0),
        "first sparse fit after it, cold": (seconds[COLD, SPARSE], 4.0),
        "warm import and first fit, above scikit-learn's": (
            seconds[WARM, TOTAL] - seconds[PEER, TOTAL],
            0.8,
        ),
    }
    return [
        {"budget": name, "s": value, "limit s": limit, "within": "yes" if value <= limit else "NO"}
        for name, (value, limit) in limits.items()
    ]


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--no-json", action="store_true", help="print only")
    arguments = parser.parse_args()
    start = time.perf_counter()
    rows = summarise(collect(arguments.repeats))
    print(_report.table(rows))
    print()
    print(_report.table(budget(rows)))
    if not arguments.no_json:
        path = _report.write(
            "compile_time",
            rows,
            repeats=arguments.repeats,
            budget=budget(rows),
            seconds=time.perf_counter() - start,
        )
        print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
