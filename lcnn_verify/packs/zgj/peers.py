"""What is timed beside our numerics: JAX, PyTorch, plain NumPy, and the parts of a call alone."""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.blocks import LANES, ROWS, load, store
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.packs.zgj.population import pairs

_REFERENCES = "lcnn_verify.packs.zgj.gallery.references"
_CHUNK = 1 << 14
"""Cosines that stay in a core's second cache."""


def with_jax(W: FloatArray, V: FloatArray) -> tuple[Any, Any, Callable[[Any], Any]] | None:
    """JAX, the students, and the compiled loss with its gradient; None where it is not there."""
    if importlib.util.find_spec("jax") is None:
        return None
    import jax

    evaluate = importlib.import_module(f"{_REFERENCES}.jax_autodiff")._value_and_gradient
    teachers = jax.numpy.asarray(V)
    return jax, jax.numpy.asarray(W), lambda weights: evaluate(weights, teachers, 2)


def with_torch(W: FloatArray, V: FloatArray) -> tuple[Any, Callable[[Any], Any]] | None:
    """The students as a tensor, and autograd of the loss; None where PyTorch is not there."""
    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    evaluate = importlib.import_module(f"{_REFERENCES}.torch_autograd").TorchAutograd()
    teachers = torch.tensor(V)
    return torch.tensor(W), lambda weights: evaluate.loss_and_gradient(weights, teachers)


def whole(W: FloatArray, V: FloatArray) -> tuple[float, FloatArray]:
    """The textbook version: whole n × n matrices in NumPy; |·|, tied readout."""
    m, rows = len(W), np.vstack((W, V))
    norms = np.linalg.norm(rows, axis=1)
    units, charges = rows / norms[:, None], norms**2
    charges[m:] *= -1.0
    rho = np.clip(units @ units.T, -1.0, 1.0)
    arc = np.arcsin(rho)
    kernel = (2 / math.pi) * (np.sqrt((1.0 - rho) * (1.0 + rho)) + rho * arc)
    field = kernel @ charges
    slope = (2 / math.pi) * arc[:m] * charges
    radial = 2.0 * field[:m] - np.sum(slope * rho[:m], axis=1)
    pull = radial[:, None] * units[:m] + slope @ units
    return 0.5 * float(charges @ field), norms[:m, None] * pull


def arcs(count: int) -> Callable[[], None]:
    """One vectorized asin and root of so many cosines, a cached part at a time."""
    cosines, sines = np.random.default_rng(0).random(_CHUNK), np.empty(_CHUNK)
    full, rest = divmod(count, _CHUNK)
    parts = [_CHUNK] * full + [rest] * bool(rest)

    def run() -> None:
        for part in parts:
            _arcs_and_sines(cosines, sines, part)

    return run


@compiled
def _arcs_and_sines(cosines: FloatArray, sines: FloatArray, count: int) -> None:
    for k in range(0, count, ROWS * LANES):
        arc, sine = pairs.arc_and_sine(load(cosines, k, LANES))
        store(cosines, k, LANES, arc)
        store(sines, k, LANES, sine)


def products(n: int, d: int) -> Callable[[], None]:
    """The two matrix products that each evaluation has in it."""
    rows, square = _factors(n, d)

    def run() -> None:
        rows @ rows.T
        square @ rows

    return run


def products_of_steps(n: int, d: int, count: int) -> Callable[[], None]:
    """:func:`products` of so many steps in one call of compiled code."""
    rows, square = _factors(n, d)
    return lambda: _products(rows, square, np.empty((n, n)), np.empty((n, d)), count)


def _factors(n: int, d: int) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(0)
    return rng.random((n, d)), rng.random((n, n))


@compiled
def _products(
    rows: FloatArray, square: FloatArray, gram: FloatArray, pulls: FloatArray, count: int
) -> None:
    for _ in range(count):
        np.dot(rows, rows.T, gram)
        np.dot(square, rows, pulls)


def scan(
    jax: Any, start: Any, evaluate: Callable[[Any], Any], rate: float, count: int
) -> Callable[[], Any]:
    """Descent in one compiled loop of JAX; returns the last weights."""

    def one(weights: Any, _: None) -> Any:
        value, slope = evaluate(weights)
        return weights - rate * slope, (value, jax.numpy.linalg.norm(slope))

    run = jax.jit(lambda weights: jax.lax.scan(one, weights, None, length=count))
    return lambda: jax.block_until_ready(run(start))[0]
