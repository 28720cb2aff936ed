"""What slack hides, where an l1 is hardly more than slack: the gap of a dual point that is feasible indeed.

A correlation within slack, 64 eps |x_j| |y|, of l1 counts as l1, for it may be so. Mostly that leaves out next to
nothing. With l1 below 1e-9 of alpha_max or so, though, it may leave out more than was asked for. Then the dual point is
corrected in the span of the columns concerned, and a gap without any slack confirms the certificate or replaces it.
"""

import numpy as np

from .duality import FreeBlock, noise, rounding_share
from .kernels.certificate import NOISES, ROUNDING, feasible_scale, young_sum

_CORRECTIONS = 5  # of a dual point, at most
_DENSE = 2 * 10**7  # entries, 160 MB: above this, columns are not made dense to correct a dual point
_EPS = np.finfo(np.float64).eps


def confirm(problem, penalty, w, certificate, goal):
    """Return the certificate, or another with a larger gap where slack hides more than ``goal`` and rounding."""
    if not certificate.hidden > goal:
        return certificate
    other = feasible(problem, penalty, w, certificate, goal)
    if other.gap <= max(goal, certificate.gap + ROUNDING * certificate.floor + NOISES * certificate.noise):
        return certificate
    return other._replace(floor=certificate.floor + other.gap)


@np.errstate(over="ignore", invalid="ignore")  # of data at the ends of float64: nothing is proven there
def feasible(problem, penalty, w, certificate, goal):
    """Return a certificate of w by a dual point that is feasible, but for the rounding of its own correlations.

    It is corrected for the columns whose l1 is hardly more than slack, where rounding costs more than ``goal`` else.
    """
    l1 = penalty.l1
    slack, free = noise(problem), penalty.free(w)
    r = problem.residual_at(w)
    weighted = problem.s * r
    c = problem.correlate(weighted)
    moment, share = float(np.abs(c) @ np.abs(w)), rounding_share(problem, float(slack @ np.abs(w)))
    t = c - penalty.l2 * w
    near = np.abs(np.abs(t) - l1) <= (1.0 + share) * slack
    near &= (np.where(t > 0, penalty.hi, penalty.lo) != w) & (l1 > 0)
    shrink = share * slack / np.where(near, l1, np.inf)  # what such a column alone would ask for
    chosen = free | (shrink * (moment + shrink * float(r @ weighted)) > 0.1 * goal)
    exact = np.where(l1 > slack, 4 * _EPS * l1, slack)  # below slack, l1 is as good as 0
    least = np.inf
    points = [] if free.any() else [(weighted, c)]  # free columns call for their projection
    for v, cv in [*points, *_corrected(problem, penalty, w, weighted, c, chosen, slack / 16, exact)]:
        if (np.abs(cv[free]) > slack[free]).any():  # others were taken for a basis of these
            continue
        for scale in {1.0, feasible_scale(cv, w, 1.0, tuple(penalty), free, exact, 0.0, np.inf)[0]}:
            beside = weighted - scale * v
            gap = 0.5 * float(beside @ (problem.inverse_s * beside))
            gap += young_sum(cv, w, 1.0, tuple(penalty), free, exact, scale)
            if gap < least:
                least, best = gap, (cv, scale)
    if not least < np.inf:
        return certificate._replace(gap=certificate.gap + certificate.hidden, hidden=0.0)
    return certificate._replace(gap=least, c=best[0], kappa=best[1], hidden=0.0, corrected=True)


def _corrected(problem, penalty, w, weighted, c, chosen, inside, exact):
    """Yield dual points at which the chosen columns are feasible, with the correlations.

    To shrink the dual point until all is feasible takes as much from every column: with l1 at 1e-14 of alpha_max it
    leaves a gap of 1e-4 on 200 x 18 Gaussian data. So the correlations of the columns alone that call for it are
    brought to ``l1 - inside``, by the shortest change in their span. Unless they nearly depend on each other, it costs
    little more than ``inside`` times their coefficients, 1e-14 there.
    """
    l1, l2, lo, hi = penalty
    free, t, scale = penalty.free(w), c - l2 * w, 1.0
    for _ in range(_CORRECTIONS):
        if not 0 < np.count_nonzero(chosen) * problem.n <= _DENSE:
            return
        wanted = np.where(free, 0.0, np.sign(t) * np.minimum(np.abs(t), scale * np.maximum(l1 - inside, 0.0)) + l2 * w)
        v = weighted - FreeBlock(problem, np.flatnonzero(chosen)).reach((c - wanted)[chosen])
        moved = problem.correlate(v)
        yield v, moved
        now = moved - l2 * w
        beyond = (np.abs(now) > l1 + exact) & np.isinf(np.where(now > 0, hi, lo)) & ~free
        new = beyond & ~chosen
        if new.any():  # the change has brought these about
            chosen, t = chosen | new, np.where(new, now, t)
        elif beyond.any():  # these depend on the others
            scale *= float((l1[beyond] / np.abs(now[beyond])).min())
        else:
            return
