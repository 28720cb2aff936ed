"""What a small problem costs: fit and predict beside scikit-learn's, call by call in turn.

    python benchmarks/small.py [--repeats 300] [--order C] [--output FILE]

On data of a few thousand entries the validation and the bookkeeping are the time of a fit, so everything is
at default settings but alpha: the default 1, .01 to 1 on the diabetes data, and alpha_max / 2, / 10 and / 100 on
the others. Each call is timed alone, both packages in random order; the figures are medians in microseconds, of
wall-clock and CPU time at one thread. "ratio" is scikit-learn's CPU time over ours; the gaps
are those of either answer, over the null model's objective. "predict" is on all rows. X is in C order, as
users mostly have it, unless --order says F. Results go to results/small.json, or where --output says.
"""

import argparse
import statistics
import sys
import time
import warnings
from functools import partial
from pathlib import Path

from _command import ROOT, limit_threads

SHAPES = ((60, 30), (100, 5), (150, 4), (1000, 20), (506, 13))


def cases():
    """Yield (name, X, y, alphas); None is the default alpha."""
    import numpy as np
    from _problem import Single
    from workloads import bundled, correlated

    yield "diabetes", *bundled("diabetes"), (None, 1.0, 0.3, 0.1, 0.03, 0.01)
    for n, p in SHAPES:
        X, y = correlated(n, p, 0.5)
        yield f"{n} x {p}", np.asfortranarray(X), y, tuple(Single(X, y).alpha_max / d for d in (2, 10, 100))


def timed(call):
    """Wall-clock and CPU seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def compare(calls, repeats):
    """Median microseconds, wall-clock and CPU, of each of the calls, made in random order."""
    import numpy as np

    rng, times = np.random.default_rng(0), [[] for _ in calls]
    for call in calls:
        call()
    for _ in range(repeats):
        for k in rng.permutation(len(calls)):
            times[k].append(timed(calls[k]))
    return [[1e6 * statistics.median(column) for column in zip(*pairs, strict=True)] for pairs in times]


def fit(estimator, X, y, alpha):
    """Fit an estimator with alpha given, or with nothing given."""
    return (estimator() if alpha is None else estimator(alpha=alpha)).fit(X, y)


def measure(name, X, y, alphas, estimators, repeats):
    """Rows of one data set: fits, and predict for the last of the alphas."""
    from _problem import Single

    shape = {"data": name, "n": X.shape[0], "p": X.shape[1]}
    problem = Single(X, y)
    for alpha in alphas:
        models = [fit(estimator, X, y, alpha) for estimator in estimators]
        times = compare([partial(fit, estimator, X, y, alpha) for estimator in estimators], repeats)
        problem.alpha = 1.0 if alpha is None else alpha
        gaps = [problem.gap(model.coef_, model.intercept_) for model in models]
        yield row({**shape, "call": "fit", "alpha": "default" if alpha is None else alpha}, times, gaps)
    times = compare([partial(model.predict, X) for model in models], repeats)
    yield row({**shape, "call": "predict", "alpha": alpha}, times, (None, None))


def row(place, times, gaps):
    """One row of the table."""
    (wall, cpu), (peer_wall, peer_cpu) = times
    found = {"us": wall, "sklearn us": peer_wall, "cpu us": cpu, "sklearn cpu us": peer_cpu, "ratio": peer_cpu / cpu}
    return place | found | {"gap": gaps[0], "sklearn gap": gaps[1]}


def main(argv=None):
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--repeats", type=int, default=300)
    options.add_argument("--order", choices="FC", default="C", help="memory layout of X")
    options.add_argument("--output", type=Path, help="JSON file")
    arguments = options.parse_args(argv)
    limit_threads(1)
    sys.path.insert(0, str(ROOT))
    import _report
    import numpy as np
    from sklearn import linear_model

    from lassofit import Lasso

    warnings.simplefilter("ignore")
    start, rows = time.perf_counter(), []
    for name, X, y, alphas in cases():
        X = np.asarray(X, order=arguments.order)
        rows += measure(name, X, y, alphas, (Lasso, linear_model.Lasso), arguments.repeats)
    print(_report.table(rows))
    slower = [row for row in rows if row["ratio"] < 1]
    print(f"\n{len(slower)} of {len(rows)} are slower than scikit-learn's")
    more = {"repeats": arguments.repeats, "order": arguments.order, "seconds": time.perf_counter() - start}
    print(f"written: {_report.write('small', rows, path=arguments.output, **more)}")


if __name__ == "__main__":
    main()
