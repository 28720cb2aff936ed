"""``LassoCV`` and ``ElasticNetCV``: alpha by cross-validation, a warm path for every fold."""

from __future__ import annotations

import warnings
from numbers import Number
from typing import Any, Self

import numpy as np
from joblib import effective_n_jobs
from sklearn import get_config
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.utils import Bunch, column_or_1d, metadata_routing

from . import _choice
from ._cv_folds import Job, run
from ._engine import by_feature, progress, threads, validation  # none imports numba
from ._engine.calling import user_level
from ._engine.penalty import unlike_units
from ._fit_path import requested
from ._predictor import LinearPredictor
from ._splits import pairs_of, splitter_of
from ._typing import Array, ArrayLike, Data

_SHARED = (
    "coef_", "intercept_", "dual_gap_", "relative_gap_", "converged_", "kkt_residual_", "n_iter_", "proven_zero_",
)  # fmt: skip
_ALIKE = "standardize=True, or a scaler in a PathSearchCV over a Pipeline, treats all alike."


class PathCV(progress.Watched, LinearPredictor):
    """Base of the estimators that choose alpha; subclasses hold parameters and documentation."""

    alpha_: float
    alphas_: Array
    coef_: Array
    cv_mean_: Array
    cv_se_: Array
    mse_path_: Array
    n_iter_: int
    proven_zero_: Array

    @threads.sparing
    @progress.watched
    def fit(self, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None, **params: Any) -> Self:
        """Choose alpha by cross-validation, and fit on all rows with it.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data, as in :meth:`Lasso.fit`. Never written to; dense X is not copied for the folds.
        y : array-like of shape (n_samples,)
            Target values, of one target.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, of the rows that are trained on and of those that are held out.
        **params : dict
            Parameters of the splitter, such as ``groups``, and of the scorer: with scikit-learn's metadata routing.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError, TypeError
            On bad parameters or data, naming the parameter; where a fold is empty, or a score is not finite.

        Warns
        -----
        ConvergenceWarning
            Once, where some alphas were not solved to ``tol`` in some folds; and as ``Lasso.fit``.
        UserWarning
            Where the least error is at an end of the grid of alphas; and that columns in very unlike units may be why.
        """
        ratios = self._ratios()
        if not isinstance(self.alphas, str | Number) and np.ndim(self.alphas) == 1:
            for i, alpha in enumerate(self.alphas):  # here scikit-learn names the element
                validation.check_element(f"alphas[{i}]", alpha)
        asked = requested(self.alphas, self.eps)
        X, y = validation.check_data(self, X, y)
        if y.ndim > 1 and y.shape[1] > 1:
            raise ValueError(
                f"y must have one column, got shape {y.shape}. For multi-task outputs, use MultiTask"
                f"{type(self).__name__} of scikit-learn, or fit the targets one by one."
            )
        y = column_or_1d(y, warn=True)
        s = validation.check_weights(sample_weight, X.shape[0])
        routed = self._routed(s, params)
        model = self._model(X.shape[1])
        problem, *_ = model._set_up(X, s, y, self)
        grids = self._grids(model, problem, asked, ratios)
        folds, outcomes, task = self._cross_validate(model, problem, s, y, ratios, grids, routed)
        why = "" if self.standardize else unlike_units(problem.variance)
        best = self._choose(folds, outcomes, grids, not isinstance(asked, int), why and f"{why} {_ALIKE}")
        if self.store_cv_results:
            self._store(folds, outcomes, best, problem)
        model.set_params(alpha=float(self.alpha_), precompute=self.precompute)
        if hasattr(model, "l1_ratio"):
            self.l1_ratio_ = ratios[best]
            model.set_params(l1_ratio=float(ratios[best]))
        refit = task.sub("refit", len(folds))
        with refit.lend(model), refit:
            model._fit_to(problem, [y], y, s)
        for name in _SHARED:
            setattr(self, name, getattr(model, name))
        self.n_iter_ = max(1, self.n_iter_)
        task.end({})
        return self

    def _ratios(self):
        """Check the parameters; return the shares of the L1 penalty, 1 for the lasso."""
        parameters = dict(vars(self))
        given = parameters.pop("l1_ratio", 1.0)
        validation.check_parameters(parameters)
        if np.ndim(given) > 1 or np.size(given) == 0:
            raise ValueError(f"l1_ratio must be a number or a sequence of at least one, got {given!r}.")
        for ratio in np.atleast_1d(np.asarray(given, dtype=object)):
            validation.check_parameters({"l1_ratio": ratio})
        return np.atleast_1d(np.asarray(given, dtype=np.float64))

    def _model(self, p):
        """Return the estimator of one alpha, with the shared parameters; what goes by name becomes arrays."""
        model, own = self._estimator(), self.get_params(deep=False)
        shared = {name: own[name] for name in model.get_params() if name in own and name != "l1_ratio"}
        names = getattr(self, "feature_names_in_", None)
        shared["penalty_factor"] = by_feature.check_factor(self.penalty_factor, p, names)
        shared["bounds"] = by_feature.bounds_in_order(self.bounds, names)
        by_feature.check_bounds(self.bounds, self.positive, p, names)  # here, where the names are known
        if not isinstance(self.precompute, bool | np.bool_ | str):
            shared["precompute"] = "auto"  # a Gram matrix of all rows is none of the folds'
        return model.set_params(**{**shared, "alpha": 1.0, "verbose": 0, "n_jobs": None})

    def _grids(self, model, problem, asked, ratios):
        """Return the alphas of every l1_ratio, in descending order; set ``alphas_``."""
        from ._engine import request

        grids = []
        for ratio in ratios:
            if hasattr(model, "l1_ratio"):
                model.l1_ratio = float(ratio)
            unit, _ = model._terms(problem)
            grids.append(request.grid_of(problem, unit, asked, float(ratio), self.eps, None))
        self.alphas_ = np.array(grids) if isinstance(asked, int) and len(grids) > 1 else grids[0]
        return grids

    def _routed(self, s, params):
        """Return the parameters that go to the splitter and to the scorer."""
        if get_config()["enable_metadata_routing"]:
            routed = metadata_routing.process_routing(self, "fit", sample_weight=s, **params)
            return Bunch(split=routed.splitter.split, score=routed.scorer.score if self.scoring is not None else {})
        if params:
            raise ValueError(
                f"fit got {', '.join(map(repr, params))}, which is only supported if enable_metadata_routing=True is "
                "set by sklearn.set_config: then it goes to the splitter or the scorer."
            )
        return Bunch(split={}, score={} if s is None else {"sample_weight": s})

    def _cross_validate(self, model, problem, s, y, ratios, grids, routed):
        """Return the folds, the Outcome of each, and the task of the whole fit."""
        from ._engine import fold_grams, solve
        from ._engine import folds as room

        splits = pairs_of(splitter_of(self.cv), self.cv, problem.X, y, routed.split)
        folds = room.folds_of(_row_numbers(splits, problem.n), s, problem.n)
        sums = [None] * len(folds)
        sweeps = isinstance(model.precompute, bool | np.bool_) and not model.precompute
        if not sweeps and not solve.takes_sweeps(model.solver, model.selection == "random"):
            sums = fold_grams.sums_of(problem, y, s, folds) or sums
        scorer = None if self.scoring is None else _choice.one_number(check_scoring(model, scoring=self.scoring))
        shared = ratios, grids, scorer, routed.score, self.store_cv_results, self.verbose
        names = [f"fold {k + 1} of {len(folds)}" for k in range(len(folds))]
        jobs = [Job(model, problem, y, *own, *shared) for own in zip(folds, sums, names, strict=True)]
        task = progress.begin(self, problem.X, y, s, len(folds) + 1, ordered=False)
        pairs = [(job, task.sub("fold", k, len(ratios))) for k, job in enumerate(jobs)]
        count = effective_n_jobs(self.n_jobs)
        outcomes = [_run(*pair) for pair in pairs] if count == 1 else threads.on_threads(_run, pairs, count)
        failed = [
            (solution, f" (in {name}, at alpha={grid[i]:.6g})")
            for name, outcome in zip(names, outcomes, strict=True)
            for grid, path in zip(grids, outcome.paths, strict=True)
            for i, solution in path.failed
        ]
        if failed:
            worst, where = max(failed, key=lambda pair: pair[0].relative_gap)
            _, control = model._terms(problem)
            progress.warn_not_converged(worst, control, f"{where}, the worst of {len(failed)}")
        return folds, outcomes, task

    def _choose(self, folds, outcomes, grids, given, why):
        """Set means, errors and the chosen alphas; return the index of the best l1_ratio.

        ``given`` alphas, and ``why``, are for the warning where an end of the grid is best.
        """
        errors = np.array([outcome.errors for outcome in outcomes])  # (n_folds, n_l1_ratios, n_alphas)
        losses = -np.array([outcome.scores for outcome in outcomes])
        weights = np.array([fold.test_weights.sum() for fold in folds])
        self.mse_path_ = np.squeeze(np.moveaxis(errors, 0, 2))
        sizes = [[[len(support) for support in path.supports] for path in outcome.paths] for outcome in outcomes]
        self.df_path_ = np.squeeze(np.moveaxis(np.array(sizes), 0, 2))
        mean = losses.mean(axis=0)
        error = np.array([_choice.standard_error(losses[:, r], weights)[1] for r in range(len(grids))])
        sign = 1.0 if self.scoring is None else -1.0
        self.cv_mean_, self.cv_se_ = (sign * mean[0], error[0]) if len(grids) == 1 else (sign * mean, error)
        best = int(np.argmin(mean.min(axis=1)))
        alphas, least = grids[best], int(np.argmin(mean[best]))
        one_se = _choice.one_standard_error(losses[:, best], weights)
        index = _choice.chosen(self.alpha_rule, alphas, least, one_se, sign * mean[best], error[best])
        self.alpha_min_, self.alpha_1se_, self.alpha_ = alphas[least], alphas[one_se], alphas[index]
        message = _choice.at_an_end(least, alphas, given, losses=mean[best], why=why)
        if message is not None:
            warnings.warn(message, UserWarning, stacklevel=user_level())
        return best

    def _store(self, folds, outcomes, best, problem):
        """Set what ``store_cv_results`` asks for, at the best l1_ratio."""
        dtype, paths = problem.X.dtype, [outcome.paths[best] for outcome in outcomes]
        predictions = [outcome.predictions[best] for outcome in outcomes]
        self.coef_path_ = np.array([path.coefs(problem.p) for path in paths]).astype(dtype)
        self.intercept_path_ = np.array([path.intercepts for path in paths]).astype(dtype)
        self.oof_prediction_ = np.full((problem.n, len(paths[0].intercepts)), np.nan)
        for fold, found in zip(folds, predictions, strict=True):
            self.oof_prediction_[fold.test] = found

    def get_metadata_routing(self) -> Any:
        """Return the routing of the splitter's and the scorer's parameters.

        Returns
        -------
        routing : MetadataRouter
            As scikit-learn's user guide on metadata routing describes.
        """
        mapping = metadata_routing.MethodMapping().add(caller="fit", callee="split")
        router = metadata_routing.MetadataRouter(owner=self).add_self_request(self)
        router.add(splitter=check_cv(self.cv), method_mapping=mapping)
        if self.scoring is not None:
            mapping = metadata_routing.MethodMapping().add(caller="fit", callee="score")
            router.add(scorer=check_scoring(self._estimator(), scoring=self.scoring), method_mapping=mapping)
        return router


def _row_numbers(splits, n):
    """Yield the pairs of arrays that a splitter gives, masks as row numbers, or raise a ValueError."""
    for k, pair in enumerate(splits):
        pair = [np.asarray(part) for part in pair]
        for i, (name, rows) in enumerate(zip(("training", "held-out"), pair, strict=True)):
            if rows.dtype == bool and rows.shape == (n,):
                rows = np.flatnonzero(rows)
            numbers = rows.ndim == 1 and (rows.size == 0 or rows.dtype.kind in "iu")
            pair[i] = rows.astype(np.intp, copy=False) if numbers else rows
            if not numbers or pair[i].view(np.uintp).max(initial=0) >= n:  # negative ones are huge then
                raise ValueError(
                    f"cv: the {name} part of fold {k + 1} must be row numbers from 0 to {n - 1}, or a mask of {n} "
                    f"rows, got {rows.tolist()!r:.100}."
                )
        yield pair


def _run(job, task):
    """Return the Outcome of a fold, which is a task."""
    with task:
        return run(job, task)
