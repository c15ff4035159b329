"""Loss and gradient of planar students over a box, by slopes, and what may settle the box.

In polar coordinates w_i = √q_i (cos φ_i, sin φ_i) the kernel is k(θ) = cos θ + c(θ), c(θ) =
(2/π)(sin|θ| − |θ|cos θ) for |θ| ≤ π, and with R = Σ q_i û_i − Σ ‖v_j‖² v̂_j, signed masses z,

    g_i = ⟨û_i, R⟩ + Σ_b z_b c(φ_i − φ_b),   h_i = ⟨û_i⊥, R⟩ + Σ_b z_b c′(φ_i − φ_b),
    L = ½|R|² + ½ Σ_a z_a Σ_b z_b c(φ_a − φ_b),   ∂L/∂q_i = g_i,   ∂L/∂φ_i = q_i h_i,
    ‖∇L‖_F² = Σ_i q_i (4 g_i² + h_i²)                                            (THEORY §2).

So for any numbers α_i, β_i, by Cauchy–Schwarz, ‖∇L‖ ≥ Σ_i (2 α_i g_i + β_i h_i)/B with B² =
Σ_i (α_i² + β_i²)/q_i.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

from lcnn_verify.numerics.centred_forms import Array, Slope
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, Shell, chart


@dataclass(frozen=True, slots=True)
class Landscape:
    """What is known over boxes: students, loss, and the rows 2g_1, h_1, 2g_2, … of the gradient."""

    masses: list[Slope]
    angles: list[Slope]
    loss: Slope
    rows: list[Slope]

    def squared_norm(self) -> Array:
        """‖∇L‖_F² at the centres."""
        fields = zip(self.masses, self.rows[::2], self.rows[1::2], strict=True)
        return np.asarray(sum(q.at * (g.at * g.at + h.at * h.at) for q, g, h in fields))


def landscape(claim: RegionClaim, shell: Shell, centres: Array, radii: Array) -> Landscape:
    """Evaluate students over boxes [centre ± radius], both (coordinates, boxes).

    With object arrays of balls, and a shell of balls, everything returned is rigorous.
    """
    x = []
    for k, radius in enumerate(radii):
        nothing = radii * 0
        way = nothing.copy()
        way[k] = radius
        x.append(Slope(centres[k], way, nothing))
    placed = chart(claim, x)
    students = list(zip(placed.masses, placed.angles, strict=True))
    teachers = list(zip(shell.masses, shell.angles, strict=True))
    across = placed.total - sum(mass * np.cos(psi) for mass, psi in teachers)
    along = placed.moment - sum(mass * np.sin(psi) for mass, psi in teachers)
    turns = []
    for mass, angle in students:
        sine, cosine = np.sin(angle.at), np.cos(angle.at)
        turns.append((angle.through(cosine, -sine, 1), angle.through(sine, cosine, 1)))
        # Σq(1 − cos φ) and Σq(φ − sin φ), beside Σq and Σqφ, which the chart knows exactly.
        across = across - mass * (1 - turns[-1][0])
        bend = np.minimum(1, np.abs(sine) + angle.reach)
        along = along - mass * angle.through(angle.at - sine, 1 - cosine, bend)
    apart = sum(
        mass * other * _cubic(shell, np.abs(psi - phi))
        for i, (mass, psi) in enumerate(teachers)
        for other, phi in teachers[:i]
    )
    loss = apart + (across * across + along * along) * 0.5
    rows = []
    for i, ((mass, angle), (c, s)) in enumerate(zip(students, turns, strict=True)):
        field, turn = c * across + s * along, c * along - s * across
        energy = mass * 0
        for k, (other, phi) in enumerate(students):
            if k != i:
                value, slope = _cubic_slopes(shell, angle - phi)
                field, turn = field + other * value, turn + other * slope
                energy = energy + other * value * 0.5
        for weight, psi in teachers:
            value, slope = _cubic_slopes(shell, angle - psi)
            field, turn = field - value * weight, turn - slope * weight
            energy = energy - value * weight
        loss = loss + mass * energy
        rows += [field * 2, turn]
    return Landscape(placed.masses, placed.angles, loss, rows)


def _cubic(shell: Shell, theta: Any) -> Any:
    """c(θ) for θ ≥ 0."""
    return (np.sin(theta) - theta * np.cos(theta)) / shell.half_pi


def _cubic_slopes(shell: Shell, angle: Slope) -> tuple[Slope, Slope]:
    """Slopes of c and c′; c″ = (2/π)(sin|θ| + |θ|cos θ) is Lipschitz, also across its kink."""
    t = np.abs(angle.at)
    sine, cosine = np.sin(t), np.cos(t)
    third = (2 + t + angle.reach) / shell.half_pi
    first, second = angle.at * sine / shell.half_pi, (sine + t * cosine) / shell.half_pi
    bend = np.abs(second) + third * angle.reach
    return angle.through(_cubic(shell, t), first, bend), angle.through(first, second, third)


def elsewhere(shell: Shell, seen: Landscape, slack: float = 0.0) -> Array:
    """Boxes in which some student's angle is always beyond ±π/2: another has the same lines."""
    edge = shell.half_pi + slack
    beyond = [np.abs(angle.at) - angle.reach > edge for angle in seen.angles]
    return np.asarray(np.any(np.array(beyond).astype(bool), axis=0))


def above(shell: Shell, seen: Landscape, margin: float = 0.0) -> Array:
    """Boxes on which L > ε₀, with a ``margin`` relative to how far L moves in them."""
    return np.asarray(seen.loss.at - (1 + margin) * seen.loss.reach > shell.level)


def below(shell: Shell, seen: Landscape, margin: float = 0.0) -> Array:
    """Boxes on which L < ε₁, with such a margin."""
    return np.asarray(seen.loss.at + (1 + margin) * seen.loss.reach < shell.inner)


def steep(shell: Shell, seen: Landscape, direction: Array) -> tuple[Slope, Slope]:
    """Lower bounds of ‖∇L‖ − rate·L: one everywhere in the box, one wherever L ≤ ε₀.

    ``direction`` (2m, boxes) holds α_1, β_1, α_2, …, floats of any origin.
    """
    square = seen.loss.at * 0
    for i, mass in enumerate(seen.masses):
        a, b = direction[2 * i], direction[2 * i + 1]
        used = (a != 0) | (b != 0)
        least = np.where(used, mass.at - mass.reach, 1)
        # Where a mass may vanish nothing is proved: NaN compares as False.
        square = square + np.where(least > 0, a * a + b * b, math.nan) / least
    rate = shell.rate * np.sqrt(square)
    norm = sum(row * weight for weight, row in zip(direction, seen.rows, strict=True))
    return norm - seen.loss * rate, norm - rate * shell.level


def positive(bound: Slope, margin: float = 0.0) -> Array:
    """Boxes on which ``bound`` is positive, with such a margin."""
    return np.asarray(bound.at > (1 + margin) * bound.reach)


def reasons(
    shell: Shell,
    seen: Landscape,
    bounds: tuple[Slope, Slope],
    margin: float = 0.0,
    slack: float = 0.0,
) -> dict[str, Array]:
    """For each letter of the tree the boxes it settles, given the ``bounds`` of :func:`steep`."""
    return {
        "g": positive(bounds[0], margin) | positive(bounds[1], margin),
        "b": below(shell, seen, margin),
        "a": above(shell, seen, margin),
        "e": elsewhere(shell, seen, slack),
    }


def centred(lower: Array, upper: Array) -> tuple[Array, Array]:
    """Centres and radii (floats) with [lower, upper] ⊂ [centre ± radius], to the last bit."""
    centres = 0.5 * (lower + upper)
    radii = np.nextafter(np.maximum(upper - centres, centres - lower), math.inf)
    return centres, np.where(upper > lower, radii, 0.0)


def as_balls(values: Array) -> Array:
    """The same floats, as exact balls."""
    out = np.empty(values.shape, dtype=object)
    for index, value in np.ndenumerate(values):
        out[index] = arb(float(value))
    return out
