"""Quantities of plain arrays and numbers: value, error bound, oracle and enclosure of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, reduce
from typing import Any

import mpmath
import numpy as np
from flint import arb

from lcnn_verify.evidence.quantity import ROUNDING, Enclosed, Quantity
from lcnn_verify.numerics import balls, kits
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import BALLS, DECIMALS, Kit

_BITS = 128


def number(label: str, exact: Callable[[int], Any], enclosed: Enclosed | None = None) -> Quantity:
    """A quantity known only through its high-precision routes, rounded to float64.

    What two precisions leave open counts into the error bound. Without ``enclosed`` no violation
    can be proved.
    """
    exact = cache(exact)
    with mpmath.workdps(80):
        coarse, fine = exact(20), exact(40)
        doubt = float(10 * abs(fine - coarse))
    value = float(fine)
    error = 2 * ROUNDING * abs(value) + doubt + math.ulp(0.0)
    return Quantity(label, value, error, exact, enclosed=enclosed)


def held(label: str, enclosed: Enclosed, exact: Callable[[int], Any] | None = None) -> Quantity:
    """A quantity known through its enclosure: the float64 next to the middle of a ball of 128 bits.

    Cheaper than :func:`number`, and proved. Raises what ``enclosed`` raises.
    """
    enclosed = cache(enclosed)
    with balls.working_precision(_BITS):
        ball = balls.finite(label, enclosed(_BITS))
    value = float(ball.mid())
    error = float(ball.rad()) + 2 * ROUNDING * abs(value) + math.ulp(0.0)
    return Quantity(label, value, error, exact and cache(exact), enclosed=enclosed)


def of(label: str, amount: Callable[[Kit], Any]) -> Quantity:
    """The number ``amount(kit)``, in mpmath and in balls; see :func:`held`."""
    return each((label,), lambda kit: (amount(kit),))[0]


def each(labels: Sequence[str], amounts: Callable[[Kit], Sequence[Any]]) -> tuple[Quantity, ...]:
    """The numbers that ``amounts(kit)`` lists, computed once for all of them; see :func:`held`."""

    @cache
    def exact(digits: int) -> Sequence[Any]:
        with mpmath.workdps(3 * digits + 30):
            return amounts(DECIMALS)

    @cache
    def enclosed(bits: int) -> Sequence[arb]:
        with balls.working_precision(2 * bits + 60):
            return amounts(BALLS)

    def one(k: int) -> Quantity:
        return held(labels[k], lambda bits: enclosed(bits)[k], lambda digits: exact(digits)[k])

    return tuple(map(one, range(len(labels))))


def longest(rows: FloatArray, label: str) -> Quantity:
    """The largest norm of the rows of an array (n, d) of exact floats."""

    def largest(kit: Kit) -> Any:
        sizes = (kits.norm(map(kit.number, row), kit) for row in rows.tolist())
        return reduce(arb.max if kit is BALLS else max, sizes)

    return of(label, largest)


def norm(rows: FloatArray, label: str) -> Quantity:
    """The Frobenius norm of ``rows`` (any shape), taken as exact floats."""
    return distance(rows, np.zeros_like(rows), label)


def distance(A: FloatArray, B: FloatArray, label: str) -> Quantity:
    """‖A − B‖_F of two arrays of one shape, taken as exact floats.

    Raises ``OverflowError`` when a norm does not fit float64.
    """

    def exact(dps: int) -> Any:
        with mpmath.workdps(dps + 20):
            pairs = zip(A.ravel().tolist(), B.ravel().tolist(), strict=True)
            return mpmath.sqrt(mpmath.fsum((mpmath.mpf(a) - mpmath.mpf(b)) ** 2 for a, b in pairs))

    def enclosed(bits: int) -> arb:
        with balls.working_precision(bits):
            pairs = zip(A.ravel().tolist(), B.ravel().tolist(), strict=True)
            return balls.norm(arb(a) - arb(b) for a, b in pairs)

    value, size = frobenius(A, B), frobenius(A) + frobenius(B)
    error = (4 + A.size) * ROUNDING * size + math.ulp(0.0)
    return Quantity(label, value, error, exact, enclosed=enclosed)


def mass(rows: FloatArray, power: int, label: str) -> Quantity:
    """Σ‖row‖^p over the rows of an (n, d) array: the total mass."""
    value = math.fsum(frobenius(row) ** power for row in rows)

    def exact(dps: int) -> Any:
        with mpmath.workdps(dps + 20):
            return mpmath.fsum(
                mpmath.sqrt(mpmath.fsum(mpmath.mpf(float(entry)) ** 2 for entry in row)) ** power
                for row in rows
            )

    def enclosed(bits: int) -> arb:
        with balls.working_precision(bits):
            norms = (balls.norm(map(arb, row)) for row in rows.tolist())
            return sum((balls.square(size) if power == 2 else size for size in norms), arb(0))

    error = (8 + 2 * rows.size) * ROUNDING * value + math.ulp(0.0)
    return Quantity(label, value, error, exact, enclosed=enclosed)


def row_distance(
    label: str,
    computed: FloatArray,
    exact: Any,
    row: int,
    rows: Callable[[int], Sequence[Sequence[arb]]] | None = None,
) -> Quantity:
    """‖computed − exact‖ of one row of a float64 matrix (m, d) and an mpmath matrix (m, d).

    ``rows(bits)`` encloses the rows of the exact matrix, for proofs.
    """

    def distance(dps: int) -> Any:
        with mpmath.workdps(2 * dps):
            gaps = (mpmath.mpf(float(c)) - exact[row, k] for k, c in enumerate(computed[row]))
            return mpmath.sqrt(mpmath.fsum(gap**2 for gap in gaps))

    def enclosed(bits: int) -> arb:
        assert rows is not None
        held = rows(bits)[row]
        with balls.working_precision(bits):
            pairs = zip(computed[row].tolist(), held, strict=True)
            return balls.norm(arb(entry) - right for entry, right in pairs)

    name = f"{label}, distance of row {row} from the oracle"
    return number(name, distance, enclosed=enclosed if rows is not None else None)


def frobenius(rows: FloatArray, minus: FloatArray | float = 0.0) -> float:
    """‖rows − minus‖_F without overflow or underflow of the difference or the squares.

    Raises ``OverflowError`` when the norm itself does not fit float64.
    """
    largest = float(max(np.abs(rows).max(initial=0.0), np.abs(minus).max(initial=0.0)))
    if largest == 0.0:
        return 0.0
    _, exponent = math.frexp(largest)
    gaps = np.ldexp(rows, -exponent) - np.ldexp(minus, -exponent)
    try:
        return math.ldexp(float(np.linalg.norm(gaps)), exponent)
    except OverflowError:
        raise OverflowError("a Frobenius norm overflows float64: scale the rows down") from None
