"""Gradient descent on the population loss in compiled code; its flow by adaptive integrators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.flow import FlowOptions, integrate
from lcnn_verify.numerics.options import nonnegative_real, positive_integer, positive_real
from lcnn_verify.numerics.trajectory import Recorder, Schedule, StopReason, Trajectory
from lcnn_verify.packs.zgj.dynamics.batches import (
    CHUNK_WORK,
    LONGEST_CHUNK,
    can_join,
    descend,
    descend_together,
    in_chunks,
)
from lcnn_verify.packs.zgj.dynamics.problem import (
    REASONS,
    SMALLEST_SIZE,
    Route,
    ScaledProblem,
    Status,
    rate_bound,
)
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, ModelLike, as_model, as_pair


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
    run = _Run(students, teachers, model, step, target_loss, Schedule.of(record_every))
    return run.ended(*run.alone(max_steps))


def gradient_descents(
    networks: Iterable[tuple[ArrayLike | Any, ArrayLike | Any]],
    *,
    step: float | Sequence[float],
    max_steps: int,
    target_loss: float | Sequence[float] = 0.0,
    record_every: int | Literal["log"] = 1,
    model: ModelLike | Sequence[ModelLike] = TIED_ABS,
) -> list[Trajectory]:
    """:func:`gradient_descent` of many ``networks`` (W, V), of any sizes, each to its own end.

    ``step``, ``target_loss`` and ``model`` are one for all, or a list of one for each. Every
    trajectory is to the last bit that of a call of its own; together they take one call of compiled
    code a chunk of steps, by all cores where that is sooner. W is (m, d) and V (r, d), and m, r and
    d may differ from network to network.

    Raises as :func:`gradient_descent` does, and says of which network.
    """
    try:
        given = list(networks)
    except TypeError:
        got = f"a {type(networks).__name__}"
        raise InputError("networks", got, "pairs of students W and teachers V") from None
    count = len(given)
    steps = _each("step", step, count)
    targets, models = _each("target_loss", target_loss, count), _each("model", model, count)
    max_steps = positive_integer("max_steps", max_steps)
    schedule = Schedule.of(record_every)
    runs = []
    for k, network in enumerate(given):
        try:
            runs.append(
                _Run(
                    *as_pair(*_two(network)),
                    as_model(models[k]),
                    positive_real("step", steps[k]),
                    nonnegative_real("target_loss", targets[k]),
                    schedule,
                )
            )
        except InputError as error:
            place = f"network {k}: {error.argument}"
            raise InputError(place, error.got, error.wanted) from None
        except OverflowError as error:
            raise OverflowError(f"network {k}: {error}") from None
    joined = [run for run in runs if can_join(run.problem)]
    ends = iter(
        descend_together(
            [run.problem for run in joined],
            [run.step for run in joined],
            [run.recorder for run in joined],
            max_steps,
        )
    )
    return [
        run.ended(*(next(ends) if can_join(run.problem) else run.alone(max_steps))) for run in runs
    ]


def _each(name: str, value: Any, count: int) -> Sequence[Any]:
    """``value`` for each of ``count`` networks, if it is not a list of one for each already."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = value.tolist()
    if isinstance(value, str) or not isinstance(value, Sequence):
        return [value] * count
    if len(value) != count:
        raise InputError(name, f"{len(value)} values", f"one, or one for each of {count} networks")
    return value


def _two(network: Any) -> tuple[Any, Any]:
    """W and V of a pair; what else there may be has no place."""
    if not isinstance(network, Sequence) or len(network) != 2:
        raise InputError("networks", f"a {type(network).__name__}", "a pair (W, V)")
    return network[0], network[1]


class _Run:
    """One run of gradient descent: its problem in scaled units, and what it leaves."""

    def __init__(
        self,
        students: FloatArray,
        teachers: FloatArray,
        model: Model,
        step: float,
        target_loss: float,
        schedule: Schedule,
    ) -> None:
        self.problem = ScaledProblem.of(students, teachers, target_loss, model)
        self.step, self.recorder = step, Recorder(schedule)
        self._bound = partial(rate_bound, students, teachers, model, step)

    def alone(self, max_steps: int) -> tuple[FloatArray, int]:
        """Descend to the end; the weights there and the status."""
        problem, step = self.problem, self.problem.scaled_time(self.step)
        weights, previous = problem.weights, problem.weights.copy()
        shared = problem.space.route == Route.SHARED
        longest = 1 if shared else max(1, min(LONGEST_CHUNK, CHUNK_WORK // problem.work))

        def advance(*chunk: Any) -> tuple[int, int, float]:
            value = problem.prepare(weights)
            return descend(weights, previous, problem.space, value, step, *chunk)

        return weights, in_chunks(advance, self.recorder, self.step, max_steps, longest)

    def ended(self, weights: FloatArray, status: int) -> Trajectory:
        """The trajectory, in the caller's units."""
        reason = REASONS[status] or StopReason.BUDGET
        overshot = status == Status.NON_FINITE
        found = self.recorder.trajectory(weights, reason, overshot=overshot)
        return replace(self.problem.unscaled(found), bound=self._bound)


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
        return np.maximum(lengths, SMALLEST_SIZE) if tied else np.ones_like(lengths)

    end = problem.scaled_time(options.duration)
    run = integrate(problem.evaluate, problem.weights, end, options, sizes)
    run = problem.unscaled(replace(run, times=problem.times_from(run.times)))
    weights = np.zeros_like(students)
    weights[alive] = run.weights
    bound = partial(rate_bound, students, teachers, model, 0.0)
    return replace(run, weights=weights, bound=bound)
