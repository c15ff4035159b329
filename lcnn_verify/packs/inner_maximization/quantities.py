"""What properties compare: steps, constants and factors; and proofs of local maxima."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, arb_mat

from lcnn_verify.evidence import amounts
from lcnn_verify.evidence.amounts import each, held, of
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.evidence.spectra import eigenvalue_of
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.inertia import eigenvalues
from lcnn_verify.numerics.kits import BALLS, Kit, dot, gram, norm, norm_squared
from lcnn_verify.numerics.krawczyk import unique_zero
from lcnn_verify.packs.inner_maximization.model import Attack

_BITS = 160


def exactly(delta: FloatArray, kit: Kit) -> list[Any]:
    """A float64 point in another arithmetic."""
    return [*map(kit.number, delta.tolist())]


def loss(attack: Attack, delta: FloatArray) -> Quantity:
    """F at a float64 point."""
    return of("F(δ)", lambda kit: attack.loss(exactly(delta, kit), kit))


def smoothness(attack: Attack) -> Quantity:
    """L = (b‖W‖‖a‖)² + r_max·B‖W‖²·max|a_j|, a Lipschitz constant of ∇F on the ball (THEORY §2)."""

    def square(kit: Kit) -> Any:
        return gram([[*map(kit.number, column)] for column in attack.W.T.tolist()], kit)

    size = eigenvalue_of("‖W‖²", square, index=-1)
    most = attack.sigma.slope * size.sqrt() * amounts.norm(attack.a, "‖a‖")
    nothing = np.zeros(attack.d)
    r = of("|r₀|", lambda kit: abs(attack.parts(exactly(nothing, kit), kit)[0]))
    bend = attack.sigma.bend * float(np.abs(attack.a).max())
    return (most * most + (r + attack.epsilon * most) * (bend * size)).named("L")


def curvature(attack: Attack, delta: FloatArray) -> Quantity:
    """|F(δ) − 2F(0) + F(−δ)|/‖δ‖²: no more than L, for δ in the ball."""

    def bent(kit: Kit) -> Any:
        up = exactly(delta, kit)
        down, still = [-entry for entry in up], [0 * entry for entry in up]
        ends = attack.loss(up, kit) + attack.loss(down, kit)
        return abs(ends - 2 * attack.loss(still, kit)) / norm_squared(up, kit)

    return of("|F(δ) − 2F(0) + F(−δ)|/‖δ‖²", bent)


def step_length(attack: Attack) -> float:
    """The largest η, but for rounding, that is at most 1/L."""
    found = smoothness(attack)
    return (1.0 - 1e-12) / (found.value + found.error)


def gain(attack: Attack, delta: FloatArray, eta: float) -> tuple[Quantity, Quantity]:
    """F(δ⁺) − F(δ) and ‖δ⁺ − δ‖²/(2η) of the exact step from a float64 point δ."""

    def step(kit: Kit) -> tuple[Any, Any]:
        at = exactly(delta, kit)
        there = attack.stepped(at, eta, kit)
        paid = norm_squared((p - q for p, q in zip(there, at, strict=True)), kit)
        return attack.loss(there, kit) - attack.loss(at, kit), paid / (2 * kit.number(eta))

    gained, paid = each(("F(δ⁺) − F(δ)", "‖δ⁺ − δ‖²/(2η)"), step)
    return gained, paid


def contraction(attack: Attack) -> Quantity:
    """The factor q = εL/(‖∇F(0)‖ − Lε): T contracts by it where it is in [0, 1) (THEORY §4)."""

    def slope(kit: Kit) -> Any:
        found = attack.gradient(exactly(np.zeros(attack.d), kit), kit)
        return norm(found, kit)

    reach = attack.epsilon * smoothness(attack)
    return (reach / (of("‖∇F(0)‖", slope) - reach)).named("q")


def apart(attack: Attack, first: FloatArray, second: FloatArray, turns: int) -> Quantity:
    """‖T^t(δ) − T^t(δ′)‖ of two float64 points, t being ``turns``."""

    def gap(kit: Kit) -> Any:
        ends = []
        for start in (first, second):
            delta = exactly(start, kit)
            for _ in range(turns):
                delta = attack.turned(delta, kit)
            ends.append(delta)
        return norm((p - q for p, q in zip(*ends, strict=True)), kit)

    return of(f"‖T^{turns}(δ) − T^{turns}(δ′)‖", gap)


def factor(attack: Attack, delta: FloatArray) -> Quantity:
    """The contraction factor of T at δ: the largest |eigenvalue| of ε/‖∇f‖·P∇²f·P, P ⊥ ∇f."""

    def squared(kit: Kit) -> Any:
        at = exactly(delta, kit)
        r, slope, _ = attack.parts(at, kit)
        bent, square = attack.hessian(at, kit), dot(slope, slope)
        d = range(len(slope))
        across = [[kit.number(int(i == j)) - slope[i] * slope[j] / square for j in d] for i in d]
        P, H = kit.matrix(across), kit.matrix(bent)
        inner = P * H * P  # P∇f = 0, so ∇f∇fᵀ drops out and r∇²f is left
        share = kit.number(attack.epsilon) ** 2 / (r * r * square)
        return inner * inner * share

    return eigenvalue_of("factor²", squared, index=-1).sqrt().named("contraction factor of T")


@dataclass(frozen=True, slots=True)
class Maximum:
    """A KKT point proved to exist on the sphere: δ*/ε and ‖∇F‖, with its sign, in balls.

    ``bend`` encloses the largest eigenvalue of ε∇²F on the tangent space, or 0 if that is larger.
    """

    attack: Attack
    direction: tuple[arb, ...]
    slope: arb
    bend: arb

    @property
    def strict(self) -> bool:
        """Whether it is proved a strict local maximum."""
        return bool(self.slope > 0 and self.bend < self.slope)

    def multiplier(self) -> Quantity:
        """The multiplier λ = ‖∇F‖/ε, with its sign."""
        return held("λ", lambda bits: self.slope / self.attack.epsilon)

    def curvature(self) -> Quantity:
        """The largest eigenvalue of P∇²FP over λ, P ⊥ δ*: below 1 at a strict local maximum."""
        return held("λ_max(P∇²FP)/λ", lambda bits: self.bend / self.slope)

    def distance(self, delta: Iterable[Any]) -> Quantity:
        """‖δ − δ*‖/ε of a point given in floats or in balls."""
        radius = BALLS.number(self.attack.epsilon)
        there = [BALLS.number(entry) for entry in delta]

        def enclosed(bits: int) -> arb:
            with balls.working_precision(_BITS):
                pairs = zip(there, self.direction, strict=True)
                return balls.norm(p / radius - q for p, q in pairs)

        return held("‖δ − δ*‖/ε", enclosed)

    def loss(self) -> Quantity:
        """F(δ*)."""
        radius = BALLS.number(self.attack.epsilon)

        def enclosed(bits: int) -> arb:
            with balls.working_precision(_BITS):
                return self.attack.loss([radius * u for u in self.direction], BALLS)

        return held("F(δ*)", enclosed)


def maximum_near(attack: Attack, delta: FloatArray) -> Maximum:
    """The KKT point on the sphere near ``delta`` (d,), by Krawczyk's operator.

    The unknowns are u = δ/ε and μ = λε, the equations ∇F(εu) = μu and ‖u‖² = 1. Raises
    :class:`NotProved` where no zero is proved, or no eigenvalue enclosed.
    """
    radius = BALLS.number(attack.epsilon)

    def equations(point: list[arb]) -> list[arb]:
        *u, mu = point
        slope = attack.gradient([radius * e for e in u], BALLS)
        return [*(g - mu * e for g, e in zip(slope, u, strict=True)), (dot(u, u) - 1) / 2]

    def jacobian(point: list[arb]) -> arb_mat:
        *u, mu = point
        H = attack.hessian([radius * e for e in u], BALLS)
        rows = [
            [*(radius * h - mu * (i == j) for j, h in enumerate(row)), -u[i]]
            for i, row in enumerate(H)
        ]
        return arb_mat([*rows, [*u, arb(0)]])

    u = delta / float(np.linalg.norm(delta))
    guess = np.array([*u, float(u @ attack.float_gradient(attack.epsilon * u))])
    zero = unique_zero(equations, jacobian, guess, precision=_BITS)
    with balls.working_precision(_BITS):
        *at, mu = (balls.widened(arb(entry), arb(zero.radius)) for entry in zero.center.tolist())
        P = arb_mat([[(i == j) - p * q for j, q in enumerate(at)] for i, p in enumerate(at)])
        H = arb_mat(attack.hessian([radius * e for e in at], BALLS))
        bend = radius * functools.reduce(arb.max, eigenvalues(P * H * P))
    return Maximum(attack, tuple(at), mu, bend)


def ended(attack: Attack, start: FloatArray, most: int) -> FloatArray | None:
    """Where projected ascent ends (d,) in at most ``most`` steps, if on the sphere; else None."""
    points = attack.ascend(start, step_length(attack), most)
    outside = float(np.linalg.norm(points[-1])) > (1.0 - 1e-9) * attack.epsilon
    return points[-1] if outside and len(points) <= most else None
