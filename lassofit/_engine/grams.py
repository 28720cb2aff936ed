"""``precompute``: which Gram matrix the sweeps run on, if any, and the checks of one that the user gives."""

import warnings

import numpy as np
from sklearn.utils import check_array

from .calling import user_level

# A full Gram above this many bytes is made in blocks, for working sets only. 1 GiB: p = 11585.
GRAM_CAP = 1 << 30


def choose_gram(problem, precompute, sweeps=True):
    """Return None, 'lazy' (sweeps on a Gram of the working sets), or the full Gram in the s metric.

    Without ``sweeps``, the active set makes the blocks that it needs, or all of it where that pays, unless told to.
    """
    if not isinstance(precompute, bool | np.bool_ | str):
        gram = _given(problem, precompute)
        if gram is not None:
            return gram
        precompute = "auto"
    if not sweeps and (problem.is_sparse or precompute is not True):
        return None
    if isinstance(precompute, str):
        fits = problem.p**2 * 8 <= GRAM_CAP
        return problem.full_gram() if problem.n > problem.p and fits else None
    if not precompute:
        return None
    if problem.p**2 * 8 > GRAM_CAP:
        warnings.warn(
            f"precompute=True asks for a Gram matrix of {problem.p} x {problem.p}, which is above the cap of "
            f"{GRAM_CAP >> 20} MiB: Gram matrices of the working sets are used instead.",
            UserWarning,
            stacklevel=user_level(),
        )
        return "lazy"
    return problem.full_gram()


def _given(problem, gram):
    """Return the user's Gram in the s metric, or None with a warning where X had to be centred."""
    gram = check_array(gram, dtype=np.float64, input_name="precompute")
    p = problem.p
    if gram.shape != (p, p):
        raise ValueError(f"precompute: the Gram matrix must have shape ({p}, {p}), got {gram.shape}.")
    if problem.fit_intercept and not np.allclose(problem.centre, 0.0):
        warnings.warn(
            "Gram matrix was provided but X was centered to fit intercept: recomputing Gram matrix.",
            UserWarning,
            stacklevel=user_level(),
        )
        return None
    i = p // 2
    j = min(i + 1, p - 1)
    pair = np.array([i, j])
    expected = problem.gram(pair)[0, 1] * problem.n
    level = problem.n * np.sqrt(problem.norm2[i] * problem.norm2[j])
    rtol = 1e-4 if problem.X.dtype == np.float32 else 1e-7
    if not abs(gram[i, j] - expected) <= rtol * level:
        raise ValueError(
            "Gram matrix passed in via 'precompute' parameter did not pass validation when a single element was "
            f"checked - please check that it was computed properly. For element ({i},{j}) we computed {expected} "
            f"but the user-supplied value was {gram[i, j]}."
        )
    return gram / problem.n
