"""What it costs to choose alpha: PathSearchCV beside GridSearchCV and LassoCV, with a scaler before the Lasso.

    python benchmarks/search.py [--workloads diabetes,long] [--alphas 100] [--folds 5] [--repeats 3] [--output FILE]

All are at default settings but for alpha, which takes the values that PathSearchCV chooses. Every call is timed alone,
in random order; "s" and "cpu s" are medians of wall-clock and CPU seconds at one thread, the fit to all rows included,
and "ratio" is the CPU time over PathSearchCV's. "score" is the largest difference of a mean score from PathSearchCV's;
LassoCV has none, since its Pipeline lets the scaler see the rows that are held out. Results go to results/search.json,
or where --output says.
"""

import argparse
import statistics
import sys
import time
import warnings
from pathlib import Path

from _command import ROOT, limit_threads

OURS, COLUMN = "PathSearchCV", "mean_test_score"


def calls(alphas, folds):
    """Estimators that are ready to be fitted, by name."""
    from sklearn.linear_model import Lasso as TheirLasso
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from lassofit import Lasso, LassoCV, PathSearchCV

    ours, theirs = (make_pipeline(StandardScaler(), model()) for model in (Lasso, TheirLasso))
    grid = {"lasso__alpha": alphas}
    return {
        OURS: PathSearchCV(ours, alphas=len(alphas), cv=folds),
        "StandardScaler, LassoCV": make_pipeline(StandardScaler(), LassoCV(alphas=len(alphas), cv=folds)),
        "GridSearchCV": GridSearchCV(ours, grid, cv=folds),
        "GridSearchCV, scikit-learn's Lasso": GridSearchCV(theirs, grid, cv=folds),
    }


def measure(name, X, y, count, folds, repeats):
    """Rows of one data set."""
    import numpy as np
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from lassofit import Lasso, PathSearchCV

    # This also has everything compiled that the calls need.
    first = PathSearchCV(make_pipeline(StandardScaler(), Lasso()), alphas=count, cv=folds).fit(X, y)
    searches, times = calls(first.alphas_, folds), {}
    rng = np.random.default_rng(0)
    for _ in range(repeats):
        for key in rng.permutation(list(searches)).tolist():
            wall, cpu = time.perf_counter(), time.process_time()
            searches[key].fit(X, y)
            times.setdefault(key, []).append((time.perf_counter() - wall, time.process_time() - cpu))
    medians = {key: [statistics.median(column) for column in zip(*pairs, strict=True)] for key, pairs in times.items()}
    for key, search in searches.items():
        wall, cpu = medians[key]
        results = getattr(search, "cv_results_", None)
        apart = None if results is None else float(np.abs(results[COLUMN] - first.cv_results_[COLUMN]).max())
        yield {
            "data": name, "n": X.shape[0], "p": X.shape[1], "search": key, "s": wall, "cpu s": cpu,
            "ratio": cpu / medians[OURS][1], "score": apart,
        }  # fmt: skip


def main(argv=None):
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--workloads", default="diabetes,long", help="diabetes, or names of workloads.py, with commas")
    options.add_argument("--alphas", type=int, default=100)
    options.add_argument("--folds", type=int, default=5)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--output", type=Path, help="JSON file")
    arguments = options.parse_args(argv)
    limit_threads(1)
    sys.path.insert(0, str(ROOT))
    import _report
    from workloads import WORKLOADS, bundled

    warnings.simplefilter("ignore")
    start, rows = time.perf_counter(), []
    for name in arguments.workloads.split(","):
        X, y = bundled(name) if name == "diabetes" else WORKLOADS[name]()
        rows += measure(name, X, y, arguments.alphas, arguments.folds, arguments.repeats)
    print(_report.table(rows))
    more = {key: getattr(arguments, key) for key in ("alphas", "folds", "repeats")}
    more["seconds"] = time.perf_counter() - start
    print(f"written: {_report.write('search', rows, path=arguments.output, **more)}")


if __name__ == "__main__":
    main()
