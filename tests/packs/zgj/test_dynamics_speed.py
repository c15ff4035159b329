"""Descent and flow against the obvious way to write them, as ratios within one run; no asserts."""

from __future__ import annotations

from typing import Any

import numba
import pytest
from scipy.integrate import solve_ivp
from speed_kit import compared, jax_scan, network

from lcnn_verify.packs.zgj.dynamics import gradient_descent, gradient_flow
from lcnn_verify.packs.zgj.population import gradient

# Plain Python bodies are only run to see that the benchmark works.
JIT = not numba.config.DISABLE_JIT


@pytest.mark.parametrize(
    ("m", "r", "d", "steps"),
    [
        (4, 2, 3, 20_000),
        (8, 3, 4, 10_000),
        (16, 4, 8, 4000),
        (64, 8, 16, 300),
        (512, 4, 3, 50),
        (16, 2, 2, 10_000),
        (4096, 2, 2, 300),
    ],
)
def test_descent_step(m: int, r: int, d: int, steps: int, benchmark: Any, capsys: Any) -> None:
    """Runs of as many steps, in compiled code, by ``lax.scan`` and in a loop over ``gradient``."""
    W, V = network(*((m, r, d) if JIT else (min(m, 20), r, d)))
    steps = steps if JIT and not benchmark.disabled else 3
    step = 0.1 / float((V**2).sum())

    def ours() -> None:
        gradient_descent(W, V, step=step, max_steps=steps, record_every="log")

    def loop() -> None:
        weights = W
        for _ in range(steps):
            weights = weights - step * gradient(weights, V)

    benchmark.pedantic(ours, rounds=3, warmup_rounds=1)
    if not benchmark.disabled:
        scan = jax_scan(W, V, step, steps)
        title = f"descent {(m, r, d)}, {steps} steps"
        compared(title, {"ours": ours, "JAX": scan, "Python loop": loop}, benchmark, capsys)


@pytest.mark.parametrize(("m", "r", "d"), [(4, 2, 3), (16, 4, 8), (64, 2, 2)])
def test_flow_to_the_tail(m: int, r: int, d: int, benchmark: Any, capsys: Any) -> None:
    """To t = 1000, where the flow is stiff, against SciPy's default explicit method."""
    W, V = network(*((m, r, d) if JIT else (4, 2, d)))
    duration = 1000.0 if JIT and not benchmark.disabled else 1.0

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
    if not benchmark.disabled:
        compared(f"flow {(m, r, d)}", {"ours": ours, "SciPy's RK45": explicit}, benchmark, capsys)
