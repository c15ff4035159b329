"""Theorem: ‖∇_{w_i}L‖² ≤ 8‖w_i‖²L, whatever the masses, for two neurons in any d, three in d = 2.

Why. ψ = |û·x| and φ_e = sgn(û·x)(e·x), e ⊥ û, are orthonormal, and with F = f_W − f*

    ∇_{w_i}L = ‖w_i‖(2⟨F, ψ⟩û + Σ_e ⟨F, φ_e⟩e),   2L = ‖F‖²,
    8‖w_i‖²L − ‖∇_{w_i}L‖² = ‖w_i‖²(4‖F − PF‖² + 3Σ_e⟨F, φ_e⟩²)

with P the projection on them. ‖F − PF‖² = Σ_bc ±q_b·q_c·S_bc is a quadratic form in the masses of
the neurons but w_i. The proof encloses S and shows S ⪰ 0, with no use of what it came from.

In the plane let the other lines be at angles 0 ≤ a ≤ b ≤ π from w_i's. With x̄ = π − x,

    S(a, b) = k(b − a) − k(a)k(b) − k'(a)k'(b) = (4/π²)[p(a)p(b̄) − s(a)s(b̄)],
    p(x) = x·sin x = x²P(x),   s(x) = sin x − x·cos x = x³G(x).

S(a, a) = (4/π²)(a·ā)³T(a) with T(x) = (P(x)/x̄)² − G(x)G(x̄): T > 0 is the case of two neurons. For
three, det S = (4/π²)²(a·b·b̄)³·W; a ≤ b̄ by reflection. W > 0 is enclosed in the coordinates
(a/b, b), and (a/b̄, b̄) where b > π/2, which resolve the corners at 0. Where b → a, W vanishes like
(b − a)²: there the matrix is first brought to divided differences, with (b/a − 1, a). Equality is
left where it must be: at a = 0 (the neuron is on w_i's line, as all are in d = 1) and at a = b.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from flint import arb

from lcnn_verify.evidence.theorem import Theorem, positive
from lcnn_verify.numerics.balls import hull
from lcnn_verify.numerics.power_series import CUBIC, SINC, even_series
from lcnn_verify.numerics.subdivision import Cell

CLAIM = "zgj.fact.gradient-upper-bound"
STATEMENT = "‖∇_{w_i}L‖² ≤ 8‖w_i‖²·L (tied |·|)"
INSTANCES = (
    "w_i and one other neuron, student or teacher, in any dimension; w_i and two others in d = 2; "
    "every direction and every norm"
)
NEAR = 0.25
"""b/a − 1 up to which divided differences are used."""
PIECES = 8
"""Pieces of [a, b] over which the means of divided differences are enclosed."""
_PRECISION = 64
_QUARTER = (0.0, float(np.nextafter(np.pi / 2, 2.0)))  # [0, π/2], rounded outward
BOXES: dict[str, Cell] = {
    "two-neurons": (_QUARTER,),
    "near-side": ((0.0, 0.8), _QUARTER),  # the float 0.8 is above 1/(1 + NEAR)
    "close-pair": ((0.0, NEAR), _QUARTER),
    "far-side": ((0.0, 1.0), _QUARTER),
}
"""What the charts cover; far cells that :func:`is_close` count as covered by the close pairs."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A kind of intervals, and what the charts need of it; ``hull`` holds both its arguments."""

    pi: Callable[[], Any]
    sin: Callable[[Any], Any]
    cos: Callable[[Any], Any]
    sinc: Callable[[Any], Any]
    cubic: Callable[[Any], Any]
    hull: Callable[[Any, Any], Any]

    def turn(self, x: Any) -> Any:
        """T(x) for x in [0, π/2]."""
        rest = self.pi() - x
        first = self.sinc(x) / rest
        return first * first - self.cubic(x) * self.cubic(rest)


ARB = Arithmetic(
    arb.pi, arb.sin, arb.cos, lambda x: even_series(SINC, x), lambda x: even_series(CUBIC, x), hull
)


def near_side(at: Arithmetic, ratio: Any, b: Any) -> Any:
    """W in the coordinates (a/b, b), for 0 ≤ a ≤ b ≤ π/2."""
    a, rest = ratio * b, at.pi() - b
    mixed = at.sinc(a) * at.sinc(b) - ratio * rest**2 * at.cubic(a) * at.cubic(rest)
    return (at.pi() - a) ** 3 * at.turn(a) * at.turn(b) - ratio / rest * mixed**2


def far_side(at: Arithmetic, ratio: Any, rest: Any) -> Any:
    """W in the coordinates (a/b̄, b̄), for 0 ≤ a ≤ b̄ ≤ π/2."""
    a, b = ratio * rest, at.pi() - rest
    mixed = at.sinc(a) * at.sinc(rest) - ratio * rest**2 * at.cubic(a) * at.cubic(rest)
    lever = ratio * rest**2 / b**3
    return (at.pi() - a) ** 3 * at.turn(a) * at.turn(rest) - lever * mixed**2


def close_pair(at: Arithmetic, gap: Any, a: Any) -> Any:
    """The determinant of the divided differences in (b/a − 1, a), for 0 ≤ a ≤ π/2, over c²a⁴.

    With c = 4/π²: S(a, a) = c·a³·n₁, [S(a, b) − S(a, a)]/(b − a) = c·a²·n₂ and
    [S(b, b) − 2S(a, b) + S(a, a)]/(b − a)² = c·a·n₃ give n₁·n₃ − n₂². The differences are means
    over ξ in [a, b] of derivatives in b: n₂ of the first, of p(a)p̄ − s(a)s̄; n₃, with weights that
    fall to 0 at b, of half the second, of w − 2[p(a)p̄ − s(a)s̄], w = p·p̄ − s·s̄. The means are
    taken over :data:`PIECES` pieces.
    """
    second, third = 0 * a, 0 * a
    for piece in range(PIECES):
        first, last = 1 + gap * piece / PIECES, 1 + gap * (piece + 1) / PIECES
        slope, bend = _slopes(at, a, at.hull(first, last))
        second += slope / PIECES
        third += bend * (2 * (PIECES - piece) - 1) / PIECES**2
    return (at.pi() - a) ** 3 * at.turn(a) * third - second**2


def _slopes(at: Arithmetic, a: Any, spread: Any) -> tuple[Any, Any]:
    """The derivatives that :func:`close_pair` takes the means of, at ξ = a·spread.

    p̄' = ξ̄ cos ξ − sin ξ, p̄'' = −2cos ξ − ξ̄ sin ξ, s̄' = −p̄, s̄'' = −p̄', s' = p, and w'' over ξ.
    """
    x = a * spread
    rest, sine, cosine, shape = at.pi() - x, at.sin(x), at.cos(x), at.sinc(x)
    p_bar, s_bar = rest * sine, sine + rest * cosine
    p_bar_1, p_bar_2 = rest * cosine - sine, -2 * cosine - rest * sine
    grown = shape + cosine  # p'/ξ
    bent = rest * shape * (2 * cosine - x * sine) + 2 * grown * p_bar_1 + sine * p_bar_2
    bent += 2 * sine * p_bar - grown * s_bar + x**2 * at.cubic(x) * p_bar_1
    own = a * at.cubic(a)  # s(a)/a²
    slope = at.sinc(a) * p_bar_1 + own * p_bar
    return slope, bent * spread / 2 - (at.sin(a) * p_bar_2 + a * own * p_bar_1)


def is_close(ratio: float, rest: float) -> bool:
    """Whether all far-side points past (ratio, rest) have b ≤ (1 + NEAR)·a, a ≤ π/2."""
    return ratio * rest * (1 + NEAR) >= 3.15 - rest  # 3.15 > π; a = ratio·rest, b = π − rest


def charts(at: Arithmetic, name: str, cell: Sequence[Any], low: Sequence[float]) -> Any:
    """The function that the chart ``name`` needs positive, over ``cell`` with the ends ``low``."""
    if name == "two-neurons":
        return at.turn(cell[0])
    if name == "near-side":
        return near_side(at, *cell)
    if name == "close-pair":
        return close_pair(at, *cell)
    return 1 + 0 * cell[0] if is_close(*low) else far_side(at, *cell)


def prove() -> Theorem:
    """Prove the theorem; raises :class:`NotProved` if the enclosures do not show it."""

    def function(name: str, cell: Sequence[arb]) -> arb:
        return charts(ARB, name, cell, [float(entry.lower()) for entry in cell])

    return Theorem(
        CLAIM,
        STATEMENT,
        INSTANCES,
        tuple(
            positive(name, partial(function, name), box, precision=_PRECISION)
            for name, box in BOXES.items()
        ),
        _PRECISION,
    )
