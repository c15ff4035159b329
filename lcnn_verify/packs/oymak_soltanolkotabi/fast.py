"""Descent in compiled code: full gradients and single samples, for runs of many steps.

Arrays are those of a ``Problem``; W is written over. φ is taken over all inputs at once, because
its loops are vectorized.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import fused
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation
from lcnn_verify.packs.oymak_soltanolkotabi.jets import NUMBERS, jets
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem


@fused
def residual_and_slopes(
    number: int,
    columns: FloatArray,
    y: FloatArray,
    v: FloatArray,
    W: FloatArray,
    values: FloatArray,
    r: FloatArray,
    slopes: FloatArray,
) -> float:
    """Write φ(WXᵀ) into ``values`` (k, n), φ′(WXᵀ) into ``slopes`` (k, n), and r (n,); return ‖r‖.

    ``columns`` is Xᵀ (d, n).
    """
    np.dot(W, columns, values)
    jets(number, values.reshape(values.size), slopes.reshape(slopes.size))
    np.dot(v, values, r)
    for i in range(len(r)):
        r[i] -= y[i]
    return math.sqrt(np.dot(r, r))


@fused
def advance(
    number: int,
    X: FloatArray,
    columns: FloatArray,
    y: FloatArray,
    v: FloatArray,
    W: FloatArray,
    step: float,
    target: float,
    sizes: FloatArray,
) -> tuple[int, float]:
    """Descend in W until ‖r‖ ≤ ``target``, with ‖r‖ before each step in ``sizes``, which is filled.

    ``columns`` is Xᵀ. Returns how many sizes are there, and the length of the path of W.
    """
    r, pulls, change, path = np.empty(len(X)), np.empty(X.shape), np.empty(W.shape), 0.0
    values, slopes = np.empty((len(W), len(X))), np.empty((len(W), len(X)))
    for t in range(len(sizes)):
        sizes[t] = residual_and_slopes(number, columns, y, v, W, values, r, slopes)
        if not sizes[t] > target or t == len(sizes) - 1:
            return t + 1, path
        for i in range(len(X)):
            for c in range(X.shape[1]):
                pulls[i, c] = r[i] * X[i, c]
        np.dot(slopes, pulls, change)
        moved = 0.0
        for j in range(len(W)):
            for c in range(W.shape[1]):
                move = step * v[j] * change[j, c]
                W[j, c] -= move
                moved += move**2
        path += math.sqrt(moved)
    return len(sizes), path


@fused
def sample_steps(
    number: int,
    X: FloatArray,
    y: FloatArray,
    v: FloatArray,
    W: FloatArray,
    step: float,
    order: NDArray[np.int64],
) -> None:
    """One step for each entry of ``order``, on that input alone: W −= step·r_i·∇f_i."""
    slopes = np.empty(len(W))
    for i in order:
        values = W @ X[i]
        jets(number, values, slopes)
        size = step * (v @ values - y[i])
        for j in range(len(W)):
            for c in range(W.shape[1]):
                W[j, c] -= size * v[j] * slopes[j] * X[i, c]


def descend(
    problem: Problem, step: float, target: float, most: int
) -> tuple[FloatArray, FloatArray, float]:
    """The last W, ‖r‖ before each step and at the end, and the path, of at most ``most`` steps."""
    W, sizes = problem.W.copy(), np.empty(most + 1)
    arrays = (problem.X, np.ascontiguousarray(problem.X.T), problem.y, problem.v)
    count, path = advance(NUMBERS[problem.sigma.name], *arrays, W, step, target, sizes)
    return W, sizes[:count], path


def stochastic(
    problem: Problem, step: float, count: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """The last W, and ‖r‖ at the start and after each of ``count`` epochs of n single samples."""
    W, number, n = problem.W.copy(), NUMBERS[problem.sigma.name], problem.n
    sizes = [float(np.linalg.norm(evaluation.residual(problem, W)))]
    for _ in range(count):
        sample_steps(number, problem.X, problem.y, problem.v, W, step, rng.integers(0, n, n))
        sizes.append(float(np.linalg.norm(evaluation.residual(problem, W))))
    return W, np.array(sizes)
