"""SGDLasso beside scikit-learn's SGDRegressor(penalty='l1') on sparse text: epochs, time to an objective.

    python benchmarks/sgd.py [--rows 50000] [--features 50000] [--ratios 10,33,100] [--repeats 5] [--output FILE]

"epoch": CPU milliseconds of an epoch (a fit of 6 epochs less one of 1, over 5), both at their defaults, on these data
and on four times the rows and twice the features; ours includes the objective after every epoch. "gap": wall seconds of
the fit of as many epochs as bring the objective to within .1 % of its minimum, for ours at the defaults, for theirs at
the defaults and at the best of the settings in TUNED; the number is found before, by the median of three random orders
of the rows; the intercept of theirs is put right before it is judged. All calls are timed alone, in random order, at
one thread; figures are medians. Streams are in streams.py. Results go to results/sgd.json, or where --output says.
"""

import argparse
import statistics
import sys
import time
import warnings
from pathlib import Path

from _command import ROOT, limit_threads

EPOCHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 50)
GAP = 1e-3
SEEDS = (0, 1, 2)
_HOPELESS = 1.1  # times the goal after 8 epochs: no other number of them is tried
DEFAULT = {}  # invscaling from .01
TUNED = [
    *({"learning_rate": "constant", "eta0": eta0} for eta0 in (0.01, 0.03, 0.1, 0.3)),
    *({"learning_rate": "adaptive", "eta0": eta0} for eta0 in (0.1, 0.3, 1.0)),
    *({"learning_rate": "invscaling", "eta0": eta0, "power_t": t} for eta0 in (0.3, 1.0, 3.0) for t in (0.25, 0.5)),
]


def sparse_text(n, p):
    """The workload text by rows."""
    from workloads import text

    X, y = text(n, p)
    return X.tocsr(), y


def largest(X, y):
    """The smallest alpha at which all coefficients are zero."""
    return float(abs(X.T @ (y - y.mean())).max()) / len(y)


def estimator(name, alpha, epochs, setting, seed=0):
    """Return a model that is ready for so many epochs."""
    from sklearn.linear_model import SGDRegressor

    from lassofit import SGDLasso

    if name == "lassofit":
        return SGDLasso(alpha, max_iter=epochs, random_state=seed, **setting)
    return SGDRegressor(penalty="l1", alpha=alpha, max_iter=epochs, random_state=seed, **{"tol": None, **setting})


def seconds(calls, repeats, clock):
    """Median seconds of calls, by name, timed in random order; each is run once before."""
    import numpy as np

    rng, times = np.random.default_rng(0), {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(repeats):
        for name in rng.permutation(list(calls)).tolist():
            start = clock()
            calls[name]()
            times[name].append(clock() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def objective(X, y, alpha, coef):
    """The lasso's objective, with the best intercept."""
    r = y - X @ coef
    return 0.5 * float(((r - r.mean()) ** 2).mean()) + alpha * float(abs(coef).sum())


def epoch_rows(X, y, repeats):
    """Rows of what an epoch costs."""
    alpha, calls = largest(X, y) / 33, {}
    for name in ("lassofit", "sklearn"):
        for shuffle in (True, False):
            for epochs in (1, 6):
                model = estimator(name, alpha, epochs, {"shuffle": shuffle, "tol": None})
                calls[f"{name} {shuffle} {epochs}"] = lambda model=model: model.fit(X, y)
    took = seconds(calls, repeats, time.process_time)
    for shuffle in (True, False):
        ms = {
            name: 200 * (took[f"{name} {shuffle} 6"] - took[f"{name} {shuffle} 1"]) for name in ("lassofit", "sklearn")
        }
        for name, value in ms.items():
            yield {
                "n": X.shape[0],
                "p": X.shape[1],
                "what": "epoch",
                "solver": name,
                "shuffle": shuffle,
                "cpu_ms": value,
                "ratio": value / ms["lassofit"],
            }


def epochs_needed(X, y, alpha, name, setting, goal):
    """Return the fewest of EPOCHS that reach the goal, or None, and the objective at the last that was tried."""
    for epochs in EPOCHS:
        models = [estimator(name, alpha, epochs, setting, seed).fit(X, y) for seed in SEEDS]
        value = statistics.median(objective(X, y, alpha, model.coef_) for model in models)
        if not value < 1e6 * goal or value <= goal or (epochs >= 8 and value > _HOPELESS * goal):
            break
    return (epochs if value <= goal else None), value


def gap_rows(X, y, ratios, repeats):
    """Rows of the time to the gap."""
    import numpy as np

    from lassofit import Lasso

    for ratio in ratios:
        alpha = largest(X, y) / ratio
        exact = Lasso(alpha, tol=1e-8).fit(X, y).coef_
        least = objective(X, y, alpha, exact)
        tries = {"lassofit": ("lassofit", {}), "sklearn, default": ("sklearn", DEFAULT)}
        tries |= {f"sklearn, tuned {k}": ("sklearn", setting) for k, setting in enumerate(TUNED)}
        found = {label: epochs_needed(X, y, alpha, *given, least * (1 + GAP)) for label, given in tries.items()}
        calls, models = {}, {}
        for label, (epochs, _) in found.items():
            models[label] = estimator(tries[label][0], alpha, epochs or EPOCHS[-1], tries[label][1])
            if epochs or "tuned" not in label:
                calls[label] = lambda model=models[label]: model.fit(X, y)
        took = seconds(calls, repeats, time.perf_counter)
        tuned = [label for label in took if "tuned" in label]
        for label in ["lassofit", "sklearn, default", *sorted(tuned, key=took.get)[:1]]:
            coef = models[label].coef_
            yield {
                "what": "gap", "alpha_max/": ratio, "solver": label.split(" ")[0] + label[8:].rstrip(" 0123456789"),
                "setting": tries[label][1], "epochs": found[label][0], "s": took[label],
                "ratio": took[label] / took["lassofit"], "gap": found[label][1] / least - 1,
                "support": int(np.count_nonzero(coef)), "exact": int(np.count_nonzero(exact)),
                "of_settings": len(tuned),
            }  # fmt: skip


def main(argv=None):
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=50_000)
    options.add_argument("--features", type=int, default=50_000)
    options.add_argument("--ratios", default="10,33,100", help="alphas, as parts of the largest useful one")
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--output", type=Path, help="JSON file")
    arguments = options.parse_args(argv)
    limit_threads(1)
    sys.path.insert(0, str(ROOT))
    import _report

    warnings.simplefilter("ignore")
    start = time.perf_counter()
    X, y = sparse_text(arguments.rows, arguments.features)
    ratios = [float(ratio) for ratio in arguments.ratios.split(",")]
    rows = []
    for part in (
        epoch_rows(X, y, arguments.repeats),
        epoch_rows(*sparse_text(4 * arguments.rows, 2 * arguments.features), arguments.repeats),
        gap_rows(X, y, ratios, arguments.repeats),
    ):
        rows.append(list(part))
        print(_report.table(rows[-1]), end="\n\n", flush=True)
    more = {"n": arguments.rows, "p": arguments.features, "repeats": arguments.repeats, "nonzeros": int(X.nnz)}
    more["seconds"] = time.perf_counter() - start
    content = [row for part in rows for row in part]
    print(f"written: {_report.write('sgd', content, path=arguments.output, **more)}")


if __name__ == "__main__":
    main()
