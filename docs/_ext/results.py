"""Figures and tables of ``benchmarks/results/*.json``, made when the documentation is built: no figure is typed in.

Each file of results gives ``generated/results/NAME.txt``, to be included by a page. Only what is asked for here is
shown; numbers are rounded, and nothing else is done to them.
"""

import json
from pathlib import Path

from results_figure import draw

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


def rounded(value):
    """A number to three digits, as text."""
    if not isinstance(value, float):
        return "" if value is None else str(value).replace("_", r"\_")
    text = f"{value:.3g}"
    return f"{float(text):.0f}" if "e+" in text else text


def table(columns, rows):
    """A list-table of rows (lists of text)."""
    lines = [".. list-table::", "   :header-rows: 1", "   :class: results", ""]
    for row in [columns, *rows]:
        lines += [f"   {'*' if i == 0 else ' '} - {cell}".rstrip() for i, cell in enumerate(row)]
    return "\n".join([*lines, "", ""])


def where(data):
    """The machine and the versions of a run."""
    setup = data["setup"]
    versions = ", ".join(f"{k} {v}" for k, v in setup["versions"].items() if v and k != "lassofit")
    versions += "".join(f", {k} {v}" for k, v in data.get("outside", {}).items())
    text = f"{setup['date']}; {setup['cpu']}, {setup['cores']} cores, {setup['system']}; {versions}."
    if "settings" in data:
        solvers = dict.fromkeys(row["solver"] for row in data["rows"])
        text += f" Took part: {', '.join(solvers)}. Limit: {data['settings']['limit']:g} s."
    return f"*{text}*\n\n"


def labelled(data):
    """The ratios of a file of results, a line a data set, with the set's name and shape as label."""
    for line in data["ratios"]:
        shape = next((r["n"], r["p"]) for r in data["rows"] if r["workload"] == line["workload"] and "n" in r)
        yield {**line, "label": f"{line['workload']}\n{shape[0]} x {shape[1]}"}


def ratios(name, data):
    """The fastest peer's time over ours: a figure, a table, and where a peer did better."""
    divisors = data["settings"]["ratios"]
    lines = list(labelled(data))
    figures = draw(name, lines, divisors)
    text = "".join(
        f".. image:: generated/results/{file}\n   :class: only-{mode}\n   :alt: time of the fastest peer over ours\n\n"
        for mode, file in figures.items()
    )
    rows = [[line["label"].replace("\n", ", "), *cells(line, divisors)] for line in lines]
    text += table(["data; alpha_max /", *(f"{d:g}" for d in divisors)], rows)
    return text + lost(data)


def cells(line, divisors):
    """The ratios of a line, with the peer in brackets."""
    pairs = [(line.get(f"/{d:g}"), line.get(f"peer /{d:g}")) for d in divisors]
    return [f"{rounded(ratio)} ({peer})" if ratio else "--" for ratio, peer in pairs]


def lost(data):
    """Where a peer did better, or lassofit did not get there, as a list."""
    text = ""
    for row in data["lost"]:
        who = "lassofit" if row["peer"] == "-" else row["peer"]
        gap = f", gap {row['target']:g}" if len(data["settings"]["gap"]) > 1 else ""
        text += f"- {row['workload']} at alpha_max/{row['alpha_max/']:g}{gap}: {who} {row['what']}\n"
    return text + "\n"


def gaps(name, data):
    """The fastest peer's time over ours, for every gap that was asked for."""
    divisors, several = data["settings"]["ratios"], len(data["settings"]["gap"]) > 1
    rows = [
        [line["workload"], *([f"{line['target']:g}"] if several else []), *cells(line, divisors)]
        for line in data["ratios"]
    ]
    heads = ["data", *(["gap"] if several else []), *(f"alpha_max/{d:g}" for d in divisors)]
    return table(heads, rows) + lost(data)


def cross_validation(name, data):
    """Times of cross-validation by data and package."""
    rows = [
        [
            f"{r['workload']}, {r['n']} x {r['p']}", rounded(r["what"]), r["solver"],
            rounded(r.get("ms", r["why"])), rounded(r.get("ratio")),
        ]
        for r in data["rows"]
    ]  # fmt: skip
    return table(["data", "what", "package", "ms", "over lassofit"], rows)


def searches(name, data):
    """Times of searches over a Pipeline."""
    rows = [[f"{r['n']} x {r['p']}", r["search"], rounded(r["cpu s"]), rounded(r["ratio"])] for r in data["rows"]]
    return table(["data", "search", "CPU seconds", "over PathSearchCV"], rows)


def small(name, data):
    """Times of calls on small data."""
    rows = [
        [r["data"], r["call"], rounded(r["alpha"]), rounded(r["us"]), rounded(r["sklearn us"]), rounded(r["ratio"])]
        for r in data["rows"]
    ]
    return table(["data", "call", "alpha", "us", "scikit-learn, us", "ratio"], rows)


def descent(name, data):
    """Times of stochastic descent to an objective within a thousandth of its minimum."""
    rows = [
        [f"alpha_max/{r['alpha_max/']:g}", r["solver"], rounded(r["epochs"]), rounded(r["s"]), rounded(r["gap"])]
        for r in data["rows"]
        if r["what"] == "gap"
    ]
    return table(["alpha", "estimator", "epochs", "seconds", "distance at the end"], rows)


def compiling(name, data):
    """Seconds of the first fits of a process."""
    rows = [[r["case"], r["what"], rounded(r["median s"])] for r in data["rows"]]
    return table(["process", "what", "seconds"], rows)


PAGES = {
    "single_1e-6": ratios,
    "single": gaps,
    "single_1e-4": gaps,
    "real": gaps,
    "threads": gaps,
    "defaults": ratios,
    "defaults_c": gaps,
    "path": ratios,
    "cv": cross_validation,
    "cv_text": cross_validation,
    "search": searches,
    "small": small,
    "sgd": descent,
    "compile_time": compiling,
}


def write(app, config):
    """Write a file for every file of results."""
    folder = Path(app.srcdir, "generated", "results")
    folder.mkdir(exist_ok=True, parents=True)
    for name, page in PAGES.items():
        data = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
        (folder / f"{name}.txt").write_text(page(folder / name, data) + where(data), "utf-8")


def setup(app):
    """Make tables and figures whenever the documentation is built."""
    app.connect("config-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
