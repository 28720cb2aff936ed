"""The arithmetic behind `lassofit.testing`: plain numpy, nothing shared with the solvers it judges.

The problem, with weights s that sum to one, is to minimise over w and b, with lo <= w <= hi,

    P(w, b) = 1/2 sum_i s_i (y_i - x_i w - b)^2 + sum_j [ l1_j |w_j| + l2_j w_j^2 / 2 ].

Here are data, parameters and P; `_gap` has the dual side. Small problems are evaluated in long double.
"""

from numbers import Real
from typing import NamedTuple

import numpy as np
from scipy import sparse

EPS = np.finfo(np.float64).eps
_BLOCK = 2**20  # entries of X handled at once; up to here long double costs milliseconds


class Dense:
    """Columns of a dense X, centred block by block, in the metric of weights that sum to one."""

    def __init__(self, X, s, fit_intercept):
        self.X, self.shape = X, X.shape
        self.s = _normalised(s, X.size)
        self.centre = np.zeros(X.shape[1], self.s.dtype)
        mean, centred, raw = np.empty((3, X.shape[1]), self.s.dtype)
        for block, columns in self._blocks(np.arange(X.shape[1])):
            raw[columns] = self.s @ block**2
            m = self.s @ block
            m += self.s @ (block - m)  # the first mean is rounded; this one is exact for constants
            mean[columns] = m
            centred[columns] = self.s @ (block - m) ** 2
        _set_scales(self, mean, centred, raw, fit_intercept)

    def _blocks(self, columns):
        """Yield centred blocks of the given columns, and their indices."""
        width = max(1, _BLOCK // self.shape[0])
        for start in range(0, len(columns), width):
            some = columns[start : start + width]
            yield self.take(some), some

    def times(self, w):
        """Centred X times w."""
        out = np.zeros(self.shape[0], self.s.dtype)
        for block, columns in self._blocks(np.flatnonzero(w)):
            out += block @ w[columns]
        return out

    def correlate(self, v):
        """Weighted inner products of the centred columns with v."""
        out, sv = np.empty(self.shape[1], self.s.dtype), self.s * v
        for block, columns in self._blocks(np.arange(self.shape[1])):
            out[columns] = sv @ block
        return np.where(self.norm > 0, out, 0)

    def take(self, columns):
        """Centred columns as one dense array."""
        return self.X[:, columns].astype(self.s.dtype) - self.centre[columns]


class Sparse:
    """The same for CSC: means are in the algebra, but for those of columns without zeros, and X stays sparse."""

    def __init__(self, X, s, fit_intercept):
        if not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        self.s = s = _normalised(s, X.nnz)
        self.X, self.shape = X.astype(s.dtype), X.shape
        data, indices, indptr = self.X.data, X.indices, X.indptr

        def total(values):
            return sparse.csc_array((values, indices, indptr), shape=X.shape).T @ s

        def less(mean):
            return data - np.repeat(mean, np.diff(indptr))

        full = np.diff(indptr) == X.shape[0]
        rest = np.where(full, 0, 1 - total(np.ones_like(data)))  # the weight of the zeros
        mean = total(data)
        mean += total(less(mean)) - mean * rest
        centred = total(less(mean) ** 2) + rest * mean**2
        _set_scales(self, mean, centred, total(data**2), fit_intercept)
        self.left = np.where(full, 0, self.centre)  # of the means in self.X
        self.X = sparse.csc_array((less(np.where(full, self.centre, 0)), indices, indptr), shape=X.shape)

    def times(self, w):
        """Centred X times w."""
        return self.X @ w - self.left @ w

    def correlate(self, v):
        """Weighted inner products of the centred columns with v."""
        sv = self.s * v
        return np.where(self.norm > 0, self.X.T @ sv - self.left * sv.sum(), 0)

    def take(self, columns):
        """Centred columns as one dense array."""
        return self.X[:, columns].toarray() - self.left[columns]


def _normalised(s, size):
    """Weights in the working precision, summing to one."""
    s = s.astype(np.longdouble if size <= _BLOCK else np.float64)
    return s / s.sum()


def _set_scales(X, mean, centred, raw, fit_intercept):
    """Keep each column's centre, norm, standard deviation, and rounding noise over its norm."""
    constant = centred <= (8 * EPS) ** 2 * raw
    X.sd = np.where(constant, 0, np.sqrt(centred))
    X.centre = mean if fit_intercept else np.zeros_like(mean)
    X.norm = X.sd if fit_intercept else np.sqrt(raw)
    X.noise = EPS * np.sqrt(raw) / np.where(X.norm > 0, X.norm, 1)


class Terms(NamedTuple):
    """The penalties and bounds of each column; `out` marks columns taken out of the problem."""

    l1: np.ndarray
    l2: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    out: np.ndarray


def read_weights(sample_weight, n):
    """Weights as an array, checked."""
    s = np.asarray(1.0 if sample_weight is None else sample_weight, dtype=np.float64)
    s = np.full(n, s) if s.ndim == 0 else s
    if s.shape != (n,):
        raise ValueError(f"sample_weight has shape {s.shape}, but X has {n} rows")
    if not np.isfinite(s).all() or (s < 0).any() or not s.any():
        raise ValueError("sample_weight must be finite, not negative, and not all 0")
    return s


def read_terms(X, names, *, alpha, l1_ratio, penalty_factor, bounds, standardize, positive):
    """Check the parameters and spell them out column by column."""
    if not (isinstance(alpha, Real) and 0 <= alpha < np.inf):
        raise ValueError(f"alpha must be a finite number >= 0, got {alpha!r}")
    if not (isinstance(l1_ratio, Real) and 0 <= l1_ratio <= 1):
        raise ValueError(f"l1_ratio must be a number from 0 to 1, got {l1_ratio!r}")
    factor, p = penalty_factor, X.shape[1]
    if isinstance(factor, dict):
        if unknown := [name for name in factor if name not in names]:
            raise ValueError(f"penalty_factor names features that X has not: {unknown}")
        factor = [factor.get(name, 1.0) for name in names]
    factor = _per_feature("penalty_factor", 1.0 if factor is None else factor, p)
    if (factor < 0).any():
        raise ValueError("penalty_factor must not be negative")
    if isinstance(bounds, dict):
        if unknown := [name for name in bounds if name not in names]:
            raise ValueError(f"bounds names features that X has not: {unknown}")
        bounds = tuple([bounds.get(name, (None, None))[k] for name in names] for k in range(2))
    if bounds is not None and not (isinstance(bounds, tuple | list) and len(bounds) == 2):
        raise ValueError(f"bounds must be a pair (lower, upper), got {bounds!r}")
    lower, upper = (-np.inf, np.inf) if bounds is None else bounds
    lo, hi = (_per_feature("bounds", _closed(side, end), p) for side, end in ((lower, -np.inf), (upper, np.inf)))
    lo = np.maximum(lo, 0.0) if positive else lo
    if (lo > 0).any() or (hi < 0).any():
        raise ValueError("bounds must contain 0 for every feature")
    sd = X.sd if standardize else np.ones(p)
    out = np.isinf(factor) | (sd == 0) | ((lo == 0) & (hi == 0))
    f = alpha * np.where(out, 0, factor)
    return Terms(l1_ratio * f * sd, (1 - l1_ratio) * f * sd**2, lo, hi, out)


def _closed(side, end):
    """A side of the bounds with its end in place of None."""
    if isinstance(side, list):
        return [end if bound is None else bound for bound in side]
    return end if side is None else side


def _per_feature(what, values, p):
    """One float64 per feature, from a scalar or an array."""
    values = np.asarray(values, dtype=np.float64)
    if values.shape not in ((), (p,)):
        raise ValueError(f"{what} has shape {values.shape}, but X has {p} features")
    if np.isnan(values).any():
        raise ValueError(f"{what} must not contain NaN")
    return np.broadcast_to(values, p)


class Point(NamedTuple):
    """One target at given coefficients: centred y and residual, the intercept's error, P."""

    w: np.ndarray
    y: np.ndarray
    r: np.ndarray
    size: float  # the root mean square of y before centring
    error: float
    objective: float
    at_lo: np.ndarray
    at_hi: np.ndarray


def primal(X, t, y, w, b, fit_intercept, eps):
    """Evaluate a point; its objective is infinite if it is not feasible.

    eps is the precision in which w is stored: a bound rounded to it is no violation.
    """
    size, y_mean, shift = np.sqrt(X.s @ y**2), 0, 0
    if fit_intercept:
        y_mean = X.s @ y
        y_mean += X.s @ (y - y_mean)
        y = y - y_mean
        if np.sqrt(X.s @ y**2) <= 8 * EPS * size:
            y = np.zeros_like(y)
    r = y - X.times(w)
    if fit_intercept:
        shift = X.s @ r  # the rounding of the means
        r = r - shift
    error = b - (y_mean - X.centre @ w) - shift
    slack_lo, slack_hi = (4 * eps * np.where(np.isinf(e), 0, abs(e)) for e in (t.lo, t.hi))
    at_lo, at_hi = w <= t.lo + slack_lo, w >= t.hi - slack_hi
    feasible = not ((w < t.lo - slack_lo) | (w > t.hi + slack_hi) | (t.out & (w != 0))).any()
    penalty = (t.l1 * abs(w) + t.l2 * w**2 / 2).sum()
    value = (X.s @ r**2 + error**2) / 2 + penalty if feasible else np.inf
    return Point(w, y, r, size, error, value, at_lo, at_hi)


def kkt_residual(X, t, point):
    """Largest distance of c - l2 w from l1 d|w| + the normal cone of the bounds at w."""
    if np.isinf(point.objective):
        return np.inf
    w, pull = point.w, X.correlate(point.r) - t.l2 * point.w
    low = np.where(point.at_lo, -np.inf, np.where(w > 0, t.l1, -t.l1))
    high = np.where(point.at_hi, np.inf, np.where(w < 0, -t.l1, t.l1))
    distance = np.where(t.out, 0, np.maximum(low - pull, pull - high))
    return max(distance.max(), abs(point.error), 0)
