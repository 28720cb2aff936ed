"""The run of a search: where parameters go, the folds and points as jobs, and what is said of them."""

import warnings

from joblib import effective_n_jobs
from sklearn import get_config
from sklearn.utils import Bunch, get_tags, metadata_routing
from sklearn.utils.parallel import Parallel, delayed

from ._engine import progress  # does not import numba
from ._engine.calling import user_level
from ._search_cells import Job, run
from ._search_checks import check_refit
from ._search_points import configured
from ._search_results import tell_of_failures
from ._search_scores import Several, scoring_of, takes_weights
from ._search_step import with_path


def routed_params(search, scoring, params):
    """Return the parameters that go to the fits, to the splitter and to the scorers."""
    if get_config()["enable_metadata_routing"]:
        return metadata_routing.process_routing(search, "fit", **params)
    params = dict(params)
    groups, score = params.pop("groups", None), {}
    if params.get("sample_weight") is not None:
        score["sample_weight"] = params["sample_weight"]
        for metric in scoring.metrics:
            if not takes_weights(metric):
                warnings.warn(
                    f"scoring: {metric.name}={metric.scorer} does not support sample_weight, so its values will be "
                    "unweighted.",
                    UserWarning,
                    stacklevel=user_level(),
                )
    return Bunch(estimator=Bunch(fit=params), splitter=Bunch(split={"groups": groups}), scorer=Bunch(score=score))


def router_of(search):
    """Return the MetadataRouter of a search, as GridSearchCV has it."""
    scoring, mapping = scoring_of(search.estimator, search.scoring), metadata_routing.MethodMapping
    scorer = scoring.metrics[0].scorer if scoring.router is None else scoring.router
    to_scorer = mapping().add(caller="score", callee="score").add(caller="fit", callee="score")
    router = metadata_routing.MetadataRouter(owner=search)
    router.add(estimator=search.estimator, method_mapping=mapping().add(caller="fit", callee="fit"))
    router.add(scorer=scorer, method_mapping=to_scorer)
    return router.add(splitter=search.cv, method_mapping=mapping().add(caller="fit", callee="split"))


def outcomes_of(search, points, splits, name, shared):
    """Return the Outcome of every point and fold, the folds of a point in a row."""
    if search.verbose:
        print(
            f"Fitting {len(splits)} folds for each of {len(points)} points: {len(splits) * len(points)} paths, of "
            f"{len(points[0].alphas)} alphas each",
            flush=True,
        )
    jobs = []
    for i, point in enumerate(points):
        stand_in = with_path(configured(search.estimator, point.parameters, name), point.alphas, search.eps)
        pairwise = get_tags(stand_in).input_tags.pairwise
        for k, split in enumerate(splits):
            label = f"fold {k + 1} of {len(splits)}, point {i + 1} of {len(points)}"
            jobs.append(Job(stand_in, len(point.alphas), pairwise, *split, label, shared))
    if effective_n_jobs(search.n_jobs) == 1:
        outcomes = [run(job) for job in jobs]
    else:
        outcomes = Parallel(n_jobs=search.n_jobs)(delayed(run)(job) for job in jobs)
    tell_of_failures(outcomes, points, len(splits), search.error_score)
    short = [(o.shortfall, job.name) for o, job in zip(outcomes, jobs, strict=True) if o.shortfall is not None]
    if short:
        worst, where = max(short, key=lambda pair: pair[0].relative_gap)
        progress.warn_of_gap(f"{worst.text} That is in {where}, the worst of {len(short)} paths that fell short.")
    return outcomes


def metric_names(search, scoring, outcomes):
    """Return the names of the metrics, which a callable gives only when called; set ``multimetric_``."""
    found = next((o.test_scores for o in outcomes if o.test_scores is not None), {"score": None})
    search.multimetric_ = scoring.router is not None or isinstance(found, Several)
    if isinstance(found, Several):
        check_refit(search, found)
    return [metric.name for metric in scoring.metrics] if scoring.router is not None else list(found)
