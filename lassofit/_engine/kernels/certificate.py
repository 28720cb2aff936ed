"""The separable part of the dual gap, coordinate by coordinate.

The gap is summed as Fenchel-Young terms ``l1 |w| + l2 w^2 / 2 - kappa c w + h(kappa c)``, each of which is >= 0,
instead of as the difference of two objectives: no cancellation, hence a rounding floor near machine precision.
"""

import numpy as np

from ..jit import kernel
from .core import soft_threshold

STAMP = "7b7a29e2a66d7b7b-----------------------------------------"
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
def feasible_scale(c, w, l1, l2, lo, hi, free, slack, share, least):
    """Return kappa_A, the factor that makes ``kappa c - l2 w`` dual feasible where no bound helps, and a cautious one.

    A violation of at most slack does not count for kappa_A. For the cautious one it does, as if every correlation were
    larger by ``share * slack``; but only of columns where more than ``least`` is at stake.
    """
    kappa, cautious = 1.0, 1.0
    for j in range(c.shape[0]):
        t = c[j] - l2[j] * w[j]
        pull, noise = abs(t), share * slack[j]
        if pull > l1[j] - noise and not free[j]:
            bound = hi[j] if t > 0.0 else lo[j]
            if pull > l1[j] + slack[j]:
                if np.isinf(bound):
                    kappa = min(kappa, l1[j] / pull)
                continue
            reach = abs(bound - w[j])  # how far w_j can go
            if l2[j] > 0.0:
                reach = min(reach, slack[j] / l2[j])
            if l1[j] > 0.0 and slack[j] * reach > least:
                cautious = min(cautious, l1[j] / (pull + noise))
    return kappa, cautious


@kernel
def young_sum(c, w, l1, l2, lo, hi, free, slack, kappa):
    """Return the sum of the Fenchel-Young terms at dual point ``kappa c``."""
    total = 0.0
    for j in range(c.shape[0]):
        w_j = w[j]
        if free[j] or (w_j == 0.0 and abs(kappa * c[j]) <= l1[j]):
            continue
        h_j = conjugate(kappa * c[j], l1[j], l2[j], lo[j], hi[j], slack[j])
        total += max(l1[j] * abs(w_j) + 0.5 * l2[j] * w_j * w_j - kappa * c[j] * w_j + h_j, 0.0)
    return total


@kernel
def certificates(w, c, v2, outside, alphas, unit, free, slack, level, most, strict, out):
    """Certify the points in the rows of w, at ``alphas`` times the penalty ``unit``: see ``duality.certify_point``.

    Rows of ``out``: objective, gap, kappa, floor, noise, hidden, loss. In numpy, it took longer than a small solve.
    """
    unit_l1, unit_l2, lo, hi = unit
    p = w.shape[1]
    l1, l2 = np.empty(p), np.empty(p)
    for i in range(w.shape[0]):
        cost, moment, weight = 0.0, 0.0, 0.0
        for j in range(p):
            l1[j], l2[j], size = alphas[i] * unit_l1[j], alphas[i] * unit_l2[j], abs(w[i, j])
            cost += (l1[j] + 0.5 * l2[j] * size) * size
            moment += abs(c[i, j]) * size
            weight += slack[j] * size
        # What rounding leaves in the sum: the terms' own size, and <v, y - Xw - r>, which is eps |v| |y|.
        floor = 4.0 * EPS * (np.sqrt(v2[i]) * level + cost + moment)
        rounding = 64.0 * EPS * level * level
        share = (1.0 + (weight / rounding if rounding > 0.0 else 0.0)) / 16.0
        kappa, cautious = feasible_scale(c[i], w[i], l1, l2, lo, hi, free, slack, share, floor)
        least, best, scale = np.inf, most, min(kappa, most)
        for _ in range(2 if kappa < most else 1):
            gap = 0.5 * (1.0 - scale) ** 2 * v2[i] + young_sum(c[i], w[i], l1, l2, lo, hi, free, slack, scale)
            if not gap >= least:  # NaN is taken
                least, best = gap, scale
            scale = most
        scale = min(cautious, strict, best)
        noise, hidden = share * weight, (best - scale) * (moment + (1.0 - scale) * v2[i])
        out[i, 6] = 0.5 * (v2[i] + outside[i])
        out[i, 0] = out[i, 6] + cost
        out[i, 1] = 0.5 * outside[i] + least
        out[i, 2] = best
        out[i, 3] = floor
        out[i, 4] = noise
        out[i, 5] = hidden if hidden > ROUNDING * floor + NOISES * noise else 0.0


@kernel
def largest_pull(c, l1, lo, hi):
    """Return the smallest factor of l1 at which all penalised columns stay at zero."""
    largest = 0.0
    for j in range(c.shape[0]):
        if l1[j] > 0.0 and abs(c[j]) > largest * l1[j] and (hi[j] if c[j] > 0.0 else -lo[j]) > 0.0:
            largest = abs(c[j]) / l1[j]
    return largest
