"""Activations with two derivatives, in float64, in mpmath and in balls, and bounds on both."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import mpmath
import numpy as np
from flint import arb, arb_mat

from lcnn_verify.numerics import balls


class Kit(NamedTuple):
    """One arithmetic: functions of numbers, a number from an exact one, a matrix from rows."""

    exp: Callable[[Any], Any]
    softplus: Callable[[Any], Any]
    step: Callable[[Any], Any]
    number: Callable[[Any], Any]
    matrix: Callable[[list[list[Any]]], Any]


def _ball(value: Any) -> arb:
    """An exact number, or a ball, as a ball."""
    return value if isinstance(value, arb) else balls.exact(value)


def _decimal(value: Any) -> Any:
    """An exact number as an mpmath number, at the precision in force."""
    ratio = Fraction(value)
    return mpmath.mpf(ratio.numerator) / ratio.denominator


def _ball_step(z: arb) -> arb:
    """1 for z > 0, 0 for z < 0 and at z = 0, as in float64; both where the ball does not say."""
    if z > 0:
        return arb(1)
    return arb(0) if z <= 0 else balls.hull(arb(0), arb(1))


def _float_exp(z: Any) -> Any:
    """e^z; infinite where it overflows, which bounded jets below turn into their limit."""
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

Jet: TypeAlias = Callable[[Any, Kit], tuple[Any, Any, Any]]


@dataclass(frozen=True, slots=True)
class Activation:
    """φ by name; ``jet(z, kit)`` gives φ, φ′ and φ″ at z. |φ′| ≤ ``slope`` and |φ″| ≤ ``bend``.

    Both are infinite where there is no such bound, and ``bend`` where φ″ is not everywhere.
    """

    name: str
    jet: Jet
    slope: float = math.inf
    bend: float = math.inf

    @property
    def smooth(self) -> bool:
        """Whether φ′ is Lipschitz."""
        return math.isfinite(self.bend)


def _exponential(z: Any, kit: Kit) -> tuple[Any, Any, Any]:
    value = kit.exp(z)
    return value, value, value


def _softplus(z: Any, kit: Kit) -> tuple[Any, Any, Any]:
    slope = 1 / (1 + kit.exp(-z))
    return kit.softplus(z), slope, slope * (1 - slope)


def _tanh(z: Any, kit: Kit) -> tuple[Any, Any, Any]:
    value = 1 - 2 / (kit.exp(2 * z) + 1)
    slope = 1 - value * value
    return value, slope, -2 * value * slope


def _bump(z: Any, kit: Kit) -> tuple[Any, Any, Any]:
    value = kit.exp(-(z * z))
    return value, -2 * z * value, (4 * z * z - 2) * value


def _ramp(z: Any, kit: Kit) -> tuple[Any, Any, Any]:
    """φ″ is 0 off the kink."""
    return (z + abs(z)) / 2, kit.step(z), 0 * z


def _moved(jet: Jet, by: Fraction) -> Jet:
    return lambda z, kit: jet(z + kit.number(by), kit)


_TANH = 1.0, 0.769800358919502  # 4/(3√3), rounded up
_BUMP = 0.857763884960708, 2.0  # √(2/e), rounded up
EXP = Activation("exp(z)", _exponential)
SOFTPLUS = Activation("softplus(z)", _softplus, 1.0, 0.25)
TANH = Activation("tanh(z)", _tanh, *_TANH)
SHIFTED_TANH = Activation("tanh(z + ½)", _moved(_tanh, Fraction(1, 2)), *_TANH)
BUMP = Activation("exp(−z²)", _bump, *_BUMP)
SHIFTED_BUMP = Activation("exp(−(z + ⅓)²)", _moved(_bump, Fraction(1, 3)), *_BUMP)
RAMP = Activation("max(z, 0)", _ramp, 1.0)
SMOOTH = (SOFTPLUS, TANH, SHIFTED_TANH, BUMP)
"""Those with bounds on both derivatives that are used most."""
BY_NAME = {each.name: each for each in SMOOTH}
EVERY = (EXP, SOFTPLUS, TANH, SHIFTED_TANH, BUMP, SHIFTED_BUMP, RAMP)
