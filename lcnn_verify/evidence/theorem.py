"""A theorem proved for all instances of a box: what is stated, and the cells that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.documents import VERSION
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.subdivision import MOST_CELLS, Bound, Cell, cover


@dataclass(frozen=True, slots=True)
class Part:
    """A function, named, that is positive on ``box``: enclosed on each of ``cells``."""

    name: str
    box: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Theorem:
    """A statement proved for every instance of ``box``, in words; ``parts`` say how.

    ``precision`` counts the bits of the enclosures; it is 0 where the proof is exact algebra, which
    alone has no parts. Raises ``InputError`` for one without the other, or a part without cells.
    """

    claim: str
    statement: str
    box: str
    parts: tuple[Part, ...]
    precision: int

    def __post_init__(self) -> None:
        if bool(self.parts) is not bool(self.precision):
            got = f"{len(self.parts)} parts enclosed at {self.precision} bits"
            raise InputError("parts", got, "some at more than 0 bits, or none at 0")
        if empty := [part.name for part in self.parts if not part.cells]:
            raise InputError("parts", f"{empty[0]!r} without cells", "parts that are covered")

    @property
    def cells(self) -> int:
        """How many sub-boxes were enclosed."""
        return sum(len(part.cells) for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """The JSON certificate, whose kind is ``<key>.theorem``."""
        return {
            "certificate": f"{self.claim.partition('.')[0]}.theorem",
            "version": VERSION,
            "claim": self.claim,
            "statement": self.statement,
            "box": self.box,
            "parts": [
                {"name": part.name, "box": part.box, "cells": part.cells} for part in self.parts
            ],
        }


def positive(
    name: str, function: Bound, box: Cell, *, precision: int = 64, most: int = MOST_CELLS
) -> Part:
    """The part that proves ``function`` positive on ``box``; raises :class:`NotProved`."""
    try:
        return Part(name, box, cover(function, box, precision=precision, most=most))
    except NotProved as error:
        raise NotProved(f"{name} is {error}") from None
