"""A positive function is proved so, on a cover of cells; any other is not."""

import itertools

import pytest
from flint import arb

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.theorem import Part, Theorem, positive
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.numerics.krawczyk import NotProved

UNIT = ((0.0, 1.0),)


def test_a_positive_function_is_covered():
    part = positive("p", lambda cell: cell[0] * cell[0] - cell[0] + 0.3, UNIT)
    assert len(part.cells) > 1
    ends = sorted(cell[0] for cell in part.cells)
    assert (ends[0][0], ends[-1][1]) == (0.0, 1.0)
    assert all(left[1] == right[0] for left, right in itertools.pairwise(ends))


def test_a_function_that_is_not_positive_is_not_proved():
    with pytest.raises(NotProved, match="it is negative"):
        positive("p", lambda cell: 0.3 - cell[0], UNIT, most=200)


def test_a_cell_without_an_enclosure_is_halved():
    def picky(cell):
        if cell[0].rad() > 0.2:
            raise EnclosureError("too wide")
        return arb(1)

    assert len(positive("p", picky, UNIT).cells) == 4


@pytest.mark.parametrize(
    ("parts", "precision"),
    [((), 64), ((Part("p", UNIT, (UNIT,)),), 0), ((Part("p", UNIT, ()),), 64)],
)
def test_a_theorem_whose_parts_were_lost_is_none(parts, precision):
    with pytest.raises(InputError, match=r"^parts: got "):
        Theorem("toy.euler", "all is well", "everything", parts, precision)
