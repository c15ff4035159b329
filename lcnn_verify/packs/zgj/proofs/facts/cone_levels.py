"""Theorem: two orthonormal teachers have critical levels that fall to 2.196·ε₀ as d grows.

Let every student lie in one of the hyperplanes across e₁ − e₂ and e₁ + e₂, which hold no teacher,
and beside it its mirror image across the plane of e₁ and e₂. Such students are the fixed points of
two symmetries of L. So the least of them is a critical point of L (THEORY §3.9), of positive loss.
What remains is how low L gets there.

L is convex in the measure of the students' masses on lines, so its mean over the rotations that
fix e₁ and e₂, and over e₁ → −e₁, is no larger: a mass for each half-angle φ of two cones about
(e₁ ± e₂)/√2, with directions η across the plane that are uniform. In the masses m of either cone,

    L = 1 + k(0) − 4 Σ m_a c(φ_a) + ΣΣ m_a m_b K(φ_a, φ_b),   c(φ) = k(cos φ/√2),
    K(φ, ψ) = E[k(cos φ cos ψ + t sin φ sin ψ) + k(t sin φ sin ψ)],   t = η·η′.

Weak duality: K is positive semidefinite, so ΣΣ m m K ≥ 2 ΣΣ m n K − ΣΣ n n K for any masses n, and
L ≥ 1 + k(0) − ΣΣ n n K if the slack Σ n_b K(φ, φ_b) − 2c(φ) is ≥ 0 for every φ. Enclosures prove
that on cells that cover [0, π/2]. As k is convex and E[t] = 0, t = 0 is a bound from below for
every d (Jensen), and for K in place of its mean, too.

Bounds from above are those of networks. With ± the axes of R^{d−2} for η, t is 1 or −1 with
probability ½/(d − 2) each, and else 0:

    ΣΣ m m K = m²(k(u) + k(0) + e/(d − 2)),   u = cos²φ,
    e = ½(1 + k(2u − 1)) − k(u) + k(1 − u) − k(0) ≥ 0   by convexity,

so that these 4(d − 2) students have L ≤ 1 + k(0) − 4mc + m²(k(u) + k(0)) + m²e/(d − 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from flint import arb

from lcnn_verify.evidence.theorem import Theorem, positive
from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.subdivision import Bound
from lcnn_verify.packs.zgj.enclosure.kernel import kernel, slope

CLAIM = "zgj.fact.cone-levels"
LEAST, MOST = "2.1960", "2.1961"
"""Bounds on the limit, in units of ε₀."""
EXCESS = "0.722"
"""A bound on (d − 2) times what level there is above the limit, in units of ε₀."""
STATEMENT = (
    f"two orthonormal teachers have a critical point with {LEAST}·ε₀ < L < ({MOST} + {EXCESS}/"
    f"(d − 2))·ε₀; no students in the hyperplanes across e₁ ± e₂ have L ≤ {LEAST}·ε₀"
)
INSTANCES = "every d ≥ 3 and m ≥ 4(d − 2)"
BOX = ((0.0, float(np.nextafter(np.pi / 2, 2.0))),)
"""[0, π/2], rounded outward: half-angles φ."""
MOST_CELLS = 1000
_PRECISION = 64

Law: TypeAlias = Sequence[tuple[arb, arb, arb, arb]]
"""Cells of the law of t: the probability, the low end, the mean and the high end of each."""


@dataclass(frozen=True, slots=True)
class Cones:
    """Masses at half-angles, of each of two cones, as decimals."""

    masses: tuple[str, ...]
    angles: tuple[str, ...]

    def lines(self) -> list[tuple[arb, arb, arb]]:
        """Mass, cos φ and sin φ of each, at the precision in force."""
        pairs = zip(self.masses, self.angles, strict=True)
        return [(arb(mass), arb(angle).cos(), arb(angle).sin()) for mass, angle in pairs]


LIMIT = Cones(("1.0151838",), ("0.352847",))
"""One half-angle, 20.2°, is best as d → ∞; the mass is a little above what it needs."""


def centred() -> Law:
    """The law that has t = 0: a bound from below in every d, and the limit as d → ∞."""
    return [(arb(1), arb(0), arb(0), arb(0))]


def slack(cones: Cones, law: Law) -> Bound:
    """Σ n K(φ, φ_b) − 2c(φ) from below over a cell of φ, at the precision in force.

    The value at the cell's centre and the slope over the cell.
    """

    def function(cell: Sequence[arb]) -> arb:
        middle = arb(cell[0].mid())
        at, _ = _slack(cones, law, middle)
        _, steep = _slack(cones, law, cell[0])
        return at + steep * (cell[0] - middle)

    return function


def _slack(cones: Cones, law: Law, phi: arb) -> tuple[arb, arb]:
    """The slack and its derivative in φ."""
    sine, cosine = phi.sin_cos()
    half = arb("0.5").sqrt()
    value, steep = -2 * kernel(half * cosine), 2 * half * sine * slope(half * cosine)
    for mass, x, y in cones.lines():
        for weight, _, mean, _ in law:
            for along in (x, arb(0)):  # the same cone, and the other one
                rho = along * cosine + y * mean * sine
                value += mass * weight * kernel(rho)
                steep += mass * weight * (y * mean * cosine - along * sine) * slope(rho)
    return value, steep


def energy(cones: Cones, law: Law) -> arb:
    """ΣΣ n n K from above, at the precision in force."""
    total = arb(0)
    for mass, x, y in cones.lines():
        for other, u, v in cones.lines():
            for weight, low, mean, high in law:
                share = (mean - low) / (high - low) if low < high else arb(0)
                for t, part in ((low, 1 - share), (high, share)):
                    bent = kernel(x * u + y * v * t) + kernel(y * v * t)
                    total += mass * other * weight * part * bent
    return total


def least(cones: Cones, law: Law) -> arb:
    """1 + k(0) − ΣΣ n n K, from below: a bound on L where the slack is ≥ 0."""
    return 1 + kernel(arb(0)) - energy(cones, law)


def level(cones: Cones, law: Law) -> arb:
    """L with these masses, from above, at the precision in force."""
    half = arb("0.5").sqrt()
    pull = sum((mass * kernel(half * x) for mass, x, _ in cones.lines()), arb(0))
    return 1 + kernel(arb(0)) - 4 * pull + energy(cones, law)


def threshold() -> arb:
    """ε₀ = M(π/2)/16, at the precision in force."""
    half = kernel(arb("0.5").sqrt())
    return (1 + kernel(arb(0)) - 2 * half * half) / 16


def excess() -> arb:
    """m²e for :data:`LIMIT`, at the precision in force."""
    ((mass, x, _),) = LIMIT.lines()
    u = x * x
    bend = (1 + kernel(2 * u - 1)) / 2 - kernel(u) + kernel(1 - u) - kernel(arb(0))
    return mass * mass * bend


def prove() -> Theorem:
    """Prove the theorem; raises :class:`NotProved` if an enclosure does not show it."""
    part = positive("slack", slack(LIMIT, centred()), BOX, precision=_PRECISION, most=MOST_CELLS)
    with working_precision(_PRECISION):
        law, unit = centred(), threshold()
        if not (least(LIMIT, law) > arb(LEAST) * unit and level(LIMIT, law) < arb(MOST) * unit):
            raise NotProved(f"the limit is not between {LEAST} and {MOST} times ε₀")
        if not excess() < arb(EXCESS) * unit:
            raise NotProved(f"the excess over the limit is not below {EXCESS}·ε₀")
    return Theorem(CLAIM, STATEMENT, INSTANCES, (part,), _PRECISION)
