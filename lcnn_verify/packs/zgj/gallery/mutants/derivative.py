"""Slips in the gradient: the loss is right, its derivative is another function's."""

from __future__ import annotations

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, Neurons, NumpyDirect
from lcnn_verify.packs.zgj.model import UNIT_ABS


class NoFieldTerm(NumpyDirect):
    """The gradient lacks the part along the neuron: k' without k."""

    def join(self, along: Array, across: Array) -> Array:
        return across


class NoAngularTerm(NumpyDirect):
    """The gradient lacks the part across the neuron: k without k'."""

    def join(self, along: Array, across: Array) -> Array:
        return 2.0 * along


class NoFactorTwo(NumpyDirect):
    """The part of the gradient along the neuron lacks the factor 2 of tied readout."""

    def join(self, along: Array, across: Array) -> Array:
        return along + across


class FactorTwoForUnit(NumpyDirect):
    """With unit readout the gradient keeps the factor 2 of tied readout."""

    model = UNIT_ABS

    def join(self, along: Array, across: Array) -> Array:
        return 2.0 * along + across


class SymmetryForgotten(NumpyDirect):
    """½G(W, W) − G(W, V): that the double sum holds each pair of students twice is forgotten."""

    def gradient(self, W: Array, V: Array) -> Array:
        students, teachers = self.read(W, V)
        pulls = 0.5 * self.pull(students, students) - self.pull(students, teachers)
        return (self.leverage(students)[:, None] * pulls).astype(self.dtype)


class NoLeverage(NumpyDirect):
    """The gradient lacks the factor ‖w‖: the derivative by the direction, not by the weights."""

    def leverage(self, students: Neurons) -> Array:
        return np.ones_like(students.norms)


class NoProjection(NumpyDirect):
    """The angular part pulls along b̂, not along its part orthogonal to the neuron."""

    def pull(self, students: Neurons, others: Neurons) -> Array:
        rho = self.cosines(students, others)
        field = self.kernel(rho) @ others.masses
        weights = self.slope(rho) * others.masses
        return self.join(field[:, None] * students.units, weights @ others.units)


class DescentDirection(NumpyDirect):
    """The gradient has the sign of the descent step."""

    def gradient(self, W: Array, V: Array) -> Array:
        return -super().gradient(W, V)


class ClippedNorm(NumpyDirect):
    """The gradient is clipped to norm 10, as a training loop would."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = super().gradient(W, V)
        size = np.linalg.norm(gradient)
        return gradient * (10.0 / size) if size > 10.0 else gradient


class TransposedWhenSquare(NumpyDirect):
    """The gradient comes out transposed when there are as many students as dimensions."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = super().gradient(W, V)
        return np.ascontiguousarray(gradient.T) if W.shape[0] == W.shape[1] else gradient


class SymmetrizedWhenSquare(NumpyDirect):
    """The gradient is symmetrized when there are as many students as dimensions."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = super().gradient(W, V)
        return 0.5 * (gradient + gradient.T) if W.shape[0] == W.shape[1] else gradient


class LargeSquaresTransposed(NumpyDirect):
    """Past 8 dimensions the gradient comes out transposed when m = d."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = super().gradient(W, V)
        large = W.shape[0] == W.shape[1] > 8
        return np.ascontiguousarray(gradient.T) if large else gradient


class FiniteDifferences(NumpyDirect):
    """The gradient is a difference quotient of the float64 loss with step 10⁻⁶."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = np.zeros(W.shape)
        for index in np.ndindex(*W.shape):
            ahead, behind = np.array(W, dtype=float), np.array(W, dtype=float)
            ahead[index] += 1e-6
            behind[index] -= 1e-6
            gradient[index] = (self.loss(ahead, V) - self.loss(behind, V)) / 2e-6
        return gradient
