"""Many networks of one shape in one call of compiled code, by both cores where that pays."""

from __future__ import annotations

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import released, unnoticed
from lcnn_verify.numerics.threads import evenly, in_ranges
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.population import pairs
from lcnn_verify.packs.zgj.population.family import Family, scale_rows_into, sign_into

SHARED_FROM = 1_000_000
"""Nanoseconds or so of work from which another core pays for the start of a thread (measured)."""


def losses_and_gradients(
    W: FloatArray, V: FloatArray, model: Model
) -> tuple[FloatArray, FloatArray, int]:
    """Losses (b,) and gradients (b, m, d) of trusted W (b, m, d) and V (b or 1, r, d), over pairs.

    Each is what ``pairs`` gives that network alone, to the last bit. Last comes the first network
    of which a number does not fit in float64, −1 if all fit.
    """
    (count, m, d), r = W.shape, V.shape[1]
    losses, rows = np.empty(count), np.empty(W.shape)
    shared = count * work(m + r, d) >= SHARED_FROM
    cuts = evenly(count, pairs.cores() if shared else 1)
    weights = (model.mass_power, *model.kernel_weights)
    with unnoticed():
        in_ranges(_each, cuts, W, V, *weights, losses, rows)
    fits = np.isfinite(losses) & np.isfinite(rows).all(axis=(1, 2))
    return losses, rows, -1 if fits.all() else int(np.argmin(fits))


def work(n: int, d: int) -> int:
    """Roughly what n neurons in d dimensions cost, in nanoseconds."""
    return 1000 + n * n * (8 + d // 8)


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
    n = m + V.shape[1]
    units, masses, signs, pull = np.empty((n, d)), np.empty(n), np.empty(n), np.empty((m, d))
    mantissas, exponents = np.empty(n), np.empty(n, np.int64)
    family = Family(units, masses, signs, m, alpha, beta, power)
    space = pairs.Workspace(*pairs.room(n, d))
    for k in range(first, stop):
        teachers = V[k if len(V) > 1 else 0]
        scale = sign_into(W[k], teachers, power, units, masses, signs, mantissas, exponents)
        value = pairs.loss_and_pull_into(family, space, pull)
        losses[k] = np.ldexp(value, 2 * power * scale)
        scale_rows_into(pull, mantissas, exponents, power * scale, power, rows[k])
