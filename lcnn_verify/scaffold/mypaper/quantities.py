"""The quantities that the properties compare: value, error bound, oracle and enclosure of each.

A value rests on float64, and its error bound is proved beside it. The oracle is another formula, in
mpmath; the enclosure is a ball of Arb that holds the quantity, whatever the rounding.
"""

from __future__ import annotations

import math

import mpmath
from flint import arb

from lcnn_verify.evidence import Quantity
from lcnn_verify.evidence.quantity import ROUNDING
from mypaper.numbers import Numbers


def arithmetic_mean(x: Numbers) -> Quantity:
    """(x₁ + ⋯ + xₙ)/n. The sum and the division are rounded once each."""
    n = len(x.values)
    value = math.fsum(x.values) / n

    def exact(digits: int) -> mpmath.mpf:
        with mpmath.workdps(digits + 10):
            return mpmath.fsum(x.values) / n

    def enclosed(_: int) -> arb:
        return sum(map(arb, x.values), arb(0)) / n

    return Quantity("A(x)", value, 2.0 * ROUNDING * value, exact=exact, enclosed=enclosed)


def geometric_mean(x: Numbers) -> Quantity:
    """(x₁⋯xₙ)^{1/n}, by logarithms: their errors are relative errors of the exponential."""
    n = len(x.values)
    logarithms = [math.log(value) for value in x.values]
    value = math.exp(math.fsum(logarithms) / n)
    size = math.fsum(map(abs, logarithms)) / n

    def exact(digits: int) -> mpmath.mpf:
        with mpmath.workdps(digits + 10):
            return mpmath.root(mpmath.fprod(x.values), n)

    def enclosed(_: int) -> arb:
        return math.prod(map(arb, x.values), start=arb(1)).root(n)

    error = 2.0 * ROUNDING * (1.0 + size) * value
    return Quantity("G(x)", value, error, exact=exact, enclosed=enclosed)


def harmonic_mean(x: Numbers) -> Quantity:
    """n/(1/x₁ + ⋯ + 1/xₙ). The inverses, their sum and the division are rounded once each."""
    n = len(x.values)
    value = n / math.fsum(1.0 / value for value in x.values)

    def exact(digits: int) -> mpmath.mpf:
        with mpmath.workdps(digits + 10):
            return n / mpmath.fsum(1 / mpmath.mpf(value) for value in x.values)

    def enclosed(_: int) -> arb:
        return n / sum((1 / arb(value) for value in x.values), arb(0))

    return Quantity("H(x)", value, 2.0 * ROUNDING * value, exact=exact, enclosed=enclosed)
