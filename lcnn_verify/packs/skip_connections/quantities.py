"""Random layers and their condition numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.evidence.spectra import singular_values
from lcnn_verify.numerics.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Activation:
    """A piecewise linear φ, by name, with its slope below 0; above, it is 1."""

    name: str
    below: float


LEAKY, ABSOLUTE = Activation("leaky ReLU", 0.1), Activation("absolute value", -1.0)


def random_layer(rng: np.random.Generator, n: int, tau: float, phi: Activation) -> FloatArray:
    """DW for W ~ N(0, τ²/n) (n, n) and the slopes D of φ at W times a Gaussian input."""
    W = rng.normal(size=(n, n)) * (tau / np.sqrt(n))
    D = np.where(W @ rng.normal(size=n) > 0.0, 1.0, phi.below)
    return np.asarray(D[:, None] * W)


def condition(name: str, matrix: FloatArray) -> Quantity:
    """The condition number of a float64 matrix (n, n)."""
    found = singular_values(name, matrix)
    return (found[0] / found[-1]).named(f"cond({name})")
