"""One training problem in units where the largest neuron is near 1."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.flow import Point
from lcnn_verify.numerics.trajectory import Trajectory
from lcnn_verify.packs.zgj import population
from lcnn_verify.packs.zgj.dynamics.evaluation import REASONS, Route, Workspace, evaluate, measure
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.population import dense
from lcnn_verify.packs.zgj.population.floor import UNDERFLOW
from lcnn_verify.packs.zgj.population.planar import line_order
from lcnn_verify.packs.zgj.population.scaling import scaled_family
from lcnn_verify.packs.zgj.population.small import work_shape

# Where one route overtakes the double loop, in neurons (measured in a run of descent: the order of
# the lines is kept from step to step, and leaving compiled code for the tiles costs 0.1 ms a step).
_PLANAR_FROM = 6
_TILED_FROM = 72
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
        route = Route.SMALL if n < _TILED_FROM else Route.TILED
        if d == 2 and n >= _PLANAR_FROM:
            route = Route.PLANAR
        space = Workspace(
            family=family,
            lengths=np.zeros(len(students)),
            slope=np.zeros(students.shape),
            scratch=np.empty(work_shape(n, d)),
            order=line_order(family.units) if route is Route.PLANAR else np.arange(n),
            route=int(route),
            target=float(_times_power(target_loss, -2 * family.power * scale)),
            ceiling=GROWTH_LIMIT * float(family.masses.sum()) ** 2,
        )
        return ScaledProblem(_times_power(students, -scale), space, scale)

    @property
    def work(self) -> int:
        """Roughly what one evaluation costs, in nanoseconds."""
        n, d = map(int, self.space.family.units.shape)
        return 150 * n if self.space.route == Route.PLANAR else n * n * (20 + d)

    def prepare(self, weights: FloatArray) -> float:
        """Do what compiled code cannot, the tiled route; the loss to pass to ``evaluate``."""
        space = self.space
        if space.route != Route.TILED:
            return 0.0
        measure(weights, space.family, space.lengths)
        with np.errstate(under="ignore"):
            value, space.slope[:] = dense.loss_and_pull(space.family)
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
