"""Where one way of the population loss becomes faster than another, timed by turns.

    python tests/field/switch_points.py [ROUNDS]

A row is a size around a switch: what the way before it takes and the way past it, and the median
over rounds of their ratio. The last line of a switch says where the ratio passes 1, and what the
code has. On a machine of one processor the switches to threads are left out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias
from unittest import mock

import numpy as np

from lcnn_verify.benchmarks.measure import interleaved
from lcnn_verify.benchmarks.outline import time_told
from lcnn_verify.evidence.benchmark import Way
from lcnn_verify.numerics import threads
from lcnn_verify.packs.zgj import population
from lcnn_verify.packs.zgj.benchmarks import network
from lcnn_verify.packs.zgj.dynamics import batches as descents
from lcnn_verify.packs.zgj.dynamics import gradient_descent, gradient_descents, problem
from lcnn_verify.packs.zgj.model import TIED_ABS
from lcnn_verify.packs.zgj.population import batches, pairs, planar
from lcnn_verify.packs.zgj.population.scaling import scaled_family

Run: TypeAlias = Callable[[], object]
Row: TypeAlias = tuple[int, float, float, float]
ONE, NEVER = 1, 10**9


def at(module: object, name: str, value: int, run: Run) -> Run:
    """``run`` with a switch point moved."""

    def moved() -> object:
        with mock.patch.object(module, name, value):
            return run()

    return moved


def plane(n: int) -> list[Run]:
    """A call in the plane: all pairs, the sweep."""
    W, V = network(n - 2, 2, 2)
    call = partial(population.loss_and_gradient, W, V)
    return [at(population, "PLANAR_FROM", it, call) for it in (NEVER, ONE)]


def descent(n: int) -> list[Run]:
    """200 steps in the plane: all pairs, the sweep."""
    W, V = network(n - 1, 1, 2)
    run = partial(gradient_descent, W, V, step=0.01, max_steps=200, record_every="log")
    return [at(problem, "_PLANAR_FROM", it, run) for it in (NEVER, ONE)]


def shared(route: Any, d: int, n: int) -> list[Run]:
    """A call by one thread, by all."""
    family = scaled_family(*network(n - 2, 2, d), TIED_ABS).family
    return [partial(route.by_threads, family, it) for it in (1, threads.cores())]


def batch(count: int) -> list[Run]:
    """So many networks of (16, 4, 8): by one thread, by all."""
    W, V = network(16, 4, 8)
    call = partial(population.loss_and_gradient, np.repeat(W[None], count, axis=0), V)
    return [at(batches, "SHARED_FROM", it, call) for it in (10**12, 0)]


def runs(count: int) -> list[Run]:
    """200 steps of so many networks of (16, 4, 8): by one thread, by all."""
    given = [network(16, 4, 8)] * count
    run = partial(gradient_descents, given, step=0.01, max_steps=200, record_every="log")
    return [at(descents, "SHARED_FROM", it, run) for it in (10**12, 0)]


SWITCHES = {
    f"PLANAR_FROM = {population.PLANAR_FROM}": (plane, (20, 30, 40, 60, 80, 120, 160, 320)),
    f"_PLANAR_FROM = {problem._PLANAR_FROM}": (descent, (4, 6, 8, 12, 16, 20, 24, 48)),
    f"pairs.SHARED_FROM = {pairs.SHARED_FROM}, d = 3": (
        partial(shared, pairs, 3),
        (520, 600, 800, 1000, 1400, 2000),
    ),
    f"pairs.SHARED_FROM = {pairs.SHARED_FROM}, d = 50": (
        partial(shared, pairs, 50),
        (520, 600, 800, 1000, 1400, 2000),
    ),
    f"planar.SHARED_FROM = {planar.SHARED_FROM}": (
        partial(shared, planar, 2),
        (10_000, 15_000, 20_000, 25_000, 30_000, 50_000),
    ),
    "networks for batches.SHARED_FROM = "
    f"{batches.SHARED_FROM / (batches._CALL + batches.work(20, 8)):.0f}": (
        batch,
        (128, 256, 320, 400, 512, 1024),
    ),
    "runs for dynamics.batches.SHARED_FROM = "
    f"{descents.SHARED_FROM / (200 * batches.work(20, 8)):.1f}": (runs, (2, 3, 4, 6, 8, 16)),
}


def rows(make: Callable[[int], list[Run]], sizes: tuple[int, ...], rounds: int) -> Iterator[Row]:
    """Of each size: itself, the least seconds of both ways, the median ratio."""
    for size in sizes:
        before, past = make(size)
        before(), past()
        taken = interleaved({"before": Way(before), "past": Way(past)}, rounds)
        a, b = taken["before"], taken["past"]
        yield size, a.min(), b.min(), float(np.median(b / a))


def main(rounds: str = "9") -> None:
    """Print a table for each switch."""
    for name, (make, sizes) in SWITCHES.items():
        if threads.cores() == 1 and "SHARED" in name:
            continue
        print(f"{name}\n{'size':>8} {'before':>9} {'past':>9} {'ratio':>6}")
        found = list(rows(make, sizes, int(rounds)))
        for size, a, b, ratio in found:
            print(f"{size:>8} {time_told(a):>9} {time_told(b):>9} {ratio:6.2f}")
        slower = [size for size, *_, ratio in found if ratio > 1.0]
        past = min((size for size in sizes if size > max(slower, default=0)), default=None)
        print(f"faster from {past or f'more than {sizes[-1]}'}\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
