"""Jobs on threads of this process: kernels and BLAS let go of the interpreter's lock, and X is shared, not copied.

joblib's threads take 11 ms to start, of a cross-validation of 150: its main thread sleeps in steps of 10 ms.
"""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import scipy.linalg.blas  # noqa: F401  # its BLAS is to be among those that the controller finds
from sklearn import config_context, get_config
from threadpoolctl import ThreadpoolController


@cache
def _blas():
    return ThreadpoolController().select(user_api="blas")


def one_blas_thread():
    """Return a context in which BLAS has one thread; finding its libraries, 3 ms, is done once."""
    return _blas().limit(limits=1)


def on_threads(function, jobs, count):
    """Return ``function(*job)`` of every job, in their order; this thread works too, beside ``count - 1`` others.

    BLAS has one thread meanwhile: with two for each, on two busy cores, folds took .5 to 5 s, not .4. After an
    exception, an interrupt too, no job is begun, and those that run are waited for.
    """
    left, found, config = deque(enumerate(jobs)), [None] * len(jobs), get_config()

    def work():
        try:
            while left:
                try:
                    k, job = left.popleft()
                except IndexError:  # another thread was faster
                    break
                found[k] = function(*job)
        except BaseException:
            left.clear()
            raise

    def beside():
        with config_context(**config):  # scikit-learn's settings are a thread's own
            work()

    with one_blas_thread(), ThreadPoolExecutor(max(1, count - 1)) as pool:
        others = [pool.submit(beside) for _ in range(min(count, len(jobs)) - 1)]
        work()
        for other in others:
            other.result()
    return found
