"""Ctrl-C while kernels compile: it waits for the end, and nothing is broken after it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numba
import numpy as np
import pytest
from numba.core import event

from lassofit._engine.interrupts import uninterrupted
from lassofit._engine.jit import kernel

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX signals")


def test_an_interrupt_waits_for_the_end_of_the_outermost():
    done = []

    def press():
        with uninterrupted():
            with uninterrupted():
                signal.raise_signal(signal.SIGINT)
                done.append(1)
            done.append(2)
        done.append(3)

    with pytest.raises(KeyboardInterrupt):
        press()
    assert done == [1, 2]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_an_exception_is_not_lost():
    with pytest.raises(ValueError, match="mine"), uninterrupted():
        raise ValueError("mine")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
def test_what_is_no_handler_of_python_s_stays(handler):
    old = signal.signal(signal.SIGINT, handler)
    try:
        with uninterrupted():
            assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, old)


def test_other_threads_compile_as_ever():
    seen = []

    def work():
        with uninterrupted():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="no kernels are compiled")
def test_a_kernel_is_compiled_to_the_end():
    class Press(event.Listener):
        def on_start(self, event):
            signal.raise_signal(signal.SIGINT)

        def on_end(self, event):
            ended.append(True)

    ended, namespace = [], {}
    exec("def total(values):\n    return values.sum()", namespace)  # of no file, so it is not in the cache
    compiled = kernel(namespace["total"])
    with event.install_listener("numba:compile", Press()), pytest.raises(KeyboardInterrupt):
        compiled(np.arange(3.0))
    assert ended and len(compiled.signatures) == 1
    assert compiled(np.arange(4.0)) == 6.0


SCRIPT = """
import signal, sys
import numpy as np
from lassofit import Lasso
X = np.random.default_rng(0).standard_normal((60, 30))
signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
caught = 0
for delay in (0.2, 0.5, 1.0):
    signal.setitimer(signal.ITIMER_REAL, delay)
    try:
        Lasso(alpha=0.1).fit(X, X[:, 0])
    except KeyboardInterrupt:
        caught += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
assert abs(Lasso(alpha=0.1).fit(X, X[:, 0]).coef_[0] - 1) < 0.2
print(caught)
"""


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="no kernels are compiled")
def test_interrupted_first_fits_are_followed_by_a_good_one(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    root = Path(__file__).resolve().parent.parent
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=root, env=environment, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) >= 2 and "Exception ignored" not in run.stderr
