"""Activations with two derivatives, in float64, in mpmath and in balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import numpy as np
from flint import arb, fmpq


class Kit(NamedTuple):
    """The functions and the numbers of one arithmetic."""

    exp: Callable[[Any], Any]
    log: Callable[[Any], Any]
    number: Callable[[Any], Any]


def ball(value: Any) -> arb:
    """An exact number, or a ball, as a ball."""
    if isinstance(value, arb):
        return value
    ratio = Fraction(value)
    return arb(fmpq(ratio.numerator, ratio.denominator))


def decimal(value: Any) -> Any:
    """An exact number as an mpmath number, at the precision in force."""
    ratio = Fraction(value)
    return mpmath.mpf(ratio.numerator) / ratio.denominator


FLOATS = Kit(np.exp, np.log, float)
DECIMALS = Kit(mpmath.exp, mpmath.log, decimal)
BALLS = Kit(lambda z: z.exp(), lambda z: z.log(), ball)


@dataclass(frozen=True, slots=True)
class Activation:
    """σ by name; ``jet(z, kit)`` gives σ, σ′ and σ″ at z."""

    name: str
    jet: Callable[[Any, Kit], tuple[Any, Any, Any]]


def _exponential(z: Any, kit: Kit) -> tuple[Any, Any, Any]:
    value = kit.exp(z)
    return value, value, value


def _shifted_tanh(z: Any, kit: Kit) -> tuple[Any, Any, Any]:
    value = 1 - 2 / (kit.exp(2 * z + 1) + 1)
    slope = 1 - value * value
    return value, slope, -2 * value * slope


def _softplus(z: Any, kit: Kit) -> tuple[Any, Any, Any]:
    slope = 1 - 1 / (1 + kit.exp(z))
    return kit.log(1 + kit.exp(z)), slope, slope * (1 - slope)


def _gaussian(z: Any, kit: Kit) -> tuple[Any, Any, Any]:
    place = (3 * z + 1) / 3
    value = kit.exp(-(place * place))
    return value, -2 * place * value, (4 * place * place - 2) * value


EXP = Activation("exp(z)", _exponential)
SHIFTED_TANH = Activation("tanh(z + ½)", _shifted_tanh)
SOFTPLUS = Activation("softplus(z)", _softplus)
GAUSSIAN = Activation("exp(−(z + ⅓)²)", _gaussian)
GOOD = (EXP, SHIFTED_TANH, GAUSSIAN)
"""Neurons of different weights are linearly independent, weight 0 and pairs ±w among them."""
EVERY = {each.name: each for each in (EXP, SHIFTED_TANH, SOFTPLUS, GAUSSIAN)}
