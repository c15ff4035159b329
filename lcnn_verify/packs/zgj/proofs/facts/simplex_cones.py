"""Theorem: two simplices of students beside two orthonormal teachers are critical, and how low.

Let σ_1 … σ_N be the vertices of a regular simplex in R^{d−2}, unit vectors, N = d − 1. Its
symmetries turn the students a_i and b_i as they turn the σ_i; the reflection of e₂ exchanges a_i
and b_i. Both leave L as it is, and fixed are a_i = (x, y, pσ_i), b_i = (x, −y, pσ_i) alone. Of such
students the least are critical (THEORY §3.9). They have L > 0: all would have to be on the line of
one teacher.

At x = y these are two cones of half-angle φ about (e₁ ± e₂)/√2, and with the best mass

    L = 1 + k(0) − 4c²/K,   c = k(cos φ/√2),   u = cos²φ,   v = sin²φ,   s = 1/N,
    K = s·(1 + k(v)) + (1 − s)·(k(u − w) + k(w)),   w = vs/(1 − s),

for σ_i·σ_j = −s/(1 − s). With φ = 0.353 − 0.29·s an enclosure of this on cells that cover
0 ≤ s ≤ ½ bounds the level in every d ≥ 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flint import arb

from lcnn_verify.evidence.theorem import Theorem, positive
from lcnn_verify.numerics.balls import square, working_precision
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.enclosure.kernel import kernel, slope
from lcnn_verify.packs.zgj.proofs.facts.cone_levels import MOST_CELLS, threshold

CLAIM = "zgj.fact.simplex-cones"
MOST, EXCESS = "2.1961", "0.82"
"""The level is below (MOST + EXCESS/(d − 1))·ε₀."""
ROWS: Mapping[int, str] = MappingProxyType({4: "2.4167", 5: "2.3698"})
"""In these d it is below so many ε₀."""
ANGLE = ("0.353", "-0.29")
"""φ as a linear function of s."""
BOX = ((0.0, 0.5),)
"""Where s is."""
_TOLD = ", ".join(f"{level}·ε₀ for d = {d}" for d, level in ROWS.items())
STATEMENT = (
    f"two orthonormal teachers have a critical point with 0 < L < ({MOST} + {EXCESS}/(d − 1))·ε₀, "
    f"and with 0 < L < {_TOLD}"
)
INSTANCES = "every d ≥ 3 and m ≥ 2(d − 1)"
_PRECISION = 64


def prove() -> Theorem:
    """Prove the theorem; raises :class:`NotProved` if an enclosure does not show it."""
    part = positive("level", room, BOX, precision=_PRECISION, most=MOST_CELLS)
    with working_precision(_PRECISION):
        for d, most in ROWS.items():
            if not level(arb(1) / (d - 1))[0] < arb(most) * threshold():
                raise NotProved(f"d = {d}: the level is not below {most}·ε₀")
    return Theorem(CLAIM, STATEMENT, INSTANCES, (part,), _PRECISION)


def room(cell: Sequence[arb]) -> arb:
    """How far below its bound the level is, over a cell of s: by the slope over the cell."""
    middle, unit = arb(cell[0].mid()), threshold()
    (at, _), (_, steep) = level(middle), level(cell[0])
    bound = arb(MOST) + arb(EXCESS) * middle
    return bound * unit - at + (arb(EXCESS) * unit - steep) * (cell[0] - middle)


def level(s: arb) -> tuple[arb, arb]:
    """L of the best mass and its derivative, over a ball of s = 1/(d − 1)."""
    first, turn = map(arb, ANGLE)
    sine, cosine = (first + turn * s).sin_cos()
    half, far, rest = arb(2).sqrt() / 2, kernel(arb(0)), 1 - s
    v, bent = square(sine), 2 * sine * cosine * turn
    w, moved = v * s / rest, bent * s / rest + v / square(rest)
    near = square(cosine) - w
    cone = kernel(near) + kernel(w)
    whole = s * (1 + kernel(v)) + rest * cone
    steep = 1 + kernel(v) + s * slope(v) * bent - cone
    steep += rest * (slope(w) * moved - slope(near) * (bent + moved))
    pull, falls = kernel(half * cosine), -half * sine * turn * slope(half * cosine)
    ratio = pull / whole
    return 1 + far - 4 * pull * ratio, 4 * ratio * (ratio * steep - 2 * falls)
