"""Error bounds must enclose, and the sharper route must follow the arithmetic."""

import math

import mpmath
import pytest
from enclosure_kit import diameter, holds
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Quantity

REALS = st.floats(-1e6, 1e6, allow_subnormal=False)
# Not smaller: the 60 digits of an exact value must reach beyond its error bound.
ERRORS = st.just(0.0) | st.floats(1e-30, 1e-3)


def blurred(value, error, offset):
    """A quantity whose exact value lies ``offset``·error from its float64 value."""
    with mpmath.workdps(60):
        exact = mpmath.mpf(value) + mpmath.mpf(error) * offset
    return Quantity("x", value, error, lambda _: exact, enclosed=lambda _: as_ball(exact))


def as_ball(exact):
    """An mpmath number as an exact ball."""
    sign, mantissa, exponent, _ = exact._mpf_
    return arb((-1) ** sign * int(mantissa)) * arb(2) ** exponent


@settings(max_examples=400)
@given(
    a=st.tuples(REALS, ERRORS, st.floats(-1, 1)),
    b=st.tuples(REALS, ERRORS, st.floats(-1, 1)),
)
def test_arithmetic_encloses_the_exact_result(a, b):
    x, y = blurred(*a), blurred(*b)
    results = [x + y, x - y, x * y, -x, 2.0 * x, 1.0 - x, x + 1.0]
    if abs(y.value) > 2 * y.error:
        results += [x / y, 1.0 / y]
    if x.value - x.error >= 0:
        results.append(x.sqrt())
    for result in results:
        with mpmath.workdps(50):
            exact = result.exact(40)
            assert abs(exact - mpmath.mpf(result.value)) <= result.error, result.label
            held = result.enclosed(200)
            size = max(abs(exact), 1)
            assert holds(held, exact, size * mpmath.mpf(10) ** -35), result.label
            assert diameter(held) <= 1e-50 * size, result.label


def test_labels_tell_the_formula():
    x, y = Quantity("κ", 2.0), Quantity("L", 3.0)
    assert (x * y).label == "κ · L"
    assert (x / y).named("ratio").label == "ratio"
    assert (2 * x).label == "2 · κ"
    assert x.sqrt().label == "√(κ)"
    assert ((x + y) * x).label == "(κ + L) · κ"


def test_a_divisor_that_may_be_zero_gives_no_bound():
    assert math.isinf((1.0 / Quantity("y", 1e-20, 1e-10)).error)
    assert math.isinf((1.0 / Quantity("y", 0.0, 0.0)).value)


def test_the_square_root_of_a_small_negative_value_is_zero_within_its_error():
    root = Quantity("L", -1e-16, 1e-15, lambda _: mpmath.mpf("4e-16")).sqrt()
    assert root.value == 0.0
    assert root.error >= 2e-8
    assert abs(root.exact(30) - mpmath.mpf("2e-8")) < 1e-15
    below = Quantity("L", 0.0, 1e-15, enclosed=lambda _: arb(-1e-16, 2e-16)).sqrt()
    assert holds(below.enclosed(128), 1e-8)
    assert holds(below.enclosed(128), 0)


def test_without_a_sharper_route_there_is_none_afterwards():
    assert (Quantity("x", 1.0) + 1.0).exact is None
    assert Quantity("x", 1.0).sqrt().exact is None
    assert (Quantity("x", 1.0) + 1.0).enclosed is None
    assert Quantity("x", 1.0).sqrt().enclosed is None


@pytest.mark.parametrize("number", [0.5, Quantity("half", 0.5)])
def test_plain_numbers_are_taken_exactly(number):
    quantity = Quantity.of(number)
    assert (quantity.value, quantity.error) == (0.5, 0.0)


def test_a_quotient_that_overflows_has_no_bound():
    assert math.isinf((Quantity("x", 1e10) / Quantity("y", 1e-305)).error)


def test_a_divisor_that_may_be_zero_encloses_nothing():
    wide = Quantity("y", 1.0, enclosed=lambda _: arb(0, 1))
    assert not (1.0 / wide).enclosed(64).is_finite()


@pytest.mark.parametrize("error", [-1e-300, -5.0, -math.inf])
def test_a_negative_error_bound_is_refused_before_a_violation_passes(error):
    with pytest.raises(InputError, match=r"error bound of x: got -.*, wanted ≥ 0"):
        Quantity("x", -1.0, error)
