"""``cv_results_``: the scores of all cells, their ranks and parameters; and what is said of fits that failed."""

import warnings
from collections import Counter

import numpy as np
from scipy.stats import rankdata
from sklearn.exceptions import FitFailedWarning

from ._engine.calling import user_level


def parameter_columns(candidates):
    """Return the masked arrays ``param_*``: of the dtype of the values, object for strings and sequences."""
    found = {}
    for i, params in enumerate(candidates):
        for name, value in params.items():
            found.setdefault(f"param_{name}", []).append((i, value))
    columns = {}
    for key, pairs in found.items():
        where, values = map(list, zip(*pairs, strict=True))
        try:
            plain = np.array(values)
            fits = plain.dtype.kind != "U" and plain.ndim == 1
        except ValueError:  # sequences of different lengths
            fits = False
        data = np.empty(len(candidates), dtype=plain.dtype if fits else object)
        if fits:
            data[where] = plain
        else:
            for i, value in pairs:
                data[i] = value
        mask = np.ones(len(candidates), dtype=bool)
        mask[where] = False
        columns[key] = np.ma.MaskedArray(data, mask=mask)
    return columns


class Table:
    """Values by cell and fold, filled in fold by fold and point by point."""

    def __init__(self, points, outcomes, n_splits, error_score):
        self.points, self.outcomes, self.n_splits, self.error_score = points, outcomes, n_splits, error_score
        self.n_cells = sum(len(point.cells) for point in points)

    def filled(self, value):
        """Return an array of shape (n_cells, n_splits) of what ``value`` gives of an Outcome."""
        table = np.empty((self.n_cells, self.n_splits))
        for i, outcome in enumerate(self.outcomes):
            point, fold = divmod(i, self.n_splits)
            table[self.points[point].cells, fold] = value(outcome)
        return table

    def scores(self, kind, names):
        """Return tables of the test or the train scores by name; ``error_score`` where there is none."""

        def value(name):
            return lambda outcome: (getattr(outcome, kind) or {}).get(name, self.error_score)

        return {name: self.filled(value(name)) for name in names}


def results_of(table, candidates, names, with_train):
    """Return ``cv_results_``."""
    results = {}
    for name in ("fit_time", "score_time"):
        _add(results, name, table.filled(lambda outcome, name=name: getattr(outcome, name)))
    results.update(parameter_columns(candidates))
    results["params"] = candidates
    test = table.scores("test_scores", names)
    train = table.scores("train_scores", names) if with_train else {}
    for name in names:
        _add(results, f"test_{name}", test[name], splits=True)
        results[f"rank_test_{name}"] = _ranks(results[f"mean_test_{name}"])
        if with_train:
            _add(results, f"train_{name}", train[name], splits=True)
    return results


def _add(results, key, values, splits=False):
    """Add the mean and the standard deviation over folds; of scores, the folds' values too."""
    if splits:
        results.update({f"split{k}_{key}": values[:, k] for k in range(values.shape[1])})
    with np.errstate(invalid="ignore"):
        mean, spread = values.mean(axis=1), values.std(axis=1)
    results[f"mean_{key}"] = mean
    if splits and not np.isfinite(mean).all():
        text = f"One or more of the {key.split('_')[0]} scores are non-finite: {mean}"
        warnings.warn(text, UserWarning, stacklevel=user_level())
    results[f"std_{key}"] = spread


def _ranks(means):
    """Return the ranks of the means, 1 the best; ties share the better one, and NaN is tied with the worst."""
    if np.isnan(means).all():
        return np.ones(len(means), dtype=np.int32)
    means = np.where(np.isnan(means), np.nanmin(means) - 1, means)
    return rankdata(-means, method="min").astype(np.int32)


def tell_of_failures(outcomes, points, n_splits, error_score):
    """Raise where all fits failed, warn where some did; a path that failed counts as a fit for each alpha."""
    counts, total = Counter(), 0
    for i, outcome in enumerate(outcomes):
        cells = len(points[i // n_splits].cells)
        total += cells
        if outcome.error is not None:
            counts[outcome.error] += cells
    if not counts:
        return
    line, failed = "-" * 80, sum(counts.values())
    details = "\n".join(f"{line}\n{n} fits failed with the following error:\n{text}" for text, n in counts.items())
    if failed == total:
        raise ValueError(
            f"\nAll the {total} fits failed.\nIt is very likely that your model is misconfigured. error_score='raise' "
            f"raises the first error as it is.\n\nBelow are more details about the failures:\n{details}"
        )
    warnings.warn(
        f"\n{failed} fits failed out of a total of {total}: a path that fails counts as a fit for each of its alphas.\n"
        f"Their score will be set to {error_score}. error_score='raise' raises the first error as it is.\n\n"
        f"Below are more details about the failures:\n{details}",
        FitFailedWarning,
        stacklevel=user_level(),
    )
