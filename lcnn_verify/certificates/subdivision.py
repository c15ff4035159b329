"""Branch and bound: a function of a box proved positive on every piece of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flint import arb

from lcnn_verify.certificates.krawczyk import NotProved
from lcnn_verify.enclosure.ball import EnclosureError, hull, working_precision

Cell: TypeAlias = tuple[tuple[float, float], ...]
"""An interval for each coordinate, ends included."""
Bound: TypeAlias = Callable[[Sequence[arb]], arb]

MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Theorem:
    """A statement proved over ``box``, in words, by enclosing it on each of ``cells``."""

    claim: str
    statement: str
    box: str
    cells: tuple[Cell, ...]
    precision: int


def positive_cells(
    name: str, function: Bound, box: Cell, *, precision: int = 64, most: int = MOST_CELLS
) -> tuple[Cell, ...]:
    """Cells that cover ``box``, on each of which the enclosure of ``function`` is above 0.

    A cell that is not decided is halved along its longest side (in units of the box). Raises
    :class:`NotProved` naming the cell where ``function`` is negative, or too many are left.
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
            open_cells += _halves(cell, box)
    return tuple(sorted(proved))


def _halves(cell: Cell, box: Cell) -> tuple[Cell, Cell]:
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
