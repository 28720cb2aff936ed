"""The dual gap behind `lassofit.testing`, in plain numpy.

Free columns are those without a penalty and strictly within their bounds. Take from the residual r
its projection on them: v. With c = X'(s v), kappa v is a dual point, and

    P - D = 1/2 ||r - kappa v||_s^2 + sum over the others of
            [ l1_j |w_j| + l2_j w_j^2 / 2 + h_j(kappa c_j) - kappa c_j w_j ],

h_j(c) = max over lo_j <= u <= hi_j of c u - l1_j |u| - l2_j u^2 / 2. No term is negative, so that a
gap far below the rounding of P is still seen.

With tiny_j = 64 eps ||x_j|| ||y||, a |c_j| above l1_j by at most tiny_j counts as l1_j: that is rounding. Where l1_j is
hardly more than tiny_j it may hide much, and kappa be rounding alone. There v is corrected in the span of such columns.
"""

import numpy as np
from scipy import linalg
from scipy.sparse.linalg import LinearOperator, lsmr

from ._certificate import EPS, Sparse

_FLOPS = 2**28  # above, the projection on the free columns is first tried by iteration
_CELLS = 2**25  # entries of sparse X that may be made dense to project on the free columns
_CORRECTIONS = 5  # of a dual point, at most
_ORTHOGONAL = 2.0**-36  # what an iterative projection may leave, relative to the norms


def gap(X, t, point):
    """P minus the dual bound, as a sum of terms that are not negative."""
    if np.isinf(point.objective):
        return np.inf
    free = ~(t.out | point.at_lo | point.at_hi) & (t.l1 == 0) & (t.l2 == 0) & (X.norm > 0)
    v, orthogonal = _project(X, np.flatnonzero(free), point)
    c, tiny = X.correlate(v), 64 * EPS * X.norm * np.sqrt(X.s @ point.y**2)
    if not orthogonal:
        best = _young(X, t, point, free, v, c, tiny, 0)
    else:
        best = _certified(X, t, point, free, v, c, tiny)
        with np.errstate(over="ignore", invalid="ignore"):  # at the ends of float64: then nothing is corrected
            best = _confirmed(X, t, point, free, v, c, tiny, best)
    return best + point.error**2 / 2


def _young(X, t, point, free, v, c, tiny, kappa):
    """P - D at the dual point kappa v, of correlations kappa c; a |z| of at most tiny counts as 0."""
    rest = ~(t.out | free)
    c, w, tiny = kappa * c[rest], point.w[rest], tiny[rest]
    l1, l2, lo, hi = (e[rest] for e in t[:4])
    z = np.sign(c) * np.maximum(abs(c) - l1, 0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        u = np.clip(np.where(z == 0, 0, z / l2), lo, hi)
        noise = (abs(z) <= tiny) & (u != w)  # rounding, times a bound that may be far away
        h = np.where(noise, 0, np.where(np.isinf(u), np.inf, z * u - l2 * u**2 / 2))
    return X.s @ (point.r - kappa * v) ** 2 / 2 + (l1 * abs(w) + l2 * w**2 / 2 + h - c * w).sum()


def _certified(X, t, point, free, v, c, tiny):
    """The smaller gap of v and of v shrunk until it is feasible."""
    pull = c - t.l2 * point.w
    beyond = (abs(pull) - t.l1 > tiny) & np.isinf(np.where(pull > 0, t.hi, t.lo)) & ~(t.out | free)
    kappa = min(1, (t.l1[beyond] / abs(pull[beyond])).min(initial=1))
    return min(_young(X, t, point, free, v, c, tiny, scale) for scale in (1, kappa))


def _confirmed(X, t, point, free, v, c, tiny, best):
    """The gap, or that of dual points where columns whose l1 is hardly more than tiny are brought within l1.

    Only where the gap may be their rounding, or hide it. Shrinking v instead would take from all the others.
    """
    w, y2, pull, moment = point.w, X.s @ point.y**2, c - t.l2 * point.w, abs(c * point.w).sum()
    weight, v2 = tiny @ abs(w), X.s @ v**2
    share = (1 + weight / (64 * EPS * y2)) / 16 if y2 > 0 else 0  # 4 eps |x_j| (|y| + sum |x_i w_i|), of tiny
    near = abs(abs(pull) - t.l1) <= (1 + share) * tiny
    near &= ~np.where(pull > 0, point.at_hi, point.at_lo) & (t.l1 > 0) & ~t.out
    shrink = share * tiny / np.where(near, t.l1, np.inf)
    level = 256 * EPS * (np.sqrt(v2 * y2) + t.l1 @ abs(w) + moment) + 16 * share * weight
    hidden = shrink * (moment + shrink * v2)
    chosen = hidden > level / 16
    if not chosen.any() or best > hidden.max() * (1 + 1 / share) ** 2 + level:
        return best
    exact = np.where(t.l1 > tiny, 4 * EPS * t.l1, tiny)
    honest, sign, scale = _certified(X, t, point, free, v, c, exact), np.sign(pull), 1
    for _ in range(_CORRECTIONS):
        columns = np.flatnonzero(free | chosen)
        if len(v) * len(columns) > _CELLS:
            break
        held = sign * np.minimum(abs(pull), scale * np.maximum(t.l1 - tiny / 16, 0))
        wanted = np.where(chosen, held + t.l2 * w, c)
        Q, R, order = _basis(X, columns)
        change = ((c - wanted)[columns] / X.norm[columns])[order].astype(np.float64)
        moved = v - Q @ linalg.solve_triangular(R, change, trans=1) / np.sqrt(X.s)
        after = X.correlate(moved)
        honest = min(honest, _certified(X, t, point, free, moved, after, exact))
        now = after - t.l2 * w
        beyond = (abs(now) > t.l1 + exact) & np.isinf(np.where(now > 0, t.hi, t.lo)) & ~(t.out | free)
        new = beyond & ~chosen
        if new.any():  # the change has brought these about
            chosen, sign, pull = chosen | new, np.where(new, np.sign(now), sign), np.where(new, now, pull)
        elif beyond.any():  # these depend on the others
            scale *= (t.l1[beyond] / abs(now[beyond])).min()
        else:
            break
    return best if best <= honest <= best + level else honest


def _basis(X, columns):
    """Q, R and order of the weighted columns of unit norm, for as many as do not depend on the others."""
    root = np.sqrt(X.s)
    A = (root[:, None] * X.take(columns) / X.norm[columns]).astype(np.float64)
    Q, R, order = linalg.qr(A, mode="economic", pivoting=True, overwrite_a=True)
    # a direction that the rounding of the data alone could make is no direction
    diagonal = abs(np.diag(R))
    kept = np.count_nonzero(diagonal > max(A.shape) * X.noise[columns][order[: len(diagonal)]])
    return Q[:, :kept], R[:kept, :kept], order[:kept]


def _project(X, free, point):
    """Residual less its projection on the free columns; whether it is orthogonal to them."""
    if not free.size:
        return point.r, True
    root, cells = np.sqrt(X.s), len(point.r) * free.size
    u = root * point.r
    if cells * min(len(u), free.size) > _FLOPS:
        A = _operator(X, free, root)
        for _ in range(2):
            z = lsmr(A, u.astype(np.float64), atol=0, btol=0, conlim=0, maxiter=1000)[0]
            u = u - A.matvec(z)
        left = np.linalg.norm(A.rmatvec(u.astype(np.float64)), np.inf)
        orthogonal = left <= _ORTHOGONAL * np.sqrt(X.s @ point.y**2)
        if orthogonal or (isinstance(X, Sparse) and cells > _CELLS):
            return u / root, orthogonal
    Q = _basis(X, free)[0]
    for _ in range(2):
        u = u - Q @ (Q.T @ u.astype(np.float64))
    return u / root, True


def _operator(X, columns, root):
    """Centred columns of unit norm, rows times the root of the weights, for iterative solvers."""
    scale = (1 / X.norm[columns]).astype(np.float64)
    if isinstance(X, Sparse):
        A, centre = X.X[:, columns].astype(np.float64), X.left[columns].astype(np.float64)
    else:
        A, centre = X.take(columns).astype(np.float64), np.zeros(len(columns))
    root = root.astype(np.float64)

    def times(z):
        return root * (A @ (scale * z) - centre @ (scale * z))

    def correlate(v):
        return scale * (A.T @ (root * v) - centre * (root @ v))

    return LinearOperator(A.shape, matvec=times, rmatvec=correlate, dtype=np.float64)
