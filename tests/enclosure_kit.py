"""What the enclosure tests share: exact end points of balls, and a way to spoil the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.model import TIED_ABS, Model


def exact(point: arb) -> Any:
    """An exact ball as an mpmath number, unrounded at any sensible precision in force."""
    mantissa, exponent = point.man_exp()
    return mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent))


def ends(value: arb) -> tuple[Any, Any]:
    """The exact end points of a ball, as mpmath numbers of up to 300 digits."""
    with balls.working_precision(1000):
        low, high = value.lower(), value.upper()
    with mpmath.workdps(300):
        return exact(low), exact(high)


def holds(value: arb, number: Any, slack: Any = 0) -> bool:
    """Whether ``number``, known to within ``slack``, can be the exact one inside the ball.

    The ball's own ends are what is tested: slack is for the reference's error alone.
    """
    low, high = ends(value)
    with mpmath.workdps(300):
        return bool(low - slack <= number <= high + slack)


def diameter(value: arb) -> float:
    return 2.0 * float(value.rad())


def scale(W: FloatArray, V: FloatArray, model: Model = TIED_ABS) -> Any:
    """(Σ mass)², to 15 digits: against it the oracle's loss is accurate."""
    with mpmath.workdps(30):
        norms = [mpmath.norm([mpmath.mpf(e) for e in row]) for row in (*W.tolist(), *V.tolist())]
        return mpmath.fsum(size**model.mass_power for size in norms) ** 2


def loss_is_held(value: arb, W: FloatArray, V: FloatArray, model: Model, digits: int = 5) -> bool:
    """Whether the ball holds the oracle's loss, which is right to 2·digits + 20 digits or more."""
    reference = oracle.loss(W, V, dps=digits, model=model)
    if holds(value, reference):
        return True
    with mpmath.workdps(60):
        slack = scale(W, V, model) * mpmath.mpf(10) ** (-2 * digits - 15)
    return holds(value, reference, slack)


@contextmanager
def without_outward_rounding(primitive: str) -> Iterator[None]:
    """Drop the widening of one primitive of ``enclosure.ball``, as a careless author would.

    ``"widened"`` forgets remainders, ``"hull"`` keeps only the middle of a range, ``"finite"``
    drops the radius that Arb's own rounding left, on the way out.
    """
    careless = {
        "widened": lambda value, radius: value,
        "hull": lambda low, high: ((low + high) / 2).mid(),
        "finite": lambda name, value: value.mid(),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(balls, primitive, careless[primitive])
        yield


def around(W: FloatArray, radius: float, rng: np.random.Generator) -> FloatArray:
    """A random point of the box, its corners often."""
    signs = rng.choice([-1.0, 1.0], size=W.shape)
    steps = signs if rng.integers(2) else rng.uniform(-1.0, 1.0, W.shape)
    return W + radius * steps
