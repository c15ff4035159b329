"""Which labels are fitted: Levenberg and Marquardt's method in compiled code, maps of success."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from lcnn_verify.numerics.activations import Activation
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import fused
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation, fast
from lcnn_verify.packs.oymak_soltanolkotabi.fast import residual_and_slopes
from lcnn_verify.packs.oymak_soltanolkotabi.jets import NUMBERS
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem, at_paper_scale, drawn

FITTED = 1e-8
"""Of ‖y‖: a residual that counts as a fit."""
_STEPS = 120


@fused
def gram(slopes: FloatArray, v: FloatArray, products: FloatArray, K: FloatArray) -> float:
    """Multiply the rows of ``slopes`` (k, n) by v, write JJᵀ into K (n, n); return its trace."""
    for j in range(len(v)):
        for i in range(len(K)):
            slopes[j, i] *= v[j]
    np.dot(slopes.T, slopes, K)
    trace = 0.0
    for i in range(len(K)):
        for j in range(len(K)):
            K[i, j] *= products[i, j]
        trace += K[i, i]
    return trace


@fused
def change(
    slopes: FloatArray, X: FloatArray, K: FloatArray, damping: float, r: FloatArray
) -> FloatArray:
    """Jᵀ(K + damping·I)⁻¹r (k, d)."""
    damped, weighted = K.copy(), np.empty(slopes.shape)
    for i in range(len(K)):
        damped[i, i] += damping
    move = np.linalg.solve(damped, r)
    for j in range(len(slopes)):
        for i in range(len(K)):
            weighted[j, i] = slopes[j, i] * move[i]
    found: FloatArray = np.dot(weighted, X)
    return found


@fused
def levenberg(
    number: int,
    X: FloatArray,
    columns: FloatArray,
    products: FloatArray,
    y: FloatArray,
    v: FloatArray,
    W: FloatArray,
    target: float,
    most: int,
) -> float:
    """Fit W, which is written over, until ‖r‖ ≤ ``target`` or for ``most`` steps; return ‖r‖.

    ``columns`` is Xᵀ and ``products`` XXᵀ. A step is Jᵀ(JJᵀ + μI)⁻¹r, an n × n system with
    JJᵀ = (PPᵀ) ∘ (XXᵀ), P = φ′(XWᵀ)diag(v); μ falls with success and grows with failure.
    """
    n, k = len(X), len(W)
    values, slopes, fresh = np.empty((k, n)), np.empty((k, n)), np.empty((k, n))
    r, ahead, moved, K = np.empty(n), np.empty(n), np.empty(W.shape), np.empty((n, n))
    size, damping = residual_and_slopes(number, columns, y, v, W, values, r, slopes), -1.0
    stale = True
    for _ in range(most):
        if not size > target:
            break
        if stale:
            trace = gram(slopes, v, products, K)
            if damping < 0.0:
                damping = max(1e-2 * trace / n, 1e-14)
        step = change(slopes, X, K, damping, r)
        for j in range(k):
            for c in range(W.shape[1]):
                moved[j, c] = W[j, c] - step[j, c]
        after = residual_and_slopes(number, columns, y, v, moved, values, ahead, fresh)
        stale = after < size
        if stale:
            size, damping = after, max(damping / 3.0, 1e-14)
            slopes, fresh, r, ahead = fresh, slopes, ahead, r
            for j in range(k):
                for c in range(W.shape[1]):
                    W[j, c] = moved[j, c]
        else:
            damping *= 4.0
    return size


def fit(problem: Problem) -> tuple[FloatArray, float]:
    """The W that Levenberg and Marquardt's method ends at, and ‖r‖ there."""
    W, target = problem.W.copy(), FITTED * float(np.linalg.norm(problem.y))
    X, number = problem.X, NUMBERS[problem.sigma.name]
    inputs = (X, np.ascontiguousarray(X.T), X @ X.T)
    return W, float(levenberg(number, *inputs, problem.y, problem.v, W, target, _STEPS))


def by_levenberg(problem: Problem) -> bool:
    """Whether Levenberg and Marquardt's method fits the labels, held to the plain residual."""
    W, _ = fit(problem)
    size = float(np.linalg.norm(evaluation.residual(problem, W)))
    return size <= 1.001 * FITTED * float(np.linalg.norm(problem.y))


def by_descent(most: int) -> Callable[[Problem], bool]:
    """Whether ``most`` steps of descent with η = 1/‖J₀‖² reach a hundredth of r₀."""

    def fits(problem: Problem) -> bool:
        step = 1.0 / float(np.linalg.eigvalsh(evaluation.gram(problem, problem.W))[-1])
        target = 1e-2 * float(np.linalg.norm(evaluation.residual(problem, problem.W)))
        return bool(fast.descend(problem, step, target, most)[1][-1] <= target)

    return fits


Make: TypeAlias = Callable[[int, int, int, int], Problem]
"""The problem of a size (n, d, k) and a seed."""


def random_labels(sigma: Activation, factor: float = 1.0, *, one_signed: bool = False) -> Make:
    """Makes problems at ``factor`` times the paper's scale, perhaps with all of v positive."""

    def make(n: int, d: int, k: int, seed: int) -> Problem:
        one = at_paper_scale(drawn(sigma, n, d, k, seed=seed, one_signed=one_signed))
        return one if factor == 1.0 else one.scaled(factor)

    return make


def successes(
    fits: Callable[[Problem], bool],
    make: Make,
    sizes: Sequence[tuple[int, int, int]],
    trials: int,
    seed: int,
) -> NDArray[np.bool_]:
    """Which of ``trials`` problems of each size (n, d, k) are fitted (sizes, trials)."""
    seeds = [(seed + 1009 * trial) % 10**9 for trial in range(trials)]
    return np.array([[fits(make(*size, one)) for one in seeds] for size in sizes])


def crossings(ratios: Sequence[float], fitted: NDArray[np.bool_]) -> FloatArray:
    """Where success ends in each trial, by the area under its curve over even ``ratios``.

    Below the first ratio all are taken to succeed.
    """
    step = ratios[1] - ratios[0]
    return np.asarray(ratios[0] - 0.5 * step + step * fitted.sum(axis=0))


def interval(samples: Sequence[FloatArray]) -> tuple[float, float]:
    """The mean of the means of independent samples, and half its 95 % interval (Student's t)."""
    means = [float(sample.mean()) for sample in samples]
    errors = [float(sample.var(ddof=1)) / len(sample) for sample in samples]
    freedom = sum(len(sample) - 1 for sample in samples)
    spread = math.sqrt(sum(errors)) / len(samples)
    return math.fsum(means) / len(means), float(stdtrit(freedom, 0.975)) * spread
