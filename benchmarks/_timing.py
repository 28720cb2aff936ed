"""Timing of solvers at equal accuracy: the search for the tolerance, the repeats, a pass, the memory.

A fit that may take too long runs in a forked copy of the process, which can be ended and shares X; the
figures quoted are of fits in this process. Solvers that have a process of their own (_outside.py) take
their times there.
"""

import ctypes
import multiprocessing
import statistics
import sys
import warnings
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np
from scipy import sparse

LADDER = [float(10.0 ** (-k / 2)) for k in range(4, 43)]  # 1e-2 down to 1e-21, half decades
FIRST = LADDER.index(1e-5)
AT_LEAST = 0.3  # seconds spent on the repeats of a problem, so that short fits are repeated often
AT_MOST = 60  # seconds after which no further round of repeats is begun, shared out among the solvers
MOST_REPEATS = 50
PATIENCE = 2  # attempts out of time after which a search ends
IN_A_ROW = 0.05  # seconds over which one time is taken outside, by clocks that count in milliseconds; see ``timed``
LONG = 2  # seconds: what takes longer is not run once more, untimed, before the repeats


class Fit(NamedTuple):
    """One fit: what it returned, and its wall-clock and CPU seconds."""

    coef: np.ndarray  # of the problem's shape
    intercept: np.ndarray
    n_iter: int
    wall: float
    cpu: float
    full_passes: int | None = None  # over X, where the solver tells


class Found(NamedTuple):
    """Outcome of the search for a tolerance."""

    tol: float | None  # in the solver's own units; None if nothing was reached, or for the default
    reached: bool
    gap: float | None  # of the best fit that ended in time
    why: str  # if not reached
    wall: float | None = None  # seconds of the fit that reached it


def timed(call, at_least):
    """Return the last of the values of ``call()``, made in a row for ``at_least`` seconds, and a call's two times.

    Where a process outside takes its times so, everybody's are: a path of 1.9 ms in a row takes 3.1 ms after others.
    """
    count, wall, cpu = 0, perf_counter(), process_time()
    while not count or perf_counter() - wall < at_least:
        value, count = call(), count + 1
    return value, (perf_counter() - wall) / count, (process_time() - cpu) / count


def in_a_row(solvers):
    """Return the seconds over which a time of these solvers is taken."""
    return 0.0 if all(solver.outside is None for solver in solvers) else IN_A_ROW


def fit(solver, problem, tol, limit=None, at_least=0.0):
    """Fit once, timed; a solver outside this process returns None after ``limit`` seconds."""
    if solver.outside is not None:
        done = solver.outside.fit(problem, tol, limit)
        if done is None:
            return None
        coef, intercept, n_iter, wall, cpu = done
        full_passes = None
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model, wall, cpu = timed(lambda: solver.fit(problem.X, problem.y, problem.alpha, tol), at_least)
        coef, intercept, n_iter, full_passes = solver.read(model)
    coef = np.reshape(coef, problem.shape)
    return Fit(coef, np.reshape(intercept, problem.shape[1:]), n_iter, wall, cpu, full_passes)


def within(solver, problem, tol, limit):
    """Fit once, or None if that takes more than ``limit`` seconds."""
    if solver.outside is not None:
        return fit(solver, problem, tol, limit)
    return aside(lambda: fit(solver, problem, tol), limit)


def aside(function, limit):
    """Value of ``function()`` computed in a forked process; None if it takes more than ``limit`` seconds."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def child():
        try:
            sender.send(function())
        except Exception as error:  # to be raised where it is seen
            sender.send(error)

    process = context.Process(target=child, daemon=True)
    process.start()
    sender.close()
    try:
        value = receiver.recv() if receiver.poll(limit) else None
    except EOFError:
        value = RuntimeError("the process ended without an answer (out of memory?)")
    process.kill()
    process.join()
    if isinstance(value, Exception):
        raise value
    return value


def search(attempt, start=FIRST, end=None):
    """Find the loosest tolerance of LADDER[:end] that suffices, from ``start`` up or down.

    ``attempt(tol)`` returns the gap reached over the gap wanted, or None when out of time. The search
    takes for granted that a tighter tolerance is neither faster nor less accurate, and ends at the
    PATIENCE-th attempt out of time. Returns the index in LADDER (None if not reached), the best ratio
    seen, and whether an attempt ran out of time.
    """
    best, late, index, reached = None, 0, start, None
    step, end = None, len(LADDER) if end is None else end
    while 0 <= index < end and late < PATIENCE:
        ratio = attempt(LADDER[index])
        late += ratio is None
        if ratio is not None:
            best = ratio if best is None else min(best, ratio)
        enough = ratio is not None and ratio <= 1
        if enough:
            reached = index
        if step is None:  # looser if this was enough or took too long, tighter if it was not enough
            step = -1 if enough or ratio is None else 1
        elif (step == -1 and ratio is not None and not enough) or (step == 1 and (enough or ratio is None)):
            break
        index += step
    return reached, best, late > 0


def find_tolerance(solver, problem, gap, limit, start=FIRST):
    """Found for one solver, and its place on the ladder: ours get the `tol` that promises the gap, peers the loosest
    that reaches it."""
    scale = problem.alpha_max if solver.absolute else 1.0
    walls = {}

    def attempt(tol):
        done = within(solver, problem, tol, limit)
        if done is None:
            return None
        walls[tol] = done.wall
        return problem.gap(done.coef, done.intercept) / gap

    if solver.ours:
        # relative_gap_, which tol bounds, is the gap over twice the null model's objective.
        tol, ratio = gap / 2, attempt(gap / 2)
        index, best, late = (0 if ratio is not None and ratio <= 1 else None), ratio, ratio is None
    else:
        end = sum(tol >= 0.99 * solver.tightest for tol in LADDER)
        index, best, late = search(lambda tol: attempt(tol * scale), min(start, end - 1), end)
        tol = None if index is None else LADDER[index] * scale
    why = "" if index is not None else f"over {limit:g} s" if late else "no tolerance suffices"
    reached = index is not None
    found = Found(tol if reached else None, reached, None if best is None else best * gap, why, walls.get(tol))
    return found, start if index is None or solver.ours else index


def interleave(calls, repeats, long=()):
    """Call every function once a round, each round in another order; return {name: [Fit]}.

    The order is drawn anew because who comes after whom matters: a fit of .5 ms takes .9 ms after a pause in which
    another process had the caches. One untimed call of each comes first, but for those named in ``long``. ``repeats``
    rounds are made, more while they are short; a call that has used up its share of AT_MOST seconds is
    left out of the later rounds.
    """
    fits, rng = {name: [] for name in calls}, np.random.default_rng(0)
    for name, call in calls.items():
        if name not in long:
            call()
    start, spent = perf_counter(), dict.fromkeys(calls, 0.0)
    for count in range(max(repeats, MOST_REPEATS)):
        if count >= repeats and perf_counter() - start > AT_LEAST * len(calls):
            break
        for name in rng.permutation(list(calls)).tolist():
            if spent[name] * len(calls) <= AT_MOST:
                begin = perf_counter()
                fits[name].append(calls[name]())
                spent[name] += perf_counter() - begin
    return fits


def time_of_a_pass(X, repeats=7):
    """Median wall-clock and CPU seconds of one ``X.T @ r``, each over enough products for the clocks."""
    r = np.random.default_rng(0).standard_normal(X.shape[0])
    times, count = [], 1
    while len(times) < repeats:
        wall, cpu = perf_counter(), process_time()
        for _ in range(count):
            X.T @ r
        wall, cpu = perf_counter() - wall, process_time() - cpu
        if wall < 1e-3:
            count *= 2
        else:
            times.append((wall / count, cpu / count))
    walls, cpus = zip(*times, strict=True)
    return statistics.median(walls), statistics.median(cpus)


def warm(solver, X, problem):
    """Have everything compiled that a fit on X may need, on small problems of X's kind and of class ``problem``."""
    if solver.outside is not None:
        return
    rng = np.random.default_rng(0)
    for n, p in ((30, 60), (300, 20), X.shape if X.shape[0] * X.shape[1] < 1e6 else (40, 40)):
        small = rng.standard_normal((n, p))
        small = (
            sparse.csc_matrix(small * (rng.random((n, p)) < 0.5)) if sparse.issparse(X) else np.asfortranarray(small)
        )
        for divisor in (2, 100):
            fit(solver, problem(small, rng.standard_normal(n), divisor), 1e-6)


def peak_memory(solver, problem, tol, limit):
    """Bytes by which the peak of a new process grows during one fit; None if it takes too long or runs elsewhere.

    The process is forked, so it has X and all modules already; its high-water mark starts at what is in use.
    """
    import resource

    if solver.outside is not None:
        return None
    unit = 1 if sys.platform == "darwin" else 1024

    def measure():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        fit(solver, problem, tol)
        return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit

    if sys.platform == "linux":  # free blocks that the fit could use again would hide its own need
        ctypes.CDLL(None).malloc_trim(0)
    return aside(measure, limit)
