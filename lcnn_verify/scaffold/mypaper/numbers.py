"""What the claims are about: a few positive numbers, and how Hypothesis draws them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import Shown


@dataclass(frozen=True, slots=True)
class Numbers:
    """Positive, finite floats. Raises ``InputError`` for others, and for none at all."""

    type: ClassVar[str] = "mypaper.numbers"

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values or not all(0.0 < x < math.inf for x in self.values):
            raise InputError("values", repr(self.values), "positive, finite numbers")

    def to_json(self) -> dict[str, Any]:
        """The values."""
        return {"values": list(self.values)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Numbers:
        """The numbers that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        return cls(tuple(map(float, data["values"])))

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The numbers for people."""
        return Shown({"x": list(cls.from_json(data).values)})


def numbers() -> st.SearchStrategy[Numbers]:
    """Two to six numbers that a person would write; a counterexample shrinks to the first ones."""
    one = st.sampled_from((*map(float, range(1, 21)), 0.5, 0.1, 0.001, 1e-9, 1e6, 1e12))
    return st.lists(one, min_size=2, max_size=6).map(lambda drawn: Numbers(tuple(drawn)))
