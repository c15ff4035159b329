"""How near to equality a comparison came, to more digits than float64 has."""

from __future__ import annotations

import math

import mpmath

from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.numerics import balls

DIGITS = 30
_BITS = (128, 512)  # the second where the first leaves no digit
_GUARD = 15  # digits more, in which the oracle's values are divided


def polished(small: Quantity, large: Quantity) -> str:
    """small/large to up to 30 digits, in words: by enclosures, else by the oracle.

    They say how many digits float64 has, and where no sharper route has more, that.
    """
    sides = (small, large)
    off = sum(math.inf if it.value == 0.0 else it.error / abs(it.value) for it in sides)
    before = f"{_right(off + ROUNDING)} in float64"
    if small.enclosed and large.enclosed:
        for bits in _BITS:
            with balls.working_precision(bits):
                ball = small.enclosed(bits) / large.enclosed(bits)
                off_by = 0.0 if ball.is_exact() else float(ball.rad() / abs(ball.mid()))
                if known := _right(off_by):
                    ratio = ball.mid().str(known, radius=False)
                    return f"{ratio} to {known} digits, enclosed; {before}"
    if small.exact and large.exact:
        with mpmath.workdps(DIGITS + _GUARD):
            rough, fine = (small.exact(dps) / large.exact(dps) for dps in (DIGITS, 2 * DIGITS))
            if known := _right(float(abs(fine - rough) / abs(fine)) if fine else 1.0):
                return f"{mpmath.nstr(fine, known)} to {known} digits, by the oracle; {before}"
    return f"{before}, and no sharper route tells more"


def _right(off: float) -> int:
    """How many digits a relative error leaves, up to 30."""
    return 0 if not off < 1.0 else min(DIGITS, int(-math.log10(max(off, 1e-300))))
