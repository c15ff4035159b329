"""Students and teachers as one signed family, scaled so that nothing inside overflows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lcnn_verify._jit import compiled
from lcnn_verify.model import FloatArray, Model, as_model
from lcnn_verify.population.compensated import row_dot

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


@compiled
def norms(rows: FloatArray) -> FloatArray:
    """The norm of each row of an (n, d) array, within 2 units in the last place for every d."""
    result = np.empty(len(rows))
    for i in range(len(rows)):
        result[i] = math.sqrt(row_dot(rows, rows, i))
    return result


def signed_family(W: FloatArray, V: FloatArray, model: Model) -> SignedFamily:
    """Build the signed family of trusted matrices W (m, d) and V (r, d).

    Raises ``InputError`` if ``model`` is no :class:`Model`.
    """
    as_model(model)
    rows = np.concatenate((W, V))
    signs = np.concatenate((np.ones(len(W)), -np.ones(len(V))))
    # Entries 2**1022 below their row's largest, and such masses, vanish: nothing sees them.
    with np.errstate(under="ignore"):
        # Each row is first brought near 1 by its own power of two, which is exact, so that the
        # norm of a denormal or of a huge neuron is as accurate as any other.
        _, exponents = np.frexp(np.abs(rows).max(axis=1))
        scaled = np.ldexp(rows, -exponents[:, None])
        mantissas = norms(scaled)
        units = scaled / np.where(mantissas == 0.0, 1.0, mantissas)[:, None]
        mantissas, shift = np.frexp(mantissas)
        exponents = exponents.astype(np.int64) + shift
        scale = int(exponents[mantissas > 0.0].max(initial=-1100))
        masses = np.ldexp(mantissas, np.maximum(exponents - scale, -2200)) ** model.mass_power
    return SignedFamily(units, mantissas, exponents, masses, signs, len(W), scale)
