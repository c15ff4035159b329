"""Gradient descent of ½‖r‖²: short runs in float64 with a bound on their drift, and in balls.

The drift is how far the float64 point of a step may be from the exact one (THEORY §5).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np
from flint import arb

from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.inertia import eigenvalues
from lcnn_verify.numerics.kits import BALLS
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation, quantities
from lcnn_verify.packs.oymak_soltanolkotabi.evaluation import Evaluation
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem

_BITS_A_STEP = 6  # of precision that balls lose to wrapping


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Descent of a problem from its start: ``points`` (steps + 1, k, d), each within its drift."""

    problem: Problem
    step: float
    points: FloatArray
    drifts: FloatArray
    slope: float
    bend: float

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.points) - 1

    def residual(self, t: int) -> Quantity:
        """‖r_t‖ after ``t`` steps."""
        found = quantities.residual_norm(self.problem.at(self.points[t]))
        error = found.error + self.slope * float(self.drifts[t])
        return self._quantity(
            "‖r_t‖", found.value, error, lambda point: balls.norm(point.residual), t
        )

    def smallest(self, t: int) -> Quantity:
        """σ_min(J_t) after ``t`` steps."""
        found = quantities.smallest_singular(self.problem.at(self.points[t]))
        error = found.error + self.bend * float(self.drifts[t])

        def held(point: _Point) -> arb:
            least = reduce(arb.min, eigenvalues(point.gram))
            return balls.sqrt(least.max(arb(0)))

        return self._quantity("σ_min(J_t)", found.value, error, held, t)

    def displacement(self, t: int) -> Quantity:
        """‖W_t − W₀‖_F."""
        value = float(np.linalg.norm(self.points[t] - self.points[0]))
        error = float(self.drifts[t]) + self._rounding(value)
        return self._quantity("‖W_t − W₀‖", value, error, lambda point: point.displacement, t)

    def path(self, t: int) -> Quantity:
        """Σ_{s<t} ‖W_{s+1} − W_s‖_F."""
        gaps = np.diff(self.points[: t + 1], axis=0)
        value = math.fsum(float(np.linalg.norm(gap)) for gap in gaps)
        error = 2.0 * float(self.drifts[: t + 1].sum()) + t * self._rounding(value)
        return self._quantity("path length", value, error, lambda point: point.path, t)

    def _rounding(self, value: float) -> float:
        size = float(np.abs(self.points).max(initial=1.0))
        entries = int(self.points[0].size)
        return ROUNDING * (4.0 * math.sqrt(entries) * size + (entries + 4) * value)

    def _quantity(self, label: str, value: float, error: float, held: Any, t: int) -> Quantity:
        """A quantity of step t that ``held`` encloses, from the point in balls."""

        def enclosed(bits: int) -> arb:
            at = bits + 64 + _BITS_A_STEP * self.steps
            with balls.working_precision(at):
                return balls.finite(label, held(ball_points(self, at)[t]))

        return Quantity(label, value, error, enclosed=enclosed)


@dataclass(frozen=True, slots=True)
class _Point:
    """A step in balls."""

    residual: list[arb]
    gram: Any
    displacement: arb
    path: arb


def descend(problem: Problem, step: float, steps: int) -> Run:
    """W_{t+1} = W_t − step·Jᵀr, ``steps`` times, with a bound on the drift of each point."""
    beta, bend = quantities.slope_constant(problem), quantities.bend_constant(problem)
    slope, bent = beta.value + beta.error, bend.value + bend.error
    points, drifts = [problem.W], [0.0]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            W, drift = points[-1], drifts[-1]
            size = float(np.linalg.norm(evaluation.residual(problem, W)))
            points.append(W - step * evaluation.gradient(problem, W))
            stretch = max(1.0, step * slope**2 - 1.0) + step * bent * (size + slope * drift)
            drifts.append((stretch * drift + _local(problem, W, step, size)) * (1 + 1e-9))
    return Run(problem, step, np.array(points), np.nan_to_num(drifts, nan=math.inf), slope, bent)


def _local(problem: Problem, W: FloatArray, step: float, size: float) -> float:
    """How far one float64 step from ``W`` may be from the exact one."""
    floor, top = quantities.floors(problem, W), problem.sigma.slope
    factor = float(np.linalg.norm(problem.v) * np.linalg.norm(problem.X))
    each = floor.slope + (problem.n + 8) * ROUNDING * top
    gradient = factor * (top * floor.residual + (size + floor.residual) * each)
    move = step * factor * top * size
    return step * gradient + 2.0 * ROUNDING * (float(np.linalg.norm(W)) + 2.0 * move)


@lru_cache(maxsize=4)
def ball_points(run: Run, bits: int) -> list[_Point]:
    """All points of a run in balls of that precision: the exact descent, whatever the rounding."""
    with balls.working_precision(bits):
        return list(_enclosed(Evaluation(run.problem, BALLS), arb(run.step), run.steps))


def _enclosed(at: Evaluation, step: arb, steps: int) -> Iterator[_Point]:
    start = W = at.start
    path = arb(0)
    for t in range(steps + 1):
        values, slopes = at.jets(W)
        r = at.residual(values)
        moved = balls.norm((W - start).entries())
        yield _Point(r.entries(), at.gram(slopes), moved, path)
        if t < steps:
            change = at.gradient(slopes, r) * step
            path = path + balls.norm(change.entries())
            W = W - change


def working_step(problem: Problem) -> float:
    """The largest step the certificate allows, 1/β², rounded down."""
    beta = quantities.slope_constant(problem)
    return (1.0 - 1e-12) / (beta.value + beta.error) ** 2


def powered(base: Quantity, exponent: int) -> Quantity:
    """The power of a quantity in [0, 1]."""
    value = base.value**exponent
    error = exponent * base.error + 2 * exponent * ROUNDING * value
    exact, enclosed = base.exact, base.enclosed
    return Quantity(
        f"({base.label})^t",
        value,
        error,
        None if exact is None else lambda digits: exact(digits) ** exponent,
        1.0,
        None if enclosed is None else lambda bits: enclosed(bits) ** exponent,
        parts=(base,),
    )


def until(problem: Problem, step: float, target: float, most: int) -> tuple[FloatArray, FloatArray]:
    """Float64 descent to ‖r‖ ≤ ``target`` or for ``most`` steps: its points, and ‖r‖ at each."""
    points, sizes = [problem.W], []
    while True:
        sizes.append(float(np.linalg.norm(evaluation.residual(problem, points[-1]))))
        if sizes[-1] <= target or len(points) > most:
            return np.array(points), np.array(sizes)
        points.append(points[-1] - step * evaluation.gradient(problem, points[-1]))
