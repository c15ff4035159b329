"""Right for the shapes that were tried: wrong at block edges, for odd sizes, for m < r or r > d."""

from __future__ import annotations

from typing import Any

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, Neurons, NumpyDirect


def _first(neurons: Neurons, count: int) -> Neurons:
    return Neurons(neurons.units[:count], neurons.norms[:count], neurons.masses[:count])


class TailOfSixteenDropped(NumpyDirect):
    """Pairs are summed in blocks of 16; a last block that is not full is dropped past the first."""

    def energy(self, first: Neurons, second: Neurons) -> Any:
        n = len(first.masses)
        return super().energy(_first(first, max(n - n % 16, min(n, 16))), second)


class BlocksOfEightOverlap(NumpyDirect):
    """Pairs are summed in blocks of 8 that include both edges: the ninth neuron counts twice."""

    def energy(self, first: Neurons, second: Neurons) -> Any:
        rho = self.cosines(first, second)
        terms = first.masses[:, None] * self.kernel(rho) * second.masses
        return sum(terms[start : start + 9].sum() for start in range(0, len(terms), 8))


class ResiduesOfEight(NumpyDirect):
    """For m mod 8 in {3, 5, 6, 7}, m > 8, the last student's field is the one before's."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = super().gradient(W, V)
        if len(W) > 8 and len(W) % 8 in (3, 5, 6, 7):
            gradient[-1] = gradient[-2]
        return gradient


class FixedBuffer(NumpyDirect):
    """A buffer holds 32 students, and the rest are ignored."""

    def energy(self, first: Neurons, second: Neurons) -> Any:
        return super().energy(_first(first, 32), _first(second, 32))


class UnrolledByTwo(NumpyDirect):
    """Dot products are unrolled by two: in odd dimensions past 8 the last coordinate is lost."""

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        d = first.units.shape[1]
        kept = d - d % 2 if d > 8 else d
        return np.clip(first.units[:, :kept] @ second.units[:, :kept].T, -1.0, 1.0)


class OneStudentSqueezed(NumpyDirect):
    """A single student is squeezed to a vector, and its coordinates are taken for neurons."""

    def loss(self, W: Array, V: Array) -> Any:
        return super().loss(np.reshape(W, (-1, 1)), V[:, :1]) if len(W) == 1 else super().loss(W, V)


class OneTeacherNormalized(NumpyDirect):
    """A single teacher is taken to be a unit vector, as in the papers."""

    def loss(self, W: Array, V: Array) -> Any:
        return super().loss(W, V / np.linalg.norm(V) if len(V) == 1 else V)


class OneDimensionSigned(NumpyDirect):
    """In one dimension opposite signs count as orthogonal."""

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        rho = super().cosines(first, second)
        return np.maximum(rho, 0.0) if first.units.shape[1] == 1 else rho


class TeachersZipped(NumpyDirect):
    """With fewer students than teachers the teachers past the last student are left out."""

    def read(self, W: Array, V: Array) -> tuple[Neurons, Neurons]:
        return super().read(W, V[: len(W)])


class TeachersSpanTheSpace(NumpyDirect):
    """With more teachers than dimensions only the first d are used, as if they were a basis."""

    def read(self, W: Array, V: Array) -> tuple[Neurons, Neurons]:
        return super().read(W, V[: V.shape[1]])


class SquareGramTransposed(NumpyDirect):
    """With as many students as teachers the cross term's Gram matrix is symmetrized."""

    def cosines(self, first: Neurons, second: Neurons) -> Array:
        rho = super().cosines(first, second)
        return 0.5 * (rho + rho.T) if rho.shape[0] == rho.shape[1] else rho


class LargeProblemsApproximated(NumpyDirect):
    """With more than 1000 pairs every second pair is skipped and the rest doubled."""

    def energy(self, first: Neurons, second: Neurons) -> Any:
        rho = self.cosines(first, second)
        terms = first.masses[:, None] * self.kernel(rho) * second.masses
        return 2.0 * terms.ravel()[::2].sum() if terms.size > 1000 else terms.sum()
