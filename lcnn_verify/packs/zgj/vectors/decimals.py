"""When a number is worth publishing: two routes agree far beyond the digits that are shown."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
from flint import arb, fmpq

from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.packs.zgj.vectors.integrals import BITS

DPS = 100
"""Digits asked of the oracle, which works with 220 and 280."""
DIGITS = 40
"""Significant digits published."""
AGREEMENT = 45
"""Significant digits to which the two routes must agree."""
_ZERO, _SMALL = -85, -45


class ConfirmationError(RuntimeError):
    """Two routes to one number disagree, or do not have the digits; says which and by how much."""


def exact(value: Any) -> Fraction:
    """An mpmath real as the fraction it is."""
    return Fraction(*mpmath.libmp.to_rational(value._mpf_))


def ball(value: Fraction) -> Any:
    """A fraction as an arb, to the working precision."""
    with working_precision(BITS):
        return arb(fmpq(value.numerator, value.denominator))


def rounded(name: str, value: Any, scale: Any) -> str:
    """An mpmath real to 40 significant digits; "0" if below 10⁻⁸⁵ of its natural ``scale``.

    Raises :class:`ConfirmationError` for what is too small to be told from rounding, yet not zero.
    """
    with mpmath.workdps(3 * DPS):
        if abs(value) <= scale * mpmath.mpf(10) ** _ZERO:
            return "0"
        if abs(value) < scale * mpmath.mpf(10) ** _SMALL:
            shown = mpmath.nstr(value / scale, 3)
            raise ConfirmationError(f"{name}: {shown} of its scale is neither zero nor clear of it")
        return decimal(value)


def decimal(value: Any) -> str:
    """An mpmath real to 40 significant digits, as C's strtod and Python's float read it."""
    return str(mpmath.nstr(value, DIGITS, strip_zeros=False, min_fixed=1, max_fixed=0))


def agreement(name: str, published: str, first: Any, second: Any, scale: Any) -> int:
    """Significant digits to which mpmath real ``first`` and ball ``second`` agree.

    For a published "0": digits of its natural ``scale``, an mpmath real, to which the ball is 0.
    Raises :class:`ConfirmationError` when that is fewer than :data:`AGREEMENT`.
    """
    with working_precision(BITS):
        size = ball(exact(scale if published == "0" else first))
        other = ball(exact(first))
        gap = second - (0 if published == "0" else other)
        digits = digits_of(gap / size if scale else gap)
    if digits < AGREEMENT:
        raise ConfirmationError(
            f"{name}: one route gives {mpmath.nstr(first, 20)}, the other {second.str(20)}; "
            f"they agree to {digits} digits, wanted {AGREEMENT}"
        )
    return digits


def same(published: str, derived: str) -> bool:
    """Whether two published decimals are one, give or take a unit in the last of 40 digits.

    Another version of a library may round the last digit otherwise.
    """
    left, right = Fraction(published), Fraction(derived)
    return abs(left - right) <= abs(left) * Fraction(1, 10 ** (DIGITS - 1))


def digits_of(ratio: Any) -> int:
    """The digits a relative gap leaves: −log₁₀ of a ball (arb) rounded down, between 0 and 2·DPS.

    A ball that is not finite leaves none.
    """
    with working_precision(BITS):
        if not ratio.is_finite():
            return 0
        gap = abs(ratio).upper()
        if not gap > 0:
            return 2 * DPS
        digits = -(gap.log() / arb(10).log()).upper()
        return max(0, min(2 * DPS, math.floor(float(digits))))
