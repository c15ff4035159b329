"""The population loss and its gradient as plain double sums over pairs of neurons, in NumPy.

The formulas of THEORY §2 as they stand there. Each step is a method of its own, so that a mutant
can do one of them wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from lcnn_verify.packs.zgj.model import TIED_ABS, TIED_RELU, UNIT_ABS, UNIT_RELU, Model

Array: TypeAlias = Any
"""A NumPy array of the implementation's dtype."""


@dataclass(frozen=True, slots=True)
class Neurons:
    """Rows taken apart: ``units`` (n, d), ``norms`` (n,) and ``masses`` (n,)."""

    units: Array
    norms: Array
    masses: Array


class NumpyDirect:
    """The direct double sum in NumPy, float64."""

    model: Model = TIED_ABS
    dtype = "float64"
    arrays = "numpy"

    def loss(self, W: Array, V: Array) -> Any:
        """L = ½(S_ww − 2·S_wv + S_vv), S_ab = Σ q_a q_b k(ρ_ab)."""
        students, teachers = self.read(W, V)
        value = self.combine(
            self.energy(students, students),
            self.energy(students, teachers),
            self.energy(teachers, teachers),
        )
        return np.dtype(self.dtype).type(value)

    def gradient(self, W: Array, V: Array) -> Array:
        """∇_{w_i}L = ‖w_i‖^(p−1)·(pull of the students − pull of the teachers), (m, d)."""
        students, teachers = self.read(W, V)
        pulls = self.pull(students, students) - self.pull(students, teachers)
        return (self.leverage(students)[:, None] * pulls).astype(self.dtype)

    def loss_and_gradient(self, W: Array, V: Array) -> tuple[Any, Array]:
        """Both of the above."""
        return self.loss(W, V), self.gradient(W, V)

    @property
    def power(self) -> int:
        """The power p of a norm that is a neuron's mass."""
        return self.model.mass_power

    def read(self, W: Array, V: Array) -> tuple[Neurons, Neurons]:
        """Students and teachers taken apart."""
        return self.neurons(self.own(W)), self.neurons(self.own(V))

    def own(self, rows: Array) -> Array:
        """The caller's array in the declared type; nothing below writes to it."""
        return np.asarray(rows, dtype=self.dtype)

    def neurons(self, rows: Array) -> Neurons:
        """One set of neurons taken apart."""
        norms = self.norms(rows)
        return Neurons(self.units(rows, norms), norms, self.masses(norms))

    def norms(self, rows: Array) -> Array:
        """‖row‖, (n,)."""
        return np.linalg.norm(rows, axis=1)

    def units(self, rows: Array, norms: Array) -> Array:
        """The rows' directions, (n, d); a zero row stays zero."""
        return rows / np.where(norms > 0.0, norms, 1.0)[:, None]

    def masses(self, norms: Array) -> Array:
        """The masses ‖row‖^p, (n,)."""
        return norms**self.power

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        """ρ of every pair, kept inside [−1, 1]."""
        return np.clip(first.units @ second.units.T, -1.0, 1.0)

    def kernel(self, rho: Array) -> Array:
        """The dual kernel: k = (2/π)(√(1−ρ²) + ρ·asin ρ) for |·|, (k + ρ)/4 for ReLU."""
        k = (2.0 / np.pi) * (np.sqrt((1.0 - rho) * (1.0 + rho)) + rho * np.arcsin(rho))
        return k if self.model.activation == "abs" else 0.25 * (k + rho)

    def slope(self, rho: Array) -> Array:
        """Its derivative: k' = (2/π)·asin ρ for |·|, (k' + 1)/4 for ReLU."""
        slope = (2.0 / np.pi) * np.arcsin(rho)
        return slope if self.model.activation == "abs" else 0.25 * (slope + 1.0)

    def energy(self, first: Neurons, second: Neurons) -> Any:
        """S = Σ_ab q_a q_b k(ρ_ab)."""
        return first.masses @ self.kernel(self.cosines(first, second)) @ second.masses

    def combine(self, students: Any, cross: Any, teachers: Any) -> Any:
        """The loss from its three sums."""
        return 0.5 * (students - 2.0 * cross + teachers)

    def pull(self, students: Neurons, others: Neurons) -> Array:
        """Σ_b q_b (p·k·û_i + k'·(b̂ − ρ·û_i)), (m, d): along each student, and across it."""
        rho = self.cosines(students, others)
        field = self.kernel(rho) @ others.masses
        weights = self.slope(rho) * others.masses
        along = field[:, None] * students.units
        across = weights @ others.units - np.sum(weights * rho, axis=1)[:, None] * students.units
        return self.join(along, across)

    def join(self, along: Array, across: Array) -> Array:
        """The pull from its two parts."""
        return self.power * along + across

    def leverage(self, students: Neurons) -> Array:
        """‖w_i‖^(p−1), (m,)."""
        return students.norms ** (self.power - 1)


class NumpyDirect32(NumpyDirect):
    """The direct double sum in float32 throughout."""

    dtype = "float32"


class NumpyUnit(NumpyDirect):
    """The direct double sum for unit readout."""

    model = UNIT_ABS


class NumpyRelu(NumpyDirect):
    """The direct double sum for ReLU."""

    model = TIED_RELU


class NumpyUnitRelu(NumpyDirect):
    """The direct double sum for ReLU and unit readout."""

    model = UNIT_RELU


class NumpyShuffled(NumpyDirect):
    """Pairs summed in a new random order at every call: only rounding differs."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    def energy(self, first: Neurons, second: Neurons) -> Any:
        """As above, in random order."""
        rho = self.cosines(first, second)
        terms = first.masses[:, None] * self.kernel(rho) * second.masses
        return np.sum(self._rng.permutation(np.ravel(terms)))


class NumpyBatched(NumpyDirect):
    """Batches of students (B, m, d) with one teacher, member by member."""

    batch = True

    def loss(self, W: Array, V: Array) -> Any:
        """One loss, or (B,) losses."""
        return super().loss(W, V) if W.ndim == 2 else self.losses(W, V)

    def gradient(self, W: Array, V: Array) -> Array:
        """The gradient, or (B, m, d) gradients."""
        return super().gradient(W, V) if W.ndim == 2 else self.gradients(W, V)

    def losses(self, W: Array, V: Array) -> Array:
        """(B,) losses."""
        return np.array([self.loss(students, V) for students in W])

    def gradients(self, W: Array, V: Array) -> Array:
        """(B, m, d) gradients."""
        return np.array([self.gradient(students, V) for students in W])
