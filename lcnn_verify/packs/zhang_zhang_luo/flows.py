"""Gradient flow of R near Q₁ and Q₂, m = 2, m₀ = 1, d = 1, and the numbers it is held to.

Horizons are in units of each problem's own time: 1/λ near Q₂, 1/(2κδ₀²) near Q₁. A fixed horizon
is too short for some problems and no less wrong for that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from flint import arb, arb_mat

from lcnn_verify.evidence.amounts import number, of
from lcnn_verify.evidence.draws import assumed, discard
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.evidence.spectra import eigenvalue_of
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.activations import EXP, SHIFTED_TANH, SOFTPLUS
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.flow import gradient_flow
from lcnn_verify.numerics.kits import BALLS, DECIMALS, FLOATS, Kit, dot, gram, norm, norm_squared
from lcnn_verify.numerics.trajectory import Trajectory
from lcnn_verify.packs.zhang_zhang_luo.minima import sample_of
from lcnn_verify.packs.zhang_zhang_luo.model import Problem
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample
from lcnn_verify.packs.zhang_zhang_luo.normal_form import beside_q1

LINEAR, SLOW = 12.0, 1000.0
"""Horizons, in units of 1/λ and of 1/(2κδ₀²)."""
APART = 0.1
"""δ₀: how far apart the weights start near Q₁."""
PERTURBED = 0.02
"""The size of the perturbation of a start near Q₂."""
LEAST = 1e-5
"""The least λ that flows near Q₂ are asked of: perturbations are small against those above it."""
ACTIVATIONS = {sigma.name: sigma for sigma in (EXP, SHIFTED_TANH, SOFTPLUS)}
NAMES = tuple(ACTIVATIONS)
"""The activations of flows."""


@dataclass(frozen=True, slots=True)
class Run:
    """A flow of a problem: where it started, when it ended, and what was recorded."""

    problem: Problem
    start: FloatArray
    path: Trajectory

    @property
    def limit(self) -> FloatArray:
        """The parameters at the end (4,), which stand for the limit."""
        return self.path.weights

    def end(self, kit: Kit) -> list[Any]:
        """The limit in the arithmetic of ``kit``."""
        return [*map(kit.number, self.limit.tolist())]

    def loss(self) -> Quantity:
        """R at the end, taken as exact float64 parameters."""

        def half(kit: Kit) -> Any:
            return norm_squared(self.problem.residual(self.end(kit), kit), kit) / 2

        return of("R", half)

    def squared_gradient(self) -> Quantity:
        """‖∇R‖² at the end."""

        def square(kit: Kit) -> Any:
            return norm_squared(self.problem.gradient(self.end(kit), kit), kit)

        return of("‖∇R‖²", square)

    def test_error(self, fresh: Sample) -> Quantity:
        """‖g − f*‖ at the end over fresh points."""
        there = Problem(self.problem.sigma, self.problem.target, fresh)
        return of("‖g − f*‖", lambda kit: norm(there.residual(self.end(kit), kit), kit))


def drawn_problem(name: str, n: int, rng: np.random.Generator) -> Problem:
    """A teacher of output 1 and weight w̄ in [0.5, 1.5], and n samples of [−2, 2]."""
    place = round(float(rng.uniform(0.5, 1.5)), 2)
    return Problem(ACTIVATIONS[name], Network((1.0,), ((place,),)), sample_of(rng, n, 1))


def near_q2(problem: Problem, other: float, rng: np.random.Generator) -> Run:
    """The flow from a perturbation of (ā, w̄, 0, ``other``); discards samples with λ < LEAST."""
    top, place = map(float, problem.target.theta)
    base = np.array([top, place, 0.0, other])
    rate = decay_rate(problem, base).value
    if rate < LEAST:
        discard("samples that hardly separate: λ < 10⁻⁵")
    direction = rng.normal(size=4)
    start = base + PERTURBED * direction / np.linalg.norm(direction)
    return _run(problem, start, LINEAR / rate)


def near_q1(problem: Problem, share: float, factor: float = SLOW) -> Run:
    """The flow from weights δ₀ apart beside the point of Q₁ with a₁ = ``share``·ā."""
    start = beside_q1(problem, share, np.array([APART if assumed("nearness") else 1.0]))
    return _run(problem, start, horizon(problem, start, factor))


def horizon(problem: Problem, theta: FloatArray, factor: float) -> float:
    """``factor``/(2κδ₀²), κ = (a₁a₂)²c/(2(a₁² + a₂²)): the problem's own time near Q₁."""
    a, b = float(theta[0]), float(theta[2])
    kappa = (a * b) ** 2 * bending(problem).value / (2.0 * (a * a + b * b))
    return factor / (2.0 * kappa * APART**2)


def _run(problem: Problem, start: FloatArray, duration: float) -> Run:
    function, hessian = risk(problem)
    path = gradient_flow(
        function, start, duration=duration, hessian=hessian, rtol=1e-11, atol=1e-14
    )
    return Run(problem, start, path)


Risk = Callable[[FloatArray], tuple[float, FloatArray]]


def risk(problem: Problem) -> tuple[Risk, Callable[[FloatArray], FloatArray]]:
    """R with its gradient, and its Hessian JᵀJ + Σ r_i ∇²g(x_i), in float64."""
    points, known = problem.float_arrays()
    n, d = points.shape

    def parts(theta: FloatArray) -> tuple[FloatArray, ...]:
        a, w = theta.reshape(-1, d + 1)[:, 0], theta.reshape(-1, d + 1)[:, 1:]
        value, slope, bend = problem.sigma.jet(points @ w.T, FLOATS)
        J = np.concatenate(
            [value[:, :, None], (a * slope)[:, :, None] * points[:, None, :]], axis=2
        )
        return a, slope, bend, value @ a - known, J.reshape(n, -1)

    def function(theta: FloatArray) -> tuple[float, FloatArray]:
        *_, r, J = parts(theta)
        return 0.5 * float(r @ r), J.T @ r

    def hessian(theta: FloatArray) -> FloatArray:
        a, slope, bend, r, J = parts(theta)
        H: FloatArray = J.T @ J
        for k in range(len(a)):
            at = k * (d + 1)
            mixed = points.T @ (r * slope[:, k])
            H[at, at + 1 : at + d + 1] += mixed
            H[at + 1 : at + d + 1, at] += mixed
            block = slice(at + 1, at + d + 1)
            H[block, block] += a[k] * (points.T * (r * bend[:, k])) @ points
        return H

    return function, hessian


def decay_rate(problem: Problem, theta: FloatArray, index: int = 0) -> Quantity:
    """λ: the smallest eigenvalue of JᵀJ that is not 0, at (ā, w̄, 0, w₂) with the w₂ of ``theta``.

    Those are the eigenvalues of the Gram matrix of the three columns of J that do not vanish, less
    what is 0 on fewer than three samples; ``index`` takes a larger one.
    """
    index += max(0, 3 - problem.sample.n)
    top, place = problem.target.theta
    point = [top, place, 0, float(theta[3])]

    def square(kit: Kit) -> Any:
        J = problem.jacobian([*map(kit.number, point)], kit)
        return gram([*zip(*J, strict=True)][:3], kit)

    return eigenvalue_of("λ", square, index=index)


def bending(problem: Problem) -> Quantity:
    """C = |P_⊥ q|² with q_i = x_i²σ″(w̄x_i): a quotient of Gram determinants."""
    place = problem.target.theta[1]

    def columns(kit: Kit) -> list[list[Any]]:
        found = []
        for (x,) in problem.sample.points:
            point = kit.number(x)
            value, slope, bend = problem.sigma.jet(kit.number(place) * point, kit)
            found.append([value, point * slope, point * point * bend])
        return found

    def exact(digits: int) -> Any:
        with mpmath.workdps(3 * digits + 30):
            M = mpmath.matrix(columns(DECIMALS))
            return mpmath.det(M.T * M) / mpmath.det(M[:, :2].T * M[:, :2])

    def enclosed(bits: int) -> arb:
        with balls.working_precision(3 * bits + 90):
            M = arb_mat(columns(BALLS))
            few = arb_mat([row[:2] for row in M.tolist()])
            return (M.transpose() * M).det() / (few.transpose() * few).det()

    return number("c", exact, enclosed)


def predicted_slope(run: Run) -> Quantity:
    """The slope of R^(−1/2) in t: √8·|ā|·|a₁a₂|·√c/(a₁² + a₂²), with the outputs at the end."""
    a, b = (Quantity.of(abs(float(run.limit[k]))) for k in (0, 2))
    top = abs(float(run.problem.target.outputs[0]))
    root = Quantity.of(8.0).sqrt() * bending(run.problem).sqrt()
    return (root * top * a * b / (a * a + b * b)).named("predicted slope of R^(−1/2)")


def off_the_kernel(run: Run) -> Quantity:
    """The sine of the angle between ∇R at the end and (0, a₂, 0, −a₁), which is in ker Hess R."""

    def apart(kit: Kit) -> Any:
        theta, zero = run.end(kit), kit.number(0)
        slope, along = run.problem.gradient(theta, kit), [zero, theta[2], zero, -theta[0]]
        share = dot(along, slope) / norm_squared(along, kit)
        return norm((v - share * u for u, v in zip(along, slope, strict=True)), kit)

    off = of("part of ∇R off (0, a₂, 0, −a₁)", apart)
    return (off / run.squared_gradient().sqrt()).named("sin ∠(∇R, ker Hess R)")


def misfits(run: Run) -> tuple[float, float]:
    """1 − R² of lines through R^(−1/2) and through log R, over the times past a 30th of the end."""
    late = run.path.times > run.path.times[-1] / 30.0
    t, loss = run.path.times[late], run.path.losses[late]
    return _misfit(t, loss**-0.5), _misfit(t, np.log(loss))


def _misfit(t: FloatArray, y: FloatArray) -> float:
    rest = y - np.polyval(np.polyfit(t, y, 1), t)
    return float(rest @ rest) / float(np.square(y - y.mean()).sum() or math.inf)


def stations(problem: Problem, start: FloatArray, times: list[float]) -> FloatArray:
    """The parameters (k + 1, 4) at the start and after each of k ascending ``times``."""
    found, before = [start], 0.0
    for time in times:
        found.append(_run(problem, found[-1], time - before).limit)
        before = time
    return np.array(found)
