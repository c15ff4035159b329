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

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.constrained import Descent, Point
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, ModelLike, as_model, as_pair, as_weights
from lcnn_verify.packs.zgj.population import hessian, loss_and_gradient, rounding_floor

STOP_RATIO = 1e-7
"""Below this scaled ratio a point counts as critical: rounding of the gradient is not far away."""

CRITICAL_RATIO = 1e-3
"""Scaled ratio below which :func:`lowest_critical_level` takes a point to be critical, nearly."""

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


class Students:
    """Students W = ‖V‖_F·z beside V: the log of the scaled ratio, and log(L/unit) as level.

    A landscape of ``numerics.constrained``; ``evaluations`` counts those of the pair (L, ∇L).
    """

    def __init__(
        self, W: FloatArray, V: FloatArray, model: Model = TIED_ABS, *, unit: float = 1.0
    ) -> None:
        self.V, self.model, self.shape, self.unit = V, model, W.shape, unit
        self.size = float(np.linalg.norm(V))
        self.evaluations = 0

    def weights(self, z: FloatArray) -> FloatArray:
        """W (m, d) of the coordinates z (m·d,)."""
        return self.size * z.reshape(self.shape)

    def coordinates(self, W: FloatArray) -> FloatArray:
        """The coordinates z (m·d,) of students W (m, d)."""
        return W.ravel() / self.size

    def evaluate(self, W: FloatArray) -> tuple[float, FloatArray]:
        """(L, ∇L) at W, counted."""
        self.evaluations += 1
        return loss_and_gradient(W, self.V, model=self.model)

    def look(self, z: FloatArray) -> Point:
        """The logs of ‖∇L‖·‖V‖/L and of L, and their gradients in z.

        ∇log‖g‖ = H ĝ/‖g‖. The product with the Hessian H is a central difference of gradients along
        ĝ: two more evaluations in place of (m·d)² entries, and right at zero rows, where H is
        undefined but ĝ vanishes, so such a neuron simply stays dead.
        """
        W = self.weights(z)
        value, slope = self.evaluate(W)
        norm = float(np.linalg.norm(slope))
        if self.blurred(W, value):
            return Point(math.inf, z, -math.inf, z)  # no digits left; the ratio grows towards L = 0
        level = math.log(value / self.unit)
        if norm == 0.0:
            return Point(-math.inf, z, level, z)
        step = _STEP * self.size
        ahead, behind = (self.evaluate(W + s * slope / norm)[1] for s in (step, -step))
        curvature = (ahead - behind) / (2.0 * step * norm)
        level_slope = self.size * (slope / value).ravel()
        height = math.log(norm) + math.log(self.size) - math.log(value)
        return Point(height, self.size * curvature.ravel() - level_slope, level, level_slope)

    def blurred(self, W: FloatArray, value: float) -> bool:
        """Whether a loss at W has no digits left: at most ten of its rounding floors.

        Those are at most 640·2⁻⁵²·(Σ mass)², which mostly is far below, and costs less to know.
        """
        power = self.model.mass_power
        rows = float(np.sum(W * W)) + self.size**2
        mass = rows if power == 2 else math.sqrt((len(W) + len(self.V)) * rows)
        if value > 1e-12 * mass**2 > 1e-200:
            return False
        return value <= 10.0 * rounding_floor(W, self.V, model=self.model)

    def polish(self, z: FloatArray) -> FloatArray:
        """A Newton step towards ∇L = 0, from where the ratio is small.

        Least-norm steps: at a critical point the Hessian is singular along splittings and
        rotations. Dead neurons stay out of it.
        """
        W = self.weights(z)
        value, slope = self.evaluate(W)
        live = W.any(axis=1)
        if not live.any() or np.linalg.norm(slope) * self.size > _NEARLY_CRITICAL * value:
            return z
        curvature = hessian(W[live], self.V, model=self.model)
        step = np.linalg.lstsq(curvature, slope[live].ravel(), rcond=1e-6)[0]
        W[live] -= step.reshape(W[live].shape)
        return self.coordinates(W)


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
    landscape = Students(students, teachers, as_model(model))
    enough = math.log(stop_ratio) if stop_ratio else -math.inf
    descent = Descent(landscape, landscape.coordinates(students), math.log(level), enough)
    best = descent.run(max_iterations)
    W = landscape.weights(best.z) if best.value < math.inf else students.copy()
    value, slope = landscape.evaluate(W)
    norm = float(np.linalg.norm(slope))
    return Found(W, value, norm, math.exp(best.value), landscape.evaluations)


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
