"""Ctrl-C while numba is imported or compiles: an exception there breaks later calls, or ends the process. It waits."""

import signal
import threading
from contextlib import contextmanager

_inside = False


@contextmanager
def uninterrupted():
    """Hold an interrupt back until the end; it reaches the main thread only, so others need nothing."""
    global _inside
    main = threading.current_thread() is threading.main_thread()
    if _inside or not main or not callable(before := signal.getsignal(signal.SIGINT)):
        yield
        return
    held = []
    signal.signal(signal.SIGINT, lambda *given: held.append(given))
    _inside = True
    try:
        yield
    finally:
        _inside = False
        signal.signal(signal.SIGINT, before)
        if held:
            before(*held[-1])
