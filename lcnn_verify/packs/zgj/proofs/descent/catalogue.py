"""Named starts of gradient descent: the loss each ends at, and where m = r that it converges.

Convergence: once the ball around the last iterate lies in a ball B about a zero-loss point W*, with
‖I − ηH‖₂ ≤ q < 1 over the box around B, every later step shrinks the distance to W* by q, for
∇L(W*) = 0; so L → 0. That takes a nondegenerate W*: m = r, each student on its teacher.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from flint import arb

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.balls import norm, working_precision
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.proofs.catalogue import PRECISION, Catalogue
from lcnn_verify.packs.zgj.proofs.descent.prove import Tube, contraction, enclose

_ROOM = 1.25  # by which a level or a reach exceeds what was found: checkers' balls are wider
_TWO_DIGITS = Context(prec=2, rounding=ROUND_CEILING)


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Gradient descent with exactly the float ``step`` from all W within ``radius`` of ``W``.

    ``limit`` is a zero-loss W* (m, d) to converge to.
    """

    title: str
    V: FloatArray
    W: FloatArray
    step: float
    steps: int
    radius: float = 0.0
    limit: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """A proved start: L(W_T) ≤ ``level``, by the ``tube``.

    Convergence to ``start.limit`` was proved within ``reach`` of it, where there is one.
    """

    name: str
    start: Start
    tube: Tube
    reach: float | None = None

    @property
    def title(self) -> str:
        """Which networks it is about."""
        return self.start.title

    @property
    def level(self) -> float:
        """The largest loss of the tube, with room for a checker's, rounded up to two digits."""
        largest = _ROOM * float(self.tube.loss.upper())
        return float(_TWO_DIGITS.create_decimal_from_float(largest))

    def to_json(self) -> dict[str, Any]:
        """All that a checker needs to prove it once more."""
        start = self.start
        return {
            "name": self.name,
            "teachers": start.V.tolist(),
            "students": start.W.tolist(),
            "radius": start.radius,
            "step": start.step,
            "steps": start.steps,
            "level": self.level,
            "limit": None if start.limit is None else start.limit.tolist(),
            "reach": self.reach,
        }


_PLANE, _SPACE = np.eye(2), np.eye(3)
_SQUARE = np.array([[0.95, 0.2], [-0.1, 1.05]])

STARTS: Mapping[str, Start] = MappingProxyType(
    {
        "square": Start(
            "m = r = 2, orthonormal teachers",
            _PLANE,
            _SQUARE,
            0.05,
            300,
            limit=_PLANE,
        ),
        "square-ball": Start(
            "m = r = 2, all starts within 0.001",
            _PLANE,
            _SQUARE,
            0.05,
            300,
            radius=1e-3,
            limit=_PLANE,
        ),
        "cube": Start(
            "m = r = 3, orthonormal teachers",
            _SPACE,
            np.array([[0.95, 0.1, 0.05], [-0.1, 1.05, 0.05], [0.05, -0.05, 0.95]]),
            2.0**-5,
            520,
            limit=_SPACE,
        ),
        "doubled": Start(
            "r = 1, m = 2: two students about one teacher",
            np.eye(1, 2),
            np.array([[0.8, 0.3], [0.5, -0.4]]),
            0.1,
            300,
        ),
        "wide": Start(
            "r = 2, m = 3: one teacher shared by two students",
            _PLANE,
            np.array([[0.8, 0.1], [0.6, -0.1], [0.0, 0.97]]),
            0.05,
            645,
        ),
        "past-the-saddle": Start(
            "m = r = 2 from beside the rotated pair, at L > ε₀",
            _PLANE,
            np.array([[0.7, 0.72], [0.7, -0.68]]),
            0.05,
            750,
            limit=np.array([[0.0, 1.0], [1.0, 0.0]]),
        ),
    }
)


def prove(name: str, start: Start) -> Descent:
    """Prove the loss that gradient descent from ``start`` ends at, and its limit if it names one.

    Raises :class:`NotProved` when the enclosure is lost or the last ball is not drawn to the limit.
    """
    tube = enclose(start.W, start.V, step=start.step, steps=start.steps, radius=start.radius)
    if tube.lost:
        raise NotProved(f"{name}: the enclosure is lost after {tube.steps} steps")
    if start.limit is None:
        return Descent(name, start, tube)
    _demand_zero_loss(name, start.limit, start.V)
    with working_precision(PRECISION):
        goal = [arb(entry) for entry in start.limit.ravel().tolist()]
        flat = [entry for row in tube.box for entry in row]
        gap = norm(entry - end for entry, end in zip(flat, goal, strict=True))
        reach = _ROOM * float(gap.upper())
        factor = contraction(start.limit, start.V, start.step, reach)
        if not factor < 1:
            got = f"{number(reach, 3)} from the limit, where ‖I − ηH‖ ≤ {factor.str(5)} only"
            raise NotProved(f"{name}: the last ball is {got}")
        return Descent(name, start, tube, reach)


def _demand_zero_loss(name: str, limit: FloatArray, V: FloatArray) -> None:
    """Check that L(limit) = 0 exactly: the rows of V, in some order and with some signs."""
    lines = [{tuple(row), tuple(-x for x in row)} for row in V.tolist()]
    for row in limit.tolist():
        match = next((line for line in lines if tuple(row) in line), None)
        if match is None:
            raise NotProved(
                f"{name}: the limit is not the teachers: {row} is none, or one too many"
            )
        lines.remove(match)
    if lines:
        raise NotProved(f"{name}: the limit leaves out the teacher {min(lines[0])}")


def in_boxes(start: Start) -> str:
    """What becomes of the same enclosure in plain boxes: its last width, or where it is lost.

    The wrapping effect: a box turns with the flow and has to be boxed again at every step.
    """
    tube = enclose(
        start.W,
        start.V,
        step=start.step,
        steps=start.steps,
        radius=start.radius,
        method="natural box",
    )
    return f"lost at {tube.steps}" if tube.lost else number(tube.width, 1)


def _prove(name: str) -> Descent:
    return prove(name, STARTS[name])


DESCENTS: Catalogue[Descent] = Catalogue(
    "zgj.trajectories", "descents", {name: partial(_prove, name) for name in STARTS}
)
"""The proofs of the named starts."""
