"""One network or many of one shape in one call of compiled code, by all cores where that pays."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from lcnn_verify.numerics import threads
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled, inlined, released, unnoticed
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.population import pairs
from lcnn_verify.packs.zgj.population.family import (
    Family,
    IntArray,
    scale_rows_into,
    sign_into,
)

SHARED_FROM = 1_000_000
"""What work costs, as :func:`work` estimates it, that pays for another thread."""
_CALL = 1000  # nanoseconds or so that a network costs beside its pairs


def losses_and_gradients(
    W: FloatArray, V: FloatArray, model: Model
) -> tuple[FloatArray, FloatArray, int]:
    """Losses (b,) and gradients (b, m, d) of trusted W (b, m, d) and V (b or 1, r, d), over pairs.

    Each is what ``pairs`` gives that network alone, to the last bit. Last comes the first network
    of which a number does not fit in float64, −1 if all fit.
    """
    (count, m, d), r = W.shape, V.shape[1]
    losses, rows = np.empty(count), np.empty(W.shape)
    shared = count * (_CALL + work(m + r, d)) >= SHARED_FROM
    cuts = threads.evenly(count, threads.cores() if shared else 1)
    weights = (model.mass_power, *model.kernel_weights)
    with unnoticed():
        threads.in_ranges(_each, cuts, W, V, *weights, losses, rows)
    fits = np.isfinite(losses) & np.isfinite(rows).all(axis=(1, 2))
    return losses, rows, -1 if fits.all() else int(np.argmin(fits))


def work(n: int, d: int) -> int:
    """Roughly what all pairs of n neurons in d dimensions cost, in nanoseconds."""
    return n * n * (8 + d // 8)


class Network(NamedTuple):
    """One network of a batch, and what its evaluation overwrites: see ``family.signed``."""

    family: Family
    mantissas: FloatArray
    exponents: IntArray
    pull: FloatArray
    space: pairs.Workspace


@inlined
def _network(m: int, n: int, d: int, power: int, alpha: float, beta: float) -> Network:
    """Room for m of n neurons as students, in d dimensions."""
    family = Family(np.empty((n, d)), np.empty(n), np.empty(n), m, alpha, beta, power)
    space = pairs.Workspace(*pairs.room(n, d))
    return Network(family, np.empty(n), np.empty(n, np.int64), np.empty((m, d)), space)


@inlined
def _evaluate(W: FloatArray, V: FloatArray, network: Network, rows: FloatArray) -> float:
    """Write the gradient (m, d) of finite W and V, and return the loss."""
    family, mantissas, exponents = network.family, network.mantissas, network.exponents
    units, masses, signs, power = family.units, family.masses, family.signs, family.power
    scale = sign_into(W, V, power, units, masses, signs, mantissas, exponents)
    value = pairs.loss_and_pull_into(family, network.space, network.pull)
    scale_rows_into(network.pull, mantissas, exponents, power * scale, power, rows)
    return float(np.ldexp(value, 2 * power * scale))


@released
def _each(
    first: int,
    stop: int,
    W: FloatArray,
    V: FloatArray,
    power: int,
    alpha: float,
    beta: float,
    losses: FloatArray,
    rows: FloatArray,
) -> None:
    """Fill ``losses`` and ``rows`` from ``first`` until ``stop``."""
    m, d = W.shape[1], W.shape[2]
    network = _network(m, m + V.shape[1], d, power, alpha, beta)
    for k in range(first, stop):
        losses[k] = _evaluate(W[k], V[k if len(V) > 1 else 0], network, rows[k])


@compiled
def alone(
    W: FloatArray, V: FloatArray, power: int, alpha: float, beta: float
) -> tuple[float, FloatArray, bool]:
    """The loss and the gradient (m, d) of one network; last whether both fit in float64.

    They do not fit, either, if a weight is not finite.
    """
    m, d = W.shape
    rows = np.empty((m, d))
    value = _evaluate(W, V, _network(m, m + len(V), d, power, alpha, beta), rows)
    return value, rows, math.isfinite(value) and math.isfinite(rows.sum())
