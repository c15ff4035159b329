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

import math
from collections.abc import Sequence

import numpy as np
from flint import arb, fmpq

from lcnn_verify.certificates.krawczyk import NotProved
from lcnn_verify.certificates.subdivision import Theorem, positive_cells
from lcnn_verify.enclosure.ball import square, widened, working_precision

LOWER_BOUND = "0.83824"
"""The lower bound of the claim, below R(π/2) = 0.838247…"""

CLAIM = "fact.merged-level"
_PRECISION = 64
_TERMS = 14  # the first omitted one is below 1e-22 on [0, π/2]
_TOP = float(np.nextafter(np.pi / 2, 2.0))  # the float above π/2


def prove(*, precision: int = _PRECISION) -> Theorem:
    """Prove the theorem; raises :class:`NotProved` if an enclosure does not show it."""
    cells = positive_cells(
        "−R'(Δ)/Δ", lambda box: fall(box[0]), ((0.0, _TOP),), precision=precision
    )
    with working_precision(precision):
        if not least() > arb(LOWER_BOUND):
            raise NotProved(f"R(π/2) = {least().str(8)} is not above {LOWER_BOUND}")
    return Theorem(
        CLAIM,
        f"M(Δ)·3π/Δ³ falls, so that {LOWER_BOUND} ≤ M(Δ)·3π/Δ³ ≤ 1",
        "Δ in (0, π/2]",
        cells,
        precision,
    )


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
    g, slope = cubic_part(x)
    return -6 * _gap_slope(delta) + 3 * (3 * x * square(g) + 2 * square(x) * x * g * slope) / (
        4 * arb.pi()
    )


def cubic_part(theta: arb) -> tuple[arb, arb]:
    """(g(θ), g'(θ)/θ) for g = (sin θ − θ cos θ)/θ³ = Σ (−1)^k (2k+2)/(2k+3)!·θ^{2k}, |θ| ≤ 4."""
    terms = [_signed(k, 2 * k + 2, 2 * k + 3) for k in range(_TERMS + 1)]
    slopes = [2 * (k + 1) * terms[k + 1] for k in range(_TERMS)]
    return _series(terms, theta), _series(slopes, theta)


def _gap_slope(theta: arb) -> arb:
    """e'(θ)/θ for e = (θ − sin θ)/θ³ = Σ (−1)^k θ^{2k}/(2k+3)!, |θ| ≤ 4."""
    return _series([_signed(k, 2 * k, 2 * k + 3) for k in range(1, _TERMS + 1)], theta)


def _signed(k: int, numerator: int, factorial: int) -> fmpq:
    """The term (−1)^k·numerator/factorial!, exactly."""
    return fmpq((-1) ** k * numerator, math.factorial(factorial))


def _series(terms: Sequence[fmpq], theta: arb) -> arb:
    """Σ terms[k]·θ^{2k} and a bound on what follows, for |θ| ≤ 4.

    Each term is there at most half the one before it once k ≥ 3: the last one kept bounds the rest.
    """
    variable = square(theta)
    total = arb(0)
    for coefficient in reversed(terms):
        total = total * variable + arb(coefficient)
    return widened(total, arb(terms[-1]) * variable ** (len(terms) - 1))
