"""Students and teachers as one signed family: what every route evaluates."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import row_dot
from lcnn_verify.numerics.compiled import compiled

IntArray: TypeAlias = NDArray[np.int64]


class Family(NamedTuple):
    """The family a = (w_1..w_m, v_1..v_r) with signs c = (+1.., −1..) of THEORY §2.

    With n = m + r: ``units`` (n, d), ``masses`` and ``signs`` (n,); ``students`` is m. The dual
    kernel is alpha·k_abs + beta·ρ; ``power`` is the p of a mass ‖a‖^p. Zero neurons have a zero
    unit row and mass 0.
    """

    units: FloatArray
    masses: FloatArray
    signs: FloatArray
    students: int
    alpha: float
    beta: float
    power: int


Route: TypeAlias = Callable[[Family], tuple[float, FloatArray]]
"""The loss of a family, and its pull (m, d): row i of the gradient is ‖w_i‖^(p−1)·pull_i."""


@compiled
def directions(rows: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """The unit rows (n, d) of finite ``rows``, and the mantissas and exponents of their norms.

    Each row is first brought near 1 by its own power of two, which is exact, so that the norm of a
    denormal or of a huge neuron is as accurate as any other. Entries 2**1022 below their row's
    largest vanish: nothing sees them.
    """
    n, d = rows.shape
    units, mantissas, exponents = np.empty((n, d)), np.empty(n), np.empty(n, np.int64)
    for i in range(n):
        largest = 0.0
        for j in range(d):
            largest = max(largest, abs(rows[i, j]))
        _, exponent = math.frexp(largest)
        for j in range(d):
            units[i, j] = math.ldexp(rows[i, j], -exponent)
        norm = math.sqrt(row_dot(units, units, i))
        for j in range(d):
            units[i, j] /= norm if norm > 0.0 else 1.0
        mantissas[i], shift = math.frexp(norm)
        exponents[i] = exponent + shift
    return units, mantissas, exponents


@compiled
def masses_of(mantissas: FloatArray, exponents: IntArray, power: int) -> tuple[FloatArray, int]:
    """The masses ‖a‖^p over 2**(p·scale), at most 1, and that scale; tiny masses vanish."""
    scale = -1100
    for i in range(len(mantissas)):
        if mantissas[i] > 0.0:
            scale = max(scale, int(exponents[i]))
    masses = np.empty(len(mantissas))
    for i in range(len(masses)):
        masses[i] = math.ldexp(mantissas[i], max(int(exponents[i]) - scale, -2200)) ** power
    return masses, scale
