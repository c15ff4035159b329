"""A point that refutes a region claim, found in float64 and proved in Arb balls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from flint import arb

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.centred_forms import Slope
from lcnn_verify.packs.zgj.enclosure import working_precision
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, Shell
from lcnn_verify.packs.zgj.proofs.region.forms import as_balls, landscape
from lcnn_verify.packs.zgj.search import random_starts, search

PRECISION = 128
_STARTS = 6
_ITERATIONS = 100


@dataclass(frozen=True, slots=True)
class Violation:
    """Students with ε₁ ≤ L ≤ ε₀ and ‖∇L‖ < multiple·κ·L, proved.

    ``coordinates`` are exact floats in the claim's chart; ``weights`` (m, 2) are the students near
    enough to draw; the rest are balls as text, ``ratio`` is ‖∇L‖/(κL).
    """

    coordinates: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    loss: str
    gradient_norm: str
    ratio: str


def teachers(claim: RegionClaim) -> FloatArray:
    """The teachers V (r, 2), to double precision."""
    shell = Shell.of(claim, float)
    return np.array(
        [
            (math.sqrt(mass) * math.cos(angle), math.sqrt(mass) * math.sin(angle))
            for mass, angle in zip(shell.masses, shell.angles, strict=True)
        ]
    )


def smallest_ratio(claim: RegionClaim) -> tuple[float, FloatArray]:
    """The smallest ‖∇L‖/(κL) that local searches meet at L ≤ ε₀, and its students W (m, 2)."""
    V = teachers(claim)
    starts = random_starts(V, claim.students, _STARTS, np.random.default_rng(0))
    level = Shell.of(claim, float).level
    found = search(V, starts, level=level, max_iterations=_ITERATIONS)
    return found.ratio, found.W


def coordinates(claim: RegionClaim, W: FloatArray) -> tuple[float, ...]:
    """The chart's coordinates of students W (m, 2), rounded."""
    rows = [(float(row @ row), math.atan2(row[1], row[0])) for row in W]
    rows = [(q, (phi + math.pi / 2) % math.pi - math.pi / 2) for q, phi in rows]
    one = len(claim.norms) == 1
    rows.sort(key=lambda row: -row[0] if one else -row[1])
    masses = [sum(q for q, _ in rows[k:]) for k in range(len(rows))]
    means = [
        sum(q * phi for q, phi in rows[k:]) / mass if mass else 0.0 for k, mass in enumerate(masses)
    ]
    sign = -1.0 if one and len(rows) > 1 and rows[0][1] < means[1] else 1.0
    shares = [small / mass if mass else 0.0 for mass, small in pairwise(masses)]
    spreads = [sign * (row[1] - mean) for row, mean in zip(rows, means[1:], strict=False)]
    return (masses[0], *shares, sign * means[0], *spreads)


def violation(claim: RegionClaim, point: tuple[float, ...]) -> Violation | None:
    """The proof that students at ``point`` violate the claim; None if they cannot be shown to."""
    x = np.array(point)[:, None]
    with working_precision(PRECISION):
        shell = Shell.of(claim, arb)
        seen = landscape(claim, shell, as_balls(x), as_balls(np.zeros_like(x)))
        loss, square = seen.loss.at[0], seen.squared_norm()[0]
        inside = shell.inner <= loss and loss <= shell.level
        real = all(q.at[0] > 0 for q in seen.masses) and _folded(seen.angles)
        if not (inside and real and square < (shell.rate * loss) * (shell.rate * loss)):
            return None
        norm = square.sqrt()
        multiple = balls.exact(claim.multiple)
        return Violation(
            tuple(point),
            tuple(_row(q, phi) for q, phi in zip(seen.masses, seen.angles, strict=True)),
            loss.str(20, radius=True),
            norm.str(20, radius=True),
            (norm * multiple / (shell.rate * loss)).str(15, radius=True),
        )


def _folded(angles: list[Slope]) -> bool:
    """Whether no two angles differ by more than π, where k(θ) = cos θ + c(θ) would end."""
    return all(bool(abs(angle.at[0]) < 1.5707963) for angle in angles)


def _row(q: Slope, phi: Slope) -> tuple[float, ...]:
    size, angle = math.sqrt(float(q.at[0].mid())), float(phi.at[0].mid())
    return size * math.cos(angle), size * math.sin(angle)
