"""Takes every route through the compiled code, which fills Numba's on-disk cache or loads it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from lcnn_verify import dynamics, population
from lcnn_verify.model import MODELS, FloatArray


def example(m: int, d: int) -> FloatArray:
    """A fixed configuration of m neurons in d dimensions, in general position."""
    return np.cos(np.arange(1.0, m * d + 1.0) ** 1.5).reshape(m, d)


def warm_up() -> None:
    """Call the compiled functions in all four models, by the routes of small and large networks.

    Takes a fraction of a second once compiled, a minute before.
    """
    for model in MODELS:
        # Few neurons, many in the plane, many in space: the three routes of population.
        for m, d in ((3, 3), (population.PLANAR_FROM, 2), (population.DENSE_FROM, 3)):
            W, V = example(m, d), np.eye(2, d)
            population.loss_and_gradient(W, V, model=model)
            dynamics.gradient_descent(W, V, step=1e-6, max_steps=2, model=model)
        dynamics.gradient_flow(example(3, 3), np.eye(2, 3), duration=1e-6, model=model)
        population.hessian(example(3, 3), np.eye(2, 3), model=model)


def compile_counts() -> tuple[int, int]:
    """How many compiled variants this process loaded from the on-disk cache, and compiled anew."""
    stats = [function.stats for function in _dispatchers()]
    return (
        sum(sum(entry.cache_hits.values()) for entry in stats),
        sum(sum(entry.cache_misses.values()) for entry in stats),
    )


def is_cold() -> bool:
    """Whether the on-disk cache lacks compiled code, so that the first use must compile it."""
    return any(not function._cache._cache_file._load_index() for function in _dispatchers())


def _dispatchers() -> Iterator[Any]:
    """Every Numba function of the package's loaded modules; none with ``NUMBA_DISABLE_JIT=1``."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith("lcnn_verify."):
            for value in vars(module).values():
                if hasattr(value, "py_func") and value.py_func.__module__ == name:
                    yield value
