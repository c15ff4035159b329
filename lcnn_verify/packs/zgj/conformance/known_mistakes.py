"""Usual slips: what a loss or a gradient comes to when one step of its formula is done wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.conformance.quantities import Reference, reference
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS

ZERO = "it is zero"
"""The slip that needs no formula to be seen."""


def of_loss(right: Reference) -> Iterator[tuple[str, float]]:
    """Each slip in words, and the loss it gives at the input of ``right``."""
    parts, value, m = _Parts.at(right), right.loss, len(right.x.W)
    weighted = parts.charges[:, None] * parts.kernel * parts.charges
    students, teachers = float(weighted[:m, :m].sum()), float(weighted[m:, m:].sum())
    cross = -float(weighted[:m, m:].sum())
    yield "it is twice the loss: the factor ½ is missing", 2.0 * value
    yield "it is half the loss", 0.5 * value
    yield "it is the loss with its sign flipped", -value
    yield "the cross term has the wrong sign", 0.5 * (students + teachers) + cross
    yield "the cross term counts once, not twice", 0.5 * (students + teachers - cross)
    yield "the teachers' own sum is missing", 0.5 * students - cross
    yield "the students' own sum is missing", 0.5 * teachers - cross
    yield "the diagonal is left out of the sums", value - 0.5 * float(np.trace(weighted))
    for model, other in _other_models(right.x):
        yield f"it is the loss of the model {model}", reference(other).loss


def of_gradient(right: Reference) -> Iterator[tuple[str, FloatArray]]:
    """Each slip in words, and the gradient (m, d) it gives at the input of ``right``."""
    x, value, m = right.x, right.gradient, len(right.x.W)
    parts = _Parts.at(right)
    along, across = parts.along(m), parts.across(m)
    power = x.model.mass_power
    yield ZERO, np.zeros_like(value)
    yield "it is twice the gradient", 2.0 * value
    yield "it is half the gradient", 0.5 * value
    yield "it is the gradient with its sign flipped", -value
    if x.W.shape[0] == x.W.shape[1]:
        yield "it is the gradient transposed", value.T
    if x.W.shape == x.V.shape:
        swapped = reference(Instance(x.V, x.W, x.model)).gradient
        yield "it is the gradient with respect to V: students and teachers are swapped", swapped
    lever = right.levers[:, None]
    yield "the part across w_i is missing", lever * power * along
    yield "the part along w_i is missing", lever * across
    if power == 2:
        yield "the factor ‖w_i‖ is missing", power * along + across
        yield "the part along w_i lacks its factor 2", lever * (along + across)
    flipped = replace(parts, charges=np.abs(parts.charges))
    rows = power * flipped.along(m) + flipped.across(m)
    yield "the teachers' pull has the wrong sign", lever * rows
    alone = replace(parts, charges=np.where(np.arange(len(parts.charges)) < m, parts.charges, 0.0))
    yield "the teachers' pull is missing", lever * (power * alone.along(m) + alone.across(m))
    for model, other in _other_models(x):
        yield f"it is the gradient of the model {model}", reference(other).gradient


@dataclass(frozen=True, slots=True)
class _Parts:
    """The pieces of THEORY §2 over all pairs: û (n, d), ρ, k and k' (n, n), charges c·q (n,)."""

    units: FloatArray
    cosines: FloatArray
    kernel: FloatArray
    slope: FloatArray
    charges: FloatArray

    @staticmethod
    def at(right: Reference) -> _Parts:
        rho, masses = right.cosines, right.masses
        alpha, beta = right.x.model.kernel_weights
        signs = np.where(np.arange(len(masses)) < len(right.x.W), 1.0, -1.0)
        slope = alpha * 2.0 / math.pi * np.arcsin(rho) + beta
        kernel = alpha * 2.0 / math.pi * right.sines + slope * rho
        return _Parts(right.units, rho, kernel, slope, signs * masses)

    def along(self, m: int) -> FloatArray:
        """Σ_b c_b q_b k·û_i for the first m neurons, (m, d)."""
        return np.asarray((self.kernel[:m] @ self.charges)[:, None] * self.units[:m])

    def across(self, m: int) -> FloatArray:
        """Σ_b c_b q_b k'·(b̂ − ρ·û_i) for the first m neurons, (m, d)."""
        weights = self.slope[:m] * self.charges
        turned = np.sum(weights * self.cosines[:m], axis=1, keepdims=True)
        return np.asarray(weights @ self.units - turned * self.units[:m])


def _other_models(x: Instance) -> Iterator[tuple[str, Instance]]:
    for model in MODELS:
        if model != x.model:
            yield model.name, Instance(x.W, x.V, model)
