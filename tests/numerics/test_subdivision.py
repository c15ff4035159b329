"""Branch and bound: covers of boxes, and what is no cover."""

import itertools
import math

import pytest
from flint import arb

from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.subdivision import cover, demand_cover, halves

UNIT = ((0.0, 1.0),)
SQUARE = ((0.0, 1.0), (0.0, 1.0))


def test_a_positive_function_is_covered():
    cells = cover(lambda cell: cell[0] * cell[0] - cell[0] + 0.3, UNIT)
    assert len(cells) > 1
    ends = sorted(cell[0] for cell in cells)
    assert (ends[0][0], ends[-1][1]) == (0.0, 1.0)
    assert all(left[1] == right[0] for left, right in itertools.pairwise(ends))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda cell: cell[0] - 2, "it is negative"),
        (lambda cell: 0.3 - cell[0], "it is negative"),
        (lambda cell: cell[0], "200 cells were not enough"),
    ],
)
def test_a_function_that_is_not_positive_is_not_proved(function, message):
    with pytest.raises(NotProved, match=message):
        cover(function, UNIT, most=200)


def test_a_cell_without_an_enclosure_is_halved():
    def picky(cell):
        if cell[0].rad() > 0.2:
            raise EnclosureError("too wide")
        return arb(1)

    assert len(cover(picky, UNIT)) == 4


def test_cells_are_halved_across_their_longest_side():
    box = ((0.0, 1.0), (0.0, 10.0))
    assert halves(box, box) == (((0.0, 0.5), (0.0, 10.0)), ((0.5, 1.0), (0.0, 10.0)))
    assert halves(((0.0, 0.5), (0.0, 10.0)), box)[0] == ((0.0, 0.5), (0.0, 5.0))


def test_a_cover_is_one():
    cells = cover(lambda cell: cell[0] * cell[0] + 1.3 - cell[0] - cell[1], SQUARE)
    assert len(cells) > 1
    demand_cover(cells, SQUARE)
    demand_cover([SQUARE], SQUARE)


LEFT, RIGHT = halves(SQUARE, SQUARE)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([], "no cell covers"),
        ([LEFT], "no cell covers"),
        ([LEFT, LEFT, RIGHT], "there twice"),
        ([LEFT, ((0.5, 1.0), (0.0, 0.999))], "cover"),
        ([LEFT, RIGHT, ((2.0, 3.0), (2.0, 3.0))], "no part of the cover"),
        ([LEFT, ((0.5, math.nan), (0.0, 1.0))], "is no cell of"),
        ([LEFT, ((0.5, 0.5), (0.0, 1.0))], "is no cell of"),
        ([LEFT, ((0.5, 1.0),)], "is no cell of"),
    ],
)
def test_a_gap_is_found(cells, message):
    with pytest.raises(NotProved, match=message):
        demand_cover(cells, SQUARE)
