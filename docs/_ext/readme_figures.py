"""The two figures of README.rst, on nothing and in colours for white and for dark pages; run it to write them again.

    python docs/_ext/readme_figures.py

``docs/_static/path.svg`` is PathDisplay's of the diabetes data, ``docs/_static/benchmark.svg`` is made of
``benchmarks/results/path.json``, whose hash it bears: a test compares the two.
"""

import hashlib
import json
from pathlib import Path

import matplotlib as mpl
from results import RESULTS, labelled
from results_figure import inked, plot

STATIC = Path(__file__).parents[1] / "_static"
SOURCE = RESULTS / "path.json"


def fingerprint():
    """What stands in the benchmark's figure for the results that it shows."""
    return f"{SOURCE.name}, SHA-256 {hashlib.sha256(SOURCE.read_bytes()).hexdigest()}"


def benchmark():
    """The ratios of the paths, as a figure."""
    data = json.loads(SOURCE.read_text("utf-8"))
    return plot(list(labelled(data)), data["settings"]["ratios"], "any")


def coefficients():
    """The path of the diabetes data, as README.rst makes it."""
    from sklearn.datasets import load_diabetes

    from lassofit import LassoCV, PathDisplay

    X, y = load_diabetes(return_X_y=True, as_frame=True)
    ax = mpl.figure.Figure(figsize=(6.4, 4.0), layout="constrained").subplots()
    display = PathDisplay.from_estimator(LassoCV(cv=10, alpha_rule="1se").fit(X, y), X, y, ax=ax)
    for mark in display.marks_:
        mark.set_ydata([0, 0.88])  # up to the legend, which has no background here
    return display.figure_


def main():
    """Write both."""
    for name, figure, about in (("path", coefficients, None), ("benchmark", benchmark, fingerprint())):
        with inked("any"):
            file = STATIC / f"{name}.svg"
            figure().savefig(file, transparent=True, metadata={"Date": None, "Description": about})


if __name__ == "__main__":
    main()
