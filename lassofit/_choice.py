"""Which alpha cross-validation chooses: means and standard errors over folds, and the rules."""

from numbers import Integral, Real

import numpy as np


def standard_error(losses, weights):
    """Return the weighted mean over folds and its standard error, both as glmnet's.

    ``losses`` has shape (n_folds, n_alphas); a fold weighs as much as the rows that it holds out. The error is
    sqrt(weighted mean of (loss - mean)^2 / (n_folds - 1)); NaN for a single fold.
    """
    mean = np.average(losses, axis=0, weights=weights)
    if len(losses) == 1:
        return mean, np.full(losses.shape[1], np.nan)
    spread = np.average((losses - mean) ** 2, axis=0, weights=weights)
    return mean, np.sqrt(spread / (len(losses) - 1))


def one_standard_error(losses, weights):
    """Return the index of the largest alpha whose weighted mean loss is within one standard error of the least.

    That is glmnet's lambda.1se. Alphas are in descending order. For a single fold, the index of the least.
    """
    mean, error = standard_error(losses, weights)
    best = int(np.argmin(mean))
    limit = mean[best] + error[best]
    return best if np.isnan(limit) else int(np.argmax(mean <= limit))


def chosen(rule, alphas, best, one_se, mean, error):
    """Return the index of the alpha that ``alpha_rule`` chooses."""
    if rule == "min":
        return best
    if rule == "1se":
        if np.isnan(error).all():
            raise ValueError(
                "alpha_rule='1se' needs at least two folds, with finite scores: else there is no standard error."
            )
        return one_se
    index = rule({"alpha": alphas.copy(), "cv_mean": mean.copy(), "cv_se": error.copy()})
    if not isinstance(index, Integral) or isinstance(index, bool) or not 0 <= index < len(alphas):
        raise ValueError(f"alpha_rule must return an index from 0 to {len(alphas) - 1}, got {index!r}.")
    return int(index)


def at_an_end(index, alphas, given, what="least error", losses=None, why=""):
    """Return what to say where the least loss, or the best score, is at an end of the grid, or None.

    ``why`` is what may be the cause of it at the smallest alpha.

    The largest alpha of a grid that was made here has no coefficients: none larger has anything else to offer. Nor has
    one larger than a given one that is as good as the next, by ``losses``.
    """
    alpha, largest, smallest = alphas[index], alphas[0], alphas[-1]
    if largest == smallest:
        return None
    if alpha == smallest > 0:
        more = "Give smaller alphas." if given else "Decrease eps, or give smaller alphas."
        text = f"The {what} is at the smallest of the alphas, {alpha:g}: a smaller one may be better. {more}"
        return f"{text} {why}".rstrip()
    if given and alpha == largest and (losses is None or losses[alphas < largest][0] > losses[index]):
        return f"The {what} is at the largest of the alphas, {alpha:g}: a larger one may be better. Give larger alphas."
    return None


def one_number(scorer):
    """Return a scorer that raises a ValueError where it gives anything but a number."""

    def score(estimator, X, y, **given):
        value = scorer(estimator, X, y, **given)
        value = value.item() if np.ndim(value) == 0 and hasattr(value, "item") else value
        if not isinstance(value, Real):
            raise ValueError(f"scoring must give one number, got {value!r}.")
        return value

    return score
