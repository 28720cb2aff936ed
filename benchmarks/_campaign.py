"""The course of single.py and path.py: for every workload, alpha and gap find the tolerances, time, write.

`problem` below is a class of _problem.py: one alpha, or a path.
"""

import statistics
import sys
import time
from pathlib import Path

from _command import ROOT, chosen_solvers, datasets, limit_threads

COLUMNS = ("workload", "alpha_max/", "target", "solver", "ms", "cpu_ms", "passes", "full_passes", "repeats", "support")
COLUMNS += ("gap", "tol", "n_iter", "extra_MB", "why")
DEFAULT_GAP = 1e-3  # with default settings, a peer counts if its answer is at least this good


def campaign(name, problem, registry, arguments):
    """Measure, print, write; ``registry()`` gives the solvers by name."""
    limit_threads(arguments.threads)
    sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]
    import _report
    import _summary
    from threadpoolctl import threadpool_limits

    solvers = chosen_solvers(arguments.solvers.split(","), registry())
    ours = {solver.name for solver in solvers if solver.ours}
    defaults, key = getattr(arguments, "defaults", False), clock(arguments)
    start, rows = time.perf_counter(), []
    name += "" if arguments.threads == 1 else f"_{arguments.threads}_threads"
    packages = {solver.distribution for solver in solvers if solver.outside is None}
    outside = {solver.name: solver.outside.version() for solver in solvers if solver.outside is not None}

    def write():
        summary = _summary.ratios(rows, ours, key, DEFAULT_GAP if defaults else float("inf"))
        lost = _summary.lost(rows, ours, key, defaults)
        given = {
            k: str(value) if isinstance(value, Path) else value for k, value in vars(arguments).items() if k != "output"
        }
        more = {"outside": outside, "settings": given, "seconds": time.perf_counter() - start}
        path = _report.write(name, rows, packages, arguments.output, **more, ratios=summary, lost=lost)
        return path, summary, lost

    try:
        with threadpool_limits(arguments.threads):
            for workload, X, y in datasets(arguments):
                new = run(workload, X, y, problem, solvers, arguments)
                rows += new
                shown = [column for column in COLUMNS if any(row.get(column) not in (None, "") for row in new)]
                print(_report.table(new, shown), flush=True)
                write()  # after every workload, so that a run that is ended loses little
            path, summary, lost = write()
            _summary.show(summary, lost, arguments.ratios)
    finally:
        for solver in solvers:
            if solver.outside is not None:
                solver.outside.close()
    print(f"written: {path}")


def run(name, X, y, problem, solvers, arguments):
    """Rows of one workload."""
    import numpy as np
    from _timing import time_of_a_pass, warm

    if arguments.order == "C" and isinstance(X, np.ndarray):
        X = np.ascontiguousarray(X)
    solvers = [s for s in solvers if s.takes is None or s.takes(X)]
    for solver in solvers:
        warm(solver, X, problem)
    wall, cpu = time_of_a_pass(X)
    common = {"n": X.shape[0], "p": X.shape[1], "pass_ms": 1e3 * wall, "pass_cpu_ms": 1e3 * cpu}
    unit = common["pass_" + clock(arguments)]
    print(f"\n{name}: {X.shape[0]} x {X.shape[1]}, one X.T @ r {unit:.3g} ms", flush=True)
    rungs, gone, rows = {}, {}, []
    gaps = [None] if getattr(arguments, "defaults", False) else sorted(arguments.gap, reverse=True)
    for divisor in arguments.ratios:
        task = problem(X, y, divisor)
        for gap in gaps:
            found = settle(solvers, task, gap, arguments.limit, rungs, gone)
            place = {"workload": name, "alpha_max/": divisor, "target": gap}
            for row in measure(solvers, task, found, unit, arguments):
                rows.append({**place, **row, **common})
    return rows


def settle(solvers, problem, gap, limit, rungs, gone):
    """Found of every solver at one alpha and gap (None: default settings).

    ``gone`` notes the loosest gap that a solver has missed, and why: it is not tried at smaller alphas or tighter
    gaps. ``rungs`` notes where the next search begins.
    """
    from _timing import FIRST, Found, find_tolerance, within

    found = {}
    for solver in solvers:
        missed, why = gone.get(solver.name, (0.0, ""))
        if why and (gap is None or gap <= missed):
            found[solver.name] = Found(None, False, None, f"not tried: {why}")
            continue
        if gap is None:
            done = within(solver, problem, None, limit)
            outcome = Found(None, done is not None, None, "" if done else f"over {limit:g} s", done and done.wall)
        else:
            start = rungs.get((solver.name, gap), rungs.get(solver.name, FIRST))
            outcome, rung = find_tolerance(solver, problem, gap, limit, start)
            rungs[solver.name] = rungs[solver.name, gap] = rung
        found[solver.name] = outcome
        if outcome.why:
            gone[solver.name] = (gap or 0.0, outcome.why)
    return found


def measure(solvers, problem, found, unit, arguments):
    """Rows of one alpha and gap; ``unit`` is the time of a pass, in ms."""
    from _timing import LONG, fit, in_a_row, interleave, peak_memory

    ready = [s for s in solvers if found[s.name].reached]
    least = in_a_row(ready)
    calls = {s.name: (lambda s=s: fit(s, problem, found[s.name].tol, at_least=least)) for s in ready}
    fits = interleave(calls, arguments.repeats, {s.name for s in ready if found[s.name].wall > LONG})
    for solver in solvers:
        outcome = found[solver.name]
        row = {"solver": solver.name, "reached": outcome.reached, "alpha": problem.alpha_max / problem.divisor}
        row |= {"gap": outcome.gap, "tol": outcome.tol, "why": outcome.why}
        if repeats := fits.get(solver.name):
            last, walls = repeats[-1], [one.wall for one in repeats]
            row["ms"] = 1e3 * statistics.median(walls)
            row["ms_min"], row["ms_max"] = 1e3 * min(walls), 1e3 * max(walls)
            row["cpu_ms"] = 1e3 * statistics.median(one.cpu for one in repeats)
            row["passes"] = row[clock(arguments)] / unit
            row |= {"repeats": len(repeats), "n_iter": last.n_iter, "full_passes": last.full_passes}
            row |= problem.describe(last.coef, last.intercept)
            if arguments.memory:
                extra = peak_memory(solver, problem, outcome.tol, arguments.limit)
                row["extra_MB"] = None if extra is None else extra / 2**20
        yield row


def clock(arguments):
    """Key of the time that ratios and passes are made of: CPU at one thread, else wall-clock."""
    kind = arguments.clock or ("cpu" if arguments.threads == 1 else "wall")
    return "cpu_ms" if kind == "cpu" else "ms"
