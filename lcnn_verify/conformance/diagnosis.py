"""What is wrong with a wrong answer, in words; nothing is said that was not verified by computing.

Usual slips are made on purpose at the same input: where one gives the number that came back, and
the right formula does not, that is the diagnosis.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from lcnn_verify.conformance.declaration import Dtype
from lcnn_verify.conformance.faults import Fault, Misbehaviour
from lcnn_verify.conformance.implementation import Implementation
from lcnn_verify.conformance.quantities import Reference, reference
from lcnn_verify.instances import Instance
from lcnn_verify.model import MODELS, FloatArray

_CLOSE, _APART = 4.0, 16.0  # in floors: as near as this is the same number, farther than that not
_NEARLY_PARALLEL = 1e-3
_PROBES = (
    (
        ((1.0, 0.0),),
        ((0.0, 1.0),),
        "not finite even for one student and one teacher at a right angle, where only the "
        "diagonal, ρ_ii = 1, is special",
    ),
    (((1.0, 0.0),), ((2.0, 0.0),), "not finite for a student parallel to a teacher, ρ = 1"),
    (((1.0, 0.0),), ((-2.0, 0.0),), "not finite for a student opposite to a teacher, ρ = −1"),
    (((0.0, 0.0), (1.0, 0.0)), ((0.0, 1.0),), "not finite for a zero student"),
    (((1.0, 0.0),), ((0.0, 0.0), (0.0, 1.0)), "not finite for a zero teacher"),
)
_DIAGONAL = ": differentiating √(1 − ρ²) there gives 0·∞"


@lru_cache(maxsize=64)
def of_not_finite(implementation: Implementation, operation: str) -> str:
    """Why a result is not finite: the plainest input for which it is not; empty if all are fine."""
    for W, V, words in _PROBES:
        try:
            implementation.call(operation, W, V)
        except Misbehaviour as fault:
            if fault.kind is not Fault.NOT_FINITE:
                continue
            derivative = "diagonal" in words and "gradient" in fault.detail
            return words + (_DIAGONAL if derivative else "")
    return ""


def of_values(x: Instance, loss: float | None, gradient: FloatArray | None, dtype: Dtype) -> str:
    """Which slip gives this wrong loss or gradient (m, d) at ``x``; empty if none known does."""
    right = reference(x)
    if loss is not None:
        return _of_loss(right, loss, dtype)
    return "" if gradient is None else _of_gradient(right, gradient, dtype)


def _of_loss(right: Reference, got: float, dtype: Dtype) -> str:
    floor = right.loss_floor(dtype)
    for words, value in _loss_slips(right):
        if abs(got - value) <= _CLOSE * floor and abs(value - right.loss) > _APART * floor:
            return words
    return _precision(abs(got - right.loss) / right.total**2 if right.total else 0.0, dtype)


def _loss_slips(right: Reference) -> Iterator[tuple[str, float]]:
    parts, value, m = _Parts.at(right), right.loss, len(right.x.W)
    weighted = parts.charges[:, None] * parts.kernel * parts.charges
    students, teachers = float(weighted[:m, :m].sum()), float(weighted[m:, m:].sum())
    cross = -float(weighted[:m, m:].sum())
    yield "it is twice the loss: the factor ½ is missing", 2.0 * value
    yield "it is half the loss", 0.5 * value
    yield "it is the loss with its sign flipped", -value
    yield "the cross term has the wrong sign", 0.5 * (students + teachers) + cross
    yield "the cross term counts once, not twice", 0.5 * (students + teachers - cross)
    yield "the teachers' own sum is missing", 0.5 * students - cross
    yield "the students' own sum is missing", 0.5 * teachers - cross
    yield "the diagonal is left out of the sums", value - 0.5 * float(np.trace(weighted))
    for model, other in _other_models(right.x):
        yield f"it is the loss of the model {model}", reference(other).loss


def _of_gradient(right: Reference, got: FloatArray, dtype: Dtype) -> str:
    floors = right.gradient_floors(dtype)
    judged = np.isfinite(floors)

    def gaps(first: FloatArray, second: FloatArray) -> FloatArray:
        """Row by row, how far two gradients are apart in floors."""
        norms = np.linalg.norm(first[judged] - second[judged], axis=1)
        with np.errstate(over="ignore"):  # off by more than float64 can say
            return np.asarray(norms / floors[judged])

    wrong = gaps(got, right.gradient) > 1.0
    sines = right.sines + np.eye(len(right.sines))
    nearest = sines[: len(right.x.W)].min(axis=1)[judged]
    worst, best = nearest[wrong].max(initial=0.0), nearest[~wrong].min(initial=1.0)
    where = ""
    if wrong.any() and worst < min(_NEARLY_PARALLEL, best):
        where = f"for neurons nearly parallel to another (sin θ ≤ {worst:.1g})"
    for words, value in _gradient_slips(right, got):
        same, apart = gaps(got, value), gaps(value, right.gradient)
        if np.all(same <= _CLOSE) and np.any(apart > _APART):
            return f"{words}, {where}" if where else words
    if where:
        return f"wrong only {where}"
    if wrong.any() and not wrong.all():
        rows = ", ".join(map(str, np.flatnonzero(judged)[wrong]))
        return f"only {'row' if wrong.sum() == 1 else 'rows'} {rows} of {len(got)} wrong"
    size = right.total * float(right.levers.max())
    off = float(np.linalg.norm(got[judged] - right.gradient[judged], axis=1).max(initial=0.0))
    return _precision(off / size if size else 0.0, dtype)


def _gradient_slips(right: Reference, got: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    x, value, m = right.x, right.gradient, len(right.x.W)
    parts = _Parts.at(right)
    along, across = parts.along(m), parts.across(m)
    power = x.model.mass_power
    yield "it is zero", np.zeros_like(value)
    yield "it is twice the gradient", 2.0 * value
    yield "it is half the gradient", 0.5 * value
    yield "it is the gradient with its sign flipped", -value
    if x.W.shape[0] == x.W.shape[1]:
        yield "it is the gradient transposed", value.T
    lever = right.levers[:, None]
    yield "the part across w_i is missing", lever * power * along
    yield "the part along w_i is missing", lever * across
    if power == 2:
        yield "the factor ‖w_i‖ is missing", power * along + across
        yield "the part along w_i lacks its factor 2", lever * (along + across)
    flipped = replace(parts, charges=np.abs(parts.charges))
    rows = power * flipped.along(m) + flipped.across(m)
    yield "the teachers' pull has the wrong sign", lever * rows
    alone = replace(parts, charges=np.where(np.arange(len(parts.charges)) < m, parts.charges, 0.0))
    yield "the teachers' pull is missing", lever * (power * alone.along(m) + alone.across(m))
    for model, other in _other_models(x):
        yield f"it is the gradient of the model {model}", reference(other).gradient


@dataclass(frozen=True, slots=True)
class _Parts:
    """The pieces of THEORY §2 over all pairs: û (n, d), ρ, k and k' (n, n), charges c·q (n,)."""

    units: FloatArray
    cosines: FloatArray
    kernel: FloatArray
    slope: FloatArray
    charges: FloatArray

    @staticmethod
    def at(right: Reference) -> _Parts:
        rho, masses = right.cosines, right.masses
        alpha, beta = right.x.model.kernel_weights
        signs = np.where(np.arange(len(masses)) < len(right.x.W), 1.0, -1.0)
        slope = alpha * 2.0 / math.pi * np.arcsin(rho) + beta
        kernel = alpha * 2.0 / math.pi * right.sines + slope * rho
        return _Parts(right.units, rho, kernel, slope, signs * masses)

    def along(self, m: int) -> FloatArray:
        """Σ_b c_b q_b k·û_i for the first m neurons, (m, d)."""
        return np.asarray((self.kernel[:m] @ self.charges)[:, None] * self.units[:m])

    def across(self, m: int) -> FloatArray:
        """Σ_b c_b q_b k'·(b̂ − ρ·û_i) for the first m neurons, (m, d)."""
        weights = self.slope[:m] * self.charges
        turned = np.sum(weights * self.cosines[:m], axis=1, keepdims=True)
        return np.asarray(weights @ self.units - turned * self.units[:m])


def _other_models(x: Instance) -> Iterator[tuple[str, Instance]]:
    for model in MODELS:
        if model != x.model:
            yield model.name, Instance(x.W, x.V, model)


def _precision(relative: float, dtype: Dtype) -> str:
    """Say so if a float64 result is off by about as much as one step in float32 would cost."""
    if dtype == "float64" and 2.0**-29 < relative < 2.0**-20:
        return f"off by {relative:.1g} of its scale, the size of a float32 rounding"
    return ""
