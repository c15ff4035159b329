"""Validated gradient descent: every iterate of every start in a ball, enclosed.

The step W ↦ W − η∇L(W) has the derivative I − ηH, which is symmetric. So a Euclidean ball of radius
ρ about c goes into the ball of radius ‖I − ηH‖₂·ρ about the step from c, the norm over the box
around the ball (mean-value form): where the loss is convex and ηH ≤ 2, balls do not grow at all.
Boxes do, in all other coordinates than the eigenvectors': the wrapping effect. Both are here, so
that the difference can be measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from flint import arb, arb_mat

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.balls import EnclosureError, norm, widened, working_precision
from lcnn_verify.numerics.inertia import spectral_norm
from lcnn_verify.numerics.krawczyk import Vector
from lcnn_verify.packs.zgj import enclosure
from lcnn_verify.packs.zgj.enclosure.boxes import as_balls, may_vanish
from lcnn_verify.packs.zgj.enclosure.forms import gradient_over, hessian_over
from lcnn_verify.packs.zgj.model import TIED_ABS, as_pair
from lcnn_verify.packs.zgj.proofs.catalogue import PRECISION

Method: TypeAlias = Literal["ball", "mean-value box", "natural box"]
METHODS: tuple[Method, ...] = ("ball", "mean-value box", "natural box")
_HOPELESS = 1.0  # times ‖V‖: an enclosure of this width says nothing


@dataclass(frozen=True, slots=True, eq=False)
class Tube:
    """An enclosure of all iterates W_T of starts in a ball (m·d coordinates, row by row).

    Every W_T lies in ``box``; for the ball method within ``radius`` (Euclidean) of its middle.
    ``loss`` encloses L over it; ``width`` is the largest diameter of a coordinate. ``steps`` is T,
    or the step before the enclosure was lost: then ``lost`` is true.
    """

    steps: int
    box: list[Vector]
    radius: arb
    loss: arb
    width: float
    lost: bool


@dataclass(frozen=True, slots=True)
class _Problem:
    teachers: list[Vector]
    shape: tuple[int, int]
    step: arb

    def rows(self, flat: Sequence[arb]) -> list[Vector]:
        d = self.shape[1]
        return [list(flat[start : start + d]) for start in range(0, len(flat), d)]

    def gradient(self, flat: Sequence[arb]) -> Vector:
        rows = gradient_over(self.rows(flat), self.teachers, TIED_ABS)
        return [entry for row in rows for entry in row]

    def jacobian(self, flat: Sequence[arb]) -> arb_mat:
        """I − ηH over a box."""
        rows = self.rows(flat)
        if any(may_vanish(row) for row in rows):
            raise EnclosureError("a student may vanish, where there is no Hessian")
        matrix = hessian_over(rows, self.teachers, TIED_ABS)
        return arb_mat(
            [
                [int(i == j) - self.step * entry for j, entry in enumerate(line)]
                for i, line in enumerate(matrix)
            ]
        )

    def stepped(self, flat: Sequence[arb]) -> Vector:
        return [x - self.step * slope for x, slope in zip(flat, self.gradient(flat), strict=True)]


_State: TypeAlias = tuple[Vector, arb]
"""The middle and the radius of a ball; or a box, and 0."""


def enclose(
    W: FloatArray,
    V: FloatArray,
    *,
    step: float,
    steps: int,
    radius: float = 0.0,
    precision: int = PRECISION,
    method: Method = "ball",
) -> Tube:
    """Enclose W_T, T = ``steps``, of gradient descent with exactly the float ``step``.

    Starts are all of R^{m·d} within ``radius`` (Euclidean) of the exact floats W (m, d), or the box
    of that half-width for the box methods. An enclosure wider than ‖V‖ is given up as lost.
    Raises :class:`InputError` on bad input.
    """
    students, teachers = as_pair(W, V)
    if method not in METHODS:
        raise InputError("method", repr(method), f"one of {', '.join(METHODS)}")
    with working_precision(precision):
        problem = _Problem(as_balls("V", teachers), students.shape, arb(step))
        start = [arb(entry) for entry in students.ravel().tolist()]
        reach = arb(radius)
        if method != "ball":
            start, reach = [widened(entry, reach) for entry in start], arb(0)
        state: _State = (start, reach)
        advance = _ADVANCE[method]
        largest = _HOPELESS * float(np.linalg.norm(teachers))
        done, lost = 0, False
        while done < steps and not lost:
            try:
                following = advance(problem, state)
                lost = not _width(following) < largest
            except EnclosureError:
                lost = True
            if not lost:
                state, done = following, done + 1
        box = problem.rows(_hull(state))
        loss = enclosure.loss(box, problem.teachers, precision=precision)
        return Tube(done, box, state[1], loss, _width(state), lost)


def _ball_step(problem: _Problem, state: _State) -> _State:
    middle, radius = state
    moved = problem.stepped(middle)
    center = [entry.mid() for entry in moved]
    rounding = norm(entry - x for entry, x in zip(moved, center, strict=True))
    if radius.is_zero():
        return center, rounding.upper()
    growth = spectral_norm(problem.jacobian(_hull(state)))
    return center, (growth * radius + rounding).upper()


def _mean_value_step(problem: _Problem, state: _State) -> _State:
    box = state[0]
    middle = [entry.mid() for entry in box]
    offsets = arb_mat(len(box), 1, [entry - x for entry, x in zip(box, middle, strict=True)])
    spread = (problem.jacobian(box) * offsets).entries()
    return [x + y for x, y in zip(problem.stepped(middle), spread, strict=True)], arb(0)


def _natural_step(problem: _Problem, state: _State) -> _State:
    return problem.stepped(state[0]), arb(0)


_ADVANCE: dict[Method, Callable[[_Problem, _State], _State]] = {
    "ball": _ball_step,
    "mean-value box": _mean_value_step,
    "natural box": _natural_step,
}


def contraction(limit: FloatArray, V: FloatArray, step: float, reach: float) -> arb:
    """A bound on ‖I − ηH‖₂ within ``reach`` of ``limit`` (m, d), at the precision in force.

    Infinite where a student may vanish.
    """
    goal, teachers = as_pair(limit, V)
    problem = _Problem(as_balls("V", teachers), goal.shape, arb(step))
    box = [widened(arb(entry), arb(reach)) for entry in goal.ravel().tolist()]
    try:
        return spectral_norm(problem.jacobian(box))
    except EnclosureError:
        return arb.pos_inf()


def _hull(state: _State) -> Vector:
    middle, radius = state
    return middle if radius.is_zero() else [widened(entry, radius) for entry in middle]


def _width(state: _State) -> float:
    return max(float((2 * entry.rad()).upper()) for entry in _hull(state))
