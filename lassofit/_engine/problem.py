"""The problem that the solvers see: X, weights, centring and target, with X itself never copied or written.

Notation: s are the sample weights divided by their sum, so ``sum(s) = 1``; ``<a, b> = sum(s * a * b)``; x_j are
the columns centred in that metric where an intercept is fitted; ``norm2_j = <x_j, x_j>``; y likewise centred. In
these terms the loss is ``<r, r> / 2`` with ``r = y - sum_j w_j x_j`` and its negative gradient ``c_j = <x_j, r>``.
Centring is implicit: X stays as it is and the means go into the algebra.
"""

import math

import numpy as np
from scipy import sparse
from scipy.linalg.blas import ssyrk

from . import centring, heap, products
from .kernels.descent import (
    combine,
    correlate,
    correlate_rows,
    gather,
    gather_rows,
    moments,
    moments_of_rows,
    tidy_moments,
)
from .lines import Lines, as_lines, read_only
from .products import BLOCK, blocks, mirror
from .threads import for_product

_SMALL = 1 << 22  # entries, 32 MiB: sparse X of this size may be dense for a moment
_NARROW = 1e12  # largest norm over the least: beyond it, products in float32 may overflow or underflow
_FINITE = 1e37  # sums of squares in float32
_NEAR = 4.0  # of a variance: a squared mean up to it costs uncentred products less than a digit
_TINY = 1e-150  # squares of what is below this underflow
_EPS = np.finfo(np.float64).eps
_NONE = np.empty(0, dtype=np.intp)  # of the columns
_ROUNDING = np.array([64 * _EPS])  # of a variance, relative to the squared mean

heap.keep()


class Problem:
    """X, weights and a centred target, with the column moments.

    Parameters
    ----------
    X : ndarray of shape (n, p), C- or F-ordered, or CSC; float64 or float32
    s : ndarray of shape (n,), float64, non-negative, not all zero; None: all alike
    fit_intercept : bool
    y : ndarray of shape (n,), float64, or None
        The target. Given here, the pass over X that makes the moments takes its correlations along; further targets
        share all else: see ``with_target``.

    ``finite`` is False, and the rest is not to be used, where X has NaN or inf or its squares overflow.
    """

    def __init__(self, X, s, fit_intercept=True, y=None):
        self.X = self.held = X  # and as the solvers read it: see ``centring``
        self.n, self.p = X.shape
        self._weigh(s)
        self.fit_intercept = fit_intercept
        self.is_sparse = sparse.issparse(X)
        self.lines = as_lines(X)
        # Of sparse X, products lose digits to the means; where it is small as a dense array, it is made one for them.
        self.exact_gram = not self.is_sparse or self.n * self.p <= _SMALL
        self._centre(y)
        v = self.s * self.y if y is not None else np.zeros(self.n)
        mean, variance, raw = self._moments(v)
        self._take(mean, variance)
        if self.is_sparse and self.finite and self.fit_intercept:
            raw = self._hold_centred(v, raw)
        if y is not None and self.finite:
            self._target_correlations = self._about_means(raw, v)

    def _hold_centred(self, v, raw):
        """Have full sparse columns far from zero centred in a copy; return ``X'v`` for it."""
        found = centring.centred(self.X, self.mean_of_all, self.variance)
        if found is None:
            return raw
        self.held, which = found
        self.lines = as_lines(self.held)
        mean, _, raw = self._moments(v)
        self.mean, self.raw_norm2[which] = read_only(mean), self.variance[which] + mean[which] ** 2
        return raw

    def _weigh(self, s):
        """Hold the weights, normalised."""
        alike = s is None
        if alike:
            s, self.inverse_s = np.full(self.n, 1.0 / self.n), np.full(self.n, 1.0 / (1.0 / self.n))
        else:
            s = s / s.max()  # first, lest the sum overflows
            s /= s.sum()
            self.inverse_s = np.divide(1.0, s, out=np.zeros(self.n), where=s > 0)
        self.s = read_only(s)
        self.weights = 1.0 / self.n if alike else self.s  # as ``line_axpy`` takes them: one number where that will do

    def _take(self, mean, variance):
        """Hold the columns' moments, if they are finite."""
        # A constant column keeps a variance of rounding errors: it is zero, not something to divide by. In a sparse
        # column the weight of the entries that are not stored is 1 - (that of the stored): good to eps, not to eps^2.
        level = _ROUNDING**2
        if self.is_sparse:
            level = np.where(np.diff(self.X.indptr) < self.n, _ROUNDING, level)
        self.raw_norm2 = np.empty(self.p)
        self.finite, self.n_flat, far = tidy_moments(mean, variance, level, self.raw_norm2)
        if not self.finite:
            return
        self.variance = variance
        self.mean_of_all = mean
        self.centre = self.mean = read_only(mean if self.fit_intercept else np.zeros(self.p))  # of X, and as it is held
        self.norm2 = variance if self.fit_intercept else self.raw_norm2
        self.far, self.ill_centred = np.zeros(self.p, dtype=np.bool_), _NONE
        if far and self.fit_intercept and not self.is_sparse:
            self.far = centring.far(mean, variance)
            self.ill_centred = np.flatnonzero(self.far)
        self.made_gram = None
        self._rough_gram = []  # one, or none yet: shared by the targets, like
        self.free_blocks = {}  # by their columns: several targets share them

    def _moments(self, v):
        """Return weighted means and variances of the columns, accurate at any mean/sd, and ``X'v``."""
        mean, variance, raw = np.zeros(self.p), np.zeros(self.p), np.zeros(self.p)
        if self.lines is not None:
            moments(self.lines, self.s, v, mean, variance, raw)
            return mean, variance, raw
        X = read_only(self.X)
        some = int(np.argmax(self.s > 0))  # the first row with a weight, as ``moments`` has it
        if not moments_of_rows(X, self.s, v, X[some].astype(np.float64), mean, variance, raw):
            shift = mean.copy()
            mean[:], variance[:], raw[:] = 0.0, 0.0, 0.0
            moments_of_rows(X, self.s, v, shift, mean, variance, raw)
        return mean, variance, raw

    def with_target(self, y):
        """Return a copy that shares all of X's statistics and holds the target y, centred."""
        if y is self._given:
            return self
        other = object.__new__(Problem)
        other.__dict__.update(self.__dict__)
        other._centre(y)
        return other

    def _centre(self, y):
        """Hold the target y, centred, with its mean and norm; None: no target."""
        self._given, self._target_correlations, self._kept = y, None, {}
        if y is None:
            self.y = None
            return
        with np.errstate(over="ignore", invalid="ignore"):
            self.y_mean = float(self.s @ y) if self.fit_intercept else 0.0
            centred = y - self.y_mean
            if self.fit_intercept:
                centred -= self.s @ centred  # once more: the mean is rounded
            norm = math.sqrt(float((self.s * centred) @ centred))
        largest = float(np.abs(y).max())
        tiny = 0 < largest < _TINY
        if tiny or not math.isfinite(norm):
            size = "underflow" if tiny else "overflow"
            raise ValueError(f"y: its squares {size}. Rescale y, and alpha with it.")
        if norm <= 8 * _EPS * math.hypot(norm, self.y_mean):  # constant but for rounding
            centred, norm = np.zeros(self.n), 0.0
            weighted = y[self.s > 0]
            if self.fit_intercept and (weighted == weighted[0]).all():
                self.y_mean = float(weighted[0])  # to the last digit, which an R^2 of 1 is made of
        self.y, self.y_norm = centred, norm

    def underflows(self):
        """Return whether some column is not constant but so small that its squares are zero."""
        if not self.n_flat:
            return False
        flat = np.flatnonzero((self.variance == 0) & (np.abs(self.mean_of_all) < _TINY))
        if not len(flat):
            return False
        some = self.X[:, flat]
        largest = np.abs(some.data if self.is_sparse else some).max(initial=0.0)
        return bool(0 < largest < _TINY)

    def per_target(self, function):
        """Return ``function(self)``, computed once for a target."""
        if function not in self._kept:
            self._kept[function] = function(self)
        return self._kept[function]

    def target_correlations(self):
        """Return <x_j, y>, made once for a target."""
        if self._target_correlations is None:
            self._target_correlations = self.correlate(self.s * self.y)
        return self._target_correlations

    def rough_gram(self, lines=None):
        """Return the Gram matrix of all columns at half the cost, right to 1e-7; None where float32 is too narrow.

        Made once for X. The columns are divided by a middling norm, lest their products overflow or underflow;
        ``lines`` are the centred and weighted columns in single precision, where these are known and safe.
        """
        if not self._rough_gram:
            largest, least = self.norm2.max(), self.norm2[self.norm2 > 0].min(initial=np.inf)
            if not 0 < math.sqrt(largest) <= _NARROW * math.sqrt(least):
                return None
            if lines is None and self.lies_in_place(np.float32) and self.n * largest < _FINITE:
                with for_product(self.n * self.p**2):
                    product = (self.X.T @ self.X).astype(np.float64)
                product /= self.n
                products.subtract_outer(product, self.mean, self.mean)
            elif lines is None:
                product = self.gram(np.arange(self.p), level=math.sqrt(math.sqrt(largest) * math.sqrt(least)))
            else:
                with for_product(self.n * self.p**2):
                    product = mirror(ssyrk(1.0, lines.T, trans=1).astype(np.float64))
            np.fill_diagonal(product, self.norm2)
            self._rough_gram.append(product)
        return self._rough_gram[0]

    def lies_in_place(self, dtype=np.float64):
        """Return whether dense X can be taken as it lies there, uncentred, without a loss of digits worth a copy."""
        plain = self.X.dtype == dtype and isinstance(self.weights, float)
        return plain and (not self.fit_intercept or bool((self.mean**2 <= _NEAR * self.variance).all()))

    def full_gram(self):
        """Return the Gram matrix of all columns, made once for X."""
        if self.made_gram is None:
            self.made_gram = products.whole_gram(self)
        return self.made_gram

    def intercept(self, w):
        """Return the intercept that belongs to w."""
        return self.y_mean - float(self.centre @ w) if self.fit_intercept else 0.0

    def columns(self, which):
        """Return the ``Lines`` of the columns in ``which``; centred copies where X cannot serve as it is."""
        mean = read_only(self.mean[which])
        needs_centring = len(self.ill_centred) and self.far[which].any()
        if self.lines is not None and not needs_centring:
            return Lines(self.lines, which, mean)
        gathered = self.X.T[which]
        if needs_centring:
            gathered = gathered.astype(np.float64, copy=False)
            gathered -= mean[:, None]  # in place: gathered is a copy already
            mean = read_only(np.zeros(len(which)))
        return Lines(read_only(np.ascontiguousarray(gathered)), np.arange(len(which)), mean)

    def lines_to_centre(self):
        """Return the columns of dense X as rows, their means, and which are too far from zero not to centre first."""
        return read_only(self.X.T) if self.lines is None else self.lines, self.mean, self.far

    def residual(self, lines, w):
        """Return y - sum_j w_j x_j over the columns of ``lines``, recomputed so that no drift remains."""
        r = self.y.copy()
        combine(lines.lines, lines.rows, -w, 1.0, r)
        return self._centred(r, lines.mean @ w)

    def residual_at(self, w):
        """Return y - Xw for coefficients of all columns: where rows are contiguous, many are not gathered for it."""
        which = np.flatnonzero(w)
        if self.prices_by_columns(which) or len(self.ill_centred):
            return self.residual(self.columns(which), w[which])
        return self._centred(self.y - products.fitted(self.X, w), self.mean @ w)

    def _centred(self, r, offset):
        r += offset
        if self.fit_intercept:
            r -= self.s @ r
        return r

    def correlate(self, v):
        """Return <x_j, r> for every column from ``v = s * r``: one pass over X."""
        c = np.zeros(self.p)
        if self.lines is not None:  # mostly in .8 to 1 of BLAS's time
            correlate(self.lines, np.arange(self.p), v, c)
        else:
            correlate_rows(read_only(self.X), v, c)
        return self._about_means(c, v)

    def _about_means(self, c, v):
        """Turn ``X'v`` into <x_j, r>, in place."""
        c -= v.sum() * self.mean
        for columns in blocks(len(self.ill_centred), max(1, BLOCK // self.n)) if len(self.ill_centred) else ():
            which = self.ill_centred[columns]
            c[which] = (self.X[:, which] - self.mean[which]).T @ v
        return c

    def gram(self, which, pieces=None, level=None):
        """Return the matrix of <x_i, x_j> over the columns in ``which``; the rest is for ``products.gram``."""
        return products.gram(self, which, pieces, level)

    def gram_rows(self, which, pieces=None):
        """Return <x_i, x_j> for i in ``which`` and every j: a pass over dense X, or over slices of its rows."""
        return products.gram_rows(self, which, pieces)

    def gather(self, which, mean, root, start, out):
        """Write ``root * (x_j - mean_j)`` for the dense columns in ``which``, from sample ``start`` on, to fill out."""
        if self.lines is not None:
            gather(self.lines, which, mean, root, start, out)
        else:
            gather_rows(read_only(self.X), which, mean, root, start, out)

    def price(self, which, v):
        """Return <x_j, r> of the columns in ``which`` from ``v = s * r``.

        Where rows are contiguous, a cache line holds eight columns: many are priced by a pass over all of X.
        """
        return self.columns(which).correlate(v) if self.prices_by_columns(which) else self.correlate(v)[which]

    def prices_by_columns(self, which):
        """Return whether these columns are priced one by one, and not by a pass over all of X."""
        return self.lines is not None or 8 * len(which) <= self.p
