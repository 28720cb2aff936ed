"""Single fits at equal accuracy: solvers side by side, interleaved, in one process.

    python benchmarks/single.py [--workloads wide,tall] [--solvers lassofit-cd,sklearn,celer]
        [--ratios 2,10,100,1000] [--gap 1e-6] [--threads 1] [--repeats 5] [--limit 20]
        [--file data.svm] [--file data.csv --target y] [--clock wall] [--order C]
        [--memory] [--defaults]

Gap is the dual gap over the objective of the model with an intercept alone, computed by one function
(``lassofit.testing.dual_gap``) in float64 from the coefficients that each solver returns. lassofit is
given the `tol` that promises the gap; every peer the loosest tolerance, of half-decades from 1e-2 to
1e-14, that does reach it. Then all are timed in turn; the figures are medians, of the public ``fit``,
its validation included and its compilation not, in wall-clock and in CPU time. The ratios, and the
"passes" (time over one ``X.T @ r`` of the same run), are of CPU time at one thread, for other work on the
machine disturbs it less, and of wall-clock time otherwise, or as --clock says. A fit of more than --limit
seconds counts as not reached, and the solver is not tried at smaller alphas of that workload. --defaults
times everybody's default settings and shows the gap they reach; there a peer counts whose gap is at most
1e-3. Results go to results/single.json (defaults.json), or where --output says.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOLVERS = "lassofit-cd,lassofit-active,sklearn,sklearn-gram,celer,skglm"
WORKLOADS = "wide,wide-99,wide-1000,square,long,long-99,tall,polynomial,text"
COLUMNS = ("workload", "alpha_max/", "solver", "ms", "cpu_ms", "passes", "repeats", "support", "gap", "tol", "n_iter")
COLUMNS += ("extra_MB", "why")

DEFAULT_GAP = 1e-3  # with --defaults, a peer counts if its answer is at least this good


def parse(argv=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", help=f"default {WORKLOADS}; none if --file is given")
    parser.add_argument("--solvers", default=SOLVERS)
    parser.add_argument("--ratios", default="2,10,100,1000", help="alpha_max over alpha")
    parser.add_argument("--gap", type=float, default=1e-6)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--limit", type=float, default=20, help="seconds for one fit")
    parser.add_argument("--file", action="append", default=[], help="LIBSVM or CSV file")
    parser.add_argument("--target", help="column of a CSV file that is y")
    parser.add_argument("--clock", choices=["cpu", "wall"], help="default cpu at one thread, else wall")
    parser.add_argument("--order", choices="FC", default="F", help="memory layout of dense X")
    parser.add_argument("--memory", action="store_true", help="peak memory beyond X too")
    parser.add_argument("--defaults", action="store_true", help="everybody's default settings")
    parser.add_argument("--output", type=Path, help="JSON file")
    return parser.parse_args(argv)


def limit_threads(count):
    """Limit all pools of threads; to be called before numpy is imported."""
    for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMBA"):
        os.environ[f"{name}_NUM_THREADS"] = str(count)


def chosen_solvers(names):
    """Solvers by name, without those that are not installed."""
    from solvers import SOLVERS as known

    for name in names:
        if name not in known:
            raise SystemExit(f"no solver {name!r}; there are {', '.join(known)}")
        if not known[name].installed:
            print(f"{name} is not installed: left out", file=sys.stderr)
    return [known[name] for name in names if known[name].installed]


def datasets(arguments):
    """Yield (name, X, y) of every workload asked for."""
    from workloads import WORKLOADS as known
    from workloads import from_file

    names = arguments.workloads or ("" if arguments.file else WORKLOADS)
    for name in filter(None, names.split(",")):
        if name not in known:
            raise SystemExit(f"no workload {name!r}; there are {', '.join(known)}")
        yield name, *known[name]()
    for path in arguments.file:
        yield Path(path).name, *from_file(path, arguments.target)


def settle(solvers, problem, arguments, rungs, gone):
    """Found of every solver at one alpha; notes in ``gone`` those not to be tried again."""
    from _timing import Found, aside, find_tolerance, fit

    found = {}
    for solver in solvers:
        if solver.name in gone:
            found[solver.name] = Found(None, False, None, f"not tried: {gone[solver.name]}")
            continue
        if arguments.defaults:
            done = aside(lambda s=solver: fit(s, problem, None) is not None, arguments.limit)
            outcome = Found(None, bool(done), None, "" if done else f"over {arguments.limit:g} s")
        else:
            start = {"start": rungs[solver.name]} if solver.name in rungs else {}
            outcome, rung = find_tolerance(solver, problem, arguments.gap, arguments.limit, **start)
            rungs[solver.name] = rung
        found[solver.name] = outcome
        if outcome.why:
            gone[solver.name] = outcome.why
    return found


def measure(name, divisor, solvers, problem, found, unit, arguments):
    """Rows of one workload at one alpha; ``unit`` is the time of a pass, in ms."""
    from _timing import fit, interleave, peak_memory

    ready = [s for s in solvers if found[s.name].reached]
    calls = {s.name: (lambda s=s: fit(s, problem, found[s.name].tol)) for s in ready}
    fits = interleave(calls, arguments.repeats)
    for solver in solvers:
        outcome = found[solver.name]
        row = {"workload": name, "alpha_max/": divisor, "solver": solver.name, "reached": outcome.reached}
        row |= {"alpha": problem.alpha, "gap": outcome.gap, "tol": outcome.tol, "why": outcome.why}
        if repeats := fits.get(solver.name):
            last, walls = repeats[-1], [one.wall for one in repeats]
            row["ms"] = 1e3 * statistics.median(walls)
            row["ms_min"], row["ms_max"] = 1e3 * min(walls), 1e3 * max(walls)
            row["cpu_ms"] = 1e3 * statistics.median(one.cpu for one in repeats)
            row["passes"] = row[clock(arguments)] / unit
            row["repeats"] = len(repeats)
            row["support"] = int((last.coef != 0).sum())
            row["gap"] = problem.gap(last.coef, last.intercept)
            row["objective"] = problem.objective(last.coef, last.intercept)
            row["n_iter"] = last.n_iter
            if arguments.memory:
                extra = peak_memory(solver, problem, outcome.tol, arguments.limit)
                row["extra_MB"] = None if extra is None else extra / 2**20
        yield row


def run(name, X, y, solvers, arguments):
    """Rows of one workload."""
    import numpy as np
    from _timing import Problem, time_of_a_pass, warm

    if arguments.order == "C" and isinstance(X, np.ndarray):
        X = np.ascontiguousarray(X)
    solvers = [s for s in solvers if s.takes is None or s.takes(X)]
    for solver in solvers:
        warm(solver, X)
    wall, cpu = time_of_a_pass(X)
    common = {"n": X.shape[0], "p": X.shape[1], "pass_ms": 1e3 * wall, "pass_cpu_ms": 1e3 * cpu}
    unit = common["pass_" + clock(arguments)]
    print(f"\n{name}: {X.shape[0]} x {X.shape[1]}, one X.T @ r {unit:.3g} ms", flush=True)
    rungs, gone, rows = {}, {}, []
    for divisor in sorted(float(ratio) for ratio in arguments.ratios.split(",")):
        problem = Problem(X, y, divisor)
        found = settle(solvers, problem, arguments, rungs, gone)
        for row in measure(name, divisor, solvers, problem, found, unit, arguments):
            rows.append({**row, **common})
    return rows


def clock(arguments):
    """Key of the time that ratios and passes are made of: CPU at one thread, else wall-clock."""
    kind = arguments.clock or ("cpu" if arguments.threads == 1 else "wall")
    return "cpu_ms" if kind == "cpu" else "ms"


def ratios(rows, ours, key="ms", gap=float("inf")):
    """Best peer's time over ours, for each workload, solver of ours and alpha.

    A peer counts if it ended in time with a gap of at most ``gap``; "-" means that none did, or not ours.
    """
    lines = {}
    for row in rows:
        if row["solver"] not in ours or key not in row:
            continue
        same = [r for r in rows if (r["workload"], r["alpha_max/"]) == (row["workload"], row["alpha_max/"])]
        peers = [r for r in same if r["solver"] not in ours and key in r and r["gap"] <= gap]
        line = lines.setdefault(
            (row["workload"], row["solver"]), {"workload": row["workload"], "solver": row["solver"]}
        )
        if peers:
            best = min(peers, key=lambda r: r[key])
            line[f"/{row['alpha_max/']:g}"] = best[key] / row[key]
            line[f"peer /{row['alpha_max/']:g}"] = best["solver"]
    return list(lines.values())


def main(argv=None):
    """Measure, print, write."""
    arguments = parse(argv)
    limit_threads(arguments.threads)
    sys.path.insert(0, str(ROOT))
    import _report
    from threadpoolctl import threadpool_limits

    solvers = chosen_solvers(arguments.solvers.split(","))
    ours = {solver.name for solver in solvers if solver.ours}
    start, rows = time.perf_counter(), []
    path = arguments.output or _report.RESULTS / f"{'defaults' if arguments.defaults else 'single'}.json"

    def write():
        settings = {key: str(value) if isinstance(value, Path) else value for key, value in vars(arguments).items()}
        summary = ratios(rows, ours, clock(arguments), DEFAULT_GAP if arguments.defaults else float("inf"))
        more = {"settings": settings, "seconds": time.perf_counter() - start, "ratios": summary}
        setup = _report.setup(*{solver.distribution for solver in solvers})
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"setup": setup, **more, "rows": rows}, indent=1) + "\n", "utf-8")
        return summary

    with threadpool_limits(arguments.threads):
        for name, X, y in datasets(arguments):
            new = run(name, X, y, solvers, arguments)
            rows += new
            shown = [column for column in COLUMNS if any(row.get(column) not in (None, "") for row in new)]
            print(_report.table(new, shown), flush=True)
            write()  # after every workload, so that a run that is ended loses little
    columns = ["workload", "solver"]
    for ratio in sorted(float(value) for value in arguments.ratios.split(",")):
        columns += [f"/{ratio:g}", f"peer /{ratio:g}"]
    if summary := write():
        print("\nTime of the fastest peer over ours (and which it is), at alpha_max / ...")
        print(_report.table(summary, columns))
    print(f"written: {path}")


if __name__ == "__main__":
    main()
