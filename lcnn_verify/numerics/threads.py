"""Ranges of independent work, each in a thread of its own: for code compiled with ``released``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any


def evenly(count: int, parts: int) -> list[int]:
    """The cuts that share ``count`` pieces of work out among at most so many ``parts``."""
    parts = max(1, min(count, parts))
    return [count * part // parts for part in range(parts + 1)]


def in_ranges(run: Callable[..., object], cuts: Sequence[int], *arguments: Any) -> None:
    """Call ``run(first, stop, *arguments)`` for each two neighbours of ``cuts``.

    The caller's thread does the first, each other one gets a thread; all is the caller's where
    there is no room for another.
    """
    (first, stop), *others = pairwise(cuts)
    if not others:
        run(first, stop, *arguments)
        return
    try:
        with ThreadPoolExecutor(len(others)) as pool:
            parts = [pool.submit(run, *it, *arguments) for it in others]
            run(first, stop, *arguments)
            for part in parts:
                part.result()
    except RuntimeError:  # there is no room for another thread
        run(cuts[0], cuts[-1], *arguments)
