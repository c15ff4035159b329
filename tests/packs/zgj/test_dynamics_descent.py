"""Gradient descent against a plain loop, exact symmetries and the figures of THEORY §5."""

# Runs as plain Python, too: it reaches every line and branch of the compiled bodies.
from __future__ import annotations

import math

import numpy as np
import pytest

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.dynamics import (
    StopReason,
    Trajectory,
    gradient_descent,
    problem,
    training,
)
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.population import (
    gradient,
    gradient_rounding_floor,
    hessian,
    loss,
    rounding_floor,
)

PLANE = np.eye(2)
SPACE = np.array([[1.0, 0.0, 0.0], [0.3, 0.8, 0.2]])


def nearby(V: FloatArray, m: int, seed: int = 0, spread: float = 0.3) -> FloatArray:
    """Students (m, d) sharing the teachers' mass evenly, each displaced by ``spread`` of itself."""
    r = len(V)
    part = V[np.arange(m) % r] / math.sqrt(m / r)
    shift = np.random.default_rng(seed).normal(size=part.shape)
    return part + spread / math.sqrt(m) * shift


def plain_loop(
    W: FloatArray, V: FloatArray, step: float, steps: int, model: Model
) -> tuple[list[float], list[float], float, FloatArray]:
    """Losses, gradient norms, largest loss floor and last weights by the public functions."""
    losses, norms, floors = [], [], []
    for k in range(steps + 1):
        slope = gradient(W, V, model=model)
        losses.append(loss(W, V, model=model))
        norms.append(float(np.linalg.norm(slope)))
        floors.append(rounding_floor(W, V, model=model))
        W = W - step * slope if k < steps else W
    return losses, norms, max(floors), W


def assert_same_run(a: Trajectory, b: Trajectory, tolerance: float = 0.0) -> None:
    assert a.stop_reason is b.stop_reason
    assert a.steps == b.steps
    for one, other in (
        (a.times, b.times),
        (a.losses, b.losses),
        (a.gradient_norms, b.gradient_norms),
        (a.weights, b.weights),
    ):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("V", "m", "steps"),
    [(SPACE, 4, 15), (PLANE, 3, 15), (PLANE, 9, 15), (SPACE, 110, 3), (np.ones((2, 1)), 3, 15)],
    ids=["small", "planar-few", "planar", "tiles", "line"],
)
def test_descent_is_the_plain_loop(model: Model, V: FloatArray, m: int, steps: int) -> None:
    W = nearby(V, m)
    run = gradient_descent(W, V, step=0.05, max_steps=steps, model=model)
    losses, norms, floor, last = plain_loop(W, V, 0.05, steps, model)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-12, atol=2 * floor)
    slack = 2 * float(np.linalg.norm(gradient_rounding_floor(W, V, model=model)))
    np.testing.assert_allclose(run.gradient_norms, norms, rtol=1e-12, atol=slack)
    np.testing.assert_allclose(run.weights, last, rtol=0.0, atol=1e-12)
    np.testing.assert_array_equal(run.times, 0.05 * np.arange(steps + 1))
    assert run.stop_reason is StopReason.BUDGET
    assert run.steps == steps
    assert run.loss_floor == pytest.approx(floor, rel=1e-12)


def test_the_caller_s_arrays_are_left_alone_and_the_result_is_frozen() -> None:
    W = nearby(PLANE, 3)
    before = W.copy()
    run = gradient_descent(W, PLANE, step=0.1, max_steps=3)
    np.testing.assert_array_equal(W, before)
    for array in (run.times, run.losses, run.gradient_norms, run.weights):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0


def test_recording_thins_a_run_and_changes_nothing_else() -> None:
    W = nearby(PLANE, 3)
    # A step this long makes the loss bounce, so the largest increase is easy to miss.
    full = gradient_descent(W, PLANE, step=0.5, max_steps=123)
    assert full.largest_increase == pytest.approx(np.diff(full.losses).max())
    assert full.largest_increase > 0.01
    for record_every, steps in (
        (10, [*range(0, 121, 10), 123]),
        (200, [0, 123]),
        (10**18, [0, 123]),
        (123, [0, 123]),
    ):
        run = gradient_descent(W, PLANE, step=0.5, max_steps=123, record_every=record_every)
        np.testing.assert_array_equal(run.times, 0.5 * np.array(steps))
        np.testing.assert_array_equal(run.losses, full.losses[steps])
        np.testing.assert_array_equal(run.gradient_norms, full.gradient_norms[steps])
        np.testing.assert_array_equal(run.weights, full.weights)
        assert run.largest_increase == full.largest_increase
        assert run.loss_floor == full.loss_floor
        assert run.steps == 123
    logarithmic = gradient_descent(W, PLANE, step=0.5, max_steps=123, record_every="log")
    kept = np.rint(logarithmic.times / 0.5).astype(int)
    assert kept[0] == 0
    assert kept[-1] == 123
    assert 55 < len(kept) < 65
    np.testing.assert_array_equal(logarithmic.losses, full.losses[kept])


def test_a_run_does_not_depend_on_its_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    W = nearby(PLANE, 3)
    runs = []
    for longest in (4096, 7, 1):
        monkeypatch.setattr(training, "LONGEST_CHUNK", longest)
        runs.append(gradient_descent(W, PLANE, step=0.5, max_steps=28, record_every=4))
    assert_same_run(runs[0], runs[1])
    assert_same_run(runs[0], runs[2])
    assert runs[0].largest_increase == runs[1].largest_increase == runs[2].largest_increase
    blown_up = gradient_descent(W, PLANE, step=1e100, max_steps=28)
    assert (blown_up.stop_reason, blown_up.steps) == (StopReason.DIVERGED, 0)


def test_the_target_is_the_first_step_at_or_below_it() -> None:
    W = nearby(SPACE, 2)
    full = gradient_descent(W, SPACE, step=0.05, max_steps=200)
    assert full.monotone
    target = 1e-3 * full.losses[0]
    run = gradient_descent(W, SPACE, step=0.05, max_steps=200, target_loss=target)
    first = int(np.argmax(full.losses <= target))
    assert run.stop_reason is StopReason.TARGET
    assert run.steps == first
    assert run.losses[-1] == full.losses[first]
    assert full.time_to(target) == run.times[-1] == run.time_to(target)
    assert run.time_to(0.5 * target) == math.inf
    at_once = gradient_descent(W, SPACE, step=0.05, max_steps=9, target_loss=full.losses[0])
    assert (at_once.stop_reason, at_once.steps) == (StopReason.TARGET, 0)
    assert at_once.largest_increase == 0.0
    np.testing.assert_array_equal(at_once.weights, W)


def test_a_target_below_the_rounding_floor_is_not_claimed() -> None:
    run = gradient_descent(nearby(PLANE, 2), PLANE, step=0.1, max_steps=2000, target_loss=1e-30)
    assert run.stop_reason is StopReason.FLOOR
    floor = rounding_floor(run.weights, PLANE)
    assert run.losses[-1] <= floor == pytest.approx(run.loss_floor, rel=0.2)
    assert run.losses[-2] > 0.99 * floor
    exact = gradient_descent(PLANE, PLANE, step=0.1, max_steps=5)
    assert (exact.stop_reason, exact.steps) == (StopReason.FLOOR, 0)
    nothing = np.zeros((1, 2))
    assert gradient_descent(nothing, nothing, step=0.1, max_steps=5).stop_reason is (
        StopReason.TARGET
    )


def bisector(angle: float) -> tuple[FloatArray, FloatArray, float]:
    """Teachers e(0), e(angle), the merged student of THEORY §3.8, and its level M(angle)."""

    def kernel(theta: float) -> float:
        return 2 / math.pi * (math.sin(theta) + (math.pi / 2 - theta) * math.cos(theta))

    V = np.array([[1.0, 0.0], [math.cos(angle), math.sin(angle)]])
    student = np.array([math.cos(angle / 2), math.sin(angle / 2)])
    level = 1 + kernel(angle) - 2 * kernel(angle / 2) ** 2
    return V, math.sqrt(2 * kernel(angle / 2)) * student, level


@pytest.mark.parametrize("parts", [[1.0], [0.5, 0.3, 0.2], [0.4, 0.3, 0.2, 0.06, 0.04]])
def test_a_merged_teacher_is_stationary_at_positive_loss(parts: list[float]) -> None:
    V, student, level = bisector(0.8)
    W = np.sqrt(parts)[:, None] * student
    run = gradient_descent(W, V, step=0.1, max_steps=50)
    assert (run.stop_reason, run.steps) == (StopReason.STATIONARY, 0)
    assert run.losses[0] == pytest.approx(level, abs=run.loss_floor)
    off = gradient_descent(1.2 * W, V, step=0.02, max_steps=2000)
    assert off.stop_reason is StopReason.STATIONARY
    assert off.steps > 10
    assert off.losses[-1] == pytest.approx(level, abs=2 * off.loss_floor)
    # Moved off the bisector it is no longer stationary.
    tilted = W + np.array([1e-3, -2e-3])
    assert gradient_descent(tilted, V, step=0.02, max_steps=20).stop_reason is StopReason.BUDGET


def test_dead_students_are_stationary(model: Model) -> None:
    run = gradient_descent(np.zeros((2, 3)), SPACE, step=0.1, max_steps=5, model=model)
    assert (run.stop_reason, run.steps) == (StopReason.STATIONARY, 0)
    assert run.gradient_norms[0] == 0.0


def test_too_long_a_step_is_called_divergence() -> None:
    W = nearby(PLANE, 3)
    run = gradient_descent(W, PLANE, step=5.0, max_steps=1000)
    assert run.stop_reason is StopReason.DIVERGED
    assert run.steps < 10
    assert not run.monotone
    assert run.largest_increase == pytest.approx(np.diff(run.losses).max())
    assert run.losses[-1] == pytest.approx(loss(run.weights, PLANE), rel=1e-9)


@pytest.mark.parametrize("step", [1e100, 1e307])
@pytest.mark.parametrize(("V", "m"), [(PLANE, 3), (PLANE, 9), (SPACE, 110)])
def test_the_point_before_a_non_finite_loss_is_kept(step: float, V: FloatArray, m: int) -> None:
    W = nearby(V, m)
    run = gradient_descent(W, V, step=step, max_steps=1000)
    assert run.stop_reason is StopReason.DIVERGED
    assert run.steps == 0
    assert run.largest_increase == math.inf
    assert not run.monotone
    np.testing.assert_array_equal(run.weights, W)
    assert np.isfinite(run.losses).all()


def test_zero_neurons_stay_and_vanishing_ones_stay_finite(model: Model) -> None:
    W = np.array([[0.9, 0.1, 0.1], [0.0, 0.0, 0.0], [3e-320, -1e-320, 0.0], [2e-170, 1e-170, 0.0]])
    run = gradient_descent(W, SPACE, step=0.05, max_steps=40, model=model)
    assert np.isfinite(run.weights).all()
    np.testing.assert_array_equal(run.weights[1], 0.0)
    losses, _, _, last = plain_loop(W, SPACE, 0.05, 40, model)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-12)
    if model.readout == "tied":  # they grow by a factor, so even these are known relatively
        np.testing.assert_allclose(run.weights[3], last[3], rtol=1e-12)


def test_a_nearly_vanished_network_keeps_its_gradient_norm() -> None:
    W = 1e-170 * np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 12.0]])
    run = gradient_descent(W, SPACE, step=0.1, max_steps=1)
    slope = gradient(W, SPACE)
    scale = np.abs(slope).max()
    assert run.gradient_norms[0] == pytest.approx(scale * np.linalg.norm(slope / scale), rel=1e-12)
    assert run.gradient_norms[0] > 0.0


@pytest.mark.parametrize("m", [2, 7])
@pytest.mark.parametrize("exponent", [-240, -199, -50, 200, 250])
def test_scaling_by_a_power_of_two_is_exact(model: Model, m: int, exponent: int) -> None:
    """L scales as c^(2p), ∇L as c^(2p−1) and time as c^(2−2p): THEORY §3.2."""
    W, p = nearby(PLANE, m), model.mass_power
    run = gradient_descent(W, PLANE, step=0.1, max_steps=20, model=model)
    c = 2.0**exponent
    far = gradient_descent(c * W, c * PLANE, step=0.1 * c ** (2 - 2 * p), max_steps=20, model=model)
    np.testing.assert_array_equal(far.losses, run.losses * c ** (2 * p))
    np.testing.assert_array_equal(far.gradient_norms, run.gradient_norms * c ** (2 * p - 1))
    np.testing.assert_array_equal(far.weights, run.weights * c)


@pytest.mark.parametrize("size", [1e-60, 1e60])
def test_extreme_norms_train_as_ordinary_ones(size: float) -> None:
    W = nearby(SPACE, 4)
    run = gradient_descent(W, SPACE, step=0.1, max_steps=60)
    far = gradient_descent(size * W, size * SPACE, step=0.1 / size**2, max_steps=60)
    np.testing.assert_allclose(far.losses, run.losses * size**4, rtol=1e-10)
    np.testing.assert_allclose(far.weights, run.weights * size, rtol=1e-10, atol=1e-12 * size)


def test_a_loss_too_small_for_float64_underflows_quietly() -> None:
    run = gradient_descent(
        1e-100 * nearby(PLANE, 3), 1e-100 * PLANE, step=1e199, max_steps=5, target_loss=0.0
    )
    assert run.stop_reason is StopReason.BUDGET
    np.testing.assert_array_equal(run.losses, 0.0)
    assert run.loss_floor > 0.0
    reached = gradient_descent(
        1e-100 * nearby(PLANE, 3), 1e-100 * PLANE, step=1e199, max_steps=5, target_loss=1e-300
    )
    assert reached.stop_reason is StopReason.TARGET


def test_the_sorted_path_and_the_double_loop_agree(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    W = nearby(PLANE, 8, seed=3, spread=2.0)  # lines cross one another and the fold at angle 0
    runs = []
    for threshold in (1, 1000):
        monkeypatch.setattr(problem, "_PLANAR_FROM", threshold)
        runs.append(gradient_descent(W, PLANE, step=0.1, max_steps=60, model=model))
    assert_same_run(*runs, tolerance=1e-11)


def test_splitting_a_neuron_does_not_change_its_run() -> None:
    """THEORY §3.3; the split network is a different size, so every rounding differs."""
    W = np.array([[1.02, 0.05, 0.0], [0.25, 0.85, 0.15]])
    split = np.vstack((math.sqrt(0.7) * W[0], W[1], math.sqrt(0.3) * W[0]))
    run = gradient_descent(W, SPACE, step=0.05, max_steps=400)
    clones = gradient_descent(split, SPACE, step=0.05, max_steps=400)
    points = min(run.steps, clones.steps) + 1
    np.testing.assert_allclose(
        clones.losses[:points], run.losses[:points], rtol=0, atol=2 * run.loss_floor
    )
    merged = np.array([split_norm(clones.weights[[0, 2]]), np.linalg.norm(clones.weights[1])])
    np.testing.assert_allclose(merged, np.linalg.norm(run.weights, axis=1), rtol=1e-7)


def split_norm(rows: FloatArray) -> float:
    return float(np.sqrt((rows**2).sum()))


def test_splitting_does_change_a_run_with_unit_readout() -> None:
    """The planted-bad case: there ‖∇L‖² of k equal parts is k times larger."""
    model = Model("abs", "unit")
    W = np.array([[1.1, 0.1, 0.0], [0.2, 0.9, 0.2]])
    split = np.vstack((0.5 * W[0], W[1], 0.5 * W[0]))
    run = gradient_descent(W, SPACE, step=0.05, max_steps=5, model=model)
    clones = gradient_descent(split, SPACE, step=0.05, max_steps=5, model=model)
    assert clones.losses[0] == pytest.approx(run.losses[0], rel=1e-12)
    assert clones.losses[-1] < 0.99 * run.losses[-1]


def test_without_spare_students_the_loss_decays_geometrically() -> None:
    """m = r: along an eigenvector of the Hessian at the teacher, L ∝ (1 − step·λ)^(2k)."""
    V = np.array([[1.0, 0.0, 0.0], [0.4, 0.8, 0.0], [0.1, 0.1, 0.9]])
    values, vectors = np.linalg.eigh(hessian(V, V))
    assert values[0] > 0.1
    W = V + 1e-3 * vectors[:, 0].reshape(V.shape)
    run = gradient_descent(W, V, step=0.05, max_steps=2000)
    assert run.stop_reason is StopReason.FLOOR
    assert run.monotone
    window = run.losses > 1e-11
    assert window.sum() > 100
    slope = np.polyfit(run.times[window], np.log(run.losses[window]), 1)[0]
    assert slope == pytest.approx(2 * math.log(1 - 0.05 * values[0]) / 0.05, rel=0.01)


def ladder_start(m: int, generator: np.random.Generator) -> FloatArray:
    """One start of THEORY §5's width ladder: V = I₂, L₀ = 0.02."""
    owner = np.arange(m) % 2
    mass = np.empty(m)
    for teacher in range(2):
        mine = owner == teacher
        mass[mine] = generator.dirichlet(np.ones(mine.sum()))
    base = np.sqrt(mass)[:, None] * PLANE[owner]
    shift = np.sqrt(mass)[:, None] * generator.normal(size=(m, 2))
    low, high = 0.0, 4.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if loss(base + middle * shift, PLANE) < 0.02 else (low, middle)
    return base + low * shift


@pytest.mark.parametrize(("m", "figure"), [(2, 4.0), (3, 8.0), (4, 18.0), (8, 30.0), (16, 41.0)])
def test_the_first_rungs_of_the_width_ladder(m: int, figure: float) -> None:
    """THEORY §5's median time to 10⁻³L₀ lies between the quartiles of 15 to 40 starts."""
    generator = np.random.default_rng([m, 1])
    times = []
    for _ in range(min(40, 240 // m)):
        run = gradient_descent(
            ladder_start(m, generator),
            PLANE,
            step=0.05,
            max_steps=20_000,
            target_loss=2e-5,
            record_every="log",
        )
        assert run.stop_reason is StopReason.TARGET
        assert run.monotone
        times.append(run.times[-1])
    low, high = np.quantile(times, [0.25, 0.75])
    assert low < figure < high


def test_a_run_reads_as_one_line() -> None:
    run = gradient_descent(nearby(PLANE, 2), PLANE, step=0.1, max_steps=4)
    assert repr(run).startswith("Trajectory(5 points, 4 steps to time 0.4: loss 0.")
    assert repr(run).endswith("; step budget spent)")
