"""``PathSearchCV``: alpha and other parameters by cross-validation, a path for every fold and point."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, Literal, Self

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, MetaEstimatorMixin
from sklearn.utils import get_tags, metadata_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ._engine.calling import user_level
from ._search_cells import Shared, length_of, splits_of
from ._search_checks import by_keyword, check_refit, check_search, check_tables, refitted
from ._search_choice import checked_index, chosen_cell
from ._search_points import configured, grids_of, points_of, with_own_alphas
from ._search_results import Table, results_of
from ._search_run import metric_names, outcomes_of, routed_params, router_of
from ._search_scores import scoring_of
from ._typing import AlphaRule, Array, ArrayLike, Folds


class PathSearchCV(MetaEstimatorMixin, BaseEstimator):
    """Search over alpha and other parameters by cross-validation, a warm path for every fold.

    Gives what ``GridSearchCV(estimator, {**param_grid, "<step>__alpha": alphas})`` gives, at the price of a path: in
    every fold, and for every point of ``param_grid``, the transformers are fitted once, to the rows that are trained
    on, and all alphas are solved in a row and scored together.

    Parameters
    ----------
    estimator : Lasso, ElasticNet, Pipeline or TransformedTargetRegressor
        A :class:`Lasso` or an :class:`ElasticNet`, a Pipeline that ends in one, or a TransformedTargetRegressor around
        either. The inverse of a target's transformation must treat rows one by one: it is applied to the predictions of
        all alphas at once.
    alphas : int or array-like, default=100
        The alphas, >= 0, in the order that ``cv_results_`` is to have them in; one that is repeated has the same scores
        again. Or their number: then every point of ``param_grid`` has a grid of its own, evenly spaced in the logarithm
        from the smallest alpha at which all penalised coefficients are zero. It comes from transformers that are fitted
        to all rows, once for a point; an error there is raised as it is.
    eps : float, default=1e-3
        The last alpha over the first, where ``alphas`` is a number; above 0 and at most 1.
    param_grid : dict, list of dicts or None, default=None
        Values of any other parameters, of any step, as for GridSearchCV; by name, as all but the estimator are.
    scoring : str, callable, list, tuple, dict or None, default=None
        As for GridSearchCV: None is the estimator's ``score``, R^2. Metrics given by name are computed from the
        predictions of all alphas. A callable, also one made by ``make_scorer``, gets a fitted estimator for every alpha
        and so transforms the rows held out for each; the Lasso in it has ``coef_``, ``intercept_``, ``n_iter_``,
        ``dual_gap_``, ``relative_gap_`` and ``converged_``, not the other attributes of a fit.
    cv : int, splitter, iterable or None, default=None
        As for GridSearchCV, but that an empty fold is an error.
    refit : bool, str or callable, default=True
        As for GridSearchCV: whether to fit to all rows with the best parameters; by which of several metrics; or a
        function of ``cv_results_`` that returns ``best_index_``.
    n_jobs : int or None, default=None
        Jobs over folds and points, as for GridSearchCV.
    return_train_score : bool, default=False
        Whether to score the rows that were trained on too.
    alpha_rule : {'min', '1se'} or callable, default='min'
        'min': the best mean score, as GridSearchCV. The others choose among the alphas of the best point of
        ``param_grid``. '1se': the largest alpha whose mean score is within one standard error of the best,
        std_test_score / sqrt(n_splits - 1) there. A callable gets a dict of arrays, ``alpha`` in descending order,
        ``cv_mean`` and ``cv_se``, and returns an index into them.
    verbose : bool or int, default=0
        1: a line at the start; 2: one for every fold and point.
    error_score : 'raise' or number, default=np.nan
        The score where a fit or a scorer fails, with a warning; a path that fails stands for all of its alphas.

    Attributes
    ----------
    cv_results_ : dict of ndarray
        With the keys of GridSearchCV's, and its order of cells: where ``alphas`` is a number, that for a list of dicts,
        one for each point. The fit time of a cell is that of its path over the number of alphas.
    best_params_ : dict
        What was chosen, alpha among it. This and the next five as GridSearchCV's, there where that has them.
    best_index_ : int
        Its place in ``cv_results_``.
    best_score_ : float
        Its mean score.
    best_estimator_ : estimator
        Fitted to all rows with ``best_params_``.
    scorer_, n_splits_, refit_time_, multimetric_
        The scorer, or a dict of them; the number of folds; seconds; whether there are several metrics.
    alphas_ : ndarray of shape (n_alphas,)
        The alphas of the best point of ``param_grid``, in descending order. This and the next two where ``refit`` is
        not a callable, nor False with several metrics.
    alpha_min_, alpha_1se_ : float
        What 'min' and '1se' choose.
    n_features_in_ : int
        Number of features, where ``best_estimator_`` knows it.
    feature_names_in_ : ndarray
        Names of the features, where ``best_estimator_`` knows them.

    See Also
    --------
    LassoCV : Alpha of the Lasso by itself, without transformers.
    Lasso.fit_path : The path, without a choice.

    Notes
    -----
    Parameters of the Lasso mean what they mean in its ``fit``, ``tol`` and ``max_iter`` at every alpha. ``warm_start``
    and ``alpha`` play no part. The predictions of all alphas are in memory at once: 8 bytes for each and for every row
    that is scored, and a few times over while a metric is computed.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from lassofit import Lasso, PathSearchCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> search = PathSearchCV(make_pipeline(StandardScaler(), Lasso(tol=1e-8)), alpha_rule="1se").fit(X, y)
    >>> round(float(search.alpha_min_), 3), {name: round(float(a), 3) for name, a in search.best_params_.items()}
    (0.079, {'lasso__alpha': 5.97})
    >>> len(search.cv_results_["params"])
    100
    """

    # For scikit-learn's HTML repr: see LinearPredictor.
    _doc_link_module = "lassofit"
    _doc_link_template = "#"

    @by_keyword
    def __init__(
        self,
        estimator: Any,
        *,
        alphas: int | ArrayLike = 100,
        eps: float = 1e-3,
        param_grid: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        scoring: Any = None,
        cv: Folds = None,
        refit: bool | str | Callable[[dict[str, Any]], int] = True,
        n_jobs: int | None = None,
        return_train_score: bool = False,
        alpha_rule: AlphaRule = "min",
        verbose: int = 0,
        error_score: float | Literal["raise"] = np.nan,
    ) -> None:
        self.estimator = estimator
        self.alphas = alphas
        self.eps = eps
        self.param_grid = param_grid
        self.scoring = scoring
        self.cv = cv
        self.refit = refit
        self.n_jobs = n_jobs
        self.return_train_score = return_train_score
        self.alpha_rule = alpha_rule
        self.verbose = verbose
        self.error_score = error_score

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Search, and fit to all rows with what is best.

        Parameters
        ----------
        X : array-like, sparse matrix, data frame or list, with n_samples rows
            Data, as the first step of the estimator takes it.
        y : array-like of shape (n_samples,)
            Target values, of one target.
        **params : dict
            Parameters of the estimator's ``fit``, such as ``lasso__sample_weight``: of what has a value for every row,
            each fold gets its own. ``groups`` go to the splitter; a ``sample_weight`` goes to the scorers too. With
            scikit-learn's metadata routing, each goes where it was asked for.

        Returns
        -------
        self : object
            The fitted search.

        Raises
        ------
        ValueError, TypeError
            On bad parameters or data, naming the parameter; where a fold is empty, or all fits fail.

        Warns
        -----
        FitFailedWarning, UserWarning
            Where some fits, or scorers, fail and ``error_score`` is a number; where mean scores are not finite; where
            the best score is at an end of the alphas.
        ConvergenceWarning
            Once, where some alphas were not solved to ``tol`` in some folds.
        """
        name, asked = check_search(self)
        scoring = scoring_of(self.estimator, self.scoring)
        if scoring.router is not None:
            check_refit(self, scoring.given())
        X, y = check_tables(X, y, type(self).__name__)
        n = length_of(X)
        routed = routed_params(self, scoring, params)
        splits = splits_of(self.cv, X, y, routed.splitter.split)
        self.n_splits_ = len(splits)
        grids = grids_of(self.param_grid, name)
        if isinstance(asked, int):
            data = X, y, routed.estimator.fit
            grids, each = with_own_alphas(self.estimator, grids, name, asked, self.eps, data)
        else:
            kept = isinstance(self.alphas, list | tuple | range | np.ndarray)
            each = [self.alphas if kept else np.asarray(self.alphas)] * len(grids)
        candidates, points = points_of(grids, name, each)
        shared = Shared(
            X, y, n, routed.estimator.fit, routed.scorer.score, scoring, self.return_train_score, self.error_score,
            self.verbose,
        )  # fmt: skip
        outcomes = outcomes_of(self, points, splits, name, shared)
        names = metric_names(self, scoring, outcomes)
        table = Table(points, outcomes, len(splits), self.error_score)
        self.cv_results_ = results_of(table, candidates, names, self.return_train_score)
        self.scorer_ = scoring.given()
        if self.refit or not self.multimetric_:
            self._choose(points, isinstance(asked, int))
        if self.refit:
            self.best_estimator_ = configured(self.estimator, self.best_params_, name)
            began = perf_counter()
            self.best_estimator_.fit(X, y, **routed.estimator.fit)
            self.refit_time_ = perf_counter() - began
            if hasattr(self.best_estimator_, "feature_names_in_"):
                self.feature_names_in_ = self.best_estimator_.feature_names_in_
        return self

    def _choose(self, points, own_grid):
        """Set what is best, of all and by ``alpha_rule``."""
        results = self.cv_results_
        if callable(self.refit):
            self.best_index_ = checked_index(self.refit(results), len(results["params"]))
        else:
            choice = chosen_cell(points, results, self.refit if self.multimetric_ else "score", self)
            self.alphas_, self.alpha_min_, self.alpha_1se_ = choice.alphas, choice.alpha_min, choice.alpha_1se
            self.best_index_, self.best_score_ = choice.cell, choice.score
            text = choice.at_an_end(not own_grid)
            if text is not None:
                warnings.warn(text, UserWarning, stacklevel=user_level())
        self.best_params_ = results["params"][self.best_index_]

    @available_if(refitted)
    def predict(self, X: Any) -> Array:
        """Return the predictions of ``best_estimator_``.

        Parameters
        ----------
        X : array-like, sparse matrix, data frame or list, with n_samples rows
            Data.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Predictions.

        Raises
        ------
        NotFittedError, TypeError, ValueError
            Before ``fit``; where X is not what the estimator was fitted on.
        """
        check_is_fitted(self)
        return self.best_estimator_.predict(X)

    @available_if(refitted)
    def score(self, X: Any, y: Any = None, **params: Any) -> float:
        """Return the score of ``best_estimator_``, by the metric that it was chosen by.

        Parameters
        ----------
        X : array-like, sparse matrix, data frame or list, with n_samples rows
            Data.
        y : array-like of shape (n_samples,)
            Target values.
        **params : dict
            Parameters of the scorer: with scikit-learn's metadata routing.

        Returns
        -------
        score : float
            The score; greater is better.

        Raises
        ------
        NotFittedError, TypeError, ValueError
            Before ``fit``; on bad data; for parameters without metadata routing; where the metric is unknown.
        """
        check_is_fitted(self)
        if get_config()["enable_metadata_routing"]:
            params = metadata_routing.process_routing(self, "score", **params).scorer["score"]
        elif params:
            raise ValueError(
                f"score got {', '.join(map(repr, params))}, which is only supported if enable_metadata_routing=True is "
                "set by sklearn.set_config: then it goes to the scorer."
            )
        if self.multimetric_ and callable(self.refit):
            raise ValueError("score needs to know by which of several metrics: set refit to its name.")
        if isinstance(self.scorer_, dict):
            return self.scorer_[self.refit](self.best_estimator_, X, y, **params)
        found = self.scorer_(self.best_estimator_, X, y, **params)
        return found[self.refit] if self.multimetric_ else found

    @property
    def n_features_in_(self) -> int:
        """Number of features of X, where there is a fitted estimator that knows it."""
        if not hasattr(self, "best_estimator_"):
            raise AttributeError(f"{type(self).__name__} has no n_features_in_ before a fit with refit.")
        return self.best_estimator_.n_features_in_

    def get_metadata_routing(self) -> Any:
        """Return the routing of the parameters of the estimator, the splitter and the scorers.

        Returns
        -------
        routing : MetadataRouter
            As scikit-learn's user guide on metadata routing describes.
        """
        return router_of(self)

    def __sklearn_tags__(self):
        """Return the estimator's tags; y is required, of one target."""
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.estimator_type, tags.regressor_tags = inner.estimator_type, inner.regressor_tags
        tags.input_tags.pairwise, tags.input_tags.sparse = inner.input_tags.pairwise, inner.input_tags.sparse
        tags.target_tags.required = True
        return tags
