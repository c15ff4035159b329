"""Loss, gradient and Hessian by the closed forms of THEORY §2."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.agreement import agreed, nonnegative
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import TIED_ABS, Activation, Model, ModelLike, as_model, as_pair
from lcnn_verify.packs.zgj.oracle.family import (
    PreciseFamily,
    loss_scale,
    precise_family,
    total_mass,
)

_CLIP = 1e-9


def kernel(rho: Any, dps: int = 50, activation: Activation = "abs") -> mpmath.mpf:
    """The dual kernel E[σ(u·x)σ(v·x)] of unit vectors with cosine ``rho`` (THEORY §2).

    ``rho`` is a real number, taken exactly; rounding may have left it past ±1 by up to 1e-9, and
    it is clipped. Error ≤ 10^-(dps-5)·max(k, 10^-dps). Raises :class:`InputError` otherwise.
    """
    model = Model(activation)
    exact = exact_real("rho", rho)
    if abs(exact) > 1 + _CLIP:
        raise InputError("rho", repr(rho), "a cosine, between -1 and 1")
    return agreed("kernel", lambda: kernel_and_slope(exact, model)[0], dps, 1)


def loss(W: ArrayLike, V: ArrayLike, *, dps: int = 50, model: ModelLike = TIED_ABS) -> mpmath.mpf:
    """Population loss ½E[(f_W − f*)²] of students W (m, d) against teachers V (r, d).

    Units of mass². Error ≤ 10^-(dps-5)·max(L, 10^-dps·(Σ mass)²); never negative. Raises
    :class:`InputError` on bad input, :class:`OracleError` when two precisions disagree.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    scale = loss_scale(students, teachers, model)
    value = agreed("loss", lambda: _loss(students, teachers, model), dps, scale)
    return nonnegative("loss", value, dps, scale)


def gradient(
    W: ArrayLike, V: ArrayLike, *, dps: int = 50, model: ModelLike = TIED_ABS
) -> mpmath.matrix:
    """∇_W of the population loss, an (m, d) matrix in units of mass²/length.

    The row of a zero student is 0: exactly so if tied, by convention if unit (not differentiable
    there). Frobenius error ≤ 10^-(dps-5)·max(‖∇L‖, 10^-dps·(Σ‖w_i‖^(2p-2))^½·Σ mass). Raises as
    :func:`loss` does.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    rows, columns = students.shape
    with mpmath.workdps(30):
        family = precise_family(students, teachers, model)
        levers = (norm ** (2 * model.mass_power - 2) for norm in family.norms[:rows])
        scale = mpmath.sqrt(mpmath.fsum(levers)) * mpmath.fsum(family.masses)
    flat = agreed("gradient", lambda: _gradient(students, teachers, model), dps, scale)
    return as_matrix(flat, rows, columns, dps)


def gradient_norm(
    W: ArrayLike, V: ArrayLike, *, dps: int = 50, model: ModelLike = TIED_ABS
) -> mpmath.mpf:
    """‖∇_W L‖_F, with the error and the exceptions of :func:`gradient`."""
    rows = gradient(W, V, dps=dps, model=model)
    with mpmath.workdps(5 * dps // 2 + 30):
        return mpmath.mnorm(rows, "f")


def kernel_and_slope(rho: Any, model: Model) -> tuple[Any, Any]:
    """(K(ρ), K'(ρ)) at the precision in force, ρ clipped to [-1, 1].

    (1 − ρ)(1 + ρ) and not 1 − ρ²: the squaring would lose half the digits near ρ = ±1.
    """
    rounded = mpmath.mpf(rho)
    clipped = mpmath.sign(rounded) if abs(rounded) > 1 else rounded
    return _kernel_and_slope(clipped, model, mpmath.mp.prec)


# Clones, loss and gradient at one point, and two sides of one claim meet the same cosines.
@functools.lru_cache(maxsize=2**14)
def _kernel_and_slope(rho: Any, model: Model, _: int) -> tuple[Any, Any]:
    """The same for an mpmath ρ in [-1, 1]; the precision in force is the third argument."""
    alpha, beta = model.kernel_weights
    sine = mpmath.sqrt((1 - rho) * (1 + rho))
    turned = _angle_weight(alpha, mpmath.mp.prec) * mpmath.atan(rho / (1 + sine))
    value = _angle_weight(alpha, mpmath.mp.prec) / 2 * sine + rho * turned
    return value + beta * rho, turned + beta


@functools.cache
def _angle_weight(alpha: float, _: int) -> Any:
    """4α/π; asin ρ is twice the angle atan(ρ/(1 + √(1 − ρ²))), and one root serves both."""
    return 4 * mpmath.mpf(alpha) / mpmath.pi


def forget_kernels() -> None:
    """Have the next evaluation compute every kernel anew: for who measures what one costs."""
    _kernel_and_slope.cache_clear()


def as_matrix(flat: list[Any], rows: int, columns: int, dps: int) -> mpmath.matrix:
    """The row-major list as an mpmath matrix, without rounding it to the caller's precision."""
    with mpmath.workdps(5 * dps // 2 + 30):
        result = mpmath.matrix(rows, columns)
        for index, value in enumerate(flat):
            result[index // columns, index % columns] = value
    return result


def _loss(W: FloatArray, V: FloatArray, model: Model) -> Any:
    family = precise_family(W, V, model)
    self_kernel, _ = kernel_and_slope(1, model)
    present, pair = family.present(), _pairs(family, model)
    terms = [self_kernel * mpmath.fdot(family.masses, family.masses) / 2]
    for k, i in enumerate(present):
        others = [family.charges[j] for j in present[:k]]
        terms.append(family.charges[i] * mpmath.fdot(others, [pair(i, j)[1] for j in present[:k]]))
    return mpmath.fsum(terms)


def _gradient(W: FloatArray, V: FloatArray, model: Model) -> list[Any]:
    family, power = precise_family(W, V, model), model.mass_power
    self_kernel, pair = kernel_and_slope(1, model)[0], _pairs(family, model)
    flat: list[Any] = []
    for i, unit in enumerate(family.units[: family.students]):
        others = [b for b in family.present() if b != i]
        met, charges = [pair(i, b) for b in others], [family.charges[b] for b in others]
        pulls = [charge * slope for charge, (_, _, slope) in zip(charges, met, strict=True)]
        field = mpmath.fdot(charges, [value for _, value, _ in met])
        radial = power * (field + self_kernel * family.masses[i])
        radial -= mpmath.fdot(pulls, [rho for rho, _, _ in met])
        lever = family.norms[i] ** (power - 1) if family.norms[i] else family.norms[i]
        for k, u in enumerate(unit):
            along = mpmath.fdot(pulls, [family.units[b][k] for b in others])
            flat.append(lever * (radial * u + along))
    return flat


def _pairs(family: PreciseFamily, model: Model) -> Callable[[int, int], tuple[Any, Any, Any]]:
    """(ρ, K(ρ), K'(ρ)) of two rows, computed once for the two neurons that they hold."""

    @functools.cache
    def known(i: int, b: int) -> tuple[Any, Any, Any]:
        rho = family.cosine(i, b)
        return (rho, *kernel_and_slope(rho, model))

    first = family.first
    return lambda i, b: known(min(first[i], first[b]), max(first[i], first[b]))


def exact_real(name: str, value: Any) -> Any:
    """``value`` as an exact finite mpmath real, or :class:`InputError`."""
    value = value.item() if isinstance(value, np.generic) else value
    try:
        with mpmath.workdps(60):
            exact = value if isinstance(value, mpmath.mpf) else mpmath.mpf(value)
    except (TypeError, ValueError):
        raise InputError(name, repr(value), "a finite real number") from None
    if isinstance(value, bool | str) or not mpmath.isfinite(exact):
        raise InputError(name, repr(value), "a finite real number")
    return exact


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

    known: dict[tuple[int, bool, int, bool], tuple[_Block, _Block]] = {}

    def blocks(i: int, b: int) -> tuple[_Block, _Block]:
        """Those of two rows; clones share them, a teacher at a student's place has its own sign."""
        key = (family.first[i], i == b, family.first[b], b < family.students)
        if key not in known:
            known[key] = _blocks(family, i, b, model)
        return known[key]

    for i in range(family.students):
        for b in range(i, len(family.units)):
            diagonal, mixed = blocks(i, b)
            targets = [(i, i, diagonal)]
            if i < b < family.students:
                mirrored = [list(column) for column in zip(*mixed, strict=True)]
                back, _ = blocks(b, i)
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
    rho = family.cosine(i, b)
    value, slope = kernel_and_slope(rho, model)
    t = [y - rho * x for x, y in zip(u, v, strict=True)]
    s = [x - rho * y for x, y in zip(u, v, strict=True)]
    # K'' = (2α/π)/sin θ only meets ttᵀ and tsᵀ, of size sin²θ: finite, 0 at sin θ = 0. ‖t‖ is sin θ
    # with all its digits, where √(1 − ρ²) has lost half of them.
    sine = mpmath.sqrt(mpmath.fdot(t, t))
    bend = model.kernel_weights[0] * 2 / (mpmath.pi * sine) if sine else sine
    outer = family.charges[b] * norm ** (p - 2)
    lever = (norm * family.norms[b]) ** (p - 1)
    across, turn = outer * (p * value - slope * rho), outer * (p - 1) * slope
    radial, bent = outer * (p - 1) * p * value - across, outer * bend
    step, pulled = lever * p * value, lever * slope
    diagonal, mixed = [], []
    for j in range(d):
        towards = radial * u[j] + turn * t[j], turn * u[j] + bent * t[j]
        both = (
            p * (step * u[j] + pulled * t[j]) - pulled * v[j],
            (p - 1) * pulled * u[j] + lever * bend * t[j],
        )
        diagonal.append([mpmath.fdot(towards, (u[k], t[k])) for k in range(d)])
        mixed.append([mpmath.fdot(both, (v[k], s[k])) for k in range(d)])
        diagonal[j][j] += across
        mixed[j][j] += pulled
    return diagonal, mixed
