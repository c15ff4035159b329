"""What the metamorphic facts do to an instance, drawn apart from it so that each argument is plain.

Lists are applied cyclically (``builders.rotation``, ``split``, ``flip``, ``reorder``), so one drawn
list fits students of every number and dimension.
"""

from __future__ import annotations

from hypothesis import strategies as st

from lcnn_verify.evidence import draws
from lcnn_verify.packs.zgj.strategies import numbers

_SIMPLE_SCALES = (2.0, 0.5, 3.0, 10.0, 0.1)
_UNEVEN = (100, 10**6, 10**12)


def rotations() -> st.SearchStrategy[list[float]]:
    """Angles in degrees for ``builders.rotation``: a product of Givens rotations."""
    return st.lists(numbers.angles(), min_size=1, max_size=6)


def clone_splits(*, max_parts: int = 4) -> st.SearchStrategy[list[list[int]]]:
    """Whole-number shares for ``builders.split``; at least the first neuron is really split."""
    share = st.one_of(st.integers(1, 9), st.sampled_from(_UNEVEN))
    split = st.lists(share, min_size=2, max_size=max_parts)
    rest = st.lists(st.lists(share, min_size=1, max_size=max_parts), max_size=3)
    return st.tuples(split, rest).map(lambda drawn: [drawn[0], *drawn[1]])


def scales(low: float = 1e-3, high: float = 1e3) -> st.SearchStrategy[float]:
    """A positive factor c for (W, V) → (cW, cV)."""
    return st.one_of(
        draws.readable(low, min(high, 10.0), simple=_SIMPLE_SCALES), draws.powers(low, high)
    )


def signs() -> st.SearchStrategy[list[int]]:
    """±1 for each neuron, for ``builders.flip``."""
    return st.lists(st.sampled_from([-1, 1]), min_size=1, max_size=6)


def orders() -> st.SearchStrategy[list[int]]:
    """Sort keys for ``builders.reorder``."""
    return st.lists(st.integers(0, 9), min_size=2, max_size=8)
