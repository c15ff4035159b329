"""Each route against its rival, as ratios within one run: printed and recorded, never asserted."""

from __future__ import annotations

import math
from time import perf_counter
from typing import Any

import numba
import numpy as np
import pytest

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import TIED_ABS
from lcnn_verify.packs.zgj.population import dense, planar, small
from lcnn_verify.packs.zgj.population.family import Family, Route
from lcnn_verify.packs.zgj.population.scaling import scaled_family

# Plain Python bodies are only run to see that the benchmark works.
JIT = not numba.config.DISABLE_JIT


def untiled(family: Family) -> tuple[float, FloatArray]:
    """The textbook version: whole n × n matrices in NumPy; |·|, tied readout."""
    units, students = family.units, family.students
    charges = family.signs * family.masses
    rho = np.clip(units @ units.T, -1.0, 1.0)
    arc = np.arcsin(rho)
    kernel = (2 / math.pi) * (np.sqrt((1.0 - rho) * (1.0 + rho)) + rho * arc)
    field = kernel @ charges
    slope = (2 / math.pi) * arc[:students] * charges
    radial = 2.0 * field[:students] - np.sum(slope * rho[:students], axis=1)
    pull = radial[:, None] * units[:students] + slope @ units
    return 0.5 * float(charges @ field), pull


def seconds(route: Route, family: Family, repeats: int) -> float:
    """The fastest of a few runs."""
    best = math.inf
    for _ in range(repeats):
        start = perf_counter()
        route(family)
        best = min(best, perf_counter() - start)
    return best


CONTESTS: list[tuple[str, Route, str, Route, int, int]] = [
    ("dense", dense.loss_and_pull, "untiled", untiled, 2000, 50),
    ("dense", dense.loss_and_pull, "untiled", untiled, 2000, 3),
    ("dense", dense.loss_and_pull, "untiled", untiled, 300, 500),
    ("planar", planar.loss_and_pull, "dense", dense.loss_and_pull, 2000, 2),
    ("planar", planar.loss_and_pull, "small", small.loss_and_pull, 24, 2),
    ("small", small.loss_and_pull, "dense", dense.loss_and_pull, 6, 3),
    ("small", small.loss_and_pull, "dense", dense.loss_and_pull, 20, 8),
    ("small", small.loss_and_pull, "dense", dense.loss_and_pull, 48, 3),
]


@pytest.mark.parametrize("contest", CONTESTS, ids=lambda c: f"{c[0]}-{c[2]}-n{c[4]}-d{c[5]}")
def test_route_against_rival(
    contest: tuple[str, Route, str, Route, int, int], benchmark: Any
) -> None:
    name, route, rival_name, rival, n, d = contest
    n = n if JIT else min(n, 40)
    rng = np.random.default_rng(0)
    W, V = rng.normal(size=(n - 2, d)), rng.normal(size=(2, d))
    family = scaled_family(W, V, TIED_ABS).family
    value, pull = benchmark(route, family)
    expected, rival_pull = rival(family)
    total = float(family.masses.sum())
    assert abs(value - expected) <= 1e-13 * total**2
    assert np.abs(pull - rival_pull).max() <= 1e-13 * total
    repeats = (3 if n > 200 else 30) if JIT else 1
    mine, others = seconds(route, family, repeats), seconds(rival, family, repeats)
    benchmark.extra_info |= {"rival": rival_name, "speedup": others / mine}
    print(f"\n{name} n={n} d={d}: {1e3 * mine:.4g} ms, {others / mine:.2f}x {rival_name}")


@pytest.mark.parametrize("n", [10_000, 1_000_000])
def test_planar_cost_per_neuron(n: int, benchmark: Any) -> None:
    n = n if JIT else 100
    rng = np.random.default_rng(0)
    W, V = rng.normal(size=(n - 2, 2)), rng.normal(size=(2, 2))
    family = scaled_family(W, V, TIED_ABS).family
    benchmark.pedantic(planar.loss_and_pull, args=(family,), rounds=3, warmup_rounds=1)
    fresh = seconds(planar.loss_and_pull, family, 2)
    order = planar.line_order(family.units)
    start = perf_counter()
    planar.planar_loss_and_pull(family, order)
    kept = perf_counter() - start
    benchmark.extra_info |= {"ns_per_neuron": 1e9 * fresh / n, "sorting_share": 1 - kept / fresh}
    print(f"\nplanar n={n}: {1e9 * fresh / n:.0f} ns a neuron, {1e9 * kept / n:.0f} already sorted")
