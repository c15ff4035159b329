"""Slips of the pen in the formula of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, Neurons, NumpyDirect
from lcnn_verify.packs.zgj.model import TIED_RELU, UNIT_RELU


class NoHalf(NumpyDirect):
    """The loss lacks its factor ½."""

    def combine(self, students: Any, cross: Any, teachers: Any) -> Any:
        return students - 2.0 * cross + teachers


class CrossTermSign(NumpyDirect):
    """The cross term of the loss is added, not subtracted."""

    def combine(self, students: Any, cross: Any, teachers: Any) -> Any:
        return 0.5 * (students + 2.0 * cross + teachers)


class CrossTermOnce(NumpyDirect):
    """The cross term of the loss is counted once, not twice."""

    def combine(self, students: Any, cross: Any, teachers: Any) -> Any:
        return 0.5 * (students - cross + teachers)


class NoTeacherTerm(NumpyDirect):
    """The term of the teachers alone is left out of the loss, as a constant."""

    def combine(self, students: Any, cross: Any, teachers: Any) -> Any:
        return 0.5 * students - cross


class WrongBranch(NumpyDirect):
    """The kernel takes the wrong branch of the angle: π − θ for π/2 − θ."""

    def kernel(self, rho: Array) -> Array:
        return (2.0 / np.pi) * (np.sqrt(1.0 - rho**2) + (np.pi - np.arccos(rho)) * rho)


class MissingAbs(NumpyDirect):
    """The absolute value is forgotten: the kernel of the identity, k = ρ."""

    def kernel(self, rho: Array) -> Array:
        return rho

    def slope(self, rho: Array) -> Array:
        return np.ones_like(rho)


class NoPi(NumpyDirect):
    """The kernel lacks its factor 2/π."""

    def kernel(self, rho: Array) -> Array:
        return super().kernel(rho) * (np.pi / 2.0)

    def slope(self, rho: Array) -> Array:
        return super().slope(rho) * (np.pi / 2.0)


class ReluKernel(NumpyDirect):
    """ReLU's kernel under the name of |·|."""

    def kernel(self, rho: Array) -> Array:
        return 0.25 * (super().kernel(rho) + rho)

    def slope(self, rho: Array) -> Array:
        return 0.25 * (super().slope(rho) + 1.0)


class ReluWithoutLinearPart(NumpyDirect):
    """ReLU's kernel lacks its linear part ρ/4."""

    model = TIED_RELU

    def kernel(self, rho: Array) -> Array:
        return 0.25 * (2.0 / np.pi) * (np.sqrt(1.0 - rho**2) + rho * np.arcsin(rho))

    def slope(self, rho: Array) -> Array:
        return 0.25 * (2.0 / np.pi) * np.arcsin(rho)


class TeacherMassNotSquared(NumpyDirect):
    """The teachers' masses are ‖v‖, not ‖v‖²."""

    def read(self, W: Array, V: Array) -> tuple[Neurons, Neurons]:
        students, teachers = super().read(W, V)
        return students, Neurons(teachers.units, teachers.norms, teachers.norms)


class UnitUnderTied(NumpyDirect):
    """The formulas of unit readout under the name of tied readout."""

    @property
    def power(self) -> int:
        return 1


class TiedUnderUnit(NumpyDirect):
    """The formulas of tied readout under the name of unit readout, with ReLU."""

    model = UNIT_RELU

    @property
    def power(self) -> int:
        return 2


class MeanOverStudents(NumpyDirect):
    """The students' outputs are averaged, not added."""

    def read(self, W: Array, V: Array) -> tuple[Neurons, Neurons]:
        students, teachers = super().read(W, V)
        masses = students.masses / len(students.masses)
        return Neurons(students.units, students.norms, masses), teachers


class ObtuseAnglesFolded(NumpyDirect):
    """Obtuse angles are folded for the kernel, and their slope keeps the sign of the acute ones."""

    def slope(self, rho: Array) -> Array:
        return np.abs(super().slope(rho))
