"""What proves a comparison at a point: bounds on its margin that no rounding can move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from lcnn_verify.evidence.quantity import Enclosed, Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.numerics.digits import rounded_up, whole

BITS = (128, 256, 512, 1024)
"""The precisions a proof is tried at, one after the other."""
EXACT = "exact rational arithmetic"
"""The arithmetic of a proof that rounds nothing."""
_DIGITS = 12  # and a few more
_LOG10_2 = math.log10(2.0)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof that the margin of a comparison lies between ``lower`` and ``upper``.

    Both are decimal strings, rounded outward: the comparison fails where they are negative and
    holds where they are positive. In exact arithmetic both may be 0, where "<", ">" and "≠" fail.
    ``arithmetic`` says in words what proved it.
    """

    lower: str
    upper: str
    arithmetic: str

    @property
    def refutes(self) -> bool:
        """Whether the margin is negative."""
        return self.lower.startswith("-")

    @property
    def middle(self) -> float:
        """The middle of the ball, to double precision."""
        return (float(self.lower) + float(self.upper)) / 2.0

    @property
    def radius(self) -> float:
        """How far the ball reaches from the float64 ``middle``, rounded up."""
        if not math.isfinite(middle := self.middle):
            return math.inf
        center = Fraction(middle)
        return rounded_up(max(Fraction(self.upper) - center, center - Fraction(self.lower)))

    @property
    def interval(self) -> str:
        """``[lower, upper]``, for people."""
        return f"[{whole(self.lower)}, {whole(self.upper)}]"


def certify(margin: Enclosed) -> Certificate | None:
    """The sign of a margin, proved at the first of ``BITS`` that will do; None if none does."""
    for bits in BITS:
        try:
            with balls.working_precision(bits):
                value = margin(bits)
                if value.is_finite() and (ends := _decimals(value)) is not None:
                    return Certificate(*ends, f"Arb enclosure, {bits} bits")
        except EnclosureError:
            continue
    return None


def certified_difference(low: Quantity, high: Quantity) -> Certificate | None:
    """The sign of high − low; None where a side has no rigorous route, or none decides."""
    if (left := low.enclosed) is None or (right := high.enclosed) is None:
        return None
    return certify(lambda bits: right(bits) - left(bits))


def certified_gap(got: Quantity, expected: Quantity, allowed: float) -> Certificate | None:
    """The sign of allowed − |got − expected|; None as for :func:`certified_difference`."""
    if (left := got.enclosed) is None or (right := expected.enclosed) is None:
        return None
    return certify(lambda bits: arb(allowed) - abs(left(bits) - right(bits)))


def exact_margin(margin: Fraction) -> Certificate:
    """What exact arithmetic proves: the margin itself, rounded outward only to be written down."""
    bits = margin.numerator.bit_length() - margin.denominator.bit_length()
    exponent = math.floor(bits * _LOG10_2) - _DIGITS
    scaled = margin / Fraction(10) ** exponent
    low, high = (_decimal(end, exponent) for end in (math.floor(scaled), math.ceil(scaled)))
    return Certificate(low, high, EXACT)


def _decimals(value: arb) -> tuple[str, str] | None:
    """The ends of a ball as decimal strings, rounded outward; None unless they have one sign."""
    middle, radius, exponent = (int(part) for part in value.mid_rad_10exp(_DIGITS))
    low, high = middle - radius, middle + radius
    if low <= 0 <= high:
        return None
    return _decimal(low, exponent), _decimal(high, exponent)


def _decimal(mantissa: int, exponent: int) -> str:
    """mantissa·10^exponent in scientific notation, exactly."""
    if mantissa == 0:
        return "0e+0"
    sign, digits = "-" if mantissa < 0 else "", str(abs(mantissa))
    power = exponent + len(digits) - 1
    fraction = digits[1:].rstrip("0")
    return f"{sign}{digits[0]}{'.' + fraction if fraction else ''}e{power:+d}"
