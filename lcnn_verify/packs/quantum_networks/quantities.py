"""What properties compare: value, error bound, oracle and enclosure of each (THEORY §2)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from flint import arb

from lcnn_verify.evidence.amounts import distance
from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.quantum_networks import simulator
from lcnn_verify.packs.quantum_networks.circuit import Problem
from lcnn_verify.packs.quantum_networks.simulator import FLOATS, Outcome, hessian

_GUARD = 64  # bits: norms of states near 0 keep half of them
_BITS_A_STEP = 4  # of precision that balls lose to wrapping


@dataclass(frozen=True, slots=True, eq=False)
class _Floats:
    """An outcome in float64 with bounds on its errors, and what is made of both."""

    plus: FloatArray
    minus: FloatArray
    slopes: FloatArray
    state: float
    residual: FloatArray
    residual_error: FloatArray
    gradient: FloatArray
    gradient_error: FloatArray


@lru_cache(maxsize=64)
def floats(problem: Problem) -> _Floats:
    """The outcome in float64, with bounds on its errors (THEORY §2)."""
    D = 2**problem.qubits
    found = simulator.simulate(problem, FLOATS)
    plus, minus, slopes = (np.asarray(x) for x in (found.plus, found.minus, found.slopes))
    # Each of 4p + 2 products with a matrix turns rounding of its entries into that of a state.
    state = (4 * problem.p + 2) * (D + 8) * math.sqrt(D) * ROUNDING
    off = [2 * np.sqrt(x) * state + state**2 + (D + 6) * ROUNDING * x for x in (plus, minus)]
    s, y = problem.scale, np.asarray(problem.labels)
    r = np.array(simulator.residuals(problem, found, float))
    terms = np.abs(s - y) * plus + np.abs(s + y) * minus
    r_off = np.abs(s - y) * off[0] + np.abs(s + y) * off[1] + 4 * ROUNDING * terms
    g = s * slopes @ r
    slope_off = s * slope_error(state, D)
    g_off = (np.abs(r) + r_off) @ np.full(problem.n, slope_off) + np.abs(s * slopes) @ r_off
    g_off = g_off + (problem.n + 4) * ROUNDING * (np.abs(s * slopes) @ np.abs(r))
    return _Floats(plus, minus, slopes, state, r, r_off, g, g_off)


def slope_error(state: float, D: int) -> float:
    """How far 2 Im⟨λ, Hφ⟩ is off where both states of norm 1 are off by ``state``."""
    return 2 * (2 * state + state**2) + 4 * (D + 6) * ROUNDING


def _quantity(
    label: str,
    value: float,
    error: float,
    problem: Problem,
    formula: Callable[[Outcome, Callable[[float], Any], Callable[[Any], Any]], Any],
    scale: float = 1.0,
) -> Quantity:
    """A quantity that ``formula(outcome, number, sqrt)`` gives in decimals and in balls."""

    def exact(digits: int) -> Any:
        with mpmath.workdps(2 * digits + 20):
            return formula(simulator.oracle(problem, digits), mpmath.mpf, mpmath.sqrt)

    def enclosed(bits: int) -> arb:
        with balls.working_precision(2 * bits + _GUARD):
            return formula(simulator.enclosed(problem, 2 * bits + _GUARD), arb, _root)

    return Quantity(label, value, error * (1 + 1e-9), exact, scale, enclosed)


def _root(x: arb) -> arb:
    return balls.sqrt(x.max(arb(0)))


def slope(problem: Problem, k: int, i: int) -> Quantity:
    """|∂ŷ_i/∂θ_l| of a measurement with eigenvalues ±1."""
    found = floats(problem)
    error = slope_error(found.state, 2**problem.qubits)
    return _quantity(
        "|∂ŷ/∂θ|", abs(float(found.slopes[k, i])), error, problem, lambda o, *_: abs(o.slopes[k][i])
    )


def spread(problem: Problem, i: int) -> Quantity:
    """2√(1 − ŷ_i²) = 4‖P₊φ‖‖P₋φ‖, twice the standard deviation of M."""
    found = floats(problem)
    up, down = math.sqrt(found.plus[i]), math.sqrt(found.minus[i])
    error = 4 * found.state * (up + down + found.state) + 32 * ROUNDING * up * down

    def formula(o: Outcome, number: Any, sqrt: Any) -> Any:
        return 4 * sqrt(o.plus[i] * o.minus[i])

    return _quantity("2√(1 − ŷ²)", 4 * up * down, error, problem, formula)


def loss(problem: Problem, label: str = "L") -> Quantity:
    """L = ½ Σ_i (ŷ_i − y_i)²."""
    found = floats(problem)
    r, off = found.residual, found.residual_error
    value = 0.5 * float(r @ r)
    error = float(np.abs(r) @ off + off @ off) + (problem.n + 4) * ROUNDING * value
    return _quantity(
        label,
        value,
        error,
        problem,
        lambda o, number, _: sum(r * r for r in simulator.residuals(problem, o, number)) / 2,
    )


def squared_gradient(problem: Problem) -> Quantity:
    """‖∇L‖², which is −dL/dt along gradient flow."""
    found = floats(problem)
    g, off = found.gradient, found.gradient_error
    value = float(g @ g)
    error = float(2 * np.abs(g) @ off + off @ off) + (problem.p + 4) * ROUNDING * value

    def formula(o: Outcome, number: Any, sqrt: Any) -> Any:
        r, s = simulator.residuals(problem, o, number), number(problem.scale)
        rows = (sum(a * b for a, b in zip(row, r, strict=True)) for row in o.slopes)
        return s * s * sum(row * row for row in rows)

    return _quantity("‖∇L‖²", value, error, problem, formula)


def fastest(problem: Problem) -> Quantity:
    """8p√n·(2L)^{3/2}: no faster can L fall."""
    double = 2.0 * loss(problem)
    found = 8.0 * problem.p * Quantity.of(problem.n).sqrt() * double * double.sqrt()
    return found.named("8p√n(2L)^{3/2}")


def lower_bound(problem: Problem, time: float, factor: Fraction = Fraction(1)) -> Quantity:
    """(L₀^{−1/2} + factor·8√2·p√n·t)^{−2}, L₀ the loss of the problem."""
    rate = 8.0 * problem.p * Quantity.of(2.0 * problem.n).sqrt()
    root = 1.0 / loss(problem, "L₀").sqrt() + rate * time * factor.numerator / factor.denominator
    times = "" if factor == 1 else f"({factor})·"
    return (1.0 / (root * root)).named(f"(L₀^{{−1/2}} + {times}8√2·p√n·t)^{{−2}}")


def descended(problem: Problem, step: float, steps: int) -> Quantity:
    """L after so many steps of gradient descent: balls enclose the exact run (THEORY §2)."""
    steep = 12.0 * problem.p * problem.n  # ≥ ‖∇²L‖
    there, drift = problem, 0.0
    for _ in range(steps):
        found = floats(there)
        theta = np.array(there.angles) - step * found.gradient
        local = step * float(np.linalg.norm(found.gradient_error))
        local += 4 * ROUNDING * float(np.linalg.norm(theta) + step * np.linalg.norm(found.gradient))
        drift = ((1.0 + step * steep) * drift + local) * (1 + 1e-9)
        there = there.at(theta.tolist())
    end, slopes = loss(there), float(np.linalg.norm(floats(there).gradient))
    error = end.error + (slopes + 1e-9 + steep * drift) * drift

    def enclosed(bits: int) -> arb:
        at = bits + _GUARD + _BITS_A_STEP * steps
        with balls.working_precision(at):
            return simulator.ball_descent(problem, step, steps)

    return Quantity("L after descent", end.value, error, enclosed=enclosed)


def estimated(coarse: Problem, fine: Problem) -> Quantity:
    """L(t) of a flow: that of the coarser of two runs, ten times their distance off."""
    found, other = loss(coarse), loss(fine)
    error = found.error + other.error + 10.0 * abs(found.value - other.value)
    return Quantity("L(t)", found.value, error)


def fourth_root(problem: Problem, label: str) -> Quantity:
    """L^{1/4}."""
    return loss(problem).sqrt().sqrt().named(label)


def reach(problem: Problem, other: Problem) -> Quantity:
    """(√2·p√n)^{1/2}·‖θ − θ′‖: by no more does L^{1/4} change from θ to θ′."""
    steep = (Quantity.of(2.0 * problem.n).sqrt() * problem.p).sqrt()
    apart = distance(np.array(problem.angles), np.array(other.angles), "‖θ − θ′‖")
    return (steep * apart).named("(√2·p√n)^{1/2}‖θ − θ′‖")


def gone(problem: Problem, other: Problem) -> Quantity:
    """How much of its reach L^{1/4} goes from θ′ to θ."""
    first, second = (fourth_root(at, "L^{1/4}") for at in (problem, other))
    ratio = (first - second) / reach(problem, other)
    return ratio.named("(L(θ)^{1/4} − L(θ′)^{1/4})/((√2·p√n)^{1/2}‖θ − θ′‖)")


def exponent(problem: Problem, time: float) -> Quantity:
    """t‖∇L‖²/L = −d log L/d log t, where a flow is at time t."""
    return (time * squared_gradient(problem) / loss(problem)).named("t‖∇L‖²/L")


def valley(problem: Problem, least: float) -> tuple[float, float]:
    """½∇rᵀA⁺∇r over r = |ŷ − y| of one input, and λ_min/λ_max of A = ∇²r, both in float64.

    Eigenvalues of A up to ``least`` times the largest count as 0. The first number is 1 where r is
    the quadratic form ½xᵀAx of the rest, and another at a minimum that is degenerate or has r > 0.
    (0, 0) where no eigenvalue is positive, or r = 0.
    """
    r, values, axes = abs(float(floats(problem).residual[0])), *np.linalg.eigh(hessian(problem))
    kept = values > least * values[-1]
    if not (values[-1] > 0.0 < r):
        return 0.0, 0.0
    parts = axes.T[kept] @ floats(problem).slopes[:, 0]
    return float(parts**2 @ (0.5 / values[kept])) / r, float(values[kept][0] / values[-1])


def sharpness(problem: Problem) -> Quantity:
    """‖∇L‖² over 8p√n(2L)^{3/2}."""
    return (squared_gradient(problem) / fastest(problem)).named("‖∇L‖²/(8p√n(2L)^{3/2})")
