"""What proves a comparison at a point: a ball around its margin that lies on one side of 0."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flint import arb

from lcnn_verify.evidence.quantity import Enclosed, Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.balls import EnclosureError

BITS = (128, 256, 512, 1024)
"""The precisions a proof is tried at, one after the other."""
_DIGITS = 12  # and a few more


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof that the margin of a comparison lies between ``lower`` and ``upper``.

    Both are decimal strings, rounded outward and of one sign: the comparison fails where they are
    negative and holds where they are positive. ``bits`` is the precision of the Arb arithmetic.
    """

    lower: str
    upper: str
    bits: int

    @property
    def refutes(self) -> bool:
        """Whether the margin is negative."""
        return self.lower.startswith("-")

    @property
    def arithmetic(self) -> str:
        """What decided, in words."""
        return f"Arb enclosure, {self.bits} bits"

    @property
    def middle(self) -> float:
        """The middle of the ball, to double precision."""
        return (float(self.lower) + float(self.upper)) / 2.0

    @property
    def radius(self) -> float:
        """Half its width, to double precision."""
        return float(Decimal(self.upper) - Decimal(self.lower)) / 2.0

    @property
    def interval(self) -> str:
        """``[lower, upper]``."""
        return f"[{self.lower}, {self.upper}]"


def certify(margin: Enclosed) -> Certificate | None:
    """The sign of a margin, proved at the first of ``BITS`` that will do; None if none does."""
    for bits in BITS:
        try:
            with balls.working_precision(bits):
                value = margin(bits)
                if value.is_finite() and (ends := _decimals(value)) is not None:
                    return Certificate(*ends, bits)
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


def _decimals(value: arb) -> tuple[str, str] | None:
    """The ends of a ball as decimal strings, rounded outward; None unless they have one sign."""
    middle, radius, exponent = (int(part) for part in value.mid_rad_10exp(_DIGITS))
    low, high = middle - radius, middle + radius
    if low <= 0 <= high:
        return None
    return _decimal(low, exponent), _decimal(high, exponent)


def _decimal(mantissa: int, exponent: int) -> str:
    """mantissa·10^exponent in scientific notation, exactly."""
    sign, digits = "-" if mantissa < 0 else "", str(abs(mantissa))
    power = exponent + len(digits) - 1
    fraction = digits[1:].rstrip("0")
    return f"{sign}{digits[0]}{'.' + fraction if fraction else ''}e{power:+d}"
