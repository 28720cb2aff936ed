"""What Lasso and ElasticNet share: fit = validate, solve, attributes; predict; tags."""

import sys
import warnings
from typing import NamedTuple

import numpy as np
from joblib import effective_n_jobs
from scipy import sparse
from sklearn import get_config
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils import check_random_state, metadata_routing
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted, validate_data


class Target(NamedTuple):
    """The solution for one target, as the attributes want it."""

    coef: np.ndarray
    intercept: float
    n_iter: int
    dual_gap: float
    relative_gap: float
    converged: bool
    kkt_residual: float
    history: dict


class CoordinateRegressor(MultiOutputMixin, RegressorMixin, BaseEstimator):
    """Base of the L1-regularised linear regressors; subclasses hold parameters and documentation."""

    # scikit-learn's HTML repr shows the documentation of parameters only where it can link to a page. There is no
    # site yet, so the link goes nowhere; the text comes from the docstring.
    _doc_link_module = "lassofit"
    _doc_link_template = "#"

    # check_input is used for speed and is not something to be passed around in a pipeline.
    __metadata_request__fit = {"check_input": metadata_routing.UNUSED}  # noqa: RUF012

    def fit(self, X, y, sample_weight=None, check_input=True):
        """Fit the model; the certificate of the whole problem is the stopping rule.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data: float64 or float32 is used as it is, anything else is converted to float64. Never written to.
            Dense C- or F-ordered and CSC are solved in place; other sparse formats are converted to CSC. int64
            indices are accepted.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target values; several targets are independent problems.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights >= 0, not all zero. Their scale does not matter, a weight of zero drops the row, and an integer
            weight repeats it. A scalar weighs all rows alike.
        check_input : bool, default=True
            False skips the checks of X and y: they must already be arrays that need no conversion.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError, TypeError
            On bad parameters or data, naming the parameter.

        Warns
        -----
        ConvergenceWarning
            Where the relative dual gap is above ``tol``: it gives the gap reached, the gap asked for, and a remedy.
        """
        from ._engine import validation

        # vars, not get_params, whose look at the signature costs a tenth of a small fit
        parameters = {name: value for name, value in vars(self).items() if name in validation.RULES}
        validation.check_parameters({**parameters, "check_input": check_input})
        if self.alpha == 0:
            warnings.warn(
                "With alpha=0, this algorithm does not converge well. You are advised to use the "
                "LinearRegression estimator",
                UserWarning,
                stacklevel=2,
            )
        if check_input:
            X, y = validation.check_data(self, X, y)
        else:
            X, y = validation.check_prepared(X, y)
            self.n_features_in_ = X.shape[1]
        problem, penalty, control = self._set_up(X, sample_weight)
        targets = y.reshape(len(y), -1)
        starts = self._starts(targets.shape[1], X.shape[1])
        seeds = self._generators(targets.shape[1])
        jobs = [
            (problem, penalty, targets[:, k], starts[k], control, seeds[k], self.verbose)
            for k in range(targets.shape[1])
        ]
        threads = min(effective_n_jobs(self.n_jobs), len(jobs))
        if threads == 1:  # Parallel costs .2 ms and more a call, as much as a small fit
            solved = [_solve_target(*job) for job in jobs]
        else:
            chunks = [jobs[k::threads] for k in range(threads)]
            parts = Parallel(n_jobs=threads, prefer="threads")(delayed(_solve_targets)(chunk) for chunk in chunks)
            solved = [parts[k % threads][k // threads] for k in range(len(jobs))]
        finished = []
        for k, pair in enumerate(solved):
            what = f" for target {k}" if len(solved) > 1 else ""
            finished.append(self._finish(*pair, control, X.dtype, what))
        self._set_attributes(finished, y.ndim)
        return self

    def _set_up(self, X, sample_weight):
        """Return the problem without a target, the penalty and the solver's control."""
        from ._engine import grams, validation
        from ._engine.penalty import build_penalty
        from ._engine.problem import Problem
        from ._engine.solve import Control

        n, p = X.shape
        factor = validation.check_factor(self.penalty_factor, p, getattr(self, "feature_names_in_", None))
        lower, upper = validation.check_bounds(self.bounds, self.positive, p)
        s = validation.check_weights(sample_weight, n)
        problem = Problem(validation.solver_ready(X), s, self.fit_intercept)
        validation.check_moments(problem, type(self).__name__)
        l1_ratio = float(getattr(self, "l1_ratio", 1.0))
        penalty = build_penalty(problem, float(self.alpha), l1_ratio, factor, lower, upper, self.standardize)
        limit = sys.maxsize if self.max_iter is None else self.max_iter
        gram = grams.choose_gram(problem, self.precompute) if self.solver != "active_set" else None
        return problem, penalty, Control(float(self.tol), limit, solver=self.solver, gram=gram)

    def _starts(self, n_targets, p):
        """Return the starting coefficients of every target: those of the last fit under warm_start, else None."""
        if not self.warm_start or not hasattr(self, "coef_"):
            return [None] * n_targets
        start = np.atleast_2d(np.asarray(self.coef_, dtype=np.float64))
        if start.shape != (n_targets, p) or not np.isfinite(start).all():
            raise ValueError(
                f"warm_start=True needs a finite coef_ of shape ({n_targets}, {p}), got {start.shape}. Use "
                "warm_start=False, or a fresh estimator, for data of another shape."
            )
        return list(start)

    def _generators(self, n_targets):
        """Return a generator for every target under selection='random': the same for each where a seed is given."""
        rng = check_random_state(self.random_state)
        if self.selection == "cyclic":
            return [None] * n_targets
        if n_targets == 1:
            return [rng]
        if isinstance(self.random_state, np.random.RandomState):
            return [np.random.RandomState(rng.randint(2**31 - 1)) for _ in range(n_targets)]
        return [check_random_state(self.random_state) for _ in range(n_targets)]

    def _finish(self, solution, kkt_residual, records, control, dtype, what):
        """Return a Target, with a warning where it fell short of tol."""
        from ._engine.progress import history, warn_not_converged

        with np.errstate(over="ignore"):
            coef, intercept = solution.w.astype(dtype), dtype.type(solution.intercept)
        if not np.isfinite(coef).all() or not np.isfinite(intercept):
            raise ValueError(
                "Coordinate descent iterations resulted in non-finite parameter values. The input data may contain "
                "large values and need to be preprocessed."
            )
        if not solution.converged:
            warn_not_converged(solution, control, what)
        return Target(
            coef,
            intercept,
            solution.n_iter,
            solution.certificate.gap,
            solution.relative_gap,
            bool(solution.converged),
            kkt_residual,
            history(records),
        )

    def _set_attributes(self, targets, y_ndim):
        """Set the fitted attributes; with one target they are scalars, and coef_ has one dimension."""
        single = len(targets) == 1

        def gathered(name):
            values = [getattr(target, name) for target in targets]
            return values[0] if single else np.array(values)

        self.coef_ = gathered("coef")
        self.intercept_ = gathered("intercept")
        if y_ndim == 2 and single:
            self.intercept_ = np.array([self.intercept_])
        self.n_iter_ = targets[0].n_iter if single else [target.n_iter for target in targets]
        self.dual_gap_ = gathered("dual_gap")
        self.relative_gap_ = gathered("relative_gap")
        self.converged_ = gathered("converged")
        self.kkt_residual_ = gathered("kkt_residual")
        self.history_ = targets[0].history if single else [target.history for target in targets]

    def predict(self, X):
        """Return ``X @ coef_ + intercept_``.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            Predictions.
        """
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse=["csr", "csc", "coo"], reset=False)
        return safe_sparse_dot(X, self.coef_.T, dense_output=True) + self.intercept_

    @property
    def sparse_coef_(self):
        """Sparse representation of ``coef_``, of shape (1, n_features) or (n_targets, n_features)."""
        coef = sparse.csr_array(np.atleast_2d(self.coef_))
        # scikit-learn 1.9 lets the user choose; matrices before that.
        wants_array = get_config().get("sparse_interface", "spmatrix") == "sparray"
        return coef if wants_array else sparse.csr_matrix(coef)

    def __sklearn_tags__(self):
        """Return scikit-learn's tags: sparse X and several targets are fine."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _solve_targets(jobs):
    """Solve for several targets in turn."""
    return [_solve_target(*job) for job in jobs]


def _solve_target(problem, penalty, y, start, control, shuffle, verbose):
    """Solve for one target; return the Solution, its KKT residual and the records."""
    from ._engine.progress import follow
    from ._engine.solve import Solution
    from ._engine.stages import run

    problem = problem.with_target(y)
    solution = Solution(problem, penalty, start)
    records = follow(run(problem, penalty, solution, control._replace(shuffle=shuffle)), verbose)
    return solution, solution.kkt_residual(problem, penalty), records
