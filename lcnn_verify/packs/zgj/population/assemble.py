"""From the two moments of each neuron to the loss and the gradient: shared by all three paths.

With ρ = cos θ, s = sin θ ≥ 0 and a = asin ρ = π/2 − θ, the dual kernel is k = (2/π)(s + ρ·a) and
k' = (2/π)·a. So every path only has to compute, for each neuron i,

    S_i = Σ_b c_b q_b s_ib   and   T_i = Σ_b c_b q_b a_ib b̂   (a vector),

since Σ_b c_b q_b ρ_ib a_ib = û_i·T_i. With X_i = α(2/π)T_i + β Σ_b c_b q_b b̂ and p the mass power,

    g_i = α(2/π)S_i + û_i·X_i   and   pull_i = (α(2/π)p·S_i + (p−1) û_i·X_i) û_i + X_i,

which is THEORY §2 rearranged. The rearrangement is not cosmetic: d/dρ (√(1−ρ²) + ρ̃·asin ρ) = 0 at
ρ = ρ̃, so the rounding error of a computed ρ does not reach g_i or the radial part of the pull.
"""

from __future__ import annotations

import math

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import row_dot, signed_sum, two_sum
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.packs.zgj.population.family import Family


@compiled
def assembled(family: Family, sines: FloatArray, arcs: FloatArray) -> tuple[float, FloatArray]:
    """The scaled loss and pull of a family with the moments S (n,) and T (n, d); see `assemble`."""
    pull = np.empty((family.students, family.units.shape[1]))
    return assemble(family, sines, arcs, pull), pull


@compiled
def assemble(family: Family, sines: FloatArray, arcs: FloatArray, pull: FloatArray) -> float:
    """Write the pull (m, d) of the first m neurons and return the loss, both in scaled units.

    ``sines`` (n,) and ``arcs`` (n, d) are the moments S and T; ``arcs`` is overwritten by X.
    """
    units, masses, signs, power = family.units, family.masses, family.signs, family.power
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
        total, rest = two_sum(total, signs[i] * masses[i] * (sine + along))
        error += rest
        if i < len(pull):
            radial = power * sine + (power - 1) * along
            # A zero neuron (zero unit row) has no direction: 0, by convention if unit readout.
            alive = 1.0 if masses[i] > 0.0 or row_dot(units, units, i) > 0.0 else 0.0
            for j in range(d):
                pull[i, j] = alive * (radial * units[i, j] + arcs[i, j])
    return 0.5 * (total + error)
