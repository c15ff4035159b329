"""Runs of gradient descent the way the claims prescribe them, and how their outcome is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lcnn_verify.evidence import Figure, check
from lcnn_verify.evidence.amounts import frobenius
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.figures import Kind, Line, Tone, log
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.dynamics import (
    StopReason,
    Trajectory,
    gradient_descent,
    gradient_descents,
    gradient_flow,
)
from lcnn_verify.packs.zgj.dynamics.problem import STEP
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.population import gradient_rounding_floor
from lcnn_verify.packs.zgj.quantities import loss

BUDGET = 1_000_000
"""Steps after which a run is undecided. Descent needs about Δ⁻⁴ steps and more for nearly merged
teachers, so it is asked of separations from ``DESCENT_SEPARATION`` on; the flow, whose integrator
takes long steps, of all."""
DESCENT_SEPARATION = 0.45
"""The least separation, in radians, of teachers that gradient descent is run on."""
HORIZON = 1e9
"""Time, in units of 1/‖V‖_F², after which gradient flow is undecided."""
TARGET = 1e-3
"""The fraction of L₀ that counts as convergence."""
_INSIDE = 0.999  # runs aim this little below their target, so that rounding cannot decide

_UNDECIDED = (StopReason.BUDGET, StopReason.DURATION, StopReason.FLOOR, StopReason.FAILED)
_OUTCOMES = {
    StopReason.TARGET: "converged",
    StopReason.STATIONARY: "stationary",
    StopReason.DIVERGED: "diverged",
    **dict.fromkeys(_UNDECIDED, "undecided"),
}
STARTS = Figure(
    Kind.SCATTER,
    "Where gradient descent ends",
    x=log("start level L₀/ε₀", "ratio"),
    y=log("steps taken", "count"),
    marks={"converged": Tone.GOOD, "undecided": Tone.WARN, "stationary": Tone.BAD},
    lines=(
        Line(
            "the threshold, L₀ = ε₀",
            x=1.0,
            beyond="are shown for comparison, and nothing is claimed of them",
        ),
        Line("the budget: a run that spends it is undecided", y=BUDGET),
    ),
    caption="One mark per start.",
)


def working_step(x: Instance) -> float:
    """The step 0.1/‖V‖_F², in units of time; ten times as long for claims run without it."""
    return (STEP if assumed("step-size") else 10.0 * STEP) / frobenius(x.V) ** 2


def descend(x: Instance, fraction: float = TARGET, *, budget: int = BUDGET) -> Trajectory:
    """Gradient descent from ``x`` to ``fraction``·L₀ with the working step."""
    return descend_all([x], fraction, budget=budget)[0]


def descend_all(
    starts: Sequence[Instance], fraction: float = TARGET, *, budget: int = BUDGET
) -> list[Trajectory]:
    """:func:`descend` from each of the ``starts``, in compiled calls that take them together."""
    return gradient_descents(
        [(x.W, x.V) for x in starts],
        step=[working_step(x) for x in starts],
        max_steps=budget,
        target_loss=[_target(x, fraction) for x in starts],
        record_every="log",
        model=[x.model for x in starts],
    )


def _target(x: Instance, fraction: float) -> float:
    """What a run from ``x`` aims at."""
    return _INSIDE * fraction * max(loss(x).value, 0.0)


def flow(x: Instance, fraction: float = TARGET) -> Trajectory:
    """Gradient flow from ``x`` to ``fraction``·L₀."""
    return gradient_flow(
        x.W,
        x.V,
        duration=HORIZON / frobenius(x.V) ** 2,
        target_loss=_target(x, fraction),
        model=x.model,
    )


def weights_after(x: Instance, steps: int) -> FloatArray:
    """The students after so many steps of gradient descent with the working step."""
    if steps == 0:
        return x.W
    return gradient_descent(
        x.W, x.V, step=working_step(x), max_steps=steps, record_every=steps, model=x.model
    ).weights


def check_converged(
    x: Instance, run: Trajectory, fraction: float = TARGET, *, descent: bool = True
) -> None:
    """Check that ``run`` from ``x`` came down to ``fraction``·L₀, monotonically.

    A rise of the loss is put to the oracle, and proved, by running ``descent`` again to the step
    that made it; along a flow it stays unconfirmed.

    A spent budget, and a target under the rounding floor, are undecided. A run that became
    stationary above its target fails if the oracle finds its gradient within the rounding floors
    and its loss above the target.
    """
    if run.stop_reason in _UNDECIDED:
        check.undecided(run.stop_reason.value)
        return
    end = x.with_students(run.weights)
    if run.stop_reason is StopReason.STATIONARY and not _is_critical(end):
        check.undecided("stationary in float64, but not at the oracle")
        return
    note = "" if run.stop_reason is StopReason.TARGET else run.stop_reason.value
    check.at_most(loss(end, "L at the end"), fraction * loss(x, "L₀"), note=note, apart="target")
    label = "largest rise of L in a step"
    rise = Quantity(label, run.largest_increase)
    if descent and rise.value >= 2.0 * run.loss_floor:
        before, after = _largest_rise(x, run.steps)
        rise = replace((loss(after) - loss(before)).named(label), value=rise.value)
    check.at_most(rise, 2.0 * run.loss_floor, apart="monotone decrease")


def _largest_rise(x: Instance, steps: int) -> tuple[Instance, Instance]:
    """The two points between which gradient descent raised the loss most."""
    run = gradient_descent(x.W, x.V, step=working_step(x), max_steps=steps, model=x.model)
    k = int(np.argmax(np.diff(run.losses)))
    before, after = (x.with_students(weights_after(x, step)) for step in (k, k + 1))
    return before, after


def check_budget(run: Trajectory) -> None:
    """Record how near a run of gradient descent came to its budget of steps."""
    taken, budget = Quantity("steps", float(run.steps)), Quantity("budget", float(BUDGET))
    check.at_most(taken, budget, apart="budget")


def _is_critical(x: Instance) -> bool:
    """Whether the oracle finds ∇L within twice the rounding floors of its rows."""
    floors = gradient_rounding_floor(x.W, x.V, model=x.model)
    return bool(oracle.gradient_norm(x.W, x.V, dps=30, model=x.model) <= 2.0 * frobenius(floors))


def chart_outcome(run: Trajectory, level: float) -> None:
    """Put the run on the map of start level (in ε₀) against steps taken."""
    STARTS.point("gradient descent", x=level, y=max(run.steps, 1), mark=_OUTCOMES[run.stop_reason])
