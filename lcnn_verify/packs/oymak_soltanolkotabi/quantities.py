"""What properties compare: value, error bound, oracle and enclosure of each.

Error bounds are first order in the rounding 2⁻⁵² with constants rounded up (THEORY §2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np
from flint import arb

from lcnn_verify.evidence.amounts import distance, longest, norm
from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.evidence.spectra import eigenvalue
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import BALLS, DECIMALS, Kit
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation
from lcnn_verify.packs.oymak_soltanolkotabi.evaluation import Evaluation
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem

_MOST = 400  # values of φ
_JET = 16  # roundings of φ and φ′ at an exact argument, relative to max(1, |φ|) and to 1


@dataclass(frozen=True, slots=True)
class Floors:
    """How far float64 may be off at a point: each entry of φ′, the residual's norm, JJᵀ's norm."""

    slope: float
    residual: float
    gram: float


def floors(problem: Problem, W: FloatArray) -> Floors:
    """The rounding errors of an evaluation at ``W``; infinite at a kink of φ."""
    sizes = np.linalg.norm(problem.X, axis=1)[:, None] * np.linalg.norm(W, axis=1)
    off = (problem.d + 4) * ROUNDING * sizes  # of X Wᵀ
    if problem.sigma.smooth:
        slope = _JET * ROUNDING * max(1.0, problem.sigma.slope) + problem.sigma.bend * off.max()
    else:
        slope = math.inf if (np.abs(problem.X @ W.T) <= off).any() else 0.0
    largest = 1.0 + problem.sigma.slope * sizes  # |φ(z)| ≤ |φ(0)| + |z| sup|φ′|, |φ(0)| ≤ 1
    each = problem.sigma.slope * off + (_JET + problem.k + 4) * ROUNDING * largest
    r = each @ np.abs(problem.v) + 2 * ROUNDING * np.abs(problem.y)
    v2, X2 = float(problem.v @ problem.v), float((problem.X**2).sum())
    inner = (2 * problem.sigma.slope + slope) * slope
    inner += (problem.k + problem.d + 8) * ROUNDING * problem.sigma.slope**2
    return Floors(slope, float(np.linalg.norm(r)) * (1 + 1e-9), v2 * X2 * inner * (1 + 1e-9))


def residual_norm(problem: Problem, label: str = "‖r‖") -> Quantity:
    """‖φ(XWᵀ)v − y‖ at the problem's W."""

    def entries(kit: Kit) -> list[Any]:
        at = Evaluation(problem, kit)
        column = at.residual(at.jets(at.start)[0])
        return [column[i, 0] for i in range(problem.n)]

    @cache
    def exact(digits: int) -> Any:
        with mpmath.workdps(digits + 20):
            return mpmath.norm(entries(DECIMALS))

    @cache
    def enclosed(bits: int) -> arb:
        with balls.working_precision(bits + 64):
            return balls.norm(entries(BALLS))

    value = float(np.linalg.norm(evaluation.residual(problem, problem.W)))
    error = floors(problem, problem.W).residual + (problem.n + 4) * ROUNDING * value
    size = float(np.abs(problem.v).sum() + np.linalg.norm(problem.y)) + value
    return Quantity(label, value, error, exact if _small(problem) else None, size, enclosed)


def _small(problem: Problem) -> bool:
    """Whether mpmath is quick; larger problems are left to balls."""
    return problem.n * problem.k <= _MOST


def gram_eigenvalue(problem: Problem, index: int, label: str = "") -> Quantity:
    """The eigenvalue of that ``index``, ascending, of JJᵀ at the problem's W."""

    def matrix(kit: Kit) -> Any:
        at = Evaluation(problem, kit)
        return at.gram(at.jets(at.start)[1])

    return eigenvalue(
        label or f"λ_{index} of JJᵀ",
        evaluation.gram(problem, problem.W),
        floors(problem, problem.W).gram,
        index=index,
        exact=(lambda: matrix(DECIMALS)) if _small(problem) else None,
        enclosed=lambda: matrix(BALLS),
    )


def smallest_singular(problem: Problem, label: str = "σ_min(J)") -> Quantity:
    """σ_min(J) over the n rows: 0 where n > kd."""
    return gram_eigenvalue(problem, 0).sqrt().named(label)


def largest_singular(problem: Problem, label: str = "‖J‖") -> Quantity:
    """‖J‖ = σ_max(J)."""
    return gram_eigenvalue(problem, -1).sqrt().named(label)


def data_norm(problem: Problem) -> Quantity:
    """‖X‖₂."""
    X = problem.X

    def matrix(kit: Kit) -> Any:
        inputs = Evaluation(problem, kit).matrix(X)
        return inputs * inputs.transpose()

    found = eigenvalue(
        "‖X‖²",
        X @ X.T,
        (problem.d + 2) * ROUNDING * float((X**2).sum()),
        index=-1,
        exact=lambda: matrix(DECIMALS),
        enclosed=lambda: matrix(BALLS),
    )
    return found.sqrt().named("‖X‖")


def slope_constant(problem: Problem) -> Quantity:
    """β = sup|φ′|·‖v‖·‖X‖, which bounds ‖J‖ everywhere."""
    found = problem.sigma.slope * norm(problem.v, "‖v‖") * data_norm(problem)
    return found.named("β")


def bend_constant(problem: Problem) -> Quantity:
    """Λ = sup|φ″|·max|v_j|·max‖x_i‖·‖X‖: ‖J(W) − J(W′)‖ ≤ Λ‖W − W′‖_F everywhere."""
    most = float(np.abs(problem.v).max()) * longest(problem.X, "max‖x‖")
    return (problem.sigma.bend * most * data_norm(problem)).named("Λ")


def certificate(problem: Problem) -> Quantity:
    """α₀²/(16 Λ r₀) with α₀ = σ_min(J) and r₀ = ‖r‖ at the start: at least 1 is enough (A1)."""
    smallest, r0 = gram_eigenvalue(problem, 0), residual_norm(problem, "r₀")
    return (smallest / (16.0 * bend_constant(problem) * r0)).named("α₀²/(16Λr₀)")


def moved(problem: Problem, W: FloatArray) -> Quantity:
    """‖W − W₀‖_F of a float64 point W (k, d)."""
    return distance(W, problem.W, "‖W − W₀‖")


def mean_factor(first: Quantity, last: Quantity, steps: int) -> Quantity:
    """(last/first)^{1/steps}: the mean factor of a step."""
    ratio = last / first
    value = ratio.value ** (1.0 / steps)
    error = value * (1.1 * ratio.error / ratio.value / steps + 8 * ROUNDING)
    exact, enclosed = ratio.exact, ratio.enclosed
    return Quantity(
        "mean factor of a step",
        value,
        error,
        None if exact is None else lambda digits: mpmath.root(exact(digits), steps),
        1.0,
        None if enclosed is None else lambda bits: (enclosed(bits).log() / steps).exp(),
        parts=(ratio,),
    )


def tail(problem: Problem, step: float, points: FloatArray, steps: int, index: int) -> Quantity:
    """(1 − mean factor)/(step·λ) over ``steps`` steps between two ``points``, λ at the second."""
    first = residual_norm(problem.at(points[0]), "‖r‖ before")
    last = residual_norm(problem.at(points[1]), "‖r‖ after")
    factor = mean_factor(first, last, steps)
    return (1.0 - factor) / (step * gram_eigenvalue(problem.at(points[1]), index))
