"""The Hessian of the population loss, by the blocks of THEORY §2."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.agreement import agreed
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, ModelLike, as_model, as_pair
from lcnn_verify.packs.zgj.oracle.closed_form import as_matrix, kernel_and_slope
from lcnn_verify.packs.zgj.oracle.family import PreciseFamily, precise_family, total_mass

_Block = list[list[Any]]


def hessian(
    W: ArrayLike, V: ArrayLike, *, dps: int = 50, model: ModelLike = TIED_ABS
) -> mpmath.matrix:
    """∇²_W of the population loss, an (m·d, m·d) symmetric matrix in row-major order of W.

    Frobenius error ≤ 10^-(dps-5)·max(‖∇²L‖, 10^-dps·scale) with scale = m·Σ mass if tied and
    m·(1 + Σ mass/min‖w_i‖) if unit. Raises :class:`InputError` naming the row of a zero student
    (the block there depends on the direction of approach), else as ``oracle.loss`` does.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    zero = np.flatnonzero(~students.any(axis=1))
    if len(zero):
        raise InputError("W", f"a zero student at row {zero[0]}", "nonzero rows for a Hessian")
    with mpmath.workdps(30):
        scale = len(students) * total_mass(students, teachers, model)
        if model.mass_power == 1:
            norms = precise_family(students, teachers, model).norms[: len(students)]
            scale = len(students) + scale / min(norms)
    flat = agreed("hessian", lambda: _hessian(students, teachers, model), dps, scale)
    return as_matrix(flat, students.size, students.size, dps)


def _hessian(W: FloatArray, V: FloatArray, model: Model) -> list[Any]:
    family, d = precise_family(W, V, model), W.shape[1]
    size = family.students * d
    flat = [mpmath.mpf(0)] * (size * size)
    for i in range(family.students):
        for b in range(i, len(family.units)):
            diagonal, mixed = _blocks(family, i, b, model)
            targets = [(i, i, diagonal)]
            if i < b < family.students:
                mirrored = [list(column) for column in zip(*mixed, strict=True)]
                back, _ = _blocks(family, b, i, model)
                targets += [(b, b, back), (i, b, mixed), (b, i, mirrored)]
            for row, column, block in targets:
                for j in range(d):
                    start = (row * d + j) * size + column * d
                    for k in range(d):
                        flat[start + k] += block[j][k]
    return flat


def _blocks(family: PreciseFamily, i: int, b: int, model: Model) -> tuple[_Block, _Block]:
    """(What neuron b adds to ∂²L/∂w_i², ∂²L/∂w_i∂w_b up to c_b); the second is unused if b = i.

    THEORY §2 for any mass power p, with P_u = I − uuᵀ. Diagonal: c_b q_b n^(p-2)·[(pK − K'ρ)P_u
    + (p−1)(pKuuᵀ + K'(tuᵀ + utᵀ)) + K''ttᵀ], and for b = i pK(1)n^(2p-2)·[I + 2(p−1)uuᵀ].
    Off the diagonal: (nN)^(p-1)·[p(pKu + K't)vᵀ + ((p−1)K'u + K''t)sᵀ + K'P_v].
    """
    p, d = model.mass_power, len(family.units[i])
    u, v = family.units[i], family.units[b]
    norm = family.norms[i]
    if i == b:
        front = p * kernel_and_slope(1, model)[0] * norm ** (2 * p - 2)
        own = [[front * ((j == k) + 2 * (p - 1) * u[j] * u[k]) for k in range(d)] for j in range(d)]
        return own, own
    rho = mpmath.fdot(u, v)
    value, slope = kernel_and_slope(rho, model)
    t = [y - rho * x for x, y in zip(u, v, strict=True)]
    s = [x - rho * y for x, y in zip(u, v, strict=True)]
    # K'' = (2α/π)/sin θ only meets ttᵀ and tsᵀ, of size sin²θ: finite, 0 at sin θ = 0. ‖t‖ is sin θ
    # with all its digits, where √(1 − ρ²) has lost half of them.
    sine = mpmath.sqrt(mpmath.fdot(t, t))
    bend = model.kernel_weights[0] * 2 / (mpmath.pi * sine) if sine else sine
    outer = family.charges[b] * norm ** (p - 2)
    lever = (norm * family.norms[b]) ** (p - 1)
    diagonal, mixed = [], []
    for j in range(d):
        diagonal.append(
            [
                outer
                * (
                    (p * value - slope * rho) * ((j == k) - u[j] * u[k])
                    + (p - 1) * (p * value * u[j] * u[k] + slope * (t[j] * u[k] + u[j] * t[k]))
                    + bend * t[j] * t[k]
                )
                for k in range(d)
            ]
        )
        mixed.append(
            [
                lever
                * (
                    p * (p * value * u[j] + slope * t[j]) * v[k]
                    + ((p - 1) * slope * u[j] + bend * t[j]) * s[k]
                    + slope * ((j == k) - v[j] * v[k])
                )
                for k in range(d)
            ]
        )
    return diagonal, mixed
