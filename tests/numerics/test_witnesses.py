"""Candidates, powers of 2, minors and seeded samples, held to NumPy and to what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.activations import TANH
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.numerics.samples import SHAPES, integer_rows, unit_rows
from lcnn_verify.numerics.witnesses import first, minor, power


def test_the_first_that_is_wanted_or_else_the_last():
    assert first(iter((1, 3, 4, 6)), lambda n: n % 2 == 0) == 4
    assert first(iter((1, 3, 5)), lambda n: n % 2 == 0) == 5
    assert first((0, 1), lambda n: n == 0) == 0
    with pytest.raises(InputError, match="candidates: got none"):
        first((), bool)


def test_powers_of_2_are_of_integers_alone():
    assert (power(3), power(fmpq(-2))) == (8, fmpq(1, 4))
    with pytest.raises(InputError, match="z: got 3/2, wanted an integer"):
        power(fmpq(3, 2))


@pytest.mark.parametrize("values", [False, True])
def test_a_minor_is_the_determinant_of_the_float_columns(values):
    rng = np.random.default_rng(3)
    X, W = integer_rows(rng, 4, 2, 4), integer_rows(rng, 2, 2, 3)
    value, slope, _ = TANH.jet(np.array(X) @ np.array(W).T / 16, FLOATS)
    rows = [np.kron(s, x) for s, x in zip(slope, X, strict=True)]
    J = np.hstack([value, rows])[:, :4] if values else np.array(rows)
    with balls.working_precision(200):
        found = minor(TANH, X, W, values=values)
    assert float(found.mid()) == pytest.approx(abs(np.linalg.det(J)), rel=1e-9)
    assert float(found.rad()) < 1e-40
    with balls.working_precision(200):
        assert minor(TANH, (X[0],) * 4, W, values=values).contains(0)


def test_rows_lie_as_said():
    rng = np.random.default_rng(0)
    X = {shape: unit_rows(rng, 3, 4, shape) for shape in SHAPES}
    assert X["orthogonal"] @ X["orthogonal"].T == pytest.approx(np.eye(3))
    assert (X["duplicated"][0] == X["duplicated"][-1]).all()
    near = X["nearly parallel"]
    assert 1 - 1e-3 < near[0] @ near[-1] < 1
    for rows in X.values():
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1)
    small = np.array(integer_rows(rng, 200, 2, 3))
    assert (small.min(), small.max(), small.shape) == (-3, 3, (200, 2))
