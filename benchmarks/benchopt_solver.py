"""lassofit for benchopt's lasso benchmark: copy to ``benchmark_lasso/solvers/lassofit.py``.

    benchopt run benchmark_lasso --solver lassofit --solver celer --dataset leukemia

The benchmark minimises 1/2 ||y - X w - b||^2 + lmbd ||w||_1, so alpha is lmbd / n. A curve is sampled by
tolerance: `tol` bounds a proven gap, and iterations of the two solvers behind `solver` cost different things.
"""

import warnings

import numpy as np
from benchopt import BaseSolver
from scipy.sparse.linalg import LinearOperator
from sklearn.exceptions import ConvergenceWarning

from lassofit import Lasso

START = 1e30  # a tolerance above this asks for the point at which the curve begins


class Solver(BaseSolver):
    """Active-set Newton method and coordinate descent on working sets, with a certificate."""

    name = "lassofit"
    sampling_strategy = "tolerance"
    install_cmd = "conda"
    requirements = ("pip::lassofit",)  # until it is there: pip install the folder of this repository
    parameters = {"solver": ("auto",)}  # noqa: RUF012 (benchopt's way), or "active_set", "cd"

    def skip(self, X, y, lmbd, fit_intercept):
        """Tell whether the data are of a kind that cannot be fitted, and why."""
        if isinstance(X, LinearOperator):
            return True, f"{self.name} needs the entries of X"
        return False, None

    def set_objective(self, X, y, lmbd, fit_intercept):
        """Take the problem."""
        self.X, self.y, self.fit_intercept = X, y, fit_intercept
        self.lasso = Lasso(alpha=lmbd / X.shape[0], fit_intercept=fit_intercept, solver=self.solver, max_iter=1_000_000)

    def warm_up(self):
        """Have everything compiled."""
        self.run_once(1e-3)

    def get_next(self, stop_val):
        """Return the next tolerance, ten times tighter: in small steps the same answer looks like standstill."""
        return min(1e-2, stop_val / 10)

    def run(self, tolerance):
        """Fit to a tolerance; this is what is timed."""
        self.coef = np.zeros(self.X.shape[1] + self.fit_intercept)
        if tolerance < START:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                self.lasso.set_params(tol=tolerance).fit(self.X, self.y)
            self.coef[: self.X.shape[1]] = self.lasso.coef_
            self.coef[self.X.shape[1] :] = self.lasso.intercept_

    def get_result(self):
        """Return the coefficients, the intercept last if there is one."""
        return {"beta": self.coef}
