"""Students and teachers as one signed family, and the way from its moments to loss and gradient.

With ρ = cos θ, s = sin θ ≥ 0 and a = asin ρ = π/2 − θ, the dual kernel is k = (2/π)(s + ρ·a) and
k' = (2/π)·a. So every route only has to compute, for each neuron i,

    S_i = Σ_b c_b q_b s_ib   and   T_i = Σ_b c_b q_b a_ib b̂   (a vector),

since Σ_b c_b q_b ρ_ib a_ib = û_i·T_i. With X_i = α(2/π)T_i + β Σ_b c_b q_b b̂ and p the mass power,

    g_i = α(2/π)S_i + û_i·X_i   and   pull_i = (α(2/π)p·S_i + (p−1) û_i·X_i) û_i + X_i,

which is THEORY §2 rearranged. The rearrangement is not cosmetic: d/dρ (√(1−ρ²) + ρ̃·asin ρ) = 0 at
ρ = ρ̃, so the rounding error of a computed ρ does not reach g_i or the radial part of the pull.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import row_dot, signed_sum, two_sum
from lcnn_verify.numerics.compiled import compiled, inlined

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


_TAME_EXPONENT = 400
_TAME = 2.0**_TAME_EXPONENT
"""Squares and products of numbers between its inverse and it lose nothing to over- or underflow."""


@compiled
def signed(
    W: FloatArray, V: FloatArray, power: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, IntArray, int]:
    """Unit rows (n, d), masses, signs, mantissas and exponents (n,) of norms, and the scale.

    Of finite rows. Tiny and huge ones are first brought near 1 by a power of two, which is exact,
    so that the norm of a denormal is as accurate as any other. Entries 2**540 below their row's
    largest may vanish from it: nothing sees them. Masses are ‖a‖^p over 2**(p·scale), at most 1;
    tiny masses vanish.
    """
    n, d = len(W) + len(V), W.shape[1]
    units, masses, signs = np.empty((n, d)), np.empty(n), np.empty(n)
    mantissas, exponents = np.empty(n), np.empty(n, np.int64)
    scale = sign_into(W, V, power, units, masses, signs, mantissas, exponents)
    return units, masses, signs, mantissas, exponents, scale


@inlined
def sign_into(
    W: FloatArray,
    V: FloatArray,
    power: int,
    units: FloatArray,
    masses: FloatArray,
    signs: FloatArray,
    mantissas: FloatArray,
    exponents: IntArray,
) -> int:
    """As :func:`signed`, allocating nothing; returns the scale."""
    m, n, d = len(W), len(units), units.shape[1]
    scale = -1100
    for i in range(n):
        signs[i] = 1.0 if i < m else -1.0
        largest = 0.0
        for j in range(d):
            units[i, j] = W[i, j] if i < m else V[i - m, j]
            largest = max(largest, abs(units[i, j]))
        exponent = 0
        if not 1.0 / _TAME < largest < _TAME:
            exponent = math.frexp(largest)[1]
            for j in range(d):
                units[i, j] = math.ldexp(units[i, j], -exponent)
        norm = math.sqrt(row_dot(units, units, i))
        divisor = norm if norm > 0.0 else 1.0
        for j in range(d):
            units[i, j] /= divisor
        mantissas[i], shift = math.frexp(norm)
        exponents[i] = exponent + shift
        if norm > 0.0:
            scale = max(scale, exponent + shift)
    for i in range(n):
        masses[i] = math.ldexp(mantissas[i], max(int(exponents[i]) - scale, -2200)) ** power
    return scale


@compiled
def scaled_rows(
    pull: FloatArray, mantissas: FloatArray, exponents: IntArray, shift: int, power: int
) -> tuple[FloatArray, int]:
    """Rows ‖w_i‖^(p−1)·pull_i·2^shift, one rounding at the end, and the first that overflows.

    ‖w_i‖ = ``mantissas``[i]·2^``exponents``[i]; −1 if every row fits.
    """
    rows = np.empty(pull.shape)
    return rows, scale_rows_into(pull, mantissas, exponents, shift, power, rows)


@inlined
def scale_rows_into(
    pull: FloatArray,
    mantissas: FloatArray,
    exponents: IntArray,
    shift: int,
    power: int,
    rows: FloatArray,
) -> int:
    """As :func:`scaled_rows`, allocating nothing; returns the first that overflows."""
    beyond = -1
    for i in range(len(rows)):
        lever = mantissas[i] if power == 2 else 1.0
        exponent = shift + (int(exponents[i]) if power == 2 else 0)
        if abs(exponent) < _TAME_EXPONENT:  # a pull of masses up to 1 then stays finite
            factor = math.ldexp(lever, exponent)
            for j in range(pull.shape[1]):
                rows[i, j] = factor * pull[i, j]
        else:
            for j in range(pull.shape[1]):
                rows[i, j] = np.ldexp(lever * pull[i, j], exponent)
                if beyond < 0 and not math.isfinite(rows[i, j]):
                    beyond = i
    return beyond


@compiled
def assembled(family: Family, sines: FloatArray, arcs: FloatArray) -> tuple[float, FloatArray]:
    """The scaled loss and pull of a family with the moments S (n,) and T (n, d); see `assemble`."""
    pull = np.empty((family.students, family.units.shape[1]))
    return assemble(family, sines, arcs, pull), pull


@inlined
def share(family: Family, i: int, sine: float, along: float) -> float:
    """Neuron i's share of 2L, of α(2/π)S_i and û_i·X_i."""
    charge: float = family.signs[i] * family.masses[i]
    return charge * (sine + along)


@inlined
def direction(family: Family, i: int, sine: float, along: float) -> tuple[float, float]:
    """Whether neuron i has a direction, 1 or 0, and what of its pull lies along it beside X_i.

    A zero neuron, of zero unit row, has none: 0, by convention if unit readout.
    """
    units, power = family.units, family.power
    alive = 1.0 if family.masses[i] > 0.0 or row_dot(units, units, i) > 0.0 else 0.0
    return alive, power * sine + (power - 1) * along


@inlined
def assemble(family: Family, sines: FloatArray, arcs: FloatArray, pull: FloatArray) -> float:
    """Write the pull (m, d) of the first m neurons and return the loss, both in scaled units.

    ``sines`` (n,) and ``arcs`` (n, d) are the moments S and T; ``arcs`` is overwritten by X.
    """
    units, masses, signs = family.units, family.masses, family.signs
    n, d = units.shape
    weight = family.alpha * (2.0 / math.pi)
    if family.beta != 0.0:
        linear = signed_sum(signs, masses, units)
        for i in range(n):
            for j in range(d):
                arcs[i, j] = weight * arcs[i, j] + family.beta * linear[j]
    else:
        for i in range(n):
            for j in range(d):
                arcs[i, j] *= weight
    total, error = 0.0, 0.0
    for i in range(n):
        sine = weight * sines[i]
        along = row_dot(units, arcs, i)
        total, rest = two_sum(total, share(family, i, sine, along))
        error += rest
        if i < len(pull):
            alive, radial = direction(family, i, sine, along)
            for j in range(d):
                pull[i, j] = alive * (radial * units[i, j] + arcs[i, j])
    return 0.5 * (total + error)
