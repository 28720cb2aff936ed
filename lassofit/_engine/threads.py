"""Threads: how many BLAS has, and jobs on threads of this process.

BLAS has one thread, but for products that take milliseconds: where another process keeps a core busy, threads that wait
for each other take 4 to 24 ms a call, and a fit of 200 x 50, .2 ms on one thread, took 12. Jobs on threads share X:
kernels and BLAS let go of the interpreter's lock. joblib's threads take 11 ms to start, of a cross-validation of 150:
its main thread sleeps in steps of 10 ms.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, TypeVar

import scipy.linalg.blas  # noqa: F401  # its BLAS is to be among those that the controller finds
from sklearn import config_context, get_config
from threadpoolctl import ThreadpoolController

from .interrupts import uninterrupted

Function = TypeVar("Function", bound=Callable[..., Any])

_WORTH = 2 * 10**8  # multiplications: 4 ms


@cache
def _libraries():
    """Return the controllers of the BLAS libraries; to find them takes 3 ms."""
    return ThreadpoolController().select(user_api="blas").lib_controllers


class _Owner:
    """Which thread has set the number of BLAS threads, which counts for the process, and what it was."""

    def __init__(self):
        self.lock, self.own = threading.Lock(), threading.local()
        self.inside, self.thread, self.before = 0, None, []  # how many threads are in ``one_blas_thread``

    def enter(self):
        """Come in; the first to do so sets the number to one."""
        with self.lock:
            self.own.inside = True
            self.inside += 1
            if self.thread is None:
                self.before = [(library, library.get_num_threads()) for library in _libraries()]
                self.thread = threading.get_ident()
                self.set(1)

    def leave(self):
        """Go out, if inside; who has set the number sets it back. Others may set it then, though this thread lives."""
        with self.lock:
            if not getattr(self.own, "inside", False):
                return
            self.own.inside = False
            self.inside -= 1
            if self.thread == threading.get_ident():
                self.thread = None
                self.set(None)
                if threading.current_thread() is not threading.main_thread():
                    for library, _ in self.before:
                        if hasattr(library, "clear_controlling_thread"):
                            library.clear_controlling_thread()

    def set(self, count):
        """Set the number of threads; None: what it was."""
        for library, before in self.before:
            if before != 1:
                library.set_num_threads(count or before)

    def alone(self):
        """Return whether this thread has set the number, and no other is inside."""
        return self.inside == 1 and self.thread == threading.get_ident()


_OWNER = _Owner()
if hasattr(os, "register_at_fork"):  # the threads that were inside, or held the lock, are not in the child
    os.register_at_fork(after_in_child=_OWNER.__init__)


def _has_one():
    """Return whether BLAS has one thread here, and nothing has to be done for it."""
    if getattr(_OWNER.own, "inside", False):
        return True
    return _OWNER.thread is None and all(library.get_num_threads() == 1 for library in _libraries())


@contextmanager
def one_blas_thread():
    """Let BLAS have one thread. Within itself it is nothing, and 3 us where one is all there is.

    Of late threadpoolctl lets one thread at a time set the number. So the first of this process's to enter sets it and
    sets it back: others that stay longer may have more threads then.
    """
    if _has_one():
        yield
        return
    try:
        try:
            with uninterrupted():
                _OWNER.enter()
            yield
        finally:
            with uninterrupted():
                _OWNER.leave()
    except BaseException:  # an interrupt, perhaps, just before it would have been held back
        _OWNER.leave()
        raise


def sparing(function: Function) -> Function:
    """Decorate what is to run with one BLAS thread."""

    @wraps(function)
    def call(*args, **kwargs):
        if _has_one():  # not by ``with``: that takes 3 us more
            return function(*args, **kwargs)
        with one_blas_thread():
            return function(*args, **kwargs)

    return call  # type: ignore[return-value]


@contextmanager
def for_product(multiplications):
    """Let BLAS have its threads again for products of so many multiplications each, if that pays; yield whether."""
    if multiplications < _WORTH or not _OWNER.alone():
        yield False
        return
    _OWNER.set(None)
    try:
        yield True
    finally:
        _OWNER.set(1)


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
        with config_context(**config), one_blas_thread():  # scikit-learn's settings are a thread's own
            work()

    with one_blas_thread(), ThreadPoolExecutor(max(1, count - 1)) as pool:
        others = [pool.submit(beside) for _ in range(min(count, len(jobs)) - 1)]
        work()
        for other in others:
            other.result()
    return found
