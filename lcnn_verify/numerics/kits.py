"""Arithmetics: float64, mpmath and balls, in which one formula is written once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import numpy as np
from flint import arb, arb_mat

from lcnn_verify.numerics import balls


class Kit(NamedTuple):
    """One arithmetic: functions of numbers, a number from an exact one, a matrix from rows.

    A ``square`` is not negative, but for the rounding of a wide ball; ``sqrt`` and ``asin`` are of
    numbers known to be in their domains. ``pi()`` is π at the precision in force.
    """

    exp: Callable[[Any], Any]
    softplus: Callable[[Any], Any]
    step: Callable[[Any], Any]
    number: Callable[[Any], Any]
    matrix: Callable[[list[list[Any]]], Any]
    square: Callable[[Any], Any]
    sqrt: Callable[[Any], Any]
    asin: Callable[[Any], Any]
    pi: Callable[[], Any]


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
    """e^z; infinite where it overflows, which bounded jets turn into their limit."""
    with np.errstate(over="ignore"):
        return np.exp(z)


FLOATS = Kit(
    exp=_float_exp,
    softplus=lambda z: np.logaddexp(0.0, z),
    step=lambda z: (z > 0) * 1.0,
    number=float,
    matrix=np.array,
    square=np.square,
    sqrt=np.sqrt,
    asin=np.arcsin,
    pi=lambda: math.pi,
)
DECIMALS = Kit(
    exp=mpmath.exp,
    softplus=lambda z: mpmath.log1p(mpmath.exp(z)),
    step=lambda z: mpmath.mpf(z > 0),
    number=_decimal,
    matrix=mpmath.matrix,
    square=lambda z: z * z,
    sqrt=mpmath.sqrt,
    asin=mpmath.asin,
    pi=lambda: +mpmath.pi,
)
BALLS = Kit(
    exp=lambda z: z.exp(),
    softplus=lambda z: z.exp().log1p(),
    step=_ball_step,
    number=_ball,
    matrix=arb_mat,
    square=balls.square,
    sqrt=balls.sqrt,
    asin=balls.asin,
    pi=arb.pi,
)


def dot(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """The inner product of two vectors of one length that are not empty, in any arithmetic."""
    first, *rest = (a * b for a, b in zip(left, right, strict=True))
    return sum(rest, first)


def norm_squared(entries: Iterable[Any], kit: Kit) -> Any:
    """The squared Euclidean norm."""
    return sum(map(kit.square, entries), kit.number(0))


def norm(entries: Iterable[Any], kit: Kit) -> Any:
    """The Euclidean norm."""
    return kit.sqrt(norm_squared(entries, kit))


def gram(rows: Sequence[Sequence[Any]], kit: Kit) -> Any:
    """The matrix of the inner products of ``rows`` with one another."""
    return kit.matrix([[dot(a, b) for b in rows] for a in rows])
