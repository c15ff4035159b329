"""What an implementation's values are compared with, and how far off an honest one may be.

The floor. With ε the dtype's spacing at 1 (2⁻⁵² or 2⁻²³), Q = Σ mass, n = m + r neurons in d
dimensions, a direct double sum over pairs is within

    (64 + 4(n + d))·ε·Q²  of the loss,  (64 + 4(n + d))·ε·‖w_i‖^(p−1)·Q  of row i of the gradient:

norms, units and cosines err by a few ε plus d/2·ε of a plain dot product, |k'| ≤ 1 passes that on
to k, and adding n terms in any order adds n/2·ε at either level. One more term is for √(1 − ρ²) as
everybody writes it: ρ² rounds by ε/4, which leaves the root off by ε/(8s) at s = sin θ, and by at
most ε^¾/8 in all. The floor has twice that for each pair, so that it is wide for nearly parallel
neurons only. Inputs count as rounded to the dtype, and the oracle is asked at the rounded input.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, TypeAlias

import mpmath
import numpy as np
from flint import arb

from lcnn_verify import enclosure, oracle, population
from lcnn_verify.conformance.declaration import Dtype
from lcnn_verify.enclosure import ball
from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.instances import Instance
from lcnn_verify.model import FloatArray, Model
from lcnn_verify.quantities import frobenius

EPSILON: dict[Dtype, float] = {"float64": 2.0**-52, "float32": 2.0**-23}
SMALLEST: dict[Dtype, float] = {"float64": 2.0**-1022, "float32": 2.0**-126}
# Binary exponents of norms that a direct sum takes in its stride: no mass, no product of two masses
# and no derivative of one overflows or loses digits to underflow.
TEACHER_EXPONENTS: dict[Dtype, tuple[int, int]] = {"float64": (-200, 200), "float32": (-20, 20)}
STUDENT_EXPONENTS: dict[Dtype, tuple[int, int]] = {"float64": (-330, 200), "float32": (-30, 20)}

Matrix: TypeAlias = Sequence[Sequence[Any]]
"""Rows of mpmath reals."""
Balls: TypeAlias = Sequence[Sequence[arb]]
"""Rows of balls."""


def fitted(x: Instance, model: Model, dtype: Dtype) -> Instance:
    """``x`` as an implementation of ``model`` in ``dtype`` meets it.

    A row whose norm is out of the dtype's range is first brought into it by a power of two.
    """
    W, V = _within(x.W, STUDENT_EXPONENTS[dtype]), _within(x.V, TEACHER_EXPONENTS[dtype])
    return rounded(Instance(W, V, model, x.parameters), dtype)


def rounded(x: Instance, dtype: Dtype) -> Instance:
    """``x`` with its weights rounded to ``dtype``."""
    return Instance(x.W.astype(dtype), x.V.astype(dtype), x.model, x.parameters)


def _within(rows: FloatArray, exponents: tuple[int, int]) -> FloatArray:
    norms = np.array([frobenius(row) for row in rows])
    _, found = np.frexp(norms)
    shift = np.where(norms > 0.0, np.clip(found, *exponents) - found, 0)
    return np.asarray(np.ldexp(rows, shift[:, None]))


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What is right at ``x``: our float64 values with their error bounds, and what floors rest on.

    ``masses`` (n,) of students and teachers, their ``total``, ``levers`` (m,) = ‖w_i‖^(p−1), and
    ``sines`` (n, n) of the angles between neurons.
    """

    x: Instance
    loss: float
    loss_error: float
    gradient: FloatArray
    gradient_errors: FloatArray
    total: float
    levers: FloatArray
    sines: FloatArray
    masses: FloatArray

    def loss_floor(self, dtype: Dtype) -> float:
        """How far an honest loss in ``dtype`` may be off."""
        pairs = 0.5 * float(self.masses @ self._blur(dtype) @ self.masses)
        sums = self._units * EPSILON[dtype] * self.total * self.total
        return sums + 2.0 / math.pi * pairs + SMALLEST[dtype]

    def gradient_floors(self, dtype: Dtype) -> FloatArray:
        """How far rows of an honest gradient in ``dtype`` may be off, (m,).

        Infinite where the loss has no gradient: at a zero student of unit readout.
        """
        m, p = len(self.x.W), self.x.model.mass_power
        pairs = (self._blur(dtype) @ self.masses)[:m]
        rows = self._units * EPSILON[dtype] * self.total + 2.0 / math.pi * p * pairs
        floors = self.levers * rows + SMALLEST[dtype] * self.x.W.shape[1]
        return np.where(self.x.W.any(axis=1) | (p == 2), floors, math.inf)

    @property
    def _units(self) -> float:
        n, d = len(self.masses), self.x.V.shape[1]
        return 64.0 + 4.0 * float(n + d)

    def _blur(self, dtype: Dtype) -> FloatArray:
        epsilon = EPSILON[dtype]
        blur = 0.25 * epsilon / np.maximum(self.sines, epsilon**0.25)
        np.fill_diagonal(blur, 0.0)
        return np.asarray(blur)


def reference(x: Instance) -> Reference:
    """The reference at ``x``, computed once per process for equal arrays."""
    return _reference(x.W.tobytes(), x.V.tobytes(), x.V.shape[1], x.model)


@lru_cache(maxsize=8192)
def _reference(students: bytes, teachers: bytes, d: int, model: Model) -> Reference:
    W, V = (np.frombuffer(raw, dtype=np.float64).reshape(-1, d) for raw in (students, teachers))
    value, gradient = population.loss_and_gradient(W, V, model=model)
    norms = np.array([frobenius(row) for row in (*W, *V)])
    units = np.concatenate((W, V)) / np.where(norms > 0.0, norms, 1.0)[:, None]
    cosines = np.clip(units @ units.T, -1.0, 1.0)
    masses = norms**model.mass_power
    return Reference(
        Instance(W, V, model),
        value,
        population.rounding_floor(W, V, model=model),
        gradient,
        population.gradient_rounding_floor(W, V, model=model),
        float(masses.sum()),
        norms[: len(W)] ** (model.mass_power - 1),
        np.sqrt((1.0 - cosines) * (1.0 + cosines)),
        masses,
    )


@lru_cache(maxsize=256)
def exact_loss(right: Reference, dps: int) -> Any:
    """The oracle's loss at a reference's input."""
    return oracle.loss(right.x.W, right.x.V, dps=dps, model=right.x.model)


@lru_cache(maxsize=256)
def exact_gradient(right: Reference, dps: int) -> Matrix:
    """The oracle's gradient at a reference's input, as rows."""
    rows = oracle.gradient(right.x.W, right.x.V, dps=dps, model=right.x.model)
    return [[rows[i, k] for k in range(rows.cols)] for i in range(rows.rows)]


def enclosed_loss(right: Reference, bits: int) -> arb:
    """A ball that holds the loss at a reference's input."""
    return enclosure.loss(right.x.W, right.x.V, precision=bits, model=right.x.model)


def enclosed_gradient(right: Reference, bits: int) -> Balls:
    """Balls that hold the gradient at a reference's input, as rows."""
    x = right.x
    balls: Balls = enclosure.gradient(x.W, x.V, precision=bits, model=x.model).tolist()
    return balls


def loss(x: Instance, label: str = "L(W)") -> Quantity:
    """The population loss at ``x``: our own evaluation, the oracle, and the enclosure."""
    right = reference(x)
    return Quantity(
        label,
        right.loss,
        right.loss_error,
        partial(exact_loss, right),
        enclosed=partial(enclosed_loss, right),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A gradient: ``values`` (m, d), each row within ``errors`` (m,), and two sharper routes.

    ``exact(dps)`` gives the exact one with mpmath, ``enclosed(bits)`` balls that hold it.
    """

    label: str
    values: FloatArray
    errors: FloatArray
    exact: Callable[[int], Matrix]
    enclosed: Callable[[int], Balls]

    def rearranged(
        self,
        label: str,
        rows: Sequence[int],
        factors: Sequence[float] | float = 1.0,
        rotation: FloatArray | None = None,
    ) -> Rows:
        """Row i is ``factors[i]`` times row ``rows[i]`` of this, times the ``rotation``'s Rᵀ."""
        index = np.asarray(rows)
        scale = np.broadcast_to(np.asarray(factors, dtype=np.float64), index.shape)
        d = self.values.shape[1]
        turned = self.values if rotation is None else self.values @ rotation.T
        values = scale[:, None] * turned[index]
        size = np.array([frobenius(row) for row in self.values])[index]
        rounding = (0.0 if rotation is None else 2.0 * d) + 1.0
        errors = np.abs(scale) * (self.errors[index] + rounding * ROUNDING * size)

        def exact(dps: int) -> Matrix:
            matrix = self.exact(dps)
            with mpmath.workdps(2 * dps + 20):
                if rotation is not None:
                    turns = rotation.tolist()
                    matrix = [[mpmath.fdot(row, turn) for turn in turns] for row in matrix]
                pairs = zip(index.tolist(), scale.tolist(), strict=True)
                return [[factor * entry for entry in matrix[i]] for i, factor in pairs]

        def enclosed(bits: int) -> Balls:
            balls = self.enclosed(bits)
            with ball.working_precision(bits):
                if rotation is not None:
                    turns = [[arb(entry) for entry in turn] for turn in rotation.tolist()]
                    balls = [[ball.dot(row, turn) for turn in turns] for row in balls]
                pairs = zip(index.tolist(), scale.tolist(), strict=True)
                return [[arb(factor) * entry for entry in balls[i]] for i, factor in pairs]

        return Rows(label, values, errors, exact, enclosed)

    def widened(self, errors: FloatArray) -> Rows:
        """The same rows with more room."""
        return replace(self, errors=self.errors + errors)

    def entry(self, i: int, k: int) -> Quantity:
        """One entry, within its row's error."""
        value, error = float(self.values[i, k]), float(self.errors[i])
        return Quantity(
            f"{self.label}[{i}, {k}]",
            value,
            error,
            lambda dps: self.exact(dps)[i][k],
            enclosed=lambda bits: self.enclosed(bits)[i][k],
        )

    def norm(self, i: int) -> Quantity:
        """The norm of one row."""
        value = frobenius(self.values[i])
        error = float(self.errors[i]) + 4.0 * ROUNDING * value

        def exact(dps: int) -> Any:
            row = self.exact(dps)[i]
            with mpmath.workdps(2 * dps + 20):
                return mpmath.sqrt(mpmath.fdot(row, row))

        def enclosed(bits: int) -> arb:
            row = self.enclosed(bits)[i]
            with ball.working_precision(bits):
                return ball.norm(row)

        label = f"‖{self.label}‖ of row {i}"
        return Quantity(label, value, error, exact, enclosed=enclosed)

    def inner(self, direction: FloatArray, label: str) -> Quantity:
        """The inner product with ``direction`` (m, d), an array of exact floats."""
        sizes = np.array([frobenius(row) for row in direction])
        moving = sizes > 0.0
        value = float(np.sum(self.values[moving] * direction[moving]))
        grown = np.array([frobenius(row) for row in self.values[moving]])
        room = self.errors[moving] + (direction.size + 4) * ROUNDING * grown
        pattern = direction.tolist()

        def exact(dps: int) -> Any:
            matrix = self.exact(dps)
            with mpmath.workdps(2 * dps + 20):
                return mpmath.fsum(
                    entry * step
                    for row, steps in zip(matrix, pattern, strict=True)
                    for entry, step in zip(row, steps, strict=True)
                )

        def enclosed(bits: int) -> arb:
            balls = self.enclosed(bits)
            with ball.working_precision(bits):
                parts = (
                    ball.dot(row, map(arb, steps))
                    for row, steps in zip(balls, pattern, strict=True)
                )
                return sum(parts, arb(0))

        return Quantity(label, value, float(room @ sizes[moving]), exact, enclosed=enclosed)


def gradient(x: Instance, label: str = "∇L(W)") -> Rows:
    """The gradient at ``x``: our own evaluation, the oracle, and the enclosure."""
    right = reference(x)
    return Rows(
        label,
        right.gradient,
        right.gradient_errors,
        partial(exact_gradient, right),
        partial(enclosed_gradient, right),
    )


def farthest(got: Rows, wanted: Rows) -> tuple[Quantity, Quantity]:
    """The entry where two gradients differ the most, measured in what their rows may be off."""
    gaps = np.abs(got.values - wanted.values)
    allowed = np.broadcast_to((got.errors + wanted.errors)[:, None], gaps.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(gaps == 0.0, 0.0, gaps / allowed)
    i, k = (int(index) for index in np.unravel_index(int(np.argmax(ratios)), gaps.shape))
    return got.entry(i, k), wanted.entry(i, k)
