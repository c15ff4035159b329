"""What may be enclosed: exact floats, boxes of floats, and arrays of balls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
from flint import arb, arb_mat
from numpy.typing import ArrayLike

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import as_weights

Row: TypeAlias = list[arb]
_BALLS = "a rectangular array of finite balls"


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """All weight matrices (n, d) between ``lower`` and ``upper``, entry by entry, ends included.

    Both are float64 arrays of one shape, taken exactly. Raises :class:`InputError` on bad arrays
    and where ``lower`` exceeds ``upper``.
    """

    lower: FloatArray
    upper: FloatArray

    def __post_init__(self) -> None:
        lower, upper = as_weights("lower", self.lower), as_weights("upper", self.upper)
        if lower.shape != upper.shape:
            raise InputError("upper", f"shape {upper.shape}", f"lower's shape {lower.shape}")
        if (wrong := np.argwhere(lower > upper)).size:
            row, column = (int(index) for index in wrong[0])
            got = f"{upper[row, column]!s} at row {row}, column {column}"
            raise InputError("upper", got, f"at least lower's {lower[row, column]!s}")
        object.__setattr__(self, "lower", lower)
        object.__setattr__(self, "upper", upper)

    @classmethod
    def around(cls, center: ArrayLike, radius: ArrayLike) -> Box:
        """The box of everything within ``radius`` (a number, or one for each entry) of ``center``.

        Its ends are rounded outward, so it holds center ± radius exactly. Raises
        :class:`InputError` on bad arrays or a radius that is negative or not finite.
        """
        middle = as_weights("center", center)
        try:
            size = np.broadcast_to(np.asarray(radius, dtype=np.float64), middle.shape)
        except (TypeError, ValueError):
            wanted = f"a number, or an array that fits shape {middle.shape}"
            raise InputError("radius", repr(radius), wanted) from None
        if not (np.isfinite(size).all() and (size >= 0.0).all()):
            raise InputError("radius", repr(radius), "finite radii, at least 0")
        return cls(
            np.where(size > 0.0, np.nextafter(middle - size, -np.inf), middle),
            np.where(size > 0.0, np.nextafter(middle + size, np.inf), middle),
        )


Weights: TypeAlias = ArrayLike | Box | arb_mat | Sequence[Sequence[arb]]
"""W (m, d) or V (r, d): exact floats, a :class:`Box`, or balls."""


def as_balls(name: str, value: Weights | Any) -> list[Row]:
    """``value`` as rows of balls at the precision in force.

    Raises :class:`InputError` naming ``name`` as ``as_weights`` does, and for balls that are not
    finite or do not form a rectangle.
    """
    if isinstance(value, Box):
        return [
            [balls.hull(arb(low), arb(high)) for low, high in zip(*pair, strict=True)]
            for pair in zip(value.lower.tolist(), value.upper.tolist(), strict=True)
        ]
    if isinstance(value, arb_mat):
        value = value.tolist()
    if holds_floats(value):
        return [[arb(entry) for entry in row] for row in as_weights(name, value).tolist()]
    rows = [[arb(entry) for entry in row] for row in cast("Sequence[Sequence[arb]]", value)]
    if len({len(row) for row in rows}) != 1 or not rows[0]:
        raise InputError(name, "rows of different lengths, or none", _BALLS)
    for i, row in enumerate(rows):
        for k, entry in enumerate(row):
            if not entry.is_finite():
                raise InputError(name, f"{entry.str(5)} at row {i}, column {k}", _BALLS)
    return rows


def as_ball_pair(W: Weights, V: Weights) -> tuple[list[Row], list[Row]]:
    """W (m, d) and V (r, d) as rows of balls of one dimension d; raises :class:`InputError`."""
    students, teachers = as_balls("W", W), as_balls("V", V)
    if len(students[0]) != len(teachers[0]):
        raise InputError(
            "W", f"dimension d = {len(students[0])}", f"V's dimension d = {len(teachers[0])}"
        )
    return students, teachers


def is_point(rows: Sequence[Row]) -> bool:
    """Whether every entry is exact: a single matrix, not a box of them."""
    return all(entry.is_exact() for row in rows for entry in row)


def is_zero(row: Row) -> bool:
    """Whether the row is exactly the zero neuron."""
    return all(entry.is_zero() for entry in row)


def may_vanish(row: Row) -> bool:
    """Whether the zero neuron is in the box of this row."""
    return all(0 in entry for entry in row)


def middle(rows: Sequence[Row]) -> list[Row]:
    """The exact midpoints of the box."""
    return [[entry.mid() for entry in row] for row in rows]


def unit(row: Row) -> Row:
    """w/‖w‖ over the box of one row: its exact range in each coordinate, but for rounding.

    Where the row may vanish a coordinate is anything in [-1, 1].
    """
    size = balls.norm(row)
    if all(entry.is_exact() for entry in row):
        return [entry / size for entry in row] if not is_zero(row) else list(row)
    if may_vanish(row):
        return [balls.widened(arb(0), arb(1)) for _ in row]
    return [_share(row, k) for k in range(len(row))]


def _share(row: Row, k: int) -> arb:
    """w_k/‖w‖: increasing in w_k, and nearer to 0 the longer the other entries are."""
    rest = balls.norm(entry for index, entry in enumerate(row) if index != k)
    near, far = balls.ends(rest, 0)
    low, high = balls.ends(row[k])

    def value(entry: arb, other: arb) -> arb:
        return entry / balls.norm((entry, other)) if not entry.is_zero() else arb(0)

    return balls.clipped(
        balls.hull(value(low, far if low > 0 else near), value(high, near if high > 0 else far)),
        -1,
        1,
    )


def holds_floats(value: Weights | Any) -> bool:
    """Whether ``value`` is meant as an array of exact numbers: neither a box nor balls."""
    if isinstance(value, Box | arb_mat):
        return False
    try:
        return not any(
            isinstance(entry, arb) for row in cast("Sequence[Any]", value) for entry in row
        )
    except TypeError:
        return True
