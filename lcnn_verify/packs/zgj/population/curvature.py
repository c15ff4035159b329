"""The Hessian of the population loss in closed form (THEORY §2), for all four models."""

from __future__ import annotations

import math

import numpy as np

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.population.family import Family
from lcnn_verify.packs.zgj.population.scaling import ScaledFamily


def _pairs(family: Family, unit: FloatArray, others: FloatArray) -> tuple[FloatArray, ...]:
    """Return (ρ, k, k', t, k''/‖t‖) of ``unit`` (d,) against each row b̂ of ``others``; t = b̂ − ρû.

    k' is only ½-Hölder in ρ, so the angle comes from differences: a cosine loses it below 1e-8.
    k'' = α(2/π)/‖t‖ enters as k''ttᵀ, which tends to 0 with t: for a duplicate it counts as 0.
    """
    weight, beta = family.alpha * (2.0 / math.pi), family.beta
    apart, together = (np.linalg.norm(unit + sign * others, axis=1) for sign in (-1.0, 1.0))
    theta = 2.0 * np.arctan2(apart, together)
    rho, arc = np.cos(theta), 0.5 * math.pi - theta
    tangents = others - rho[:, None] * unit
    length = np.linalg.norm(tangents, axis=1)
    bend = np.divide(weight, length, out=np.zeros_like(length), where=length > 0.0)
    return (
        rho,
        weight * (np.sin(theta) + rho * arc) + beta * rho,
        weight * arc + beta,
        tangents,
        bend,
    )


def _diagonal_block(family: Family, i: int) -> FloatArray:
    """Block (i, i) over ‖w_i‖^(p−2), in scaled units; the neuron's own term is that of ½q²k(1)."""
    p, unit = family.power, family.units[i]
    rest = np.arange(len(family.units)) != i
    weights = (family.signs * family.masses)[rest]
    rho, value, slope, tangents, bend = _pairs(family, unit, family.units[rest])
    field, drag = float(weights @ value), float(weights @ (slope * rho))
    own = p * (family.alpha + family.beta) * family.masses[i]
    half = 0.5 * (p * field - drag + own) * np.eye(len(unit))
    half += (0.5 * (p * (p - 2) * field + drag) + (p - 1) * own) * np.outer(unit, unit)
    half += 0.5 * (tangents * (weights * bend)[:, None]).T @ tangents
    half += (p - 1) * np.outer((weights * slope) @ tangents, unit)
    block: FloatArray = half + half.T
    return block


def _blocks_right_of(family: Family, i: int) -> FloatArray:
    """Blocks (i, j), j = i+1 … m−1, over (‖w_i‖‖w_j‖)^(p−1), shape (m−i−1, d, d)."""
    p, unit = family.power, family.units[i]
    others = family.units[i + 1 : family.students]
    rho, value, slope, tangents, bend = _pairs(family, unit, others)
    back = unit - rho[:, None] * others  # the tangent at the other neuron
    outer = (p * p * value - (2 * p - 1) * rho * slope)[:, None] * others
    blocks: FloatArray = slope[:, None, None] * np.eye(len(unit))
    blocks += unit[:, None] * outer[:, None, :]
    blocks += (bend[:, None] * tangents)[:, :, None] * back[:, None, :]
    if p == 2:
        squares = np.outer(unit, unit) + others[:, :, None] * others[:, None, :]
        blocks += slope[:, None, None] * squares
    return blocks


def hessian_matrix(scaled: ScaledFamily) -> FloatArray:
    """∇²L, shape (m·d, m·d), in the caller's units.

    Raises :class:`InputError` naming a zero student, where L has no second derivative, and
    ``OverflowError`` naming the largest neuron, or with unit readout (blocks grow as 1/‖w_i‖) w_i.
    """
    family = scaled.family
    m, d, p = family.students, family.units.shape[1], family.power
    mantissas, exponents = scaled.mantissas[:m], scaled.exponents[:m]
    if not mantissas.all():
        row = int(np.argmin(mantissas))
        raise InputError(
            "W", f"a zero neuron in row {row}", "nonzero rows (L is not C² at w_i = 0)"
        )
    blocks = np.empty((m, m, d, d))
    with np.errstate(under="ignore"):
        for i in range(m):
            blocks[i, i] = _diagonal_block(family, i) * mantissas[i] ** (p - 2)
            levers = (mantissas[i] * mantissas[i + 1 :]) ** (p - 1)
            blocks[i, i + 1 :] = _blocks_right_of(family, i) * levers[:, None, None]
            blocks[i + 1 :, i] = blocks[i, i + 1 :].transpose(0, 2, 1)
    shifts = (p - 1) * (exponents[:, None] + exponents)
    np.fill_diagonal(shifts, p * scaled.scale + (p - 2) * exponents)
    result = scaled.to_rows(blocks, shifts, what="Hessian", blame_row=p == 1)
    return result.transpose(0, 2, 1, 3).reshape(m * d, m * d)
