"""Existence and uniqueness of a zero in a box, by Krawczyk's interval Newton operator.

For g: Rⁿ → Rⁿ, a box X about c and any matrix C, the set K(X) = c − C·g(c) + (I − C·g'(X))(X − c)
holds every zero of g in X; if K(X) lies in the interior of X, then g has exactly one zero in X
(Krawczyk 1969; Moore 1977). C, an approximate inverse, needs no rigour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from flint import arb, arb_mat

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.balls import EnclosureError, widened, working_precision
from lcnn_verify.numerics.digits import number

Vector: TypeAlias = list[arb]
Map: TypeAlias = Callable[[Vector], Vector]
Jacobian: TypeAlias = Callable[[Vector], arb_mat]

RADII = tuple(2.0**-k for k in range(2, 45))
"""Half-widths of the boxes tried, from the widest."""

_ROUNDS = 4  # Newton steps to the centre of the tight box
_TINY = 2.0**-60  # half-width of a box that stands for its centre
_MARGIN = 8.0  # what is stated of the widest box, so that a checker with wider intervals agrees
_SLACK = 4.0  # by which the tight box exceeds the image of such a box, so that it contracts


class NotProved(EnclosureError):
    """An attempt at a proof that did not succeed; says what stood in the way. Refutes nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class UniqueZero:
    """The one zero of a map within ``unique_within`` of ``center``; it is within ``radius``.

    ``center`` (n,) is exact; distances are in the largest coordinate. Both boxes were proved.
    """

    center: FloatArray
    radius: float
    unique_within: float


def midpoints(matrix: arb_mat) -> FloatArray:
    """The midpoints of a matrix of balls, rounded to float64."""
    entries = [float(entry.mid()) for entry in matrix.entries()]
    return np.array(entries).reshape(matrix.nrows(), matrix.ncols())


def column(entries: Sequence[arb]) -> arb_mat:
    """A vector as a matrix of one column."""
    return arb_mat(len(entries), 1, list(entries))


def image(function: Map, jacobian: Jacobian, center: FloatArray, radius: float) -> Vector:
    """K(X) for the box X of half-width ``radius`` about ``center``, at the precision in force.

    Raises :class:`EnclosureError` where the map or its derivative has no enclosure, and
    :class:`NotProved` when g' is numerically singular at the centre.
    """
    exact = [arb(float(entry)) for entry in center]
    box = [widened(entry, arb(radius)) for entry in exact]
    slope = jacobian(box)
    middle = midpoints(slope)
    try:
        inverse = arb_mat(np.linalg.inv(middle).tolist())
    except np.linalg.LinAlgError:
        raise NotProved("the derivative is singular at the centre") from None
    size = len(exact)
    identity = arb_mat([[int(i == j) for j in range(size)] for i in range(size)])
    steps = column([widened(arb(0), arb(radius)) for _ in exact])
    contracted = (identity - inverse * slope) * steps
    moved = column(exact) - inverse * column(function(exact)) + contracted
    return list(moved.entries())


def contracts(function: Map, jacobian: Jacobian, center: FloatArray, radius: float) -> bool:
    """Whether K(X) lies in the interior of X: exactly one zero there."""
    try:
        inner = image(function, jacobian, center, radius)
    except EnclosureError:
        return False
    return all(abs(entry - x) < radius for entry, x in zip(inner, center.tolist(), strict=True))


def unique_zero(
    function: Map,
    jacobian: Jacobian,
    guess: FloatArray,
    *,
    precision: int = 128,
    radii: Sequence[float] = RADII,
) -> UniqueZero:
    """Prove that ``function`` has exactly one zero near ``guess`` (n,), in the widest box it can.

    ``function`` and ``jacobian`` enclose the map and its derivative over boxes, at the precision in
    force. Raises :class:`NotProved` when the Krawczyk image leaves every box tried.
    """
    with working_precision(precision):
        wide = next((r for r in radii if contracts(function, jacobian, guess, r)), None)
        if wide is None:
            raise NotProved(
                "no zero proved: the Krawczyk image leaves every box about the guess, half-width "
                f"{number(radii[0], 3)} to {number(radii[-1], 3)}"
            )
        center, radius, middle = guess, wide, guess
        for _ in range(_ROUNDS):  # Newton's method; ``wide`` holds no other zero to run to
            inner = image(function, jacobian, middle, _TINY)
            middle = np.array([float(entry.mid()) for entry in inner])
            reach = (abs(entry - x) for entry, x in zip(inner, middle.tolist(), strict=True))
            narrow = _SLACK * max(float(distance.upper()) for distance in reach)
            if narrow < radius and contracts(function, jacobian, middle, narrow):
                center, radius = middle, narrow
        # Uniqueness was proved about the guess; prove it about the centre that is reported.
        unique = max(radius, wide / _MARGIN)
        if unique > radius and not contracts(function, jacobian, center, unique):
            unique = radius
    return UniqueZero(center, radius, unique)
