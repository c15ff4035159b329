"""Angles, separation, assignment and recovery error against mpmath and hand-made cases."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj import geometry, oracle
from lcnn_verify.packs.zgj.geometry import (
    LINE_ANGLE_ERROR,
    RECOVERY_RELATIVE_ERROR,
    SEPARATION_RELATIVE_ERROR,
    closest_pair,
    line_angles,
    recovery_error,
    separation,
)
from lcnn_verify.packs.zgj.model import TIED_ABS, TIED_RELU, UNIT_ABS, Model


def precise_angle(a: np.ndarray, b: np.ndarray) -> Any:
    """Kahan's formula with far more digits than any float64 pair can cancel."""
    with mpmath.workdps(700):
        u, v = (mpmath.matrix(row.tolist()) for row in (a, b))
        u, v = u / mpmath.norm(u), v / mpmath.norm(v)
        apart, across = mpmath.norm(u - v), mpmath.norm(u + v)
        return 2 * mpmath.atan2(min(apart, across), max(apart, across))


def awkward_lines() -> np.ndarray:
    """Lines from 1e-300 to π/2 apart, of norms from 1e-320 to 1e300, both orientations."""
    rng = np.random.default_rng(0)
    base = np.array([0.6, -0.8, 0.0])
    rows = [base, -4 * base, [0.6, -0.8, 1e-300], [0.6e300, -0.8e300, 1e287], [0.8, 0.6, 0.0]]
    rows += [base * 10.0**-e + rng.normal(size=3) * 10.0 ** (-e - g) for e, g in ((9, 13), (99, 8))]
    rows += [[5e-324, 0.0, 0.0], [1e-320, 1e-322, 0.0], *rng.normal(size=(4, 3))]
    return np.array(rows, dtype=float)


def test_line_angles_are_right_to_their_bound() -> None:
    rows = awkward_lines()
    table = line_angles(rows, rows[:7])
    assert table.shape == (len(rows), 7)
    for (i, j), angle in np.ndenumerate(table):
        assert abs(float(precise_angle(rows[i], rows[j]) - float(angle))) <= LINE_ANGLE_ERROR
    assert np.array_equal(line_angles(rows[:7], rows), table.T)


def test_line_angles_keep_their_bound_in_high_dimension() -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(size=5000)
    for tilt in (1e-13, 1e-6, 1.0):
        b = -(a + tilt * rng.normal(size=5000)) * 1e200
        got = float(line_angles([a], [b])[0, 0])
        exact = float(oracle.separation([a, b], dps=15))
        assert abs(got - exact) <= LINE_ANGLE_ERROR
        assert math.isclose(got, math.atan(tilt), rel_tol=0.1)


@pytest.mark.parametrize("angle", [1e-300, 1e-200, 1e-100, 1e-16, 1e-13, 1e-5, 0.3, 1.0, 1.57])
def test_separation_is_relatively_accurate_at_every_angle(angle: float) -> None:
    for scale, turn in ((1.0, 0.0), (1e-150, 0.7), (-1e7, 2.0)):
        V = np.array(
            [[math.cos(turn), math.sin(turn)], [math.cos(turn + angle), math.sin(turn + angle)]]
        )
        if turn == 0.0:
            V[1] *= scale
        exact = precise_angle(V[0], V[1])
        got = separation(V)
        assert abs(got - exact) <= SEPARATION_RELATIVE_ERROR * exact
        assert (got == 0.0) == (exact == 0)


def test_separation_of_awkward_lines() -> None:
    rows = awkward_lines()
    for i in range(len(rows)):
        for j in range(i):
            # The integers see what 700 digits of the independent formula see.
            pair = rows[[i, j]]
            exact = precise_angle(*pair)
            assert abs(separation(pair) - exact) <= SEPARATION_RELATIVE_ERROR * exact + 5e-324
    assert closest_pair(rows) == (0.0, (0, 1))


def test_separation_takes_the_least_over_all_pairs() -> None:
    angles = np.array([0.0, 0.9, 2.0, 1.4])  # as lines, 0.0 and 2.0 are π − 2.0 apart
    V = np.column_stack((np.cos(angles), np.sin(angles)))
    delta, pair = closest_pair(V)
    assert pair == (1, 3)
    assert math.isclose(delta, 0.5, rel_tol=1e-15)
    assert math.isclose(separation(V[[0, 2]]), math.pi - 2.0, rel_tol=1e-15)
    assert separation([[3.0, 4.0]]) == math.pi / 2
    assert separation([[1.0, 1.0], [-2.0, 2.0]]) == math.pi / 2
    assert separation([[2.0], [-1.0]]) == 0.0
    assert separation([[1.0, 2.0], [1.0, 2.0]]) == 0.0


def test_the_closest_pair_is_found_inside_the_float_rounding() -> None:
    # All pairs look alike to float64; the integers tell them apart.
    V = np.array([[1.0, 0.0], [1.0, 3e-20], [1.0, 4e-20], [1.0, 9e-20]])
    assert closest_pair(V) == (pytest.approx(1e-20, rel=1e-15), (1, 2))


def test_many_equally_spaced_teachers() -> None:
    angles = np.arange(200) * np.pi / 200
    V = np.column_stack((np.cos(angles), np.sin(angles)))
    assert math.isclose(separation(V), np.pi / 200, rel_tol=1e-12)


@pytest.mark.parametrize("model", [TIED_ABS, UNIT_ABS], ids=lambda model: model.name)
def test_recovery_error_by_hand(model: Model) -> None:
    V = [[2.0, 0.0], [0.0, 3.0]]
    p = model.mass_power
    assert recovery_error(V, V, model) == 0.0
    assert recovery_error([[0.0, -3.0], [-2.0, 0.0], [0.0, 0.0]], V, model) == 0.0
    assert recovery_error([[0.0, 0.0]], V, model) == 2.0**p + 3.0**p
    # One student of norm 1, at 0.1 rad from the first teacher; the second has none.
    W = [[-math.cos(0.1), math.sin(0.1)]]
    expected = (2.0**p - 1.0) + 3.0**p + 0.01
    assert math.isclose(recovery_error(W, V, model), expected, rel_tol=1e-14)
    # Clones of one neuron count as one (tied: masses add).
    split = [[2.0 * math.sqrt(share), 0.0] for share in (0.2, 0.3, 0.5)]
    if model == TIED_ABS:
        assert recovery_error([*split, [0.0, 3.0]], V, model) < 1e-15 * 13


def test_recovery_error_scales_like_a_mass_and_keeps_its_bound() -> None:
    rng = np.random.default_rng(2)
    V = np.eye(4)[:3] + 0.05 * rng.normal(size=(3, 4))
    shares = rng.dirichlet(np.ones(400), size=3).ravel()
    W = np.repeat(V, 400, axis=0) * np.sqrt(shares)[:, None]
    W += 0.3 * np.sqrt(shares)[:, None] * rng.normal(size=W.shape)
    base = recovery_error(W, V)
    for scale in (2.0**-300, 2.0**300):
        assert recovery_error(W * scale, V * scale) == base * scale * scale
    labels = line_angles(W, V).argmin(axis=1)
    with mpmath.workdps(40):
        masses = [mpmath.fsum(mpmath.mpf(x) ** 2 for x in row) for row in W.tolist()]
        targets = [mpmath.fsum(mpmath.mpf(x) ** 2 for x in row) for row in V.tolist()]
        exact = mpmath.mpf(0)
        for j, target in enumerate(targets):
            mine = [i for i in range(len(W)) if labels[i] == j]
            exact += abs(mpmath.fsum(masses[i] for i in mine) - target)
            for i in mine:
                dot = abs(mpmath.fdot(W[i].tolist(), V[j].tolist()))
                exact += masses[i] * mpmath.acos(dot / mpmath.sqrt(masses[i] * target)) ** 2
        total = float(mpmath.fsum(masses) + mpmath.fsum(targets))
    assert abs(float(exact - base)) <= RECOVERY_RELATIVE_ERROR * total
    assert base > 0.1


def test_recovery_error_overflows_loudly() -> None:
    with pytest.raises(OverflowError, match="recovery_error"):
        recovery_error([[1e200, 0.0]], [[1.0, 0.0]])


def test_a_broken_exact_angle_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geometry, "exact_tangent", lambda a, b: (1, 2))
    with pytest.raises(AssertionError):
        test_separation_is_relatively_accurate_at_every_angle(1e-13)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: separation([[1.0, 0.0], [0.0, 0.0]]), "V: got a zero neuron at row 1"),
        (lambda: separation([1.0, 2.0]), "V: got 1-d array"),
        (lambda: separation([["a"]]), "V: got dtype"),
        (lambda: line_angles([[0.0]], [[1.0]]), "A: got a zero neuron at row 0"),
        (lambda: line_angles([[1.0]], [[1.0], [0.0]]), "B: got a zero neuron at row 1"),
        (lambda: line_angles([[1.0]], [[1.0, 2.0]]), "A: got dimension d = 1"),
        (lambda: recovery_error([[math.nan]], [[1.0]]), "W: got nan"),
        (lambda: recovery_error([[1.0]], [[0.0]]), "V: got a zero neuron at row 0"),
        (lambda: recovery_error([[1.0]], [[1.0]], TIED_RELU), "model: got tied-relu"),
    ],
)
def test_bad_input(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert str(caught.value).startswith(message)
