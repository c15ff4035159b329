"""How a pack helps the adversary with a claim: where to start, what moves, what counts as the same.

The adversary (``campaign.attack``) can do without: it then has the claim's own properties alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Protocol, TypeAlias

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.constrained import Landscape

Arguments: TypeAlias = Mapping[str, Any]
"""The arguments of a property by name, decoded."""
Identity: TypeAlias = "float | str | tuple[Identity, ...]"
"""What symmetries leave of an example: numbers of order 1, or their logs, and words."""
_APART = 0.01  # that far numbers of an identity are the same


def alike(one: Identity, other: Identity) -> bool:
    """Whether identities are of nearly the same examples; numbers that are missing count as 0."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(alike(*pair) for pair in zip_longest(one, other, fillvalue=0.0))
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    if isinstance(one, tuple) or isinstance(other, tuple):
        return False
    return one == other or abs(one - other) <= _APART


class Terrain(Landscape, Protocol):
    """A landscape that holds the examples which differ from one only in what moves.

    Its value is the log of how far the claim holds: 0 where the two sides are equal, less where it
    fails. Its level is the log of where the example lies: at most 0 within the claim's setting.
    ``start`` (n,) is the example it was made of, and ``scene`` says in words what does not move.
    """

    start: FloatArray
    scene: str

    def arguments(self, z: FloatArray) -> Arguments:
        """The example at z (n,)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What a pack knows of the examples of one claim: arguments of its property ``test``.

    ``starts`` draws structured examples without end; ``variants`` draws examples near a given one,
    larger ones say; ``terrain`` makes one that moves of an example. ``identity`` is the same (see
    :func:`alike`) for examples that a symmetry maps to each other. ``value`` and ``level`` name the
    quantities whose logs a terrain gives. Beyond the setting the adversary looks for the lowest
    level, up to ``highest``, at which the quantity named by ``value`` is below ``failing``; of the
    lowest failures ``polish`` says, in a few words, what more digits make of them.
    """

    test: str
    starts: Callable[[np.random.Generator], Iterator[Arguments]]
    terrain: Callable[[Arguments], Terrain]
    identity: Callable[[Arguments], Identity]
    value: str
    level: str
    variants: Callable[[Arguments, np.random.Generator], Iterator[Arguments]] = lambda x, rng: iter(
        ()
    )
    polish: Callable[[Arguments], str] = lambda arguments: ""
    highest: float = 1.0
    failing: float = 1.0
