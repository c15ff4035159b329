"""Teachers: angles between neighbours, norms, a rotation of everything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from hypothesis import strategies as st

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import draws
from lcnn_verify.packs.zgj.instances import Teacher
from lcnn_verify.packs.zgj.networks import build_teacher, resolvable_separation
from lcnn_verify.packs.zgj.strategies import numbers

_SIMPLE_ANGLES = (90.0, 60.0, 45.0, 30.0, 15.0, 75.0, 10.0, 5.0)
_CLOSE = 10.0  # degrees; nearly merged teachers are drawn below it, each decade alike
_CLOSEST = 1e-11  # degrees, 1.7e-13 radians


@st.composite
def teachers(
    draw: st.DrawFn,
    *,
    min_r: int = 1,
    max_r: int = 4,
    min_d: int = 1,
    max_d: int = 5,
    min_separation: float = 0.0,
    norms: tuple[float, float] = (0.5, 2.0),
    headroom: float = 0.0,
) -> Teacher:
    """A teacher V (r, d) from the parameters of :func:`.networks.build_teacher`.

    Two neighbours in five are nearly merged: down to ``min_separation`` radians or,
    where that is 0, to 1.7e-13, and then d = 1 with r > 1 (all on one line) occurs as well. A
    positive ``headroom`` also keeps the separation above ``networks.resolvable_separation``, so
    that ε₀(V) is that many roundings of the loss. r > d occurs. Nothing is rejected: angles that
    do not fit are halved or raised until they do. Raises :class:`InputError` when ``max_r`` lines
    so far apart do not fit into the plane.
    """
    widest = [norms[0], *[norms[1]] * (max_r - 1)]
    least = max(min_separation, resolvable_separation(widest, headroom=headroom))
    if max_r > 1 and least * max_r > math.pi:
        got = f"a least separation of {least:.3g} for norms {norms} and headroom {headroom:g}"
        raise InputError("min_separation", got, f"at most π/max_r = {math.pi / max_r:.3g}")
    coincident = min_separation == 0.0 and headroom == 0.0
    dimensions = numbers.dimensions(min_d, max_d)
    if not coincident and min_r > 1:
        dimensions = [d for d in dimensions if d > 1]
    d = draw(st.sampled_from(dimensions))
    turns = draw(st.lists(numbers.angles(), max_size=3))
    floor = max(min_separation, resolvable_separation((1.0, 1.0), headroom=headroom))
    fewest = draw(st.sampled_from([min_r, max(min_r, min(2, max_r))]))
    drawn = st.lists(_neighbours(norms, floor), min_size=fewest, max_size=max_r)
    described = draw(drawn)[: max_r if d > 1 or coincident else 1]
    sizes = [norm for norm, _, _, _ in described]
    if d == 1:
        return build_teacher(d=1, norms=sizes, gaps=[0.0] * (len(sizes) - 1))
    radians = max(min_separation, resolvable_separation(sizes, headroom=headroom))
    low = math.degrees(radians) * (1.0 + 1e-9) or _CLOSEST
    leaning, planar = _arrange([leans for _, leans, _, _ in described[1:]], d)
    gaps: list[float] = []
    for k, index in enumerate(planar):
        room = 180.0 - sum(gaps) - (len(planar) - k) * low
        gaps.append(_fitted(described[index][3], low, room))
    leans = [
        (1 + described[index][2] % (len(planar) + 1 + k), _fitted(described[index][3], low, 90.0))
        for k, index in enumerate(leaning)
    ]
    order = [0, *planar, *leaning]
    return build_teacher(
        d=d, norms=[sizes[index] for index in order], gaps=gaps, leans=leans, turns=turns
    )


@cache
@st.composite
def _neighbours(
    draw: st.DrawFn, norms: tuple[float, float], floor: float
) -> tuple[float, bool, int, float]:
    """One teacher: norm, whether it opens a new axis, from which earlier one, at which angle.

    The ranges know nothing of the other teachers, so that one can be deleted while shrinking.
    """
    low = math.degrees(floor) or _CLOSEST
    plain, close = draws.decimals(1.0, 90.0, 1), draws.powers_of_ten(min(low, _CLOSE), _CLOSE)
    return (
        draw(numbers.norms(*norms)),
        draw(st.booleans()),
        draw(st.integers(0, 3)),
        draw(draws.ranked(_SIMPLE_ANGLES, plain, close, weights=(2, 1, 2))),
    )


def _arrange(wishes: Sequence[bool], d: int) -> tuple[list[int], list[int]]:
    """Which teachers after the first open a new axis, and which stay in the first plane.

    All may open one if there are d − 1 of them at most; if any stays, only d − 2 may.
    """
    wishing = [index for index, wish in enumerate(wishes, start=1) if wish]
    leaning = wishing if len(wishing) == len(wishes) <= d - 1 else wishing[: d - 2]
    return leaning, [index for index in range(1, len(wishes) + 1) if index not in leaning]


def _fitted(angle: float, low: float, high: float) -> float:
    """The angle brought into [low, high] by halving, or raised to low or a round number above."""
    while angle > high:
        angle /= 2.0
    if angle >= low:
        return angle
    digits = math.ceil(low / 10.0 ** math.floor(math.log10(low)))
    return min(float(f"{digits}e{math.floor(math.log10(low))}"), high)
