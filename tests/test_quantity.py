"""Error bounds must enclose, and the sharper route must follow the arithmetic."""

import math

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lcnn_verify.evidence import Quantity

REALS = st.floats(-1e6, 1e6, allow_subnormal=False)
ERRORS = st.floats(0, 1e-3)


def blurred(value, error, offset):
    """A quantity whose exact value lies ``offset``·error from its float64 value."""
    with mpmath.workdps(60):
        exact = mpmath.mpf(value) + mpmath.mpf(error) * offset
    return Quantity("x", value, error, lambda _: exact)


@settings(max_examples=1000)
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
            assert abs(result.exact(40) - mpmath.mpf(result.value)) <= result.error, result.label


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


def test_without_a_sharper_route_there_is_none_afterwards():
    assert (Quantity("x", 1.0) + 1.0).exact is None
    assert Quantity("x", 1.0).sqrt().exact is None


@pytest.mark.parametrize("number", [0.5, Quantity("half", 0.5)])
def test_plain_numbers_are_taken_exactly(number):
    quantity = Quantity.of(number)
    assert (quantity.value, quantity.error) == (0.5, 0.0)
