"""Equal, opposite and nearly parallel neurons: where ρ = ±1 and √(1 − ρ²) has no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, Neurons, NumpyDirect


class DroppedDiagonal(NumpyDirect):
    """The pairs of a neuron with itself are left out of the loss."""

    def energy(self, first: Neurons, second: Neurons) -> Any:
        total = super().energy(first, second)
        return total - np.sum(first.masses**2) if first is second else total


class DiagonalTwice(NumpyDirect):
    """The upper triangle is doubled with its diagonal."""

    def energy(self, first: Neurons, second: Neurons) -> Any:
        total = super().energy(first, second)
        return total + np.sum(first.masses**2) if first is second else total


class RootOnTheDiagonal(NumpyDirect):
    """The kernel is differentiated as it stands, √(1 − ρ²) too: 0/0 on the diagonal."""

    def slope(self, rho: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.sqrt(1.0 - rho**2)
            return (2.0 / np.pi) * (-rho / root + np.arcsin(rho) + rho / root)


class EpsilonUnderTheRoot(NumpyDirect):
    """√(1 − ρ² + 10⁻¹²) for √(1 − ρ²), against the 0/0."""

    def kernel(self, rho: Array) -> Array:
        return (2.0 / np.pi) * (np.sqrt(1.0 - rho**2 + 1e-12) + rho * np.arcsin(rho))


class CosineClippedShort(NumpyDirect):
    """ρ is clipped to 1 − 10⁻⁷, against the 0/0."""

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        return np.clip(first.units @ second.units.T, 1e-7 - 1.0, 1.0 - 1e-7)


class ClipKillsTheGradient(NumpyDirect):
    """Beyond |ρ| = 1 − 10⁻⁸ the slope is 0, as the derivative of a clip is; values are right."""

    def slope(self, rho: Array) -> Array:
        return np.where(np.abs(rho) < 1.0 - 1e-8, super().slope(rho), 0.0)


class NoClip(NumpyDirect):
    """asin of a ρ that rounding has pushed past 1: NaN."""

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        return first.units @ second.units.T

    def kernel(self, rho: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return super().kernel(rho)

    def slope(self, rho: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return super().slope(rho)


class ClippedAboveOnly(NoClip):
    """ρ is clipped at 1, but not at −1, which rounding passes as well: NaN."""

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        return np.minimum(super().cosines(first, second), 1.0)


class DuplicatesMerged(NumpyDirect):
    """Equal students are taken for one."""

    def loss(self, W: Array, V: Array) -> Any:
        return super().loss(np.unique(W, axis=0), V)


class OppositesCancel(NumpyDirect):
    """Opposite neurons cancel, as if the activation were odd."""

    def kernel(self, rho: Array) -> Array:
        return np.where(rho < -1.0 + 1e-12, -1.0, super().kernel(rho))


class FoundTeachersRest(NumpyDirect):
    """A student equal to a teacher counts as converged, and gets no gradient."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = super().gradient(W, V)
        found = (np.asarray(W)[:, None, :] == np.asarray(V)[None, :, :]).all(axis=2).any(axis=1)
        gradient[found] = 0.0
        return gradient
