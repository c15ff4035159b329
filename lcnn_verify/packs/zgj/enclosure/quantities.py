"""The population loss and its derivatives, and what claims know of a teacher, enclosed."""

from __future__ import annotations

import numbers
from functools import reduce
from itertools import chain
from typing import Unpack

from flint import arb, arb_mat

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.numerics.refine import Sharpness, refined
from lcnn_verify.packs.zgj.enclosure.boxes import (
    Row,
    Weights,
    as_ball_pair,
    as_balls,
    holds_floats,
    is_zero,
    may_vanish,
    unit,
)
from lcnn_verify.packs.zgj.enclosure.forms import gradient_over, hessian_over, loss_over
from lcnn_verify.packs.zgj.enclosure.kernel import acute, angle, cubic
from lcnn_verify.packs.zgj.model import TIED_ABS, ModelLike, as_model, as_weights
from lcnn_verify.packs.zgj.oracle.teacher import (
    coincident,
    exact_tangent,
    integer_rows,
    reject_zero_rows,
)


def loss(
    W: Weights, V: Weights, *, model: ModelLike = TIED_ABS, **sharpness: Unpack[Sharpness]
) -> arb:
    """The population loss ½E[(f_W − f*)²] as a ball, in units of mass² (THEORY §2).

    W (m, d) and V (r, d) are exact floats, a :class:`Box`, or balls; the result holds the loss of
    every matrix in them. ``precision`` is in bits, 128 unless given. With ``width`` (a diameter) or
    ``relative_width`` (in units of the least the loss can be), whichever allows more, precision is
    raised until the ball is that narrow. Raises :class:`InputError` on bad input and
    :class:`EnclosureError` when that cannot be had: the box is too wide, say.
    """
    known = as_model(model)
    return refined("L(W)", lambda: [loss_over(*as_ball_pair(W, V), known)], **sharpness)[0]


def gradient(
    W: Weights, V: Weights, *, model: ModelLike = TIED_ABS, **sharpness: Unpack[Sharpness]
) -> arb_mat:
    """∇_W L as an (m, d) matrix of balls, in units of mass²/length; otherwise as :func:`loss`.

    The row of a zero student is 0: exactly so if tied, by convention if unit. Over a box that holds
    a zero student it holds the gradients at all others. Widths are of the widest entry, and
    ``relative_width`` is in units of the largest.
    """
    model = as_model(model)

    def compute() -> list[arb]:
        return [entry for row in gradient_over(*as_ball_pair(W, V), model) for entry in row]

    flat = refined("∇L(W)", compute, **sharpness)
    rows = len(as_balls("W", W))
    return arb_mat(rows, len(flat) // rows, flat)


def gradient_norm(
    W: Weights, V: Weights, *, model: ModelLike = TIED_ABS, **sharpness: Unpack[Sharpness]
) -> arb:
    """‖∇_W L‖_F as a ball; otherwise as :func:`loss`, and at zero students as :func:`gradient`."""
    model = as_model(model)

    def compute() -> list[arb]:
        rows = gradient_over(*as_ball_pair(W, V), model)
        return [balls.norm(entry for row in rows for entry in row)]

    return refined("‖∇L(W)‖", compute, **sharpness)[0]


def hessian(
    W: Weights, V: Weights, *, model: ModelLike = TIED_ABS, **sharpness: Unpack[Sharpness]
) -> arb_mat:
    """∇²_W L as a symmetric (m·d, m·d) matrix of balls in row-major order of W.

    Widths as in :func:`gradient`. Raises as :func:`loss` does, :class:`InputError` naming the row
    of a zero student, and :class:`EnclosureError` where a student's box holds 0.
    """
    model = as_model(model)

    def compute() -> list[arb]:
        students, teachers = as_ball_pair(W, V)
        _demand_nonzero(students)
        return [entry for row in hessian_over(students, teachers, model) for entry in row]

    flat = refined("∇²L(W)", compute, **sharpness)
    size = round(len(flat) ** 0.5)
    return arb_mat(size, size, flat)


def _demand_nonzero(students: list[Row]) -> None:
    for index, row in enumerate(students):
        if is_zero(row):
            raise InputError("W", f"a zero student at row {index}", "nonzero rows for a Hessian")
        if may_vanish(row):
            raise EnclosureError(
                f"∇²L(W): the box of row {index} holds the zero student, where there is no Hessian"
            )


def separation(V: Weights, **sharpness: Unpack[Sharpness]) -> arb:
    """Δ, the least acute angle (radians) between two teacher lines of V (r, d); π/2 if r = 1.

    Exact floats are compared in integers, so that no digit is lost however small Δ, and coincident
    lines give exactly 0. Widths and exceptions as for ``enclosure.loss``; raises
    :class:`InputError` naming the row of a zero teacher (THEORY §1).
    """
    return refined("Δ(V)", lambda: [_separation(V)], **sharpness)[0]


def merged_level(delta: float | arb, **sharpness: Unpack[Sharpness]) -> arb:
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
    return refined("M(Δ)", lambda: [level(exact)], **sharpness)[0]


def loss_threshold(V: Weights, **sharpness: Unpack[Sharpness]) -> arb:
    """ε₀(V) = v_min⁴·M(Δ)/(8r) of THEORY §4 (tied |·|), in units of length⁴.

    Widths and exceptions as for ``enclosure.loss``; raises :class:`InputError` naming a zero row
    or, of exact teachers, two coincident ones.
    """

    def compute() -> list[arb]:
        rows = _teachers(V)
        delta = _separation(V)
        if delta.is_zero():
            raise coincident("V", _parallel_pair(V))
        smallest = reduce(arb.min, [balls.norm_squared(row) for row in rows])
        return [balls.square(smallest) * level(delta) / (8 * len(rows))]

    return refined("ε₀(V)", compute, **sharpness)[0]


def kappa(V: Weights, **sharpness: Unpack[Sharpness]) -> arb:
    """κ(V) = 1/‖V‖_F of THEORY §4, in 1/length.

    Widths and exceptions as for ``enclosure.loss``; raises :class:`InputError` naming the row of a
    zero teacher.
    """
    return refined("κ(V)", lambda: [1 / balls.norm(chain(*_teachers(V)))], **sharpness)[0]


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
    return reduce(arb.min, [*angles, quarter])


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


def _as_angle(delta: float) -> arb:
    if isinstance(delta, bool) or not isinstance(delta, numbers.Real):
        raise InputError("delta", repr(delta), "an angle in (0, π/2]")
    return arb(float(delta))
