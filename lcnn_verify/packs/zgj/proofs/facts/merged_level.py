"""Theorem: M(Δ)·3π/Δ³ falls on (0, π/2], from its limit 1 at 0 to 0.838247… at π/2.

1 + k(Δ) − 2k(Δ/2)² with k(θ) = cos θ + (2/π)s(θ), s(θ) = sin θ − θ cos θ: the terms in cos alone
cancel, those linear in s leave (2/π)(Δ − sin Δ), so that

    M(Δ) = (2/π)(Δ − sin Δ) − (8/π²)·s(Δ/2)²,
    R(Δ) = M·3π/Δ³ = 6e(Δ) − (3/π)x³g(x)²,  x = Δ/2,  e(θ) = (θ − sin θ)/θ³,  g(θ) = s(θ)/θ³.

e and g are entire and even, e(0) = 1/6, so R → 1. With D = −R'(Δ)/Δ, an enclosure D > 0 on cells
that cover [0, π/2] proves that R falls; its value at π/2 is then the least. Near 0 nothing
cancels: the power series carry a rigorous remainder.
"""

from __future__ import annotations

import numpy as np
from flint import arb

from lcnn_verify.evidence.theorem import Theorem, positive
from lcnn_verify.numerics.balls import square, working_precision
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.power_series import CUBIC, CUBIC_SLOPE, GAP_SLOPE, even_series

LOWER_BOUND = "0.83824"
"""The lower bound of the claim, below R(π/2) = 0.838247…"""

CLAIM = "zgj.fact.merged-level"
STATEMENT = f"M(Δ)·3π/Δ³ falls, so that {LOWER_BOUND} ≤ M(Δ)·3π/Δ³ ≤ 1"
INSTANCES = "Δ in (0, π/2]"
BOX = ((0.0, float(np.nextafter(np.pi / 2, 2.0))),)
"""[0, π/2], rounded outward."""
_PRECISION = 64


def prove() -> Theorem:
    """Prove the theorem; raises :class:`NotProved` if an enclosure does not show it."""
    part = positive("fall", lambda cell: fall(cell[0]), BOX, precision=_PRECISION)
    with working_precision(_PRECISION):
        if not least() > arb(LOWER_BOUND):
            raise NotProved(f"R(π/2) = {least().str(8)} is not above {LOWER_BOUND}")
    return Theorem(CLAIM, STATEMENT, INSTANCES, (part,), _PRECISION)


def least() -> arb:
    """R(π/2) = (24/π²)·M(π/2), the least value, at the precision in force."""
    quarter = arb.pi() / 4
    sine, cosine = quarter.sin_cos()
    level = 2 * (2 * quarter - 1) / arb.pi() - 8 * square(sine - quarter * cosine) / arb.pi() ** 2
    return 24 * level / arb.pi() ** 2


def fall(delta: arb) -> arb:
    """−R'(Δ)/Δ over a ball of angles in [0, π/2], at the precision in force.

    R'/Δ = 6e'(Δ)/Δ − (3/4π)(3x·g² + 2x²·g·g'), x = Δ/2.
    """
    x = delta / 2
    g, slope = even_series(CUBIC, x), even_series(CUBIC_SLOPE, x)
    second = 3 * x * square(g) + 2 * square(x) * x * g * slope
    return -6 * even_series(GAP_SLOPE, delta) + 3 * second / (4 * arb.pi())
