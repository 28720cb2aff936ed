"""Compilation policy: one place for flags and for the cache.

Measured on numba 0.68: eager signatures, jitclass, ``parallel=True`` and dispatchers as arguments are never
cached or break under fork, so kernels are plain ``njit`` with ``cache=True``. ``nogil`` lets joblib's threads
run targets and folds side by side; ``error_model="numpy"`` removes the zero-division branch.
"""

import logging

from numba import njit

# Nobody calls kernels from C: without that wrapper they compile a little faster.
_FLAGS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}

# Reductions only. Not ``fastmath=True``: its nnan and ninf flags make isnan and isfinite lie, while these four
# let LLVM use several accumulators (dot products up to 5 times faster) and NaN still surfaces.
_REASSOCIATE = {"reassoc", "contract", "arcp", "nsz"}

_log = logging.getLogger("lassofit")


def kernel(function):
    """Compile on first call, cached on disk where numba finds a folder that it may write to."""
    return _compile(function, fastmath=False)


def reduction(function):
    """Compile a sum whose order of additions may change."""
    return _compile(function, fastmath=_REASSOCIATE)


def _compile(function, fastmath):
    try:
        return njit(cache=True, fastmath=fastmath, **_FLAGS)(function)
    except RuntimeError as error:  # a read-only installation and no home: import must not fail
        _log.debug("no cache for %s: %s", function.__name__, error)
        return njit(fastmath=fastmath, **_FLAGS)(function)
