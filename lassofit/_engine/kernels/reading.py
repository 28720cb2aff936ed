"""The state of a stochastic descent, and how coefficients and their averages are read from it.

Every method keeps a number v_j per feature, and its coefficient is *read* from v_j and from what the penalty has come
to by now, so that a step costs the entries of its rows. With steps eta and the loss's gradient g, and ``due`` the sum
of the steps (each over ``scale``, see below) whose penalty has not been taken from v_j:

    shrink (clipping, truncated)    w = S(v, due l1), which is written back: v = w, paid = all; then v -= eta g
    cumulative                      w = S(v, due l1), not written back: v = -sum(eta g) and u = due l1
    ftrl                            w = S(-v, t l1) / (D + t l2), v = sum(g - (D_new - D_old) w)
    naive                           w = v, and after every step v -= eta (l1 sign(w) + l2 w), of all features

The L2 part of the first two is its proximal step, ``w / (1 + eta l2)``: a factor that all coefficients share. It is
kept apart, as ``scale``: the coefficient is scale times what is read, since S(c v, c u) = c S(v, u).
"""

from typing import NamedTuple

import numpy as np

from ..jit import kernel
from .core import coordinate_update

STAMP = "b0a7bee29f4f40e1------------------------------------------------------------"

NAIVE, SHRINK, CUMULATIVE, FTRL = range(4)
AUTO, CONSTANT, INVSCALING, OPTIMAL = range(4)
# Numbers of the state's ``clock``, all float64: steps; their sum, as far as it was paid, and since; the intercept, and
# the weight it has seen; the largest squared norm of a row; what the rule's steps are multiplied by; the largest
# residual; the place in the period and the steps of the average; and for ftrl the target's and the rows' scale.
T, PAID, PENDING, SCALE, INTERCEPT, SEEN, NORM2, CUT, WORST, Y_MAX, PLACE, COUNT = range(12)
Y_COUNT, Y_MEAN, Y_SQUARES, X_SQUARES, N_CLOCK = range(12, 17)
EXCLUDED = 1e300  # the l1 of a feature that is out of the problem: inf times a step of 0 would not be a number


CLOCK = 3  # its place in the state


class State(NamedTuple):
    """What a stream carries on: arrays that the kernels change in place."""

    v: np.ndarray  # (p,)
    paid: np.ndarray  # (p,): the sum of steps whose penalty has been taken from v
    adaptive: np.ndarray  # (p, 4) for ftrl: sum of squared gradients, D, largest |x|, a gradient; else (0, 4)
    clock: np.ndarray
    total: np.ndarray  # (p,): sum of the coefficients over the steps; else (0,)
    since: np.ndarray  # (p,): the first step of the period that is not in total
    sums: np.ndarray  # (period + 1, 3): paid after every step, and sums of scale and of scale * paid before it


class Rule(NamedTuple):
    """The parameters, as numbers."""

    method: int
    rule: int
    eta0: float  # 0: half the inverse of the largest squared norm of a row so far
    power_t: float
    horizon: float  # the number of steps after which the automatic step falls no more
    alpha: float
    l2: float  # of every feature that is not excluded
    every: int  # steps between two payments; 1: clipping
    threshold: float  # coefficients above it are not shrunk
    lo: float
    intercept: bool
    averaging: bool


@kernel
def read(v, paid, l1, due, threshold, lo):
    """Return the coefficient that v stands for, up to the scale."""
    if l1 >= EXCLUDED:
        return 0.0
    if abs(v) > threshold:
        return max(v, lo)
    return coordinate_update(v, 0.0, due - paid, l1, 0.0, lo, np.inf)


@kernel
def read_adaptive(v, D, l1, t, l2, lo):
    """Return the coefficient under ftrl: the minimum of ``v w + t (l1 |w| + l2 w^2 / 2) + D w^2 / 2``."""
    if D == 0.0:
        return 0.0
    return coordinate_update(0.0, v / D, 1.0, t * l1 / D, t * l2 / D, lo, np.inf)


@kernel
def coefficient(state, l1, rule, j):
    """Return coefficient j."""
    clock = state.clock
    if rule.method == FTRL:
        return read_adaptive(state.v[j], state.adaptive[j, 1], l1[j], clock[PAID], rule.l2, rule.lo)
    # what is pending is paid, too: nothing stays unpaid in what the user sees
    due = clock[PAID] + clock[PENDING]
    return clock[SCALE] * read(state.v[j], state.paid[j], l1[j], due, rule.threshold, rule.lo)


@kernel
def coefficients(state, l1, rule, out):
    """Write all coefficients, their averages where these are kept and some step has been counted; change nothing."""
    averaging = rule.averaging and state.clock[COUNT] > 0.0
    for j in range(out.shape[0]):
        if averaging:
            out[j] = (state.total[j] + since_then(state, l1, rule, j)) / state.clock[COUNT]
        else:
            out[j] = coefficient(state, l1, rule, j)


@kernel
def since_then(state, l1, rule, j):
    """Return the sum of coefficient j over the steps of the period that are not in ``total``; v_j stayed what it is.

    The coefficient is linear in what was paid until it reaches zero, so prefix sums have it: where v_j stands still,
    the steps cost nothing.
    """
    sums, start, end = state.sums, state.since[j], np.int64(state.clock[PLACE])
    v, paid, weight = state.v[j], state.paid[j], 1.0
    if rule.method == FTRL:
        if state.adaptive[j, 1] == 0.0:
            return 0.0
        v, paid, weight = -v, 0.0, 1.0 / state.adaptive[j, 1]
    if start == end or v == 0.0 or v < rule.lo or l1[j] >= EXCLUDED:
        return 0.0
    if abs(v) > rule.threshold or l1[j] == 0.0:
        return weight * v * (sums[end, 1] - sums[start, 1])
    level = paid + abs(v) / l1[j]  # at which the coefficient is zero
    if sums[end - 1, 0] >= level:
        low, high = start, end - 1
        while low < high:
            middle = (low + high) // 2
            if sums[middle, 0] >= level:
                high = middle
            else:
                low = middle + 1
        end = low
    size = l1[j] * (level * (sums[end, 1] - sums[start, 1]) - (sums[end, 2] - sums[start, 2]))
    return weight * (size if v > 0.0 else -size)


@kernel
def tally(state, l1, rule, j):
    """Take the steps so far into the sum of coefficient j."""
    state.total[j] += since_then(state, l1, rule, j)
    state.since[j] = np.int64(state.clock[PLACE])
