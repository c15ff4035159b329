"""φ and φ′ over arrays in compiled code without a branch, so that its loops are vectorized.

Errors are a few roundings of max(1, |φ|) and of 1; more digits of a small φ would take longer. The
C library, called for each number alone, takes several times as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import fused
from lcnn_verify.packs.oymak_soltanolkotabi.problem import EVERY

NUMBERS = {name: number for number, name in enumerate(EVERY)}
"""What compiled code calls an activation."""

_LOG2_E, _LN2 = 1.4426950408889634, 0.6931471805599453
_SHIFT = 6755399441055744.0  # 1.5·2⁵²: a sum with it is rounded to an integer, its last bits
_MOST = 700.0  # e^{−700} is no number of ours
_BETWEEN = 1.4140625  # near √2, and so short that 1 ± it are exact
_LOG_BETWEEN = math.log(_BETWEEN)


def _exponential() -> Iterator[float]:
    """The terms of e^f to f¹¹, |f| ≤ ln(2)/2, by Taylor: that of f¹² made of them, to 3e-18."""
    top = Chebyshev.basis(12, domain=(-_LN2 / 2, _LN2 / 2)).convert(kind=Polynomial).coef
    for j in range(12):
        yield float(1 / math.factorial(j) - top[j] / top[12] / math.factorial(12))


def _logarithm() -> Iterator[float]:
    """The terms of 2·atanh(s)/s to s¹⁴, within 1e-16 where log((1 + s)/(1 − s)) is asked for."""

    def plain(squares: FloatArray) -> FloatArray:
        return np.array([math.fsum(2 * t**j / (2 * j + 1) for j in range(12)) for t in squares])

    most = ((2 - _BETWEEN) / (2 + _BETWEEN)) ** 2
    yield from map(float, Chebyshev.interpolate(plain, 7, (0, most)).convert(kind=Polynomial).coef)


_EXP, _LOG = tuple(_exponential()), tuple(_logarithm())
# Halves, which do not wait for one another; the highest terms first.
_EXP_EVEN, _EXP_ODD, _LOG_EVEN, _LOG_ODD = _EXP[-2::-2], _EXP[::-2], _LOG[-2::-2], _LOG[::-2]


@fused
def polynomial(x: float, even: tuple[float, ...], odd: tuple[float, ...]) -> float:
    """The polynomial of those terms, as many of one kind as of the other, at x."""
    square, first, second = x * x, even[0], odd[0]
    for term in even[1:]:
        first = first * square + term
    for term in odd[1:]:
        second = second * square + term
    return first + second * x


@fused
def decay(a: float) -> float:
    """e^{−a} for a ≥ 0: 2^m·e^f, |f| ≤ ln(2)/2."""
    a = _MOST if a > _MOST else a
    shifted = _SHIFT - a * _LOG2_E
    m = shifted - _SHIFT
    total = polynomial(-a - m * _LN2, _EXP_EVEN, _EXP_ODD)
    power = (np.float64(shifted).view(np.int64) + 1023) << 52
    return float(total * np.int64(power).view(np.float64))


@fused
def jets(number: int, z: FloatArray, slopes: FloatArray) -> None:
    """Write φ over ``z`` (any,), and φ′ into ``slopes``, of the activation of that number."""
    if number == 0:  # log(1 + e) = log b + 2·atanh(s), s = (1 + e − b)/(1 + e + b), |s| < 0.172
        for i in range(len(z)):
            e = decay(abs(z[i]))
            inverse = 1.0 / ((1.0 + e) * ((1.0 + _BETWEEN) + e))  # one division serves both
            s = (e - (_BETWEEN - 1.0)) * (1.0 + e) * inverse
            share = ((1.0 + _BETWEEN) + e) * inverse
            slopes[i] = e * share if z[i] < 0.0 else share
            positive = 0.0 if z[i] < 0.0 else z[i]
            z[i] = (positive + _LOG_BETWEEN) + s * polynomial(s * s, _LOG_EVEN, _LOG_ODD)
    elif number == 1 or number == 2:
        for i in range(len(z)):
            x = z[i] + 0.5 * (number - 1)
            e = decay(2.0 * abs(x))
            size = (1.0 - e) / (1.0 + e)
            z[i] = -size if x < 0.0 else size
            slopes[i] = 1.0 - size * size
    elif number == 3:
        for i in range(len(z)):
            e = decay(z[i] * z[i])
            slopes[i] = -2.0 * z[i] * e
            z[i] = e
    else:
        for i in range(len(z)):
            slopes[i] = 1.0 if z[i] > 0.0 else 0.0
            z[i] = 0.0 if z[i] < 0.0 else z[i]
