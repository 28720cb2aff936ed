"""The choice of alpha by cross-validation: whole public ``LassoCV().fit`` calls side by side, interleaved.

    python benchmarks/cv.py [--workloads diabetes,wide] [--solvers lassofit,sklearn,celer,glmnet] [--threads 2]
        [--repeats 3] [--limit 600] ... (--file and --real as single.py's)

All have the same 5 folds of consecutive rows, 100 alphas, eps 1e-3. "defaults" is everybody's default settings.
At these, scikit-learn may choose another alpha than the exact solution does. So "equal alpha_" is everybody at
the loosest `tol` of 1e-4, 1e-5, ... that chooses the alpha (the same place in the grid) that lassofit chooses at 1e-10,
with no limit on iterations; glmnet is timed at its defaults only. "off" is by how many places of the grid a choice
differs from that one. "ratio" is a solver's time over lassofit's: CPU time at one thread, else wall-clock. With
--threads 2, all that have it are given ``n_jobs=2``, and lassofit-1 is ours on one thread. What takes more than
--limit seconds is ended, and the row says so; what takes more than 20 is run once, in a forked process.

Beside glmnet, fits of less than .05 s are timed in a row, everybody's: R's clock counts in milliseconds.
Results go to results/cv.json (cv_2_threads.json), or where --output says. Searches are in search.py.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

from _command import ROOT, add_data, chosen_solvers, datasets, limit_threads

WORKLOADS = "diabetes,polynomial,wide,long,tall,text"
LADDER = [float(f"1e-{k}") for k in range(4, 13)]
TIGHT = 1e-10
ONCE = 20  # seconds above which the first run is the figure
COLUMNS = ("workload", "what", "solver", "ms", "cpu_ms", "ratio", "repeats", "tol", "alpha", "off", "mse", "why")


def main(argv=None):
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data(options, WORKLOADS)
    options.add_argument("--solvers", help="default all")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--limit", type=float, default=600, help="seconds for one fit; default %(default)g")
    options.add_argument("--count", type=int, default=100, help="alphas; default %(default)s")
    options.add_argument("--output", type=Path, help="JSON file")
    arguments = options.parse_args(argv)
    limit_threads(arguments.threads)
    sys.path.insert(0, str(ROOT))
    import _report
    from _cv_solvers import CHOOSERS
    from threadpoolctl import threadpool_limits

    names = (arguments.solvers or ",".join(CHOOSERS)).split(",")
    if arguments.threads == 1 and not arguments.solvers and "lassofit-1" in names:
        names.remove("lassofit-1")
    solvers = chosen_solvers(names, CHOOSERS)
    outside = {solver.name: solver.outside.version() for solver in solvers if solver.outside is not None}
    packages = {solver.distribution for solver in solvers if solver.outside is None}
    name = "cv" + f"_{arguments.threads}_threads" * (arguments.threads > 1)
    start, rows = time.perf_counter(), []
    try:
        with threadpool_limits(arguments.threads):
            for workload, X, y in datasets(arguments, WORKLOADS):
                new = run(workload, X, y, solvers, arguments)
                rows += new
                print(_report.table(new, COLUMNS), flush=True)
                given = {k: str(v) if isinstance(v, Path) else v for k, v in vars(arguments).items() if k != "output"}
                more = {"outside": outside, "settings": given, "seconds": time.perf_counter() - start}
                path = _report.write(name, rows, packages, arguments.output, **more)
    finally:
        for solver in solvers:
            if solver.outside is not None:
                solver.outside.close()
    print(f"written: {path}")


def run(name, X, y, solvers, arguments):
    """Rows of one workload."""
    from _cv_solvers import Task

    task = Task(X, y, arguments.count, jobs=arguments.threads)
    print(f"\n{name}: {X.shape[0]} x {X.shape[1]}", flush=True)
    skipped = {solver.name: unfit(solver, X, arguments) for solver in solvers}
    able = [solver for solver in solvers if not skipped[solver.name]]
    first = {solver.name: within(solver, task, None, arguments.limit) for solver in able}
    late = {solver.name for solver in able if first[solver.name] is None}
    able = [solver for solver in able if solver.name not in late]
    goal = reference(solvers, able, task, arguments.limit)
    here = [solver for solver in able if solver.outside is None and goal is not None]
    found = {solver.name: tolerance(solver, task, goal, arguments.limit) for solver in here}
    place, rows = {"workload": name, "n": X.shape[0], "p": X.shape[1]}, []
    defaults = {solver.name: (None, first[solver.name]) for solver in able}
    for what, settings in (("defaults", defaults), ("equal alpha_", found)):
        ready = {name: pair for name, pair in settings.items() if pair[1] is not None}
        new = measure(able, task, ready, goal, arguments)
        rows += [{**place, "what": what, **row} for row in new]
        limit = f"over {arguments.limit:g} s"
        why = {
            name: limit if tol is None else "no tolerance suffices"
            for name, (tol, done) in settings.items()
            if not done
        }
        if what == "defaults":
            why |= {name: text for name, text in skipped.items() if text} | dict.fromkeys(late, limit)
        rows += [{**place, "what": what, "solver": name, "why": text} for name, text in why.items()]
    return rows


def unfit(solver, X, arguments):
    """Why a solver does not run at all, or nothing; small problems of X's kind are solved, so that all is compiled."""
    import numpy as np
    from _cv_solvers import Task, choose
    from scipy import sparse

    if solver.outside is not None:
        return ""
    rng = np.random.default_rng(0)
    for n, p in ((30, 60), (300, 20)):
        small = rng.standard_normal((n, p))
        if sparse.issparse(X):
            small = sparse.csc_matrix(small * (rng.random((n, p)) < 0.5))
        try:
            task = Task(small, rng.standard_normal(n), jobs=arguments.threads)
            choose(solver, task, None)
        except Exception as error:  # it may not know the installed scikit-learn
            return f"does not run here: {type(error).__name__}: {error}"
    return ""


def within(solver, task, tol, limit):
    """One Choice, or None if that takes more than ``limit`` seconds."""
    from _cv_solvers import choose
    from _timing import aside

    if solver.outside is not None:
        return choose(solver, task, tol, limit)
    return aside(lambda: choose(solver, task, tol), limit)


def reference(solvers, able, task, limit):
    """Place in the grid of the alpha that ours chooses at a tight tolerance; None if it takes too long.

    Where none of ours was asked for, that of the first in this process.
    """
    exact = [solver for solver in solvers if solver.ours] or [solver for solver in solvers if solver.outside is None]
    done = within(exact[0], task, TIGHT, limit) if exact and exact[0] in able else None
    return None if done is None else done.index


def tolerance(solver, task, goal, limit):
    """Loosest tolerance that chooses the alpha at place ``goal``, and the first Choice by it.

    (None, None) where that takes too long, and (tolerance, None) where the tightest does not do it.
    """
    for tol in LADDER:
        done = within(solver, task, tol, limit)
        if done is None:
            return None, None
        if done.index == goal:
            return tol, done
    return tol, None


def measure(solvers, task, settings, goal, arguments):
    """Rows of the solvers by their settings, {name: (tolerance, first Choice)}, in interleaved repeats."""
    from _cv_solvers import choose
    from _timing import LONG, in_a_row, interleave

    ready = [solver for solver in solvers if solver.name in settings]
    short = [solver for solver in ready if settings[solver.name][1].wall <= ONCE]
    least = in_a_row(short)
    calls = {s.name: (lambda s=s: choose(s, task, settings[s.name][0], at_least=least)) for s in short}
    done = interleave(calls, arguments.repeats, {s.name for s in short if settings[s.name][1].wall > LONG})
    rows, key = [], "cpu_ms" if arguments.threads == 1 else "ms"
    for solver in ready:
        tol, first = settings[solver.name]
        choices = done.get(solver.name) or [first]
        chosen, walls = choices[-1], [choice.wall for choice in choices]
        rows.append(
            {
                "solver": solver.name,
                "ms": 1e3 * statistics.median(walls),
                "ms_min": 1e3 * min(walls),
                "ms_max": 1e3 * max(walls),
                "cpu_ms": 1e3 * statistics.median(choice.cpu for choice in choices),
                "repeats": len(choices),
                "tol": tol,
                "alpha": chosen.alpha,
                "off": None if goal is None else chosen.index - goal,
                "mse": chosen.mse,
                "why": "" if chosen.solved == task.count else f"ended after {chosen.solved} alphas",
            }
        )
    own = [row[key] for row in rows if row["solver"] == "lassofit"]
    return [{**row, "ratio": row[key] / own[0] if own else None} for row in rows]


if __name__ == "__main__":
    main()
