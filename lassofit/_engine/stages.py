"""The outer loop of the active-set method: certify, stop or go on to the next stage of falling alpha.

A generator of records, as ``solve`` is. How a stage is solved is ``search``'s business; only the target's own
certificate, from a pass over all of X or on the full Gram matrix, ends it here, and what rounding, memory or a cycle
keeps from the goal is handed over to the sweeps of ``solve``.
"""

from time import perf_counter

import numpy as np

from .duality import noise
from .inner import Subproblem
from .search import Search
from .solve import Record, solve, takes_sweeps, unthresholded

_IDLE = 3  # passes at the target that bring neither gap nor objective down: the sweeps take over


def run(problem, penalty, solution, control):
    """Improve ``solution`` by the solver that ``control`` names; yield Records."""
    best = None
    sweeps = takes_sweeps(control.solver, control.shuffle is not None)
    for record in (solve if sweeps else solve_active)(problem, penalty, solution, control):
        if best is None or record.dual_gap < best[0].dual_gap:
            best = record, solution.w.copy(), solution.certificate
        yield record
    if not (solution.converged or solution.certificate.gap <= best[0].dual_gap):  # rounding has carried it away
        _, solution.w, solution.certificate = best
        solution.converged = solution.relative_gap <= control.tol
        solution.intercept = problem.intercept(solution.w)
        yield best[0]._replace(iteration=solution.n_iter, seconds=record.seconds)


def solve_active(problem, penalty, solution, control):
    """Improve ``solution`` by the active-set method; yield Records, as ``solve`` does, to which it falls back."""
    began = perf_counter()
    solution.goal = control.tol * solution.scale
    slack = noise(problem)
    eligible = penalty.lo < penalty.hi
    must = unthresholded(penalty, np.flatnonzero(eligible))
    sub = Subproblem(problem, penalty, must, slack) if len(must) else None
    search = Search(problem, penalty, solution, slack, eligible, must, sub, control.gram)
    spent = solution.n_iter
    idle, best, lowest, start = 0, np.inf, np.inf, (np.inf, solution.w)
    while search.face is not None:
        certificate = search.certify()
        start = min(start, (certificate.objective, solution.w), key=lambda pair: pair[0])
        solution.certificate = certificate
        support = int(np.count_nonzero(solution.w))
        seconds = perf_counter() - began
        yield Record(solution.n_iter, certificate.objective, certificate.gap, support, len(search.face.w), seconds)
        # A stage on the way is another alpha's solution: within tol perhaps, but biased, where the target's is exact.
        solution.converged = solution.relative_gap <= control.tol
        done = solution.converged and search.ratio in (None, 1.0) and search.satisfied(certificate.c, control.tol)
        if done or np.isnan(certificate.gap) or solution.n_iter >= control.max_iter or not eligible.any():
            solution.intercept = problem.intercept(solution.w)
            return
        if search.ratio == 1.0:
            # Columns come in batches of candidates: the gap may wait while the objective falls.
            better = certificate.gap < 0.5 * best or certificate.objective < lowest - 1e-3 * certificate.gap
            idle = 0 if better else idle + 1
            best, lowest = min(best, certificate.gap), min(lowest, certificate.objective)
            if idle >= _IDLE:
                break
        search.advance(certificate.c, control.max_iter - spent)
        solution.n_iter = spent + max(search.rounds, 1)
    solution.w = start[1]  # the best point so far: rounding may have carried the last one away
    yield from solve(problem, penalty, solution, control)
