"""Zeros of systems with more unknowns than equations: proved where there is one, else not."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb

from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.zeros import zero_near


class Sphere:
    """x² + y² + z² = ``square`` and z = x."""

    def __init__(self, square):
        self.square = square

    def residual(self, theta, kit):
        x, y, z = theta
        return [x * x + y * y + z * z - kit.number(self.square), z - x]

    def jacobian(self, theta, kit):
        one, none = kit.number(1), kit.number(0)
        return [[2 * entry for entry in theta], [-one, none, one]]


def test_a_zero_is_near_its_center_and_on_both_surfaces():
    center, held = zero_near(Sphere(2.0), np.array([0.9, 0.1, 1.1]))
    assert all(abs(ball - float(x)) < 1e-12 for ball, x in zip(held, center, strict=True))
    x, y, z = held
    assert abs(x * x + y * y + z * z - 2) < arb(1e-12)
    assert abs(z - x) < arb(1e-12)


def test_nothing_is_proved_where_there_is_no_zero_or_no_regular_one():
    for square in (-1.0, 0.0):
        with pytest.raises(NotProved):
            zero_near(Sphere(square), np.array([0.3, 0.1, 0.2]))
