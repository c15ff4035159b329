"""Gradient flow against exact solutions, descent with small steps and the laws of THEORY §5."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.dynamics import StopReason, gradient_descent, gradient_flow
from lcnn_verify.packs.zgj.model import TIED_ABS, Model
from lcnn_verify.packs.zgj.population import gradient, loss, rounding_floor

PLANE = np.eye(2)
SPACE = np.array([[1.0, 0.0, 0.0], [0.3, 0.8, 0.2]])
STUDENTS = np.array([[0.7, 0.2, 0.1], [0.2, 0.9, -0.1], [0.6, -0.3, 0.2]])


def size_on_a_line(t: FloatArray, start: float, goal: float, model: Model) -> FloatArray:
    """The norm of one student on the one teacher's line, solved by hand.

    L = ½k(1)(n^p − N^p)² with k(1) = 1 for |·| and ½ for ReLU. Unit readout: n' = −k(1)(n − N).
    Tied: n' = −2k(1)·n·(n² − N²), a logistic equation for n².
    """
    speed = 1.0 if model.activation == "abs" else 0.5
    if model.readout == "unit":
        return goal + (start - goal) * np.exp(-speed * t)
    odds = (goal**2 / start**2 - 1.0) * np.exp(-4.0 * speed * goal**2 * t)
    return np.sqrt(goal**2 / (1.0 + odds))


@pytest.mark.parametrize(("start", "goal"), [(0.3, 1.0), (1.9, 1.0), (0.01, 1.3)])
@pytest.mark.parametrize("d", [1, 3])
def test_one_student_on_its_line_follows_the_exact_solution(
    model: Model, start: float, goal: float, d: int
) -> None:
    line = np.arange(1.0, d + 1.0) / np.linalg.norm(np.arange(1.0, d + 1.0))
    run = gradient_flow([start * line], [goal * line], duration=3.0, model=model)
    assert run.stop_reason is StopReason.DURATION
    assert run.times[-1] == 3.0
    assert run.steps == len(run.times) - 1 > 10
    p, k = model.mass_power, 1.0 if model.activation == "abs" else 0.5
    norms = size_on_a_line(run.times, start, goal, model)
    gap = norms**p - goal**p
    np.testing.assert_allclose(run.losses, 0.5 * k * gap**2, rtol=1e-5, atol=2 * run.loss_floor)
    exact_slopes = p * k * norms ** (p - 1) * np.abs(gap)
    np.testing.assert_allclose(run.gradient_norms, exact_slopes, rtol=1e-5, atol=3e-9)
    np.testing.assert_allclose(run.weights[0], norms[-1] * line, rtol=3e-8)


def test_the_planted_wrong_speed_is_seen() -> None:
    """Half the speed, as if the loss lacked a factor, misses by far more than the tolerance."""
    run = gradient_flow([[0.3]], [[1.0]], duration=1.0)
    wrong = size_on_a_line(run.times / 2, 0.3, 1.0, TIED_ABS)
    assert abs(run.weights[0, 0] - wrong[-1]) > 0.1


def test_flow_is_the_limit_of_descent(model: Model) -> None:
    """Two step sizes extrapolated to zero: an error of the square of the step."""
    duration = 2.0
    ends = [
        gradient_descent(
            STUDENTS, SPACE, step=duration / steps, max_steps=steps, record_every=steps, model=model
        ).weights
        for steps in (500, 1000)
    ]
    run = gradient_flow(STUDENTS, SPACE, duration=duration, model=model)
    first_order = np.abs(ends[1] - run.weights).max()
    second_order = np.abs(2.0 * ends[1] - ends[0] - run.weights).max()
    assert second_order < 1e-6
    assert 1e-5 < first_order < 1e-2
    assert run.monotone
    assert run.losses[-1] == pytest.approx(loss(run.weights, SPACE, model=model), rel=1e-9)


def test_the_explicit_method_agrees(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    for limit in (2000, 0):
        monkeypatch.setattr("lcnn_verify.numerics.flow._IMPLICIT_UP_TO", limit)
        runs.append(gradient_flow(STUDENTS, SPACE, duration=5.0, model=model))
    np.testing.assert_allclose(runs[0].weights, runs[1].weights, rtol=0, atol=1e-7)
    assert runs[0].steps != runs[1].steps


def test_the_loss_falls_at_the_rate_of_the_squared_gradient() -> None:
    """L' = −‖∇L‖² along the flow, integrated by the trapezoidal rule over the recorded points."""
    run = gradient_flow(STUDENTS, SPACE, duration=10.0, rtol=1e-11, atol=1e-13)
    lost = np.trapezoid(run.gradient_norms**2, run.times)
    assert lost == pytest.approx(run.losses[0] - run.losses[-1], rel=1e-3)


@pytest.mark.parametrize("target", [0.3, 1e-3, 1e-9])
def test_the_target_is_located_inside_a_step(target: float) -> None:
    run = gradient_flow([[0.5]], [[1.0]], duration=50.0, target_loss=target)
    if target > 0.28125:  # ½(¼ − 1)²
        assert (run.stop_reason, run.steps, run.times[-1]) == (StopReason.TARGET, 0, 0.0)
        return
    assert run.stop_reason is StopReason.TARGET
    assert run.losses[-1] == pytest.approx(target, rel=1e-6)
    assert run.losses[-1] <= target < run.losses[-2]
    # ½(q − 1)² = target at odds 1/q − 1, which fall from 3 as e^{−4t}.
    mass = 1.0 - math.sqrt(2.0 * target)
    exact = 0.25 * math.log(3.0 / (1.0 / mass - 1.0))
    assert run.times[-1] == pytest.approx(exact, rel=1e-6)
    assert run.time_to(target) == run.times[-1]


def test_a_clone_split_flows_as_the_original() -> None:
    """THEORY §3.3 at the same times, for a split into very unequal parts."""
    parts = np.array([0.9, 0.0999, 0.0001])
    W = STUDENTS[:2]
    split = np.vstack((np.sqrt(parts)[:, None] * W[0], W[1]))
    run = gradient_flow(W, SPACE, duration=20.0)
    clones = gradient_flow(split, SPACE, duration=20.0)
    assert clones.losses[-1] == pytest.approx(run.losses[-1], rel=1e-4)
    np.testing.assert_allclose(
        clones.weights[:3], np.sqrt(parts)[:, None] * run.weights[0], rtol=1e-6, atol=1e-10
    )
    # With unit readout the parts flow three times as fast.
    unit = Model("abs", "unit")
    thirds = np.vstack((W[0] / 3, W[0] / 3, W[0] / 3, W[1]))
    slow = gradient_flow(W, SPACE, duration=0.5, model=unit)
    fast = gradient_flow(thirds, SPACE, duration=0.5, model=unit)
    assert fast.losses[-1] < 0.95 * slow.losses[-1]


@pytest.mark.parametrize("small", [1e-3, 1e-20, 1e-60])
def test_a_tiny_neuron_grows_at_its_own_pace(small: float) -> None:
    """With one fixed absolute tolerance it would be taken for zero and stay there for ever."""
    run = gradient_flow([[small, 0.0, 0.0]], [[1.0, 0.0, 0.0]], duration=1e4, target_loss=0.125)
    assert run.stop_reason is StopReason.TARGET
    exact = 0.25 * math.log(1.0 / small / small - 1.0)  # q = ½ in the logistic equation
    assert run.times[-1] == pytest.approx(exact, rel=1e-6)


def test_zero_neurons_stay_at_zero(model: Model) -> None:
    W = np.vstack((np.zeros(3), STUDENTS, np.zeros(3)))
    run = gradient_flow(W, SPACE, duration=3.0, model=model)
    without = gradient_flow(STUDENTS, SPACE, duration=3.0, model=model)
    np.testing.assert_array_equal(run.weights[[0, 4]], 0.0)
    np.testing.assert_array_equal(run.weights[1:4], without.weights)
    dead = gradient_flow(np.zeros((2, 3)), SPACE, duration=3.0, model=model)
    assert (dead.stop_reason, dead.steps) == (StopReason.STATIONARY, 0)
    np.testing.assert_array_equal(dead.weights, 0.0)


@pytest.mark.parametrize("size", [1e-60, 1e60])
def test_the_unit_of_length_does_not_matter(model: Model, size: float) -> None:
    p = model.mass_power
    run = gradient_flow(STUDENTS, SPACE, duration=4.0, model=model)
    duration = 4.0 * size ** (2 - 2 * p)
    far = gradient_flow(size * STUDENTS, size * SPACE, duration=duration, model=model)
    assert far.times[-1] == duration
    assert far.losses[-1] == pytest.approx(run.losses[-1] * size ** (2 * p), rel=1e-6)
    expected = run.gradient_norms[-1] * size ** (2 * p - 1)
    assert far.gradient_norms[-1] == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(far.weights / size, run.weights, rtol=0, atol=1e-8)


@pytest.mark.parametrize("duration", [1e-300, 1e-30, 1e-13, 1e-9])
def test_a_very_short_flow_is_one_euler_step(duration: float) -> None:
    run = gradient_flow(STUDENTS, SPACE, duration=duration)
    assert run.stop_reason is StopReason.DURATION
    assert run.times[-1] == duration
    euler = STUDENTS - duration * gradient(STUDENTS, SPACE)
    np.testing.assert_allclose(run.weights, euler, rtol=0, atol=1e-15)


def test_a_very_long_flow_ends_at_the_rounding_floor() -> None:
    run = gradient_flow(STUDENTS, SPACE, duration=1e300, target_loss=0.0)
    assert run.stop_reason is StopReason.FLOOR
    assert run.losses[-1] <= rounding_floor(run.weights, SPACE)
    assert run.times[-1] < 1e8
    assert run.monotone


def test_the_merged_point_is_stationary() -> None:
    """THEORY §3.8 for orthogonal teachers: the student on the bisector, of mass 2k(π/4)."""
    kernel = 2 / math.pi * (math.sqrt(0.5) + math.pi / 4 * math.sqrt(0.5))
    student = math.sqrt(2 * kernel) * np.array([math.sqrt(0.5), math.sqrt(0.5)])
    run = gradient_flow([student], PLANE, duration=100.0)
    assert (run.stop_reason, run.steps) == (StopReason.STATIONARY, 0)
    tilted = gradient_flow([[1.3, 1.0], [0.2, 0.6]], PLANE, duration=100.0)
    assert tilted.stop_reason is StopReason.FLOOR


def test_a_spent_budget_is_said() -> None:
    run = gradient_flow(STUDENTS, SPACE, duration=100.0, max_steps=5)
    assert (run.stop_reason, run.steps) == (StopReason.BUDGET, 5)
    assert len(run.times) == 6


def test_tolerances_nothing_can_meet_are_a_failure() -> None:
    """Coordinates that are rounding noise about zero can have no relative accuracy."""
    W = [[0.8, 0.0], [0.0, 0.9], [0.0, 0.4]]
    model = Model("relu", "unit")
    run = gradient_flow(W, PLANE, duration=20.0, atol=1e-300, model=model)
    assert run.stop_reason is StopReason.FAILED
    np.testing.assert_array_equal(run.weights, W)
    assert gradient_flow(W, PLANE, duration=20.0, model=model).stop_reason is StopReason.DURATION


def clones(delta: float) -> FloatArray:
    """Two half-mass students at angles ±delta from the one teacher e₁."""
    direction = [[math.cos(delta), math.sin(delta)], [math.cos(delta), -math.sin(delta)]]
    return math.sqrt(0.5) * np.array(direction)


def test_spare_students_slow_the_tail_to_the_cube_of_time() -> None:
    """THEORY §5: L ~ t⁻³ and ‖∇L‖ ~ L^(2/3) when m > r, against geometric decay when m = r."""
    teacher = np.array([[1.0, 0.0]])
    run = gradient_flow(clones(0.3), teacher, duration=20_000.0)
    tail = run.times > 200.0
    assert tail.sum() > 20
    rate = np.polyfit(np.log(run.times[tail]), np.log(run.losses[tail]), 1)[0]
    assert rate == pytest.approx(-3.0, abs=0.1)
    power = np.polyfit(np.log(run.losses[tail]), np.log(run.gradient_norms[tail]), 1)[0]
    assert power == pytest.approx(2.0 / 3.0, abs=0.02)
    alone = gradient_flow([[1.0, 0.3]], teacher, duration=20_000.0)
    assert alone.stop_reason is StopReason.FLOOR
    assert alone.times[-1] < 50.0
    assert run.monotone
    assert alone.monotone


@pytest.mark.parametrize(
    ("delta", "ratio"), [(0.3, 1.09), (0.1, 0.54), (0.01, 0.065), (0.003, 0.02)]
)
def test_clones_break_every_quadratic_gradient_bound(delta: float, ratio: float) -> None:
    """The figures of THEORY §6: ‖∇L‖²/L at the start, for ±δ clones."""
    run = gradient_flow(clones(delta), [[1.0, 0.0]], duration=1e-6)
    assert run.gradient_norms[0] ** 2 / run.losses[0] == pytest.approx(ratio, rel=0.03)
