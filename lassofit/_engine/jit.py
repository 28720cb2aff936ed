"""Compilation policy: one place for flags and for the cache.

Measured on numba 0.68: eager signatures, jitclass, ``parallel=True`` and dispatchers as arguments are never
cached or break under fork, so kernels are plain ``njit`` with ``cache=True``. ``nogil`` lets joblib's threads
run targets and folds side by side; ``error_model="numpy"`` removes the zero-division branch.
"""

import logging

from .interrupts import uninterrupted

with uninterrupted():  # half imported, it cannot be imported again
    from numba import njit
    from numba.core import options

# Nobody calls kernels from C: without that wrapper they compile a little faster.
_FLAGS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}

# Reductions only. Not ``fastmath=True``: its nnan and ninf flags make isnan and isfinite lie, while these four
# let LLVM use several accumulators (dot products up to 5 times faster) and NaN still surfaces.
_REASSOCIATE = {"reassoc", "contract", "arcp", "nsz"}

# For what makes no arrays. Else numba counts the references to those it is given at every call that was inlined, by
# locked instructions: a dozen for every row of stochastic descent, for which the processor stops reading ahead. Without
# them an epoch over sparse text takes four fifths of the time. The option is numba's own: where there is none, without.
_UNCOUNTED = {"_nrt": False} if hasattr(options.DefaultOptions, "_nrt") else {}

_log = logging.getLogger("lassofit")


def kernel(function):
    """Compile on first call, cached on disk where numba finds a folder that it may write to."""
    return _compile(function, fastmath=False)


def reduction(function):
    """Compile a sum whose order of additions may change."""
    return _compile(function, fastmath=_REASSOCIATE)


def uncounted(function):
    """Compile what makes no arrays, and calls ``inlined`` functions in its loops."""
    return _compile(function, fastmath=False, **_UNCOUNTED)


def inlined(function):
    """Compile as a part of its callers: for what is called once a row, of sparse X, with a dozen arrays.

    Such a call took as long as 30 entries: an epoch of stochastic descent over sparse text is 1.7 to 2.5 times as fast
    without.
    """
    return _compile(function, fastmath=False, forceinline=True, **_UNCOUNTED)


def inlined_reduction(function):
    """Compile a sum whose order of additions may change as a part of its callers: with columns of 60 entries, half."""
    return _compile(function, fastmath=_REASSOCIATE, forceinline=True, **_UNCOUNTED)


def merged(function):
    """Put the source into the callers', where a function of its own would be compiled once more than needed."""
    return njit(inline="always", error_model="numpy")(function)


def _compile(function, **more):
    try:
        dispatcher = njit(cache=True, **more, **_FLAGS)(function)
    except RuntimeError as error:  # a read-only installation and no home: import must not fail
        _log.debug("no cache for %s: %s", function.__name__, error)
        dispatcher = njit(**more, **_FLAGS)(function)
    if dispatcher is not function:  # compiled, not plain Python
        dispatcher.compile = uninterrupted()(dispatcher.compile)
    return dispatcher
