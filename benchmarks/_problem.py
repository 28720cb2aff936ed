"""What is solved, and the gap of whatever a solver returns, in float64 from the coefficients alone.

The gap is the dual gap of the lasso with an intercept, over the objective of the model with an
intercept alone. `Single` has one alpha, `Path` many; both are given to a solver as `X`, `y`, `alpha`.
"""

import numpy as np
from scipy import sparse

CHUNK = 25  # alphas whose residuals are held at once


class Single:
    """Data and one alpha, alpha_max / divisor."""

    def __init__(self, X, y, divisor=None):
        self.X, self.y, self.divisor = X, y, divisor
        self.null = float(np.var(y)) / 2
        self.means = np.asarray(X.mean(axis=0)).ravel()
        centred = y - y.mean()
        self.alpha_max = float(np.abs(X.T @ centred - self.means * centred.sum()).max() / len(y))
        self.alpha = None if divisor is None else self._alphas(divisor)
        self.shape = (X.shape[1], *np.shape(self.alpha))  # of the coefficients

    def _alphas(self, divisor):
        return self.alpha_max / divisor

    def gap(self, coef, intercept):
        """Dual gap over the null model's objective."""
        from lassofit.testing import dual_gap

        if not (np.isfinite(coef).all() and np.isfinite(intercept)):
            return np.inf
        return float(dual_gap(self.X, self.y, coef, float(intercept), alpha=self.alpha) / self.null)

    def describe(self, coef, intercept):
        """What a row of the results says of an answer."""
        from lassofit.testing import objective

        value = objective(self.X, self.y, coef, float(intercept), alpha=self.alpha)
        return {"gap": self.gap(coef, intercept), "objective": value, "support": int(np.count_nonzero(coef))}


class Path(Single):
    """Data and ``count`` alphas, from alpha_max down to alpha_max / divisor in equal ratios."""

    def __init__(self, X, y, divisor=None, count=100):
        self.count = count
        super().__init__(X, y, divisor)

    def _alphas(self, divisor):
        return self.alpha_max * np.geomspace(1, 1 / divisor, self.count)

    def gap(self, coef, intercept):
        """Worst gap over the path."""
        return float(self.gaps(coef, intercept).max())

    def gaps(self, coef, intercept):
        """Gap at every alpha; coef of shape (p, alphas), intercept (alphas,).

        With r the residual, m its mean, v = r - m, c = X'v / n and kappa = min(1, alpha / max|c|), the gap is
        m^2 / 2 + (1 - kappa)^2 |v|^2 / 2n + sum_j (alpha |w_j| - kappa c_j w_j): no term is negative, so
        nothing cancels.
        """
        parts = [slice(k, k + CHUNK) for k in range(0, len(self.alpha), CHUNK)]
        return np.concatenate([self._gaps(coef[:, k], intercept[k], self.alpha[k]) for k in parts]) / self.null

    def _gaps(self, coef, intercept, alpha):
        """Gaps of some of the alphas, in the units of the objective; a solver's NaN is infinitely bad."""
        n, active = len(self.y), np.flatnonzero(coef.any(axis=1))
        residual = self.y[:, None] - self.X[:, active] @ coef[active] - intercept
        mean = residual.mean(axis=0)
        residual -= mean
        gradient = (self.X.T @ residual - np.outer(self.means, residual.sum(axis=0))) / n
        kappa = np.minimum(1, alpha / np.maximum(np.abs(gradient).max(axis=0), np.finfo(float).tiny))
        gap = mean**2 / 2 + (1 - kappa) ** 2 * np.einsum("ij,ij->j", residual, residual) / (2 * n)
        gap += (alpha * np.abs(coef[active]) - kappa * gradient[active] * coef[active]).sum(axis=0)
        return np.where(np.isfinite(gap), gap, np.inf)

    def describe(self, coef, intercept):
        """What a row of the results says of an answer: the worst gap, the support at the last alpha."""
        gaps = self.gaps(coef, intercept)
        found = {"gap": float(gaps.max()), "worst_at": int(gaps.argmax()), "alphas": self.count}
        return found | {"support": int(np.count_nonzero(coef[:, -1]))}


def dense(coef):
    """Coefficients as a float64 ndarray."""
    return np.asarray(coef.toarray() if sparse.issparse(coef) else coef, np.float64)
