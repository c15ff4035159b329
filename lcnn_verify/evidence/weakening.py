"""What a claim's property is run on where the claim does without an assumption."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis.strategies import SearchStrategy

from lcnn_verify.profiles import Profile

Cases: TypeAlias = Callable[[Profile], Iterable[Mapping[str, Any]]]
"""From the profile to the arguments of every case of an enumerated property."""


@dataclass(frozen=True, slots=True)
class Weaker:
    """What a property is run on where its claim does without an assumption: see :func:`weaker`."""

    strategies: Mapping[str, SearchStrategy[Any]]
    cases: Cases | None
    examples: int | None


def weaker(
    *, cases: Cases | None = None, examples: int | None = None, **strategies: SearchStrategy[Any]
) -> Weaker:
    """What need not meet an assumption: the values of ``assumes`` in :func:`verifies`.

    ``strategies`` take the place of those of ``@given`` by argument, or ``cases`` that of all
    draws; ``examples`` is the quick profile's budget, that of the property if None.
    """
    return Weaker(strategies, cases, examples)
