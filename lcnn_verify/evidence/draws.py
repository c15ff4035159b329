"""What strategies say of a draw, given up or of which classes it is, and numbers to draw.

Draws given up and classes are counted, so that a strategy which rejects most of what it draws, or
no longer draws the degenerate examples that break false claims, shows in the report.

The numbers are those a person would write: simple ones first, decimal fractions next, then powers
of ten. Each is one integer to Hypothesis, a rank among the candidates: its shrinker then deletes
and reorders whole parts of an example, which it does badly when they consist of many choices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NoReturn

import hypothesis
from hypothesis import strategies as st

from lcnn_verify.evidence.recorder import current
from lcnn_verify.profiles import active, holding

_LISTENER: ContextVar[Callable[[str], None] | None] = ContextVar(
    "lcnn_verify_discards", default=None
)


class Discarded(Exception):
    """A draw given up outside of a Hypothesis test: in an i.i.d. stream, or in a replay."""


def discarding(listener: Callable[[str], None]) -> AbstractContextManager[Any]:
    """Call ``listener`` with the reason of every draw discarded inside the ``with`` block."""
    return holding(_LISTENER, listener)


def discard(reason: str) -> NoReturn:
    """Give up the current draw, telling the listener why. Never returns.

    Hypothesis draws another; outside of its tests :class:`Discarded` is raised.
    """
    listener = _LISTENER.get()
    if listener is not None:
        listener(reason)
    if not hypothesis.currently_in_test_context():
        raise Discarded(reason)
    hypothesis.reject()


def assumed(name: str) -> bool:
    """Whether the assumption of that name holds: not in a run of its claim without it."""
    return active().without != name


def classify(*names: str) -> None:
    """Count the example now drawn or checked as one of these classes; once each, however often.

    ``@verifies(..., classes=…)`` names those that a property must meet. An argument's own method
    ``classes`` does the same for every property that takes it.
    """
    current().label(names)


def ranked(*groups: Sequence[float], weights: Sequence[int] = ()) -> st.SearchStrategy[float]:
    """A member of one of the ``groups``, drawn with odds ``weights`` (equal unless given).

    A number shrinks towards the first member of the first group that is not empty.
    """
    odds = [
        group
        for group, weight in zip(groups, weights or [1] * len(groups), strict=True)
        for _ in range(weight)
        if group
    ]
    members = [number for group in groups for number in group]

    def pick(rank: int) -> float:
        if rank < len(members):
            return members[rank]
        turn, group = divmod(rank - len(members), len(odds))
        return odds[group][turn % len(odds[group])]

    return st.integers(0, (4 * len(odds) + 1) * max(len(members), 50)).map(pick)


@lru_cache(maxsize=256)
def decimals(low: float, high: float, digits: int) -> tuple[float, ...]:
    """Every number in [low, high] with ``digits`` decimal places, the nearest to 0 first."""
    grid = 10**digits
    steps = range(math.ceil(low * grid - 1e-9), math.floor(high * grid + 1e-9) + 1)
    return tuple(k / grid for k in sorted(steps, key=lambda k: (abs(k), k < 0)))


@lru_cache(maxsize=256)
def powers_of_ten(low: float, high: float) -> tuple[float, ...]:
    """1, 2 and 5 times powers of ten in [low, high], low > 0, the nearest to 1 first."""
    exponents = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    candidates = [float(f"{digit}e{k}") for k in exponents for digit in (1, 2, 5)]
    within = [number for number in candidates if low <= number <= high]
    return tuple(sorted(within, key=lambda number: abs(math.log10(number))))


def readable(
    low: float, high: float, *, simple: Sequence[float], digits: int = 2
) -> st.SearchStrategy[float]:
    """A number in [low, high]: one of ``simple``, else one with ``digits`` decimal places.

    Where neither fits between the ends, as :func:`powers`.
    """
    preferred = tuple(number for number in simple if low <= number <= high)
    fractions = decimals(low, high, digits)
    return ranked(preferred, fractions) if preferred or fractions else powers(low, high)


@lru_cache(maxsize=256)
def powers(low: float, high: float) -> st.SearchStrategy[float]:
    """1, 2 or 5 times a power of ten in [low, high], low > 0; where there is none, ``low``."""
    return ranked(powers_of_ten(low, high) or (low,))
