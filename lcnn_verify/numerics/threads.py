"""Ranges of independent work, each in a thread of its own: for code compiled with ``released``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from itertools import pairwise
from queue import Empty, SimpleQueue
from threading import Semaphore
from typing import Any

from lcnn_verify.processes import processors


def cores() -> int:
    """Threads that may run at once: what OMP_NUM_THREADS says, else the cores of this process."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")[:9]
    return min(int(wanted), processors()) if wanted.isdecimal() else processors()


def evenly(count: int, parts: int) -> list[int]:
    """The cuts that share ``count`` pieces of work out among at most so many ``parts``."""
    parts = max(1, min(count, parts))
    return [count * part // parts for part in range(parts + 1)]


@cache
def pool() -> ThreadPoolExecutor:
    """The threads of this process, which start when work first comes and then wait for more."""
    return ThreadPoolExecutor(processors(), "lcnn-verify")


os.register_at_fork(after_in_child=pool.cache_clear)  # a child has none of its parent's threads


def in_ranges(run: Callable[..., object], cuts: Sequence[int], *arguments: Any) -> None:
    """Call ``run(first, stop, *arguments)`` once for each two neighbours of ``cuts``.

    The caller's thread does the first, and what no thread of :func:`pool` has begun by then. All
    have ended when this returns; what broke one is raised then. None is done twice: ``run`` may add
    to what it finds.
    """
    mine, *others = pairwise(cuts)
    left: SimpleQueue[tuple[int, int]] = SimpleQueue()
    ended, broken = Semaphore(0), list[BaseException]()

    def do(first: int, stop: int) -> None:
        try:
            run(first, stop, *arguments)
        except BaseException as error:
            broken.append(error)
        ended.release()

    def take() -> None:
        with suppress(Empty):
            while True:
                do(*left.get_nowait())

    for it in others:
        left.put(it)
    with suppress(RuntimeError):  # there is no room for another thread
        for _ in others:
            pool().submit(take)  # waits for a thread that is there, even where it raises
    do(*mine)
    take()
    for _ in (mine, *others):
        ended.acquire()
    if broken:
        raise broken[0]
