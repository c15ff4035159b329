"""The population loss and its derivatives, enclosed."""

from __future__ import annotations

from flint import arb, arb_mat

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.numerics.refine import refined
from lcnn_verify.packs.zgj.enclosure.boxes import (
    Row,
    Weights,
    as_ball_pair,
    as_balls,
    is_zero,
    may_vanish,
)
from lcnn_verify.packs.zgj.enclosure.forms import gradient_over, hessian_over, loss_over
from lcnn_verify.packs.zgj.model import TIED_ABS, ModelLike, as_model


def loss(
    W: Weights,
    V: Weights,
    *,
    precision: int = 128,
    model: ModelLike = TIED_ABS,
    width: float | None = None,
    relative_width: float | None = None,
) -> arb:
    """The population loss ½E[(f_W − f*)²] as a ball, in units of mass² (THEORY §2).

    W (m, d) and V (r, d) are exact floats, a :class:`Box`, or balls; the result holds the loss of
    every matrix in them. ``precision`` is in bits. With ``width`` (a diameter) or
    ``relative_width`` (in units of the least the loss can be), whichever allows more, precision is
    raised until the ball is that narrow. Raises :class:`InputError` on bad input and
    :class:`EnclosureError` when that cannot be had: the box is too wide, say.
    """
    model = as_model(model)

    def compute() -> list[arb]:
        return [loss_over(*as_ball_pair(W, V), model)]

    return refined("L(W)", compute, precision, width, relative_width)[0]


def gradient(
    W: Weights,
    V: Weights,
    *,
    precision: int = 128,
    model: ModelLike = TIED_ABS,
    width: float | None = None,
    relative_width: float | None = None,
) -> arb_mat:
    """∇_W L as an (m, d) matrix of balls, in units of mass²/length; otherwise as :func:`loss`.

    The row of a zero student is 0: exactly so if tied, by convention if unit. Over a box that holds
    a zero student it holds the gradients at all others. Widths are of the widest entry, and
    ``relative_width`` is in units of the largest.
    """
    model = as_model(model)

    def compute() -> list[arb]:
        return [entry for row in gradient_over(*as_ball_pair(W, V), model) for entry in row]

    flat = refined("∇L(W)", compute, precision, width, relative_width)
    rows = len(as_balls("W", W))
    return arb_mat(rows, len(flat) // rows, flat)


def gradient_norm(
    W: Weights,
    V: Weights,
    *,
    precision: int = 128,
    model: ModelLike = TIED_ABS,
    width: float | None = None,
    relative_width: float | None = None,
) -> arb:
    """‖∇_W L‖_F as a ball; otherwise as :func:`loss`, and at zero students as :func:`gradient`."""
    model = as_model(model)

    def compute() -> list[arb]:
        rows = gradient_over(*as_ball_pair(W, V), model)
        return [balls.norm(entry for row in rows for entry in row)]

    return refined("‖∇L(W)‖", compute, precision, width, relative_width)[0]


def hessian(
    W: Weights,
    V: Weights,
    *,
    precision: int = 128,
    model: ModelLike = TIED_ABS,
    width: float | None = None,
    relative_width: float | None = None,
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

    flat = refined("∇²L(W)", compute, precision, width, relative_width)
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
