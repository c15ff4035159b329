"""Numbers as people read them: one notation for powers of ten, and balls that hold their value."""

from __future__ import annotations

import math
import re
from decimal import ROUND_CEILING, Context, Decimal, InvalidOperation
from fractions import Fraction

NOTHING = "—"
"""What stands where there is no number."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXACT = Context(prec=1700, Emin=-9999, Emax=9999)  # digits that no sum of two float64s needs
_MOST_DIGITS = 17  # more are not a float64's own
_PLAIN = range(-3, 7)  # exponents of the numbers that are written without a power of ten
_GROUPED = 4  # and of those from which on thousands are set apart
_WRITTEN = re.compile(r"[-−]?(\d[\d,]*)?\.?\d+(e[-+]?\d+|·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")


def power(exponent: int) -> str:
    """``"10⁻³"``."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def number(value: float | None, digits: int = 4) -> str:
    """A value for people: grouped, rounded to ``digits`` significant digits, powers of ten.

    None and NaN are ``NOTHING``; the whole part of a number below 10⁷ is not rounded.
    """
    if isinstance(value, int) and abs(value) < 10**15:
        return f"{value:,}".replace("-", "−")
    if value is None or not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value or 0.0, NOTHING)
    rounded = Decimal(f"{value:.{digits - 1}e}")
    if rounded and min(digits, _GROUPED) <= rounded.adjusted() < _PLAIN.stop:
        return f"{value:,.0f}".replace("-", "−")
    return _written(rounded)


def whole(text: str | float) -> str:
    """A decimal of a machine's, such as ``"-4.09e-12"`` or a float, with all the digits it has."""
    try:
        value = Decimal(repr(text) if isinstance(text, float) else text)
    except InvalidOperation:  # a report may come from anyone
        return str(text)
    return _written(value) if value.is_finite() else NOTHING


def ball(middle: float | None, radius: float | None) -> str:
    """``middle ± radius``, rounded so that the interval printed holds the interval meant.

    The middle is told to the second digit of the radius, to at most 17 digits, and what it loses
    is added to the radius, which is rounded up.
    """
    if middle is None or radius is None or math.inf in (abs(middle), radius) or middle != middle:
        return f"{number(middle, 3)} ± {number(radius, 2)}"
    center, reach = Decimal(middle), Decimal(radius)
    top = center.adjusted() if center else reach.adjusted()
    finest = min(reach.adjusted() - 1, top - 2) if reach else -math.inf
    place = int(max(finest, top - _MOST_DIGITS + 1))
    shown = center.quantize(Decimal(1).scaleb(place), context=_EXACT)
    reach = _EXACT.add(reach, abs(_EXACT.subtract(center, shown)))
    return f"{_written(shown)} ± {_written(Context(prec=2, rounding=ROUND_CEILING).plus(reach))}"


def is_written(text: str) -> bool:
    """Whether ``text`` is nothing but a number, in a machine's notation or in this one."""
    return _WRITTEN.fullmatch(text) is not None


def rounded_up(value: Fraction) -> float:
    """The least float64 that is not below ``value`` ≥ 0."""
    nearest = float(value)
    return nearest if Fraction(nearest) >= value else math.nextafter(nearest, math.inf)


def _written(value: Decimal) -> str:
    """All digits of a number but zeros at its end."""
    if not value:
        return "0"
    exponent = value.adjusted()
    if exponent in _PLAIN:
        comma = "," if exponent >= _GROUPED else ""
        text = f"{value:{comma}f}"
        mantissa, times = (text.rstrip("0").rstrip(".") if "." in text else text), ""
    else:
        mantissa = f"{value.scaleb(-exponent, _EXACT):f}"
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        times = f"·{power(exponent)}"
    return f"{mantissa}{times}".replace("-", "−")
