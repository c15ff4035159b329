"""Boxes: natural forms intersected with mean-value and Taylor forms about the midpoint.

Over a box of width h a natural form is too wide by O(h), a mean-value or Taylor form by O(h²).
The loss is C² wherever no neuron vanishes, coincident lines included (THEORY §2), and Lipschitz
everywhere, so that Lebourg's mean-value theorem covers neurons that may vanish.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj.enclosure.boxes import Row, is_point, may_vanish, middle
from lcnn_verify.packs.zgj.enclosure.closed_form import family_gradient, family_hessian, family_loss
from lcnn_verify.packs.zgj.enclosure.family import ball_family
from lcnn_verify.packs.zgj.model import Model


def loss_over(W: Sequence[Row], V: Sequence[Row], model: Model) -> arb:
    """The loss over a point or a box, at the precision in force."""
    if is_point([*W, *V]):
        return balls.clipped(family_loss(ball_family(W, V, model)), 0, None)
    box = ball_family(W, V, model, by_angle=True)
    center = ball_family(middle(W), middle(V), model)
    free = _free(box.rows)
    steps = [step for a in free for step in _steps(box.rows[a])]
    if any(may_vanish(box.rows[a]) for a in free):
        pulls = (pull for a in free for pull in family_gradient(box, range(a, a + 1))[0])
        correction = balls.dot(pulls, steps)
    else:
        pulls = (pull for a in free for pull in family_gradient(center, range(a, a + 1))[0])
        correction = balls.dot(pulls, steps) + _quadratic(family_hessian(box, free), steps) / 2
    value = balls.both(family_loss(box), family_loss(center) + correction)
    return balls.clipped(value, 0, None)


def gradient_over(W: Sequence[Row], V: Sequence[Row], model: Model) -> list[Row]:
    """∂L/∂W over a point or a box, at the precision in force."""
    students = range(len(W))
    if is_point([*W, *V]):
        return family_gradient(ball_family(W, V, model), students)
    box = ball_family(W, V, model, by_angle=True)
    natural = family_gradient(box, students)
    free = _free(box.rows)
    if any(may_vanish(box.rows[a]) for a in free):
        return natural
    center = family_gradient(ball_family(middle(W), middle(V), model), students)
    present = [a for a in students if a in box.present()]
    hessian = family_hessian(box, sorted({*present, *free}))
    order = {a: index for index, a in enumerate(sorted({*present, *free}))}
    d, steps = len(W[0]), {a: _steps(box.rows[a]) for a in free}
    rows = list(natural)
    for a in present:
        for j in range(d):
            line = hessian[order[a] * d + j]
            moved = sum(
                (balls.dot(line[order[b] * d : order[b] * d + d], steps[b]) for b in free), arb(0)
            )
            rows[a] = [
                *rows[a][:j],
                balls.both(rows[a][j], center[a][j] + moved),
                *rows[a][j + 1 :],
            ]
    return rows


def hessian_over(W: Sequence[Row], V: Sequence[Row], model: Model) -> list[list[arb]]:
    """∂²L/∂W² over a point or a box in which no student vanishes, at the precision in force."""
    return family_hessian(ball_family(W, V, model, by_angle=True), list(range(len(W))))


def _free(rows: Sequence[Row]) -> list[int]:
    """The rows that are not exact."""
    return [index for index, row in enumerate(rows) if not is_point([row])]


def _steps(row: Row) -> Row:
    """How far the row may be from its midpoint."""
    return [balls.widened(arb(0), entry.rad()) for entry in row]


def _quadratic(matrix: list[list[arb]], steps: Row) -> arb:
    """stepsᵀ·matrix·steps for a symmetric matrix."""
    total = arb(0)
    for j, line in enumerate(matrix):
        total += line[j] * balls.square(steps[j])
        total += 2 * steps[j] * balls.dot(line[:j], steps[:j])
    return total
