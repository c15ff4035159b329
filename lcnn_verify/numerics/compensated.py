"""Compensated sums and dot products: the answer as if summed in twice the precision."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled

Number = TypeVar("Number", float, FloatArray)
"""One number, or an array or a block of them."""
_SPLIT = 2.0**27 + 1.0  # halves a double into two of 26 bits


@compiled
def two_sum(a: Number, b: Number) -> tuple[Number, Number]:
    """Return (s, e) with s = fl(a + b) and s + e = a + b exactly (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@compiled
def fast_two_sum(a: float, b: float) -> tuple[float, float]:
    """As :func:`two_sum`, where |a| ≥ |b| or a = 0 (Dekker)."""
    total = a + b
    return total, b - (total - a)


@compiled
def two_product(a: float, b: float) -> tuple[float, float]:
    """Return (p, e) with p = fl(a·b) and p + e = a·b exactly, unless it underflows (Dekker).

    Without a fused multiply-add, which not every processor has: of |a| and |b| below 2⁹⁹⁵.
    """
    product = a * b
    lifted = _SPLIT * a
    a_high = lifted - (lifted - a)
    a_low = a - a_high
    lifted = _SPLIT * b
    b_high = lifted - (lifted - b)
    b_low = b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@compiled
def row_dot(a: FloatArray, b: FloatArray, i: int) -> float:
    """Row i of a times row i of b, each product rounded once, the sum compensated.

    Of matrices and not of vectors, since to pass on a row costs more than to multiply it.
    """
    total, error = 0.0, 0.0
    for j in range(a.shape[1]):
        total, rest = two_sum(total, a[i, j] * b[i, j])
        error += rest
    return total + error


@compiled
def signed_sum(signs: FloatArray, weights: FloatArray, rows: FloatArray) -> FloatArray:
    """Σ_b signs_b·weights_b·rows_b, shape (d,), of ``signs``, ``weights`` (n,), ``rows`` (n, d)."""
    n, d = rows.shape
    total, error = np.zeros(d), np.zeros(d)
    for b in range(n):
        weight = signs[b] * weights[b]
        for j in range(d):
            total[j], rest = two_sum(total[j], weight * rows[b, j])
            error[j] += rest
    for j in range(d):
        total[j] += error[j]
    return total
