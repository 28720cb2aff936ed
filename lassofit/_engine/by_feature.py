"""Penalty factors and bounds of the features: by position, or by name."""

import numpy as np

_OPEN = (-np.inf, np.inf)


def check_factor(factor, p, names):
    """Return penalty factors as an array of shape (p,), or None; a dict goes by feature names, others are 1."""
    if factor is None:
        return None
    if hasattr(factor, "to_dict") and names is not None and set(factor.index) & set(names):
        factor = factor.to_dict()  # a pandas Series goes by its index, as a dict by its keys
    if isinstance(factor, dict):
        for name, value in factor.items():
            if _floats(f"penalty_factor of {name!r}", value).ndim:
                raise ValueError(f"penalty_factor of {name!r} must be a number, got {value!r}.")
        f = _floats("penalty_factor", _in_order("penalty_factor", factor, names, 1.0))
    else:
        f = _floats("penalty_factor", factor)
    if f.shape != (p,):
        raise ValueError(f"penalty_factor must have shape ({p},), one factor for each feature, got {f.shape}.")
    if np.isnan(f).any() or (f < 0).any():
        first = int(np.argmax(np.isnan(f) | (f < 0)))
        raise ValueError(f"penalty_factor must be >= 0, got {float(f[first])} for {_feature(first, names)}.")
    return f


def bounds_in_order(bounds, names):
    """Return bounds that are a dict of feature name to pair as a pair of lists; others as they are."""
    if not isinstance(bounds, dict):
        return bounds
    for name, pair in bounds.items():
        if not isinstance(pair, tuple | list | np.ndarray) or len(pair) != 2:
            raise ValueError(f"bounds of {name!r} must be a pair (lower, upper), got {pair!r}.")
    pairs = _in_order("bounds", bounds, names, _OPEN)
    return tuple(
        [end if b is None else b for b in side] for side, end in zip(zip(*pairs, strict=True), _OPEN, strict=True)
    )


def check_bounds(bounds, positive, p, names=None):
    """Return the lower and the upper bound of every coefficient: scalars or arrays of shape (p,).

    A dict goes by feature names; the coefficients of others are free.
    """
    bounds = bounds_in_order(bounds, names)
    if bounds is None:
        return (0.0 if positive else -np.inf), np.inf
    if not isinstance(bounds, tuple | list | np.ndarray) or len(bounds) != 2:
        raise ValueError(f"bounds must be a pair (lower, upper), got {bounds!r}.")
    lower, upper = (_floats("bounds", e if b is None else b) for b, e in zip(bounds, _OPEN, strict=True))
    for side, bound in (("lower", lower), ("upper", upper)):
        if bound.shape not in ((), (p,)):
            raise ValueError(f"bounds: {side} must be a scalar or have shape ({p},), got {bound.shape}.")
        if np.isnan(bound).any():
            raise ValueError(f"bounds: {side} contains NaN.")
    lower, upper = (np.broadcast_to(bound, p) for bound in (lower, upper))
    if positive:
        lower = np.maximum(lower, 0.0)
    bad = (lower > 0) | (upper < 0) | (lower == np.inf) | (upper == -np.inf)
    if bad.any():
        j = int(np.argmax(bad))
        raise ValueError(
            f"bounds must satisfy lower <= 0 <= upper, got ({lower[j]}, {upper[j]}) for {_feature(j, names)}"
            + (" (positive=True makes lower at least 0)." if positive else ".")
        )
    return lower, upper


def _feature(j, names):
    """Return what a feature is called, by its name where X has names."""
    return f"feature {j}" if names is None else f"feature {names[j]!r}"


def _in_order(parameter, by_name, names, default):
    """Return what a dict has for every feature, in their order."""
    if names is None:
        raise ValueError(f"{parameter} is a dict, but X has no feature names: pass a data frame or an array.")
    unknown = [name for name in by_name if name not in set(names)]
    if unknown:
        raise ValueError(f"{parameter} names unknown features: {unknown[:5]}.")
    return [by_name.get(name, default) for name in names]


def _floats(name, value):
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be numeric, got {value!r}.") from error
