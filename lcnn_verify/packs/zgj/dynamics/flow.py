"""Gradient flow of the population loss, by adaptive integrators with error control."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import DOP853, LSODA

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.options import nonnegative_real, positive_integer, positive_real
from lcnn_verify.packs.zgj.dynamics.evaluation import Status, Workspace
from lcnn_verify.packs.zgj.dynamics.problem import ScaledProblem
from lcnn_verify.packs.zgj.dynamics.recording import Recorder, Schedule
from lcnn_verify.packs.zgj.dynamics.trajectory import StopReason, Trajectory
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, as_pair

# The tails are stiff: by t = 10⁴ LSODA is 20 to 100 times faster than explicit methods (measured).
# It keeps a dense Jacobian, so beyond this many coordinates an explicit method takes over.
_IMPLICIT_UP_TO = 2000
_TOO_SHORT = 1e-12  # LSODA fails to start on much shorter intervals
_FINEST_RTOL = 1e-13
_SMALLEST_SIZE = 1e-290
_RESCALE = 16.0


def gradient_flow(
    W: ArrayLike | Any,
    V: ArrayLike | Any,
    *,
    duration: float,
    target_loss: float = 0.0,
    model: Model = TIED_ABS,
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
    students, teachers = as_pair(W, V)
    duration = positive_real("duration", duration)
    target_loss = nonnegative_real("target_loss", target_loss)
    rtol, atol = positive_real("rtol", rtol), positive_real("atol", atol)
    if rtol < _FINEST_RTOL:
        raise InputError("rtol", repr(rtol), f"at least {_FINEST_RTOL:g}")
    max_steps = positive_integer("max_steps", max_steps)
    # An implicit step could let rounding stir a zero neuron: only the others are integrated.
    alive = students.any(axis=1) if students.any() else np.ones(len(students), dtype=bool)
    problem = ScaledProblem.of(students[alive], teachers, target_loss, model)
    recorder = Recorder(Schedule(1))
    final, reason = _integrate(problem, recorder, duration, max_steps, rtol, atol)
    weights = np.zeros_like(students)
    weights[alive] = problem.weights_from(final)
    return recorder.trajectory(problem, weights, reason)


def _integrate(
    problem: ScaledProblem,
    recorder: Recorder,
    duration: float,
    max_steps: int,
    rtol: float,
    atol: float,
) -> tuple[FloatArray, StopReason]:
    """Step until a point says stop; return the last weights (scaled) and the reason."""
    weights, space = problem.weights, problem.space
    shape, end = weights.shape, problem.scaled_time(duration)

    def velocity(_: float, position: FloatArray) -> FloatArray:
        problem.evaluate(np.ascontiguousarray(position).reshape(shape))
        return -space.slope.ravel()

    def solver_from(time: float, sizes: FloatArray) -> LSODA | DOP853[np.float64]:
        start, tolerance = weights.ravel(), np.repeat(atol * sizes, shape[1])
        if weights.size <= _IMPLICIT_UP_TO and end - time > _TOO_SHORT * (1.0 + time):
            return LSODA(velocity, time, start, end, rtol=rtol, atol=tolerance)
        # SciPy takes an array here; its type stubs know floats only.
        return DOP853(velocity, time, start, end, rtol=rtol, atol=tolerance)  # type: ignore[arg-type]

    status, *point = problem.evaluate(weights)
    recorder.add_one(0.0, *point)
    if status is not Status.RUNNING:
        return weights, status.reason
    sizes = _sizes(space)
    solver = solver_from(0.0, sizes)
    while solver.status == "running":
        if recorder.points > max_steps:
            return weights, StopReason.BUDGET
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="lsoda:")  # the stop reason says it
            failure = solver.step()
        status, *point = problem.evaluate(solver.y.reshape(shape))
        stuck = solver.t == solver.t_old
        if stuck or failure is not None or status is Status.NON_FINITE:
            return weights, StopReason.FAILED
        time, weights = solver.t, solver.y.reshape(shape)
        change = _sizes(space) / sizes
        if status is Status.TARGET:
            time, weights = _first_time_at_target(problem, solver)
            _, *point = problem.evaluate(weights)
        recorder.add_one(problem.time_from(time), *point)
        if status is not Status.RUNNING:
            return weights, status.reason
        if change.max() > _RESCALE or change.min() < 1.0 / _RESCALE:
            sizes = sizes * change
            solver = solver_from(time, sizes)
    return weights, StopReason.DURATION


def _sizes(space: Workspace) -> FloatArray:
    """The lengths, shape (m,), against which absolute tolerances are set.

    With tied readout a tiny neuron grows or fades exponentially. Far below its tolerance an
    implicit step takes it for zero and it stays there, so tolerances follow each neuron's norm.
    With unit readout a neuron leaves zero at a speed of its own, and one size does for all.
    """
    if space.power == 2:
        return np.maximum(space.lengths, _SMALLEST_SIZE)
    return np.ones(len(space.lengths))


def _first_time_at_target(
    problem: ScaledProblem, solver: LSODA | DOP853[np.float64]
) -> tuple[float, FloatArray]:
    """Bisect the last step for the time the loss reaches its target, by the method's own curve.

    The loss at the returned time and weights is at most the target.
    """
    shape = problem.weights.shape
    curve = solver.dense_output()
    before, after, weights = solver.t_old, solver.t, solver.y.reshape(shape)
    while before < (middle := 0.5 * (before + after)) < after:
        candidate = np.ascontiguousarray(curve(middle)).reshape(shape)
        if problem.evaluate(candidate)[0] is Status.TARGET:
            after, weights = middle, candidate
        else:
            before = middle
    return after, weights
