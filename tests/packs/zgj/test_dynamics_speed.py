"""Descent and flow against the obvious way to write them, as ratios within one run; no asserts."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numba
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.dynamics import gradient_descent, gradient_flow
from lcnn_verify.packs.zgj.population import gradient

# Plain Python bodies are only run to see that the benchmark works.
JIT = not numba.config.DISABLE_JIT


def network(m: int, r: int, d: int) -> tuple[FloatArray, FloatArray]:
    """Students that share the mass of orthogonal teachers, each displaced by 30 % of itself."""
    V = np.eye(d)[np.arange(r) % d] + 0.1 * np.random.default_rng(1).normal(size=(r, d))
    shift = 0.3 * np.random.default_rng(0).normal(size=(m, d))
    return (V[np.arange(m) % r] + shift) / math.sqrt(m / r), V


def seconds(run: Callable[[], object], repeats: int) -> float:
    """The fastest of a few runs."""
    best = math.inf
    for _ in range(repeats):
        start = perf_counter()
        run()
        best = min(best, perf_counter() - start)
    return best


@pytest.mark.parametrize(
    ("m", "r", "d", "steps", "target"),
    [
        (4, 2, 3, 20_000, 3e-6),
        (8, 3, 4, 10_000, 6e-6),
        (16, 4, 8, 4000, 9e-6),
        (64, 8, 16, 300, 104e-6),
        (512, 4, 3, 50, None),
        (16, 2, 2, 10_000, None),
        (4096, 2, 2, 300, 600e-6),
    ],
)
def test_descent_step(
    m: int, r: int, d: int, steps: int, target: float | None, benchmark: Any
) -> None:
    """One step, against a Python loop over ``gradient`` and against THEORY §8's compiled peer."""
    W, V = network(*((m, r, d) if JIT else (min(m, 20), r, d)))
    steps = steps if JIT else 3
    step = 0.1 / float((V**2).sum())

    def ours() -> None:
        gradient_descent(W, V, step=step, max_steps=steps, record_every="log")

    def plain() -> None:
        weights = W
        for _ in range(3):
            weights = weights - step * gradient(weights, V)

    benchmark.pedantic(ours, rounds=3, warmup_rounds=1)
    mine, others = seconds(ours, 3) / steps, seconds(plain, 10) / 3
    benchmark.extra_info |= {"us_per_step": 1e6 * mine, "speedup_over_loop": others / mine}
    line = f"\ndescent {(m, r, d)}: {1e6 * mine:.3g} µs a step, {others / mine:.1f}x a Python loop"
    if target is not None:
        benchmark.extra_info["time_over_target"] = mine / target
        line += f", {mine / target:.2f} of the target"
    print(line)


@pytest.mark.parametrize(("m", "r", "d"), [(4, 2, 3), (16, 4, 8), (64, 2, 2)])
def test_flow_to_the_tail(m: int, r: int, d: int, benchmark: Any) -> None:
    """To t = 1000, where the flow is stiff, against SciPy's default explicit method."""
    W, V = network(*((m, r, d) if JIT else (4, 2, d)))
    duration = 1000.0 if JIT else 1.0

    def ours() -> None:
        gradient_flow(W, V, duration=duration)

    def explicit() -> None:
        solve_ivp(
            lambda _, y: -gradient(y.reshape(W.shape), V).ravel(),
            (0.0, duration),
            W.ravel(),
            rtol=1e-9,
            atol=1e-11,
        )

    benchmark.pedantic(ours, rounds=3, warmup_rounds=1)
    mine, others = seconds(ours, 2), seconds(explicit, 1)
    benchmark.extra_info |= {"seconds": mine, "speedup_over_explicit": others / mine}
    print(f"\nflow {(m, r, d)}: {mine:.3g} s, {others / mine:.1f}x SciPy's RK45")
