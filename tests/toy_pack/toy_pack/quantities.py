"""The quantities the properties compare: value, error bound, oracle and enclosure of each."""

from __future__ import annotations

import math

import mpmath
from flint import arb, fmpq

from lcnn_verify.evidence import Quantity
from lcnn_verify.evidence.quantity import ROUNDING
from toy_pack import counting


def count(n: int) -> Quantity:
    """p(n), which is an integer: only its float64 value may be rounded."""
    exact = counting.partitions(n)
    error = ROUNDING * exact if exact > 2**53 else 0.0
    return Quantity(
        label=f"p({n})",
        value=float(exact),
        error=error,
        exact=lambda _: mpmath.mpf(exact),
        enclosed=lambda _: arb(exact),
    )


def growth_bound(n: int) -> Quantity:
    """e^{π√(2n/3)}. The exponential multiplies the four roundings before it by the exponent."""
    exponent = math.pi * math.sqrt(2.0 * n / 3.0)
    value = math.exp(exponent)

    def exact(digits: int) -> mpmath.mpf:
        with mpmath.workdps(digits + 10):
            return mpmath.exp(mpmath.pi * mpmath.sqrt(mpmath.mpf(2 * n) / 3))

    def enclosed(_: int) -> arb:
        return (arb.pi() * arb(fmpq(2 * n, 3)).sqrt()).exp()

    error = 2.0 * (exponent + 1.0) * ROUNDING * value
    return Quantity(f"e^(π√(2·{n}/3))", value, error, exact=exact, enclosed=enclosed)
