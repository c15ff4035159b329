"""What of this pack's numerics is timed: descent beside a NumPy loop, fits beside a solve."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lcnn_verify.evidence.benchmark import Benchmark, Size, Way
from lcnn_verify.numerics.activations import SOFTPLUS
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.oymak_soltanolkotabi import fast, fitting
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem, at_paper_scale, drawn

_STEP, _STEPS, _RATIO = 0.01, 400, 0.9
_DIMENSION = 6
"""Inputs' dimension in the maps of fits."""


def plain(problem: Problem) -> FloatArray:
    """Descent as one writes it down in NumPy."""
    X, y, v, W = problem.X, problem.y, problem.v, problem.W.copy()
    for _ in range(_STEPS):
        z = X @ W.T
        r = np.logaddexp(0.0, z) @ v - y
        if not np.linalg.norm(r) > 0.0:
            break
        W -= _STEP * ((v / (1.0 + np.exp(-z))) * r[:, None]).T @ X
    return W


def descent(k: int, n: int, d: int) -> Mapping[str, Way]:
    """Descent for n labels, beside a NumPy loop."""
    problem = at_paper_scale(drawn(SOFTPLUS, n, d, k, seed=0))
    return {
        "ours": Way(lambda: fast.descend(problem, _STEP, 0.0, _STEPS)[0], _STEPS),
        "NumPy": Way(lambda: plain(problem), _STEPS),
    }


def fit(k: int) -> Mapping[str, Way]:
    """Levenberg and Marquardt's method near the wall, beside the solve of one step."""
    n = round(_RATIO * k * _DIMENSION)
    problems = [at_paper_scale(drawn(SOFTPLUS, n, _DIMENSION, k, seed=s)) for s in range(4)]
    rows = np.random.default_rng(0).normal(size=(n, n + 1))
    matrix, right = rows @ rows.T, np.ones(n)

    def fits() -> None:
        for problem in problems:
            fitting.fit(problem)

    return {
        "ours": Way(fits, len(problems)),
        "solve": Way(lambda: np.linalg.solve(matrix, right), limit=True),
    }


_CELLS: tuple[Size, ...] = tuple(
    {"k": k, "n": round(_RATIO * k * _DIMENSION), "d": _DIMENSION} for k in (4, 8, 14)
)
_WIDTHS: tuple[Size, ...] = tuple({"k": k} for k in (4, 8, 16, 32))
BENCHMARKS = (
    Benchmark(
        id="os.descent",
        title="Descent of softplus networks",
        ways=descent,
        unit="step",
        sizes=_CELLS,
    ),
    Benchmark(
        id="os.fit",
        title="A fit of random labels, d = 6, n = 0.9·kd",
        ways=fit,
        unit="fit",
        sizes=_WIDTHS,
        quick=3,
        axis="k",
        note="Solve: the n × n solve of one step of the method.",
    ),
)
