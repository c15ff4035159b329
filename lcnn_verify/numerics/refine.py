"""Precision raised until a ball is as narrow as asked, or a clear refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TypedDict

from flint import arb

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.numerics.options import integer, positive_real

MOST_BITS = 8192
"""The precision at which an automatic raise gives up."""
_STALLED = 0.75  # a point's width falls by 2^-precision when the precision doubles


class Sharpness(TypedDict, total=False):
    """How sharp a ball is to be: the arguments of :func:`refined`, which functions hand on."""

    precision: int
    width: float | None
    relative_width: float | None


def refined(
    name: str,
    compute: Callable[[], list[arb]],
    precision: int = 128,
    width: float | None = None,
    relative_width: float | None = None,
) -> list[arb]:
    """Run ``compute`` at ``precision`` bits, and at twice as many until the result is narrow.

    Narrow means that no ball is wider than ``width``, or than ``relative_width`` times the largest
    entry, whichever allows more; with neither the first result is returned. Raises
    :class:`EnclosureError` when a ball is not finite, when the width does not fall with the
    precision (the box is too wide) or is not reached at :data:`MOST_BITS`; :class:`InputError` on
    bad arguments.
    """
    wanted = f"an integer number of bits from 16 to {MOST_BITS}"
    bits = integer("precision", precision, 16, MOST_BITS, wanted=wanted)
    for argument, value in (("width", width), ("relative_width", relative_width)):
        if value is not None:
            positive_real(argument, value)
    before: arb | None = None
    while True:
        with balls.working_precision(bits):
            values = [balls.finite(name, value) for value in compute()]
            widest = reduce(arb.max, [balls.width(value) for value in values])
            allowed = arb(0 if width is None else width)
            if relative_width is not None:
                size = reduce(arb.max, [value.abs_lower() for value in values])
                allowed = allowed.max((relative_width * size).lower())
            if width is relative_width is None or widest <= allowed:
                return values
            got, wanted = widest.str(3, radius=False), allowed.str(3, radius=False)
            if before is not None and widest > _STALLED * before:
                raise EnclosureError(
                    f"{name}: {got} wide at {bits} bits, hardly narrower than at {bits // 2}, "
                    f"wanted {wanted}: the box is too wide, divide it"
                )
            if bits >= MOST_BITS:
                raise EnclosureError(f"{name}: {got} wide at {bits} bits, wanted {wanted}")
        before, bits = widest, min(2 * bits, MOST_BITS)
