"""Balls for the dual kernel of THEORY §2, in the cosine ρ and in the angle θ between two neurons.

K = α·k_abs + β·ρ with the model's (α, β). In ρ for points: K is Lipschitz there, so rounding in ρ
costs no digits, but a box around a duplicate does (K' and the sine vary like √(1 − ρ)). In θ for
boxes: everything is smooth, so widths shrink linearly, and K is monotone, so the ranges are exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from flint import arb, ctx

from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj.model import TIED_ABS, Model


def kernel(rho: arb, model: Model = TIED_ABS) -> arb:
    """K(ρ) for a cosine known to lie in [-1, 1], however close to ±1 (THEORY §2)."""
    if rho.rad() < balls.THIN:
        middle = rho.mid()
        if not abs(middle) <= 1:  # ρ is in [-1, 1], so that end of it is nearer than ``middle``
            middle = arb(1) if middle > 0 else arb(-1)
        steepest = sum(model.kernel_weights)  # |K'| ≤ α + β
        return balls.widened(_kernel(middle, model), steepest * rho.rad())
    low, high = balls.ends(rho, -1, 1)
    if model.activation == "abs":  # even, and increasing in |ρ|
        low, high = balls.ends(balls.hull(rho.abs_lower(), rho.abs_upper()), rho.abs_lower(), 1)
    return balls.increasing(lambda end: _kernel(end, model), low, high)


def slope(rho: arb, model: Model = TIED_ABS) -> arb:
    """K'(ρ) = (2α/π)·asin ρ + β for a cosine known to lie in [-1, 1]."""
    alpha, beta = model.kernel_weights
    return 2 * alpha * balls.asin(rho) / arb.pi() + beta


def kernel_at_angle(theta: arb, model: Model = TIED_ABS) -> arb:
    """K(cos θ) for an angle known to lie in [0, π]: its exact range, but for rounding."""
    if model.activation == "abs":  # even in ρ, and decreasing in the acute angle
        theta = acute(theta)
    low, high = balls.ends(theta, 0, arb.pi())
    alpha, beta = model.kernel_weights

    def value(angle: arb) -> arb:
        sine, cosine = angle.sin_cos()
        quarter = arb.pi() / 2
        return 2 * alpha * (sine + (quarter - angle) * cosine) / arb.pi() + beta * cosine

    return balls.increasing(value, high, low)


def slope_at_angle(theta: arb, model: Model = TIED_ABS) -> arb:
    """K'(cos θ) = α(1 − 2θ/π) + β for an angle known to lie in [0, π]."""
    alpha, beta = model.kernel_weights
    return balls.clipped(alpha * (1 - 2 * theta / arb.pi()) + beta, beta - alpha, beta + alpha)


def cubic(theta: arb) -> arb:
    """c(θ) = (2/π)(sin θ − θ cos θ) for an angle known to lie in [0, π], to full relative accuracy.

    The part of the kernel that is not linear in the neurons: k = cos θ + c(θ). It is (2/3π)θ³ +
    O(θ⁵), and increasing, for c' = (2/π)θ sin θ.
    """

    def value(angle: arb) -> arb:
        if angle.is_zero():
            return angle
        # The difference is θ³/3 of terms of size θ: 2·log₂(1/θ) < 3·ln(1/θ) bits cancel.
        with ctx.extraprec(max(0, -3 * math.floor(float(angle.log().mid()))) + 10):
            sine, cosine = angle.sin_cos()
            return 2 * (sine - angle * cosine) / arb.pi()

    return balls.increasing(value, *balls.ends(theta, 0, arb.pi()))


def acute(theta: arb) -> arb:
    """min(θ, π − θ) for an angle known to lie in [0, π]: the angle between two lines."""
    half_turn = arb.pi()
    low, high = balls.ends(theta, 0, half_turn)
    if 2 * high <= half_turn:
        return balls.hull(low, high)
    if 2 * low >= half_turn:
        return balls.clipped(half_turn - theta, 0, None)
    return balls.hull(low.min((half_turn - high).lower()), (half_turn / 2).upper())


def angle(u: Sequence[arb], v: Sequence[arb]) -> arb:
    """The angle in [0, π] between two unit vectors, with no digit lost at 0 or π.

    2·asin(‖u − v‖/2) is Lipschitz but near π, 2·acos(‖u + v‖/2) but near 0: their intersection.
    """
    apart = balls.norm(x - y for x, y in zip(u, v, strict=True)) / 2
    across = balls.norm(x + y for x, y in zip(u, v, strict=True)) / 2
    from_apart = 2 * balls.asin(balls.clipped(apart, 0, 1))
    from_across = arb.pi() - 2 * balls.asin(balls.clipped(across, 0, 1))
    return balls.both(from_apart, from_across)


def _kernel(rho: arb, model: Model) -> arb:
    """K(ρ) of an exact ρ in [-1, 1]."""
    alpha, beta = model.kernel_weights
    sine = ((1 - rho) * (1 + rho)).sqrt()
    return 2 * alpha * (sine + rho * rho.asin()) / arb.pi() + beta * rho
