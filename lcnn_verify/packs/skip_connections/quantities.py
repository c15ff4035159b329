"""What properties compare: singular values of exact matrices, and those of random layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flint import fmpq_mat

from lcnn_verify.evidence.amounts import frobenius
from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.evidence.spectra import singular_values
from lcnn_verify.numerics.arrays import FloatArray


def of(name: str, matrix: fmpq_mat) -> tuple[Quantity, ...]:
    """The singular values of an exact matrix (m, n), the largest first."""
    values = np.array([[int(x.p) / int(x.q) for x in row] for row in matrix.tolist()])
    return singular_values(name, values, ROUNDING * frobenius(values), rational=matrix)


@dataclass(frozen=True, slots=True)
class Activation:
    """A piecewise linear φ, by name, with its slopes below and above 0."""

    name: str
    below: float
    above: float = 1.0


RELU, LEAKY, ABSOLUTE = (
    Activation("ReLU", 0.0),
    Activation("leaky ReLU", 0.1),
    Activation("absolute value", -1.0),
)


def random_layer(rng: np.random.Generator, n: int, tau: float, phi: Activation) -> FloatArray:
    """DW for W ~ N(0, τ²/n) (n, n) and the slopes D of φ at W times a Gaussian input."""
    W = rng.normal(size=(n, n)) * (tau / np.sqrt(n))
    D = np.where(W @ rng.normal(size=n) > 0.0, phi.above, phi.below)
    return np.asarray(D[:, None] * W)


def condition(name: str, matrix: FloatArray) -> Quantity:
    """The condition number of a float64 matrix (n, n)."""
    found = singular_values(name, matrix)
    return (found[0] / found[-1]).named(f"cond({name})")
