"""Minimization under a ceiling, on landscapes whose minimum one knows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.constrained import Descent, Point


class Disc:
    """The first coordinate, under a ceiling on log |z|²; polishing leads to ``known``."""

    known: FloatArray | None = None

    def look(self, z):
        size = float(z @ z)
        return Point(float(z[0]), np.eye(len(z))[0], math.log(size), 2.0 * z / size)

    def polish(self, z):
        return z if self.known is None else self.known


@pytest.mark.parametrize("start", [[0.3, 0.2], [5.0, -7.0]])
@pytest.mark.parametrize("others", [0, 98, 99, 400])  # a dense Hessian at most for 100
def test_the_ceiling_is_reached_from_either_side(start, others):
    best = Descent(Disc(), np.array([*start, *[0.1] * others]), math.log(4.0)).run(200)
    assert best.z == pytest.approx([-2.0, *[0.0] * (others + 1)], abs=2e-3)
    assert best.level <= math.log(4.0)
    assert best.value == best.z[0]


def test_a_search_ends_once_it_has_enough_and_a_start_too_high_is_never_the_best():
    best = Descent(Disc(), np.array([0.3, 0.2]), math.log(4.0), enough=0.3).run(200)
    assert -2.0 < best.value < 0.3
    none = Descent(Disc(), np.array([5.0, 5.0]), math.log(4.0))
    assert none.best.value == math.inf
    none.look(none.best.z)
    assert none.best.value == math.inf


def test_polishing_takes_what_is_better_and_nothing_else():
    for known, value in {(-1.9, 0.0): -1.9, (-3.0, 0.0): 0.1, (0.5, 0.0): 0.1}.items():
        landscape = Disc()
        landscape.known = np.array(known)
        descent = Descent(landscape, np.array([0.1, 0.1]), math.log(4.0))
        descent.look(descent.best.z)
        descent.polish()
        assert descent.best.value == value


@pytest.mark.parametrize(("value", "wall"), [(math.inf, 1e3), (-math.inf, -1e3)])
def test_an_infinite_value_is_a_flat_wall(value, wall):
    class Flat(Disc):
        def look(self, z):
            return Point(value, z, 0.0, z)

    height, slope = Descent(Flat(), np.ones(2), 1.0).objective(np.ones(2))
    assert height == wall
    assert not slope.any()
