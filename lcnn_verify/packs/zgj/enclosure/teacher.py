"""Separation, merged-teacher level, threshold and rate of a teacher, enclosed."""

from __future__ import annotations

import numbers

from flint import arb

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.numerics.refine import refined
from lcnn_verify.packs.zgj.enclosure.boxes import (
    Row,
    Weights,
    as_balls,
    holds_floats,
    may_vanish,
    unit,
)
from lcnn_verify.packs.zgj.enclosure.kernel import acute, angle, cubic
from lcnn_verify.packs.zgj.model import as_weights
from lcnn_verify.packs.zgj.oracle.teacher import (
    coincident,
    exact_tangent,
    integer_rows,
    reject_zero_rows,
)


def separation(
    V: Weights,
    *,
    precision: int = 128,
    width: float | None = None,
    relative_width: float | None = None,
) -> arb:
    """Δ, the least acute angle (radians) between two teacher lines of V (r, d); π/2 if r = 1.

    Exact floats are compared in integers, so that no digit is lost however small Δ, and coincident
    lines give exactly 0. Widths and exceptions as for ``enclosure.loss``; raises
    :class:`InputError` naming the row of a zero teacher (THEORY §1).
    """
    return refined("Δ(V)", lambda: [_separation(V)], precision, width, relative_width)[0]


def merged_level(
    delta: float | arb,
    *,
    precision: int = 128,
    width: float | None = None,
    relative_width: float | None = None,
) -> arb:
    """M(Δ) = 1 + k(Δ) − 2k(Δ/2)² for an angle, or a ball of angles, in (0, π/2].

    Computed as c(Δ) − 4cos(Δ/2)c(Δ/2) − 2c(Δ/2)² (THEORY §7), and over a ball from its two ends,
    for M' = Δ·sin Δ/π + 2·sin(Δ/2)·c(Δ/2)·(1 − Δ/π) > 0. Widths and exceptions as for
    ``enclosure.loss``; raises :class:`InputError` outside that range.
    """
    exact = delta if isinstance(delta, arb) else _as_angle(delta)
    with balls.working_precision(128):
        # A float π/2 may lie an ulp past the real one.
        if not (exact > 0 and exact < arb.pi() / 2 * (1 + 2.0**-40)):
            raise InputError("delta", str(delta), "an angle in (0, π/2]")
    return refined("M(Δ)", lambda: [level(exact)], precision, width, relative_width)[0]


def loss_threshold(
    V: Weights,
    *,
    precision: int = 128,
    width: float | None = None,
    relative_width: float | None = None,
) -> arb:
    """ε₀(V) = v_min⁴·M(Δ)/(8r) of THEORY §4 (tied |·|), in units of length⁴.

    Widths and exceptions as for ``enclosure.loss``; raises :class:`InputError` naming a zero row
    or, of exact teachers, two coincident ones.
    """

    def compute() -> list[arb]:
        rows = _teachers(V)
        delta = _separation(V)
        if delta.is_zero():
            raise coincident("V", _parallel_pair(V))
        smallest = _least([balls.norm_squared(row) for row in rows])
        return [balls.square(smallest) * level(delta) / (8 * len(rows))]

    return refined("ε₀(V)", compute, precision, width, relative_width)[0]


def kappa(
    V: Weights,
    *,
    precision: int = 128,
    width: float | None = None,
    relative_width: float | None = None,
) -> arb:
    """κ(V) = 1/‖V‖_F of THEORY §4, in 1/length.

    Widths and exceptions as for ``enclosure.loss``; raises :class:`InputError` naming the row of a
    zero teacher.
    """

    def compute() -> list[arb]:
        return [1 / balls.norm(entry for row in _teachers(V) for entry in row)]

    return refined("κ(V)", compute, precision, width, relative_width)[0]


def level(delta: arb) -> arb:
    """M over a ball of angles in [0, π/2], at the precision in force."""

    def value(end: arb) -> arb:
        half = end / 2
        near = cubic(half)
        return cubic(end) - 4 * half.cos() * near - 2 * near * near

    return balls.increasing(value, *balls.ends(delta, 0))


def _separation(V: Weights) -> arb:
    """Δ at the precision in force, clipped to [0, π/2]."""
    rows, quarter = _teachers(V), arb.pi() / 2
    if holds_floats(V):
        lines = integer_rows(as_weights("V", V))
        angles = [_exact_angle(a, b) for j, a in enumerate(lines) for b in lines[:j]]
    else:
        units = [unit(row) for row in rows]
        angles = [acute(angle(u, v)) for j, u in enumerate(units) for v in units[:j]]
    return _least([*angles, quarter])


def _exact_angle(a: list[int], b: list[int]) -> arb:
    """The acute angle between two lines of integers, to full relative accuracy."""
    cross, dot = exact_tangent(a, b)
    return arb.atan2(arb(cross).sqrt(), arb(dot)) if cross else arb(0)


def _parallel_pair(V: Weights) -> tuple[int, int]:
    """The first two rows on one line, of exact floats that hold such a pair."""
    lines = integer_rows(as_weights("V", V))
    pairs = ((i, j) for j in range(len(lines)) for i in range(j))
    return next(pair for pair in pairs if not exact_tangent(lines[pair[0]], lines[pair[1]])[0])


def _teachers(V: Weights) -> list[Row]:
    """The rows of V, none of which may vanish."""
    if holds_floats(V):
        reject_zero_rows("V", as_weights("V", V))
    rows = as_balls("V", V)
    for index, row in enumerate(rows):
        if may_vanish(row):
            raise EnclosureError(f"V: the box of row {index} holds the zero teacher")
    return rows


def _least(values: list[arb]) -> arb:
    least = values[0]
    for value in values[1:]:
        least = least.min(value)
    return least


def _as_angle(delta: float) -> arb:
    if isinstance(delta, bool) or not isinstance(delta, numbers.Real):
        raise InputError("delta", repr(delta), "an angle in (0, π/2]")
    return arb(float(delta))
