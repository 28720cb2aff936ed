"""The separable part of the dual gap, coordinate by coordinate.

The gap is summed as Fenchel-Young terms ``l1 |w| + l2 w^2 / 2 - kappa c w + h(kappa c)``, each of which is >= 0,
instead of as the difference of two objectives: no cancellation, hence a rounding floor near machine precision.
"""

import numpy as np

from ..jit import kernel
from .core import soft_threshold

STAMP = "558dbbbb8faea67e------------------------------"
EPS = np.finfo(np.float64).eps
ROUNDING = 64  # floors of a certificate: gaps up to here may be nothing but rounding
NOISES = 16  # of a certificate: on top of that, gaps up to here may be the rounding of the coefficients


@kernel
def conjugate(c_j, l1_j, l2_j, lo_j, hi_j, slack_j):
    """Return ``max over u in [lo, hi] of c u - l1 |u| - l2 u^2 / 2``; |z| <= slack counts as zero."""
    z = soft_threshold(c_j, l1_j)
    if abs(z) <= slack_j:
        return 0.0
    if l2_j > 0.0:
        u = z / l2_j
    else:
        u = np.inf if z > 0.0 else -np.inf
    u = min(max(u, lo_j), hi_j)
    if u == 0.0:
        return 0.0
    if np.isinf(u):
        return np.inf
    return z * u - 0.5 * l2_j * u * u


@kernel
def feasible_scale(c, w, alpha, unit, free, slack, share, least):
    """Return kappa_A, the factor that makes ``kappa c - l2 w`` dual feasible where no bound helps, and a cautious one.

    A violation of at most slack does not count for kappa_A. For the cautious one it does, as if every correlation were
    larger by ``share * slack``; but only of columns where more than ``least`` is at stake.
    """
    unit_l1, unit_l2, lo, hi = unit
    kappa, cautious = 1.0, 1.0
    for j in range(c.shape[0]):
        l1, l2 = alpha * unit_l1[j], alpha * unit_l2[j]
        t = c[j] - l2 * w[j]
        pull, noise = abs(t), share * slack[j]
        if pull > l1 - noise and not free[j]:
            bound = hi[j] if t > 0.0 else lo[j]
            if pull > l1 + slack[j]:
                if l1 < kappa * pull and np.isinf(bound):  # divided only where it matters
                    kappa = l1 / pull
                continue
            reach = abs(bound - w[j])  # how far w_j can go
            if l2 > 0.0:
                reach = min(reach, slack[j] / l2)
            if l1 > 0.0 and slack[j] * reach > least:
                cautious = min(cautious, l1 / (pull + noise))
    return kappa, cautious


@kernel
def young_sum(c, w, alpha, unit, free, slack, kappa):
    """Return the sum of the Fenchel-Young terms at dual point ``kappa c``."""
    unit_l1, unit_l2, lo, hi = unit
    total = 0.0
    for j in range(c.shape[0]):
        w_j, l1 = w[j], alpha * unit_l1[j]
        if free[j] or (w_j == 0.0 and abs(kappa * c[j]) <= l1):
            continue
        l2 = alpha * unit_l2[j]
        h_j = conjugate(kappa * c[j], l1, l2, lo[j], hi[j], slack[j])
        total += max(l1 * abs(w_j) + 0.5 * l2 * w_j * w_j - kappa * c[j] * w_j + h_j, 0.0)
        if total == np.inf:
            break
    return total


@kernel
def certify(w, c, v2, outside, alpha, unit, free, slack, level, most, strict, out):
    """Certify w at ``alpha`` times the penalty ``unit``: see ``duality.certify_point``.

    In out: objective, gap, kappa, floor, noise, hidden, loss. In numpy, it took longer than a small solve.
    """
    cost, moment, weight = 0.0, 0.0, 0.0
    for j in range(w.shape[0]):
        size = abs(w[j])
        if size != 0.0:
            cost += alpha * (unit[0][j] + 0.5 * unit[1][j] * size) * size
            moment += abs(c[j]) * size
            weight += slack[j] * size
    # What rounding leaves in the sum: the terms' own size, and <v, y - Xw - r>, which is eps |v| |y|.
    floor = 4.0 * EPS * (np.sqrt(v2) * level + cost + moment)
    rounding = 64.0 * EPS * level * level
    share = (1.0 + (weight / rounding if rounding > 0.0 else 0.0)) / 16.0
    kappa, cautious = feasible_scale(c, w, alpha, unit, free, slack, share, floor)
    least, best, scale = np.inf, most, min(kappa, most)
    for _ in range(2 if kappa < most else 1):
        gap = 0.5 * (1.0 - scale) ** 2 * v2 + young_sum(c, w, alpha, unit, free, slack, scale)
        if gap < least or np.isnan(gap):
            least, best = gap, scale
        scale = most
    scale = min(cautious, strict, best)
    noise, hidden = share * weight, (best - scale) * (moment + (1.0 - scale) * v2)
    out[6] = 0.5 * (v2 + outside)
    out[0] = out[6] + cost
    out[1] = 0.5 * outside + least
    out[2] = best
    out[3] = floor
    out[4] = noise
    out[5] = hidden if hidden > ROUNDING * floor + NOISES * noise else 0.0


@kernel
def certify_rows(w, c, v2, outside, alphas, unit, free, slack, level, out):
    """Certify the points in the rows of w, each at its own multiple of the penalty ``unit``."""
    for i in range(w.shape[0]):
        certify(w[i], c[i], v2[i], outside[i], alphas[i], unit, free, slack, level, 1.0, 1.0, out[i])


@kernel
def largest_pull(c, l1, lo, hi):
    """Return the smallest factor of l1 at which all penalised columns stay at zero."""
    largest = 0.0
    for j in range(c.shape[0]):
        if l1[j] > 0.0 and abs(c[j]) > largest * l1[j] and (hi[j] if c[j] > 0.0 else -lo[j]) > 0.0:
            largest = abs(c[j]) / l1[j]
    return largest


@kernel
def conclude(w, c, penalty, norm2, slack, unheld, gap, kappa, objective, proven):
    """Write which columns are 0 in every optimum; return the largest violation of KKT by c, and whether any is in F.

    See ``duality.conclude``; ``unheld`` is what the gap leaves out for a column without an l1. numpy took a
    sixth of a fit of 60 x 5000 at alpha_max / 2 for it.
    """
    l1, l2, lo, hi = penalty
    violation, moment, shrink, free = 0.0, 0.0, 0.0, False
    for j in range(w.shape[0]):
        w_j, t = w[j], c[j] - l2[j] * w[j]  # t has to be in the subdifferential of l1 |w_j| plus the bounds' cone
        if w_j > lo[j]:
            violation = max(violation, (l1[j] if w_j > 0.0 else -l1[j]) - t)
        if w_j < hi[j]:
            violation = max(violation, t - (-l1[j] if w_j < 0.0 else l1[j]))
        pull = kappa * abs(c[j])
        moment += pull * abs(w_j)
        if l1[j] == 0.0:
            if lo[j] < hi[j]:
                gap += unheld
                free = free or (l2[j] == 0.0 and lo[j] < w_j < hi[j])
        elif l1[j] < pull <= l1[j] + slack[j] and (hi[j] if c[j] > 0.0 else lo[j]) != 0.0:
            shrink = max(shrink, 1.0 - l1[j] / pull)
    moved = kappa * shrink
    gap += shrink * moment + moved * (2.0 * (1.0 - kappa) + moved) * objective
    radius = np.sqrt(2.0 * gap)
    for j in range(w.shape[0]):
        open_side = (hi[j] if c[j] > 0.0 else lo[j]) != 0.0
        room = l1[j] - (kappa * abs(c[j]) if open_side else 0.0)
        proven[j] = lo[j] == hi[j] or radius * np.sqrt(norm2[j]) + slack[j] < room
    return violation, free
