"""φ and φ′ over arrays in compiled code without a branch, so that its loops are vectorized.

Errors are a few roundings of max(1, |φ|) and of 1. The C library, called for each number alone,
takes several times as long.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial.chebyshev import cheb2poly, chebfit, chebpts1

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import fused
from lcnn_verify.packs.oymak_soltanolkotabi.problem import EVERY

NUMBERS = {name: number for number, name in enumerate(EVERY)}
"""What compiled code calls an activation."""

_LOG2_E = 1.4426950408889634
_LN2, _LN2_REST = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # the first in 33 bits
_SHIFT = 6755399441055744.0  # 1.5·2⁵²: a sum with it is rounded to an integer, its last bits
_MOST = 700.0  # e^{−700} is no number of ours
_EXP = tuple(1.0 / math.factorial(j) for j in range(12, -1, -1))


def _series() -> tuple[float, ...]:
    """atanh(s)/s as a polynomial of 12 terms in u = 18s² − 1, for s² ≤ 1/9; within 1e-16."""
    nodes = chebpts1(24)
    values = [math.fsum(((1 + u) / 18) ** j / (2 * j + 1) for j in range(24)) for u in nodes]
    return tuple(map(float, cheb2poly(chebfit(nodes, values, 11))[::-1]))


_ATANH = _series()
# Halves, which do not wait for one another.
_EXP_HIGH, _EXP_LOW = _EXP[:-6], _EXP[-6:]
_ATANH_HIGH, _ATANH_LOW = _ATANH[:-6], _ATANH[-6:]


@fused
def decay(a: float) -> float:
    """e^{−a} for a ≥ 0: 2^m·e^f, with the Taylor polynomial of e^f on |f| ≤ ln(2)/2."""
    a = _MOST if a > _MOST else a
    shifted = _SHIFT - a * _LOG2_E
    m = shifted - _SHIFT
    f = (-a - m * _LN2) - m * _LN2_REST
    high, low = 0.0, 0.0
    for term in _EXP_HIGH:
        high = high * f + term
    for term in _EXP_LOW:
        low = low * f + term
    cube = f * f * f
    total = high * (cube * cube) + low
    power = (np.float64(shifted).view(np.int64) + 1023) << 52
    return float(total * np.int64(power).view(np.float64))


@fused
def jets(number: int, z: FloatArray, slopes: FloatArray) -> None:
    """Write φ over ``z`` (any,), and φ′ into ``slopes``, of the activation of that number."""
    if number == 0:  # log(1 + e) = 2·atanh(s) with s = e/(2 + e) ≤ ⅓; one division serves both
        for i in range(len(z)):
            e = decay(abs(z[i]))
            inverse = 1.0 / ((1.0 + e) * (2.0 + e))
            s = e * (1.0 + e) * inverse
            u, high, low = 18.0 * s * s - 1.0, 0.0, 0.0
            for term in _ATANH_HIGH:
                high = high * u + term
            for term in _ATANH_LOW:
                low = low * u + term
            cube = u * u * u
            total = high * (cube * cube) + low
            share = (2.0 + e) * inverse
            slopes[i] = e * share if z[i] < 0.0 else share
            z[i] = (0.0 if z[i] < 0.0 else z[i]) + 2.0 * s * total
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
