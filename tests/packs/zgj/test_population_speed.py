"""Loss and gradient against peers and rivals: ratios, printed and recorded, never asserted."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import pytest
from speed_kit import compared, jax_peer, network, seconds, torch_peer

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import TIED_ABS
from lcnn_verify.packs.zgj.population import loss_and_gradient, pairs, planar
from lcnn_verify.packs.zgj.population.family import Family
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


@pytest.mark.parametrize(
    "size", [(4, 2, 3), (16, 4, 8), (64, 8, 16), (500, 10, 50), (2000, 20, 50)], ids=str
)
def test_call_against_peers(size: tuple[int, int, int], benchmark: Any, capsys: Any) -> None:
    """Beside the peers: the two matrix products alone, and the products, arcs and sines alone."""
    W, V = network(*(size if JIT else (4, 2, 3)))
    n, d = len(W) + len(V), W.shape[1]
    benchmark(loss_and_gradient, W, V)
    if benchmark.disabled:
        return
    rng = np.random.default_rng(0)
    rows, square, sines = rng.random((n, d)), rng.random((n, n)), np.empty(n * n)

    def products() -> None:
        rows @ rows.T
        square @ rows

    def limit() -> None:
        products()
        pairs.arcs_and_sines(square.reshape(-1), sines, n * n)

    runs = {
        "ours": lambda: loss_and_gradient(W, V),
        "JAX": jax_peer(W, V),
        "PyTorch": torch_peer(W, V),
        "products": products,
        "limit": limit,
    }
    compared(f"call {size}", runs, benchmark, capsys)


@pytest.mark.parametrize(("n", "d"), [(2000, 50), (300, 500), (12, 2), (24, 2), (2000, 2)])
def test_route_against_rival(n: int, d: int, benchmark: Any, capsys: Any) -> None:
    """All pairs against whole matrices, and in the plane against the sweep."""
    n = n if JIT else min(n, 40)
    rng = np.random.default_rng(0)
    family = scaled_family(rng.normal(size=(n - 2, d)), rng.normal(size=(2, d)), TIED_ABS).family
    value, pull = benchmark(pairs.loss_and_pull, family)
    rivals = {"whole matrices": untiled} | ({"plane": planar.loss_and_pull} if d == 2 else {})
    total = float(family.masses.sum())
    for rival in rivals.values():
        expected, expected_pull = rival(family)
        assert abs(value - expected) <= 1e-13 * total**2
        assert np.abs(pull - expected_pull).max() <= 1e-13 * total
    if not benchmark.disabled:
        runs = {"pairs": pairs.loss_and_pull} | rivals
        timed = {name: lambda route=route: route(family) for name, route in runs.items()}
        compared(f"pairs n={n} d={d}", timed, benchmark, capsys)


@pytest.mark.parametrize("n", [10_000, 1_000_000])
def test_planar_cost_per_neuron(n: int, benchmark: Any, capsys: Any) -> None:
    n = n if JIT and not benchmark.disabled else 100
    rng = np.random.default_rng(0)
    W, V = rng.normal(size=(n - 2, 2)), rng.normal(size=(2, 2))
    family = scaled_family(W, V, TIED_ABS).family
    benchmark.pedantic(planar.loss_and_pull, args=(family,), rounds=3, warmup_rounds=1)
    order = planar.line_order(family.units)
    fresh = min(seconds(lambda: planar.loss_and_pull(family)) for _ in range(2))
    kept = min(seconds(lambda: planar.planar_loss_and_pull(family, order)) for _ in range(2))
    benchmark.extra_info |= {"ns_per_neuron": 1e9 * fresh / n, "sorting_share": 1 - kept / fresh}
    with capsys.disabled():
        sorted_already = f"{1e9 * kept / n:.0f} already sorted"
        print(f"\nplanar n={n}: {1e9 * fresh / n:.0f} ns a neuron, {sorted_already}", end="")
