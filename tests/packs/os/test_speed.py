"""Maps of fits against the obvious NumPy loop over runs, as ratios within one run; no asserts."""

from __future__ import annotations

import math
from time import process_time
from typing import Any

import numba
import numpy as np
import pytest

from lcnn_verify.numerics.activations import SOFTPLUS
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.oymak_soltanolkotabi import fast
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem, at_paper_scale, drawn

STEPS = 400 if not numba.config.DISABLE_JIT else 2
STEP = 0.01
CELLS = [(k, ratio) for k in (4, 6, 8, 10, 12, 14) for ratio in (0.4, 0.8, 1.2)]


def plain(problem: Problem) -> FloatArray:
    """Descent as one writes it down."""
    X, y, v, W = problem.X, problem.y, problem.v, problem.W.copy()
    for _ in range(STEPS):
        z = X @ W.T
        r = np.logaddexp(0.0, z) @ v - y
        if not np.linalg.norm(r) > 0.0:
            break
        W -= STEP * ((v / (1.0 + np.exp(-z))) * r[:, None]).T @ X
    return W


def seconds(runs: list[Problem], *ways: Any) -> list[float]:
    """Processor time of all runs in each way: the fastest of three, by turns."""
    best = [math.inf] * len(ways)
    for _ in range(3):  # by turns: what else the processor does meets all of them
        for w, descend in enumerate(ways):
            start = process_time()
            for problem in runs:
                descend(problem)
            best[w] = min(best[w], process_time() - start)
    return best


def test_a_map_of_descent(benchmark: Any) -> None:
    """Cells of the quick map, d = 6, three runs each, every run to the end of its budget."""
    cells = {
        (k, round(ratio * k * 6)): [
            at_paper_scale(drawn(SOFTPLUS, round(ratio * k * 6), 6, k, seed=s)) for s in range(3)
        ]
        for k, ratio in CELLS
    }

    def ours(problem: Problem) -> FloatArray:
        return fast.descend(problem, STEP, 0.0, STEPS)[0]

    first = cells[4, 10][0]
    assert ours(first) == pytest.approx(plain(first), abs=1e-12)
    benchmark.pedantic(lambda: [ours(each) for runs in cells.values() for each in runs], rounds=1)
    spent = {size: seconds(runs, plain, ours) for size, runs in cells.items()}
    ratios = {size: theirs / mine for size, (theirs, mine) in spent.items()}
    theirs, mine = map(sum, zip(*spent.values(), strict=True))
    whole = theirs / mine
    benchmark.extra_info |= {
        "times as fast": round(whole, 1),
        "least": round(min(ratios.values()), 1),
    }
    for (k, n), ratio in ratios.items():
        print(f"\nk = {k}, n = {n}: {ratio:.1f} times as fast as a NumPy loop", end="")
    print(f"\nthe map: {whole:.1f} times as fast as a NumPy loop over runs")
