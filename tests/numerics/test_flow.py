"""Descent of functions whose flows are known in closed form, stiff ones, and ones that go wrong."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.flow import gradient_descent, gradient_flow
from lcnn_verify.numerics.trajectory import StopReason

CURVATURES = np.array([[1.0, 2.0], [0.5, 3.0]])
START = np.array([[1.0, -0.5], [2.0, 0.25]])


def quadratic(x: FloatArray, curvatures: FloatArray = CURVATURES) -> tuple[float, FloatArray]:
    """½Σ c·x², whose flow is x·e^(−ct)."""
    return 0.5 * float((curvatures * x * x).sum()), curvatures * x


def quartic(x: FloatArray) -> tuple[float, FloatArray]:
    """Σ x⁴, whose flow is x/√(1 + 8x²t), so that |x| ~ t^(−1/2) and f ~ t⁻²."""
    return float((x**4).sum()), 4.0 * x**3


def spoiled(x: FloatArray) -> tuple[float, FloatArray]:
    """½x², with no gradient once x < ½."""
    return 0.5 * float(x @ x), np.where(x < 0.5, math.nan, x)


@pytest.mark.parametrize("implicit_up_to", [2000, 0])
def test_the_flow_of_a_quadratic_is_exponential(
    implicit_up_to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lcnn_verify.numerics.flow._IMPLICIT_UP_TO", implicit_up_to)
    run = gradient_flow(quadratic, START, duration=3.0)
    assert (run.stop_reason, run.times[-1]) == (StopReason.DURATION, 3.0)
    np.testing.assert_allclose(run.weights, START * np.exp(-3.0 * CURVATURES), rtol=0, atol=3e-9)
    exact = [quadratic(START * np.exp(-t * CURVATURES)) for t in run.times]
    np.testing.assert_allclose(run.losses, [value for value, _ in exact], rtol=0, atol=1e-7)
    norms = [np.linalg.norm(slope) for _, slope in exact]
    np.testing.assert_allclose(run.gradient_norms, norms, rtol=0, atol=1e-7)
    assert run.monotone
    assert len(run.times) == run.steps + 1


def test_a_stiff_flow_takes_its_hessian_in_place_of_differences() -> None:
    stiff, asked = np.array([1.0, 1e6]), []

    def steep(x: FloatArray) -> tuple[float, FloatArray]:
        return quadratic(x, stiff)

    def hessian(x: FloatArray) -> FloatArray:
        asked.append(x.shape)
        return np.diag(stiff)

    plain = gradient_flow(steep, [1.0, 1.0], duration=3.0)
    given = gradient_flow(steep, [1.0, 1.0], duration=3.0, hessian=hessian)
    assert set(asked) == {(2,)}
    np.testing.assert_allclose(given.weights, plain.weights, rtol=0, atol=1e-8)
    np.testing.assert_allclose(given.weights, [math.exp(-3.0), 0.0], rtol=0, atol=1e-8)


def test_a_gradient_of_half_the_size_is_seen() -> None:
    run = gradient_flow(lambda x: (quadratic(x)[0], 0.5 * quadratic(x)[1]), START, duration=3.0)
    assert np.abs(run.weights - START * np.exp(-3.0 * CURVATURES)).max() > 0.1


def test_descent_of_a_quadratic_is_a_geometric_series() -> None:
    run = gradient_descent(quadratic, START, step=0.1, max_steps=50, record_every=20)
    assert (run.stop_reason, run.steps) == (StopReason.BUDGET, 50)
    np.testing.assert_allclose(run.times, [0.0, 2.0, 4.0, 5.0])
    exact = [START * (1.0 - 0.1 * CURVATURES) ** k for k in (0, 20, 40, 50)]
    np.testing.assert_allclose(run.weights, exact[-1], rtol=1e-12)
    np.testing.assert_allclose(run.losses, [quadratic(x)[0] for x in exact], rtol=1e-12)
    assert run.monotone


def test_a_quartic_falls_as_the_inverse_root_of_time() -> None:
    run = gradient_flow(quartic, [1.0, -0.3], duration=1e8)
    x = np.array([1.0, -0.3])
    np.testing.assert_allclose(run.weights, x / np.sqrt(1.0 + 8.0 * x * x * 1e8), rtol=1e-5)
    tail = run.times > 1e3
    assert tail.sum() > 20
    law = np.polyfit(np.log(run.times[tail]), np.log(run.losses[tail]), 1)[0]
    assert law == pytest.approx(-2.0, abs=1e-3)


def test_a_stiff_quadratic_takes_few_steps() -> None:
    # An explicit method would need about 10⁸ steps to t = 1: its step is bounded by 1/κ.
    curvatures = np.array([1e8, 1.0])
    run = gradient_flow(lambda x: quadratic(x, curvatures), [1.0, 1.0], duration=1.0)
    assert run.stop_reason is StopReason.DURATION
    assert run.steps < 2000
    np.testing.assert_allclose(run.weights, [0.0, math.exp(-1.0)], rtol=0, atol=1e-8)


@pytest.mark.parametrize(("ceiling", "last"), [(1e6, 1e8), (math.inf, math.inf)])
def test_a_step_too_long_diverges(ceiling: float, last: float) -> None:
    run = gradient_descent(quadratic, START, step=1.0, max_steps=10**5, ceiling=ceiling)
    assert run.stop_reason is StopReason.DIVERGED
    assert run.steps < 2000
    assert np.isfinite(run.losses).all()
    assert np.isfinite(run.weights).all()
    assert run.losses[-1] > min(ceiling, 1e300)
    assert run.largest_increase <= last
    assert (run.largest_increase == math.inf) == (ceiling == math.inf)
    assert not run.monotone


def test_a_gradient_that_is_no_number_ends_a_run_at_its_last_good_point() -> None:
    run = gradient_descent(spoiled, [1.0], step=0.25, max_steps=100)
    assert (run.stop_reason, run.steps) == (StopReason.DIVERGED, 2)
    assert run.weights.tolist() == [0.5625]
    assert run.largest_increase == math.inf
    flow = gradient_flow(spoiled, [1.0], duration=10.0)
    assert flow.stop_reason is StopReason.FAILED
    assert 0.5 <= flow.weights[0] < 1.0
    assert np.isfinite(flow.losses).all()
    for run_ in (gradient_flow, gradient_descent):
        budget = {"duration": 1.0} if run_ is gradient_flow else {"step": 0.1, "max_steps": 3}
        with pytest.raises(InputError, match=r"^start: got a point where f = 0.02 and ‖∇f‖ = nan"):
            run_(spoiled, [0.2], **budget)


def test_a_target_is_located_inside_a_step_of_the_flow() -> None:
    run = gradient_flow(lambda x: quadratic(x, np.ones(1)), [1.0], duration=50.0, target=1e-3)
    assert run.stop_reason is StopReason.TARGET
    assert run.losses[-1] <= 1e-3 < run.losses[-2]
    assert run.times[-1] == pytest.approx(0.5 * math.log(500.0), rel=1e-6)
    assert run.time_to(1e-3) == run.times[-1]
    steps = gradient_descent(quadratic, START, step=0.1, max_steps=1000, target=1e-3)
    assert steps.stop_reason is StopReason.TARGET
    assert steps.losses[-1] <= 1e-3 < steps.losses[-2]


def floors(x: FloatArray) -> tuple[float, float]:
    return 1e-10, 1e-6


def test_floors_end_a_run_where_its_numbers_say_no_more() -> None:
    def lifted(x: FloatArray) -> tuple[float, FloatArray]:
        return quadratic(x)[0] + 1.0, quadratic(x)[1]

    for options in ({"duration": 1e3}, {"step": 0.1, "max_steps": 10**4}):
        run_: Any = gradient_flow if "duration" in options else gradient_descent
        flat = run_(quadratic, START, floors=floors, **options)
        assert flat.stop_reason is StopReason.FLOOR
        assert flat.losses[-1] <= flat.loss_floor == 1e-10
        hidden = run_(quadratic, START, floors=floors, target=1e-12, **options)
        assert hidden.stop_reason is StopReason.FLOOR
        seen = run_(quadratic, START, floors=floors, target=1e-9, **options)
        assert seen.stop_reason is StopReason.TARGET
        still = run_(lifted, START, floors=floors, **options)
        assert still.stop_reason is StopReason.STATIONARY
        assert still.gradient_norms[-1] <= 1e-6 < still.gradient_norms[-2]


def test_negative_values_are_no_floor_and_a_zero_gradient_is_stationary() -> None:
    def sunk(x: FloatArray) -> tuple[float, FloatArray]:
        return quadratic(x)[0] - 5.0, quadratic(x)[1]

    run = gradient_flow(sunk, START, duration=1.0)
    assert run.stop_reason is StopReason.DURATION
    assert run.losses[-1] < 0.0
    still = gradient_descent(sunk, 0.0 * START, step=0.1, max_steps=3)
    assert (still.stop_reason, still.steps) == (StopReason.STATIONARY, 0)
    assert still.weights.shape == START.shape


def test_budgets_are_kept() -> None:
    run = gradient_flow(quadratic, START, duration=100.0, max_steps=5)
    assert (run.stop_reason, run.steps) == (StopReason.BUDGET, 5)


def test_the_start_and_the_function_arguments_stay_the_callers() -> None:
    def greedy(x: FloatArray) -> tuple[float, FloatArray]:
        result = quadratic(x)
        x[:] = 1e9
        return result

    start = START.copy()
    run = gradient_descent(greedy, start, step=0.1, max_steps=5)
    assert np.array_equal(
        run.weights, gradient_descent(quadratic, START, step=0.1, max_steps=5).weights
    )
    assert np.array_equal(start, START)
    start[:] = 0.0
    for run_ in (
        gradient_descent(quadratic, start, step=0.1, max_steps=5),
        gradient_flow(quadratic, start, duration=1.0),
    ):
        assert not run_.weights.flags.writeable
        start[0, 0] = 7.0
        assert not run_.weights.any()
        start[0, 0] = 0.0


@pytest.mark.parametrize("start", [[], [math.nan], [[1.0], [1.0, 2.0]], ["a"], None])
def test_a_bad_start_is_refused(start: Any) -> None:
    with pytest.raises(InputError, match=r"^start: got .*, wanted an array of finite real numbers"):
        gradient_descent(quadratic, start, step=0.1, max_steps=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [("duration", 0.0), ("rtol", -1.0), ("rtol", 1e-14), ("atol", None), ("max_steps", 2.5)],
)
def test_bad_numbers_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"^{name}: got "):
        gradient_flow(quadratic, START, **{"duration": 1.0, name: value})


def test_a_gradient_of_another_shape_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"^gradient: got shape \(4,\), wanted that of x, \(2, 2\)"
    ):
        gradient_flow(lambda x: (0.0, np.zeros(4)), START, duration=1.0)
