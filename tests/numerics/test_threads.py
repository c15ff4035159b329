"""Ranges of work are done once each, however many threads there is room for."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Event

import pytest

from lcnn_verify.numerics import threads


@pytest.mark.parametrize("room", [0, 1, 2, 9])
def test_each_range_is_done_once_where_threads_run_out(room, monkeypatch):
    class Pool(ThreadPoolExecutor):
        """Of a process with room for so many more threads."""

        def _adjust_thread_count(self):
            if len(self._threads) == room:
                raise RuntimeError("can't start new thread")
            super()._adjust_thread_count()

    monkeypatch.setattr(threads, "pool", cache(lambda: Pool(9)))
    done = []
    threads.in_ranges(lambda first, stop, to: to.append((first, stop)), [0, 2, 4, 7, 9], done)
    assert sorted(done) == [(0, 2), (2, 4), (4, 7), (7, 9)]


@pytest.mark.parametrize("first", [0, 4])
def test_what_breaks_in_any_thread_is_raised(first):
    def run(start, stop):
        if start == first:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        threads.in_ranges(run, [0, 2, 4, 7])


def test_work_that_a_pool_could_not_start_is_waited_for_all_the_same(monkeypatch):
    """Where no thread can be started, a thread of the pool that is busy may still take a range."""

    class Full(ThreadPoolExecutor):
        def submit(self, *work, **named):
            super().submit(*work, **named)
            raise RuntimeError("can't start new thread")

    with Full(1) as pool:
        monkeypatch.setattr(threads, "pool", lambda: pool)
        begun, done = Event(), []

        def run(first, stop):
            if first == 0:
                assert begun.wait(60)  # the other thread has its range
            else:
                begun.set()
                time.sleep(0.05)
            done.append(first)

        threads.in_ranges(run, [0, 1, 2])
        assert sorted(done) == [0, 1]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_starts_threads_of_its_own():
    def busy(first, stop):
        done[first] = stop

    done = {}
    threads.in_ranges(busy, [0, 1, 2])
    if (child := os.fork()) == 0:
        done.clear()
        threads.in_ranges(busy, [0, 3, 7])
        os._exit(0 if done == {0: 3, 3: 7} else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_work_is_shared_out_evenly():
    assert threads.evenly(7, 3) == [0, 2, 4, 7]
    assert threads.evenly(2, 9) == [0, 1, 2]
    assert threads.evenly(0, 4) == [0, 0]
