"""Zero, tiny and huge neurons."""

from __future__ import annotations

from typing import Any

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, Neurons, NumpyDirect


class ZeroDividedByZero(NumpyDirect):
    """A zero neuron is divided by its norm."""

    def units(self, rows: Array, norms: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return rows / norms[:, None]


class ZeroRowsRemoved(NumpyDirect):
    """The gradient comes without the rows of zero neurons."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = super().gradient(W, V)
        return gradient[np.any(np.asarray(W) != 0.0, axis=1)]


class ZeroRowsShift(NumpyDirect):
    """Zero neurons are taken out first, and their rows of the gradient come back at the end."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = super().gradient(W, V)
        alive = np.any(np.asarray(W) != 0.0, axis=1)
        return np.concatenate((gradient[alive], gradient[~alive]))


class TinyNeuronsDropped(NumpyDirect):
    """Neurons shorter than 10⁻⁸ count as zero."""

    def norms(self, rows: Array) -> Array:
        norms = super().norms(rows)
        return np.where(norms < 1e-8, 0.0, norms)


class FourthPowers(NumpyDirect):
    """A norm is the fourth root of ‖w‖⁴, which underflows long before ‖w‖ does."""

    def norms(self, rows: Array) -> Array:
        return np.sqrt(np.sqrt(np.sum(rows**2, axis=1) ** 2))


class HugeNeuronsOverflow(NumpyDirect):
    """The gradient is computed times ‖w‖⁴ and divided by it at the end."""

    def gradient(self, W: Array, V: Array) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            powers = np.sum(self.own(W) ** 2, axis=1)[:, None] ** 2
            return super().gradient(W, V) * powers / np.where(powers > 0.0, powers, 1.0)


class SmallLossIsZero(NumpyDirect):
    """A loss below 10⁻⁹ is reported as 0."""

    def loss(self, W: Array, V: Array) -> Any:
        value = super().loss(W, V)
        return value if value > 1e-9 else np.float64(0.0)


class SmallMassesSkipped(NumpyDirect):
    """Students of a mass below 10⁻⁶ are skipped in the sums, however small everything is."""

    def read(self, W: Array, V: Array) -> tuple[Neurons, Neurons]:
        students, teachers = super().read(W, V)
        kept = np.where(students.masses < 1e-6, 0.0, students.masses)
        return Neurons(students.units, students.norms, kept), teachers


class MinorStudentsSkipped(NumpyDirect):
    """Students with less than 10⁻⁴ of the total mass are skipped in the sums."""

    def read(self, W: Array, V: Array) -> tuple[Neurons, Neurons]:
        students, teachers = super().read(W, V)
        least = 1e-4 * (students.masses.sum() + teachers.masses.sum())
        kept = np.where(students.masses < least, 0.0, students.masses)
        return Neurons(students.units, students.norms, kept), teachers
