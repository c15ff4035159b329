"""One network or many of one shape in one call of compiled code, by all cores where that pays."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from lcnn_verify.numerics import threads
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled, inlined, released, unnoticed
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.population import pairs, planar
from lcnn_verify.packs.zgj.population.family import (
    Family,
    IntArray,
    scale_rows_into,
    sign_into,
)

SHARED_FROM = 1_000_000
"""What work costs, as :func:`work` estimates it, that pays for another thread."""
_CALL = 1000  # nanoseconds or so that a network costs beside its pairs
_SWEEP = 100  # and a line of one in the plane


def losses_and_gradients(
    W: FloatArray, V: FloatArray, model: Model, *, in_plane: bool
) -> tuple[FloatArray, FloatArray, int]:
    """Losses (b,) and gradients (b, m, d) of trusted W (b, m, d) and V (b or 1, r, d).

    Each is what :func:`alone` or, if ``in_plane``, :func:`alone_in_plane` gives, to the last bit.
    Last comes the first network of which a number does not fit in float64, −1 if all fit.
    """
    (count, m, d), r = W.shape, V.shape[1]
    losses, rows = np.empty(count), np.empty(W.shape)
    one = _SWEEP * (m + r) if in_plane else work(m + r, d)
    shared = count * (_CALL + one) >= SHARED_FROM
    cuts = threads.evenly(count, threads.cores() if shared else 1)
    weights = (model.mass_power, *model.kernel_weights)
    with unnoticed():
        threads.in_ranges(_each, cuts, in_plane, W, V, *weights, losses, rows)
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


@inlined
def _network(m: int, n: int, d: int, power: int, alpha: float, beta: float) -> Network:
    """Room for m of n neurons as students, in d dimensions."""
    family = Family(np.empty((n, d)), np.empty(n), np.empty(n), m, alpha, beta, power)
    return Network(family, np.empty(n), np.empty(n, np.int64), np.empty((m, d)))


@inlined
def _sign(W: FloatArray, V: FloatArray, network: Network) -> int:
    """Fill the family with finite W and V, and return its scale."""
    family, mantissas, exponents = network.family, network.mantissas, network.exponents
    units, masses, signs = family.units, family.masses, family.signs
    return sign_into(W, V, family.power, units, masses, signs, mantissas, exponents)


@inlined
def _write(network: Network, value: float, scale: int, rows: FloatArray) -> float:
    """Write the gradient (m, d) that the pull is, and return the loss that the ``value`` is."""
    power, exponents = network.family.power, network.exponents
    scale_rows_into(network.pull, network.mantissas, exponents, power * scale, power, rows)
    return float(np.ldexp(value, 2 * power * scale))


@inlined
def _evaluate(
    W: FloatArray, V: FloatArray, network: Network, space: pairs.Workspace, rows: FloatArray
) -> float:
    """Write the gradient (m, d) of finite W and V, and return the loss."""
    scale = _sign(W, V, network)
    value = pairs.loss_and_pull_into(network.family, space, network.pull)
    return _write(network, value, scale, rows)


@inlined
def _evaluate_in_plane(
    W: FloatArray, V: FloatArray, network: Network, space: planar.Workspace, rows: FloatArray
) -> float:
    """:func:`_evaluate` by the plane's own route, whatever the order of lines was before."""
    for k in range(len(space.order)):
        space.order[k] = k
    scale = _sign(W, V, network)
    value = planar.loss_and_pull_into(network.family, space, network.pull)
    return _write(network, value, scale, rows)


@released
def _each(
    first: int,
    stop: int,
    in_plane: bool,
    W: FloatArray,
    V: FloatArray,
    power: int,
    alpha: float,
    beta: float,
    losses: FloatArray,
    rows: FloatArray,
) -> None:
    """Fill ``losses`` and ``rows`` from ``first`` until ``stop``."""
    m, n, d = W.shape[1], W.shape[1] + V.shape[1], W.shape[2]
    network = _network(m, n, d, power, alpha, beta)
    if in_plane:
        lines = planar.Workspace(*planar.room(np.empty(n, np.int64)))
        for k in range(first, stop):
            teachers = V[k if len(V) > 1 else 0]
            losses[k] = _evaluate_in_plane(W[k], teachers, network, lines, rows[k])
    else:
        space = pairs.Workspace(*pairs.room(n, d))
        for k in range(first, stop):
            losses[k] = _evaluate(W[k], V[k if len(V) > 1 else 0], network, space, rows[k])


@compiled
def alone(
    W: FloatArray, V: FloatArray, power: int, alpha: float, beta: float
) -> tuple[float, FloatArray, bool]:
    """The loss and the gradient (m, d) of one network; last whether both fit in float64.

    They do not fit, either, if a weight is not finite.
    """
    (m, d), n = W.shape, len(W) + len(V)
    rows, network = np.empty((m, d)), _network(m, n, d, power, alpha, beta)
    value = _evaluate(W, V, network, pairs.Workspace(*pairs.room(n, d)), rows)
    return value, rows, math.isfinite(value) and math.isfinite(rows.sum())


@compiled
def alone_in_plane(
    W: FloatArray, V: FloatArray, power: int, alpha: float, beta: float
) -> tuple[float, FloatArray, bool]:
    """:func:`alone` by the plane's own route, for fewer than ``planar.WHOLE`` neurons."""
    m, n = len(W), len(W) + len(V)
    rows, network = np.empty((m, 2)), _network(m, n, 2, power, alpha, beta)
    if not (np.isfinite(W).all() and np.isfinite(V).all()):  # no angles to sort
        return math.nan, rows, False
    space = planar.Workspace(*planar.room(np.empty(n, np.int64)))
    value = _evaluate_in_plane(W, V, network, space, rows)
    return value, rows, math.isfinite(value) and math.isfinite(rows.sum())
