"""Double-double arithmetic in compiled code: numbers of 106 bits as sums of two doubles.

A number is (high, low) with high = fl(high + low); an array of them has a last axis of length 2.
In units of ε = 2⁻¹⁰⁶, relative to the result and short of underflow, ``add`` errs by at most 3,
``multiply`` by 5, ``divide`` by 15 and ``root`` by 25/8 units, up to terms of 2⁻¹⁵⁹: Joldes,
Muller and Popescu, *Tight and rigorous error bounds for basic building blocks of double-word
arithmetic* (2017), algorithms 6, 10 and 17; Lefèvre, Louvet, Muller, Picot and Rideau, *Accurate
calculation of Euclidean norms using double-word arithmetic* (2023), algorithm 8.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import mpmath
import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import fast_two_sum, two_product, two_sum
from lcnn_verify.numerics.compiled import compiled

DoubleDouble: TypeAlias = tuple[float, float]
EPSILON = 2.0**-106


def split(value: mpmath.mpf) -> DoubleDouble:
    """The double-double nearest to an mpmath number, nearly."""
    high = float(value)
    return high, float(value - mpmath.mpf(high))


def _table() -> FloatArray:
    """The sine and the cosine of k/64 in [0, π/2 + 1/128], shape (102, 4)."""
    with mpmath.workprec(200):
        angles = [mpmath.mpf(k) / 64 for k in range(102)]
        return np.array([(*split(mpmath.sin(a)), *split(mpmath.cos(a))) for a in angles])


with mpmath.workprec(200):
    HALF_PI = split(mpmath.pi / 2)
    TWO_BY_PI = split(2 / mpmath.pi)
    _SIXTH = split(mpmath.mpf(1) / 6)
    _THREE_FORTIETHS = split(mpmath.mpf(3) / 40)
_SINES_AND_COSINES = _table()


@compiled
def add(a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
    """The sum a + b."""
    high, rest = two_sum(a[0], b[0])
    low, low_rest = two_sum(a[1], b[1])
    high, rest = fast_two_sum(high, rest + low)
    return fast_two_sum(high, low_rest + rest)


@compiled
def multiply(a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
    """The product a·b."""
    high, rest = two_product(a[0], b[0])
    return fast_two_sum(high, rest + (a[0] * b[1] + a[1] * b[0]))


@compiled
def scale(a: DoubleDouble, power_of_two: float) -> DoubleDouble:
    """The product of a and a power of two, without error."""
    return power_of_two * a[0], power_of_two * a[1]


@compiled
def divide(a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
    """The quotient a/b of b ≠ 0."""
    quotient = a[0] / b[0]
    product, rest = two_product(b[0], quotient)
    product, rest = fast_two_sum(product, rest + b[1] * quotient)
    return fast_two_sum(quotient, ((a[0] - product) + (a[1] - rest)) / b[0])


@compiled
def root(a: DoubleDouble) -> DoubleDouble:
    """The square root of a ≥ 0."""
    high = math.sqrt(a[0])
    if high == 0.0:
        return 0.0, 0.0
    square, rest = two_product(high, high)
    return fast_two_sum(high, (a[1] + ((a[0] - square) - rest)) / (2.0 * high))


@compiled
def arcsine(sine: DoubleDouble, cosine: DoubleDouble) -> DoubleDouble:
    """The angle in [−π/2, π/2] whose sine and cosine ≥ 0 these are, within 12ε.

    With a = |angle| and k/64 nearest to it, t = sin(a − k/64) is at most 1/128 and a bit, where
    arcsin t = t + t³/6 + 3t⁵/40 + …; from t⁷ on doubles are enough, and t¹⁷ is below 2⁻¹¹⁹.
    """
    sign = math.copysign(1.0, sine[0])
    x = (sign * sine[0], sign * sine[1])
    k = int(64.0 * math.atan2(x[0], cosine[0]) + 0.5)
    entry = _SINES_AND_COSINES[k]
    turned = multiply(cosine, (-entry[0], -entry[1]))
    t = add(multiply(x, (entry[2], entry[3])), turned)
    z = multiply(t, t)
    y = z[0]
    tail = 231.0 / 13312.0 + y * (143.0 / 10240.0)
    tail = 35.0 / 1152.0 + y * (63.0 / 2816.0 + y * tail)
    rest = add(_THREE_FORTIETHS, (y * (15.0 / 336.0 + y * tail), 0.0))
    rest = multiply(z, add(_SIXTH, multiply(z, rest)))
    small = add(t, multiply(t, rest))
    angle = add((k / 64.0, 0.0), small)
    return sign * angle[0], sign * angle[1]
