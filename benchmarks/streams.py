"""One pass over streams of sparse text: SGDLasso's methods, SGDRegressor, Vowpal Wabbit's first pass at its defaults.

    python benchmarks/streams.py [--rows 200000] [--debian FILE] [--table FILE,TEXT,TARGET[,log]] [--output FILE]

texts.py says what the data are. All see the first four fifths of the same rows, in the same order, in 400 parts.
"ahead" is the R^2 of what was predicted for every part before it was learned from, past the first tenth; "r2" that on
the last fifth, which nobody learned from. Real rows are taken in random order and, after it, in the file's: neighbours
there are alike, so that order drifts. alpha is chosen on the first tenth: of 10, the one that predicts its second half
best, ahead; for the stream, ten times as long, it is divided by sqrt(10): so the noise in correlations falls; under
'ftrl' by 10: so the sum that a word's gradients must pass stays what it was, as the published method has it, and words
met a few times are what most of the penalty is about. "ftrl, eta0 too" chooses eta0 with it, of 4.
SGDRegressor has the best of 13 settings for the last fifth, to its advantage. Vowpal Wabbit takes part where its
package is installed (vowpalwabbit on PyPI). Results go to results/streams.json, or where --output says.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

from _command import ROOT, limit_threads

RATIOS = (3, 10, 33, 100, 333, 1000, 3333, 10_000, 33_333, 100_000)
METHODS = {
    "cumulative": [{}],
    "clipping": [{"method": "clipping"}],
    "clipping, constant": [{"method": "clipping", "learning_rate": "constant"}],
    "ftrl": [{"method": "ftrl"}],
    "ftrl, eta0 too": [{"method": "ftrl", "eta0": eta0} for eta0 in (0.125, 0.25, 0.5, 1.0)],
}
THEIRS = [{}, *({"learning_rate": "constant", "eta0": eta0} for eta0 in (0.03, 0.1, 0.3))]
PARTS = 400


def largest(X, y):
    """The smallest alpha at which all coefficients are zero."""
    return float(abs(X.T @ (y - y.mean())).max()) / len(y)


def explained(y, predicted):
    """R^2."""
    return 1.0 - float(((y - predicted) ** 2).sum()) / float(((y - y.mean()) ** 2).sum())


def ahead(predict, learn, y, n, since, size):
    """Feed n rows in parts; return the R^2 of predictions made before each was learned from, from a row on."""
    import numpy as np

    predicted = np.zeros(n)
    for start in range(0, n, size):
        rows = slice(start, min(start + size, n))
        if start:
            predicted[rows] = predict(rows)
        learn(rows)
    return explained(y[since:n], predicted[since:])


def ours(X, y, n):
    """Rows of SGDLasso's methods."""
    import numpy as np

    from lassofit import SGDLasso

    tenth, size = n // 10, max(1, n // PARTS)
    top = largest(X[:tenth], y[:tenth])

    def score(model, end, since):
        return ahead(
            lambda rows: model.predict(X[rows]), lambda rows: model.partial_fit(X[rows], y[rows]), y, end, since, size
        )

    for name, settings in METHODS.items():
        tries = [(ratio, setting) for setting in settings for ratio in RATIOS]
        scores = [score(SGDLasso(top / ratio, **setting), tenth, tenth // 2) for ratio, setting in tries]
        chosen, setting = tries[int(np.argmax(scores))]
        falls = 1.0 if "ftrl" in name else 0.5
        model = SGDLasso(top / chosen * (tenth / n) ** falls, **setting)
        start = time.process_time()
        met = score(model, n, tenth)
        yield {
            "solver": f"lassofit, {name}", "chosen": chosen, "setting": setting, "ahead": met,
            "r2": model.score(X[n:], y[n:]), "support": int(np.count_nonzero(model.coef_)),
            "cpu_s": time.process_time() - start,
        }  # fmt: skip


def theirs(X, y, n):
    """A row of SGDRegressor: the best of the settings on the test rows."""
    import numpy as np
    from sklearn.linear_model import SGDRegressor

    top, best = largest(X[:n], y[:n]), None
    for setting in THEIRS:
        for ratio in (33, 100, 333, 1000)[: 1 if not setting else None]:
            model = SGDRegressor(penalty="l1", alpha=top / ratio, shuffle=False, **setting)
            row = {
                "solver": "sklearn, best setting", "setting": setting, "alpha_max/": ratio,
                "r2": model.partial_fit(X[:n], y[:n]).score(X[n:], y[n:]),
                "support": int(np.count_nonzero(model.coef_)),
            }  # fmt: skip
            if best is None or row["r2"] > best["r2"]:
                best = row
    yield best


def wabbit(X, y, n):
    """A row of Vowpal Wabbit's first pass at its defaults, if it is installed."""
    try:
        from vowpalwabbit import Workspace
    except ImportError:
        return
    vw = Workspace("--quiet -b 20")

    def text(i, label=""):
        entries = zip(X.indices[X.indptr[i] : X.indptr[i + 1]], X.data[X.indptr[i] : X.indptr[i + 1]], strict=True)
        return f"{label} | " + " ".join(f"{j}:{x:.9g}" for j, x in entries)

    def predict(rows):
        return [vw.predict(text(i)) for i in range(rows.start, rows.stop)]

    def learn(rows):
        for i in range(rows.start, rows.stop):
            vw.learn(text(i, f"{y[i]:.9g}"))

    score = ahead(predict, learn, y, n, n // 10, max(1, n // PARTS))
    yield {"solver": "Vowpal Wabbit", "ahead": score, "r2": explained(y[n:], predict(slice(n, len(y))))}


def streams(arguments):
    """Names of the streams, their X and y."""
    import numpy as np
    import texts

    features = min(50_000, max(3000, arguments.rows))
    yield "made", *texts.made(arguments.rows, features)
    yield "made, drifting", *texts.made(arguments.rows, features, drifts=True)
    real = {}
    if arguments.debian:
        real["debian"] = texts.debian(arguments.debian)
    for given in arguments.table or ():
        path, text, target, *log = given.split(",")
        real[Path(path).stem] = texts.table(Path(path), text, target, log=bool(log))
    for name, (X, y) in real.items():
        order = np.random.default_rng(0).permutation(len(y))
        yield name, X[order], y[order]
        yield f"{name}, as it is", X, y


def main(argv=None):
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=200_000, help="of the streams that are made")
    options.add_argument("--debian", type=Path, help="packages.txt, see texts.py")
    options.add_argument("--table", action="append", help="FILE,TEXT,TARGET[,log]: a file with tabs, and its columns")
    options.add_argument("--output", type=Path, help="JSON file")
    arguments = options.parse_args(argv)
    limit_threads(1)
    sys.path.insert(0, str(ROOT))
    import _report

    warnings.simplefilter("ignore")
    content = []
    for name, X, y in streams(arguments):
        n = X.shape[0] * 4 // 5
        rows = [{"stream": name, "n": n, **row} for part in (ours, theirs, wabbit) for row in part(X, y, n)]
        print(_report.table(rows, ["stream", "n", "solver", "chosen", "ahead", "r2", "support", "cpu_s"]), flush=True)
        content += rows
    print(f"written: {_report.write('streams', content, path=arguments.output, packages=('vowpalwabbit',))}")


if __name__ == "__main__":
    main()
