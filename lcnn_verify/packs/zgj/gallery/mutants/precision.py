"""Digits lost on the way: algebra that is right, or nearly, and arithmetic that is not."""

from __future__ import annotations

from typing import Any

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, Neurons, NumpyDirect


class Float32Inside(NumpyDirect):
    """The Gram matrix is computed in float32."""

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        product = first.units.astype(np.float32) @ second.units.astype(np.float32).T
        return np.clip(product, -1.0, 1.0).astype(np.float64)


class Float16Inside(NumpyDirect):
    """A float32 implementation computes its Gram matrix in float16."""

    dtype = "float32"

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        product = first.units.astype(np.float16) @ second.units.astype(np.float16).T
        return np.clip(product, -1.0, 1.0).astype(np.float32)


class Float32Sums(NumpyDirect):
    """The sums over pairs are accumulated in float32."""

    def energy(self, first: Neurons, second: Neurons) -> Any:
        terms = first.masses[:, None] * self.kernel(self.cosines(first, second)) * second.masses
        return np.float64(np.sum(terms, dtype=np.float32))


class HalfPrecisionTable(NumpyDirect):
    """The kernel is read from a table of float16."""

    def kernel(self, rho: Array) -> Array:
        return super().kernel(rho).astype(np.float16).astype(np.float64)


class InterpolatedTable(NumpyDirect):
    """The kernel is interpolated linearly between 4096 points in the angle."""

    def kernel(self, rho: Array) -> Array:
        grid = np.linspace(0.0, np.pi, 4096)
        return np.interp(np.arccos(rho), grid, super().kernel(np.cos(grid)))


class SmallAngleSeries(NumpyDirect):
    """Below 0.05 radians the kernel is its series, cut off after the cubic term."""

    def kernel(self, rho: Array) -> Array:
        theta = np.arccos(np.abs(rho))
        series = 1.0 - theta**2 / 2.0 + 2.0 * theta**3 / (3.0 * np.pi)
        return np.where(theta < 0.05, series, super().kernel(rho))


class HermiteSeries(NumpyDirect):
    """The kernel is the sum of the first 30 terms of its Hermite series."""

    def kernel(self, rho: Array) -> Array:
        total, coefficient = np.zeros_like(rho), 2.0 / np.pi
        for n in range(30):
            total += coefficient * rho ** (2 * n)
            coefficient *= (2 * n - 1) ** 2 / ((2 * n + 1) * (2 * n + 2))
        return total


class PolarizedCosine(NumpyDirect):
    """ρ is a difference of squares, (‖a + b‖² − ‖a − b‖²)/4‖a‖‖b‖, of the rows as given."""

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        a, b = (each.norms[:, None] * each.units for each in (first, second))
        plus = np.sum((a[:, None, :] + b[None, :, :]) ** 2, axis=2)
        minus = np.sum((a[:, None, :] - b[None, :, :]) ** 2, axis=2)
        sizes = 4.0 * np.outer(first.norms, second.norms)
        return np.clip((plus - minus) / np.where(sizes > 0.0, sizes, 1.0), -1.0, 1.0)


class SineAndTangent(NumpyDirect):
    """The angular part is sin θ·k'·t̂, with sin θ = √(1 − ρ²) and t̂ normalized by itself."""

    def pull(self, students: Neurons, others: Neurons) -> Array:
        rho = self.cosines(students, others)
        field = self.kernel(rho) @ others.masses
        tangents = others.units[None, :, :] - rho[:, :, None] * students.units[:, None, :]
        sizes = np.linalg.norm(tangents, axis=2, keepdims=True)
        tangents = tangents / np.where(sizes > 0.0, sizes, 1.0)
        weights = self.slope(rho) * np.sqrt(1.0 - rho**2) * others.masses
        across = np.sum(weights[:, :, None] * tangents, axis=1)
        return self.join(field[:, None] * students.units, across)


class SlopeByDivision(NumpyDirect):
    """k' is recovered from k as (k − (2/π)√(1−ρ²))/ρ, which cancels near ρ = 0."""

    def slope(self, rho: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return (self.kernel(rho) - (2.0 / np.pi) * np.sqrt(1.0 - rho**2)) / rho


class EpsilonInTheNorm(NumpyDirect):
    """Rows are divided by ‖w‖ + 10⁻⁸."""

    def units(self, rows: Array, norms: Array) -> Array:
        return rows / (norms + 1e-8)[:, None]


class RoundedPi(NumpyDirect):
    """π is 3.14159265."""

    def kernel(self, rho: Array) -> Array:
        return super().kernel(rho) * (np.pi / 3.14159265)

    def slope(self, rho: Array) -> Array:
        return super().slope(rho) * (np.pi / 3.14159265)


class MonteCarlo(NumpyDirect):
    """The loss is a mean over 4096 Gaussian inputs, always the same ones."""

    def loss(self, W: Array, V: Array) -> Any:
        inputs = np.random.default_rng(0).standard_normal((4096, W.shape[1]))
        students, teachers = (
            np.abs(inputs @ rows.T) @ np.linalg.norm(rows, axis=1) for rows in (W, V)
        )
        return np.float64(0.5 * np.mean((students - teachers) ** 2))
