"""Activations with a derivative, in float64, in mpmath and in balls, and bounds on φ′ and φ″."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import numpy as np
from flint import arb, arb_mat, fmpq

from lcnn_verify.numerics import balls


class Kit(NamedTuple):
    """One arithmetic: functions of numbers, a number from an exact one, a matrix from rows."""

    exp: Callable[[Any], Any]
    softplus: Callable[[Any], Any]
    step: Callable[[Any], Any]
    number: Callable[[Any], Any]
    matrix: Callable[[list[list[Any]]], Any]


def _ball(value: Any) -> arb:
    ratio = Fraction(value)
    return arb(fmpq(ratio.numerator, ratio.denominator))


def _decimal(value: Any) -> Any:
    ratio = Fraction(value)
    return mpmath.mpf(ratio.numerator) / ratio.denominator


def _ball_step(z: arb) -> arb:
    """1 for z > 0, 0 for z < 0 and at z = 0, as in float64; both where the ball does not say."""
    if z > 0:
        return arb(1)
    return arb(0) if z <= 0 else balls.hull(arb(0), arb(1))


def _float_exp(z: Any) -> Any:
    """e^z; infinite where it overflows, which every jet below turns into its limit."""
    with np.errstate(over="ignore"):
        return np.exp(z)


FLOATS = Kit(_float_exp, lambda z: np.logaddexp(0.0, z), lambda z: (z > 0) * 1.0, float, np.array)
DECIMALS = Kit(
    mpmath.exp,
    lambda z: mpmath.log1p(mpmath.exp(z)),
    lambda z: mpmath.mpf(z > 0),
    _decimal,
    mpmath.matrix,
)
BALLS = Kit(lambda z: z.exp(), lambda z: z.exp().log1p(), _ball_step, _ball, arb_mat)


@dataclass(frozen=True, slots=True)
class Activation:
    """φ by name; ``jet(z, kit)`` gives φ and φ′ at z. |φ′| ≤ ``slope`` and |φ″| ≤ ``bend``.

    ``number`` names it in compiled code. Without a φ″ everywhere ``bend`` is infinite.
    """

    name: str
    number: int
    jet: Callable[[Any, Kit], tuple[Any, Any]]
    slope: float
    bend: float

    @property
    def smooth(self) -> bool:
        """Whether φ′ is Lipschitz."""
        return math.isfinite(self.bend)


def _softplus(z: Any, kit: Kit) -> tuple[Any, Any]:
    return kit.softplus(z), 1 / (1 + kit.exp(-z))


def _tanh(z: Any, kit: Kit) -> tuple[Any, Any]:
    value = 1 - 2 / (kit.exp(2 * z) + 1)
    return value, 1 - value * value


def _shifted(z: Any, kit: Kit) -> tuple[Any, Any]:
    return _tanh(z + kit.number(Fraction(1, 2)), kit)


def _relu(z: Any, kit: Kit) -> tuple[Any, Any]:
    return (z + abs(z)) / 2, kit.step(z)


def _bump(z: Any, kit: Kit) -> tuple[Any, Any]:
    value = kit.exp(-(z * z))
    return value, -2 * z * value


_TANH_BEND = 0.769800358919502  # 4/(3√3), rounded up
SOFTPLUS = Activation("softplus(z)", 0, _softplus, 1.0, 0.25)
TANH = Activation("tanh(z)", 1, _tanh, 1.0, _TANH_BEND)
SHIFTED_TANH = Activation("tanh(z + ½)", 2, _shifted, 1.0, _TANH_BEND)
BUMP = Activation("exp(−z²)", 3, _bump, 0.857763884960708, 2.0)  # √(2/e), rounded up
RELU = Activation("max(z, 0)", 4, _relu, 1.0, math.inf)
SMOOTH = (SOFTPLUS, TANH, SHIFTED_TANH, BUMP)
EVERY = {each.name: each for each in (*SMOOTH, RELU)}
