"""What a run of descent leaves behind: which of its points are kept, and why it ended."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.frames import frame
from lcnn_verify.numerics.options import positive_integer

POINTS_PER_DECADE = 50

Bound: TypeAlias = Callable[[FloatArray], tuple[str, FloatArray] | None]
"""From times to what a theory says the losses there are at most, named; None where it is silent."""


class StopReason(StrEnum):
    """Why a run ended; each value is a sentence for people."""

    TARGET = "target loss reached"
    BUDGET = "step budget spent"
    DURATION = "duration reached"
    STATIONARY = (
        "stationary: gradient at or below its rounding floor with loss above the loss floor"
    )
    FLOOR = "loss at its rounding floor"
    DIVERGED = "diverged: loss or gradient non-finite, or loss beyond its ceiling"
    FAILED = "integrator failed: no step it can take meets the tolerances"


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """The recorded points of one run.

    ``times``, ``losses``, ``gradient_norms`` (Euclidean): shape (points,), the start and the last
    step always among them. ``weights``, in the shape of the start, belong to the last point.
    ``steps`` counts descent steps, or accepted integrator steps. ``largest_increase`` is the
    largest L_{k+1} − L_k over all steps, recorded or not (0 if no step was taken, ∞ if one led to a
    non-finite loss, which is then not recorded). ``loss_floor`` is the largest rounding floor of a
    loss met on the way. ``bound`` is what a theory says of runs like this one, if it says anything.
    """

    times: FloatArray
    losses: FloatArray
    gradient_norms: FloatArray
    weights: FloatArray
    stop_reason: StopReason
    steps: int
    largest_increase: float
    loss_floor: float
    bound: Bound | None = None

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

    @property
    def claimed(self) -> tuple[str, FloatArray] | None:
        """The bound's name and its value at each of ``times``; None where none applies."""
        return self.bound(self.times) if self.bound else None

    def plot(self, axes: Any = None) -> Any:
        """Draw the loss against time, and the claimed bound where one applies, on log axes.

        ``axes`` is a matplotlib ``Axes``, the current one when None; it is returned.
        """
        if axes is None:
            from matplotlib import pyplot

            axes = pyplot.gca()
        moved = slice(1 if len(self.times) > 1 else 0, None)  # time 0 has no logarithm
        axes.plot(self.times[moved], self.losses[moved], label="loss")
        if claimed := self.claimed:
            name, levels = claimed
            axes.plot(self.times[moved], levels[moved], linestyle="--", label=name)
        scale = "log" if len(self.times) > 1 else "linear"
        axes.set(xlabel="time t", ylabel="loss L", xscale=scale, yscale=scale)
        axes.set_title(f"{self.steps} steps: {self.stop_reason.partition(':')[0]}")
        axes.legend()
        return axes

    def to_frame(self) -> Any:
        """The points as a pandas ``DataFrame``: time, loss, gradient_norm, bound where one applies.

        Raises ``ImportError`` where pandas is not installed.
        """
        columns = {"time": self.times, "loss": self.losses, "gradient_norm": self.gradient_norms}
        if claimed := self.claimed:
            columns["bound"] = claimed[1]
        return frame(columns)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which steps are recorded besides the first and the last: every ``every``-th, or a grid.

    With ``every`` None the grid is logarithmic, 50 steps to a decade (all of the first dozen).
    """

    every: int | None

    @staticmethod
    def of(record_every: Any) -> Schedule:
        """A checked ``record_every``: an integer above 0 or ``"log"``."""
        if isinstance(record_every, str) and record_every == "log":
            return Schedule(None)
        try:
            return Schedule(positive_integer("record_every", record_every))
        except InputError as error:
            raise InputError(error.argument, error.got, 'an integer above 0, or "log"') from None

    def steps(self, first: int, stop: int) -> NDArray[np.int64]:
        """The scheduled steps k with ``first`` ≤ k < ``stop``, in order."""
        if self.every is not None:
            start = -(-first // self.every) * self.every
            return np.arange(start, stop, min(self.every, stop), dtype=np.int64)
        grid = _grid(math.ceil(POINTS_PER_DECADE * math.log10(stop)) + 1)
        return grid[(first <= grid) & (grid < stop)]


@functools.cache  # each chunk of each run asks again
def _grid(count: int) -> NDArray[np.int64]:
    """The different ones among the first so many steps of the logarithmic grid."""
    powers = np.arange(count)
    return np.unique(np.rint(10.0 ** (powers / POINTS_PER_DECADE)).astype(np.int64))


class Recorder:
    """Takes the points of a run in order; keeps the first, the last and those scheduled."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._kept: list[FloatArray] = []  # blocks (3, points) of times, losses, gradient norms
        self._last = np.empty((3, 0))
        self._increase = -math.inf
        self._floor = 0.0
        self.points = 0

    def add(self, times: FloatArray, losses: FloatArray, norms: FloatArray, floor: float) -> None:
        """Take points, with the largest loss floor among them."""
        first, self.points = self.points, self.points + len(losses)
        if first == self.points:
            return
        block = np.stack((times, losses, norms))
        rises = np.diff(np.concatenate((self._last[1], losses)))
        self._increase = max(self._increase, float(rises.max(initial=-math.inf)))
        self._floor = max(self._floor, floor)
        self._last = block[:, -1:]
        chosen = self._schedule.steps(first, self.points)
        chosen = chosen if first else np.union1d(chosen, 0)
        self._kept.append(block[:, chosen - first])

    def add_one(self, time: float, loss: float, norm: float, floor: float) -> None:
        """Take one more point."""
        self.add(np.array([time]), np.array([loss]), np.array([norm]), floor)

    def trajectory(
        self, weights: FloatArray, reason: StopReason, *, overshot: bool = False
    ) -> Trajectory:
        """The run that ended at ``weights``; ``overshot``: one more step led to no finite loss."""
        kept = np.concatenate(self._kept, axis=1)
        if kept[0, -1] != self._last[0, 0]:
            kept = np.concatenate((kept, self._last), axis=1)
        increase = self._increase if self.points > 1 else 0.0
        return Trajectory(
            times=kept[0].copy(),
            losses=kept[1].copy(),
            gradient_norms=kept[2].copy(),
            weights=weights,
            stop_reason=reason,
            steps=self.points - 1,
            largest_increase=math.inf if overshot else increase,
            loss_floor=self._floor,
        )
