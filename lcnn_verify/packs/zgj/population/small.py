"""Small networks: plain compiled loops over pairs, every sum compensated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import cosine, two_sum
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.packs.zgj.population.family import Family, assemble


@compiled
def work_shape(n: int, d: int) -> tuple[int, int, int]:
    """The shape of what :func:`loss_and_pull_into` works in, for n neurons in d dimensions."""
    return 2, n + d + 1, n


@compiled
def loss_and_pull_into(family: Family, work: FloatArray, pull: FloatArray) -> float:
    """As :func:`loss_and_pull`, allocating nothing: for loops that call it at every step.

    ``pull`` (students, d) is overwritten, and so is ``work``, any array of :func:`work_shape`.
    """
    units, masses, signs = family.units, family.masses, family.signs
    n, d = units.shape
    arcs, sines = work[0, :n], work[1, :n]
    sums, errors = work[0, n:], work[1, n:]  # a row for each coordinate, and one for the sines
    for i in range(n):
        for b in range(i):
            rho = cosine(units, i, b)
            arc, sine = math.asin(rho), math.sqrt((1.0 - rho) * (1.0 + rho))
            arcs[i, b], arcs[b, i] = arc, arc
            sines[i, b], sines[b, i] = sine, sine
        arcs[i, i], sines[i, i] = 0.0, 0.0  # its own part starts the sums
    for i in range(n):
        own = 0.5 * math.pi * signs[i] * masses[i]  # ρ = 1 exactly: asin ρ = π/2, sin θ = 0
        for j in range(d):
            sums[j, i] = own * units[i, j]
        sums[d, i] = 0.0
    errors[:] = 0.0
    for b in range(n):
        weight = signs[b] * masses[b]
        for j in range(d):
            entry = units[b, j]
            for i in range(n):
                sums[j, i], rest = two_sum(sums[j, i], arcs[b, i] * weight * entry)
                errors[j, i] += rest
        for i in range(n):
            sums[d, i], rest = two_sum(sums[d, i], sines[b, i] * weight)
            errors[d, i] += rest
    for j in range(d + 1):
        for i in range(n):
            sums[j, i] += errors[j, i]
    return assemble(family, sums[d], sums[:d].T, pull)


@compiled
def _loss_and_pull(*fields: Any) -> tuple[float, FloatArray]:
    """Of a family by its fields: Numba takes a microsecond to take a named tuple apart."""
    family = Family(*fields)
    n, d = family.units.shape
    pull, work = np.empty((family.students, d)), np.empty(work_shape(n, d))
    return loss_and_pull_into(family, work, pull), pull


def loss_and_pull(family: Family) -> tuple[float, FloatArray]:
    """A :data:`Route`; see ``family``. Costs O(n²d) time and O(nd) memory."""
    return _loss_and_pull(*family)
