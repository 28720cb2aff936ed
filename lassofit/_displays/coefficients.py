"""What ``PathDisplay`` draws of a path: coefficients in the units asked for, where its alphas are, the grey lines."""

import numpy as np
from scipy import sparse

from . import style

UNITS = ("data", "sd")


def scale_of(path, units):
    """Return what the coefficients are multiplied by, None for nothing; ``units=None`` is as they were penalised."""
    if units is None:
        units = "sd" if path.standardize and path.deviations is not None else "data"
    style.choose("units", units, UNITS)
    if units == "data":
        return None
    if path.deviations is None:
        raise ValueError("units='sd' needs the standard deviations of the features, which this path does not know.")
    return path.deviations


def nonzero(path, scale):
    """Return the features that are nonzero somewhere, and their coefficients, a row a feature."""
    coefs = path.coefs
    if sparse.issparse(coefs):
        rows = np.unique(coefs.indices[coefs.data != 0])
        values = coefs.tocsr()[rows].toarray()
    else:
        rows = np.flatnonzero(coefs.any(axis=1))
        values = coefs[rows]
    return rows, values if scale is None else values * scale[rows, None]


def at_alpha(path, values, alpha):
    """Return the coefficients, a row a feature, at an alpha: interpolated, where it is not of the path's."""
    return np.array([np.interp(alpha, path.alphas[::-1], one[::-1]) for one in values])


def leading(path, rows, there, scale, count):
    """Return the places in ``rows`` of the features with the largest effects, given the drawn values at one alpha.

    An effect is that of one standard deviation, where it is known: so no feature leads by its units.
    """
    known = scale is None and path.deviations is not None
    effects = np.abs(there) * path.deviations[rows] if known else np.abs(there)
    return np.argsort(-effects, kind="stable")[: min(count, np.count_nonzero(there))]


def l1_norms(path, scale):
    """Return the L1 norms of the coefficients."""
    sizes = abs(path.coefs)
    norms = sizes.sum(axis=0) if scale is None else sizes.T @ scale
    return np.asarray(norms, dtype=np.float64).ravel()


def positions(path, x, scale, alpha_marks):
    """Return the places of the alphas on the horizontal axis, NaN where there is none, and those of the marks."""
    alphas = path.alphas
    if x == "alpha":
        if alphas[0] == 0:
            raise ValueError("x='alpha' has no place for alpha=0 on its log scale. Use x='l1_norm'.")
        return np.where(alphas > 0, alphas, np.nan), {n: a if a > 0 else None for n, a in alpha_marks.items()}
    at = l1_norms(path, scale) if x == "l1_norm" else path.deviance_ratio
    # Between two alphas of the grid, on the straight lines that are drawn between them.
    return at, {name: np.interp(alpha, alphas[::-1], at[::-1]) for name, alpha in alpha_marks.items()}


def limits(ax, x, at):
    """Set the horizontal limits."""
    if x == "alpha":
        style.alpha_axis(ax, at)
        return
    low, high = at.min(), at.max()
    room = 0.03 * (high - low) if high > low else 0.5
    ax.set_xlim(low - room, high + room)
    from . import ticks

    ax.xaxis.set_major_locator(ticks.UntilLocator(high))


def others(ax, at, values):
    """Draw the lines of other features, as one collection, and return it."""
    from matplotlib.collections import LineCollection

    if not len(values):
        return None
    segments = np.stack([np.broadcast_to(at, values.shape), values], axis=2)
    found = LineCollection(segments, colors=style.GREY, linewidths=0.7, alpha=0.7, zorder=1.2)
    ax.add_collection(found)
    ax.autoscale_view(scalex=False)
    return found
