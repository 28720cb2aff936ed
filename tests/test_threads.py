"""Jobs on threads: their order, scikit-learn's settings, BLAS on one thread, and what an exception ends."""

import threading
import time

import pytest
from sklearn import config_context, get_config
from threadpoolctl import threadpool_info, threadpool_limits

from lassofit._engine.threads import on_threads


@pytest.mark.parametrize("count", [1, 2, 3, 9])
@pytest.mark.parametrize("n_jobs", [0, 1, 5])
def test_results_come_in_the_order_of_the_jobs(count, n_jobs):
    jobs = [(k, n_jobs - k) for k in range(n_jobs)]

    def slow(k, rest):
        time.sleep(0.002 * rest)
        return k

    assert on_threads(slow, jobs, count) == list(range(n_jobs))


def test_no_more_threads_than_asked_for_and_this_one_is_among_them():
    seen, gate = set(), threading.Barrier(2)

    def meet():
        gate.wait(10)
        seen.add(threading.get_ident())

    on_threads(meet, [()] * 6, 2)
    assert len(seen) == 2
    assert threading.get_ident() in seen


def test_every_thread_has_the_settings_of_the_caller():
    gate = threading.Barrier(3)

    def settings():
        gate.wait(10)
        return get_config()["assume_finite"]

    with config_context(assume_finite=True):
        assert on_threads(settings, [()] * 3, 3) == [True] * 3


def test_blas_has_one_thread_meanwhile_and_then_as_many_as_before():
    def counts():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    with threadpool_limits(2, user_api="blas"):
        before = counts()
        assert all(set(found) == {1} for found in on_threads(counts, [()] * 3, 2))
        assert counts() == before


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("where", ["here", "beside"])
def test_after_an_exception_no_job_is_begun(kind, where):
    here, gate, begun = threading.get_ident(), threading.Barrier(2), []

    def fail(k):
        begun.append(k)
        if k < 2:
            gate.wait(10)
        if (threading.get_ident() == here) == (where == "here"):
            raise kind("of this job")
        time.sleep(0.05)

    with pytest.raises(kind, match="of this job"):
        on_threads(fail, [(k,) for k in range(50)], 2)
    assert len(begun) <= 3
