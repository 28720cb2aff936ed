"""The table of features: every cell is a check that was run.

    python benchmarks/features.py

runs the checks of _feature_checks.py on lassofit, scikit-learn, celer and skglm in this Python, on glmnet if
``Rscript`` finds it, and on adelie by the Python that ADELIE_PYTHON names (solvers.py says how to make it). It prints
the table and writes results/features.json. ``--table`` runs nothing and prints that file as the table of README.rst.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import _report
import numpy as np

FOLDER = Path(__file__).resolve().parent
COLUMNS = ("lassofit", "scikit-learn", "celer", "skglm", "glmnet", "adelie")
ROWS = {
    "elastic_net": "elastic net",
    "positive": "coefficients >= 0",
    "bounds": "bounds of each coefficient",
    "factors": "penalty factors",
    "unpenalised": "unpenalised features",
    "weights": "sample weights",
    "sparse_weights": "sample weights, sparse X",
    "sparse_intercept": "intercept, sparse X",
    "sparse_scale": "standardised penalty, sparse X",
    "single": "float32 stays float32",
    "certificate": "dual gap returned by fit",
    "proven": "proven zeros returned by fit",
    "path": "path with an intercept",
    "between": "exact between a path's alphas",
    "cross_validation": "alpha by cross-validation",
    "one_se": "one-standard-error rule",
    "search": "Pipeline search, a path a fold",
    "partial": "streams: partial_fit",
    "stream": "streams: same model for any parts",
    "estimator_checks": "passes check_estimator",
    "compiled": "no compiling at the first fit",
    "logistic": "classification",
    "poisson": "counts (Poisson)",
    "groups": "group lasso",
    "multitask": "multi-task (L21)",
    "nonconvex": "non-convex penalties (MCP, SCAD)",
}


def here():
    """The cells of the packages in this Python."""
    from _feature_checks import run
    from _features import PACKAGES

    return {package.name: run(package) for package in PACKAGES}


def glmnet():
    """The version and the cells of glmnet, or None."""
    from _feature_checks import CLASSES, COUNTS, SPARSE, TIMES, X, Y

    with tempfile.TemporaryDirectory(prefix="lassofit-features-") as folder:
        table = np.column_stack([Y, CLASSES, COUNTS, TIMES, X, SPARSE.toarray()])
        head = ",".join(f"v{k}" for k in range(table.shape[1]))
        np.savetxt(Path(folder) / "data.csv", table, "%.17g", ",", header=head, comments="")
        command = ["Rscript", str(FOLDER / "_features_glmnet.R"), folder]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
        except (OSError, subprocess.CalledProcessError) as error:
            print("glmnet:", getattr(error, "stderr", error), file=sys.stderr)
            return None
    told = dict(line.split() for line in done.stdout.splitlines())
    cells = {name: {"yes": told.get(name) == "yes"} for name in ROWS}
    for name in ROWS.keys() - told.keys():
        cells[name]["why"] = "nothing of this kind in the package's functions"
    return told["version"], cells


def adelie():
    """The version and the cells of adelie, or None."""
    python = os.environ.get("ADELIE_PYTHON")
    if not python:
        return None
    command = [python, str(FOLDER / "_features_adelie.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return found["version"], found["cells"]


def as_rst(content):
    """The results as README.rst has them."""
    versions = {**content["setup"]["versions"], **content["outside"]}
    heads = ["", *COLUMNS]
    cells = [[row["what"], *("yes" if row[name] else "no" for name in COLUMNS)] for row in content["rows"]]
    widths = [max(len(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
    rule = "  ".join("=" * width for width in widths)

    def line(texts):
        return "  ".join(f"{text:{width}}" for text, width in zip(texts, widths, strict=True)).rstrip()

    others = ", ".join(f"{name} {versions[name]}" for name in COLUMNS[1:])
    rows = [rule, line(["\\", *COLUMNS]), rule, *map(line, cells), rule]
    return "\n".join([*rows, "", f"({others}, {content['setup']['date']}.)"])


def main():
    """Run the checks, print the table, write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=_report.RESULTS / "features.json")
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    path = arguments.output
    if arguments.table:
        print(as_rst(json.loads(path.read_text("utf-8"))))
        return
    cells, outside = here(), {}
    for name, ask in (("glmnet", glmnet), ("adelie", adelie)):
        found = ask()
        if found is not None:
            outside[name], cells[name] = found
    rows = [
        {"feature": feature, "what": ROWS[feature], **{name: column[feature]["yes"] for name, column in cells.items()}}
        for feature in ROWS
    ]
    print(_report.table(rows))
    why = {name: {k: cell["why"] for k, cell in column.items() if "why" in cell} for name, column in cells.items()}
    _report.write("features", rows, ("celer", "skglm"), path, outside=outside, why=why)


if __name__ == "__main__":
    main()
