"""How far a long property is: told to whoever watches the run, never to its results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from lcnn_verify.profiles import holding

T = TypeVar("T")

_PAUSE = 0.2
"""Seconds between two stages of work that are told."""


@dataclass(frozen=True, slots=True)
class Stage:
    """``done`` of ``total`` parts of a work, called ``parts``, and ``left`` seconds.

    What is left is unknown, None, until a part that costs something has been measured. Where other
    units make parts as well, ``of_all`` is what all parts take one after another.
    """

    parts: str
    done: int
    total: int
    left: float | None = None
    of_all: float | None = None

    def __str__(self) -> str:
        rest = "" if self.left is None else f", about {duration(self.left)} left"
        whole = "" if self.of_all is None else f", {duration(self.of_all)} for those of all units"
        return f"{self.done} of {self.total} {self.parts}{rest}{whole}"


_LISTENER: ContextVar[Callable[[Stage], None] | None] = ContextVar(
    "lcnn_verify_progress", default=None
)


def listening(listener: Callable[[Stage], None]) -> AbstractContextManager[Any]:
    """Call ``listener`` with each stage of the work done inside the ``with`` block."""
    return holding(_LISTENER, listener)


def over(
    items: Sequence[T],
    parts: str,
    cost: Callable[[T], float] = lambda _: 1.0,
    of_all: float = 0.0,
) -> Iterator[T]:
    """Each of ``items`` in turn, telling how many ``parts`` are done and how long the rest takes.

    ``cost`` is what an item takes, up to a common factor, which the items done give;
    ``of_all`` what they take with those of other units, if there are any.
    """
    costs = [cost(item) for item in items]
    started, told, spent = time.monotonic(), -_PAUSE, 0.0
    for done, item in enumerate(items, 1):
        yield item
        spent += costs[done - 1]
        seconds = time.monotonic() - started
        if (tell := _LISTENER.get()) and (seconds >= told + _PAUSE or done == len(items)):
            told, unit = seconds, seconds / spent if spent else None
            left, whole = (unit and unit * it for it in (sum(costs) - spent, of_all))
            tell(Stage(parts, done, len(items), left, whole or None))


def duration(seconds: float) -> str:
    """A duration for people: ``"40 s"``, ``"12 min"`` or ``"3.5 h"``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
