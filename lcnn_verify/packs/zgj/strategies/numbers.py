"""Numbers of networks: norms, angles, dimensions, axes, levels; and what facts do to a network.

Each number is one rank to Hypothesis (``evidence.draws``). What the metamorphic facts do to an
instance is drawn apart from it, so that each argument is plain: lists are applied cyclically
(``networks.rotation``, ``split``, ``flip``, ``reorder``), so that one drawn list fits students of
every number and dimension. What is drawn within each example is built once: Hypothesis validates
a new strategy, which takes longer than to draw from it.
"""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from lcnn_verify.evidence.draws import decimals, powers, powers_of_ten, ranked, readable

_SIMPLE_NORMS = (1.0, 2.0, 0.5, 1.5, 0.75, 3.0, 0.25)
_SIMPLE_ANGLES = (0.0, 90.0, 45.0, 30.0, 60.0, 120.0, 135.0, 150.0, 15.0, 75.0)
_SIMPLE_LEVELS = (0.001, 0.0001, 0.01, 0.1, 0.5, 0.9, 0.99)
_SIMPLE_SCALES = (2.0, 0.5, 3.0, 10.0, 0.1)
_UNEVEN = (100, 10**6, 10**12)


@cache
def norms(low: float, high: float) -> st.SearchStrategy[float]:
    """A neuron's norm in [low, high]: moderate ones first, then every power of ten between."""
    simple = tuple(norm for norm in _SIMPLE_NORMS if low <= norm <= high)
    moderate = decimals(max(low, 0.01), min(high, 9.99), 2)
    outside = tuple(norm for norm in powers_of_ten(low, high) if not 0.01 <= norm <= 9.99)
    if not simple and not moderate:
        outside = outside or (low,)
    return ranked(simple, moderate, outside, weights=(1, 1, 2))


@cache
def angles() -> st.SearchStrategy[float]:
    """An angle in degrees on [0, 180]."""
    return readable(0.0, 180.0, simple=_SIMPLE_ANGLES, digits=1)


@cache
@st.composite
def directions(draw: st.DrawFn, d: int) -> list[float]:
    """At most d − 1 spherical angles: one in a third of the draws, else all of them."""
    number = draw(st.sampled_from([1, d - 1, d - 1]))
    return [draw(angles()) for _ in range(max(number, 1))][: d - 1]


def dimensions(low: int, high: int) -> list[int]:
    """The dimensions in [low, high], the plane first; d = 1 once, last, and each other twice."""
    return [d for d in (*range(2, high + 1), *range(2, high + 1), 1) if low <= d <= high]


@cache
def axes(d: int) -> st.SearchStrategy[str]:
    """The name of an axis; ``"e2"``, off the first neuron's line, is the simplest."""
    return st.sampled_from([f"e{min(k, d)}" for k in (*range(2, max(d, 2) + 1), 1)])


def levels(low: float, high: float) -> st.SearchStrategy[float]:
    """A fraction of the threshold in [low, high] ⊂ (0, 1]; small ones as decades, as often."""
    simple = tuple(level for level in _SIMPLE_LEVELS if low <= level <= high)
    plain, decades = decimals(max(low, 0.05), high, 2), powers_of_ten(low, high)
    return ranked(simple, plain, decades if simple or plain or decades else (low,))


def rotations() -> st.SearchStrategy[list[float]]:
    """Angles in degrees for ``networks.rotation``: a product of Givens rotations."""
    return st.lists(angles(), min_size=1, max_size=6)


def clone_splits() -> st.SearchStrategy[list[list[int]]]:
    """Whole-number shares for ``networks.split``; at least the first neuron is really split."""
    share = st.one_of(st.integers(1, 9), st.sampled_from(_UNEVEN))
    split = st.lists(share, min_size=2, max_size=4)
    rest = st.lists(st.lists(share, min_size=1, max_size=4), max_size=3)
    return st.tuples(split, rest).map(lambda drawn: [drawn[0], *drawn[1]])


def scales() -> st.SearchStrategy[float]:
    """A factor c from 1e-3 to 1e3 for (W, V) → (cW, cV)."""
    return st.one_of(readable(1e-3, 10.0, simple=_SIMPLE_SCALES), powers(1e-3, 1e3))


def signs() -> st.SearchStrategy[list[int]]:
    """±1 for each neuron, for ``networks.flip``."""
    return st.lists(st.sampled_from([-1, 1]), min_size=1, max_size=6)


def orders() -> st.SearchStrategy[list[int]]:
    """Sort keys for ``networks.reorder``."""
    return st.lists(st.integers(0, 9), min_size=2, max_size=8)
