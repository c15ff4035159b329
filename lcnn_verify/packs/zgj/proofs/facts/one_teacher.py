"""Theorem: for one teacher ‖∇L‖ ≥ c·L^{3/4} near 0, in every width and dimension.

Let ‖v‖ = 1 (fact 2 scales), students √q_i·û_i at angles α_i ≤ π/2 to v, up to sign, s = sin α,
c = cos α, and e_i the unit vectors across v with û = cv + se. With φ₀ = |v·x|, sgn = sgn(v·x) and
on the set D_i where sgn(û_i·x) ≠ sgn, let R_i = 2|û_i·x|·1(D_i) and X_i = 2φ₀·1(D_i). Then

    E = f_W − f* = aφ₀ + sgn·(b·x) + Σq_i R_i,   a = Σq_i c_i − 1,   b = Σq_i s_i e_i.

In the direction D with rows √q_i·(s_i e_i + ½(a − s_i²)û_i), the derivative of f_W is, exactly,
(1 + a)E + Z with Z = Σq_i c_i X_i, so that **⟨∇L, D⟩ = (1 + a)·2L + E[E·Z]**.

E[E·Z] ≥ −n·2L, n = 3/10: completed to squares in a and b, nE[E²] + E[E·Z] is at least
Σ q_i q_j K_ij, and each K_ij ≥ 0. With γ the angle of e_i and e_j and t = cos γ,

    K = G − y₀y₀′/n − t·y₁y₁′/n,   G = E[nRR′ + ½c′RX′ + ½cR′X],
    y₀ = (2/π)(n(s − αc) + ½c(α − cs)),   y₁ = (2/π)s(nα + ½cs).

G(−1) = G′(−1) = 0 in t, for R and X′ overlap nowhere, and with ρ = cos ω = cc′ + ss′t

    G″ = (2/π)(ss′)²·w,   w = n/sin ω + ½(c² + c′² − 2ρcc′)/sin³ω.

Far: two integrations give G in closed form. With σ = α + β (β is α′), g = (π/2)G is

    n(sin ω − sin σ + (σ − ω)ρ) + ½(c² + c′²)(sin σ − sin ω) − cc′(σ − ω) + ½(cs + c′s′)(ρ − cos σ),

and n·g − (π/2)(y₀y₀′ + t·y₁y₁′) > 0 is enclosed on cells by the mean value theorem.

Near, β small: w is convex in t (c² + c′² − 2ρcc′ = (c − c′)² + 2cc′(1 − ρ), and negative powers of
1 ± ρ are log-convex), so that by Jensen G ≥ (2/π)(ss′)²·½(1 + t)²·w((t − 2)/3). With T = tan ½α,
α/s is between 1 and 1 + T², (s − αc)/s² ≤ T (sc ≤ α) and (α − cs)/s² ≤ ½T(3 + T²) (½α ≤ T), so that
n·½(1 + t)²·w > (2/π)(ŷ₀ŷ₀′ + t·ŷ₁ŷ₁′) is enclosed, ŷ₀ = nT + ¼cT(3 + T²), ŷ₁ = n·α/s + ½c.

So ⟨∇L, D⟩ ≥ (1 + a − n)·2L. By fact 6's squares, x = √(πL): Σq ≤ 1 + x, 1 + a ≥ Σqc² ≥ 1 − √2x and
Σqs² ≤ √3x, so that ‖D‖² = ¼a²Σq + Σq(s²(1 + ½a) − ¾s⁴) ≤ √3x + ½(1 + √3)x² + ½x³. Both sides of

    ‖∇L‖ ≥ 2L(1 − n − √2x)/√(√3x + ½(1 + √3)x² + ½x³)

go like L^{3/4} as L → 0. The right one over L^{3/4} falls in L: a bound at a level holds below it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from lcnn_verify.evidence.theorem import Theorem, positive
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.subdivision import Cell

CLAIM = "zgj.fact.one-teacher"
SHARE = Fraction(3, 10)
"""n: E[E·Z] is at least −n·2L."""
FACTOR = Fraction(39, 100)
"""‖∇L‖ ≥ FACTOR·κ·ε₀^{1/4}·L^{3/4} for L ≤ ε₀."""
STATEMENT = (
    "‖∇L‖ ≥ 2L(7/10 − √2x)/(‖v‖√(√3x + ½(1 + √3)x² + ½x³)), x = √(πL)/‖v‖², so that "
    "‖∇L‖ ≥ 0.39·κ·ε₀^{1/4}·L^{3/4} if L ≤ ε₀"
)
INSTANCES = "one teacher v, every m, d and students W"
_QUARTER = float(np.nextafter(np.pi / 2, 2.0))
FAR: Cell = ((0.394, _QUARTER), (0.394, _QUARTER), (-1.0, 1.0))
"""α, β and t = cos γ; where β > α it is proved with the two exchanged."""
NEAR: Cell = ((0.0, 1.0), (0.0, 0.2), (-1.0, 1.0))
"""tan ½α, tan ½β and t; 2·atan 0.2 > 0.394."""
_PRECISION = 64


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A kind of intervals: ``ends`` are exact, ``hull`` holds both its arguments."""

    exact: Callable[[Fraction], Any]
    pi: Callable[[], Any]
    sin: Callable[[Any], Any]
    cos: Callable[[Any], Any]
    sqrt: Callable[[Any], Any]
    angle: Callable[[Any, Any], Any]
    ends: Callable[[Any], tuple[Any, Any]]
    middle: Callable[[Any], Any]
    hull: Callable[[Any, Any], Any]

    def ends_up(self, x: Any) -> tuple[Any, Any]:
        """The ends of max(x, 0)."""
        zero = self.exact(Fraction(0))
        low, high = self.ends(x)
        return (low if low > zero else zero), (high if high > zero else zero)

    def root(self, x: Any) -> Any:
        """√max(x, 0)."""
        low, high = self.ends_up(x)
        return self.hull(self.sqrt(low), self.sqrt(high))

    def share(self, part: Any, rest: Any) -> Any:
        """part/(part + rest) of numbers that are not negative; [0, 1] where both may vanish."""
        (low, high), (least, most) = self.ends_up(part), self.ends_up(rest)
        zero, one = self.exact(Fraction(0)), self.exact(Fraction(1))
        return self.hull(
            low / (low + most) if low > zero else zero,
            high / (high + least) if least > zero else one,
        )


ARB = Arithmetic(
    balls.exact,
    arb.pi,
    arb.sin,
    arb.cos,
    arb.sqrt,
    arb.atan2,
    lambda x: (x.lower(), x.upper()),
    lambda x: arb(x.mid()),
    balls.hull,
)


def _pair(at: Arithmetic, a: Any, b: Any, t: Any) -> tuple[Any, ...]:
    """s, c, s′, c′, ρ = cos ω, sin ω, ω, and the share of c² + c′² − 2ρcc′ in sin²ω."""
    s, c, S, C = at.sin(a), at.cos(a), at.sin(b), at.cos(b)
    wide = at.hull(*at.ends_up((1 - t) * (1 + t))) * S * S
    turn = c * S * t - s * C
    sine, rho = at.root(wide + turn * turn), c * C + s * S * t
    share = at.share(wide * c * c + turn * turn, wide * s * s)
    return s, c, S, C, rho, sine, at.angle(sine, rho), share


def far(at: Arithmetic, cell: Sequence[Any]) -> Any:
    """n·g − (π/2)(y₀y₀′ + t·y₁y₁′) from below, by its value and its slopes; symmetric in α, β."""
    if at.ends(cell[1])[0] > at.ends(cell[0])[1]:
        return at.exact(Fraction(1))  # α < β: proved with the two exchanged
    middle = [at.middle(x) for x in cell]
    total = slack(at, *middle)
    for slope, x, y in zip(slopes(at, *cell), cell, middle, strict=True):
        total = total + slope * (x - y)
    return total


def slack(at: Arithmetic, a: Any, b: Any, t: Any) -> Any:
    """(π/2)n·K at α, β and t."""
    n, half = at.exact(SHARE), at.exact(Fraction(1, 2))
    s, c, S, C, rho, sine, omega, _ = _pair(at, a, b, t)
    rise, gap, fall = at.sin(a + b) - sine, a + b - omega, rho - at.cos(a + b)
    g = n * (gap * rho - rise) + half * (c * c + C * C) * rise
    g = g - c * C * gap + half * (c * s + C * S) * fall
    (along, across), (along_, across_) = _projected(at, a, s, c), _projected(at, b, S, C)
    return n * g - 2 / at.pi() * (along * along_ + t * across * across_)


def _projected(at: Arithmetic, a: Any, s: Any, c: Any) -> tuple[Any, Any]:
    """(π/2)y₀ and (π/2)y₁."""
    n, half = at.exact(SHARE), at.exact(Fraction(1, 2))
    return n * (s - a * c) + half * c * (a - c * s), s * (n * a + half * c * s)


def slopes(at: Arithmetic, a: Any, b: Any, t: Any) -> list[Any]:
    """The derivatives of :func:`slack` in α, β and t; nothing is divided by sin ω."""
    n, half = at.exact(SHARE), at.exact(Fraction(1, 2))
    s, c, S, C, rho, sine, omega, share = _pair(at, a, b, t)
    rise, gap, fall = at.sin(a + b) - sine, a + b - omega, rho - at.cos(a + b)
    bend = n * gap + half * (c * s + C * S) + half * sine * (rho * share - 2 * c * C)  # dg/dρ

    def one(x: Any, s: Any, c: Any, S: Any, C: Any) -> tuple[Any, Any, Any]:
        double = half * (c * c - s * s)
        whole = (n + double) * fall - c * s * rise + s * C * gap + bend * (c * S * t - s * C)
        along = n * x * s + half * (2 * c * s * s - s * (x - c * s))
        return whole, along, c * (n * x + half * c * s) + s * (n + double)

    whole, along, across = one(a, s, c, S, C)
    whole_, along_, across_ = one(b, S, C, s, c)
    (y0, y1), (z0, z1) = _projected(at, a, s, c), _projected(at, b, S, C)
    front = 2 / at.pi()
    return [
        n * whole - front * (along * z0 + t * across * z1),
        n * whole_ - front * (along_ * y0 + t * across_ * y1),
        n * bend * s * S - front * y1 * z1,
    ]


def near(at: Arithmetic, cell: Sequence[Any]) -> Any:
    """Positive where n·½(1 + t)²·w > (2/π)(ŷ₀ŷ₀′ + t·ŷ₁ŷ₁′), at tan ½α, tan ½β and t."""
    n, half, zero = at.exact(SHARE), at.exact(Fraction(1, 2)), at.exact(Fraction(0))
    t = cell[2]
    (s, c, along, across), (S, C, along_, across_) = (_tangent(at, x) for x in cell[:2])
    owed = 2 / at.pi() * (along * along_ + t * across * across_)
    if at.ends(owed)[1] < zero:
        return -owed  # for G ≥ 0
    back = (2 - t) / 3
    wide, turn = at.hull(*at.ends_up((1 - back) * (1 + back))) * S * S, c * S * back + s * C
    share = at.share(wide * c * c + turn * turn, wide * s * s)
    gain = n * half * (1 + t) * (1 + t) * (n + half * share)
    return gain - owed * at.root(wide + turn * turn)


def _tangent(at: Arithmetic, T: Any) -> tuple[Any, Any, Any, Any]:
    """s, c, a bound on ŷ₀ and an enclosure of ŷ₁ at T = tan ½α."""
    n, half, one = at.exact(SHARE), at.exact(Fraction(1, 2)), at.exact(Fraction(1))
    square = T * T
    s, c = 2 * T / (1 + square), 2 / (1 + square) - 1
    along = n * T + half * half * c * T * (3 + square)
    return s, c, along, n * at.hull(one, 1 + square) + half * c


def rate(at: Arithmetic, level: Any) -> Any:
    """What ‖∇L‖·‖v‖/L is at least for L ≤ ``level``·‖v‖⁴; no bound where it is negative."""
    x, three = at.sqrt(at.pi() * level), at.sqrt(at.exact(Fraction(3)))
    square = three * x + (1 + three) / 2 * x * x + x * x * x / 2
    return 2 * (1 - at.exact(SHARE) - at.sqrt(at.exact(Fraction(2))) * x) / at.sqrt(square)


def threshold(at: Arithmetic) -> Any:
    """ε₀ = M(π/2)/8 for ‖v‖ = 1; k(π/4) = (2/π)(1 + π/4)/√2."""
    half = 2 / at.pi() * (1 + at.pi() / 4)
    return (1 + 2 / at.pi() - half * half) / 8


def prove() -> Theorem:
    """Prove the theorem; raises :class:`NotProved` if an enclosure does not show it."""
    parts = (
        positive("far", lambda cell: far(ARB, cell), FAR, precision=_PRECISION),
        positive("near", lambda cell: near(ARB, cell), NEAR, precision=_PRECISION),
    )
    with working_precision(_PRECISION):
        if not rate(ARB, threshold(ARB)) > balls.exact(FACTOR):
            raise NotProved(f"the factor at ε₀ is not above {FACTOR}")
        if not ARB.ends(2 * (arb(1) / 5).atan())[0] > FAR[0][0]:
            raise NotProved("there are angles between near and far")
    return Theorem(CLAIM, STATEMENT, INSTANCES, parts, _PRECISION)
