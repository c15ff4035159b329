"""Branch and bound: a function of a box proved positive on every cell of a cover by halvings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from flint import arb

from lcnn_verify.numerics.balls import EnclosureError, hull, working_precision
from lcnn_verify.numerics.krawczyk import NotProved

Cell: TypeAlias = tuple[tuple[float, float], ...]
"""An interval for each coordinate, ends included."""
Bound: TypeAlias = Callable[[Sequence[arb]], arb]

MOST_CELLS = 20_000
_NARROWEST = 2.0**-40  # times the box: a narrower cell is no part of a cover that can be searched


def cover(
    function: Bound, box: Cell, *, precision: int = 64, most: int = MOST_CELLS
) -> tuple[Cell, ...]:
    """Cells that cover ``box``, on each of which the enclosure of ``function`` is above 0.

    A cell that is not decided is halved (:func:`halves`). Raises :class:`NotProved` naming a cell
    where ``function`` is negative, or when more than ``most`` cells are needed.
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
                raise NotProved(f"not positive on {cell}: {why}")
            open_cells += halves(cell, box)
    return tuple(sorted(proved))


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


def demand_cover(cells: Sequence[Cell], box: Cell) -> None:
    """Raise :class:`NotProved` unless the cells are the leaves of a tree of halvings of ``box``."""
    left, pending = set(cells), [box]
    if len(left) != len(cells):
        raise NotProved("a cell is there twice")
    for cell in cells:
        if len(cell) != len(box) or not all(
            _NARROWEST * (whole[1] - whole[0]) < high - low < math.inf
            for (low, high), whole in zip(cell, box, strict=True)
        ):
            raise NotProved(f"{cell} is no cell of {box}")
    sides = zip(*cells, strict=True) if cells else [[side] for side in box]
    smallest = [min(high - low for low, high in side) for side in sides]
    while pending:
        cell = pending.pop()
        if cell in left:
            left.remove(cell)
        elif all(high - low < least for (low, high), least in zip(cell, smallest, strict=True)):
            raise NotProved(f"no cell covers {cell}")
        else:
            pending += halves(cell, box)
    if left:
        raise NotProved(f"{min(left)} is no part of the cover")
