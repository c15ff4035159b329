"""Descent of any differentiable f: gradient descent, and gradient flow with error control.

The flow x' = −∇f(x) is solved by LSODA, which turns implicit where the flow is stiff, and in many
dimensions by DOP853. Lengths and times should be near 1: a caller whose are not scales f first.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import DOP853, LSODA

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray, as_array
from lcnn_verify.numerics.options import positive_integer, positive_real
from lcnn_verify.numerics.trajectory import Recorder, Schedule, StopReason, Trajectory

# Tails are stiff: by t = 10⁴ LSODA is 20 to 100 times faster than explicit methods (measured).
# It keeps a dense Jacobian, so beyond this many coordinates an explicit method takes over.
_IMPLICIT_UP_TO = 2000
_TOO_SHORT = 1e-12  # LSODA fails to start on much shorter intervals
FINEST_RTOL = 1e-13
_RESCALE = 16.0

Function: TypeAlias = Callable[[FloatArray], tuple[float, ArrayLike]]
"""f(x) and ∇f(x), the gradient in the shape of x."""
Curvature: TypeAlias = Callable[[FloatArray], ArrayLike]
"""The Hessian of f at x, shape (x.size, x.size)."""
Floors: TypeAlias = Callable[[FloatArray], tuple[float, float]]
"""Bounds on the rounding errors of f(x) and of ‖∇f(x)‖, where f's least value is 0."""


class Point(NamedTuple):
    """f at a point: value, ‖∇f‖, rounding floor of the value, ∇f, and why a run would end here.

    Nobody keeps ``slope``: the next evaluation may write over it.
    """

    loss: float
    norm: float
    floor: float
    slope: FloatArray
    reason: StopReason | None

    @property
    def finite(self) -> bool:
        """Whether a run can go on from here at all."""
        return math.isfinite(self.loss) and math.isfinite(self.norm)


Landscape: TypeAlias = Callable[[FloatArray], Point]
"""A function that says of each of its points whether a run ends there."""


@dataclass(frozen=True, slots=True)
class FlowOptions:
    """The numbers a caller of a flow chooses. Raises :class:`InputError` for bad ones."""

    duration: float
    rtol: float
    atol: float
    max_steps: int

    def __post_init__(self) -> None:
        for name in ("duration", "rtol", "atol"):
            object.__setattr__(self, name, positive_real(name, getattr(self, name)))
        if self.rtol < FINEST_RTOL:
            raise InputError("rtol", repr(self.rtol), f"at least {FINEST_RTOL:g}")
        object.__setattr__(self, "max_steps", positive_integer("max_steps", self.max_steps))


def judged(
    function: Function,
    *,
    target: float = -math.inf,
    ceiling: float = math.inf,
    floors: Floors | None = None,
) -> Landscape:
    """``function`` as a landscape whose runs end at ``target``, at its floors or past ``ceiling``.

    Without ``floors`` a point is stationary where ∇f is exactly 0. The landscape raises
    :class:`InputError` for a gradient of another shape than x.
    """

    def evaluate(x: FloatArray) -> Point:
        value, gradient = function(x.copy())
        loss, slope = float(value), np.asarray(gradient, dtype=np.float64)
        if slope.shape != x.shape:
            raise InputError("gradient", f"shape {slope.shape}", f"that of x, {x.shape}")
        norm = float(np.linalg.norm(slope))
        floor, still = floors(x) if floors else (0.0, 0.0)
        reached = max(target, floor) if floors else target
        reason = None
        if not (math.isfinite(loss) and math.isfinite(norm)) or loss > ceiling:
            reason = StopReason.DIVERGED
        elif loss <= reached:  # a target below the floor is never seen to be reached
            reason = StopReason.FLOOR if target < reached else StopReason.TARGET
        elif norm <= still:
            reason = StopReason.STATIONARY
        return Point(loss, norm, floor, slope, reason)

    return evaluate


def gradient_descent(
    function: Function,
    start: ArrayLike | Any,
    *,
    step: float,
    max_steps: int,
    target: float = -math.inf,
    ceiling: float = math.inf,
    floors: Floors | None = None,
    record_every: int | Literal["log"] = 1,
) -> Trajectory:
    """Run x_{k+1} = x_k − step·∇f(x_k) from ``start``, an array of any shape.

    Ends at the first k with f ≤ ``target``; with f or ‖∇f‖ inside its rounding floor (without
    ``floors``: ∇f = 0); with f non-finite or above ``ceiling``; or at k = ``max_steps``. Records
    every ``record_every``-th step, or with ``"log"`` about 50 to a decade of steps, and always the
    first and the last; times are step·k. Raises :class:`InputError` on bad numbers, where f or ∇f
    is not finite at the start, and for a gradient of another shape.
    """
    x = as_array("start", start).copy()  # a trajectory is read-only, its start is not
    step, max_steps = positive_real("step", step), positive_integer("max_steps", max_steps)
    recorder = Recorder(Schedule.of(record_every))
    with np.errstate(over="ignore", invalid="ignore"):
        evaluate = judged(function, target=target, ceiling=ceiling, floors=floors)
        point = _first_point(evaluate, x)
        while True:
            recorder.add_one(step * recorder.points, *point[:3])
            if point.reason is not None or recorder.points > max_steps:
                return recorder.trajectory(x, point.reason or StopReason.BUDGET)
            moved = x - step * point.slope
            point = evaluate(moved)
            if not point.finite:
                return recorder.trajectory(x, StopReason.DIVERGED, overshot=True)
            x = moved


def gradient_flow(
    function: Function,
    start: ArrayLike | Any,
    *,
    duration: float,
    target: float = -math.inf,
    ceiling: float = math.inf,
    floors: Floors | None = None,
    hessian: Curvature | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-11,
    max_steps: int = 100_000,
) -> Trajectory:
    """Solve x' = −∇f(x) from ``start``, an array of any shape, up to time ``duration``.

    Every accepted step is recorded; its local error is below ``rtol``·|coordinate| + ``atol``.
    Implicit steps take ``hessian``, where it is given, in place of differences of ∇f.
    Ends as :func:`gradient_descent` does, at a ``target`` located within the last step; or where
    the integrator fails, as it does where ∇f is not finite. Raises as :func:`gradient_descent`.
    """
    options = FlowOptions(duration, rtol, atol, max_steps)
    x = as_array("start", start).copy()
    evaluate = judged(function, target=target, ceiling=ceiling, floors=floors)
    with np.errstate(over="ignore", invalid="ignore"):
        _first_point(evaluate, x)
        return integrate(evaluate, x, options.duration, options, np.ones_like, hessian=hessian)


def _first_point(evaluate: Landscape, start: FloatArray) -> Point:
    point = evaluate(start)
    if not point.finite:
        got = f"a point where f = {point.loss:g} and ‖∇f‖ = {point.norm:g}"
        raise InputError("start", got, "one where both are finite")
    return point


def integrate(
    evaluate: Landscape,
    start: FloatArray,
    end: float,
    options: FlowOptions,
    sizes: Callable[[FloatArray], FloatArray],
    *,
    hessian: Curvature | None = None,
) -> Trajectory:
    """The flow from ``start`` to time ``end``, which stands for ``options.duration``.

    ``sizes`` gives, of the point evaluated last, the lengths against which absolute tolerances are
    set, in a shape that broadcasts to that of the start. The integrator starts anew when one has
    changed by a factor 16.
    """
    shape = start.shape
    recorder = Recorder(Schedule(1))

    def velocity(_: float, position: FloatArray) -> FloatArray:
        return -evaluate(np.ascontiguousarray(position).reshape(shape)).slope.ravel()

    def slopes(_: float, position: FloatArray) -> FloatArray:
        assert hessian is not None
        return -np.asarray(hessian(np.ascontiguousarray(position).reshape(shape)))

    def solver_from(time: float, x: FloatArray, lengths: FloatArray) -> LSODA | DOP853[np.float64]:
        tolerance = np.broadcast_to(options.atol * lengths, shape).ravel()
        settings: dict[str, Any] = {"rtol": options.rtol, "atol": tolerance}
        if x.size <= _IMPLICIT_UP_TO and end - time > _TOO_SHORT * (1.0 + time):
            jacobian = None if hessian is None else slopes
            return LSODA(velocity, time, x.ravel(), end, jac=jacobian, **settings)
        return DOP853(velocity, time, x.ravel(), end, **settings)

    x, point = start, evaluate(start)
    recorder.add_one(0.0, *point[:3])
    if point.reason is not None:
        return recorder.trajectory(x, point.reason)
    lengths = sizes(x)
    solver = solver_from(0.0, x, lengths)
    while solver.status == "running":
        if recorder.points > options.max_steps:
            return recorder.trajectory(x, StopReason.BUDGET)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="lsoda:")  # the stop reason says it
            failure = solver.step()
        point = evaluate(solver.y.reshape(shape))
        stuck = solver.t == solver.t_old
        if stuck or failure is not None or not point.finite:
            return recorder.trajectory(x, StopReason.FAILED)
        time, x = solver.t, solver.y.reshape(shape)
        change = sizes(x) / lengths
        if point.reason is StopReason.TARGET:
            time, x = _first_time_at_target(evaluate, solver, shape)
            point = evaluate(x)
        recorder.add_one(time, *point[:3])
        if point.reason is not None:
            return recorder.trajectory(x, point.reason)
        if change.max() > _RESCALE or change.min() < 1.0 / _RESCALE:
            lengths = lengths * change
            solver = solver_from(time, x, lengths)
    return recorder.trajectory(x, StopReason.DURATION)


def _first_time_at_target(
    evaluate: Landscape, solver: LSODA | DOP853[np.float64], shape: tuple[int, ...]
) -> tuple[float, FloatArray]:
    """Bisect the last step for the time f reaches its target, by the method's own curve.

    f at the returned time and point is at most the target.
    """
    curve = solver.dense_output()
    before, after, x = solver.t_old, solver.t, solver.y.reshape(shape)
    while before < (middle := 0.5 * (before + after)) < after:
        candidate = np.ascontiguousarray(curve(middle)).reshape(shape)
        if evaluate(candidate).reason is StopReason.TARGET:
            after, x = middle, candidate
        else:
            before = middle
    return after, x
