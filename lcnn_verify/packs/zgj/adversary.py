"""A search for students whose gradient is small for their loss: what random sampling misses.

A gradient bound ‖∇L‖ ≥ κ·L is a statement about the infimum of ‖∇L‖/L below a level. Random starts
hardly ever come near a saddle, so they pass bounds that are false (THEORY §4, "Measured"). Here the
ratio itself is minimized, by quasi-Newton steps on log‖∇L‖ − log L under an augmented-Lagrangian
penalty that keeps L ≤ level. The other end needs no guard: near L = 0 the ratio grows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, ModelLike, as_model, as_pair, as_weights
from lcnn_verify.packs.zgj.population import hessian, loss_and_gradient, rounding_floor

STOP_RATIO = 1e-7
"""Below this scaled ratio a point counts as critical: rounding of the gradient is not far away."""

CRITICAL_RATIO = 1e-3
"""Scaled ratio below which :func:`lowest_critical_level` takes a point to be critical, nearly."""

_PENALTY = 10.0  # weight of the squared excess of log L over its target
_ROUNDS = 4  # multiplier updates; the penalty alone leaves log L too high by about 1/_PENALTY
_SLACK = 1e-4  # the target lies this far under log(level), so that iterates end on its good side
_NEARLY_CRITICAL = 0.1  # scaled ratio from which Newton steps towards ∇L = 0 are tried
_STEP = 1e-5  # gradient differences, in units of ‖V‖_F


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best student W (m, d) that a search met at a loss under its level.

    ``loss`` has the units of length⁴ and ``gradient_norm`` (Frobenius) of length³ for the tied
    readout; ``ratio`` = ‖∇L‖_F·‖V‖_F / L has none, and is infinite when no point under the level
    was met (W is then the start). ``evaluations`` counts evaluations of the pair (L, ∇L).
    """

    W: FloatArray
    loss: float
    gradient_norm: float
    ratio: float
    evaluations: int


class _Satisfied(Exception):
    """The ratio fell below the stop ratio."""


class _Search:
    """The penalized objective and the best admissible point it has seen."""

    def __init__(
        self, W: FloatArray, V: FloatArray, level: float, model: Model, stop_ratio: float
    ) -> None:
        self.V, self.level, self.model, self.stop_ratio = V, level, model, stop_ratio
        self.size = float(np.linalg.norm(V))
        self.target = math.log(level) - _SLACK
        self.multiplier = 0.0
        self.evaluations = 0
        value, slope = self.evaluate(W)
        self.best = Found(W.copy(), value, float(np.linalg.norm(slope)), math.inf, 0)

    def evaluate(self, W: FloatArray) -> tuple[float, FloatArray]:
        self.evaluations += 1
        return loss_and_gradient(W, self.V, model=self.model)

    def observe(self, W: FloatArray, value: float, norm: float) -> None:
        ratio = norm * self.size / value
        if value <= self.level and ratio < self.best.ratio:
            self.best = Found(W.copy(), value, norm, ratio, self.evaluations)
            if ratio < self.stop_ratio:
                raise _Satisfied

    def excess(self, value: float) -> float:
        """How far log L lies over its target, shifted by the multiplier; 0 if not at all."""
        return max(0.0, math.log(value) - self.target + self.multiplier / _PENALTY)

    def objective(self, flat: FloatArray) -> tuple[float, FloatArray]:
        """log‖∇L‖ − log L + ½·penalty·excess² at W = ‖V‖_F·``flat``, and its gradient in ``flat``.

        ∇log‖g‖ = H ĝ/‖g‖. The product with the Hessian H is a central difference of gradients along
        ĝ: two more evaluations in place of (m·d)² entries, and right at zero rows, where H is
        undefined but ĝ vanishes, so such a neuron simply stays dead.
        """
        W = self.size * flat.reshape(self.best.W.shape)
        value, slope = self.evaluate(W)
        norm = float(np.linalg.norm(slope))
        if value <= 10.0 * rounding_floor(W, self.V, model=self.model):
            return 1e3, np.zeros_like(flat)  # no digits left; the ratio only grows towards L = 0
        self.observe(W, value, norm)
        if norm == 0.0:
            return -1e3, np.zeros_like(flat)  # exactly critical, above the level: nowhere to go
        direction = slope / norm
        step = _STEP * self.size
        ahead, behind = (self.evaluate(W + s * direction)[1] for s in (step, -step))
        excess = self.excess(value)
        curvature = (ahead - behind) / (2.0 * step * norm)
        total = curvature - (1.0 - _PENALTY * excess) * slope / value
        height = math.log(norm) - math.log(value) + 0.5 * _PENALTY * excess**2
        return height, self.size * total.ravel()

    def polish(self) -> None:
        """Newton steps towards ∇L = 0 from the best point, as long as they improve it.

        Least-norm steps: at a critical point the Hessian is singular along splittings and
        rotations. Dead neurons stay out of it.
        """
        while self.best.ratio < _NEARLY_CRITICAL and self.best.W.any():
            before, W = self.best.ratio, self.best.W.copy()
            live = W.any(axis=1)
            curvature = hessian(W[live], self.V, model=self.model)
            slope = self.evaluate(W)[1][live].ravel()
            W[live] -= np.linalg.lstsq(curvature, slope, rcond=1e-6)[0].reshape(W[live].shape)
            value, slope = self.evaluate(W)
            self.observe(W, value, float(np.linalg.norm(slope)))
            if self.best.ratio > 0.5 * before:
                break


def minimize_gradient_ratio(
    W0: ArrayLike,
    V: ArrayLike,
    *,
    level: float,
    model: ModelLike = TIED_ABS,
    max_iterations: int = 400,
    stop_ratio: float = STOP_RATIO,
) -> Found:
    """Search locally from W0 (m, d) for a student with L ≤ ``level`` and a small ‖∇L‖/L.

    W0 may lie above the level: the penalty brings it down. ``max_iterations`` bounds quasi-Newton
    steps in all (each costs 3 evaluations, more when a line search backtracks); the search also
    ends when the scaled ratio falls below ``stop_ratio``. Zero rows of W0 stay zero. Raises
    :class:`InputError` unless the level is positive and finite.
    """
    students, teachers = as_pair(W0, V)
    if not 0.0 < level < math.inf:
        raise InputError("level", repr(level), "a positive finite loss")
    search_state = _Search(students, teachers, level, as_model(model), stop_ratio)
    flat = students.ravel() / search_state.size
    remaining = max_iterations
    try:
        for _ in range(_ROUNDS):
            result = minimize(
                search_state.objective,
                flat,
                jac=True,
                method="BFGS",
                options={"maxiter": max(1, min(remaining, max_iterations // 2)), "gtol": 1e-8},
            )
            flat, remaining = result.x, remaining - int(result.nit)
            value = search_state.evaluate(search_state.size * flat.reshape(students.shape))[0]
            search_state.multiplier = _PENALTY * search_state.excess(max(value, 1e-300))
            if remaining <= 0:
                break
        search_state.polish()
    except _Satisfied:
        pass
    return replace(search_state.best, evaluations=search_state.evaluations)


def random_starts(V: ArrayLike, m: int, count: int, rng: np.random.Generator) -> list[FloatArray]:
    """``count`` Gaussian students (m, d) with E Σ‖w_i‖² = Σ‖v_j‖²: no structure put in."""
    teachers = as_weights("V", V)
    d = teachers.shape[1]
    scale = float(np.linalg.norm(teachers)) / math.sqrt(m * d)
    return [scale * rng.standard_normal((m, d)) for _ in range(count)]


def search(
    V: ArrayLike,
    starts: Iterable[ArrayLike],
    *,
    level: float,
    model: ModelLike = TIED_ABS,
    max_iterations: int = 400,
    stop_ratio: float = STOP_RATIO,
) -> Found:
    """The smallest ratio over local searches from each start, with all their evaluations.

    ``starts`` are students (m, d), drawn by :func:`random_starts`, by Hypothesis or by hand; they
    are consumed only until one search falls below ``stop_ratio``. Raises :class:`InputError` when
    there is none.
    """
    teachers = as_weights("V", V)
    best: Found | None = None
    evaluations = 0
    for W0 in starts:
        found = minimize_gradient_ratio(
            W0,
            teachers,
            level=level,
            model=model,
            max_iterations=max_iterations,
            stop_ratio=stop_ratio,
        )
        evaluations += found.evaluations
        if best is None or found.ratio < best.ratio:
            best = found
        if best.ratio < stop_ratio:
            break
    if best is None:
        raise InputError("starts", "no start", "at least one student")
    return replace(best, evaluations=evaluations)


def lowest_critical_level(
    V: ArrayLike,
    starts: Iterable[ArrayLike],
    *,
    level: float,
    model: ModelLike = TIED_ABS,
    max_iterations: int = 400,
    lowering: float = 1e-3,
) -> Found:
    """The lowest positive-loss critical point a chain of searches comes down to, from ``level``.

    Each critical point found lowers the level to (1 − ``lowering``) times its loss, and the search
    goes on from that point and from the starts. The answer is an upper bound on the infimum of
    positive critical levels; its ratio is not below ``CRITICAL_RATIO`` when no critical point
    was found under ``level`` at all. A thorough search wants tens of starts and 1000 iterations.
    """
    pool = [as_weights("starts", W0) for W0 in starts]
    found = search(V, pool, level=level, model=model, max_iterations=max_iterations)
    evaluations, lowest = found.evaluations, found
    while found.ratio < CRITICAL_RATIO:
        lowest = found
        found = search(
            V,
            chain((lowest.W,), pool),
            level=(1.0 - lowering) * lowest.loss,
            model=model,
            max_iterations=max_iterations,
        )
        evaluations += found.evaluations
    return replace(lowest, evaluations=evaluations)
