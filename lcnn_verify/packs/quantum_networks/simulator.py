"""The state of a circuit, and derivatives by the adjoint method, in float64 and in balls.

With φ the state after rotation l and λ = U*…MU…φ pulled back to the same place, ∂ŷ/∂θ_l =
2 Im⟨λ, H_l φ⟩: a pass forth and a pass back give all p derivatives, in O(pD²) operations for states
of D numbers. The oracle shares nothing with them: dense matrix exponentials of mpmath, and the
shift rule ∂ŷ/∂θ_l = ŷ(θ_l + π/4) − ŷ(θ_l − π/4), which holds since H_l² = I.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import mpmath
import numpy as np
from flint import acb, acb_mat, arb

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.flow import gradient_flow
from lcnn_verify.numerics.trajectory import Trajectory
from lcnn_verify.packs.quantum_networks.circuit import Gaussian, Problem, involution


@dataclass(frozen=True, slots=True)
class Kit:
    """An arithmetic: involutions by name and number of qubits, inputs as columns, and products.

    ``rotation`` is exp(−itH) of an involution H, and ``overlaps`` are ⟨a, b⟩ of the columns of two
    matrices.
    """

    involution: Callable[[str, int], Any]
    states: Callable[[Any], Any]
    times: Callable[[Any, Any], Any]
    rotation: Callable[[Any, Any], Any]
    overlaps: Callable[[Any, Any], list[Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of each input ‖P₊Uψ‖² and ‖P₋Uψ‖², P± = (I ± M)/2, and ∂⟨M⟩/∂θ (p, n): M not scaled."""

    plus: Sequence[Any]
    minus: Sequence[Any]
    slopes: Sequence[Sequence[Any]]


def simulate(problem: Problem, kit: Kit, angles: Sequence[Any] | None = None) -> Outcome:
    """Measurement and derivatives of the circuit, at other ``angles`` if they are given.

    1 − ⟨M⟩² = 4‖P₊Uψ‖²‖P₋Uψ‖² loses no digits near ±1.
    """
    theta = problem.angles if angles is None else angles
    H = [kit.involution(layer.generator, problem.qubits) for layer in problem.layers]
    U = [kit.involution(layer.fixed, problem.qubits) for layer in problem.layers]
    state = kit.states(problem.inputs)
    for k, t in enumerate(theta):
        state = kit.times(U[k], kit.times(kit.rotation(H[k], t), state))
    measured = kit.times(kit.involution(problem.measurement, problem.qubits), state)
    parts = [(state + measured) * 0.5, (state - measured) * 0.5]
    plus, minus = ([z.real for z in kit.overlaps(part, part)] for part in parts)
    slopes: list[Any] = []
    for k in reversed(range(problem.p)):
        state, measured = kit.times(U[k], state), kit.times(U[k], measured)
        slopes.append([2 * z.imag for z in kit.overlaps(measured, kit.times(H[k], state))])
        back = kit.rotation(H[k], -theta[k])
        state, measured = kit.times(back, state), kit.times(back, measured)
    return Outcome(plus, minus, slopes[::-1])


@cache
def _float_involution(name: str, qubits: int) -> Any:
    matrix, power = involution(name, qubits)
    return matrix * 0.5 ** (power / 2)


@lru_cache(maxsize=64)
def _float_states(inputs: tuple[tuple[Gaussian, ...], ...]) -> Any:
    columns = np.array([[complex(*pair) for pair in state] for state in inputs]).T
    return columns / np.linalg.norm(columns, axis=0)


def _float_rotation(H: Any, t: float) -> Any:
    turned = H * complex(0.0, -math.sin(t))
    turned.flat[:: len(H) + 1] += math.cos(t)
    return turned


FLOATS = Kit(
    _float_involution,
    _float_states,
    operator.matmul,
    _float_rotation,
    lambda a, b: list((a.conj() * b).sum(axis=0)),
)


def _ball_involution(name: str, qubits: int) -> acb_mat:
    matrix, power = involution(name, qubits)
    rows = [[acb(int(z.real), int(z.imag)) for z in row] for row in matrix]
    return acb_mat(rows) * (arb(2).rsqrt() ** power)


def _ball_states(inputs: Sequence[Sequence[Gaussian]]) -> acb_mat:
    columns = []
    for state in inputs:
        size = arb(sum(a * a + b * b for a, b in state)).sqrt()
        columns.append([acb(a, b) / size for a, b in state])
    return acb_mat([list(row) for row in zip(*columns, strict=True)])


def _ball_overlaps(a: acb_mat, b: acb_mat) -> list[acb]:
    D, n = a.nrows(), a.ncols()
    return [sum((a[j, i].conjugate() * b[j, i] for j in range(D)), acb(0)) for i in range(n)]


def _ball_rotation(H: acb_mat, t: Any) -> acb_mat:
    cos, sin, D = arb(t).cos(), arb(t).sin(), H.nrows()
    return H * acb(0, -sin) + acb_mat([[cos if j == k else 0 for k in range(D)] for j in range(D)])


BALLS = Kit(_ball_involution, _ball_states, operator.mul, _ball_rotation, _ball_overlaps)


@lru_cache(maxsize=32)
def enclosed(problem: Problem, bits: int) -> Outcome:
    """The outcome in balls of that precision."""
    with balls.working_precision(bits):
        return simulate(problem, BALLS)


def ball_descent(problem: Problem, step: float, steps: int) -> arb:
    """L after so many steps θ⁺ = θ − step·∇L in balls, at the precision in force."""
    s, theta = arb(problem.scale), [*map(arb, problem.angles)]
    for left in range(steps, -1, -1):
        found = simulate(problem, BALLS, theta)
        r = residuals(problem, found, arb)
        if left:
            slopes = [balls.dot(row, r) for row in found.slopes]
            theta = [t - step * s * g for t, g in zip(theta, slopes, strict=True)]
    return balls.norm_squared(r) / 2


@lru_cache(maxsize=32)
def oracle(problem: Problem, digits: int) -> Outcome:
    """The outcome by dense matrix exponentials and the shift rule, to about ``digits`` digits."""
    decimals = 2 * digits + 20
    with mpmath.workdps(decimals):
        q, M = problem.qubits, _decimals(problem.measurement, problem.qubits)
        turned = [_exponential(a.generator, q, a.angle, decimals) for a in problem.layers]
        quarters = [_exponential(a.generator, q, None, decimals) for a in problem.layers]
        fixed = [_decimals(a.fixed, q) for a in problem.layers]

        def expectations(state: Any, k: int) -> Any:
            """⟨M⟩ of each column, where rotation k is done and what follows is not."""
            for U, R in zip(fixed[k:], [*turned[k + 1 :], None], strict=True):
                state = U @ state if R is None else R @ (U @ state)
            return [mpmath.re(y) for y in (state.conj() * (M @ state)).sum(axis=0)]

        columns = [[mpmath.mpc(*pair) for pair in entries] for entries in problem.inputs]
        state = np.array([[z / mpmath.norm(column) for z in column] for column in columns]).T
        slopes = []
        for k, R in enumerate(turned):
            state = R @ (fixed[k - 1] @ state if k else state)
            up, down = (expectations(Q @ state, k) for Q in (quarters[k], quarters[k].conj().T))
            slopes.append([a - b for a, b in zip(up, down, strict=True)])
        values = expectations(state, problem.p - 1)
        return Outcome([(1 + y) / 2 for y in values], [(1 - y) / 2 for y in values], slopes)


@lru_cache(maxsize=256)
def _exponential(name: str, qubits: int, angle: float | None, decimals: int) -> Any:
    """exp(−iθH) by mpmath, as an array of its numbers; θ = π/4 without an angle."""
    with mpmath.workdps(decimals):
        theta = mpmath.pi / 4 if angle is None else mpmath.mpf(angle)
        H = mpmath.matrix(_decimals(name, qubits).tolist())
        return np.array(mpmath.expm(H * mpmath.mpc(0, -theta)).tolist())


def _decimals(name: str, qubits: int) -> Any:
    """An involution as an array of mpmath's numbers."""
    matrix, power = involution(name, qubits)
    return np.array([[mpmath.mpc(z) / mpmath.sqrt(2) ** power for z in row] for row in matrix])


def residuals(problem: Problem, found: Outcome, number: Callable[[float], Any]) -> list[Any]:
    """ŷ − y (n,) in the arithmetic of ``number``.

    As (s − y)‖P₊φ‖² − (s + y)‖P₋φ‖² it loses no digits near ŷ = y = ±s.
    """
    s = number(problem.scale)
    sides = zip(found.plus, found.minus, map(number, problem.labels), strict=True)
    return [(s - y) * up - (s + y) * down for up, down, y in sides]


def risk(problem: Problem) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    """L = ½ Σ_i (ŷ_i − y_i)² and ∇L in float64, as functions of θ."""

    def function(angles: FloatArray) -> tuple[float, FloatArray]:
        found = simulate(problem, FLOATS, angles.tolist())
        r = np.array(residuals(problem, found, float))
        gradient: FloatArray = problem.scale * np.asarray(found.slopes) @ r
        return 0.5 * float(r @ r), gradient

    return function


def hessian(problem: Problem) -> FloatArray:
    """The Hessian (p, p) of |ŷ − y| in float64, of one input and labels ±1: by the shift rule."""
    turns = 0.25 * math.pi * np.eye(problem.p)

    def slopes(angles: FloatArray) -> FloatArray:
        return np.asarray(simulate(problem, FLOATS, angles.tolist()).slopes)[:, 0]

    theta = np.array(problem.angles)
    rows = [slopes(theta + turn) - slopes(theta - turn) for turn in turns]
    return -problem.labels[0] * np.array(rows)


def own_time(problem: Problem) -> float:
    """1/(8√2·p√n·√L₀): at this time the bound on L has fallen to L₀/4. Infinite where L₀ = 0."""
    L0, _ = risk(problem)(np.array(problem.angles))
    steep = 8.0 * problem.p * math.sqrt(2.0 * problem.n * L0)
    return 1.0 / steep if steep else math.inf


def flow(problem: Problem, duration: float, rtol: float = 1e-8) -> tuple[Problem, Trajectory]:
    """The problem where gradient flow takes it in ``duration``, and the trajectory there."""
    start = np.array(problem.angles)
    path = gradient_flow(risk(problem), start, duration=duration, rtol=rtol, atol=rtol / 100)
    return problem.at(path.weights.tolist()), path
