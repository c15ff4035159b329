"""Which labels are fitted: Levenberg and Marquardt's method in compiled code, maps of success."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from lcnn_verify.numerics.activations import Activation
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation, fast
from lcnn_verify.packs.oymak_soltanolkotabi.fast import residual_and_slopes
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem, at_paper_scale, drawn

FITTED = 1e-8
"""Of ‖y‖: a residual that counts as a fit."""
_STEPS = 120


@compiled
def lower_gram(P: FloatArray, products: FloatArray, K: FloatArray) -> float:
    """Write JJᵀ = (PPᵀ) ∘ ``products`` to the lower half of K (n, n); return its trace."""
    trace = 0.0
    for i in range(len(K)):
        for j in range(i + 1):
            total = 0.0
            for c in range(P.shape[1]):
                total += P[i, c] * P[j, c]
            K[i, j] = total * products[i, j]
        trace += K[i, i]
    return trace


@compiled
def solve(K: FloatArray, damping: float, x: FloatArray) -> None:
    """Write (K + damping·I)⁻¹x over x (n,), and Cholesky's factor over the lower half of K."""
    n = len(K)
    for i in range(n):
        for j in range(i + 1):
            total = K[i, j] + (damping if i == j else 0.0)
            for c in range(j):
                total -= K[i, c] * K[j, c]
            K[i, j] = math.sqrt(max(total, 1e-300)) if i == j else total / K[j, j]
        for c in range(i):
            x[i] -= K[i, c] * x[c]
        x[i] /= K[i, i]
    for i in range(n - 1, -1, -1):
        for c in range(i + 1, n):
            x[i] -= K[c, i] * x[c]
        x[i] /= K[i, i]


@compiled
def levenberg(
    number: int,
    X: FloatArray,
    y: FloatArray,
    v: FloatArray,
    W: FloatArray,
    products: FloatArray,
    target: float,
    most: int,
) -> float:
    """Fit W, which is written over, until ‖r‖ ≤ ``target`` or for ``most`` steps; return ‖r‖.

    ``products`` is XXᵀ. A step is Jᵀ(JJᵀ + μI)⁻¹r, an n × n system; μ falls with success and grows
    with failure.
    """
    n = X.shape[0]
    r, P = np.empty(n), np.empty((n, W.shape[0]))
    fresh, other = np.empty(n), np.empty((n, W.shape[0]))
    K, move, moved = np.empty((n, n)), np.empty(n), np.empty(W.shape)
    size, damping = residual_and_slopes(number, X, y, v, W, r, P), -1.0
    for _ in range(most):
        if not size > target:
            break
        trace = lower_gram(P, products, K)
        if damping < 0.0:
            damping = 1e-2 * trace / n
        move[:] = r
        solve(K, damping, move)
        for j in range(W.shape[0]):
            for c in range(W.shape[1]):
                total = 0.0
                for i in range(n):
                    total += P[i, j] * move[i] * X[i, c]
                moved[j, c] = W[j, c] - total
        after = residual_and_slopes(number, X, y, v, moved, fresh, other)
        if after < size:
            size, damping = after, max(damping / 3.0, 1e-14)
            W[:], r[:], P[:] = moved, fresh, other
        else:
            damping *= 4.0
    return size


def fit(problem: Problem) -> tuple[FloatArray, float]:
    """The W that Levenberg and Marquardt's method ends at, and ‖r‖ there."""
    W, target = problem.W.copy(), FITTED * float(np.linalg.norm(problem.y))
    arrays = (problem.X, problem.y, problem.v, W, problem.X @ problem.X.T)
    return W, float(levenberg(fast.NUMBERS[problem.sigma.name], *arrays, target, _STEPS))


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


def successes(
    fits: Callable[[Problem], bool],
    sigma: Activation,
    sizes: Sequence[tuple[int, int, int]],
    trials: int,
    seed: int,
    factor: float = 1.0,
) -> list[int]:
    """How many of ``trials`` problems of each size (n, d, k) are fitted.

    Their v is ``factor`` times that of the paper's scale.
    """
    counts = []
    for n, d, k in sizes:
        found = 0
        for trial in range(trials):
            one = at_paper_scale(drawn(sigma, n, d, k, seed=(seed + 1009 * trial) % 10**9))
            found += fits(one if factor == 1.0 else one.scaled(factor))
        counts.append(found)
    return counts


def crossing(ratios: Sequence[float], counts: Sequence[int], trials: int) -> tuple[float, float]:
    """Where success ends, by the area under its curve over even steps, and its standard error.

    Below the first ratio all are taken to succeed.
    """
    step = ratios[1] - ratios[0]
    share = np.array(counts) / trials
    spread = float(np.sqrt((share * (1.0 - share) / trials).sum()))
    return ratios[0] - 0.5 * step + step * float(share.sum()), step * spread
