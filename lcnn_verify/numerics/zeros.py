"""Zeros of n equations in at least as many unknowns, proved to exist near a guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from flint import arb, arb_mat
from scipy.linalg import qr

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import BALLS, FLOATS, Kit
from lcnn_verify.numerics.krawczyk import NotProved, unique_zero

_STEPS = 40
_CLOSE = 1e-13


class System(Protocol):
    """n equations in at least as many parameters, in any arithmetic."""

    def residual(self, theta: Sequence[Any], kit: Kit) -> list[Any]:
        """The n left sides."""
        ...

    def jacobian(self, theta: Sequence[Any], kit: Kit) -> list[list[Any]]:
        """Their derivatives, a row for each."""
        ...


def zero_near(system: System, start: FloatArray) -> tuple[FloatArray, tuple[arb, ...]]:
    """A zero of the system near ``start``: about where it is, and a ball for each parameter.

    Newton's method finds it, and Krawczyk's operator proves it in the n parameters in which the
    derivative is best conditioned, where it is regular. Raises :class:`NotProved` where that fails.
    """
    theta, J = _newton(system, start)
    chosen = [int(k) for k in qr(J, mode="r", pivoting=True)[1][: len(J)]]

    def whole(part: Sequence[arb]) -> list[arb]:
        full = [arb(float(entry)) for entry in theta]
        for k, entry in zip(chosen, part, strict=True):
            full[k] = entry
        return full

    zero = unique_zero(
        lambda part: system.residual(whole(part), BALLS),
        lambda part: arb_mat(
            [[row[k] for k in chosen] for row in system.jacobian(whole(part), BALLS)]
        ),
        theta[chosen],
    )
    held = [balls.widened(arb(float(entry)), arb(zero.radius)) for entry in zero.center]
    theta[chosen] = zero.center
    return theta, tuple(whole(held))


def _newton(system: System, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where Gauss and Newton's method ends, and the derivative there."""
    theta = start.copy()
    for _ in range(_STEPS + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            gap = np.array(system.residual(theta.tolist(), FLOATS))
            J = np.array(system.jacobian(theta.tolist(), FLOATS))
        if not (np.isfinite(gap).all() and np.isfinite(J).all()):
            raise NotProved("Newton's method left float64")
        if np.abs(gap).max() < _CLOSE:
            break
        theta = theta - np.linalg.lstsq(J, gap, rcond=None)[0]
    return theta, J
