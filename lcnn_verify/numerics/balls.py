"""Safe arithmetic on Arb balls: what python-flint would answer with NaN, answered rigorously.

An ``arb`` is a midpoint and a radius, and every operation encloses every value its arguments
allow. In python-flint 0.9 ``x**2``, ``x.sqrt()`` and ``x.asin()`` of a ball that touches 0 (or ±1)
give NaN; the functions here intersect with the range the argument is known to have.
Monotone functions are evaluated at both end points, which gives their exact range over a box.

python-flint keeps one working precision for the whole process: set it with
:func:`working_precision`, and do not enclose from two threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from numbers import Rational

from flint import arb, ctx, fmpq

THIN = 2.0**-40
"""A radius below which a ball comes from rounding, not from a box: one evaluation will do."""


class EnclosureError(RuntimeError):
    """No enclosure as narrow as asked, or none at all; says which quantity and why."""


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits of precision; restores the caller's precision."""
    with ctx.workprec(bits):
        yield


def exact(number: Rational | float) -> arb:
    """The ball of a number that is known exactly, at the precision in force."""
    ratio = Fraction(number)
    return arb(fmpq(ratio.numerator, ratio.denominator))


def finite(name: str, value: arb) -> arb:
    """``value``, unless it is NaN or unbounded: then raises :class:`EnclosureError`."""
    if not value.is_finite():
        raise EnclosureError(f"{name}: the enclosure is {value.str(5)}, no finite ball")
    return value


def widened(value: arb, radius: arb) -> arb:
    """The ball of all numbers within |radius| of ``value``: every remainder is added here."""
    return value + arb(0, 1) * radius


def hull(low: arb, high: arb) -> arb:
    """The smallest ball, but for rounding, that holds both arguments."""
    return low if low.is_exact() and low == high else low.union(high)


def ends(
    value: arb, low: arb | int | None = None, high: arb | int | None = None
) -> tuple[arb, arb]:
    """The exact end points of ``value`` ∩ [low, high].

    Raises :class:`EnclosureError` when that is empty: the value cannot lie where it was said to.
    """
    left, right = value.lower(), value.upper()
    if low is not None and left < low:
        left = arb(low).lower()
    if high is not None and right > high:
        right = arb(high).upper()
    if not left <= right:
        raise EnclosureError(f"{value.str(5)} lies outside its range [{low}, {high}]")
    return left, right


def clipped(value: arb, low: arb | int | None, high: arb | int | None) -> arb:
    """``value`` ∩ [low, high], for a value known to lie there; raises as :func:`ends` does."""
    if (low is None or value >= low) and (high is None or value <= high):
        return value
    return hull(*ends(value, low, high))


def both(first: arb, second: arb) -> arb:
    """The intersection of two enclosures of one number."""
    try:
        return first.intersection(second)
    except ValueError:
        got = f"{first.str(5)} and {second.str(5)}"
        raise EnclosureError(f"two enclosures of one number are disjoint: {got}") from None


def increasing(function: Callable[[arb], arb], low: arb, high: arb) -> arb:
    """The range over [low, high] of a function that increases there: its values at the ends."""
    if low == high:
        return function(low)
    return hull(function(low), function(high))


def square(x: arb) -> arb:
    """x², never negative."""
    if x.is_exact():
        return x * x
    low, high = x.abs_lower(), x.abs_upper()
    return hull(low * low, high * high)


def sqrt(x: arb) -> arb:
    """√x of a number known to be ≥ 0."""
    root = x.sqrt()
    if root.is_finite() and x.rad() < THIN:
        return root
    return increasing(lambda end: end.sqrt(), *ends(x, 0))


def asin(x: arb) -> arb:
    """The arcsine of a number known to lie in [-1, 1]."""
    angle = x.asin()
    if angle.is_finite() and x.rad() < THIN:
        return angle
    return increasing(lambda end: end.asin(), *ends(x, -1, 1))


def cos(angle: arb) -> arb:
    """The cosine of an angle known to lie in [0, π]."""
    if angle.rad() < THIN:
        return angle.cos()
    low, high = ends(angle, 0)
    # Beyond π by rounding only, where cos is −1 to the second order.
    return (
        clipped(hull(low.cos(), high.cos()), -1, 1) if high < arb.pi() else hull(low.cos(), arb(-1))
    )


def sin(angle: arb) -> arb:
    """The sine of an angle known to lie in [0, π], never negative."""
    low, high = ends(angle, 0)
    quarter = arb.pi() / 2
    if high <= quarter:
        return hull(low.sin(), high.sin())
    bottom = arb(0) if not high < arb.pi() else high.sin()
    if low >= quarter:
        return hull(bottom, low.sin())
    return clipped(hull(hull(low.sin(), bottom), arb(1)), 0, 1)


def norm_squared(entries: Iterable[arb]) -> arb:
    """The squared Euclidean norm, never negative."""
    return sum((square(entry) for entry in entries), arb(0))


def norm(entries: Iterable[arb]) -> arb:
    """The Euclidean norm, never negative."""
    return sqrt(norm_squared(entries))


def dot(left: Iterable[arb], right: Iterable[arb]) -> arb:
    """The inner product of two vectors of one length."""
    return sum((a * b for a, b in zip(left, right, strict=True)), arb(0))


def width(value: arb) -> arb:
    """The diameter of a ball, an exact upper bound."""
    return (2 * value.rad()).upper()
