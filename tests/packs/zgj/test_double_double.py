"""Loss, gradient and training of 106 bits against the oracle, and the laws of the tail."""

# Runs as plain Python, too: it reaches every line and branch of the compiled bodies.
from __future__ import annotations

from typing import Any

import mpmath
import numba
import numpy as np
import pytest
from population_reference import nasty_instances, ratio

import lcnn_verify
from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import double_double, oracle
from lcnn_verify.packs.zgj.dynamics import StopReason
from lcnn_verify.packs.zgj.dynamics import doubled as dynamics
from lcnn_verify.packs.zgj.model import TIED_ABS, UNIT_RELU, Model
from lcnn_verify.packs.zgj.population import doubled

JIT = not numba.config.DISABLE_JIT
PLANE = np.eye(2)
NEAR = np.array([[1.04, 0.07], [-0.05, 0.96]])
"""As many students as teachers: the loss decays geometrically."""
CLONES = np.sqrt(0.5) * np.array([[0.98, 0.17], [0.98, -0.17]])


def errors(W: FloatArray, V: FloatArray, model: Model) -> tuple[float, float]:
    """Errors of loss and rows in units of their floors, the last rounding allowed for."""
    value, rows = double_double.loss_and_gradient(W, V, model=model)
    floor = double_double.rounding_floor(W, V, model=model)
    row_floors = double_double.gradient_rounding_floor(W, V, model=model)
    exact, exact_rows = (f(W, V, dps=40, model=model) for f in (oracle.loss, oracle.gradient))
    with mpmath.workdps(160):
        half = mpmath.mpf(2) ** -53
        pairs = [(abs(value - exact) - half * abs(exact), floor)]
        for i, (row, bound) in enumerate(zip(rows, row_floors, strict=True)):
            if model.readout == "unit" and not W[i].any():
                assert not row.any()  # a convention, not a derivative
                continue
            exact_row = list(exact_rows[i, :])
            gap = [mpmath.mpf(float(x)) - y for x, y in zip(row, exact_row, strict=True)]
            pairs.append((mpmath.norm(gap) - half * mpmath.norm(exact_row), float(bound)))
        found = [float(ratio(max(error, mpmath.mpf(0)), bound)) for error, bound in pairs]
    return found[0], max(found[1:], default=0.0)


@pytest.mark.parametrize("name", [name for name in nasty_instances() if "wide" not in name])
def test_loss_and_gradient_are_within_their_floors(name: str) -> None:
    W, V = nasty_instances()[name]
    for model in (TIED_ABS, UNIT_RELU):
        assert max(errors(W, V, model)) <= 1.0


def test_the_floors_are_below_the_promise() -> None:
    rng = np.random.default_rng(0)
    for n in (1900, 600):
        W, V = rng.normal(size=(n - 10, 50)), rng.normal(size=(10, 50))
        mass = float((W**2).sum() + (V**2).sum())
        assert double_double.rounding_floor(W, V) <= 1e-28 * mass**2
    rows = double_double.gradient_rounding_floor(W, V)
    assert np.all(rows <= 1e-28 * np.linalg.norm(W, axis=1) * mass)
    assert double_double.rounding_floor(NEAR, PLANE) <= 2e-30 * 16
    assert double_double.rounding_floor(PLANE, PLANE) < 1e-14 * lcnn_verify.rounding_floor(
        PLANE, PLANE
    )


def test_without_low_words_the_loss_leaves_its_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    W, V = NEAR.copy(), PLANE
    assert max(errors(W, V, TIED_ABS)) <= 1.0
    real = doubled.evaluated
    for fault in (
        lambda value, rows, *rest: ((value[0] * (1.0 + 2.0**-52), value[1]), rows, *rest),
        lambda value, rows, *rest: (value, rows * (1.0 + 2.0**-51), *rest),
    ):
        monkeypatch.setattr(doubled, "evaluated", lambda *a, f=fault: f(*real(*a)))
        assert max(errors(W, V, TIED_ABS)) > 1e6


@pytest.mark.parametrize("name", ["add", "multiply", "divide", "root", "arcsine"])
def test_a_step_that_drops_its_low_word_leaves_the_floor(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(doubled, name)
    bodies = plain_bodies(**{name: lambda *arguments: (real(*arguments)[0], 0.0)})
    monkeypatch.setattr(doubled, "evaluated", plain_bodies()["evaluated"])
    assert max(errors(NEAR, PLANE, TIED_ABS)) <= 1.0
    monkeypatch.setattr(doubled, "evaluated", bodies["evaluated"])
    assert max(errors(NEAR, PLANE, TIED_ABS)) > 1e6


def plain_bodies(**names: Any) -> dict[str, Any]:
    """The Python bodies of the evaluation, with some of their global names replaced."""
    for part in ("_dot", "_measured", "_charges", "_moments", "evaluated"):
        body = getattr(getattr(doubled, part), "py_func", getattr(doubled, part))
        names[part] = type(body)(body.__code__, {**body.__globals__, **names})
    return names


def exact_descent(W: FloatArray, V: FloatArray, step: float, steps: int) -> list[Any]:
    """The losses of gradient descent at 60 digits."""
    with mpmath.workdps(60):
        rows = [[mpmath.mpf(float(x)) for x in row] for row in W]
        teachers = [[mpmath.mpf(float(x)) for x in row] for row in V]
        losses = []
        for _ in range(steps + 1):
            value, slope = exact_loss(rows, teachers)
            losses.append(value)
            rows = [
                [x - mpmath.mpf(step) * g for x, g in zip(row, part, strict=True)]
                for row, part in zip(rows, slope, strict=True)
            ]
    return losses


def exact_loss(W: list[Any], V: list[Any]) -> tuple[Any, list[Any]]:
    """L and ∇L of the tied |·| network, by angles of pairs, from THEORY §2."""
    family = [(row, 1) for row in W] + [(row, -1) for row in V]
    norm = [mpmath.norm(row) for row, _ in family]
    value, slope = mpmath.mpf(0), []
    for i, (a, c) in enumerate(family):
        field, pull = mpmath.mpf(0), [mpmath.mpf(0)] * len(a)
        for k, (b, sign) in enumerate(family):
            cosine = mpmath.fdot(a, b) / (norm[i] * norm[k])
            theta = mpmath.mpf(0) if i == k else mpmath.acos(max(-1, min(1, cosine)))
            slant = mpmath.pi / 2 - theta
            kernel = 2 / mpmath.pi * (mpmath.sin(theta) + slant * mpmath.cos(theta))
            field += sign * norm[k] ** 2 * (kernel - slant * 2 / mpmath.pi * cosine)
            value += c * sign * norm[i] ** 2 * norm[k] ** 2 * kernel / 2
            weight = sign * norm[k] ** 2 * slant * 2 / mpmath.pi
            field += sign * norm[k] ** 2 * kernel
            pull = [p + weight * x / norm[k] for p, x in zip(pull, b, strict=True)]
        if c > 0:
            slope.append(
                [norm[i] * (field * x / norm[i] + p) for x, p in zip(a, pull, strict=True)]
            )
    return value, slope


def test_descent_is_the_loop_at_sixty_digits() -> None:
    W = PLANE + 1e-11 * np.array([[3.0, 1.0], [-2.0, 1.0]])  # a loss float64 takes for zero
    run = double_double.gradient_descent(W, PLANE, step=0.05, max_steps=12)
    expected = exact_descent(W, PLANE, 0.05, 12)
    assert run.steps == 12
    assert 1e-24 < run.losses[-1] < run.losses[0] < 1e-19
    gaps = [abs(float(a - b)) for a, b in zip(run.losses, expected, strict=True)]
    assert max(gaps) <= run.loss_floor + 1e-15 * run.losses[0]
    assert lcnn_verify.gradient_descent(W, PLANE, step=0.05, max_steps=12).stop_reason is (
        StopReason.FLOOR
    )


def test_descent_reaches_a_target_far_below_the_floor_of_float64() -> None:
    target = 1e-27 if JIT else 1e-17
    run = double_double.gradient_descent(
        NEAR, PLANE, step=0.3, max_steps=4000, target_loss=target, record_every="log"
    )
    assert run.stop_reason is StopReason.TARGET
    assert run.losses[-1] <= target
    assert run.monotone
    usual = lcnn_verify.gradient_descent(NEAR, PLANE, step=0.3, max_steps=20)
    mine = double_double.gradient_descent(NEAR, PLANE, step=0.3, max_steps=20)
    np.testing.assert_allclose(mine.losses, usual.losses, atol=1e-14)
    np.testing.assert_allclose(mine.weights, usual.weights, atol=1e-13)


def test_runs_end_as_those_of_float64_do(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = double_double.gradient_descent(PLANE, PLANE, step=0.1, max_steps=5)
    assert (exact.stop_reason, exact.steps) == (StopReason.FLOOR, 0)
    dead = double_double.gradient_descent(np.zeros((1, 2)), PLANE, step=0.1, max_steps=5)
    assert (dead.stop_reason, dead.steps) == (StopReason.STATIONARY, 0)
    for step, chunk in ((1e100, 9), (1e307, 9), (1e307, 1)):
        monkeypatch.setattr(dynamics, "LONGEST_CHUNK", chunk)
        run = double_double.gradient_descent(NEAR, PLANE, step=step, max_steps=9)
        assert (run.stop_reason, run.steps) == (StopReason.DIVERGED, 0)
        np.testing.assert_array_equal(run.weights, NEAR)
    short = double_double.gradient_flow(NEAR, PLANE, duration=1e6, max_steps=4)
    assert (short.stop_reason, short.steps) == (StopReason.BUDGET, 4)
    ended = double_double.gradient_flow(NEAR, PLANE, duration=0.25)
    assert (ended.stop_reason, ended.times[-1]) == (StopReason.DURATION, 0.25)
    with pytest.raises(InputError, match="duration"):
        double_double.gradient_flow(NEAR, PLANE, duration=-1.0)
    with pytest.raises(InputError, match="step"):
        double_double.gradient_descent(NEAR, PLANE, step=0.0, max_steps=1)


@pytest.mark.parametrize("model", [TIED_ABS, UNIT_RELU], ids=lambda model: model.name)
def test_the_flow_begins_as_that_of_float64(model: Model) -> None:
    W = np.vstack((NEAR, np.zeros((1, 2))))
    mine, usual = (
        flow(W, PLANE, duration=0.5, model=model)
        for flow in (double_double.gradient_flow, lcnn_verify.gradient_flow)
    )
    assert mine.losses[-1] == pytest.approx(usual.losses[-1], rel=1e-6)
    np.testing.assert_allclose(mine.weights, usual.weights, atol=1e-7)
    assert not mine.weights[-1].any()


@pytest.mark.parametrize("size", [1e-60, 1e60])
def test_units_of_length_do_not_matter(size: float) -> None:
    run = double_double.gradient_flow(NEAR, PLANE, duration=1.0)
    far = double_double.gradient_flow(size * NEAR, size * PLANE, duration=1.0 / size**2)
    assert far.losses[-1] == pytest.approx(run.losses[-1] * size**4, rel=1e-6)
    assert far.loss_floor == pytest.approx(run.loss_floor * size**4)


@pytest.mark.skipif(not JIT, reason="plain Python takes minutes for some thousand evaluations")
@pytest.mark.parametrize(
    ("W", "V", "slope", "decay"),
    [
        (CLONES, PLANE[:1], 2 / 3, -3.0),
        (np.diag([0.95, 0.95, 0.5]), np.eye(2, 3), 3 / 4, -2.0),
    ],
    ids=["clones", "across"],
)
def test_the_laws_of_the_tail_hold_far_below_float64(
    W: FloatArray, V: FloatArray, slope: float, decay: float
) -> None:
    run = double_double.gradient_flow(W, V, duration=1e15, target_loss=1e-26)
    assert run.stop_reason is StopReason.TARGET
    tail = run.losses < 1e-20
    losses = np.log(run.losses[tail])
    assert np.polyfit(losses, np.log(run.gradient_norms[tail]), 1)[0] == pytest.approx(
        slope, abs=1e-5
    )
    assert np.polyfit(np.log(run.times[tail]), losses, 1)[0] == pytest.approx(decay, abs=1e-4)
    assert np.all(np.diff(run.times) > 0.0)
    assert run.steps == len(run.times) - 1


@pytest.mark.skipif(not JIT, reason="plain Python takes minutes for some thousand evaluations")
def test_weights_without_low_words_lose_the_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    real = dynamics.moved
    monkeypatch.setattr(dynamics, "moved", lambda *a: real(*a) * np.array([1.0, 0.0]))
    run = double_double.gradient_flow(
        CLONES, PLANE[:1], duration=1e15, target_loss=1e-26, max_steps=4000
    )
    tail = run.losses < 1e-20
    assert (
        tail.sum() < 20
        or abs(np.polyfit(np.log(run.losses[tail]), np.log(run.gradient_norms[tail]), 1)[0] - 2 / 3)
        > 1e-2
    )


def test_a_stage_goes_on_where_the_one_before_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    target = 1e-20 if JIT else 1e-5
    runs = []
    for factor in (10.0, 1e4):
        monkeypatch.setattr(dynamics, "_STAGE", factor)
        runs.append(double_double.gradient_flow(NEAR, PLANE, duration=1e3, target_loss=target))
    assert [run.stop_reason for run in runs] == [StopReason.TARGET] * 2
    assert runs[0].times[-1] == pytest.approx(runs[1].times[-1], rel=1e-6)
