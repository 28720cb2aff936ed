"""What Lasso and ElasticNet share: fit = validate, solve, attributes; predict; tags."""

from __future__ import annotations

import math
import sys
import warnings
from copy import copy
from typing import Any, NamedTuple, Self

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import MultiOutputMixin
from sklearn.utils import check_random_state, metadata_routing

from ._engine import by_feature, progress, validation  # none imports numba
from ._engine.calling import user_level
from ._engine.penalty import build_penalty
from ._engine.threads import on_threads, sparing
from ._fit_path import Source, requested, single_target, solve_path
from ._predictor import LinearPredictor
from ._regularization_path import RegularizationPath
from ._typing import Array, ArrayLike, Data


class Target(NamedTuple):
    """The solution for one target, as the attributes want it."""

    coef: np.ndarray
    intercept: float
    n_iter: int
    dual_gap: float
    relative_gap: float
    converged: bool
    kkt_residual: float
    proven_zero: np.ndarray
    records: list


class CoordinateRegressor(progress.Watched, MultiOutputMixin, LinearPredictor):
    """Base of the L1-regularised linear regressors; subclasses hold parameters and documentation."""

    coef_: Array
    proven_zero_: Array

    # check_input is used for speed and is not something to be passed around in a pipeline.
    __metadata_request__fit = {"check_input": metadata_routing.UNUSED}  # noqa: RUF012

    @sparing
    def fit(self, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None, check_input: bool = True) -> Self:
        """Fit the model; the certificate of the whole problem is the stopping rule.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data: float64 or float32 is used as it is, anything else is converted to float64. Never written to.
            F-ordered X and CSC are solved in place; C-ordered X may be copied for the fit, other sparse formats are
            converted to CSC. int64 indices are accepted.
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
        UserWarning
            With ``alpha=0``; where coefficients are too small for the dtype of X, float32, and become 0.
        """
        validation.check_parameters({**vars(self), "check_input": check_input})
        if check_input:
            X, y = validation.check_data(self, X, y)
        else:
            X, y = validation.check_prepared(X, y)
            self.n_features_in_ = X.shape[1]
        targets = [y] if y.ndim == 1 else list(y.T)
        problem = self._problem(X, sample_weight, targets[0] if len(targets) == 1 else None)
        return self._fit_to(problem, targets, y, sample_weight)

    @progress.watched
    def _fit_to(self, problem, targets, y, sample_weight):
        """Solve for the targets, the columns of y, and set the fitted attributes; callbacks are told the weights."""
        if self.alpha == 0:
            warnings.warn(
                "With alpha=0, this algorithm does not converge well. You are advised to use the "
                "LinearRegression estimator",
                UserWarning,
                stacklevel=user_level(),
            )
        penalty, control = self._terms(problem)
        starts = self._starts(len(targets), problem.p)
        seeds = self._generators(len(targets))
        many = len(targets) > 1
        task = progress.begin(self, problem.X, y, sample_weight, len(targets) if many else None, ordered=not many)
        tasks = [task.sub("target", k, None) for k in range(len(targets))] if many else [task]
        jobs = [
            (problem, penalty, targets[k], starts[k], control._replace(shuffle=seeds[k]), self.verbose, tasks[k])
            for k in range(len(targets))
        ]
        threads = min(effective_n_jobs(self.n_jobs), len(jobs)) if many else 1
        if not many:  # Parallel costs .2 ms and more a call, as much as a small fit
            solved = [_solve_target(*jobs[0])]
        elif threads == 1:
            solved = _solve_targets(jobs)
        else:
            chunks = [jobs[k::threads] for k in range(threads)]
            parts = on_threads(_solve_targets, [(chunk,) for chunk in chunks], threads)
            solved = [parts[k % threads][k // threads] for k in range(len(jobs))]
        finished = []
        for k, pair in enumerate(solved):
            what = f" for target {k}" if many else ""
            finished.append(self._finish(*pair, control, problem.X.dtype, what, tasks[k].stopped))
        self._set_attributes(finished, y.ndim)
        task.end({})
        return self

    @sparing
    def fit_path(
        self,
        X: Data,
        y: ArrayLike,
        alphas: int | ArrayLike = 100,
        eps: float = 1e-3,
        sample_weight: ArrayLike | None = None,
    ) -> RegularizationPath:
        """Solve the problem of ``fit`` for a whole grid of alphas, each from the one before.

        Parameters mean what they mean in ``fit``, ``tol`` and ``max_iter`` at every alpha; ``alpha`` and ``warm_start``
        play no part. The estimator stays as it is, ``n_features_in_`` included.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data, as in ``fit``.
        y : array-like of shape (n_samples,)
            Target values, of one target.
        alphas : int or array-like, default=100
            The number of alphas, evenly spaced in the logarithm from the smallest at which all penalised coefficients
            are zero; or the alphas, which are sorted in descending order: repetitions stay, and 0 is allowed.
        eps : float, default=1e-3
            The last alpha over the first, where ``alphas`` is a number; above 0 and at most 1.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, as in ``fit``.

        Returns
        -------
        path : RegularizationPath
            ``alphas``, ``coefs``, ``intercepts``, ...; ``coef_at(alpha)`` and ``predict(X, alpha)`` at any alpha.

        Raises
        ------
        ValueError, TypeError
            On bad parameters or data, naming the parameter; for a y of several targets; for ridge regression
            (``l1_ratio=0``) without given alphas, since none makes all coefficients zero.

        Warns
        -----
        ConvergenceWarning
            Once, where the relative dual gap at some alphas is above ``tol``.

        Examples
        --------
        >>> from lassofit import Lasso
        >>> path = Lasso(tol=1e-10).fit_path([[0, 0], [1, 1], [2, 2]], [0, 1, 2], alphas=[0.5, 0.1])
        >>> print(path.coefs.round(4), path.deviance_ratio.round(4))
        [[0.25 0.85]
         [0.   0.  ]] [0.4375 0.9775]
        """
        source, model, asked = self._path_source(X, y, alphas, eps, sample_weight)
        path, shortfall = solve_path(source, model, asked, eps)
        if shortfall is not None:
            progress.warn_of_gap(shortfall.text)
        return path

    def _path_source(self, X, y, alphas, eps, sample_weight):
        """Return the Source of a path, the estimator of alpha = 1, and the number of alphas or the alphas."""
        model = copy(self)
        model.alpha = 1.0  # the penalty of which every other is a multiple
        validation.check_parameters(vars(model))
        asked = requested(alphas, eps)
        X, y = validation.check_data(model, X, y)
        y = single_target(y)
        problem, unit, control = model._set_up(X, sample_weight, y)
        control = control._replace(shuffle=model._generators(1)[0])
        return Source(problem, unit, control, self.verbose), model, asked

    def _set_up(self, X, sample_weight, y, owner=None):
        """Return the problem, the penalty and the solver's control; errors name ``owner``, this estimator if None."""
        problem = self._problem(X, sample_weight, y, owner, once=False)
        return problem, *self._terms(problem)

    def _problem(self, X, sample_weight, y, owner=None, once=True):
        """Return the problem, without a target if y is None; ``once``: of a single fit, of one target."""
        from ._engine import problem

        s = validation.check_weights(sample_weight, X.shape[0])
        X = validation.solver_ready(X, once and y is not None and self.solver != "cd")
        data = problem.Problem(X, s, self.fit_intercept, y)
        validation.check_moments(data, self if owner is None else owner)
        return data

    def _terms(self, data):
        """Return the penalty and the solver's control, for the Problem of any rows."""
        from ._engine import grams, solve

        names = getattr(self, "feature_names_in_", None)
        factor = by_feature.check_factor(self.penalty_factor, data.p, names)
        lower, upper = by_feature.check_bounds(self.bounds, self.positive, data.p, names)
        l1_ratio = float(getattr(self, "l1_ratio", 1.0))
        penalty = build_penalty(data, float(self.alpha), l1_ratio, factor, lower, upper, self.standardize)
        limit = sys.maxsize if self.max_iter is None else self.max_iter
        sweeps = solve.takes_sweeps(self.solver, self.selection == "random")
        gram = grams.choose_gram(data, self.precompute, sweeps)
        return penalty, solve.Control(float(self.tol), limit, solver=self.solver, gram=gram)

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

    def _finish(self, solution, kkt_residual, proven_zero, records, control, dtype, what, stopped):
        """Return a Target, with a warning where it fell short of tol, unless a callback stopped it."""
        coef, intercept = solution.w.copy(), np.float64(solution.intercept)
        if dtype != np.float64:
            with np.errstate(over="ignore"):
                coef, intercept = coef.astype(dtype), dtype.type(intercept)
        if not np.isfinite(coef).all() or not math.isfinite(intercept):
            if np.isfinite(solution.w).all() and math.isfinite(solution.intercept):
                raise ValueError(f"X, y: the coefficients are not finite in {dtype}. Rescale X or y.")
            raise ValueError(
                "Coordinate descent iterations resulted in non-finite parameter values. The input data may contain "
                "large values and need to be preprocessed."
            )
        if dtype != np.float64:
            progress.warn_underflow(np.count_nonzero(solution.w) - np.count_nonzero(coef), dtype)
        if not (solution.converged or stopped):
            progress.warn_not_converged(solution, control, what)
        return Target(
            coef,
            intercept,
            solution.n_iter,
            solution.certificate.gap,
            solution.relative_gap,
            bool(solution.converged),
            kkt_residual,
            proven_zero,
            [tuple(record) for record in records],  # plain: a pickled Record would load numba where it is read
        )

    def _set_attributes(self, targets, y_ndim):
        """Set the fitted attributes; with one target they are scalars, and coef_ has one dimension."""
        if len(targets) == 1:
            found = targets[0]
        else:
            columns = {name: [getattr(target, name) for target in targets] for name in Target._fields}
            arrays = {name: np.array(column) for name, column in columns.items() if name not in ("n_iter", "records")}
            found = Target(**{**columns, **arrays})
        self.coef_ = found.coef
        self.intercept_ = np.array([found.intercept]) if y_ndim == 2 and len(targets) == 1 else found.intercept
        self.n_iter_ = found.n_iter
        self.dual_gap_ = found.dual_gap
        self.relative_gap_ = found.relative_gap
        self.converged_ = found.converged
        self.kkt_residual_ = found.kkt_residual
        self.proven_zero_ = found.proven_zero
        self._records = [target.records for target in targets]

    @property
    def history_(self) -> Any:
        """The certificates on the way, as arrays by name: a dict, or a list of them, one a target."""
        histories = [progress.history(records) for records in self._records]
        return histories[0] if len(histories) == 1 else histories


def _solve_targets(jobs):
    """Solve for several targets in turn."""
    solved = []
    for *job, task in jobs:
        with task:
            solved.append(_solve_target(*job, task))
    return solved


def _solve_target(problem, penalty, y, start, control, verbose, task):
    """Solve for one target; return the Solution, its KKT residual, the mask of proven zeros and the records."""
    from ._engine import duality, solve, stages

    problem = problem.with_target(y)
    solution = solve.Solution(problem, penalty, start)

    def state():
        return {"coef_": solution.w.astype(problem.X.dtype), "intercept_": problem.intercept(solution.w)}

    records = progress.follow(stages.run(problem, penalty, solution, control), verbose, task=task, state=state)
    if task.stopped:
        solution.intercept = problem.intercept(solution.w)
    proven, violation = duality.conclude(problem, penalty, solution.w, solution.certificate)
    return solution, violation, proven, records
