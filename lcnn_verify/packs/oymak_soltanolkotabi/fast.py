"""Descent in compiled code: full gradients and single samples, for runs of many steps.

Arrays are those of a ``Problem``; W is written over.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.packs.oymak_soltanolkotabi.problem import EVERY, Problem

NUMBERS = {name: number for number, name in enumerate(EVERY)}
"""What compiled code calls an activation."""


@compiled
def jet(number: int, z: float) -> tuple[float, float]:
    """φ and φ′ at z of the activation of that number."""
    if number == 0:
        small = math.exp(-abs(z))
        slope = 1.0 / (1.0 + small) if z > 0.0 else small / (1.0 + small)
        return max(z, 0.0) + math.log1p(small), slope
    if number == 1 or number == 2:
        value = math.tanh(z + 0.5 * (number - 1))
        return value, 1.0 - value * value
    if number == 3:
        value = math.exp(-z * z)
        return value, -2.0 * z * value
    return max(z, 0.0), 1.0 if z > 0.0 else 0.0


@compiled
def residual_and_slopes(
    number: int,
    X: FloatArray,
    y: FloatArray,
    v: FloatArray,
    W: FloatArray,
    r: FloatArray,
    P: FloatArray,
) -> float:
    """Write r (n,) and P = φ′(XWᵀ)diag(v) (n, k); return ‖r‖."""
    total = 0.0
    for i in range(X.shape[0]):
        value = -y[i]
        for j in range(W.shape[0]):
            z = 0.0
            for c in range(W.shape[1]):
                z += X[i, c] * W[j, c]
            phi, slope = jet(number, z)
            value += v[j] * phi
            P[i, j] = v[j] * slope
        r[i] = value
        total += value * value
    return math.sqrt(total)


@compiled
def advance(
    number: int,
    X: FloatArray,
    y: FloatArray,
    v: FloatArray,
    W: FloatArray,
    step: float,
    target: float,
    sizes: FloatArray,
) -> tuple[int, float]:
    """Descend in W until ‖r‖ ≤ ``target``, with ‖r‖ before each step in ``sizes``, which is filled.

    Returns how many sizes are there, and the length of the path of W.
    """
    r, P = np.empty(X.shape[0]), np.empty((X.shape[0], W.shape[0]))
    path = 0.0
    for t in range(len(sizes)):
        sizes[t] = residual_and_slopes(number, X, y, v, W, r, P)
        if not sizes[t] > target or t == len(sizes) - 1:
            return t + 1, path
        moved = 0.0
        for j in range(W.shape[0]):
            for c in range(W.shape[1]):
                slope = 0.0
                for i in range(X.shape[0]):
                    slope += r[i] * P[i, j] * X[i, c]
                W[j, c] -= step * slope
                moved += (step * slope) ** 2
        path += math.sqrt(moved)
    return len(sizes), path


@compiled
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
    slopes = np.empty(W.shape[0])
    for i in order:
        value = -y[i]
        for j in range(W.shape[0]):
            z = 0.0
            for c in range(W.shape[1]):
                z += X[i, c] * W[j, c]
            phi, slope = jet(number, z)
            value += v[j] * phi
            slopes[j] = v[j] * slope
        for j in range(W.shape[0]):
            for c in range(W.shape[1]):
                W[j, c] -= step * value * slopes[j] * X[i, c]


def descend(
    problem: Problem, step: float, target: float, most: int
) -> tuple[FloatArray, FloatArray, float]:
    """The last W, ‖r‖ before each step and at the end, and the path, of at most ``most`` steps."""
    W, sizes = problem.W.copy(), np.empty(most + 1)
    arrays = (problem.X, problem.y, problem.v)
    count, path = advance(NUMBERS[problem.sigma.name], *arrays, W, step, target, sizes)
    return W, sizes[:count], path


def stochastic(
    problem: Problem, step: float, count: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """The last W, and ‖r‖ at the start and after each of ``count`` epochs of n single samples."""
    W, number, n = problem.W.copy(), NUMBERS[problem.sigma.name], problem.n
    arrays = (problem.X, problem.y, problem.v)
    r, P = np.empty(n), np.empty((n, problem.k))
    sizes = [residual_and_slopes(number, *arrays, W, r, P)]
    for _ in range(count):
        sample_steps(number, *arrays, W, step, rng.integers(0, n, n))
        sizes.append(residual_and_slopes(number, *arrays, W, r, P))
    return W, np.array(sizes)
