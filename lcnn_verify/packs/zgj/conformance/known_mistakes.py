"""Usual slips: what a loss or a gradient comes to when one step of its formula is done wrong.

A slip of a factor is a multiple of a term, which ``factors`` finds; the others are made here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.conformance.quantities import Reference, reference
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS


def of_loss(right: Reference) -> Iterator[tuple[str, FloatArray]]:
    """Each slip in words, and the loss (1, 1) it gives at the input of ``right``."""
    diagonal = float(np.trace(_Parts.at(right).weighted()))
    yield "the diagonal is left out of the sums", np.array([[right.loss - 0.5 * diagonal]])
    for model, other in _other_models(right.x):
        yield f"it is the loss of the model {model}", np.array([[reference(other).loss]])


def of_gradient(right: Reference) -> Iterator[tuple[str, FloatArray]]:
    """Each slip in words, and the gradient (m, d) it gives at the input of ``right``."""
    x, value = right.x, right.gradient
    if x.W.shape[0] == x.W.shape[1]:
        yield "it is the gradient transposed", value.T
    if x.W.shape == x.V.shape:
        swapped = reference(Instance(x.V, x.W, x.model)).gradient
        yield "it is the gradient with respect to V: students and teachers are swapped", swapped
    if x.model.mass_power == 2:
        levers = np.where(right.levers > 0.0, right.levers, 1.0)[:, None]
        yield "the factor ‖w_i‖ is missing", gradient_terms(right).sum(axis=0) / levers
    for model, other in _other_models(x):
        yield f"it is the gradient of the model {model}", reference(other).gradient


def loss_terms(right: Reference) -> FloatArray:
    """½S_ww, −S_wv and ½S_vv, whose sum is the loss, (3, 1, 1)."""
    m, weighted = len(right.x.W), _Parts.at(right).weighted()
    sums = (0.5 * weighted[:m, :m].sum(), weighted[:m, m:].sum(), 0.5 * weighted[m:, m:].sum())
    return np.reshape(sums, (3, 1, 1))


def gradient_terms(right: Reference) -> FloatArray:
    """What students, then teachers, pull along w_i, and then across it, (4, m, d).

    Their sum is the gradient.
    """
    parts, m = _Parts.at(right), len(right.x.W)
    lever, power = right.levers[:, None], right.x.model.mass_power
    sets = (slice(0, m), slice(m, None))
    along = [lever * power * parts.along(m, of) for of in sets]
    return np.stack([*along, *(lever * parts.across(m, of) for of in sets)])


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

    def weighted(self) -> FloatArray:
        """c_a q_a k c_b q_b of every pair, (n, n)."""
        return np.asarray(self.charges[:, None] * self.kernel * self.charges)

    def along(self, m: int, of: slice) -> FloatArray:
        """Σ_b c_b q_b k·û_i over the neurons ``of`` for the first m, (m, d)."""
        return np.asarray((self.kernel[:m, of] @ self.charges[of])[:, None] * self.units[:m])

    def across(self, m: int, of: slice) -> FloatArray:
        """Σ_b c_b q_b k'·(b̂ − ρ·û_i), likewise."""
        weights = self.slope[:m, of] * self.charges[of]
        turned = np.sum(weights * self.cosines[:m, of], axis=1, keepdims=True)
        return np.asarray(weights @ self.units[of] - turned * self.units[:m])


def _other_models(x: Instance) -> Iterator[tuple[str, Instance]]:
    for model in MODELS:
        if model != x.model:
            yield model.name, Instance(x.W, x.V, model)
