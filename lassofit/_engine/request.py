"""What a path function was asked for: alphas, the solver's options, data, a start."""

import warnings
from functools import partial
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from . import culprits
from .calling import user_level
from .paths import alpha_grid, alpha_max, alpha_noise
from .validation import solver_ready

_DEPRECATED = (
    "'n_alphas' was deprecated in 1.9 and will be removed in 1.11. 'alphas' now accepts an integer value which "
    "removes the need to pass 'n_alphas'. The default value of 'alphas' will change from None to 100 in 1.11. "
    "Pass an explicit value to 'alphas' and leave 'n_alphas' to its default value to silence this warning."
)
_ALPHAS_NONE = (
    "'alphas=None' is deprecated and will be removed in 1.11, at which point the default value will be set to "
    "100. Set 'alphas=100' to silence this warning."
)


def requested_alphas(n_alphas, alphas):
    """Return the number of alphas or the alphas, with scikit-learn 1.9's deprecations."""
    asked = 100
    if not isinstance(n_alphas, str):
        warnings.warn(_DEPRECATED, FutureWarning, stacklevel=user_level())
        asked = n_alphas
    if alphas is None:
        warnings.warn(_ALPHAS_NONE, FutureWarning, stacklevel=user_level())
    elif not isinstance(alphas, str):
        asked = alphas
    elif alphas != "warn":
        raise ValueError(f"alphas must be an integer or an array of alphas, got {alphas!r}.")
    if isinstance(asked, Integral) and not isinstance(asked, bool):
        if asked < 1:
            raise ValueError(f"alphas must be at least 1, got {asked}.")
        return int(asked)
    if np.ndim(asked) != 1 or len(asked) == 0:
        raise ValueError(f"alphas must be an integer or a sequence of at least one number >= 0, got {asked!r}.")
    values = check_array(asked, ensure_2d=False, dtype=np.float64, input_name="alphas")
    if (values < 0).any():
        raise ValueError(f"alphas must be a sequence of numbers >= 0, got {asked!r}.")
    return np.sort(values)[::-1]


def solver_options(params):
    """Return the solver's options and the sample weights out of ``**params``."""
    params = dict(params)
    params.pop("do_screening", None)
    options = {
        "tol": params.pop("tol", 1e-4),
        "max_iter": params.pop("max_iter", 1000),
        "selection": params.pop("selection", "cyclic"),
        "random_state": params.pop("random_state", None),
    }
    weights = params.pop("sample_weight", None)
    if params:
        raise ValueError(f"Unexpected parameters in params: {', '.join(map(repr, params))}.")
    return options, weights


def path_data(X, y, check_input):
    """Return X and y, checked, with X as the solver takes it."""
    if check_input:
        check = partial(check_array, accept_sparse="csc", dtype=[np.float64, np.float32], input_name="X")
        X = culprits.naming(check, X)
        if sparse.issparse(y):
            raise TypeError("y must be a dense array, got a sparse one. Use y.toarray().")
        y = culprits.naming_target(y, partial(check_array, ensure_2d=False, dtype=np.float64, input_name="y"))
    if y.ndim != 1:
        raise ValueError(
            f"y must have one dimension, got shape {y.shape}: a path over several targets is MultiTaskLasso's "
            "problem (one L21 penalty for all targets), which is not here. Fit the targets one by one, or use Lasso."
        )
    if len(y) != X.shape[0]:
        raise ValueError(f"X and y have inconsistent numbers of samples: {X.shape[0]} and {len(y)}.")
    return solver_ready(X), y


def grid_of(problem, unit, asked, l1_ratio, eps, Xy):
    """Return the alphas in descending order."""
    if not isinstance(asked, int):
        return asked
    if l1_ratio == 0:
        raise ValueError(
            "Automatic alpha grid generation is not supported for l1_ratio=0. Please supply a grid by providing "
            "your estimator with the appropriate `alphas=` argument."
        )
    if eps is None or not eps > 0:
        raise ValueError(f"eps must be > 0, got {eps!r}.")
    if Xy is not None:
        pull = Xy if (unit.lo == 0).all() else np.abs(Xy)
        return alpha_grid(max(0.0, pull.max()) / (problem.n * l1_ratio), asked, eps)
    return alpha_grid(alpha_max(problem, unit), asked, eps, alpha_noise(problem, unit))


def for_features(name, values, p):
    """Return what a parameter has for each feature as an array, or None."""
    if values is None:
        return None
    array = check_array(values, ensure_2d=False, dtype=np.float64, input_name=name)
    if array.shape != (p,):
        raise ValueError(f"{name} must have shape ({p},), got {array.shape}.")
    return array
