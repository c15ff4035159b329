"""Speed as ratios of rounds that take turns, since only those survive a busy machine; and peers."""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray

Run: TypeAlias = Callable[[], object]
REFERENCES = "lcnn_verify.packs.zgj.gallery.references"
ROUNDS = 9


def network(m: int, r: int, d: int) -> tuple[FloatArray, FloatArray]:
    """Students that share the mass of orthogonal teachers, each displaced by 30 % of itself."""
    V = np.eye(d)[np.arange(r) % d] + 0.1 * np.random.default_rng(1).normal(size=(r, d))
    shift = 0.3 * np.random.default_rng(0).normal(size=(m, d))
    return (V[np.arange(m) % r] + shift) / math.sqrt(m / r), V


def seconds(run: Run, calls: int = 1) -> float:
    """What a call takes, on average."""
    start = perf_counter()
    for _ in range(calls):
        run()
    return (perf_counter() - start) / calls


def interleaved(runs: dict[str, Run | None]) -> dict[str, FloatArray]:
    """Seconds a call, (ROUNDS,), of each run there is; a round fills a fiftieth of a second."""
    there = {name: run for name, run in runs.items() if run is not None}
    taken: dict[str, list[float]] = {name: [] for name in there}
    once = {name: min(seconds(run), seconds(run)) for name, run in there.items()}
    for _ in range(ROUNDS):
        for name, run in there.items():
            taken[name].append(seconds(run, max(1, int(0.02 / once[name]))))
    return {name: np.array(rounds) for name, rounds in taken.items()}


def compared(title: str, runs: dict[str, Run | None], benchmark: Any, capsys: Any) -> None:
    """Print and record how many times the first run's time each other takes: least and median."""
    taken = interleaved(runs)
    ours, *others = runs
    mine = taken[ours]
    line = f"\n{title}: {1e6 * mine.min():.4g} µs (median {1e6 * np.median(mine):.4g})"
    for name in others:
        if name not in taken:
            line += f"; {name} —"
            continue
        least = float(taken[name].min() / mine.min())
        median = float(np.median(taken[name]) / np.median(mine))
        benchmark.extra_info[name] = {"minimum": least, "median": median}
        line += f"; {name} ×{least:.2f} (×{median:.2f})"
    with capsys.disabled():
        print(line, end="")


def jax_peer(W: FloatArray, V: FloatArray) -> Run | None:
    """``jit(value_and_grad)``; None without JAX."""
    if importlib.util.find_spec("jax") is None:
        return None
    import jax

    evaluate = importlib.import_module(f"{REFERENCES}.jax_autodiff")._value_and_gradient
    students, teachers = jax.numpy.asarray(W), jax.numpy.asarray(V)
    return lambda: jax.block_until_ready(evaluate(students, teachers, 2))


def jax_scan(W: FloatArray, V: FloatArray, step: float, steps: int) -> Run | None:
    """Descent by ``lax.scan``, which keeps losses and norms; None without JAX."""
    if importlib.util.find_spec("jax") is None:
        return None
    import jax

    evaluate = importlib.import_module(f"{REFERENCES}.jax_autodiff")._value_and_gradient
    students, teachers = jax.numpy.asarray(W), jax.numpy.asarray(V)

    def one(weights: Any, _: None) -> Any:
        value, slope = evaluate(weights, teachers, 2)
        return weights - step * slope, (value, jax.numpy.linalg.norm(slope))

    run = jax.jit(lambda weights: jax.lax.scan(one, weights, None, length=steps))
    return lambda: jax.block_until_ready(run(students))


def torch_peer(W: FloatArray, V: FloatArray) -> Run | None:
    """Autograd; None without PyTorch."""
    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    evaluate = importlib.import_module(f"{REFERENCES}.torch_autograd").TorchAutograd()
    students, teachers = torch.tensor(W), torch.tensor(V)
    return lambda: evaluate.loss_and_gradient(students, teachers)
