"""Attacks: the loss over perturbations of an input, in any arithmetic, and ascent in float64."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from flint import arb

from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.numerics.activations import BY_NAME, Activation
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import BALLS, FLOATS, Kit, dot, norm

INSIDE = 1.0 - 2.0**-50
"""Times ε: a float64 point of that length is in the ball for all its rounding."""
_STILL = 1e-13  # of ε: a step that short ends an ascent


@dataclass(frozen=True, slots=True, eq=False)
class Attack:
    """F(δ) = ½(Σ a_j φ(w_j·(x + δ)) − y)² over ‖δ‖ ≤ ``epsilon``: W (k, d), a (k,), x (d,).

    ``parameters`` are the numbers it was drawn from.
    """

    type: ClassVar[str] = "ascent.attack"

    W: FloatArray
    a: FloatArray
    x: FloatArray
    y: float
    epsilon: float
    sigma: Activation
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def d(self) -> int:
        """The dimension of the input."""
        return self.x.size

    def scaled(self, s: float) -> Attack:
        """The attack on ``s`` times the input, with ``s`` times the radius."""
        parameters = {**self.parameters, "scale": s}
        return replace(self, x=s * self.x, epsilon=s * self.epsilon, parameters=parameters)

    def with_radius(self, epsilon: float) -> Attack:
        """The attack with another radius."""
        return replace(self, epsilon=epsilon, parameters={**self.parameters, "ε": epsilon})

    def classes(self) -> tuple[str, ...]:
        """What is special about the attack, besides its activation."""
        found = {"d = 1": self.d == 1, "k = 1": len(self.a) == 1}
        return (self.sigma.name, *(name for name, there in found.items() if there))

    def to_json(self) -> dict[str, Any]:
        """All arrays and numbers, and what they were drawn from."""
        arrays = {name: getattr(self, name).tolist() for name in ("W", "a", "x")}
        numbers = {"y": self.y, "epsilon": self.epsilon, "sigma": self.sigma.name}
        return {**arrays, **numbers, "parameters": dict(self.parameters)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Attack:
        """The attack that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        W, a, x = (np.array(data[name], dtype=np.float64) for name in ("W", "a", "x"))
        if W.shape != (a.size, x.size):
            raise ValueError("arrays of an attack that do not fit together")
        y, epsilon = float(data["y"]), float(data["epsilon"])
        return cls(W, a, x, y, epsilon, BY_NAME[data["sigma"]], dict(data["parameters"]))

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The attack for people: what it was drawn from, and its arrays."""
        found = cls.from_json(data)
        numbers = {"d": found.d, "k": len(found.a), "y": found.y, "ε": found.epsilon}
        arrays = {"W": found.W.tolist(), "a": [found.a.tolist()], "x": [found.x.tolist()]}
        return Shown({**numbers, "φ": found.sigma.name, **found.parameters}, arrays)

    def parts(self, delta: Sequence[Any], kit: Kit) -> tuple[Any, list[Any], list[Any]]:
        """r, ∇f and the a_j φ″ at δ, in the arithmetic of ``kit``."""
        rows = [[*map(kit.number, row)] for row in self.W.tolist()]
        at = [kit.number(entry) + e for entry, e in zip(self.x.tolist(), delta, strict=True)]
        outputs = [*map(kit.number, self.a.tolist())]
        jets = [self.sigma.jet(dot(row, at), kit) for row in rows]
        values, slopes, bends = zip(*jets, strict=True)
        weights = [b * s for b, s in zip(outputs, slopes, strict=True)]
        gradient = [dot(column, weights) for column in zip(*rows, strict=True)]
        bent = [b * s for b, s in zip(outputs, bends, strict=True)]
        return dot(outputs, values) - kit.number(self.y), gradient, bent

    def loss(self, delta: Sequence[Any], kit: Kit) -> Any:
        """F."""
        r = self.parts(delta, kit)[0]
        return r * r / 2

    def gradient(self, delta: Sequence[Any], kit: Kit) -> list[Any]:
        """∇F = r∇f."""
        r, slope, _ = self.parts(delta, kit)
        return [r * entry for entry in slope]

    def hessian(self, delta: Sequence[Any], kit: Kit) -> list[list[Any]]:
        """∇²F = ∇f∇fᵀ + r·Wᵀdiag(a∘φ″)W."""
        r, slope, bent = self.parts(delta, kit)
        columns = [[*map(kit.number, column)] for column in self.W.T.tolist()]
        scaled = [[b * entry for b, entry in zip(bent, column, strict=True)] for column in columns]
        return [
            [p * q + r * dot(left, right) for q, right in zip(slope, columns, strict=True)]
            for p, left in zip(slope, scaled, strict=True)
        ]

    def stepped(self, delta: Sequence[Any], eta: float, kit: Kit) -> list[Any]:
        """The projection of δ + η∇F(δ) on the ball, in mpmath or in balls."""
        slope, rate = self.gradient(delta, kit), kit.number(eta)
        free = [e + rate * g for e, g in zip(delta, slope, strict=True)]
        size, radius = norm(free, kit), kit.number(self.epsilon)
        if size <= radius:
            return free
        shrink = radius / size
        shrink = shrink.min(arb(1)) if kit is BALLS else shrink
        return [shrink * e for e in free]

    def turned(self, delta: Sequence[Any], kit: Kit) -> list[Any]:
        """T(δ) = ε∇F/‖∇F‖, in mpmath or in balls."""
        slope = self.gradient(delta, kit)
        scale = kit.number(self.epsilon) / norm(slope, kit)
        return [scale * e for e in slope]

    def float_gradient(self, delta: FloatArray) -> FloatArray:
        """∇F (d,) in float64."""
        value, slope, _ = self.sigma.jet(self.W @ (self.x + delta), FLOATS)
        return np.asarray(float(self.a @ value - self.y) * ((self.a * slope) @ self.W))

    def ascend(self, start: FloatArray, eta: float, most: int) -> FloatArray:
        """The points (steps + 1, d) of projected ascent, until a step is 10⁻¹³ε or shorter."""
        points = [np.asarray(start, dtype=np.float64)]
        for _ in range(most):
            free = points[-1] + eta * self.float_gradient(points[-1])
            size = float(np.linalg.norm(free))
            points.append(free * min(1.0, INSIDE * self.epsilon / size) if size else free)
            if float(np.linalg.norm(points[-1] - points[-2])) <= _STILL * self.epsilon:
                break
        return np.array(points)

    def settle(self, start: FloatArray, most: int = 200) -> tuple[FloatArray, int]:
        """Where T leads from ``start``, and after how many steps they are 10⁻¹³ε or shorter."""
        delta = start
        for step in range(most):
            slope = self.float_gradient(delta)
            before, delta = delta, self.epsilon * slope / np.linalg.norm(slope)
            if float(np.linalg.norm(delta - before)) <= _STILL * self.epsilon:
                return delta, step
        return delta, most


def drawn(sigma: Activation, d: int, k: int, *, seed: int, ratio: float, y: float = 1.0) -> Attack:
    """W ~ N(0, 1/d), a = ±k^{−½} with half of each sign, Gaussian x, and ε = ``ratio``·‖x‖."""
    rng = np.random.default_rng(seed)
    W, x = rng.normal(size=(k, d)) / np.sqrt(d), rng.normal(size=d)
    a = np.where(np.arange(k) < (k + 1) // 2, 1.0, -1.0) / np.sqrt(k)
    parameters = {"seed": seed, "ratio": ratio}
    return Attack(W, a, x, y, ratio * float(np.linalg.norm(x)), sigma, parameters)
