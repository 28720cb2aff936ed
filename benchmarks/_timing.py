"""Timing of solvers at equal accuracy: the search for the tolerance, the repeats, a pass, the memory.

A fit that may take too long runs in a forked copy of the process, which can be ended and shares X; the
figures quoted are of fits in this process.
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

LADDER = [float(10.0 ** (-k / 2)) for k in range(4, 29)]  # 1e-2 down to 1e-14, half decades
FIRST = LADDER.index(1e-5)
AT_LEAST = 0.3  # seconds spent on the repeats of a problem, so that short fits are repeated often
AT_MOST = 60  # seconds after which no further round of repeats is begun
MOST_REPEATS = 50
PATIENCE = 2  # attempts out of time after which a search ends


class Problem:
    """Data, one alpha, and the gap of coefficients over the null model's objective."""

    def __init__(self, X, y, divisor=None):
        self.X, self.y = X, y
        self.null = float(np.var(y)) / 2
        centred = y - y.mean()
        means = np.asarray(X.mean(axis=0)).ravel()
        self.alpha_max = float(np.abs(X.T @ centred - means * centred.sum()).max() / len(y))
        self.alpha = None if divisor is None else self.alpha_max / divisor

    def gap(self, coef, intercept):
        """Dual gap over the null model's objective, in float64, from the coefficients alone."""
        from lassofit.testing import dual_gap

        coef, intercept = np.asarray(coef, float).ravel(), float(np.squeeze(intercept))
        return float(dual_gap(self.X, self.y, coef, intercept, alpha=self.alpha) / self.null)

    def objective(self, coef, intercept):
        """P(w, b), in float64."""
        from lassofit.testing import objective

        coef, intercept = np.asarray(coef, float).ravel(), float(np.squeeze(intercept))
        return float(objective(self.X, self.y, coef, intercept, alpha=self.alpha))


class Fit(NamedTuple):
    """One fit: what it returned, and its wall-clock and CPU seconds."""

    coef: np.ndarray
    intercept: float
    n_iter: int
    wall: float
    cpu: float


class Found(NamedTuple):
    """Outcome of the search for a tolerance."""

    tol: float | None  # in the solver's own units; None if nothing was reached, or for the default
    reached: bool
    gap: float | None  # of the best fit that ended in time
    why: str  # if not reached


def fit(solver, problem, tol):
    """Fit once, timed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wall, cpu = perf_counter(), process_time()
        model = solver.fit(problem.X, problem.y, problem.alpha, tol)
        wall, cpu = perf_counter() - wall, process_time() - cpu
    coef = np.asarray(model.coef_, float).ravel()
    return Fit(coef, float(np.squeeze(model.intercept_)), int(np.max(model.n_iter_)), wall, cpu)


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


def search(attempt, start=FIRST):
    """Find the loosest tolerance of LADDER that suffices, from ``start`` up or down.

    ``attempt(tol)`` returns the gap reached over the gap wanted, or None when out of time. The search
    takes for granted that a tighter tolerance is neither faster nor less accurate, and ends at the
    PATIENCE-th attempt out of time. Returns the index in LADDER (None if not reached), the best ratio
    seen, and whether an attempt ran out of time.
    """
    best, late, index, reached = None, 0, start, None
    step = None
    while 0 <= index < len(LADDER) and late < PATIENCE:
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
    """Found for one solver: ours are given the `tol` that promises the gap, peers the loosest that reaches it."""
    scale = problem.alpha_max if solver.absolute else 1.0

    def attempt(tol):
        done = aside(lambda: fit(solver, problem, tol), limit)
        return None if done is None else problem.gap(done.coef, done.intercept) / gap

    if solver.ours:
        # relative_gap_, which tol bounds, is the gap over twice the null model's objective.
        tol, ratio = gap / 2, attempt(gap / 2)
        index, best, late = (0 if ratio is not None and ratio <= 1 else None), ratio, ratio is None
    else:
        index, best, late = search(lambda tol: attempt(tol * scale), start)
        tol = None if index is None else LADDER[index] * scale
    why = "" if index is not None else f"over {limit:g} s" if late else "no tolerance suffices"
    found = Found(None if index is None else tol, index is not None, None if best is None else best * gap, why)
    return found, start if index is None or solver.ours else index


def interleave(calls, repeats):
    """Call every function in turn (A B C A B C ...); return {name: [Fit]}.

    One untimed call of each comes first. ``repeats`` rounds are made, more while they are short.
    """
    fits = {name: [] for name in calls}
    for call in calls.values():
        call()
    start = perf_counter()
    for count in range(max(repeats, MOST_REPEATS)):
        spent = perf_counter() - start
        if count and ((count >= repeats and spent > AT_LEAST * len(calls)) or spent > AT_MOST):
            break
        for name, call in calls.items():
            fits[name].append(call())
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


def warm(solver, X):
    """Have everything compiled that a fit on X may need, on small problems of X's kind."""
    rng = np.random.default_rng(0)
    for n, p in ((30, 60), (300, 20), X.shape if X.shape[0] * X.shape[1] < 1e6 else (40, 40)):
        small = rng.standard_normal((n, p))
        small = (
            sparse.csc_matrix(small * (rng.random((n, p)) < 0.5)) if sparse.issparse(X) else np.asfortranarray(small)
        )
        for divisor in (2, 100):
            fit(solver, Problem(small, rng.standard_normal(n), divisor), 1e-6)


def peak_memory(solver, problem, tol, limit):
    """Bytes by which the peak of a new process grows during one fit; None if it takes too long.

    The process is forked, so it has X and all modules already; its high-water mark starts at what is in use.
    """
    import resource

    unit = 1 if sys.platform == "darwin" else 1024

    def measure():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        fit(solver, problem, tol)
        return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit

    if sys.platform == "linux":  # free blocks that the fit could use again would hide its own need
        ctypes.CDLL(None).malloc_trim(0)
    return aside(measure, limit)
