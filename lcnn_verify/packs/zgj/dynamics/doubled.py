"""Training whose weights, losses and gradients are double-doubles: tails far below float64's floor.

A flow is integrated in stages. Within one, the integrator's coordinates are the displacement from
the double-double where the stage began, so that its doubles resolve what is left of the way; a
stage ends where the loss has fallen by a factor of 1000.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled, unnoticed
from lcnn_verify.numerics.double_double import add, multiply
from lcnn_verify.numerics.flow import FINEST_RTOL, FlowOptions, Point, integrate
from lcnn_verify.numerics.options import nonnegative_real, positive_integer, positive_real
from lcnn_verify.numerics.trajectory import Recorder, Schedule, StopReason, Trajectory
from lcnn_verify.packs.zgj.dynamics.batches import LONGEST_CHUNK, in_chunks
from lcnn_verify.packs.zgj.dynamics.problem import (
    REASONS,
    SMALLEST_SIZE,
    ScaledProblem,
    Status,
    frobenius,
    judge,
    rate_bound,
)
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, ModelLike, as_model, as_pair
from lcnn_verify.packs.zgj.population.doubled import (
    doubled,
    evaluated,
    gradient_units,
    loss_units,
)

_CHUNK_WORK = 400_000  # pairs of neurons in a chunk, a fraction of a second: Python sees Ctrl-C
_STAGE = 1000.0
_FLATTEST = 1e-3


@compiled
def moved(weights: FloatArray, way: FloatArray, times: float) -> FloatArray:
    """The double-doubles ``weights`` + times·way, both (m, d, 2)."""
    result = np.empty_like(weights)
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            part = multiply((way[i, j, 0], way[i, j, 1]), (times, 0.0))
            result[i, j, 0], result[i, j, 1] = add((weights[i, j, 0], weights[i, j, 1]), part)
    return result


@compiled
def evaluate(
    weights: FloatArray, V: FloatArray, constants: tuple[float, float, int, float, float]
) -> tuple[int, float, float, float, FloatArray]:
    """Status, loss, ‖gradient‖_F, loss floor and gradient (m, d, 2) at ``weights`` (m, d, 2)."""
    alpha, beta, power, target, ceiling = constants
    m, d, n = weights.shape[0], weights.shape[1], len(weights) + len(V)
    if not np.isfinite(weights).all():
        return Status.NON_FINITE.value, math.nan, math.nan, 0.0, weights
    value, slope, masses, exponents, top = evaluated(weights, V, alpha, beta, power)
    total = masses.sum()
    still = True
    for i in range(m):
        square = 0.0
        for j in range(d):
            square += slope[i, j, 0] ** 2
        # The lever of a tied readout is a mantissa, at least ½.
        still = still and square <= (0.5 * gradient_units(n, d) * total) ** 2
        lift = np.ldexp(1.0, power * top + (power - 1) * int(exponents[i]))
        for j in range(d):
            slope[i, j, 0] *= lift
            slope[i, j, 1] *= lift
    area = np.ldexp(1.0, 2 * power * top)
    loss, floor = value[0] * area, loss_units(n, d) * total * total * area
    norm = frobenius(slope[:, :, 0])
    return judge(loss, norm, floor, still, target, ceiling), loss, norm, floor, slope


@compiled
def descend(
    weights: FloatArray,
    previous: FloatArray,
    V: FloatArray,
    constants: tuple[float, float, int, float, float],
    step: float,
    final: bool,
    losses: FloatArray,
    norms: FloatArray,
) -> tuple[int, int, float]:
    """As ``batches.descend``; ``weights`` and ``previous`` are (m, d, 2)."""
    highest = 0.0
    for k in range(losses.size):
        status, losses[k], norms[k], floor, slope = evaluate(weights, V, constants)
        if status == Status.NON_FINITE:
            weights[:] = previous
            return k, status, highest
        highest = max(highest, floor)
        if status == Status.RUNNING and final and k == losses.size - 1:
            status = Status.BUDGET.value
        if status != Status.RUNNING:
            return k + 1, status, highest
        previous[:] = weights
        weights[:] = moved(weights, slope, -step)
    return losses.size, Status.RUNNING.value, highest


@dataclass(frozen=True, slots=True, eq=False)
class DoubledProblem:
    """A training problem in the units of ``scaled``: students, teachers and constants."""

    scaled: ScaledProblem
    weights: FloatArray
    V: FloatArray
    constants: tuple[float, float, int, float, float]

    @staticmethod
    def of(
        students: FloatArray, teachers: FloatArray, target_loss: float, model: Model
    ) -> DoubledProblem:
        """Of trusted matrices (m, d), (r, d). Raises OverflowError if L overflows float64."""
        scaled = ScaledProblem.of(students, teachers, target_loss, model)
        space, V = scaled.space, np.ldexp(teachers, -scaled.scale)
        constants = (*model.kernel_weights, model.mass_power, space.target, space.ceiling)
        return DoubledProblem(scaled, doubled(scaled.weights), doubled(V), constants)

    def landscape(self, base: FloatArray, target: float, shift: FloatArray) -> Point:
        """The point ``base`` + ``shift``, of a run that ends at ``target`` if not before."""
        weights = moved(base, doubled(shift), 1.0)
        alpha, beta, power, _, ceiling = self.constants
        constants = (alpha, beta, power, target, ceiling)
        with unnoticed():
            status, loss, norm, floor, slope = evaluate(weights, self.V, constants)
        return Point(loss, norm, floor, slope[..., 0], REASONS[status])


def gradient_descent(
    W: ArrayLike | Any,
    V: ArrayLike | Any,
    *,
    step: float,
    max_steps: int,
    target_loss: float = 0.0,
    record_every: int | Literal["log"] = 1,
    model: ModelLike = TIED_ABS,
) -> Trajectory:
    """As :func:`lcnn_verify.gradient_descent`, with weights of 106 bits and lower floors.

    Losses and norms are rounded to float64 where they are recorded, and so are the last weights:
    the gradient there is known no better than that allows.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    step = positive_real("step", step)
    max_steps = positive_integer("max_steps", max_steps)
    target_loss = nonnegative_real("target_loss", target_loss)
    recorder = Recorder(Schedule.of(record_every))
    problem = DoubledProblem.of(students, teachers, target_loss, model)
    weights, previous, scaled = problem.weights, problem.weights.copy(), problem.scaled
    longest = max(1, min(LONGEST_CHUNK, _CHUNK_WORK // (len(students) + len(teachers)) ** 2))
    advance = partial(
        descend, weights, previous, problem.V, problem.constants, scaled.scaled_time(step)
    )
    status = in_chunks(advance, recorder, step, max_steps, longest)
    reason = REASONS[status] or StopReason.BUDGET
    run = recorder.trajectory(weights[..., 0], reason, overshot=status == Status.NON_FINITE)
    bound = partial(rate_bound, students, teachers, model, step)
    return replace(scaled.unscaled(run), bound=bound)


def gradient_flow(
    W: ArrayLike | Any,
    V: ArrayLike | Any,
    *,
    duration: float,
    target_loss: float = 0.0,
    model: ModelLike = TIED_ABS,
    rtol: float = 1e-9,
    atol: float = 1e-11,
    max_steps: int = 100_000,
) -> Trajectory:
    """As :func:`lcnn_verify.gradient_flow`, with weights of 106 bits and lower floors.

    The local error of a coordinate is kept below ``rtol`` times its way since the loss was 1000
    times what it is, plus ``atol`` times the lesser of the neuron's norm and L/‖∇L‖, about the way
    left; both are divided by up to 1000 where valleys are flat, ‖∇L‖ far below √L. Results are
    rounded as those of :func:`gradient_descent` are.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    target_loss = nonnegative_real("target_loss", target_loss)
    options = FlowOptions(duration, rtol, atol, max_steps)
    alive = students.any(axis=1) if students.any() else np.ones(len(students), dtype=bool)
    problem = DoubledProblem.of(students[alive], teachers, target_loss, model)
    scaled = problem.scaled
    run, last = _in_stages(problem, options)
    run = scaled.unscaled(replace(run, times=scaled.times_from(run.times), weights=last[..., 0]))
    weights = np.zeros_like(students)
    weights[alive] = run.weights
    bound = partial(rate_bound, students, teachers, model, 0.0)
    return replace(run, weights=weights, bound=bound)


def _in_stages(problem: DoubledProblem, options: FlowOptions) -> tuple[Trajectory, FloatArray]:
    """The flow in scaled units, and the weights (m, d, 2) at its end."""
    end, final = problem.scaled.scaled_time(options.duration), problem.constants[3]
    base, parts, now, steps = problem.weights, list[Trajectory](), 0.0, 0
    while True:
        start = problem.landscape(base, final, np.zeros(base.shape[:2]))
        target = max(final, start.loss / _STAGE)
        # Where ‖∇L‖ is far below √L, valleys are flat, and errors across them must stay below ∇L.
        flat = np.clip(start.norm**2 / start.loss, _FLATTEST, 1.0) if start.loss > 0.0 else 1.0
        stage = replace(
            options,
            rtol=max(FINEST_RTOL, options.rtol * flat),
            atol=options.atol * flat,
            max_steps=options.max_steps - steps,
        )
        run = _stage(problem, base, target, end - now, stage)
        base = moved(base, doubled(run.weights), 1.0)
        parts.append(replace(run, times=now + run.times))
        now, steps = float(parts[-1].times[-1]), steps + run.steps
        if run.stop_reason is not StopReason.TARGET or target == final:
            return _joined(parts, run.stop_reason), base
        if steps >= options.max_steps:
            return _joined(parts, StopReason.BUDGET), base


def _stage(
    problem: DoubledProblem, base: FloatArray, target: float, end: float, options: FlowOptions
) -> Trajectory:
    """The flow from ``base`` to ``target``; its weights are the way from there, (m, d)."""
    tied = problem.constants[2] == 2
    met = Point(0.0, 0.0, 0.0, np.empty(0), None)

    def landscape(shift: FloatArray) -> Point:
        nonlocal met
        met = problem.landscape(base, target, shift)
        return met

    def sizes(shift: FloatArray) -> FloatArray:
        left = met.loss / met.norm if met.norm > 0.0 and met.loss > 0.0 else 1.0
        lengths: FloatArray = np.linalg.norm(base[..., 0] + shift, axis=1, keepdims=True)
        return np.clip(lengths if tied else np.ones_like(lengths), SMALLEST_SIZE, left)

    return integrate(landscape, np.zeros(base.shape[:2]), end, options, sizes)


def _joined(parts: list[Trajectory], reason: StopReason) -> Trajectory:
    """One run of several, each of which begins where the one before ended."""

    def all_of(name: str) -> FloatArray:
        first, *others = (getattr(part, name) for part in parts)
        return np.concatenate((first, *(other[1:] for other in others)))

    return replace(
        parts[-1],
        times=all_of("times"),
        losses=all_of("losses"),
        gradient_norms=all_of("gradient_norms"),
        stop_reason=reason,
        steps=sum(part.steps for part in parts),
        largest_increase=max((part.largest_increase for part in parts if part.steps), default=0.0),
        loss_floor=max(part.loss_floor for part in parts),
    )
