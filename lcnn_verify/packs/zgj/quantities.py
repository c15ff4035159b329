"""The quantities properties compare: float64 value, error bound, oracle and enclosure of each."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any, TypeAlias

import mpmath
import numpy as np
from flint import arb

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import check
from lcnn_verify.evidence.amounts import frobenius
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, geometry, oracle, population, threshold
from lcnn_verify.packs.zgj.enclosure import acute, angle, unit
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.model import TIED_ABS, as_pair
from lcnn_verify.packs.zgj.strategies import discard

HasTeacher: TypeAlias = Instance | Teacher
_TORN = 4 * geometry.LINE_ANGLE_ERROR


def loss(x: Instance, label: str = "L(W)") -> Quantity:
    """The population loss, within its rounding floor (units length⁴ tied, length² unit)."""
    return Quantity(
        label,
        population.loss(x.W, x.V, model=x.model),
        population.rounding_floor(x.W, x.V, model=x.model),
        cache(lambda dps: oracle.loss(x.W, x.V, dps=dps, model=x.model)),
        enclosed=cache(lambda bits: enclosure.loss(x.W, x.V, precision=bits, model=x.model)),
    )


def gradient_norm(x: Instance, label: str = "‖∇L(W)‖") -> Quantity:
    """‖∇L‖_F, within the norm of its rows' rounding floors."""
    value = frobenius(population.gradient(x.W, x.V, model=x.model))
    floors = population.gradient_rounding_floor(x.W, x.V, model=x.model)
    return Quantity(
        label,
        value,
        frobenius(floors) * (1 + 8 * ROUNDING) + 4 * ROUNDING * value + math.ulp(0.0),
        cache(lambda dps: oracle.gradient_norm(x.W, x.V, dps=dps, model=x.model)),
        enclosed=cache(
            lambda bits: enclosure.gradient_norm(x.W, x.V, precision=bits, model=x.model)
        ),
    )


def gradient_row_norm(x: Instance, row: int) -> Quantity:
    """‖∇_{w_i}L‖ of student ``row``."""

    def exact(dps: int) -> Any:
        rows = oracle.gradient(x.W, x.V, dps=dps, model=x.model)
        with mpmath.workdps(2 * dps):
            return mpmath.mnorm(rows[row, :], "f")

    def enclosed(bits: int) -> arb:
        rows = enclosure.gradient(x.W, x.V, precision=bits, model=x.model).tolist()
        with balls.working_precision(bits):
            return balls.norm(rows[row])

    value = frobenius(population.gradient(x.W, x.V, model=x.model)[row])
    floor = float(population.gradient_rounding_floor(x.W, x.V, model=x.model)[row])
    error = floor * (1 + 8 * ROUNDING) + 4 * ROUNDING * value + math.ulp(0.0)
    return Quantity(f"‖∇L(W)‖ of row {row}", value, error, exact, enclosed=enclosed)


def threshold_level(x: HasTeacher) -> Quantity:
    """ε₀(V) = v_min⁴·M(Δ)/(8r) (THEORY §4)."""
    value = threshold.loss_threshold(x.V)
    return Quantity(
        "ε₀(V)",
        value,
        threshold.THRESHOLD_RELATIVE_ERROR * value,
        cache(lambda dps: oracle.loss_threshold(x.V, dps)),
        enclosed=cache(lambda bits: enclosure.loss_threshold(x.V, precision=bits)),
        parts=(separation(x),),
    )


def floor_found(x: HasTeacher, found: threshold.FloorEstimate) -> Quantity:
    """F(V) as a search found it: the loss of its students, which the float64 value rounds up."""
    end = Instance(found.W, x.V)
    error = 2 * ROUNDING * found.value + math.ulp(0.0)
    return replace(loss(end, "F(V)"), value=found.value, error=error)


def assume_setting(x: Instance) -> None:
    """The setting of the main paper's claims: tied |·|, m ≥ r, Δ > 0 and L(W) ≤ ε₀(V).

    Discards an instance not clearly below the threshold: starts are built below it, and this keeps
    a wrong construction from counting. Raises ``InputError`` where the rest is not met, which only
    an instance from outside, a replay file's say, can do. What a claim is run without is not asked
    for; without the separation the threshold is v_min⁴/(8r).
    """
    as_pair(x.W, x.V, overparameterized=True)
    if x.model != TIED_ABS and assumed("even-activation") and assumed("tied-readout"):
        raise InputError("model", x.model.name, TIED_ABS.name)
    if not assumed("threshold"):
        return
    level = loss(x)
    if assumed("separation"):
        bound = threshold_level(x)
    else:
        least = float(np.linalg.norm(x.V, axis=1).min()) ** 4 / (8 * len(x.V))
        bound = Quantity("v_min⁴/(8r)", least, 1e-14 * least)
    check.sound(level, bound)
    if level.value + level.error > bound.value - bound.error:
        discard("the loss is above the threshold")


def kappa(x: HasTeacher) -> Quantity:
    """κ(V) = 1/‖V‖_F (THEORY §4), in units 1/length."""
    value = threshold.kappa(x.V)
    return Quantity(
        "κ(V)",
        value,
        threshold.KAPPA_RELATIVE_ERROR * value,
        lambda dps: oracle.kappa(x.V, dps),
        enclosed=lambda bits: enclosure.kappa(x.V, precision=bits),
    )


def merged_level(delta: float) -> Quantity:
    """M(Δ), the merged-teacher level of unit teachers at angle Δ (THEORY §3, fact 8)."""
    value = threshold.merged_level(delta)
    return Quantity(
        "M(Δ)",
        value,
        threshold.MERGED_LEVEL_RELATIVE_ERROR * value,
        lambda dps: oracle.merged_level(delta, dps),
        enclosed=lambda bits: enclosure.merged_level(delta, precision=bits),
    )


def separation(x: HasTeacher) -> Quantity:
    """Δ(V), the least angle between two teacher lines, in radians."""
    value = geometry.separation(x.V)
    return Quantity(
        "Δ(V)",
        value,
        geometry.SEPARATION_RELATIVE_ERROR * value,
        lambda dps: oracle.separation(x.V, dps),
        enclosed=lambda bits: enclosure.separation(x.V, precision=bits),
    )


def merged_level_of(x: HasTeacher) -> Quantity:
    """M(Δ(V)); M is nearly cubic, so the separation's relative error counts three times."""
    delta = separation(x)
    value = threshold.merged_level(delta.value)
    relative = threshold.MERGED_LEVEL_RELATIVE_ERROR + 4 * geometry.SEPARATION_RELATIVE_ERROR

    def exact(dps: int) -> Any:
        delta = oracle.separation(x.V, dps)
        with mpmath.workdps(dps + 20):
            return oracle.merged_level(min(delta, mpmath.pi / 2), dps)

    def enclosed(bits: int) -> arb:
        return enclosure.merged_level(enclosure.separation(x.V, precision=bits), precision=bits)

    return Quantity("M(Δ)", value, relative * value, exact, enclosed=enclosed, parts=(delta,))


def recovery(x: Instance) -> Quantity:
    """R(W) = Σ_j |Σ_{i→j} q_i − ‖v_j‖²| + Σ_i q_i θ_i² (THEORY §4, zgj.recovery), in length²."""
    total = sum(frobenius(row) ** 2 for row in np.concatenate((x.W, x.V)))

    def exact(dps: int) -> Any:
        with mpmath.workdps(2 * dps + 20):
            teachers = [[mpmath.mpf(float(entry)) for entry in row] for row in x.V]
            masses = [mpmath.fdot(v, v) for v in teachers]
            missing, turned = list(masses), mpmath.mpf(0)
            for row in x.W[np.any(x.W != 0.0, axis=1)]:
                w = [mpmath.mpf(float(entry)) for entry in row]
                q = mpmath.fdot(w, w)
                squares = [
                    mpmath.fdot(w, v) ** 2 / (q * mass)
                    for v, mass in zip(teachers, masses, strict=True)
                ]
                nearest = max(range(len(squares)), key=lambda j: squares[j])
                missing[nearest] -= q
                sine = mpmath.sqrt(max(1 - squares[nearest], mpmath.mpf(0)))
                turned += q * mpmath.atan2(sine, mpmath.sqrt(squares[nearest])) ** 2
            return mpmath.fsum(abs(gap) for gap in missing) + turned

    def enclosed(bits: int) -> arb:
        with balls.working_precision(bits):
            return _enclosed_recovery(x)

    # R jumps where rounding changes a student's nearest teacher: its mass counts twice then.
    alive = x.W[np.any(x.W != 0.0, axis=1)]
    angles = np.sort(geometry.line_angles(alive, x.V), axis=1) if len(alive) else np.empty((0, 2))
    torn = alive[np.diff(angles[:, :2]).min(axis=1, initial=math.inf) <= _TORN]
    error = geometry.RECOVERY_RELATIVE_ERROR * total + 2.0 * sum(frobenius(w) ** 2 for w in torn)
    value = geometry.recovery_error(x.W, x.V)
    return Quantity("R(W)", value, error, exact, enclosed=enclosed)


def _enclosed_recovery(x: Instance) -> arb:
    """R(W) at the precision in force; NaN, which proves nothing, where it jumps."""
    teachers = [[arb(entry) for entry in row] for row in x.V.tolist()]
    missing, turned = [balls.norm_squared(v) for v in teachers], arb(0)
    units = [unit(v) for v in teachers]
    for row in x.W[np.any(x.W != 0.0, axis=1)].tolist():
        w = [arb(entry) for entry in row]
        mass = balls.norm_squared(w)
        angles = [acute(angle(unit(w), v)) for v in units]
        nearest = min(range(len(angles)), key=lambda j: float(angles[j].mid()))
        if not all(angles[nearest] < other for j, other in enumerate(angles) if j != nearest):
            return arb.nan()
        missing[nearest] -= mass
        turned += mass * balls.square(angles[nearest])
    return sum((abs(gap) for gap in missing), turned)
