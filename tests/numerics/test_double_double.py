"""Double-double operations stay within the bounds they state; a low word less, and they do not."""

# Runs as plain Python, too: it reaches every line and branch of the compiled bodies.
from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from lcnn_verify.numerics import double_double
from lcnn_verify.numerics.compensated import fast_two_sum, two_product
from lcnn_verify.numerics.double_double import DoubleDouble

_BITS = 400


def exact(a: DoubleDouble) -> mpmath.mpf:
    with mpmath.workprec(_BITS):
        return mpmath.mpf(a[0]) + mpmath.mpf(a[1])


def operands(count: int, seed: int = 0) -> list[tuple[DoubleDouble, DoubleDouble]]:
    """Pairs over forty binades, a third of them nearly cancelling."""
    rng = np.random.default_rng(seed)
    pairs = []
    for k in range(count):
        a, b = (float(rng.normal() * 2.0 ** rng.integers(-20, 20)) for _ in range(2))
        low = [float(np.spacing(x) * rng.uniform(-0.5, 0.5)) for x in (a, b)]
        if k % 3 == 0:
            b = -a * (1.0 + 2.0 ** -int(rng.integers(1, 53)))
        pairs.append((fast_two_sum(a, low[0]), fast_two_sum(b, low[1])))
    return pairs


OPERATIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any], float]] = {
    "add": (double_double.add, lambda a, b: a + b, 3.0),
    "multiply": (double_double.multiply, lambda a, b: a * b, 5.0),
    "divide": (double_double.divide, lambda a, b: a / b, 15.0),
    "root": (lambda a, b: double_double.root(absolute(a)), lambda a, b: mpmath.sqrt(abs(a)), 3.2),
}


def absolute(a: DoubleDouble) -> DoubleDouble:
    return a if a[0] > 0.0 else (-a[0], -a[1])


def worst(operation: Callable[..., Any], right: Callable[..., Any]) -> float:
    """The largest relative error in units of 2⁻¹⁰⁶."""
    found = 0.0
    with mpmath.workprec(_BITS):
        for a, b in operands(400):
            true = right(exact(a), exact(b))
            if true:
                error = abs(exact(operation(a, b)) - true) / abs(true)
                found = max(found, float(error / double_double.EPSILON))
    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_within_its_bound(name: str) -> None:
    operation, right, bound = OPERATIONS[name]
    assert 0.5 < worst(operation, right) <= bound
    assert worst(lambda a, b: (operation(a, b)[0], 0.0), right) > 1e14
    assert worst(lambda a, b: operation((a[0], 0.0), (b[0], 0.0)), right) > 1e14


def test_sums_and_products_come_with_their_exact_rounding_errors() -> None:
    for (a, _), (b, _) in operands(200):
        product, error = two_product(a, b)
        assert product == a * b
        assert Fraction(product) + Fraction(error) == Fraction(a) * Fraction(b)
        large, small = max(a, b, key=abs), min(a, b, key=abs)
        total, error = fast_two_sum(large, small)
        assert total == a + b
        assert Fraction(total) + Fraction(error) == Fraction(a) + Fraction(b)


def test_nothing_comes_of_nothing() -> None:
    nothing = (0.0, 0.0)
    assert double_double.root(nothing) == nothing
    assert double_double.multiply(nothing, (3.0, 0.0)) == nothing
    assert double_double.arcsine(nothing, (1.0, 0.0)) == nothing
    assert double_double.scale((3.0, 2.0**-60), -4.0) == (-12.0, -(2.0**-58))


def arcsine_error(angle: float, arcsine: Callable[..., Any] = double_double.arcsine) -> float:
    """The error of the arcsine of double-doubles beside ``angle``, in units of 2⁻¹⁰⁶."""
    with mpmath.workprec(_BITS):
        beside = angle * (1 + mpmath.mpf(2) ** -60)  # no double
        sine = double_double.split(mpmath.sin(beside))
        cosine = double_double.split(mpmath.cos(beside))
        true = mpmath.atan2(exact(sine), exact(cosine))
        return float(abs(exact(arcsine(sine, cosine)) - true) / double_double.EPSILON)


def test_an_arcsine_is_within_its_bound() -> None:
    rng = np.random.default_rng(3)
    edges = [(k + 0.5) / 64 + step for k in range(101) for step in (-1e-13, 1e-13)]
    ends = [s * 2.0**-k for k in range(0, 70, 3) for s in (1.0, -1.0)]
    flat = [1.5707963267948966 - 2.0**-k for k in range(2, 52, 3)]
    drawn = rng.uniform(-1.57, 1.57, 100).tolist()
    errors = [arcsine_error(angle) for angle in edges + ends + flat + drawn]
    assert max(errors) <= 12.0
    assert arcsine_error(0.3, lambda s, c: double_double.arcsine((s[0], 0.0), c)) > 1e12
    assert arcsine_error(0.3, lambda s, c: (double_double.arcsine(s, c)[0], 0.0)) > 1e12
