"""The numbers a caller may choose: taken from any number type, refused in one line."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.options import integer, nonnegative_real, positive_integer, positive_real


@pytest.mark.parametrize("value", [1, np.int8(1), np.uint64(1)])
def test_integers_of_every_type_are_taken(value: Any) -> None:
    for got in (integer("n", value, 1), integer("n", value, 0, 1), positive_integer("n", value)):
        assert (type(got), got) == (int, 1)


@pytest.mark.parametrize("value", [0, 4, -(10**30), 2.0, "2", None, True, np.True_, Fraction(2)])
def test_other_integers_and_what_is_none_are_refused(value: Any) -> None:
    with pytest.raises(InputError, match=r"^n: got .*, wanted an integer ≥ 1$"):
        integer("n", value, 1, 3)
    with pytest.raises(InputError, match=r"^n: got .*, wanted a few$"):
        integer("n", value, 1, 3, wanted="a few")


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), Fraction(1, 2), 3, np.int64(3)])
def test_reals_of_every_type_are_taken(value: Any) -> None:
    for check in (positive_real, nonnegative_real):
        assert check("x", value) == float(value)
        assert type(check("x", value)) is float


@pytest.mark.parametrize(
    "value", [-1, math.nan, math.inf, "1", None, True, np.True_, 1j, Decimal(1), 10**400]
)
def test_numbers_that_are_not_finite_real_ones_are_refused(value: Any) -> None:
    for check, wanted in ((positive_real, "above 0"), (nonnegative_real, ", at least 0")):
        with pytest.raises(InputError, match=f"^x: got .*, wanted a finite real number.*{wanted}"):
            check("x", value)


def test_zero_is_no_positive_number_but_one_of_the_others() -> None:
    assert nonnegative_real("x", 0) == 0.0
    with pytest.raises(InputError):
        positive_real("x", 0.0)


@pytest.mark.parametrize(
    "value", [-(10**5000), "x\n" * 5000, [1.0] * 9999], ids=["integer", "text", "list"]
)
def test_a_value_of_any_length_is_refused_in_one_short_line(value: Any) -> None:
    for check in (positive_real, nonnegative_real, positive_integer):
        with pytest.raises(InputError) as refusal:
            check("x", value)
        assert "\n" not in str(refusal.value)
        assert len(str(refusal.value)) < 200
