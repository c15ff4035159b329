"""One judged evaluation of the loss and its gradient, in compiled code and scaled units."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import row_dot
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.numerics.trajectory import StopReason
from lcnn_verify.packs.zgj.population.family import Family, IntArray
from lcnn_verify.packs.zgj.population.floor import GRADIENT_UNITS, LOSS_UNITS, ROUNDING
from lcnn_verify.packs.zgj.population.planar import planar_loss_and_pull
from lcnn_verify.packs.zgj.population.small import loss_and_pull_into

_VANISHING = 2.0**-800  # a square below this may have lost digits to underflow
_LIFT = 2.0**600


class Route(IntEnum):
    """Which of the population's algorithms evaluates the loss and the gradient."""

    SMALL = 0
    PLANAR = 1
    TILED = 2


class Status(IntEnum):
    """What compiled code, which knows no strings, says about a point."""

    RUNNING = 0
    TARGET = 1
    FLOOR = 2
    STATIONARY = 3
    GROWN = 4
    NON_FINITE = 5
    BUDGET = 6


REASONS: dict[int, StopReason | None] = {
    Status.RUNNING: None,
    Status.TARGET: StopReason.TARGET,
    Status.FLOOR: StopReason.FLOOR,
    Status.STATIONARY: StopReason.STATIONARY,
    Status.GROWN: StopReason.DIVERGED,
    Status.NON_FINITE: StopReason.DIVERGED,
    Status.BUDGET: StopReason.BUDGET,
}
"""The sentence for people; None where the run goes on."""


class Workspace(NamedTuple):
    """What compiled code needs besides the weights; n = m + r.

    Constants: most of the ``family``, the route, the scaled target loss and the loss beyond which a
    run counts as diverged. Overwritten at each evaluation: the family's units and masses of
    students, ``lengths`` (m,), ``slope`` (m, d), which ends as the gradient, ``order`` (n,) of the
    lines in the plane, and scratch.
    """

    family: Family
    lengths: FloatArray
    slope: FloatArray
    scratch: FloatArray
    order: IntArray
    route: int
    target: float
    ceiling: float


@compiled
def measure(weights: FloatArray, family: Family, lengths: FloatArray) -> None:
    """Write the students' lengths, unit rows and masses."""
    units, masses = family.units, family.masses
    for i in range(weights.shape[0]):
        lift = 1.0
        square = row_dot(weights, weights, i)
        if square < _VANISHING:
            lift = _LIFT
            for j in range(weights.shape[1]):
                units[i, j] = lift * weights[i, j]
            square = row_dot(units, units, i)
        length = math.sqrt(square)
        for j in range(weights.shape[1]):
            units[i, j] = lift * weights[i, j] / length if length > 0.0 else 0.0
        lengths[i] = length / lift
        masses[i] = lengths[i] ** family.power


@compiled
def frobenius(rows: FloatArray) -> float:
    """‖rows‖_F of an (m, d) array; by slow hypot where squares would underflow or overflow."""
    square = 0.0
    for i in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            square += rows[i, j] * rows[i, j]
    if _VANISHING <= square < math.inf:
        return math.sqrt(square)
    norm = 0.0
    for i in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            norm = math.hypot(norm, rows[i, j])
    return norm


@compiled
def evaluate(
    weights: FloatArray, space: Workspace, tiled_loss: float
) -> tuple[int, float, float, float]:
    """Return (status, loss, ‖gradient‖_F, loss floor) at scaled ``weights``; see Workspace.slope.

    On the tiled route the caller has measured, put the pull in ``slope`` and passes the loss. The
    status is a plain int: to hand out an enum Numba would run Python code, in the middle of which
    Ctrl-C turns into a SystemError.
    """
    family = space.family
    m, d = weights.shape
    if space.route != Route.TILED:
        measure(weights, family, space.lengths)
    total = family.masses.sum()
    if not math.isfinite(total):
        space.slope[:] = math.nan
        return Status.NON_FINITE.value, math.nan, math.nan, 0.0
    loss = tiled_loss
    if space.route == Route.PLANAR:
        loss, pull = planar_loss_and_pull(family, space.order)
        space.slope[:] = pull
    elif space.route == Route.SMALL:
        loss = loss_and_pull_into(family, space.scratch, space.slope)
    slope, lengths = space.slope, space.lengths  # looked up in a loop, they would cost the most
    still = True
    for i in range(m):
        pull_norm = math.sqrt(row_dot(slope, slope, i))
        still = still and pull_norm <= GRADIENT_UNITS * ROUNDING * total
        if family.power == 2:
            for j in range(d):
                slope[i, j] *= lengths[i]
    norm = frobenius(slope)
    floor = LOSS_UNITS * ROUNDING * total * total
    status = Status.RUNNING.value
    if not (math.isfinite(loss) and math.isfinite(norm)):
        status = Status.NON_FINITE.value
    elif loss <= max(space.target, floor):
        # A target below the floor is never seen to be reached.
        status = Status.TARGET.value if space.target >= floor else Status.FLOOR.value
    elif still:
        status = Status.STATIONARY.value
    elif loss > space.ceiling:
        status = Status.GROWN.value
    return status, loss, norm, floor
