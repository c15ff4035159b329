"""Which points of a run are kept, and how they become a Trajectory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.options import positive_integer
from lcnn_verify.packs.zgj.dynamics.problem import ScaledProblem
from lcnn_verify.packs.zgj.dynamics.trajectory import StopReason, Trajectory
from lcnn_verify.packs.zgj.population.floor import UNDERFLOW

POINTS_PER_DECADE = 50


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
        powers = np.arange(math.ceil(POINTS_PER_DECADE * math.log10(stop)) + 1)
        grid = np.unique(np.rint(10.0 ** (powers / POINTS_PER_DECADE)).astype(np.int64))
        return grid[(first <= grid) & (grid < stop)]


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
        """Take points with scaled losses and norms; ``floor`` is the largest loss floor there."""
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
        self,
        problem: ScaledProblem,
        weights: FloatArray,
        reason: StopReason,
        *,
        overshot: bool = False,
    ) -> Trajectory:
        """The run in the caller's units; ``overshot`` if its last step led to no finite loss."""
        kept = np.concatenate(self._kept, axis=1)
        if kept[0, -1] != self._last[0, 0]:
            kept = np.concatenate((kept, self._last), axis=1)
        increase = self._increase if self.points > 1 else 0.0
        return Trajectory(
            times=kept[0].copy(),
            losses=problem.loss(kept[1]),
            gradient_norms=problem.gradient_norm(kept[2]),
            weights=weights,
            stop_reason=reason,
            steps=self.points - 1,
            largest_increase=math.inf if overshot else float(problem.loss(increase)),
            loss_floor=float(problem.loss(self._floor)) + UNDERFLOW,
        )
