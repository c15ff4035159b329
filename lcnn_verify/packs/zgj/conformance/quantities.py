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
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import mpmath
import numpy as np
from flint import arb

from lcnn_verify.evidence.amounts import frobenius
from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import enclosure, oracle, population
from lcnn_verify.packs.zgj.conformance.declaration import Dtype
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import Model

EPSILON: dict[Dtype, float] = {"float64": 2.0**-52, "float32": 2.0**-23}
SMALLEST: dict[Dtype, float] = {"float64": 2.0**-1022, "float32": 2.0**-126}
# Binary exponents of norms that a direct sum takes in its stride: no mass, no product of two masses
# and no derivative of one overflows or loses digits to underflow.
TEACHER_EXPONENTS: dict[Dtype, tuple[int, int]] = {"float64": (-200, 200), "float32": (-20, 20)}
STUDENT_EXPONENTS: dict[Dtype, tuple[int, int]] = {"float64": (-330, 200), "float32": (-30, 20)}

Matrix: TypeAlias = Sequence[Sequence[Any]]
"""Rows of mpmath reals, or of balls."""


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

    ``units`` (n, d), ``cosines`` (n, n) and ``masses`` (n,) of students and teachers, the masses'
    ``total``, and ``levers`` (m,) = ‖w_i‖^(p−1).
    """

    x: Instance
    loss: float
    loss_error: float
    gradient: FloatArray
    gradient_errors: FloatArray
    units: FloatArray
    cosines: FloatArray
    masses: FloatArray
    total: float
    levers: FloatArray

    @property
    def sines(self) -> FloatArray:
        """The sines of all pairs of neurons, (n, n), consistent with the cosines."""
        return np.sqrt((1.0 - self.cosines) * (1.0 + self.cosines))

    def quantity(self, label: str, value: float, error: float) -> Quantity:
        """Somebody's ``value`` for the loss here, with the sharper routes to the right one."""
        return Quantity(
            label,
            value,
            error,
            lambda dps: exact_loss(self, dps),
            enclosed=lambda bits: _enclosed_loss(self, bits),
        )

    def rows(self, label: str, values: FloatArray, errors: FloatArray) -> Rows:
        """Somebody's ``values`` (m, d) for the gradient here, likewise."""
        return Rows(
            label,
            values,
            errors,
            lambda dps: exact_gradient(self, dps),
            lambda bits: _enclosed_gradient(self, bits),
        )

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
        units,
        cosines,
        masses,
        float(masses.sum()),
        norms[: len(W)] ** (model.mass_power - 1),
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


@lru_cache(maxsize=256)
def _enclosed_loss(right: Reference, bits: int) -> arb:
    return enclosure.loss(right.x.W, right.x.V, precision=bits, model=right.x.model)


@lru_cache(maxsize=256)
def _enclosed_gradient(right: Reference, bits: int) -> Matrix:
    rows = enclosure.gradient(right.x.W, right.x.V, precision=bits, model=right.x.model)
    return [list(row) for row in rows.tolist()]


def loss(x: Instance, label: str = "L(W)") -> Quantity:
    """The population loss at ``x``, by our own evaluation, the oracle and an enclosure."""
    right = reference(x)
    return right.quantity(label, right.loss, right.loss_error)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A gradient: ``values`` (m, d), each row within ``errors`` (m,), and the sharper routes.

    ``exact`` and ``enclosed`` as those of a :class:`Quantity`, for all entries at once.
    """

    label: str
    values: FloatArray
    errors: FloatArray
    exact: Callable[[int], Matrix]
    enclosed: Callable[[int], Matrix]

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
        sizes = np.array([frobenius(row) for row in self.values])[index]
        rounding = (1.0 if rotation is None else 2.0 * d + 1.0) * ROUNDING
        turns = None if rotation is None else rotation.tolist()

        def moved(matrix: Matrix) -> Matrix:
            if turns is not None:
                matrix = [[_dot(row, turn) for turn in turns] for row in matrix]
            pairs = zip(index.tolist(), scale.tolist(), strict=True)
            return [[factor * entry for entry in matrix[i]] for i, factor in pairs]

        return Rows(
            label,
            scale[:, None] * turned[index],
            np.abs(scale) * (self.errors[index] + rounding * sizes),
            lambda dps: _precisely(dps, lambda: moved(self.exact(dps))),
            lambda bits: _enclosed(bits, lambda: moved(self.enclosed(bits))),
        )

    def entry(self, i: int, k: int) -> Quantity:
        """One entry, within its row's error."""
        return Quantity(
            f"{self.label}[{i}, {k}]",
            float(self.values[i, k]),
            float(self.errors[i]),
            lambda dps: self.exact(dps)[i][k],
            enclosed=lambda bits: self.enclosed(bits)[i][k],
        )

    def norm(self, i: int) -> Quantity:
        """The norm of one row."""
        value = frobenius(self.values[i])
        return Quantity(
            f"‖{self.label}‖ of row {i}",
            value,
            float(self.errors[i]) + 4.0 * ROUNDING * value,
            lambda dps: _precisely(dps, lambda: mpmath.norm(self.exact(dps)[i])),
            enclosed=lambda bits: _enclosed(bits, lambda: balls.norm(self.enclosed(bits)[i])),
        )

    def inner(self, direction: FloatArray, label: str) -> Quantity:
        """The inner product with ``direction`` (m, d), an array of exact floats."""
        sizes = np.array([frobenius(row) for row in direction])
        moving = sizes > 0.0  # where the direction is zero, the gradient need not exist
        grown = np.array([frobenius(row) for row in self.values])
        room = (self.errors + (direction.size + 4) * ROUNDING * grown)[moving] @ sizes[moving]
        steps = direction.ravel().tolist()

        def product(matrix: Matrix) -> Any:
            return _dot([entry for row in matrix for entry in row], steps)

        return Quantity(
            label,
            float(np.sum((self.values * direction)[moving])),
            float(room),
            lambda dps: _precisely(dps, lambda: product(self.exact(dps))),
            enclosed=lambda bits: _enclosed(bits, lambda: product(self.enclosed(bits))),
        )


def _dot(entries: Sequence[Any], steps: Sequence[float]) -> Any:
    return sum((step * entry for entry, step in zip(entries, steps, strict=True)), 0 * entries[0])


def _precisely(dps: int, compute: Callable[[], Any]) -> Any:
    with mpmath.workdps(2 * dps + 20):
        return compute()


def _enclosed(bits: int, compute: Callable[[], Any]) -> Any:
    with balls.working_precision(bits):
        return compute()


def gradient(x: Instance, label: str = "∇L(W)") -> Rows:
    """The gradient at ``x``, by our own evaluation, the oracle and an enclosure."""
    right = reference(x)
    return right.rows(label, right.gradient, right.gradient_errors)


def farthest(got: Rows, wanted: Rows) -> tuple[Quantity, Quantity]:
    """The entry where two gradients differ the most, measured in what their rows may be off."""
    gaps = np.abs(got.values - wanted.values)
    allowed = np.broadcast_to((got.errors + wanted.errors)[:, None], gaps.shape)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratios = np.where(gaps == 0.0, 0.0, gaps / allowed)
    i, k = (int(index) for index in np.unravel_index(int(np.argmax(ratios)), gaps.shape))
    return got.entry(i, k), wanted.entry(i, k)
