"""Implementations for the tests of the conformance checks: honest ones, and some slips."""

from __future__ import annotations

import numpy as np


class Honest:
    """The direct double sum as everybody writes it, in NumPy."""

    def parts(self, W, V):
        rows = np.concatenate((W, V))
        norms = np.sqrt((rows**2).sum(axis=1))
        units = rows / np.where(norms > 0.0, norms, 1.0)[:, None]
        rho = np.clip(units @ units.T, -1.0, 1.0)
        signs = np.concatenate((np.ones(len(W)), -np.ones(len(V)))).astype(rows.dtype)
        slope = (2.0 / np.pi * np.arcsin(rho)).astype(rows.dtype)
        kernel = (2.0 / np.pi * np.sqrt(1.0 - rho**2)).astype(rows.dtype) + slope * rho
        return norms, units, rho, signs * norms**2, kernel, slope

    def loss(self, W, V):
        *_, charges, kernel, _ = self.parts(W, V)
        return W.dtype.type(0.5) * (charges @ kernel @ charges)

    def gradient(self, W, V):
        norms, units, rho, charges, kernel, slope = self.parts(W, V)
        m = len(W)
        weights = slope[:m] * charges
        turned = (weights * rho[:m]).sum(axis=1)[:, None] * units[:m]
        along = 2.0 * (kernel[:m] @ charges)[:, None] * units[:m]
        return (norms[:m, None] * (along + weights @ units - turned)).astype(W.dtype)

    def loss_and_gradient(self, W, V):
        return self.loss(W, V), self.gradient(W, V)


class Honest32(Honest):
    dtype = "float32"


class Honest64Batched(Honest):
    batch = True

    def _each(self, function, W, V):
        return (
            np.array([function(students, V) for students in W]) if W.ndim == 3 else function(W, V)
        )

    def loss(self, W, V):
        return self._each(super().loss, W, V)

    def gradient(self, W, V):
        return self._each(super().gradient, W, V)


class Honest32Batched(Honest64Batched):
    dtype = "float32"


class Doubled(Honest):
    def loss(self, W, V):
        return 2.0 * super().loss(W, V)


class Flipped(Honest):
    def gradient(self, W, V):
        return -super().gradient(W, V)


class DiagonalNan(Honest):
    """What autograd gives on the diagonal."""

    def gradient(self, W, V):
        return super().gradient(W, V) * np.nan


class ZeroNan(Honest):
    def gradient(self, W, V):
        norms = np.linalg.norm(W, axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            return super().gradient(W, V) * (norms / norms)


class ParallelKilled(Honest):
    """Clipping that kills the part across where ρ is near 1."""

    def parts(self, W, V):
        norms, units, rho, charges, kernel, slope = super().parts(W, V)
        return norms, units, rho, charges, kernel, np.where(np.abs(rho) > 1.0 - 1e-7, 0.0, slope)


class Diagonalless(Honest):
    def loss(self, W, V):
        *_, charges, kernel, _ = self.parts(W, V)
        np.fill_diagonal(kernel, 0.0)
        return 0.5 * (charges @ kernel @ charges)


class Mutating(Honest):
    def loss(self, W, V):
        value = super().loss(W, V)
        W += 1.0
        return value


class Drifting(Honest):
    """Another answer each time, inside the floor of the values but not of repetition."""

    def __init__(self):
        self.calls = 0

    def loss(self, W, V):
        self.calls += 1
        scale = float((W**2).sum() + (V**2).sum()) ** 2
        return super().loss(W, V) + (self.calls % 2) * 1e-14 * scale


class LayoutBlind(Honest):
    """Reads the memory as if it were in C order."""

    def loss(self, W, V):
        if not (W.flags.c_contiguous and V.flags.c_contiguous):
            return super().loss(W[::-1], V[:, ::-1])
        return super().loss(W, V)


class FirstOfBatch(Honest64Batched):
    def loss(self, W, V):
        return np.full(len(W), super().loss(W, V)[0]) if W.ndim == 3 else super().loss(W, V)


class LossOnly:
    def loss(self, W, V):
        return Honest().loss(W, V)


class DoubledLossOnly:
    def loss(self, W, V):
        return Doubled().loss(W, V)


class PairOnly:
    def loss_and_gradient(self, W, V):
        return Honest().loss_and_gradient(W, V)


class Raising(Honest):
    def loss(self, W, V):
        if len(W) > 2:
            raise ValueError("too many students")
        return super().loss(W, V)
