"""Loss and gradient of planar students over a box, by slopes.

In polar coordinates w_i = √q_i (cos φ_i, sin φ_i) the kernel is k(θ) = cos θ + c(θ), c(θ) =
(2/π)(sin|θ| − |θ|cos θ) for |θ| ≤ π, and with R = Σ q_i û_i − Σ ‖v_j‖² v̂_j, signed masses z,

    g_i = ⟨û_i, R⟩ + Σ_b z_b c(φ_i − φ_b),   h_i = ⟨û_i⊥, R⟩ + Σ_b z_b c′(φ_i − φ_b),
    L = ½|R|² + ½ Σ_a z_a Σ_b z_b c(φ_a − φ_b),   ∂L/∂q_i = g_i,   ∂L/∂φ_i = q_i h_i,
    ‖∇L‖_F² = Σ_i q_i (4 g_i² + h_i²)                                            (THEORY §2).
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
