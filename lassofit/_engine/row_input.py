"""What SGDLasso takes: its parameters, and X by rows, as the kernels want them."""

import math
from functools import partial
from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import validate_data

from . import culprits
from .validation import RULES, check_weights, choice, integer, narrowed, real

METHODS = ("naive", "clipping", "cumulative", "truncated", "ftrl")
SCHEDULES = ("auto", "adaptive", "invscaling", "constant", "optimal")


def _or_none(check):
    def checked(name, value):
        if value is not None:
            check(name, value)

    return checked


def _above_zero(name, value):
    real(0, np.inf)(name, value)
    if value == 0:
        raise ValueError(f"{name} must be > 0, got {value!r}.")


def _threshold(name, value):
    if value != np.inf:
        _above_zero(name, value)


def _batch(name, value):
    if isinstance(value, str) and value == "full":
        return
    if not isinstance(value, Integral) or isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be an integer or 'full', got {value!r} of type {type(value).__name__}.")
    integer(1)(name, value)


def _average(name, value):
    if not isinstance(value, bool | np.bool_):
        integer(1)(name, value)


def _fraction(name, value):
    real(0, 1)(name, value)
    if not 0 < value < 1:
        raise ValueError(f"{name} must be between 0 and 1, got {value!r}.")


ROW_RULES = {
    **RULES,
    "method": choice(*METHODS),
    "batch_size": _batch,
    "max_iter": integer(1),
    "tol": _or_none(RULES["tol"]),
    "learning_rate": choice(*SCHEDULES),
    "eta0": _or_none(_above_zero),
    "power_t": real(0, np.inf),
    "truncate_every": integer(1),
    "truncate_threshold": _threshold,
    "shuffle": RULES["fit_intercept"],
    "average": _average,
    "early_stopping": RULES["fit_intercept"],
    "validation_fraction": _fraction,
    "n_iter_no_change": integer(1),
}


def check_rows(estimator, X, y, reset=True):
    """Return X (CSR, canonical, or dense in C order; float64 or float32) and y, checked."""
    check = partial(validate_data, estimator, reset=reset, dtype=[np.float64, np.float32], order="C", y_numeric=True)
    X, y = culprits.naming(check, X, y, accept_sparse="csr")
    y = culprits.naming_target(y)
    assert_all_finite(y, input_name="y")  # None, in an array of objects, has become NaN
    if sparse.issparse(X):
        if not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        X = narrowed(X, sparse.csr_array)
    return X, y


def check_row_weights(sample_weight, n, stream=False):
    """Return the weights as a float64 array; of a part of a stream all may be zero, and a scalar counts."""
    if sample_weight is None:
        return np.ones(n)
    if stream and isinstance(sample_weight, Real):
        sample_weight = np.full(n, float(sample_weight))
    if stream and np.ndim(sample_weight) == 1 and not np.any(sample_weight):
        return np.zeros(n)
    s = check_weights(sample_weight, n)
    return np.ones(n) if s is None else s


def check_start(name, value, shape):
    """Return starting coefficients or a starting intercept as float64, or None."""
    if value is None:
        return None
    try:
        start = np.asarray(value, dtype=np.float64).reshape(shape)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numeric, of shape {shape or '()'}, got {value!r}.") from error
    if not np.isfinite(start).all():
        raise ValueError(f"{name} must be finite.")
    return start.copy()


def split(kept, fraction, rng):
    """Return the rows to train on and those to hold out, both in order."""
    count = math.ceil(fraction * len(kept))
    if count >= len(kept):
        raise ValueError(
            f"validation_fraction={fraction} holds out {count} of {len(kept)} samples: none is left to train on. Use "
            "a smaller one, or early_stopping=False."
        )
    mixed = rng.permutation(kept)
    return np.sort(mixed[count:]), np.sort(mixed[:count])
