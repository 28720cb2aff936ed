"""Parameter checks, table-driven, and the messages: which parameter, what it got, what to do."""

import math
from functools import partial
from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from . import culprits
from .layout import by_columns

_INT32_MAX = np.iinfo(np.int32).max
_FLOATS = (np.dtype(np.float64), np.dtype(np.float32))
_TARGETS = (*_FLOATS, np.dtype(np.int64))


def real(low, high):
    largest = min(high, np.finfo(np.float64).max)

    def check(name, value):
        if isinstance(value, float) and low <= value <= largest:  # the checks below take ten times as long
            return
        if not isinstance(value, Real) or isinstance(value, bool | np.bool_):
            raise TypeError(f"{name} must be a real number, got {value!r} of type {type(value).__name__}.")
        try:
            number = float(value)
        except OverflowError:
            number = np.inf
        if not (low <= number <= high and np.isfinite(number)):
            limits = f"in [{low}, {high}]" if np.isfinite(high) else f"finite and >= {low}"
            raise ValueError(f"{name} must be {limits}, got {value!r}.")

    return check


def integer(low, none=False):
    def check(name, value):
        if (type(value) is int and value >= low) or (none and value is None):
            return
        if not isinstance(value, Integral) or isinstance(value, bool | np.bool_):
            raise TypeError(f"{name} must be an integer, got {value!r} of type {type(value).__name__}.")
        if value < low:
            raise ValueError(f"{name} must be >= {low}, got {value!r}.")

    return check


def _boolean(name, value):
    if value is True or value is False:
        return
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r} of type {type(value).__name__}.")


def choice(*options):
    def check(name, value):
        if not isinstance(value, str) or value not in options:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}, got {value!r}.")

    return check


def _verbose(name, value):
    if type(value) is int and value >= 0:
        return
    if not isinstance(value, Integral | np.bool_) or value < 0:
        raise ValueError(f"{name} must be a bool or an integer >= 0, got {value!r}.")


def _jobs(name, value):
    if value is not None and (not isinstance(value, Integral) or value == 0):
        raise ValueError(f"{name} must be None or a non-zero integer, got {value!r}.")


def _precompute(name, value):
    if value is False or isinstance(value, bool | np.bool_) or (isinstance(value, str) and value == "auto"):
        return
    if isinstance(value, str) or value is None or isinstance(value, Real):
        raise ValueError(f"{name} must be True, False, 'auto' or a Gram matrix, got {value!r}.")


def _rule(name, value):
    if not (callable(value) or (isinstance(value, str) and value in ("min", "1se"))):
        raise ValueError(f"{name} must be 'min', '1se' or a callable, got {value!r}.")


def _anything(name, value):
    """Checked where it is used: it depends on the data."""


RULES = {
    "alpha": real(0, np.inf),
    "l1_ratio": real(0, 1),
    "eps": real(0, np.inf),
    "tol": real(0, np.inf),
    "max_iter": integer(1, none=True),
    "fit_intercept": _boolean,
    "copy_X": _boolean,
    "warm_start": _boolean,
    "positive": _boolean,
    "standardize": _boolean,
    "return_n_iter": _boolean,
    "check_input": _boolean,
    "selection": choice("cyclic", "random"),
    "solver": choice("auto", "active_set", "cd"),
    "precompute": _precompute,
    "verbose": _verbose,
    "n_jobs": _jobs,
    "store_cv_results": _boolean,
    "return_train_score": _boolean,
    "alpha_rule": _rule,
    "random_state": _anything,
    "penalty_factor": _anything,
    "bounds": _anything,
}


def check_parameters(parameters, rules=RULES):
    """Check what has a rule in the dict; raise a ValueError or TypeError that names the first bad parameter.

    An estimator passes its ``vars``: ``get_params`` looks at the signature, which costs a tenth of a small fit.
    """
    for name, value in parameters.items():
        if name in rules:
            rules[name](name, value)


def check_element(name, value):
    """Check one of several alphas; the messages are scikit-learn's."""
    if not isinstance(value, Real):
        raise TypeError(f"{name} must be an instance of float, not {type(value).__name__}.")
    if not value >= 0:
        raise ValueError(f"{name} == {value}, must be >= 0.0.")


def check_data(estimator, X, y):
    """Return X (CSC or dense, C- or F-ordered, float64 or float32, never copied without need) and y.

    Finiteness of X is read off the statistics pass: see ``check_moments``. What ``validate_data`` would leave as it
    is does not go through it: that takes 150 us, a third of scikit-learn's whole fit of 442 x 10.
    """
    if _plain(X, 2) and _plain(y, 1, _TARGETS) and len(X) == len(y) and _finite(y):
        if hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
        estimator.n_features_in_ = X.shape[1]
        return X, y.astype(np.float64, copy=False)
    if sparse.issparse(X) and X.ndim != 2:
        raise ValueError(f"Expected 2D array, got a sparse X of shape {X.shape}. One column is X.reshape((-1, 1)).")
    X, y = culprits.naming(
        partial(validate_data, estimator),
        X,
        y,
        accept_sparse="csc",
        dtype=[np.float64, np.float32],
        ensure_all_finite=False,
        multi_output=True,
        y_numeric=True,
    )
    y = check_target(y)
    assert_all_finite(y, input_name="y")  # scikit-learn has looked before None, in an array of objects, became NaN
    return X, y


def check_new_data(estimator, X):
    """Return X as ``predict`` takes it; here too what ``validate_data`` would leave as it is does not go through it."""
    if (
        _plain(X, 2)
        and X.shape[1] == getattr(estimator, "n_features_in_", None)
        and not hasattr(estimator, "feature_names_in_")
        and _finite(X)
    ):
        return X
    check_is_fitted(estimator)
    return culprits.naming(partial(validate_data, estimator), X, accept_sparse=["csr", "csc", "coo"], reset=False)


def _plain(array, ndim, dtypes=_FLOATS):
    """Return whether scikit-learn's checks would return this very array, if only it is finite."""
    plain = type(array) is np.ndarray and array.ndim == ndim and array.dtype in dtypes
    return plain and array.size > 0


def _finite(array):
    """Return whether scikit-learn's check of finite values passes; where the sum overflows, it has to look itself."""
    with np.errstate(over="ignore", invalid="ignore"):
        return get_config()["assume_finite"] or math.isfinite(array.sum())


def check_prepared(X, y):
    """Check what costs nothing of data that are to be taken as they are: the kind of X and y, and their lengths."""
    kind = getattr(X, "dtype", None)
    ready = isinstance(X, np.ndarray) or (sparse.issparse(X) and X.format == "csc")
    if not ready or X.ndim != 2 or kind not in (np.float64, np.float32):
        raise TypeError(
            "check_input=False takes X as a float64 or float32 array of two dimensions or CSC matrix, got "
            f"{type(X).__name__} of dtype {kind}. Use check_input=True."
        )
    y = check_target(y)
    if len(y) != X.shape[0]:
        raise ValueError(f"X and y have inconsistent numbers of samples: {X.shape[0]} and {len(y)}.")
    return X, y


def check_target(y):
    """Return y as a dense float64 array."""
    if sparse.issparse(y):
        raise TypeError("y must be a dense array, got a sparse one. Use y.toarray().")
    return culprits.naming_target(y)


def solver_ready(X, once=False):
    """Return X in a form that the kernels take: CSC without duplicates, or contiguous; X itself is never changed.

    ``once``: for a single fit.
    """
    if not sparse.issparse(X):
        return by_columns(X, once)
    if not X.has_canonical_format:  # entries stored twice add up; their squares do not
        X = X.copy()
        X.sum_duplicates()
    return narrowed(X, sparse.csc_array)


def narrowed(X, kind):
    """Return sparse X with int32 indices, where they fit, as ``kind``: one compiled specialisation."""
    if X.indices.dtype != np.int32 and max(*X.shape, X.nnz) <= _INT32_MAX:
        X = kind((X.data, X.indices.astype(np.int32), X.indptr.astype(np.int32)), shape=X.shape)
    return X


def check_moments(problem, owner=None):
    """Raise for an X whose column moments cannot be used: NaN or inf, or squares that overflow or underflow.

    ``owner`` is the estimator whose X it is.
    """
    if not problem.finite:
        culprits.check_finite(problem.X, owner)
        raise ValueError(
            "Coordinate descent iterations resulted in non-finite parameter values. The input data may contain "
            "large values and need to be preprocessed: the squares of X's columns overflow. Rescale X."
        )
    if problem.underflows():
        raise ValueError("X has columns so small that their squares underflow. Rescale X, and alpha with it.")


def check_weights(sample_weight, n):
    """Return the sample weights as a float64 array of shape (n,), or None where they are all alike."""
    if sample_weight is None or isinstance(sample_weight, Real):
        if sample_weight is not None and not (np.isfinite(sample_weight) and sample_weight > 0):
            raise ValueError(f"sample_weight must be finite and positive, got {sample_weight!r}.")
        return None
    s = sample_weight
    if isinstance(s, str | bytes | dict):
        raise TypeError(f"sample_weight must be an array of numbers, one for each sample, or a number, got {s!r}.")
    if not (_plain(s, 1) and s.dtype == np.float64 and _finite(s)):
        s = check_array(s, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if s.shape != (n,):
        raise ValueError(f"sample_weight must have shape ({n},), one weight for each sample, got {s.shape}.")
    if (s < 0).any():
        first = int(np.argmax(s < 0))
        raise ValueError(f"sample_weight must be >= 0, got {float(s[first])} at position {first}.")
    if not s.any():
        raise ValueError("sample_weight is zero for every sample: nothing is left to fit.")
    return s
