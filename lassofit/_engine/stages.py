"""The outer loop of the active-set method: certify, stop or go on to the next stage of falling alpha.

A generator of records, as ``solve`` is. How a stage is solved is ``search``'s business; only the target's own
certificate, from a pass over all of X or on the full Gram matrix, ends it here, and what rounding, memory or a cycle
keeps from the goal is handed over to the sweeps of ``solve``.
"""

from time import perf_counter

import numpy as np

from . import rough, whole
from .columns import gathers
from .confirmation import feasible
from .descent_on_gram import DescentOnGram, projects
from .duality import noise
from .grams import GRAM_CAP
from .handover import more_sweeps, sweeps_first
from .inner import Subproblem
from .kernels.certificate import ROUNDING
from .search import Search
from .solve import Record, certify_whole, solve, takes_sweeps, unthresholded

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
    must = unthresholded(penalty)
    sub = Subproblem(problem, penalty, must, slack) if len(must) else None
    if control.solver == "auto" and not len(must):
        finished = yield from _sweep_first(problem, penalty, solution, control)
        worth = 0 if finished else rough.worth_sweeping(problem, penalty, control, solution.n_iter)
        record = _resting(problem, penalty, solution, control, slack, began) if worth and solution.w.any() else None
        if record is not None:
            yield record
            return
        if worth:
            yield from rough.sweep(problem, penalty, solution, control, slack, worth)
            finished = solution.converged
        if finished:
            return
    search = Search(problem, penalty, solution, slack, eligible, must, sub, control.gram, control.solver == "auto")
    spent = solution.n_iter
    idle, best, lowest, start = 0, np.inf, np.inf, (np.inf, solution.w)
    while search.face is not None:
        certificate = solution.judge(problem, penalty, search.certify(), control.tol)
        if certificate.objective < start[0]:
            start = certificate.objective, solution.w
        support = int(np.count_nonzero(solution.w))
        seconds = perf_counter() - began
        size = len(search.face.w)
        record = Record(solution.n_iter, certificate.objective, certificate.gap, support, size, seconds)
        yield record
        # A stage on the way is another alpha's solution: within tol perhaps, but biased, where the target's is exact.
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
                if certificate.gap > solution.goal:
                    # The point may do where the dual point does not: of 255 fits that came here in a stress run, 18.
                    other = feasible(problem, penalty, solution.w, certificate, solution.goal)
                    if other.gap <= solution.goal:
                        solution.judge(problem, penalty, other, control.tol)
                        yield record._replace(dual_gap=other.gap)
                # Sweeps do not get below what rounding leaves. Projections on unpenalised columns do: to its square.
                left = certificate.noise * (1.0 if sub is None else certificate.noise / solution.scale)
                solution.at_floor = best <= ROUNDING * certificate.floor + left
                if not (solution.converged or solution.at_floor):
                    break
                solution.intercept = problem.intercept(solution.w)
                return
        search.advance(certificate.c, control.max_iter - spent)
        solution.n_iter = spent + max(search.rounds, 1)
    solution.w = start[1]  # the best point so far: rounding may have carried the last one away
    if search.left is not None and _objective(problem, penalty, search.left) < start[0]:
        solution.w = search.left
    yield from _hand_over(problem, penalty, solution, control, search, slack)


def _resting(problem, penalty, solution, control, slack, began):
    """Return the Record of a start within tol, which is left as it is; or None."""
    which = np.flatnonzero(solution.w)
    r = problem.residual_at(solution.w)
    certificate = certify_whole(problem, penalty, solution, None, r, slack)
    certificate = solution.judge(problem, penalty, certificate, control.tol)
    if not solution.converged or penalty.l2.any():  # there, a small gap may be a large error: see ``Search.satisfied``
        solution.converged = False
        return None
    solution.intercept, seconds = problem.intercept(solution.w), perf_counter() - began
    return Record(solution.n_iter, certificate.objective, certificate.gap, len(which), len(which), seconds)


def _hand_over(problem, penalty, solution, control, search, slack):
    """Go on where the stages have ended: by sweeps, or on the Gram matrix, which unpenalised columns had closed."""
    solution.patience, sub = search.patience, search.sub
    if sub is not None and solution.n_iter < control.max_iter and _gram_is_open(problem, penalty):
        yield from _on_gram(problem, penalty, solution, control, sub, slack)
        if solution.finished(control):
            return
    if not search.patience:
        yield from solve(problem, penalty, solution, control)
        return
    last = min(control.max_iter, solution.n_iter + search.patience)
    yield from solve(problem, penalty, solution, control._replace(max_iter=last))
    if not solution.finished(control):  # badly conditioned: steps are indifferent to that
        solution.w = search.left
        yield from solve_active(problem, penalty, solution, control._replace(solver="active_set"))


def _gram_is_open(problem, penalty):
    """Return whether the Gram matrix can be had where columns are unpenalised: as a path of one alpha."""
    dense = problem.exact_gram and problem.n >= problem.p
    return dense and 8 * problem.p**2 <= GRAM_CAP and problem.y_norm > 0 and projects(problem, penalty)


def _on_gram(problem, penalty, solution, control, sub, slack):
    """Go down to the target as a path does: sweeps need thousands, where columns outgrow their room, near n = p."""
    left = control._replace(max_iter=control.max_iter - solution.n_iter)
    trail = DescentOnGram(problem, penalty, left, solution.w)
    for found, record in trail.follow(np.ones(1)):
        solution.w, solution.n_iter = found.w, solution.n_iter + max(1, found.n_iter)
        r = problem.residual_at(solution.w)
        certificate = certify_whole(problem, penalty, solution, sub, r, slack)
        certificate = solution.judge(problem, penalty, certificate, control.tol)
        solution.at_floor = not solution.converged and found.at_floor
        solution.intercept = problem.intercept(solution.w)
        yield record._replace(iteration=solution.n_iter, objective=certificate.objective, dual_gap=certificate.gap)


def _sweep_first(problem, penalty, solution, control):
    """Try some sweeps, where they cost next to nothing; return whether they do. If not, nothing has happened."""
    sweeps = first = sweeps_first(problem, control.max_iter)
    if not sweeps or gathers(problem) or (problem.exact_gram and whole.wanted_at_once(problem, penalty)):
        return False
    before, records = solution.w.copy(), []
    while sweeps:
        for record in solve(problem, penalty, solution, control._replace(max_iter=solution.n_iter + sweeps)):
            records.append(record)
            yield record
        if solution.finished(control):
            return True
        sweeps = more_sweeps([(r.iteration, r.dual_gap) for r in records], solution.goal, first, 2 * first)
    solution.w = before
    return False


def _objective(problem, penalty, w):
    """Return the objective at w, NaN where it is not finite."""
    r = problem.residual_at(w)
    return 0.5 * float(problem.s @ (r * r)) + penalty.value(w)
