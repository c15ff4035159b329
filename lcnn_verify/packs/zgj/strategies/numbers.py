"""Numbers a person would write: simple ones first, decimal fractions next, then powers of ten.

Each number is one integer to Hypothesis, a rank among the candidates: its shrinker then deletes and
reorders whole neurons, which it does badly when they consist of many choices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from hypothesis import strategies as st

_SIMPLE_NORMS = (1.0, 2.0, 0.5, 1.5, 0.75, 3.0, 0.25)
_SIMPLE_ANGLES = (0.0, 90.0, 45.0, 30.0, 60.0, 120.0, 135.0, 150.0, 15.0, 75.0)
_SIMPLE_LEVELS = (0.001, 0.0001, 0.01, 0.1, 0.5, 0.9, 0.99)


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


def powers(low: float, high: float) -> st.SearchStrategy[float]:
    """1, 2 or 5 times a power of ten in [low, high], low > 0; where there is none, ``low``."""
    return ranked(powers_of_ten(low, high) or (low,))


def norms(low: float, high: float) -> st.SearchStrategy[float]:
    """A neuron's norm in [low, high]: moderate ones first, then every power of ten between."""
    simple = tuple(norm for norm in _SIMPLE_NORMS if low <= norm <= high)
    moderate = decimals(max(low, 0.01), min(high, 9.99), 2)
    outside = tuple(norm for norm in powers_of_ten(low, high) if not 0.01 <= norm <= 9.99)
    if not simple and not moderate:
        outside = outside or (low,)
    return ranked(simple, moderate, outside, weights=(1, 1, 2))


def angles() -> st.SearchStrategy[float]:
    """An angle in degrees on [0, 180]."""
    return readable(0.0, 180.0, simple=_SIMPLE_ANGLES, digits=1)


@st.composite
def directions(draw: st.DrawFn, d: int) -> list[float]:
    """At most d − 1 spherical angles: one in a third of the draws, else all of them."""
    number = draw(st.sampled_from([1, d - 1, d - 1]))
    return [draw(angles()) for _ in range(max(number, 1))][: d - 1]


def dimensions(low: int, high: int) -> list[int]:
    """The dimensions in [low, high], the plane first; d = 1 once, last, and each other twice."""
    return [d for d in (*range(2, high + 1), *range(2, high + 1), 1) if low <= d <= high]


def axes(d: int) -> st.SearchStrategy[str]:
    """The name of an axis; ``"e2"``, off the first neuron's line, is the simplest."""
    return st.sampled_from([f"e{min(k, d)}" for k in (*range(2, max(d, 2) + 1), 1)])


def levels(low: float, high: float) -> st.SearchStrategy[float]:
    """A fraction of the threshold in [low, high] ⊂ (0, 1]; small ones as decades, as often."""
    simple = tuple(level for level in _SIMPLE_LEVELS if low <= level <= high)
    plain, decades = decimals(max(low, 0.05), high, 2), powers_of_ten(low, high)
    return ranked(simple, plain, decades if simple or plain or decades else (low,))
