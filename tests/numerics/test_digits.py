"""Numbers as they are printed: one notation, and intervals that hold what they stand for."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lcnn_verify.evidence.certificate import Certificate
from lcnn_verify.numerics import digits

_BACK = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-", ",")
FINITE = st.floats(allow_nan=False, allow_infinity=False)
RADII = st.floats(min_value=0.0, allow_infinity=False)


def read(text):
    """A printed number, exactly."""
    return Fraction(re.sub("·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"e\1", text).translate(_BACK))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0, "0"),
        (0.0, "0"),
        (1234567, "1,234,567"),
        (-3, "−3"),
        (10**20, "1·10²⁰"),
        (0.123456, "0.1235"),
        (-12.5, "−12.5"),
        (54321.4, "54,321"),
        (1.5e-7, "1.5·10⁻⁷"),
        (-2e100, "−2·10¹⁰⁰"),
        (9999.96, "10,000"),
        (0.00099999, "0.001"),
        (-0.0, "0"),
        (math.nan, "—"),
        (-math.inf, "−∞"),
    ],
)
def test_numbers_for_people(value, text):
    assert digits.number(value) == text


def test_numbers_past_their_digits_are_whole():
    assert digits.number(1000.4, 3) == "1,000"
    assert digits.number(999.6, 3) == "1,000"
    assert digits.number(12345.6, 6) == "12,346"
    assert digits.number(-99.4, 2) == "−99"


@settings(max_examples=50)
@given(FINITE, RADII)
@example(-0.04092202779220516, 2e-18)
@example(0.1, 0.0)
@example(5e-324, 1e308)
@example(0.0, 5e-324)
@example(999.9999, 0.3)
@example(1.0, 1e300)
def test_a_printed_ball_holds_the_ball(middle, radius):
    center, reach = (read(part) for part in digits.ball(middle, radius).split(" ± "))
    assert center - reach <= Fraction(middle) - Fraction(radius)
    assert center + reach >= Fraction(middle) + Fraction(radius)
    # And is no wider than two digits of a radius, and seventeen of a middle, must make it.
    assert reach <= Fraction(radius) * Fraction(13, 10) + abs(Fraction(middle)) / 10**16


@pytest.mark.parametrize(
    ("ball", "text"),
    [
        ((-0.0409, 2e-5), "−0.0409 ± 2.1·10⁻⁵"),
        ((12345.678, 0.5), "12,345.68 ± 0.51"),
        ((2.5e-12, 1e-20), "2.5·10⁻¹² ± 1.1·10⁻²⁰"),
        ((None, 1.0), "— ± 1"),
        ((1.0, math.inf), "1 ± ∞"),
    ],
)
def test_balls_for_people(ball, text):
    assert digits.ball(*ball) == text


@given(st.integers(-(10**20), 10**20), st.integers(0, 10**20), st.integers(-330, 280))
def test_the_middle_and_radius_of_a_certificate_hold_its_ends(low, width, exponent):
    ends = (f"{low}e{exponent}", f"{low + width}e{exponent}")
    proof = Certificate(*ends, "a test")
    middle, radius = Fraction(proof.middle), Fraction(proof.radius)
    assert middle - radius <= Fraction(ends[0])
    assert middle + radius >= Fraction(ends[1])
    assert [read(end) for end in proof.interval[1:-1].split(", ")] == [*map(Fraction, ends)]


@given(FINITE)
def test_whole_numbers_keep_every_digit(value):
    assert float(read(digits.whole(value))) == value
    assert digits.is_written(digits.whole(value))
    assert digits.is_written(repr(value))


@pytest.mark.parametrize("text", ["L(W)", "1 · L", "e^{−μt}", "", "−", "0.5·x"])
def test_words_are_no_numbers(text):
    assert not digits.is_written(text)
    assert digits.whole("<b>") == "<b>"
