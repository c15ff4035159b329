"""Students and teachers as one signed family, scaled so that nothing inside overflows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import row_dot
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.packs.zgj.model import Model, as_model

IntArray: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SignedFamily:
    """The family a = (w_1..w_m, v_1..v_r) with signs c = (+1.., −1..) of THEORY §2.

    ‖a‖ = ``mantissas`` · 2**``exponents`` exactly as computed; ``masses`` are ‖a‖^p divided by
    2**(p·``scale``), at most 1, so sums of their products neither overflow nor lose a digit to
    underflow that could matter at double precision. Zero neurons have a zero unit row and mass 0.

    Shapes, with n = m + r: ``units`` (n, d), all other arrays (n,).
    """

    units: FloatArray
    mantissas: FloatArray
    exponents: IntArray
    masses: FloatArray
    signs: FloatArray
    students: int
    scale: int


def signed_family(W: FloatArray, V: FloatArray, model: Model) -> SignedFamily:
    """Build the signed family of trusted matrices W (m, d) and V (r, d).

    Raises ``InputError`` if ``model`` is no :class:`Model`.
    """
    as_model(model)
    rows = np.concatenate((W, V))
    signs = np.ones(len(rows))
    signs[len(W) :] = -1.0
    with np.errstate(under="ignore"):  # which plain Python bodies would notice
        units, mantissas, exponents = _directions(rows)
        masses, scale = _masses(mantissas, exponents, model.mass_power)
    return SignedFamily(units, mantissas, exponents, masses, signs, len(W), scale)


@compiled
def _directions(rows: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
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
def _masses(mantissas: FloatArray, exponents: IntArray, power: int) -> tuple[FloatArray, int]:
    """The masses of :class:`SignedFamily`, and its ``scale``; tiny ones vanish."""
    scale = -1100
    for i in range(len(mantissas)):
        if mantissas[i] > 0.0:
            scale = max(scale, int(exponents[i]))
    masses = np.empty(len(mantissas))
    for i in range(len(masses)):
        masses[i] = math.ldexp(mantissas[i], max(int(exponents[i]) - scale, -2200)) ** power
    return masses, scale
