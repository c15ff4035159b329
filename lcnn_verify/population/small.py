"""Small networks: plain compiled loops over pairs, every sum compensated."""

from __future__ import annotations

import math

import numpy as np

from lcnn_verify._jit import compiled
from lcnn_verify.model import FloatArray
from lcnn_verify.population.assemble import assemble
from lcnn_verify.population.compensated import cosine, two_sum


@compiled
def loss_and_pull_into(
    units: FloatArray,
    masses: FloatArray,
    signs: FloatArray,
    alpha: float,
    beta: float,
    power: int,
    work: FloatArray,
    pull: FloatArray,
) -> float:
    """As :func:`loss_and_pull`, allocating nothing: for loops that call it at every step.

    ``pull`` (students, d) is overwritten, and so is ``work``, any array of shape (2, n, d + 1).
    """
    n, d = units.shape
    sums, errors = work[0], work[1]
    for i in range(n):
        own = 0.5 * math.pi * signs[i] * masses[i]  # ρ = 1 exactly: asin ρ = π/2, sin θ = 0
        for j in range(d):
            sums[i, j] = own * units[i, j]
            errors[i, j] = 0.0
        sums[i, d] = 0.0
        errors[i, d] = 0.0
    for i in range(n):
        for b in range(i):
            rho = cosine(units, i, b)
            arc, sine = math.asin(rho), math.sqrt((1.0 - rho) * (1.0 + rho))
            to_i, to_b = signs[b] * masses[b], signs[i] * masses[i]
            for j in range(d):
                sums[i, j], rest = two_sum(sums[i, j], arc * to_i * units[b, j])
                errors[i, j] += rest
                sums[b, j], rest = two_sum(sums[b, j], arc * to_b * units[i, j])
                errors[b, j] += rest
            sums[i, d], rest = two_sum(sums[i, d], sine * to_i)
            errors[i, d] += rest
            sums[b, d], rest = two_sum(sums[b, d], sine * to_b)
            errors[b, d] += rest
    for i in range(n):
        for j in range(d + 1):
            sums[i, j] += errors[i, j]
    return assemble(units, masses, signs, sums[:, d], sums[:, :d], alpha, beta, power, pull)


@compiled
def loss_and_pull(
    units: FloatArray,
    masses: FloatArray,
    signs: FloatArray,
    students: int,
    alpha: float,
    beta: float,
    power: int,
) -> tuple[float, FloatArray]:
    """Return the scaled loss and the pull (students, d) of a signed family; see ``assemble``.

    ``units`` (n, d), ``masses`` and ``signs`` (n,) as in ``SignedFamily``; dual kernel
    alpha·k_abs + beta·ρ; ``power`` is the mass power p. Gradient row i is ‖w_i‖^(p−1)·pull_i.
    Costs O(n²d) time and O(nd) memory.
    """
    n, d = units.shape
    pull = np.empty((students, d))
    work = np.empty((2, n, d + 1))
    return loss_and_pull_into(units, masses, signs, alpha, beta, power, work, pull), pull
