"""Gradient descent on the population loss in compiled code; its flow by adaptive integrators."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.numerics.flow import FlowOptions, integrate
from lcnn_verify.numerics.options import nonnegative_real, positive_integer, positive_real
from lcnn_verify.numerics.trajectory import Recorder, Schedule, StopReason, Trajectory
from lcnn_verify.packs.zgj.dynamics.problem import (
    REASONS,
    Route,
    ScaledProblem,
    Status,
    Workspace,
    evaluate,
    rate_bound,
)
from lcnn_verify.packs.zgj.model import TIED_ABS, ModelLike, as_model, as_pair

# Python sees Ctrl-C between two chunks of compiled steps; the work, in nanoseconds or so, bounds a
# chunk to a fraction of a second.
_CHUNK_WORK = 200_000_000
_LONGEST_CHUNK = 4096


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
    """Run W_{k+1} = W_k − step·∇L(W_k) from students W (m, d), for teachers V (r, d).

    Ends at the first k with L ≤ ``target_loss``, with L or every row of ∇L inside its rounding
    floor, with L non-finite or past 10⁶ times the first (Σ mass)², or at k = ``max_steps``. Records
    every ``record_every``-th step, or with ``"log"`` about 50 to a decade of steps, and always the
    first and the last. Times are step·k, in units of length^(2−2p) with p the mass power. A zero
    neuron stays at zero: with tied readout its gradient is 0, with unit readout that is a
    convention (THEORY §2).

    Raises :class:`InputError` on bad input, and ``OverflowError`` if L(W) overflows float64.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    step = positive_real("step", step)
    max_steps = positive_integer("max_steps", max_steps)
    target_loss = nonnegative_real("target_loss", target_loss)
    recorder = Recorder(Schedule.of(record_every))
    problem = ScaledProblem.of(students, teachers, target_loss, model)
    weights, previous = problem.weights, problem.weights.copy()
    shared = problem.space.route == Route.SHARED
    longest = 1 if shared else max(1, min(_LONGEST_CHUNK, _CHUNK_WORK // problem.work))
    status = Status.RUNNING.value
    while status == Status.RUNNING:
        first = recorder.points
        losses, norms = np.empty((2, min(longest, max_steps + 1 - first)))
        final = first + len(losses) > max_steps
        count, status, floor = descend(
            weights, previous, problem.space, problem.prepare(weights),
            problem.scaled_time(step), final, losses, norms,
        )  # fmt: skip
        times = step * np.arange(first, first + count, dtype=np.float64)
        recorder.add(times, losses[:count], norms[:count], floor)
    reason = REASONS[status] or StopReason.BUDGET
    overshot = status == Status.NON_FINITE
    run = problem.unscaled(recorder.trajectory(weights, reason, overshot=overshot))
    return replace(run, bound=partial(rate_bound, students, teachers, model, step))


@compiled
def descend(
    weights: FloatArray,
    previous: FloatArray,
    space: Workspace,
    shared_loss: float,
    step: float,
    final: bool,
    losses: FloatArray,
    norms: FloatArray,
) -> tuple[int, int, float]:
    """Evaluate and step until ``losses`` and ``norms`` are full or a point says stop.

    All in scaled units; ``weights`` end at the last point written, or one step past it if the
    status is RUNNING. The last point of a ``final`` chunk is not stepped from. Returns the number
    of points written, the status, and the largest loss floor met.
    """
    slope = space.slope  # looked up in the loop, it would cost more than the step
    highest = 0.0
    for k in range(losses.size):
        status, losses[k], norms[k], floor = evaluate(weights, space, shared_loss)
        if status == Status.NON_FINITE:
            weights[:] = previous
            return k, status, highest
        highest = max(highest, floor)
        if status == Status.RUNNING and final and k == losses.size - 1:
            status = Status.BUDGET.value
        if status != Status.RUNNING:
            return k + 1, status, highest
        previous[:] = weights
        for i in range(weights.shape[0]):
            for j in range(weights.shape[1]):
                weights[i, j] -= step * slope[i, j]
    return losses.size, Status.RUNNING.value, highest


_SMALLEST_SIZE = 1e-290


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
    """Solve W' = −∇L(W) from students W (m, d), for teachers V (r, d), up to time ``duration``.

    Every accepted step of the integrator is recorded. It keeps the local error of a coordinate
    below ``rtol``·|coordinate| + ``atol``·s, where s follows the neuron's norm within a factor 16
    (tied readout) or is within a factor 2 of the largest norm of any neuron at the start (unit).
    Ends where L = ``target_loss``, located within the last step; where L or every row of ∇L is
    inside its rounding floor; after ``max_steps`` steps; or when the integrator fails. With unit
    readout the velocity jumps at a zero neuron, and a flow that meets one ends in one of the last
    two ways. Times are in units of length^(2−2p), p the mass power. A zero neuron stays at zero, as
    in ``gradient_descent``.

    Raises :class:`InputError` on bad input, and ``OverflowError`` if L(W) overflows float64.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    target_loss = nonnegative_real("target_loss", target_loss)
    options = FlowOptions(duration, rtol, atol, max_steps)
    # An implicit step could let rounding stir a zero neuron: only the others are integrated.
    alive = students.any(axis=1) if students.any() else np.ones(len(students), dtype=bool)
    problem = ScaledProblem.of(students[alive], teachers, target_loss, model)
    lengths = problem.space.lengths[:, None]

    def sizes(_: FloatArray) -> FloatArray:
        """The norms of the neurons evaluated last, if tied.

        A tiny neuron then grows or fades exponentially. Far below its tolerance an implicit step
        takes it for zero and it stays there, so tolerances follow each neuron's norm. With unit
        readout a neuron leaves zero at a speed of its own, and one size does for all.
        """
        tied = model.mass_power == 2
        return np.maximum(lengths, _SMALLEST_SIZE) if tied else np.ones_like(lengths)

    end = problem.scaled_time(options.duration)
    run = integrate(problem.evaluate, problem.weights, end, options, sizes)
    run = problem.unscaled(replace(run, times=problem.times_from(run.times)))
    weights = np.zeros_like(students)
    weights[alive] = run.weights
    bound = partial(rate_bound, students, teachers, model, 0.0)
    return replace(run, weights=weights, bound=bound)
