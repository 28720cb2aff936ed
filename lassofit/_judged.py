"""The data, the parameters and the coefficients that ``testing`` is given, checked, and what it computes of them."""

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from . import _certificate as plain
from ._gap import gap


class Problem:
    """Checked data and parameters."""

    def __init__(self, X, y, sample_weight, *, fit_intercept, names=None, **parameters):
        if type(X).__name__ == "LazyFrame":
            raise TypeError("X is a LazyFrame, which has no rows yet: call collect() first, X.collect()")
        names = _feature_names(X, names)
        X = check_array(X, accept_sparse="csc", dtype=[np.float64, np.float32], input_name="X")
        y = check_array(y, ensure_2d=False, allow_nd=True, dtype=np.float64, input_name="y")
        if y.ndim > 2 or len(y) != X.shape[0]:
            raise ValueError(f"X has {X.shape[0]} rows, but y has shape {y.shape}")
        s = plain.read_weights(sample_weight, len(y))
        if not s.all():
            X, y, s = X[s > 0], y[s > 0], s[s > 0]
        self.X = (plain.Sparse if sparse.issparse(X) else plain.Dense)(X, s, fit_intercept)
        self.Y = y.reshape(len(y), -1).T.astype(self.X.s.dtype)
        self.terms = plain.read_terms(self.X, names, **parameters)
        self.fit_intercept, self.flat = fit_intercept, y.ndim == 1

    def points(self, coef, intercept):
        """Check the coefficients and evaluate them, one point per target."""
        coef, (k, p) = np.asarray(coef), (len(self.Y), self.X.shape[1])
        eps = np.finfo(coef.dtype).eps if coef.dtype.kind == "f" else plain.EPS
        coef = coef.astype(self.Y.dtype)
        if coef.shape != (k, p) and not (k == 1 and coef.shape == (p,)):
            raise ValueError(f"coef has shape {coef.shape}; X has {p} features, y {k} target(s)")
        intercept = np.asarray(intercept, dtype=self.Y.dtype)
        if intercept.shape not in ((), (k,)):
            raise ValueError(f"intercept has shape {intercept.shape}, but y has {k} target(s)")
        if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
            raise ValueError("coef and intercept must be finite")
        if not self.fit_intercept and intercept.any():
            raise ValueError("intercept must be 0 where fit_intercept is False")
        self.eps = eps
        triples = zip(self.Y, coef.reshape(k, p), np.broadcast_to(intercept, k), strict=True)
        return [plain.primal(self.X, self.terms, y, w, b, self.fit_intercept, eps) for y, w, b in triples]

    def gap(self, point):
        """The dual gap at a point."""
        return gap(self.X, self.terms, point)

    def certificate(self, point):
        """The four figures of a Certificate, for one target."""
        gap, null = self.gap(point), self.X.s @ point.y**2
        if null > 0:
            relative = gap / null
        else:  # y is constant: only the rounding of its mean is left
            relative = 0 if gap <= (8 * self.eps * point.size) ** 2 else np.inf
        return point.objective, gap, relative, plain.kkt_residual(self.X, self.terms, point)

    def result(self, values):
        """A float for a 1-D y, an array for a 2-D one."""
        return float(values[0]) if self.flat else np.array(values, dtype=np.float64)


def _feature_names(X, fitted):
    """Names of the columns, from the frame or from the fit; an error if these differ."""
    columns = getattr(X, "column_names" if hasattr(X, "column_names") else "columns", None)  # the former pyarrow's
    found = None if columns is None else list(columns)
    if found is None or fitted is None:
        return list(fitted) if fitted is not None else found or []
    if found != list(fitted):
        raise ValueError("the columns of X are not those that the estimator was fitted on")
    return found
