"""The points of ``param_grid``, the alphas of each, and the order of the cells."""

from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

from ._search_step import alpha_name, path_step, with_path


def grids_of(param_grid, name):
    """Return ``param_grid`` as a list of dicts of sequences, checked by scikit-learn; alpha, ``name``, is not in it."""
    grids = ParameterGrid({} if param_grid is None else param_grid).param_grid
    if not grids:
        raise ValueError(f"param_grid has no points, got {param_grid!r}. None is one point, without other parameters.")
    if any(name in grid for grid in grids):
        raise ValueError(f"param_grid must not have {name!r}: the parameter alphas is for that.")
    return grids


def configured(estimator, parameters, name):
    """Return a clone of the estimator with the parameters of a point; its alpha must be where it was."""
    found = clone(estimator).set_params(**clone(parameters, safe=False))
    if alpha_name(found) != name:
        raise ValueError(f"param_grid moves alpha from {name!r} to {alpha_name(found)!r} at {parameters!r}.")
    return found


def with_own_alphas(estimator, grids, name, asked, eps, data):
    """Return a grid for each single point, and its alphas: from transformers fitted to ``data``, all rows."""
    X, y, fit_params = data
    single, alphas = [], []
    for grid in grids:
        for parameters in ParameterGrid(grid):
            stand_in = with_path(configured(estimator, parameters, name), asked, eps)
            fitted = stand_in.fit(X, y, **fit_params)
            single.append({key: [value] for key, value in parameters.items()})
            alphas.append(path_step(fitted).alphas_)
    return single, alphas


class Point(NamedTuple):
    """A point of ``param_grid``: its parameters, its alphas as they were given, and where its cells are."""

    parameters: dict
    alphas: np.ndarray
    cells: np.ndarray


def points_of(grids, name, alphas):
    """Return the parameters of all cells, and the Points.

    ``grids`` is a list of dicts with one array of alphas for each. Cells are in the order that GridSearchCV has for
    ``{**grid, name: alphas}``: the parameter names sorted, the last of them changing fastest, alpha's too.
    """
    candidates, points = [], []
    for grid, given in zip(grids, alphas, strict=True):
        cells = list(ParameterGrid({**grid, name: given}))
        names = sorted([*grid, name])
        shape = [len(given) if key == name else len(grid[key]) for key in names]
        index = np.moveaxis(np.arange(len(cells)).reshape(shape), names.index(name), -1).reshape(-1, len(given))
        for row in index:
            parameters = {key: value for key, value in cells[row[0]].items() if key != name}
            points.append(Point(parameters, np.asarray(given, dtype=np.float64), row + len(candidates)))
        candidates += cells
    return candidates, points
