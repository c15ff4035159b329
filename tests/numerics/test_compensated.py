"""Sums that lose nothing: where a plain sum would drop many small terms beside a large one."""

# Runs as plain Python, too: it reaches every line and branch of the compiled bodies.
from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import row_dot, signed_sum, two_sum

# Adding HALF to 1 changes nothing in float64; two of them are almost a unit in the last place.
HALF = 0.99 * 2.0**-53
numbers = st.floats(-1e100, 1e100)


@settings(max_examples=200)
@given(a=numbers, b=numbers)
def test_two_sum_is_exact(a: float, b: float) -> None:
    total, error = two_sum(a, b)
    assert total == a + b
    assert Fraction(total) + Fraction(error) == Fraction(a) + Fraction(b)


def small_beside_large(count: int) -> FloatArray:
    values = np.full(count, HALF)
    values[0] = 1.0
    return values


def test_plain_sums_would_fail_here() -> None:
    values = small_beside_large(1000)
    assert sum(values.tolist()) == 1.0
    assert math.fsum(values) > 1.0 + 490 * 2.0**-52


@pytest.mark.parametrize("count", [1, 2, 16, 17, 1000])
def test_every_compensated_sum_keeps_the_small_terms(count: int) -> None:
    values = small_beside_large(count)
    ones = np.ones(count)
    expected = math.fsum(values)
    assert row_dot(values[None], ones[None], 0) == expected
    directions = np.stack((values, -2.0 * values), axis=1)
    mean = signed_sum(-ones, ones, directions)
    assert mean.tolist() == [-expected, 2.0 * expected]
