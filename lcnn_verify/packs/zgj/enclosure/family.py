"""Students and teachers as one signed family of balls (THEORY §2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb, arb_mat

from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj.enclosure.boxes import Row, is_zero, may_vanish, unit
from lcnn_verify.packs.zgj.enclosure.kernel import (
    angle,
    kernel,
    kernel_at_angle,
    slope,
    slope_at_angle,
)
from lcnn_verify.packs.zgj.model import Model


@dataclass(frozen=True, slots=True)
class BallFamily:
    """The rows of W and V, students first, and what the closed forms need of them.

    With n = m + r rows: ``norms`` ‖a‖, ``units`` â (zeros for a zero neuron, [-1, 1] in each
    coordinate for a box that may hold it), ``charges`` c_a·‖a‖^p, and ``cosines`` û_a·û_b. Where
    ``angles`` between them are known (a > b), the kernel is evaluated there, else at the cosines.
    """

    rows: list[Row]
    norms: list[arb]
    units: list[Row]
    charges: list[arb]
    cosines: list[list[arb]]
    angles: list[list[arb]] | None
    students: int
    model: Model

    def present(self) -> list[int]:
        """The rows that are not exactly the zero neuron."""
        return [index for index, row in enumerate(self.rows) if not is_zero(row)]

    def kernel(self, a: int, b: int) -> arb:
        """K between the units of two rows."""
        if a == b:
            return arb(sum(self.model.kernel_weights))
        if self.angles is None:
            return kernel(self.cosines[a][b], self.model)
        return kernel_at_angle(self.angles[max(a, b)][min(a, b)], self.model)

    def slope(self, a: int, b: int) -> arb:
        """K' between the units of two different rows."""
        if self.angles is None:
            return slope(self.cosines[a][b], self.model)
        return slope_at_angle(self.angles[max(a, b)][min(a, b)], self.model)

    def turn(self, a: int, b: int) -> Row:
        """The part t = b̂ − ρ·â of b̂ across â; it vanishes where K' is least known."""
        rho = self.cosines[a][b]
        return [y - rho * x for x, y in zip(self.units[a], self.units[b], strict=True)]


def ball_family(
    W: Sequence[Row], V: Sequence[Row], model: Model, *, by_angle: bool = False
) -> BallFamily:
    """The signed family at the precision in force.

    ``by_angle`` is for boxes, which need the angle forms, and for Hessians: they meet K' where
    nothing vanishes beside it, and rounding in ρ would cost half its digits near a duplicate.
    """
    rows = [*W, *V]
    norms = [balls.norm(row) for row in rows]
    units = [unit(row) for row in rows]
    masses = [
        size if model.mass_power == 1 else balls.norm_squared(row)
        for size, row in zip(norms, rows, strict=True)
    ]
    charges = [mass if index < len(W) else -mass for index, mass in enumerate(masses)]
    matrix = arb_mat(units)
    cosines = (matrix * matrix.transpose()).tolist()
    angles: list[list[arb]] | None = None
    if by_angle:
        angles = [[_angle(rows, units, a, b) for b in range(a)] for a in range(len(rows))]
        for a, beside in enumerate(angles):
            for b, theta in enumerate(beside):
                cosines[a][b] = cosines[b][a] = balls.both(cosines[a][b], balls.cos(theta))
    return BallFamily(rows, norms, units, charges, cosines, angles, len(W), model)


def _angle(rows: list[Row], units: list[Row], a: int, b: int) -> arb:
    if may_vanish(rows[a]) or may_vanish(rows[b]):
        return balls.hull(arb(0), arb.pi())
    return angle(units[a], units[b])
