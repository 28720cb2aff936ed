"""Slow, obvious twins of what the package does fast: plain numpy, one line per formula.

Everything works on a `Problem`: explicitly centred data, one penalty and one pair of bounds per
column. Its objective, with S = sum(s), is

    1/(2S) sum_i s_i (y_i - x_i w)^2 + sum_j l1_j |w_j| + l2_j w_j^2 / 2,   lo <= w <= hi.

`solve_cd` and `solve_cd_gram` are coordinate descent. `solve_active_set` and `solve_enumeration`
know nothing of it: they solve the linear equations of an active set, as exactly as they can.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
from naive_newton import newton_step

INF = np.inf


class Problem(NamedTuple):
    """Centred data, weights, and per-column penalties and bounds (0 and 0 for columns left out)."""

    X: np.ndarray
    y: np.ndarray
    s: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    x_mean: np.ndarray
    y_mean: float


def centre(X, y, s, fit_intercept):
    """Weighted means, and the data less them; no means are taken without an intercept."""
    x_mean, y_mean = np.zeros(X.shape[1], X.dtype), X.dtype.type(0)
    if fit_intercept:
        x_mean, y_mean = s @ X / s.sum(), s @ y / s.sum()
    return X - x_mean, y - y_mean, x_mean, y_mean


def standard_deviations(X, s):
    """Weighted, centred, 1/n; exactly 0 for constant columns."""
    variance = s @ (X - s @ X / s.sum()) ** 2 / s.sum()
    rows = s > 0
    return np.where(X[rows].max(0) == X[rows].min(0), 0, np.sqrt(variance))


def problem(
    X,
    y,
    s=None,
    *,
    alpha,
    l1_ratio=1.0,
    fit_intercept=True,
    penalty_factor=1.0,
    bounds=(-INF, INF),
    positive=False,
    standardize=False,
    dtype=np.float64,
):
    """Spell a problem out from an estimator's parameters; dtype may be np.longdouble."""
    X, y = np.asarray(X, dtype=dtype), np.asarray(y, dtype=dtype)
    n, p = X.shape
    s = np.ones(n, dtype) if s is None else np.asarray(s, dtype=dtype)
    f = np.full(p, penalty_factor) if np.ndim(penalty_factor) == 0 else np.array(penalty_factor)
    lo, hi = (np.array(np.broadcast_to(side, p), dtype=np.float64) for side in bounds)
    lo = np.maximum(lo, 0) if positive else lo
    sd = standard_deviations(X, s) if standardize else np.ones(p)
    out = np.isinf(f) | (sd == 0)
    f, lo, hi = np.where(out, 0, f), np.where(out, 0, lo), np.where(out, 0, hi)
    Xc, yc, x_mean, y_mean = centre(X, y, s, fit_intercept)
    l1, l2 = alpha * l1_ratio * f * sd, alpha * (1 - l1_ratio) * f * sd**2
    return Problem(Xc, yc, s, l1, l2, lo, hi, x_mean, y_mean)


def intercept(P, w):
    """The best intercept for given coefficients."""
    return P.y_mean - P.x_mean @ w


def objective(P, w):
    """The objective at w, with the best intercept."""
    r = P.y - P.X @ w
    return P.s @ r**2 / (2 * P.s.sum()) + (P.l1 * abs(w) + P.l2 * w**2 / 2).sum()


def soft_threshold(z, t):
    """z moved by t towards 0, and 0 if that would pass it."""
    if z > t:
        return z - t
    if z < -t:
        return z + t
    return 0 * z


def coordinate_update(w_j, g_j, step_j, l1_j, l2_j, lo_j, hi_j):
    """Proximal step from w_j along the gradient g_j of the smooth loss, clipped to the bounds."""
    w = soft_threshold(w_j - step_j * g_j, step_j * l1_j) / (1 + step_j * l2_j)
    return min(max(w, lo_j), hi_j)


def residual_sweep(P, w, r):
    """One cyclic sweep on the residual r = y - X w; returns the new w and r."""
    w, r, S = w.copy(), r.copy(), P.s.sum()
    for j in range(len(w)):
        x = P.X[:, j]
        curvature = P.s @ x**2 / S
        if curvature == 0:
            continue
        gradient = -(P.s * x) @ r / S
        new = coordinate_update(w[j], gradient, 1 / curvature, P.l1[j], P.l2[j], P.lo[j], P.hi[j])
        r += x * (w[j] - new)
        w[j] = new
    return w, r


def gram(P):
    """X'(s X)/S and X'(s y)/S."""
    S = P.s.sum()
    return (P.X.T * P.s) @ P.X / S, (P.X.T * P.s) @ P.y / S


def gram_sweep(P, G, q, w):
    """One cyclic sweep on the Gram matrix; returns the new w."""
    w = w.copy()
    for j in range(len(w)):
        if G[j, j] == 0:
            continue
        gradient = G[j] @ w - q[j]
        w[j] = coordinate_update(w[j], gradient, 1 / G[j, j], P.l1[j], P.l2[j], P.lo[j], P.hi[j])
    return w


def _settled(P, old, new):
    """Whether no coordinate has moved by more than rounding."""
    move = abs(new - old) * np.sqrt(P.s @ P.X**2)
    return (move <= 4 * np.finfo(P.X.dtype).eps * np.sqrt(P.s @ P.y**2)).all()


def solve_cd(P, w=None, max_sweeps=100_000):
    """Coordinate descent on the residual, from w or 0, until the coefficients stand still."""
    w = np.zeros(P.X.shape[1], P.X.dtype) if w is None else w.astype(P.X.dtype)
    r = P.y - P.X @ w
    for _ in range(max_sweeps):
        old = w
        w, r = residual_sweep(P, w, r)
        if _settled(P, old, w):
            return w
    raise RuntimeError(f"coordinates still move after {max_sweeps} sweeps")


def solve_cd_gram(P, w=None, max_sweeps=100_000):
    """Coordinate descent on the Gram matrix, from w or 0, until the coefficients stand still."""
    w = np.zeros(P.X.shape[1], P.X.dtype) if w is None else w.astype(P.X.dtype)
    G, q = gram(P)
    for _ in range(max_sweeps):
        old, w = w, gram_sweep(P, G, q, w)
        if _settled(P, old, w):
            return w
    raise RuntimeError(f"coordinates still move after {max_sweeps} sweeps")


def residual_basis(P, residuals, spanned=1e-3):
    """Orthonormal vectors that span the residuals, in rows and times sqrt(s / S), but for what is nearly spanned."""
    root = np.sqrt(P.s / P.s.sum())
    vectors = np.zeros((0, len(root)), P.X.dtype)
    for u in residuals:
        beside = root * u
        for _ in range(2):
            beside = beside - (vectors @ beside) @ vectors
        if beside @ beside > spanned**2 * ((root * u) @ (root * u)):
            vectors = np.vstack([vectors, beside / np.sqrt(beside @ beside)])
    return vectors


def residual_bound(P, vectors, r):
    """What is known of X'(s r)/S by the columns' products with the vectors: an estimate, and how far it may be off."""
    root = np.sqrt(P.s / P.s.sum())
    A, u = P.X * root[:, None], root * r
    C, a = A.T @ vectors.T, vectors @ u
    beside = u - a @ vectors
    left = np.sqrt(np.maximum((A**2).sum(0) - (C**2).sum(1), 0))
    return C @ a, left * np.sqrt(beside @ beside)


def alpha_max(X, y, s=None, *, l1_ratio=1.0, penalty_factor=1.0, standardize=False, **rest):
    """Smallest alpha at which every penalised coefficient is 0."""
    P = problem(
        X, y, s, alpha=1.0, l1_ratio=l1_ratio, penalty_factor=penalty_factor,
        standardize=standardize, dtype=np.longdouble, **rest,
    )  # fmt: skip
    penalised = P.l1 > 0
    none = P._replace(
        l1=0 * P.l1, l2=0 * P.l2,
        lo=np.where(penalised, 0, P.lo), hi=np.where(penalised, 0, P.hi),
    )  # fmt: skip
    r = P.y - P.X @ solve_active_set(none)
    kept = penalised & (P.lo < P.hi)
    return float((abs(P.X.T @ (P.s * r))[kept] / (P.s.sum() * P.l1[kept])).max(initial=0))


def _gains(P, w, g):
    """For each coordinate, how fast the objective falls when it goes up, and when it goes down."""
    up = np.where(w < P.hi, np.where(w >= 0, g - P.l1, g + P.l1), -INF)
    down = np.where(w > P.lo, np.where(w <= 0, -g - P.l1, -g + P.l1), -INF)
    return up, down


def solve_active_set(P, max_steps=10_000):
    """Exact active-set method: free a coordinate, solve, stop at the first end of a piece.

    A free coordinate stays in its piece, [lo, 0] or [0, hi], where the objective is quadratic.
    """
    G, q = gram(P)
    G = G + np.diag(P.l2)
    unit = np.sqrt(np.where(np.diag(G) > 0, np.diag(G), 1))
    # the data are float64: what is below their rounding decides nothing, and could go on for ever
    tol = max(64 * np.finfo(G.dtype).eps, 2e-16) * np.sqrt(P.s @ P.y**2 / P.s.sum())
    w, free = np.zeros(len(q), G.dtype), {}
    for _ in range(max_steps):
        if free:
            A = list(free)
            sign, low, high = np.array([free[j] for j in A]).T
            fixed = np.setdiff1d(np.arange(len(q)), A)
            rhs = q[A] - P.l1[A] * sign - G[np.ix_(A, fixed)] @ w[fixed]
            step, endless = newton_step(G[np.ix_(A, A)], rhs, w[A])
            room = np.where(step > 0, high, low) - w[A]
            ratio = np.full(len(A), INF)
            ratio[step != 0] = np.maximum(room[step != 0] / step[step != 0], 0)
            first = ratio.argmin()
            if ratio[first] < (INF if endless else 1):
                w[A] = np.clip(w[A] + ratio[first] * step, low, high)
                w[A[first]] = high[first] if step[first] > 0 else low[first]
                del free[A[first]]
                continue
            w[A] += step
        up, down = _gains(P, w, q - G @ w)
        up[list(free)] = down[list(free)] = -INF
        gain = np.maximum(up, down) / unit
        j = gain.argmax()
        if gain[j] <= tol:
            return w
        rising = up[j] >= down[j]
        above = w[j] > 0 or (w[j] == 0 and rising)
        piece = (0, P.hi[j]) if above else (P.lo[j], 0)
        free[j] = (1 if above else -1, *(piece if P.l1[j] > 0 else (P.lo[j], P.hi[j])))
    raise RuntimeError("the active-set method has not ended")


def solve_enumeration(P):
    """Try every pattern of bounds, zeros and signs; the best feasible one. For up to 5 columns."""
    P = Problem(*(np.asarray(field, dtype=np.float64) for field in P))
    G, q = gram(P)
    G = G + np.diag(P.l2)
    states = [
        {(0, 0.0)}
        | {(0, b) for b in (lo, hi) if np.isfinite(b)}
        | ({(1, 0.0)} if hi > 0 else set())
        | ({(-1, 0.0)} if lo < 0 else set())
        for lo, hi in zip(P.lo, P.hi, strict=True)
    ]
    best = np.zeros(len(q))
    for pattern in product(*states):
        sign, w = (np.array(part, dtype=np.float64) for part in zip(*pattern, strict=True))
        A = np.flatnonzero(sign)
        if A.size:
            rhs = q[A] - (P.l1 * sign)[A] - G[A] @ w
            w[A] = np.linalg.lstsq(G[np.ix_(A, A)], rhs, rcond=1e-12)[0]
        w = np.clip(w, P.lo, P.hi)  # feasible, so never better than the optimum
        if objective(P, w) < objective(P, best):
            best = w
    return best
