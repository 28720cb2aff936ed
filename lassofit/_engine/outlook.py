"""What can be told beforehand of how many columns will be active: from how much they correlate, and from chance."""

import math

import numpy as np
from scipy.special import erfc

_SAMPLED, _PIECES, _COLUMNS = 96, 2, 8  # rows, in pieces, and columns
# Half of all columns that can be are active at alpha_max over this; over twice this, where the spread is
_HALF_ACTIVE, ALONE = 35, 3


def spread(problem):
    """Return the variance of the eigenvalues of the columns' correlations, from a sample of dense X, made once.

    It is the mean over columns of the sum of their squared correlations with the others, less what chance adds.
    """
    return problem.per_target(_spread)


def _spread(problem):
    pieces = _PIECES if problem.n > _SAMPLED else 1
    length = min(problem.n, _SAMPLED) // pieces
    starts = np.linspace(0, problem.n - length, pieces).astype(int)
    lines = np.concatenate([problem.X.T[:, start : start + length] for start in starts], axis=1)
    lines = lines - problem.mean_of_all[:, None]
    norm2, some = np.einsum("ij,ij->i", lines, lines), np.linspace(0, problem.p - 1, _COLUMNS).astype(int)
    norm = np.sqrt(np.where(norm2 > 0, norm2, np.inf))
    correlations = lines[some] @ lines.T / norm[some, None] / norm
    total = float((correlations**2).sum()) / _COLUMNS
    return max(total - 1.0 - (problem.p - 1) / lines.shape[1], 0.0)


def share_active(spread, ratio, alone=ALONE):
    """Return about what share of the columns that can be is active at alpha_max / ratio."""
    return ratio / (ratio + _HALF_ACTIVE * (1 + spread / alone))


def active_by_chance(problem, norm, l1, square):
    """Return how many columns of these norms would be active were they independent of a residual of this square.

    Their correlations would be normal, with the standard deviation |x_j| |r| / sqrt(n).
    """
    level = norm * math.sqrt(max(square, 0.0) * 2.0 * float(problem.s @ problem.s))
    return float(erfc(l1 / np.where(level > 0, level, np.inf)).sum())
