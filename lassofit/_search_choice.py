"""Which cell of ``cv_results_`` a search chooses."""

from numbers import Integral
from typing import NamedTuple

import numpy as np

from . import _choice


class Choice(NamedTuple):
    """The best point's alphas, in descending order, and mean scores; what is best there, and what the rules choose."""

    alphas: np.ndarray
    least: int
    alpha_min: float
    alpha_1se: float
    cell: int
    score: float
    best_score: float
    mean: np.ndarray

    def at_an_end(self, given):
        """Return what to say where the best score is at an end of the alphas, or None."""
        if not np.isfinite(self.best_score):
            return None
        return _choice.at_an_end(self.least, self.alphas, given, "best score", losses=-self.mean)


def chosen_cell(points, results, metric, search):
    """Return the Choice: the best rank, first, and what ``alpha_rule`` makes of it in its point of ``param_grid``."""
    best = results[f"rank_test_{metric}"].argmin()
    point = next(point for point in points if best in point.cells)
    order = np.argsort(-point.alphas, kind="stable")
    cells, alphas = point.cells[order], point.alphas[order]
    mean, least = results[f"mean_test_{metric}"][cells], int(np.flatnonzero(cells == best)[0])
    error = np.full(len(cells), np.nan)  # of one fold there is none
    if search.n_splits_ > 1:
        error = results[f"std_test_{metric}"][cells] / np.sqrt(search.n_splits_ - 1)
    limit = mean[least] - error[least]
    one_se = least if np.isnan(limit) else int(np.argmax(mean >= limit))
    index = _choice.chosen(search.alpha_rule, alphas, least, one_se, mean, error)
    return Choice(alphas, least, alphas[least], alphas[one_se], cells[index], mean[index], mean[least], mean)


def checked_index(index, n_cells):
    """Return the index that a callable ``refit`` gave, or raise."""
    if not isinstance(index, Integral):
        raise TypeError(f"refit must return an index, an integer, got {index!r}.")
    if not 0 <= index < n_cells:
        raise IndexError(f"refit must return an index from 0 to {n_cells - 1}, got {index}.")
    return index
