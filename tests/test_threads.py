"""How many threads BLAS has: one, but for large products; and what it had before is set back, whatever happens."""

import signal
import threading
import time
from contextlib import ExitStack, suppress

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from lassofit import ElasticNetCV, Lasso, LassoCV, enet_path, lasso_path
from lassofit._engine import fold_grams, products, stages, threads
from lassofit._engine.problem import Problem

RNG = np.random.default_rng(0)
X = np.asfortranarray(RNG.standard_normal((400, 30)))
Y = X[:, :5].sum(axis=1) + RNG.standard_normal(400)
CALLS = {
    "fit": lambda: Lasso(0.1).fit(X, Y),
    "several targets": lambda: Lasso(0.1).fit(X, np.c_[Y, Y]),
    "targets on threads": lambda: Lasso(0.1, n_jobs=2).fit(X, np.c_[Y, Y]),
    "fit_path": lambda: Lasso().fit_path(X, Y, alphas=3),
    "coef_at": lambda: Lasso().fit_path(X, Y, alphas=3).coef_at(0.123),
    "lasso_path": lambda: lasso_path(X, Y, alphas=3),
    "enet_path": lambda: enet_path(X, Y, alphas=3),
    "LassoCV": lambda: LassoCV(alphas=3).fit(X, Y),
    "folds on threads": lambda: ElasticNetCV(alphas=3, n_jobs=2).fit(X, Y),
}


def counts():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_threads():
    with threadpool_limits(2, user_api="blas"):
        assert counts() == {2}
        yield
        assert counts() == {2}


@pytest.mark.parametrize("name", CALLS)
def test_small_problems_have_one(name, monkeypatch):
    seen, run, gram, take = set(), stages.run, products.gram, Problem._take

    def watched(function):
        return lambda *args: seen.update(counts()) or function(*args)

    monkeypatch.setattr(Problem, "_take", watched(take))
    monkeypatch.setattr(products, "gram", watched(gram))
    monkeypatch.setattr(stages, "run", watched(run))
    CALLS[name]()
    assert seen == {1}


def test_large_products_have_all(monkeypatch):
    monkeypatch.setattr(threads, "_WORTH", 1)
    seen, mirror = [], products.mirror

    def watched(*args):
        with threads.for_product(1) as many:
            seen.append((many, counts()))
        seen.append((None, counts()))
        return mirror(*args)

    monkeypatch.setattr(products, "mirror", watched)
    monkeypatch.setattr(products, "BLOCK", 1)
    model = Lasso(0.001).fit(X + 3.0, Y)
    assert seen[:2] == [(True, {2}), (None, {1})]
    assert model.relative_gap_ < 1e-10


def test_the_same_results_in_larger_blocks(monkeypatch):
    expected = [LassoCV(alphas=5, tol=1e-12).fit(A, Y) for A in (X, X + 3.0)]
    monkeypatch.setattr(threads, "_WORTH", 1)
    many, of_rows = [], fold_grams.of_rows

    class Watched(ExitStack):
        def __enter__(self):
            super().__enter__()
            many.append(self.enter_context(self.inner))
            return many[-1]

    def watching(*args):
        context = Watched()
        context.inner = of_rows(*args)
        return context

    monkeypatch.setattr(fold_grams, "of_rows", watching)
    for A, model in zip((X, X + 3.0), expected, strict=True):
        np.testing.assert_allclose(LassoCV(alphas=5, tol=1e-12).fit(A, Y).mse_path_, model.mse_path_, rtol=1e-9)
    assert many == [True, True]


def test_an_error_sets_back_what_was():
    with pytest.raises(ValueError, match="alpha"):
        Lasso(-1.0).fit(X, Y)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert counts() == {2}


def interrupted():
    with threads.one_blas_thread(), threads.for_product(10**12) as many:
        assert many and counts() == {2}
        raise KeyboardInterrupt


def test_within_each_other_and_side_by_side():
    """The first to enter sets back; who is not alone, or not inside, gets no more threads."""
    reached, leave, found = threading.Event(), threading.Event(), []

    def beside():
        with threads.one_blas_thread():
            reached.set()
            leave.wait(10)
            with threads.for_product(10**12) as many:
                found.append(many)

    with threads.for_product(10**12) as many:
        assert not many
    other = threading.Thread(target=beside)
    with threads.one_blas_thread():
        with threads.one_blas_thread():
            assert counts() == {1}
        assert counts() == {1}
        other.start()
        assert reached.wait(10)
        with threads.for_product(10**12) as many:
            assert not many and counts() == {1}
    assert counts() == {2}
    leave.set()
    other.join()
    assert found == [False]


def test_a_thread_that_lives_on_does_not_keep_the_number_to_itself():
    """threadpoolctl lets one thread at a time set it."""
    done, leave = threading.Event(), threading.Event()

    def fit():
        CALLS["fit"]()
        done.set()
        leave.wait(10)

    threadpool_limits(2, user_api="blas")
    other = threading.Thread(target=fit)
    other.start()
    assert done.wait(30)
    with threadpool_limits(1, user_api="blas"):
        assert counts() == {1}
    leave.set()
    other.join()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX timers")
def test_an_interrupt_at_any_time_sets_back_what_was():
    old = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    began = time.monotonic()
    try:
        for k in range(300):
            with suppress(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, 1e-5 + 2e-6 * k)
                CALLS["fit"]()
                signal.setitimer(signal.ITIMER_REAL, 0)
            assert counts() == {2}, k
            if time.monotonic() > began + 20:
                break
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    with threads.one_blas_thread(), threads.for_product(10**12) as many:
        assert many
