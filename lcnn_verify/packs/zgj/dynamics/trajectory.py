"""What a run of gradient descent or gradient flow leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray

GROWTH_LIMIT = 1e6
"""A run has diverged once its loss exceeds this many times (Σ mass)² of the start."""


class StopReason(StrEnum):
    """Why a run ended; each value is a sentence for people."""

    TARGET = "target loss reached"
    BUDGET = "step budget spent"
    DURATION = "duration reached"
    STATIONARY = (
        "stationary: gradient at or below its rounding floor with loss above the loss floor"
    )
    FLOOR = "loss at its rounding floor"
    DIVERGED = f"diverged: non-finite, or loss beyond {GROWTH_LIMIT:g} times (total mass)² at start"
    FAILED = "integrator failed: no step it can take meets the tolerances"


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """The recorded points of one run, in the caller's units.

    ``times``, ``losses``, ``gradient_norms`` (Frobenius): shape (points,), the start and the last
    step always among them. ``weights`` (m, d) belong to the last point. ``steps`` counts descent
    steps, or accepted integrator steps. ``largest_increase`` is the largest L_{k+1} − L_k over all
    steps, recorded or not (0 if no step was taken, ∞ if one led to a non-finite loss, which is
    then not recorded). ``loss_floor`` is the largest rounding floor of a loss met on the way.
    """

    times: FloatArray
    losses: FloatArray
    gradient_norms: FloatArray
    weights: FloatArray
    stop_reason: StopReason
    steps: int
    largest_increase: float
    loss_floor: float

    def __post_init__(self) -> None:
        for array in (self.times, self.losses, self.gradient_norms, self.weights):
            array.setflags(write=False)

    def __repr__(self) -> str:
        return (
            f"Trajectory({len(self.times)} points, {self.steps} steps to time {self.times[-1]:g}: "
            f"loss {self.losses[0]:g} → {self.losses[-1]:g}; {self.stop_reason})"
        )

    @property
    def monotone(self) -> bool:
        """True if no step raised the loss by more than rounding can explain."""
        return bool(self.largest_increase <= 2.0 * self.loss_floor)

    def time_to(self, level: float) -> float:
        """The first recorded time at which the loss is at most ``level``; ∞ if there is none."""
        reached = np.flatnonzero(self.losses <= level)
        return float(self.times[reached[0]]) if len(reached) else float("inf")
