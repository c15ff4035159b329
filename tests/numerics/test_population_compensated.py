"""Sums that lose nothing: where a plain sum would drop many small terms beside a large one."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from population_reference import Exact, evaluate, floors, routes

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import (
    add_into,
    cosine,
    row_dot,
    signed_mean_direction,
    two_sum,
)
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.model import MODELS, Model
from lcnn_verify.packs.zgj.population import dense

models = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
# Adding HALF to 1 changes nothing in float64; two of them are almost a unit in the last place.
HALF = 0.99 * 2.0**-53
# Nor does π/2 of these, a neuron's share of T, beside π/2.
LIGHT = 0.6 * 2.0**-53
numbers = st.floats(-1e100, 1e100)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(a=numbers, b=numbers)
def test_two_sum_is_exact(a: float, b: float) -> None:
    total, error = two_sum(a, b)
    assert total == a + b
    assert Fraction(total) + Fraction(error) == Fraction(a) + Fraction(b)


def small_beside_large(count: int) -> FloatArray:
    values = np.full(count, HALF)
    values[0] = 1.0
    return values


def test_plain_sums_would_fail_here() -> None:
    values = small_beside_large(1000)
    assert sum(values.tolist()) == 1.0
    assert math.fsum(values) > 1.0 + 490 * 2.0**-52


@pytest.mark.parametrize("count", [1, 2, 16, 17, 1000])
def test_every_compensated_sum_keeps_the_small_terms(count: int) -> None:
    values = small_beside_large(count)
    ones = np.ones(count)
    expected = math.fsum(values)
    assert row_dot(values[None], ones[None], 0) == expected
    directions = np.stack((values, -2.0 * values), axis=1)
    mean = signed_mean_direction(directions, ones, -ones)
    assert mean.tolist() == [-expected, 2.0 * expected]
    total, error = np.zeros((1, 2)), np.zeros((1, 2))
    for value in values:
        add_into(total, error, np.array([[value, -value]]))
    assert (total + error).tolist() == [[expected, -expected]]


@pytest.mark.parametrize("d", [1, 3, 16, 17, 40, 1000])
def test_cosines_add_their_blocks_with_compensation(d: int) -> None:
    # The first block holds the large term, all others only small ones.
    rows = np.stack((small_beside_large(d), np.ones(d)))
    rows[0, 1:16] = 0.0
    rows[0, 0] = 0.5
    rows *= 0.5
    assert cosine(rows, 0, 1) == pytest.approx(math.fsum(rows[0] * rows[1]), rel=2.0**-52, abs=0)
    assert cosine(rows, 1, 0) == cosine(rows, 0, 1)


def test_cosines_stay_between_minus_one_and_one() -> None:
    rows = np.array([[0.6, 0.8000000000000002], [-0.6, -0.8000000000000002]])
    assert rows[0] @ rows[0] > 1.0
    assert cosine(rows, 0, 0) == 1.0
    assert cosine(rows, 0, 1) == -1.0


def crowd_is_not_lost(
    model: Model, mass: float, root: int, large_first: bool, names: set[str]
) -> None:
    """Check the named routes on root² small clones along either axis beside a neuron of mass 1.

    The clones are one neuron root (tied) or root² (unit) times as long, as the oracle sees them.
    """
    tied = model.readout == "tied"
    small = (math.sqrt(mass) if tied else mass) * np.array([[1.0, 0.0], [0.0, 1.0]])
    crowd = np.repeat(small, root**2, axis=0)
    large = np.array([[1.0, 0.0], [0.0, 1.0]])
    W = np.concatenate((large, crowd) if large_first else (crowd, large))
    V = np.array([[0.5, 0.25]])
    merged = np.concatenate((large, (root if tied else root**2) * small))
    exact_loss = oracle.loss(merged, V, dps=30, model=model)
    exact_rows = oracle.gradient(merged, V, dps=30, model=model)
    loss_bound, row_bounds = floors(W, V, model)
    start = 0 if large_first else len(crowd)
    for name in names:
        loss, gradient = evaluate(routes(2)[name], W, V, model)
        with mpmath.workdps(60):
            # A plain sum would be off by several times the bound.
            assert abs(mpmath.mpf(loss) - exact_loss) <= loss_bound / 8, name
            for k, row in enumerate(gradient[start : start + 2]):
                gap = [mpmath.mpf(float(entry)) - exact_rows[k, j] for j, entry in enumerate(row)]
                assert mpmath.norm(gap) <= float(row_bounds[start + k]) / 8, name


@models
@pytest.mark.parametrize("large_first", [True, False])
def test_a_crowd_of_small_neurons_beside_a_large_one_is_not_lost(
    model: Model, large_first: bool
) -> None:
    crowd_is_not_lost(model, LIGHT, 12, large_first, set(routes(2)))


@models
@pytest.mark.parametrize("large_first", [True, False])
def test_tiles_of_small_neurons_are_not_lost(
    model: Model, large_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Here a whole tile weighs just too little to be seen beside mass 1.
    monkeypatch.setattr(dense, "TILE", dense.BLOCK)
    crowd_is_not_lost(model, LIGHT / dense.BLOCK, 20, large_first, {"dense"})


@models
def test_a_long_tail_of_small_entries_is_not_lost(model: Model) -> None:
    tail = np.full(600, 0.995 * math.sqrt(0.5) * 2.0**-26)
    student, teacher = tail.copy(), tail.copy()
    student[0] = 1.0
    teacher[:2] = 1.0
    W, V = 0.125 * student[None], teacher[None]
    exact = Exact.of(W, V, model)
    for route in routes(600).values():
        loss_error, row_error = exact.error(*evaluate(route, W, V, model))
        assert loss_error <= 1 / 8
        assert row_error <= 1 / 8
