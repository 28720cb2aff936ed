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

import numpy as np

from ..jit import kernel

STAMP = "558dbbbb8faea67e------------------------------"

NAIVE, SHRINK, CUMULATIVE, FTRL = range(4)
AUTO, CONSTANT, INVSCALING, OPTIMAL = range(4)
# Numbers of the state's ``clock``, all float64: steps; their sum, as far as it was paid, and since; the intercept, and
# the weight it has seen; the largest squared norm of a row; what the rule's steps are multiplied by; the largest
# residual; the place in the period and the steps of the average; and for ftrl the scale of y, of rows, of residuals.
T, PAID, PENDING, SCALE, INTERCEPT, SEEN, NORM2, CUT, WORST, Y_MAX, PLACE, COUNT = range(12)
Y_COUNT, Y_MEAN, Y_SQUARES, X_SQUARES, R_SQUARES, N_CLOCK = range(12, 18)
EXCLUDED = 1e300  # the l1 of a feature that is out of the problem: inf times a step of 0 would not be a number
# Numbers of a ``rule``, float64 too, the parameters: the method and the schedule of steps; eta0, or 0 for half the
# inverse of the largest squared norm of a row so far; power_t; the number of steps after which rows are not
# new, and the automatic step falls no more; alpha; the L2 part of every feature that is not excluded; steps between
# two payments (1: clipping); what is not shrunk if it is above; the lower bound; whether the intercept moves. An array,
# not a named tuple: numba's cache would hold a reference to the class, and fail to load where a later version has
# renamed it.
METHOD, SCHEDULE, ETA0, POWER_T, HORIZON, ALPHA, L2, EVERY, THRESHOLD, LOWEST, MOVES, N_RULE = range(12)

# Arrays that the kernels change in place, of p rows each but for the clock:
# v and paid: as above.
# adaptive: (p, 5) for ftrl, the sum of squared gradients, D, the largest |x|, room for a gradient, the loss's curvature
#   so far; else None.
# averages: None, or total, the sum of the coefficients over the steps; since, the first step of the period that is not
#   in it; sums (period + 1, 3): PAID after every step, and the sums of SCALE and of SCALE * PAID before it.
# What is None is pruned: compiled for all cases at once, the first fit took twice as long.


@kernel
def read(v, paid, l1, due, threshold, lo):
    """Return the coefficient that v stands for, up to the scale."""
    if l1 >= EXCLUDED:
        return 0.0
    if abs(v) > threshold:
        return max(v, lo)
    u = (due - paid) * l1
    return max(v - min(max(v, -u), u), lo)  # soft_threshold without its branches: clipping is 2.3 times as fast


@kernel
def of(l1, j):
    """Return the l1 of feature j, from one for all or one each: one for all saves a cache miss."""
    return l1[j] if l1.shape[0] > 1 else l1[0]


@kernel
def read_adaptive(v, D, l1, t, l2, lo):
    """Return the coefficient under ftrl: the minimum of ``v w + t (l1 |w| + l2 w^2 / 2) + D w^2 / 2``."""
    u = t * l1
    moved = min(max(v, -u), u) - v
    return max(moved / (D + t * l2), lo) if moved != 0.0 and D > 0.0 else 0.0


@kernel
def coefficients(v, paid, clock, adaptive, l1, rule, out):
    """Write all coefficients; what is pending is paid, too: nothing stays unpaid in what the user sees."""
    due = clock[PAID] + clock[PENDING]
    for j in range(out.shape[0]):
        if adaptive is None:
            out[j] = clock[SCALE] * read(v[j], paid[j], of(l1, j), due, rule[THRESHOLD], rule[LOWEST])
        else:
            out[j] = read_adaptive(v[j], adaptive[j, 1], of(l1, j), clock[PAID], rule[L2], rule[LOWEST])


@kernel
def averaged(v, paid, clock, adaptive, averages, l1, rule, out):
    """Write the averages of all coefficients; change nothing."""
    for j in range(out.shape[0]):
        out[j] = (averages[0][j] + since_then(v, paid, clock, adaptive, averages, l1, rule, j)) / clock[COUNT]


@kernel
def since_then(v, paid, clock, adaptive, averages, l1, rule, j):
    """Return the sum of coefficient j over the steps of the period that are not in total; v_j stayed what it is.

    The coefficient is linear in what was paid until it reaches zero, so prefix sums have it: where v_j stands still,
    the steps cost nothing.
    """
    sums, start, end = averages[2], averages[1][j], np.int64(clock[PLACE])
    value, level, weight = v[j], paid[j], 1.0
    if adaptive is not None:
        if adaptive[j, 1] == 0.0:
            return 0.0
        value, level, weight = -value, 0.0, 1.0 / adaptive[j, 1]
    if start == end or value == 0.0 or value < rule[LOWEST] or of(l1, j) >= EXCLUDED:
        return 0.0
    if abs(value) > rule[THRESHOLD] or of(l1, j) == 0.0:
        return weight * value * (sums[end, 1] - sums[start, 1])
    level += abs(value) / of(l1, j)  # where the coefficient is zero
    if sums[end - 1, 0] >= level:
        low, high = start, end - 1
        while low < high:
            middle = (low + high) // 2
            if sums[middle, 0] >= level:
                high = middle
            else:
                low = middle + 1
        end = low
    size = of(l1, j) * (level * (sums[end, 1] - sums[start, 1]) - (sums[end, 2] - sums[start, 2]))
    size = max(size, 0.0)  # by rounding it may be less
    return weight * (size if value > 0.0 else -size)


@kernel
def tally(v, paid, clock, adaptive, averages, l1, rule, j):
    """Take the steps so far into the sum of coefficient j."""
    averages[0][j] += since_then(v, paid, clock, adaptive, averages, l1, rule, j)
    averages[1][j] = np.int64(clock[PLACE])
