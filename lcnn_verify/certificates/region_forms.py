"""Loss and gradient of planar students over a box, by slopes, and what may settle the box.

In polar coordinates w_i = √q_i (cos φ_i, sin φ_i) the kernel is k(θ) = cos θ + c(θ), c(θ) =
(2/π)(sin|θ| − |θ|cos θ) for |θ| ≤ π, and with R = Σ q_i û_i − Σ ‖v_j‖² v̂_j, signed masses z,

    g_i = ⟨û_i, R⟩ + Σ_b z_b c(φ_i − φ_b),   h_i = ⟨û_i⊥, R⟩ + Σ_b z_b c′(φ_i − φ_b),
    ∂L/∂q_i = g_i,   ∂L/∂φ_i = q_i h_i,   ‖∇L‖_F² = Σ_i q_i (4 g_i² + h_i²)          (THEORY §2).

So for any numbers α_i, β_i, by Cauchy–Schwarz, ‖∇L‖ ≥ Σ_i (2 α_i g_i + β_i h_i)/B with B² =
Σ_i (α_i² + β_i²)/q_i. Each student is written beside the teacher it may lie on, q c(φ − φ_i) −
‖v‖² c(φ − ψ) = (q − ‖v‖²) c(φ − ψ) + q (c(φ − φ_i) − c(φ − ψ)): near L = 0 every term is small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

from lcnn_verify.certificates.region_claim import RegionClaim, Shell, chart
from lcnn_verify.certificates.slopes import Array, Slope, through_pair


@dataclass(frozen=True, slots=True)
class Landscape:
    """What is known over boxes: students, loss at the centre with its steps, and the fields.

    ``loss_steps`` (coordinates, boxes) bounds what each coordinate adds to |L − loss| beyond the
    gradient ``loss_slope`` at the centre.
    """

    radii: Array
    masses: list[Slope]
    angles: list[Slope]
    loss: Array
    loss_slope: Array
    loss_steps: Array
    g: list[Slope]
    h: list[Slope]


class _Cubic:
    """c(θ), its derivatives, and differences c(a − b) − c(a), through slopes."""

    def __init__(self, radii: Array, half_pi: Any) -> None:
        self.radii, self.scale = radii, 1 / half_pi

    def value(self, theta: Array) -> Array:
        t = np.abs(theta)
        return np.asarray(self.scale * (np.sin(t) - t * np.cos(t)))

    def first(self, theta: Array) -> Array:
        return np.asarray(self.scale * np.abs(theta) * np.sin(theta))

    def second(self, theta: Array) -> Array:
        t = np.abs(theta)
        return np.asarray(self.scale * (np.sin(t) + t * np.cos(t)))

    def third(self, size: Array) -> Array:
        """A bound of |c‴| up to ``size``, and of how fast c″ changes across its kink at 0."""
        return np.asarray(self.scale * (2 + size))

    def of(self, a: Slope) -> tuple[Slope, Slope]:
        """c(a) and c′(a)."""
        third = self.third(np.abs(a.at) + a.reach)
        turn = np.abs(self.second(a.at)) + a.reach * third
        first = self.first(a.at)
        return (
            a.through(self.value(a.at), first, turn, self.radii),
            a.through(first, self.second(a.at), third, self.radii),
        )

    def difference(self, a: Slope, b: Slope) -> tuple[Slope, Slope]:
        """c(a − b) − c(a) and c′(a − b) − c′(a), small with b."""
        t, width = a.at - b.at, a.reach + b.reach
        small = np.abs(b.at) + b.reach
        size = np.abs(a.at) + small + a.reach
        third, fourth = self.third(size), self.scale * (3 + size)
        first, second = self.first(t), self.second(t)
        turn = np.abs(second) + width * third
        value = through_pair(
            (a, b),
            self.value(t) - self.value(a.at),
            (first - self.first(a.at), -first),
            (0.5 * (third * small * a.reach + turn * b.reach), 0.5 * turn * width),
            self.radii,
        )
        # c‴ jumps at 0, so it differs by little only where a and a − b keep one sign.
        positive = (t - width > 0) & (a.at - a.reach > 0)
        negative = (t + width < 0) & (a.at + a.reach < 0)
        smooth = (positive | negative).astype(bool)
        jump = np.where(smooth, np.minimum(fourth * small, 2 * third), 2 * third)
        slope = through_pair(
            (a, b),
            first - self.first(a.at),
            (second - self.second(a.at), -second),
            (0.5 * (jump * a.reach + third * b.reach), 0.5 * third * width),
            self.radii,
        )
        return value, slope


def landscape(claim: RegionClaim, shell: Shell, centres: Array, radii: Array) -> Landscape:
    """Evaluate students over boxes [centre ± radius], both (coordinates, boxes).

    With object arrays of balls, and a shell of balls, everything returned is rigorous.
    """
    count = len(centres)
    nothing, unit = centres * 0, centres[0] * 0
    x = []
    for k in range(count):
        own_way = nothing.copy()
        own_way[k] = unit + 1
        x.append(Slope(centres[k], own_way, nothing, radii[k]))
    placed = chart(claim, x)
    q, phi, cubic = placed.masses, placed.angles, _Cubic(radii, shell.half_pi)
    for item in (*q, *phi, placed.moment):
        item.within(radii)
    teachers = list(zip(shell.masses, shell.angles, strict=True))
    across = placed.total - sum(mass * np.cos(psi) for mass, psi in teachers)
    along = placed.moment - sum(mass * np.sin(psi) for mass, psi in teachers)
    cosines, sines = [], []
    for mass, angle in zip(q, phi, strict=True):
        sine, cosine = np.sin(angle.at), np.cos(angle.at)
        most_c = np.minimum(1, np.abs(cosine) + angle.reach)
        most_s = np.minimum(1, np.abs(sine) + angle.reach)
        cosines.append(angle.through(cosine, -sine, most_c, radii))
        sines.append(angle.through(sine, cosine, most_s, radii))
        # Σq(1 − cos φ) and Σq(φ − sin φ), beside Σq and Σqφ, which the chart knows exactly.
        across = across - mass * angle.through(1 - cosine, sine, most_c, radii)
        along = along - mass * angle.through(angle.at - sine, 1 - cosine, most_s, radii)
    across.within(radii)
    along.within(radii)
    g, h = [], []
    for i, angle in enumerate(phi):
        field = cosines[i] * across + sines[i] * along
        turn = cosines[i] * along - sines[i] * across
        for j, (mass, psi) in enumerate(teachers):
            own = (q[j] if len(teachers) > 1 else placed.total) - mass
            if _home(i, teachers) == j:
                own = own - q[i]
            part, slope = cubic.of(angle - psi)
            field, turn = field + own * part, turn + own * slope
        for k, other in enumerate(phi):
            if k != i:
                psi = teachers[_home(k, teachers)][1]
                part, slope = cubic.difference(angle - psi, other - psi)
                field, turn = field + q[k] * part, turn + q[k] * slope
        g.append(field.within(radii))
        h.append(turn.within(radii))
    moments = [(mass * turn).within(radii) for mass, turn in zip(q, h, strict=True)]
    slopes, steps = [], []
    for k, row in enumerate(placed.moves):
        terms = [
            factor * move
            for i, (by_mass, by_angle) in enumerate(row)
            for factor, move in ((g[i], by_mass), (moments[i], by_angle))
            if isinstance(move, Slope) or move
        ]
        total = sum(terms[1:], terms[0])
        slopes.append(total.at)
        steps.append(np.minimum(0.5 * total.steps(radii).sum(0), total.reach) * radii[k])
    value = _loss(q, phi, across, along, teachers, cubic)
    return Landscape(radii, q, phi, value, np.stack(slopes), np.stack(steps), g, h)


def _home(student: int, teachers: list[Any]) -> int:
    """The teacher a student is written beside: its own of two, or the only one."""
    return student % len(teachers)


def _loss(
    q: list[Slope],
    phi: list[Slope],
    across: Slope,
    along: Slope,
    teachers: list[Any],
    cubic: _Cubic,
) -> Array:
    """L at the centres."""
    family = [(mass.at, angle.at) for mass, angle in zip(q, phi, strict=True)]
    family += [(-mass, psi) for mass, psi in teachers]
    value = 0.5 * (across.at * across.at + along.at * along.at)
    for i, (mass, angle) in enumerate(family):
        for other, psi in family[:i]:
            value = value + mass * other * cubic.value(angle - psi)
    return np.asarray(value)


def elsewhere(claim: RegionClaim, shell: Shell, seen: Landscape, slack: float = 0.0) -> Array:
    """Boxes that hold no student the claim needs: another box has the same lines."""
    edge = shell.half_pi + slack
    none = np.zeros(seen.loss.shape, dtype=bool)
    for angle in seen.angles:
        none |= (np.abs(angle.at) - angle.reach > edge).astype(bool)
    if len(claim.norms) == 2:
        order = (seen.angles[0] - seen.angles[1]).within(seen.radii)
    elif claim.students == 3:
        order = (seen.masses[0] - seen.masses[1]).within(seen.radii)
    else:
        return none
    return np.asarray(none | (order.at + order.reach < -slack).astype(bool))


def above(shell: Shell, seen: Landscape, margin: float = 0.0) -> Array:
    """Boxes on which L > ε₀, with a ``margin`` relative to how far L moves in them."""
    return np.asarray(seen.loss - (1 + margin) * reach_of_loss(seen).sum(0) > shell.level)


def below(shell: Shell, seen: Landscape, margin: float = 0.0) -> Array:
    """Boxes on which L < ε₁, with such a margin."""
    return np.asarray(seen.loss + (1 + margin) * reach_of_loss(seen).sum(0) < shell.inner)


def reach_of_loss(seen: Landscape) -> Array:
    """What each coordinate can add to |L − loss|, (coordinates, boxes)."""
    return np.asarray(np.abs(seen.loss_slope) * seen.radii + seen.loss_steps)


def steep(shell: Shell, seen: Landscape, direction: Array) -> tuple[Array, Array, Array]:
    """Lower bounds of ‖∇L‖ − rate·L, steps of each coordinate, and ‖∇L‖ along the direction.

    ``direction`` (2m, boxes) holds α_1, β_1, α_2, …, floats of any origin. The first bound holds at
    every point of the box with L ≤ ε₀.
    """
    rows = [row for g, h in zip(seen.g, seen.h, strict=True) for row in (2 * g, h)]
    square = seen.loss * 0
    for i, mass in enumerate(seen.masses):
        a, b = direction[2 * i], direction[2 * i + 1]
        used = (a != 0) | (b != 0)
        least = np.where(used, mass.at - mass.reach, 1)
        # Where a mass may vanish nothing is proved: NaN compares as False.
        square = square + np.where(least > 0, a * a + b * b, math.nan) / least
    rate = shell.rate * np.sqrt(square)
    along = sum(weight * row.at for weight, row in zip(direction, rows, strict=True))
    slope = sum(weight * row.slope for weight, row in zip(direction, rows, strict=True))
    spread = sum(np.abs(weight) * row.spread for weight, row in zip(direction, rows, strict=True))
    steps = (np.abs(slope - rate * seen.loss_slope) + spread) * seen.radii + rate * seen.loss_steps
    capped = along - rate * shell.level - ((np.abs(slope) + spread) * seen.radii).sum(0)
    least_of_both = np.maximum(along - rate * seen.loss - steps.sum(0), capped)
    return np.asarray(least_of_both), np.asarray(steps), np.asarray(along)


def from_zero(shell: Shell, lower: Array, upper: Array) -> Array:
    """How far boxes reach from the zero of L, in their furthest coordinate, rounded up."""
    zero = np.array([*shell.masses, *shell.angles])[:, None]
    far = np.maximum(np.abs(upper - zero), np.abs(lower - zero)).max(0)
    return np.asarray(far * (1 + 1e-12) + 1e-12 * (1 + np.abs(zero).max()))


def rooted(claim: RegionClaim, shell: Shell, number: type, radius: Array) -> Array:
    """Cubes about the zero of L, of these ``radius`` (boxes,), in which the bound holds down to it.

    For as many students as teachers L has one zero x*, and y = (2g_1, h_1, …) is J(x)(x − x*) with
    slopes J. Where ‖CJ − I‖ < ½ in the norm of row sums, |y| ≥ |x − x*|/(2‖C‖), and
    L ≤ K|x − x*| with the steps of the loss: so the bound holds where min q > (2‖C‖·rate·K)².
    """
    n = 2 * claim.students
    where = shell.masses + shell.angles
    cube = np.array([radius] * n)
    floats = np.array([[float(value)] * len(radius) for value in where])
    if number is float:
        seen = landscape(claim, shell, floats, cube)
    else:
        balls = np.empty(floats.shape, dtype=object)
        for k, value in enumerate(where):
            balls[k] = value
        seen = landscape(claim, shell, balls, as_balls(cube))
    rows = [row for g, h in zip(seen.g, seen.h, strict=True) for row in (2 * g, h)]
    slopes, spreads = (
        np.array([getattr(row, name) for row in rows]) for name in ("slope", "spread")
    )
    C = np.linalg.inv(slopes[:, :, 0].astype(float))
    product = (C[:, :, None, None] * slopes[None]).sum(1) - np.eye(n)[:, :, None]
    strays = np.abs(product).sum(1) + (np.abs(C)[:, :, None, None] * spreads[None]).sum((1, 2))
    holds = np.all((strays < 0.5).astype(bool), axis=0)
    size = 2 * float(np.abs(C).sum(1).max()) * (1 + 1e-12)
    loss = seen.loss_steps.sum(0) / cube[0]
    for mass in seen.masses:
        least = mass.at - mass.reach
        bound = size * shell.rate * loss
        holds &= ((least > 0) & (least > bound * bound)).astype(bool)
    return np.asarray(holds)


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
