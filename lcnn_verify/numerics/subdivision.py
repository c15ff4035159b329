"""Branch and bound: a function of a box proved positive on every piece of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from flint import arb

from lcnn_verify.numerics.balls import EnclosureError, hull, working_precision
from lcnn_verify.numerics.krawczyk import NotProved

Cell: TypeAlias = tuple[tuple[float, float], ...]
"""An interval for each coordinate, ends included."""
Bound: TypeAlias = Callable[[Sequence[arb]], arb]

KIND = "theorem"
"""What the field ``certificate`` of the JSON says."""
MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Part:
    """A function, named, that is positive on ``box``: enclosed on each of ``cells``."""

    name: str
    box: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Theorem:
    """A statement proved for every instance of ``box``, in words; ``parts`` say how."""

    claim: str
    statement: str
    box: str
    parts: tuple[Part, ...]
    precision: int

    @property
    def cells(self) -> int:
        """How many sub-boxes were enclosed."""
        return sum(len(part.cells) for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """The JSON certificate."""
        return {
            "certificate": KIND,
            "version": "1",
            "claim": self.claim,
            "statement": self.statement,
            "box": self.box,
            "precision": self.precision,
            "parts": [
                {"name": part.name, "box": part.box, "cells": part.cells} for part in self.parts
            ],
        }


def positive(
    name: str, function: Bound, box: Cell, *, precision: int = 64, most: int = MOST_CELLS
) -> Part:
    """Cover ``box`` by cells on each of which the enclosure of ``function`` is above 0.

    A cell that is not decided is halved (:func:`halves`). Raises :class:`NotProved` naming a cell
    where ``function`` is negative, or when too many cells are needed.
    """
    open_cells, proved = [box], []
    with working_precision(precision):
        while open_cells:
            cell = open_cells.pop()
            try:
                value = function([hull(arb(low), arb(high)) for low, high in cell])
            except EnclosureError:
                value = arb.nan()
            if value > 0:
                proved.append(cell)
                continue
            if value < 0 or len(proved) + len(open_cells) >= most:
                why = "it is negative" if value < 0 else f"{most} cells were not enough"
                raise NotProved(f"{name} is not positive on {cell}: {why}")
            open_cells += halves(cell, box)
    return Part(name, box, tuple(sorted(proved)))


def halves(cell: Cell, box: Cell) -> tuple[Cell, Cell]:
    """The halves of ``cell`` across its longest side, in units of ``box``; of equals the first."""
    shares = [
        (high - low) / (whole[1] - whole[0]) for (low, high), whole in zip(cell, box, strict=True)
    ]
    axis = shares.index(max(shares))
    low, high = cell[axis]
    middle = 0.5 * (low + high)
    return (
        (*cell[:axis], (low, middle), *cell[axis + 1 :]),
        (*cell[:axis], (middle, high), *cell[axis + 1 :]),
    )
