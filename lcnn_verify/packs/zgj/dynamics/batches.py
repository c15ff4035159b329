"""Many runs of gradient descent, of networks of any sizes, in one call of compiled code.

The networks are packed into flat arrays, one after the other, and each advances by the same number
of steps in a call: by :func:`descend`, to the last bit what it does alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lcnn_verify.numerics import threads
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled, released, unnoticed
from lcnn_verify.numerics.trajectory import Recorder
from lcnn_verify.packs.zgj.dynamics.problem import (
    Route,
    ScaledProblem,
    Status,
    Workspace,
    evaluate,
)
from lcnn_verify.packs.zgj.population import pairs, planar
from lcnn_verify.packs.zgj.population.family import Family, IntArray

# Python sees Ctrl-C between two chunks of compiled steps; the work, in nanoseconds or so, bounds a
# chunk to a fraction of a second.
CHUNK_WORK = 200_000_000
LONGEST_CHUNK = 4096
_MOST_POINTS = 2**21  # of all runs together, held at once
SHARED_FROM = 1_400_000
"""What work costs, as ``ScaledProblem.work`` estimates, that pays for another thread."""


class Packed(NamedTuple):
    """Problems one after the other, those of one chunk; what is 2-d has a row a problem.

    ``shapes`` are m, n, d, the mass power and the route; ``places`` where its weights, units and
    neurons begin; ``reals`` α, β, the target, the ceiling and the step. ``weights`` and
    ``previous`` hold all (m, d), ``units`` all (n, d), ``masses``, ``signs`` and ``order`` all n.
    """

    shapes: IntArray
    places: IntArray
    reals: FloatArray
    weights: FloatArray
    previous: FloatArray
    units: FloatArray
    masses: FloatArray
    signs: FloatArray
    order: IntArray

    @staticmethod
    def of(problems: Sequence[ScaledProblem], steps: Sequence[float]) -> Packed:
        """Problems that ``can_join``, and their steps in the caller's units."""
        spaces = [problem.space for problem in problems]
        families = [space.family for space in spaces]
        shapes = [
            (it.students, *it.units.shape, it.power, space.route)
            for it, space in zip(families, spaces, strict=True)
        ]
        scaled = [it.scaled_time(step) for it, step in zip(problems, steps, strict=True)]
        reals = [
            (it.alpha, it.beta, space.target, space.ceiling, step)
            for it, space, step in zip(families, spaces, scaled, strict=True)
        ]
        sizes = [(m * d, n * d, n) for m, n, d, *_ in shapes]
        weights = np.concatenate([problem.weights.ravel() for problem in problems])
        return Packed(
            np.array(shapes, np.int64),
            np.cumsum([(0, 0, 0), *sizes[:-1]], axis=0, dtype=np.int64),
            np.array(reals),
            weights,
            weights.copy(),
            np.concatenate([it.units.ravel() for it in families]),
            np.concatenate([it.masses for it in families]),
            np.concatenate([it.signs for it in families]),
            np.concatenate([np.arange(it.units.shape[0]) for it in families]),
        )

    def weights_of(self, k: int) -> FloatArray:
        """The students (m, d) of problem ``k``, where they are now."""
        (m, _, d, *_), at = self.shapes[k], int(self.places[k, 0])
        return self.weights[at : at + m * d].reshape(m, d).copy()


def in_chunks(
    advance: Callable[[bool, FloatArray, FloatArray], tuple[int, int, float]],
    recorder: Recorder,
    step: float,
    max_steps: int,
    longest: int,
) -> int:
    """Record a run to its end, at most so many points at a time; the status that it ends with.

    ``advance`` is :func:`descend` from ``final`` on; ``step`` is in the units of recorded times.
    """
    status = Status.RUNNING.value
    while status == Status.RUNNING:
        first = recorder.points
        losses, norms = np.empty((2, min(longest, max_steps + 1 - first)))
        with unnoticed():
            count, status, floor = advance(first + len(losses) > max_steps, losses, norms)
        times = step * np.arange(first, first + count, dtype=np.float64)
        recorder.add(times, losses[:count], norms[:count], floor)
    return status


def can_join(problem: ScaledProblem) -> bool:
    """Whether a problem is small enough to leave threads and sectors to the others."""
    n = len(problem.space.family.units)
    return problem.space.route != Route.SHARED and n < planar.WHOLE


def descend_together(
    problems: Sequence[ScaledProblem],
    steps: Sequence[float],
    recorders: Sequence[Recorder],
    max_steps: int,
) -> list[tuple[FloatArray, int]]:
    """Run problems that ``can_join`` to their ends; the weights and the status each ends with.

    ``steps`` and the times that are recorded are in the caller's units.
    """
    if not problems:
        return []
    packed = Packed.of(problems, steps)
    status = np.full(len(problems), Status.RUNNING.value)
    costs = np.array([problem.work for problem in problems])
    first = 0
    while len(alive := np.flatnonzero(status == Status.RUNNING)):
        work = costs[alive]
        longest = min(LONGEST_CHUNK, _MOST_POINTS // len(alive), CHUNK_WORK // int(work.sum()))
        length = min(max(1, longest), max_steps + 1 - first)
        final = first + length > max_steps
        losses, norms = np.empty((2, len(alive), length))
        counts, floors = np.zeros(len(alive), np.int64), np.zeros(len(alive))
        ends = (losses, norms, counts, status, floors)
        with unnoticed():
            threads.in_ranges(_advance, _cuts(work, length), alive, final, *packed, *ends)
        for row, k in enumerate(alive.tolist()):
            count = counts[row]
            times = steps[k] * np.arange(first, first + count, dtype=np.float64)
            recorders[k].add(times, losses[row, :count], norms[row, :count], float(floors[row]))
        first += length
    return [(packed.weights_of(k), int(status[k])) for k in range(len(problems))]


def _cuts(work: IntArray, length: int) -> list[int]:
    """Where to cut a chunk of so many steps, so that threads have about as much work each."""
    done = np.cumsum(work)
    parts = threads.cores() if done[-1] * length >= SHARED_FROM else 1
    inner = 1 + np.searchsorted(done, done[-1] * np.arange(1, parts) / parts)
    return sorted({0, len(work), *map(int, inner)})


@released
def _advance(
    start: int,
    stop: int,
    alive: IntArray,
    final: bool,
    shapes: IntArray,
    places: IntArray,
    reals: FloatArray,
    weights: FloatArray,
    previous: FloatArray,
    units: FloatArray,
    masses: FloatArray,
    signs: FloatArray,
    order: IntArray,
    losses: FloatArray,
    norms: FloatArray,
    counts: IntArray,
    status: IntArray,
    floors: FloatArray,
) -> None:
    """Advance the problems ``alive[start:stop]`` by a chunk, each into its own rows."""
    for row in range(start, stop):
        k = alive[row]
        m, n, d, power, route = shapes[k]
        alpha, beta, target, ceiling, step = reals[k]
        at, wide, one = places[k]
        family = Family(
            units[wide : wide + n * d].reshape((n, d)),
            masses[one : one + n],
            signs[one : one + n],
            m,
            alpha,
            beta,
            power,
        )
        space = Workspace(
            family,
            np.zeros(m),
            np.zeros((m, d)),
            pairs.Workspace(*pairs.room(n, d)),
            planar.Workspace(*planar.room(order[one : one + n])),
            route,
            target,
            ceiling,
        )
        counts[row], status[k], floors[row] = descend(
            weights[at : at + m * d].reshape((m, d)),
            previous[at : at + m * d].reshape((m, d)),
            space,
            0.0,
            step,
            final,
            losses[row],
            norms[row],
        )


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
    # Entry by entry: to copy whole arrays Numba compiles what it says of shapes, for seconds.
    slope = space.slope  # looked up in the loop, it would cost more than the step
    highest = 0.0
    for k in range(losses.size):
        status, losses[k], norms[k], floor = evaluate(weights, space, shared_loss)
        if status == Status.NON_FINITE:
            for i in range(weights.shape[0]):
                for j in range(weights.shape[1]):
                    weights[i, j] = previous[i, j]
            return k, status, highest
        highest = max(highest, floor)
        if status == Status.RUNNING and final and k == losses.size - 1:
            status = Status.BUDGET.value
        if status != Status.RUNNING:
            return k + 1, status, highest
        for i in range(weights.shape[0]):
            for j in range(weights.shape[1]):
                previous[i, j] = weights[i, j]
                weights[i, j] -= step * slope[i, j]
    return losses.size, Status.RUNNING.value, highest
