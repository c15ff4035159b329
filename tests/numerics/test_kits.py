"""The same formula in float64, in mpmath and in balls, and what each promises at its edges."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from flint import arb

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.kits import BALLS, DECIMALS, FLOATS, dot, gram, norm, norm_squared

ROWS = ((3.0, 4.0), (-1.0, 0.5))


@pytest.mark.parametrize("kit", [FLOATS, DECIMALS, BALLS])
def test_vectors_and_roots_are_those_of_numpy(kit):
    rows = [[*map(kit.number, row)] for row in ROWS]
    assert float(norm(rows[0], kit)) == 5.0
    assert float(norm_squared(rows[1], kit)) == 1.25
    assert float(dot(*rows)) == -1.0
    G = gram(rows, kit)
    found = [[float(G[i, j]) for j in range(2)] for i in range(2)]
    assert found == (np.array(ROWS) @ np.array(ROWS).T).tolist()
    assert float(kit.pi()) == math.pi
    assert float(kit.asin(kit.number(0.5))) == pytest.approx(math.pi / 6, rel=1e-15)
    assert float(kit.sqrt(kit.number(2))) == pytest.approx(math.sqrt(2.0), rel=1e-15)


def test_balls_keep_their_precision_and_squares_of_wide_ones_end_near_0():
    with balls.working_precision(200), mpmath.workdps(60):
        middle = mpmath.mpf(BALLS.pi().str(55, radius=False))
        assert abs(middle - DECIMALS.pi()) < 1e-53
        assert float(BALLS.pi().rad()) < 1e-58
    wide = arb(0, 1)
    assert norm_squared([wide, wide], BALLS).lower() > -1e-8
    assert norm([wide], BALLS).is_finite()
    assert BALLS.asin(arb(1, 0.1)).is_finite()
