"""Angles between neurons as lines, separation, assignment, recovery error, in float64.

w and −w are one neuron, so every angle here is acute: in [0, π/2], in radians.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import TIED_ABS, ModelLike, as_model, as_pair, as_weights
from lcnn_verify.packs.zgj.oracle.teacher import exact_tangent, integer_rows, reject_zero_rows
from lcnn_verify.packs.zgj.population.scaling import scaled_family

LabelArray: TypeAlias = NDArray[np.intp]

LINE_ANGLE_ERROR = 16 * 2.0**-52
"""Absolute error bound (radians) of every entry of :func:`line_angles`, for d ≤ 10⁴."""

SEPARATION_RELATIVE_ERROR = 2 * 2.0**-52
"""Relative error bound of :func:`separation`, down to the smallest normal float64."""

RECOVERY_RELATIVE_ERROR = 64 * 2.0**-52
"""Error bound of :func:`recovery_error` for its own assignment, relative to Σ mass of W and V."""


def line_angles(A: ArrayLike, B: ArrayLike) -> FloatArray:
    """Acute angles (radians) between the lines of A (a, d) and B (b, d), shape (a, b).

    2·atan2 of the lesser and the greater of ‖û−v̂‖, ‖û+v̂‖ (THEORY §7): absolute error ≤
    :data:`LINE_ANGLE_ERROR` at any norms. Raises :class:`InputError` on bad input, unequal
    dimensions, or naming a zero row.
    """
    left, right = as_weights("A", A), as_weights("B", B)
    if left.shape[1] != right.shape[1]:
        raise InputError("A", f"dimension d = {left.shape[1]}", f"B's d = {right.shape[1]}")
    reject_zero_rows("A", left)
    reject_zero_rows("B", right)
    return _unit_angles(_units(left), _units(right))


def separation(V: ArrayLike) -> float:
    """Δ, the least acute angle (radians) between two teacher lines of V (r, d); π/2 if r = 1.

    Relative error ≤ :data:`SEPARATION_RELATIVE_ERROR` however small Δ: the closest pairs are
    decided in integers, and 0 means that two lines truly coincide. Raises :class:`InputError` on
    bad input or naming the row of a zero teacher. Source: THEORY §1.
    """
    return closest_pair(V)[0]


def closest_pair(V: ArrayLike) -> tuple[float, tuple[int, int]]:
    """:func:`separation`, and the first pair of rows that attains it; (0, 0) if r = 1."""
    teachers = as_weights("V", V)
    reject_zero_rows("V", teachers)
    if len(teachers) == 1:
        return math.pi / 2, (0, 0)
    # Float64 shortlists: whoever is within twice the error of the least may be the closest.
    units, shortlist, least = _units(teachers), [], math.inf
    for j in range(1, len(units)):
        angles = _unit_angles(units[:j], units[j : j + 1])[:, 0]
        least = min(least, float(angles.min()))
        near = np.flatnonzero(angles <= least + 2 * LINE_ANGLE_ERROR)
        shortlist += [(float(angles[i]), int(i), j) for i in near]
    rows = integer_rows(teachers)
    best, pair = math.inf, (0, 0)
    for angle, i, j in shortlist:
        if best > 0.0 and angle <= least + 2 * LINE_ANGLE_ERROR:
            exact = _rounded_angle(*exact_tangent(rows[i], rows[j]))
            if exact < best:
                best, pair = exact, (i, j)
    return best, pair


def recovery_error(W: ArrayLike, V: ArrayLike, model: ModelLike = TIED_ABS) -> float:
    """R(W) = Σ_j |Σ_{i→j} q_i − q(v_j)| + Σ_i q_i θ_i², each student i sent to its nearest teacher.

    q is a neuron's mass (‖w‖² if tied: units of length²; ‖w‖ if unit) and θ_i its angle (radians)
    to its teacher's line; 0 exactly when L = 0 (THEORY §3 fact 7, §4 "recovery"). Error ≤
    :data:`RECOVERY_RELATIVE_ERROR`·Σ mass for the assignment that float64 sees; R jumps where a
    student changes teacher. Raises :class:`InputError` on bad input, a zero teacher, or ReLU,
    whose neurons are not lines, and ``OverflowError`` when R does not fit float64.
    """
    model = as_model(model)
    if model.activation != "abs":
        raise InputError("model", model.name, "activation 'abs', whose neurons are lines")
    students, teachers = as_pair(W, V)
    reject_zero_rows("V", teachers)
    labels, angles = _nearest(students, teachers)
    scaled = scaled_family(students, teachers, model)
    masses, targets = np.split(scaled.family.masses, [len(students)])
    unmatched = sum(
        abs(float(np.sum(masses[labels == j])) - float(target)) for j, target in enumerate(targets)
    )
    total = unmatched + float(np.sum(masses * angles**2))
    try:
        return math.ldexp(total, model.mass_power * scaled.scale)
    except OverflowError:
        raise OverflowError("recovery_error overflows float64: scale W and V down") from None


def _units(weights: FloatArray) -> FloatArray:
    """Nonzero rows divided by their norms, safe at any norm: first by a power of two, exactly."""
    _, exponents = np.frexp(np.abs(weights).max(axis=1, keepdims=True))
    scaled = np.ldexp(weights, -exponents)
    units: FloatArray = scaled / np.sqrt(np.sum(scaled * scaled, axis=1, keepdims=True))
    return units


def _unit_angles(left: FloatArray, right: FloatArray) -> FloatArray:
    """Acute angles of unit rows, shape (a, b), without an (a, b, d) array."""
    if len(left) < len(right):
        return _unit_angles(right, left).T
    angles = np.empty((len(left), len(right)))
    for j, unit in enumerate(right):
        apart = np.sqrt(np.sum((left - unit) ** 2, axis=1))
        across = np.sqrt(np.sum((left + unit) ** 2, axis=1))
        angles[:, j] = 2.0 * np.arctan2(np.minimum(apart, across), np.maximum(apart, across))
    return angles


def _nearest(W: FloatArray, V: FloatArray) -> tuple[LabelArray, FloatArray]:
    """The nearest teacher's row and the angle to it, per student; −1 and 0 for a zero student."""
    present = W.any(axis=1)
    labels, angles = np.full(len(W), -1, dtype=np.intp), np.zeros(len(W))
    table = _unit_angles(_units(W[present]), _units(V))
    labels[present], angles[present] = table.argmin(axis=1), table.min(axis=1)
    return labels, angles


def _rounded_angle(cross: int, dot: int) -> float:
    """atan2(√cross, dot) of integers, to within SEPARATION_RELATIVE_ERROR."""
    shift = max(0, 140 - cross.bit_length())  # √ keeps at least 70 bits
    shift += shift % 2
    opposite, adjacent = math.isqrt(cross << shift), dot << (shift // 2)
    longer = max(opposite, adjacent)
    return math.atan2(opposite / longer, adjacent / longer)
