"""The stages of a search, each in one call, where that may be: on dense data with rows that are few."""

import numpy as np

from .active import BLOCK, MANY_ROUNDS
from .columns import fits

_TURNS = 30  # at the target
_NEAR = 1.2  # times the target: what would be a stage no further from it, is the target's
_LONG = 6000  # rows: from here on, longer than the calls that are saved
# Columns that are known, at most, half of them active: from here on, blocks of them enter by BLAS 3. Not 512: rows of
# their Gram matrix would be a page apart, and a column of it in one corner of the cache.
_ROOM = 520


def applies(search):
    """Return whether ``search``, at its first stage, may go down in one call."""
    problem, face = search.problem, search.face
    short = not (search.on_gram or problem.is_sparse) and problem.n <= max(_LONG, problem.p)
    return short and search.sub is None and search.ratio > 1.0 and not search.plunged and not face.dependent


def lowered(ratio, fall):
    """Return alpha of the next stage over the target's, from that of this one: no stage for next to nothing."""
    return ratio * fall if ratio * fall > _NEAR else 1.0


def plunge(search, c, falls, size, budget):
    """Go down from the correlations c; return None if that came to its end, else the correlations to go on from.

    c stays as it is: it may be the target's, which the problem keeps. Where rounding has carried the coefficients away,
    that is the end of the search, as in ``Search.advance``.
    """
    problem, face = search.problem, search.face
    room, search.plunged = min(max(_ROOM, 2 * len(face.which)), problem.p), True
    if not fits(problem, room):
        return c
    face.reserve(room)
    data = problem.lines_to_centre(), face.columns.root, face.columns.target, search.norm, search.slack
    limits, fall, turns = (BLOCK, MANY_ROUNDS, _ROOM // 2, size, search.spared.most_priced), falls[0], 0
    known, weighted = c.copy(), np.empty(problem.n)
    basis = search.spared.basis() if search.spared.worth else None
    unknown = np.empty((0, problem.n)), np.empty((0, problem.p)), np.empty((0, 0)), search.norm, search.slack
    while True:
        search.ratio, before = lowered(search.ratio, fall), search.rounds
        held = unknown if basis is None else basis.arrays
        given = data, held, known, search.ratio, limits, budget - search.rounds, weighted
        rounds, slow, left, every = face.solve_stage(*given)
        search.rounds, turns = search.rounds + max(rounds, ~rounds), turns + (search.ratio == 1.0)
        if rounds < 0 and not every and fall < 1.0 and problem.n <= room // 2:  # so far more are known than active
            face.keep_active()
            known[:], every = problem.correlate(face.columns.root * weighted), True
            fall = 1.0  # the same stage
        elif rounds < 0 or turns > _TURNS or (search.ratio == 1.0 and left == 0):
            break
        else:
            fall = falls[1] if slow else falls[0]
        if every and basis is not None:
            basis.add(weighted, known)
    if not np.isfinite(face.w).all():
        search.face = None
        return None
    search.v, search.solution.w = face.columns.root * weighted, face.coefficients()
    if rounds >= 0 and left == 0:
        search.known = known
        return None
    search.ratio, search.begun = search.ratio / falls[0], search.rounds - before  # this stage once more
    return problem.correlate(search.v)
