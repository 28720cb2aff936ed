"""The outer loop of the active-set method: stages of falling alpha, one pass over X a stage.

From zero, alpha falls by a constant factor a stage towards the target, and each stage is solved on a short list of
candidates: the columns with the largest correlations at the pass that ended the stage before. So few columns enter that
leave again. Only the target's own certificate, from a pass over all of X, ends the solve.
"""

from time import perf_counter

import numpy as np

from .active import Face, violations
from .duality import noise
from .inner import Subproblem
from .solve import Record, certify_whole, solve, unthresholded

_FALL = 0.2  # of alpha from stage to stage
_CANDIDATES = 100  # at least, and a twentieth of the columns
_BLOCK = 8  # columns that enter at once, at least, and a fifth of the active ones
_IDLE = 3  # passes at the target that do not halve the gap: the sweeps take over
_REFINEMENTS = 3  # of a settled face, by correlations recomputed from the data
_LARGEST = 400  # active columns: above this, sweeps on a Gram matrix are faster
_MEMORY = 1 << 28  # bytes of gathered columns and their Gram matrix


def run(problem, penalty, solution, control):
    """Improve ``solution`` by the solver that ``control`` names; yield Records. 'auto' is 'cd' for now."""
    chosen = solve_active if control.solver == "active_set" else solve
    return chosen(problem, penalty, solution, control)


def solve_active(problem, penalty, solution, control):
    """Improve ``solution`` by the active-set method; yield Records, as ``solve`` does, to which it falls back."""
    began = perf_counter()
    solution.goal = control.tol * solution.scale
    slack, norm = noise(problem), np.sqrt(problem.norm2)
    eligible = penalty.lo < penalty.hi
    must = unthresholded(penalty, np.flatnonzero(eligible))
    sub = Subproblem(problem, penalty, must, slack)
    basis = _independent(sub, solution.w)
    start = np.union1d(basis, np.flatnonzero(solution.w))
    if _too_large(len(start), problem):
        yield from solve(problem, penalty, solution, control)
        return
    face, v = _start(problem, penalty, solution.w, start)
    eligible[np.setdiff1d(must, basis)] = False  # the basis spans them
    ratio, idle, best = None, 0, np.inf
    spent = solution.n_iter
    budget = control.max_iter - spent
    while True:
        certificate = certify_whole(problem, penalty, solution, sub, problem.inverse_s * v, slack)
        solution.certificate = certificate
        support = int(np.count_nonzero(solution.w))
        seconds = perf_counter() - began
        yield Record(solution.n_iter, certificate.objective, certificate.gap, support, len(face.w), seconds)
        # A stage on the way is another alpha's solution: within tol perhaps, but biased, where the target's is exact.
        solution.converged = solution.relative_gap <= control.tol
        done = (solution.converged and ratio in (None, 1.0)) or np.isnan(certificate.gap)
        if done or solution.n_iter >= control.max_iter or not eligible.any():
            solution.intercept = problem.intercept(solution.w)
            return
        if ratio == 1.0:
            idle = 0 if certificate.gap < 0.5 * best else idle + 1
            best = min(best, certificate.gap)
        c = certificate.c
        if ratio is None:
            ratio, c = _first_stage(face, penalty, c, budget)
        ratio = max(1.0, ratio * _FALL)
        stage = penalty.scaled(ratio)
        face.set_penalty(stage)
        v = _advance(face, stage, _candidates(face, stage, c, eligible, norm), slack, budget)
        solution.n_iter = spent + max(face.steps, 1)
        solution.w = face.coefficients()
        if v is None or idle >= _IDLE:
            break
    yield from solve(problem, penalty, solution, control)


def _start(problem, penalty, w, start):
    """Return a face with the columns in ``start`` active at w, and ``v = s * r``."""
    face = Face(problem, penalty)
    face.meet(start, np.zeros(len(start)))
    face.w[:] = w[start]
    v = face.refresh()
    face.enter(start)
    return face, v


def _independent(sub, w):
    """Return the columns that nothing holds at zero, less those that depend on others: no penalty cuts their steps."""
    free, block = sub.free(w[sub.which])
    return sub.which if block is None else np.concatenate([sub.which[~free], block.which[block.pivot]])


def _first_stage(face, penalty, c, budget):
    """Return alpha_max over alpha, and the correlations there; 1 for a warm start, which needs no stages."""
    if face.w.any():
        return 1.0, c
    if len(face.w):
        face.settle(budget)
        c = face.problem.correlate(face.refresh())
    pull = np.maximum(np.where(penalty.hi > 0, c, 0.0), np.where(penalty.lo < 0, -c, 0.0))
    held = penalty.l1 > 0
    return max(1.0, float((pull[held] / penalty.l1[held]).max(initial=1.0))), c


def _too_large(size, problem):
    """Return whether a face of this many columns is better left to sweeps, or does not fit into memory."""
    return size > _LARGEST or size * (problem.n + size) * 8 > _MEMORY


def _candidates(face, penalty, c, eligible, norm):
    """Return the columns with the largest violations, or nearest to one, and the known ones."""
    size = max(_CANDIDATES, len(c) // 20)
    gains = np.where(eligible, violations(penalty, face.coefficients(), c, norm, 0.0), -np.inf)
    chosen = np.arange(len(c)) if size >= len(c) else np.argpartition(-gains, size)[:size]
    return np.union1d(chosen[gains[chosen] > -np.inf], face.columns.which)


def _advance(face, penalty, candidates, slack, budget):
    """Solve the stage on its candidates; return ``v = s * r``, or None where the face has grown too large."""
    problem = face.problem
    norm = np.sqrt(problem.norm2[candidates])
    lines = problem.columns(candidates)
    own = penalty.at(candidates)
    limit = min(budget, face.steps + 20 * len(candidates) + 200)  # a bound that only rounding could reach
    entered, stuck = False, False
    while True:
        before = face.w
        v = _settle(face, limit)
        if face.steps >= limit:
            return v
        w, active = face.at(candidates)
        c = lines.correlate(v)
        gains = np.where(active, -np.inf, violations(own, w, c, norm, slack[candidates]))
        wanted = np.flatnonzero(gains > 0)
        idle = entered and np.array_equal(before, face.w)  # by rounding, the last block left again at once
        if not len(wanted) or (idle and stuck):
            return v
        stuck = idle
        size = 1 if stuck else max(_BLOCK, int(face.active.sum()) // 5)
        if len(wanted) > size:
            wanted = wanted[np.argpartition(-gains[wanted], size)[:size]]
        if _too_large(len(face.w) + len(wanted), problem):
            return None
        entering, entered = candidates[wanted], True
        face.meet(entering, c[wanted])
        face.enter(entering)


def _settle(face, limit):
    """Settle the face, and again where the Gram matrix was not exact enough: sparse columns far from zero."""
    for _ in range(_REFINEMENTS):
        face.settle(limit)
        v = face.refresh()
        if face.steps >= limit or not face.unfinished():
            break
    return v
