"""Activations with two derivatives, in any arithmetic, and bounds on both."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from lcnn_verify.numerics.kits import Kit

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
