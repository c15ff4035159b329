"""One training problem in scaled units: its judged evaluations, in compiled code, and its claim.

Lengths are in units where the largest neuron is near 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import row_dot
from lcnn_verify.numerics.compiled import compiled, inlined, unnoticed
from lcnn_verify.numerics.flow import Point
from lcnn_verify.numerics.trajectory import StopReason, Trajectory
from lcnn_verify.packs.zgj import population
from lcnn_verify.packs.zgj.model import TIED_ABS, Model
from lcnn_verify.packs.zgj.population import batches, loss, pairs, planar
from lcnn_verify.packs.zgj.population.family import Family
from lcnn_verify.packs.zgj.population.scaling import (
    GRADIENT_UNITS,
    LOSS_UNITS,
    ROUNDING,
    UNDERFLOW,
    scaled_family,
)
from lcnn_verify.packs.zgj.threshold import kappa, loss_threshold

SMALLEST_SIZE = 1e-290  # of a neuron, for the tolerances of a flow
_VANISHING = 2.0**-800  # a square below this may have lost digits to underflow
_LIFT = 2.0**600


class Route(IntEnum):
    """Which of the population's algorithms evaluates the loss and the gradient."""

    PAIRS = 0
    PLANAR = 1
    SHARED = 2  # pairs, by more than one thread


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
    students, ``lengths`` (m,), ``slope`` (m, d), which ends as the gradient, and what the routes
    work in: the ``plane`` keeps the order of its lines from step to step.
    """

    family: Family
    lengths: FloatArray
    slope: FloatArray
    room: pairs.Workspace
    plane: planar.Workspace
    route: int
    target: float
    ceiling: float


@inlined
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
        masses[i] = lengths[i] if family.power == 1 else lengths[i] * lengths[i]


@compiled
def frobenius(rows: FloatArray) -> float:
    """‖rows‖_F of an (m, d) array; by slow hypot where squares would underflow or overflow."""
    square = 0.0
    for i in range(rows.shape[0]):
        part = 0.0  # by rows, so that no sum waits for all before
        for j in range(rows.shape[1]):
            part += rows[i, j] * rows[i, j]
        square += part
    if _VANISHING <= square < math.inf:
        return math.sqrt(square)
    norm = 0.0
    for i in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            norm = math.hypot(norm, rows[i, j])
    return norm


@inlined
def judge(
    loss: float, norm: float, floor: float, still: bool, target: float, ceiling: float
) -> int:
    """The status of a point; ``still``: every row of its gradient is inside its floor."""
    status = Status.RUNNING.value
    if not (math.isfinite(loss) and math.isfinite(norm)):
        status = Status.NON_FINITE.value
    elif loss <= max(target, floor):
        # A target below the floor is never seen to be reached.
        status = Status.TARGET.value if target >= floor else Status.FLOOR.value
    elif still:
        status = Status.STATIONARY.value
    elif loss > ceiling:
        status = Status.GROWN.value
    return status


@inlined
def evaluate(
    weights: FloatArray, space: Workspace, shared_loss: float
) -> tuple[int, float, float, float]:
    """Return (status, loss, ‖gradient‖_F, loss floor) at scaled ``weights``; see Workspace.slope.

    On the shared route the caller has measured, put the pull in ``slope`` and passes the loss. The
    status is a plain int: to hand out an enum Numba would run Python code, in the middle of which
    Ctrl-C turns into a SystemError.
    """
    family = space.family
    m, d = weights.shape
    if space.route != Route.SHARED:
        measure(weights, family, space.lengths)
    total = family.masses.sum()
    if not math.isfinite(total):
        space.slope[:] = math.nan
        return Status.NON_FINITE.value, math.nan, math.nan, 0.0
    loss = shared_loss
    if space.route == Route.PLANAR:
        loss = planar.loss_and_pull_into(family, space.plane, space.slope)
    elif space.route == Route.PAIRS:
        loss = pairs.loss_and_pull_into(family, space.room, space.slope)
    slope, lengths = space.slope, space.lengths  # looked up in a loop, they would cost the most
    still, tied = True, family.power == 2
    for i in range(m):
        if still:
            still = math.sqrt(row_dot(slope, slope, i)) <= GRADIENT_UNITS * ROUNDING * total
        if tied:
            length = lengths[i]
            for j in range(d):
                slope[i, j] *= length
    norm = frobenius(slope)
    floor = LOSS_UNITS * ROUNDING * total * total
    return judge(loss, norm, floor, still, space.target, space.ceiling), loss, norm, floor


# From how many neurons the plane's own route is faster in a run of descent, where the order of the
# lines is kept from step to step (measured).
_PLANAR_FROM = 20
GROWTH_LIMIT = 1e6
"""A run has diverged once its loss exceeds this many times (Σ mass)² of the start."""


@dataclass(frozen=True, slots=True, eq=False)
class ScaledProblem:
    """Students, teachers and model with every length divided by 2**``scale``.

    L has 2p lengths, ∇L has 2p − 1, time has 2 − 2p, with p the model's mass power (THEORY §3.2):
    ``unscaled`` and ``times_from`` return to the caller's units, ``scaled_time`` leaves them.
    """

    weights: FloatArray
    space: Workspace
    scale: int

    @staticmethod
    def of(
        students: FloatArray, teachers: FloatArray, target_loss: float, model: Model
    ) -> ScaledProblem:
        """Scale trusted matrices (m, d), (r, d). Raises OverflowError if L overflows float64."""
        population.loss(students, teachers, model=model)
        scaled = scaled_family(students, teachers, model)
        family, scale = scaled.family, scaled.scale
        n, d = family.units.shape
        route = Route.SHARED if pairs.is_shared(n) else Route.PAIRS
        if d == 2 and n >= _PLANAR_FROM:
            route = Route.PLANAR
        space = Workspace(
            family=family,
            lengths=np.zeros(len(students)),
            slope=np.zeros(students.shape),
            room=pairs.Workspace(*pairs.room(n, d)),
            plane=planar.Workspace.of(n if route is Route.PLANAR else 1),
            route=int(route),
            target=float(_times_power(target_loss, -2 * family.power * scale)),
            ceiling=GROWTH_LIMIT * float(family.masses.sum()) ** 2,
        )
        return ScaledProblem(_times_power(students, -scale), space, scale)

    @property
    def work(self) -> int:
        """Roughly what one evaluation costs, in nanoseconds."""
        n, d = map(int, self.space.family.units.shape)
        return 150 * n if self.space.route == Route.PLANAR else batches.work(n, d)

    def prepare(self, weights: FloatArray) -> float:
        """Do what compiled code cannot, threads; the loss to pass to ``evaluate``."""
        space = self.space
        if space.route != Route.SHARED:
            return 0.0
        measure(weights, space.family, space.lengths)
        with unnoticed():
            value, space.slope[:] = pairs.loss_and_pull(space.family)
        return value

    def evaluate(self, weights: FloatArray) -> Point:
        """:func:`evaluate` by any route."""
        status, loss, norm, floor = evaluate(weights, self.space, self.prepare(weights))
        return Point(loss, norm, floor, self.space.slope, REASONS[status])

    def unscaled(self, run: Trajectory) -> Trajectory:
        """A run in scaled units, its times apart, in the caller's."""
        area = 2 * self.space.family.power * self.scale
        return replace(
            run,
            losses=_times_power(run.losses, area),
            gradient_norms=_times_power(run.gradient_norms, area - self.scale),
            weights=_times_power(run.weights, self.scale),
            largest_increase=float(_times_power(run.largest_increase, area)),
            loss_floor=float(_times_power(run.loss_floor, area)) + UNDERFLOW,
        )

    def scaled_time(self, time: float) -> float:
        """The caller's step or duration in scaled units."""
        return float(_times_power(time, 2 * (self.space.family.power - 1) * self.scale))

    def times_from(self, scaled: FloatArray) -> FloatArray:
        """Scaled times in the caller's units."""
        return _times_power(scaled, -2 * (self.space.family.power - 1) * self.scale)


def _times_power(values: NDArray[np.float64] | float, exponent: int) -> FloatArray:
    """``values`` · 2**``exponent``; 0 or ∞ where that leaves float64's range."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.ldexp(values, exponent))


STEP = 0.1
"""Step of gradient descent in units of 1/‖V‖_F², of which the claims speak."""


def rate_bound(
    W: FloatArray, V: FloatArray, model: Model, step: float, times: FloatArray
) -> tuple[str, FloatArray] | None:
    """1/(1/L₀ + f·κ²·t) at each time, with its formula; f is 1 for the flow, ½ for descent.

    ``step`` is descent's, 0 for the flow. None where nothing is claimed: for another model, fewer
    students than teachers, L₀ above ε₀(V) or 0, teachers without an ε₀, a step above 0.1/‖V‖_F².
    """
    if model != TIED_ABS or len(W) < len(V):
        return None
    try:
        level, slope, start = loss_threshold(V), kappa(V), loss(W, V)
    except (InputError, OverflowError):
        return None
    allowed = STEP * slope**2 * (1.0 + 1e-12)
    if not 0.0 < start <= level or step > allowed:
        return None
    half, factor = ("½", 0.5) if step else ("", 1.0)
    name = f"the claimed bound 1/(1/L₀ + {half}κ²t)"
    return name, 1.0 / (1.0 / start + factor * slope**2 * np.asarray(times))
