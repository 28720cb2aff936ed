"""The command line that the benchmarks share: options, threads, which solvers, which data."""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKLOADS = "wide,wide-99,wide-1000,square,long,long-99,tall,polynomial,text"


def parser(description, solvers, ratios, repeats, limit):
    """Parser with the options that single.py and path.py share, and their defaults."""
    options = argparse.ArgumentParser(description=description)
    add_data(options, WORKLOADS)
    options.add_argument("--solvers", default=solvers, help="default %(default)s")
    options.add_argument("--ratios", type=numbers, default=numbers(ratios), help=f"alpha_max over alpha; {ratios}")
    options.add_argument("--gap", type=numbers, default=[1e-6], help="one or several: 1e-4,1e-6,1e-9; default 1e-6")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--repeats", type=int, default=repeats)
    options.add_argument("--limit", type=float, default=limit, help="seconds for one fit; default %(default)g")
    options.add_argument("--clock", choices=["cpu", "wall"], help="default cpu at one thread, else wall")
    options.add_argument("--order", choices="FC", default="F", help="memory layout of dense X")
    options.add_argument("--memory", action="store_true", help="peak memory beyond X too")
    options.add_argument("--output", type=Path, help="JSON file")
    return options


def add_data(options, workloads):
    """Add the options that say which data, with a default."""
    options.add_argument("--workloads", help=f"default {workloads}; none if --file or --real is given")
    options.add_argument("--file", action="append", default=[], help="LIBSVM or CSV file")
    options.add_argument("--target", help="column of a CSV file that is y; default the last")
    options.add_argument("--real", type=Path, help="folder: all LIBSVM and CSV files in it, as real_data.R writes")


def numbers(text):
    """Numbers from a list with commas, in ascending order."""
    return sorted(float(word) for word in text.split(","))


def limit_threads(count):
    """Limit all pools of threads, here and in processes started later; to be called before numpy is imported."""
    for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMBA"):
        os.environ[f"{name}_NUM_THREADS"] = str(count)


def chosen_solvers(names, known):
    """Solvers by name, without those that are not installed."""
    for name in names:
        if name not in known:
            raise SystemExit(f"no solver {name!r}; there are {', '.join(known)}")
    installed = [known[name] for name in names if known[name].installed]
    for name in set(names) - {solver.name for solver in installed}:
        print(f"{name} is not installed: left out", file=sys.stderr)
    return installed


def datasets(arguments, default=WORKLOADS):
    """Yield (name, X, y) of every workload and file asked for."""
    from workloads import SUFFIXES, from_file
    from workloads import WORKLOADS as known

    names = arguments.workloads or ("" if arguments.file or arguments.real else default)
    for name in filter(None, names.split(",")):
        if name not in known:
            raise SystemExit(f"no workload {name!r}; there are {', '.join(known)}")
        yield name, *known[name]()
    files = [Path(path) for path in arguments.file]
    if arguments.real:
        files += sorted(path for path in arguments.real.iterdir() if set(path.suffixes) & SUFFIXES)
    for path in files:
        yield path.name.split(".")[0], *from_file(path, arguments.target)
