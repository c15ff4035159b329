"""Gradient descent on the population loss, in compiled code."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled
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
    tiled = problem.space.route == Route.TILED
    longest = 1 if tiled else max(1, min(_LONGEST_CHUNK, _CHUNK_WORK // problem.work))
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
    tiled_loss: float,
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
        status, losses[k], norms[k], floor = evaluate(weights, space, tiled_loss)
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
