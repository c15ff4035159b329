"""M(Δ), ε₀(V), κ(V), F(V) against mpmath and independent formulas, at every scale, and refusals."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj import oracle, threshold
from lcnn_verify.packs.zgj.geometry import separation
from lcnn_verify.packs.zgj.threshold import (
    KAPPA_RELATIVE_ERROR,
    MERGED_LEVEL_RELATIVE_ERROR,
    THRESHOLD_RELATIVE_ERROR,
    floor_level,
    kappa,
    loss_threshold,
    merged_level,
)

ANGLES = [
    *(10.0**-e for e in (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 16, 40, 100, 102)),
    *np.linspace(0.01, math.pi / 2, 200).tolist(),
]


def test_merged_level_is_right_to_its_bound() -> None:
    worst = 0.0
    for delta in ANGLES:
        exact = oracle.merged_level(delta, dps=20)
        worst = max(worst, abs(float((merged_level(delta) - exact) / exact)))
    assert worst <= MERGED_LEVEL_RELATIVE_ERROR
    assert worst > 0.0


def test_the_textbook_form_of_merged_level_would_fail() -> None:
    def kernel(theta: float) -> float:
        return 2 / math.pi * (math.sin(theta) + (math.pi / 2 - theta) * math.cos(theta))

    delta = 1e-4
    cancelled = 1 + kernel(delta) - 2 * kernel(delta / 2) ** 2
    exact = float(oracle.merged_level(delta, dps=20))
    assert abs(cancelled - exact) > 1e3 * MERGED_LEVEL_RELATIVE_ERROR * exact


def test_merged_level_stays_between_its_cubic_bounds() -> None:
    ratios = [merged_level(delta) * 3 * math.pi / delta**3 for delta in sorted(ANGLES)]
    assert all(0.838247 <= ratio <= 1 + 1e-14 for ratio in ratios)
    assert ratios[-1] < 0.838248
    assert all(low <= high * (1 + 1e-14) for high, low in itertools.pairwise(ratios))


def test_loss_threshold_is_right_to_its_bound() -> None:
    rng = np.random.default_rng(0)
    for case in range(60):
        r, d = int(rng.integers(1, 7)), int(rng.integers(2, 6))
        V = rng.normal(size=(r, d)) * 10.0 ** rng.uniform(-40, 40)
        V *= 10.0 ** rng.uniform(-3, 3, size=(r, 1))
        if r > 1 and case % 3 == 0:  # nearly merged teachers
            V[1] = V[0] * (1 + rng.normal(size=d) * 10.0 ** rng.uniform(-14, 0))
        exact = oracle.loss_threshold(V, dps=20)
        assert abs(loss_threshold(V) - exact) <= THRESHOLD_RELATIVE_ERROR * exact
        exact = oracle.kappa(V, dps=20)
        assert abs(kappa(V) - exact) <= KAPPA_RELATIVE_ERROR * exact


def test_loss_threshold_by_hand() -> None:
    assert math.isclose(loss_threshold(np.eye(2)), merged_level(math.pi / 2) / 16, rel_tol=1e-15)
    assert math.isclose(loss_threshold([[0.0, 2.0]]), 2 * merged_level(math.pi / 2), rel_tol=1e-15)
    assert kappa([[3.0, 0.0], [0.0, 4.0]]) == 0.2


def test_no_premature_overflow_or_underflow() -> None:
    # v_min⁴ alone would overflow, M(Δ) alone would underflow; ε₀ itself is an ordinary number.
    V = np.array([[1e80, 0.0], [1e80, 1e80 * 1e-104]])
    exact = oracle.loss_threshold(V, dps=20)
    assert abs(loss_threshold(V) - exact) <= THRESHOLD_RELATIVE_ERROR * exact
    # The sum of squares overflows or underflows; the norm does not.
    for scale in (1e-300, 1e300):
        assert math.isclose(kappa([[3 * scale, 4 * scale]]), 1 / (5 * scale), rel_tol=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: merged_level(0.0), "delta: got 0.0"),
        (lambda: merged_level(-0.1), "delta: got -0.1"),
        (lambda: merged_level(1.6), "delta: got 1.6"),
        (lambda: merged_level(math.nan), "delta: got nan"),
        (lambda: merged_level("0.5"), "delta: got '0.5'"),
        (lambda: merged_level("half"), "delta: got 'half'"),
        (lambda: merged_level(None), "delta: got None"),
        (lambda: merged_level(1e-104), "delta: got 1e-104"),
        (lambda: loss_threshold([[1.0, 0.0], [0.0, 0.0]]), "V: got a zero neuron at row 1"),
        (lambda: loss_threshold([[1.0, 2], [3, 4], [-2.0, -4]]), "V: got rows 0 and 2 on one line"),
        (lambda: loss_threshold([[1.0], [2.0]]), "V: got rows 0 and 1 on one line"),
        (lambda: loss_threshold(np.eye(2) * 1e-78), "V: got v_min ≈"),
        (lambda: kappa([[1.0, 0.0], [0.0, 0.0]]), "V: got a zero neuron at row 1"),
        (lambda: kappa([[1e308, 1e308]]), "V: got a norm of about 2^1024"),
        (lambda: floor_level(np.eye(2), starts=0), "starts: got 0"),
        (lambda: floor_level(np.eye(2), starts=1.5), "starts: got 1.5"),
        (lambda: floor_level(np.eye(2), starts=True), "starts: got True"),
        (lambda: floor_level(np.eye(2), seed=-1), "seed: got -1"),
        (lambda: floor_level([[0.0, 0.0]]), "V: got a zero neuron at row 0"),
        (lambda: floor_level([[1.0, 0.0], [2.0, 0.0]]), "V: got rows 0 and 1 on one line"),
        (lambda: floor_level([[1e-80]]), "V: got norms of about 2^-265"),
    ],
)
def test_bad_input(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert str(caught.value).startswith(message)


def test_overflow_is_loud() -> None:
    with pytest.raises(OverflowError, match="scale the teachers"):
        loss_threshold(np.eye(2) * 1e78)
    with pytest.raises(OverflowError, match="scale the teachers"):
        kappa([[5e-324]])
    with pytest.raises(OverflowError, match="scale the teachers"):
        floor_level(np.eye(2) * 1e80)


def test_a_planted_error_in_the_series_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = (threshold._SERIES[0], threshold._SERIES[1] * (1 + 1e-12), *threshold._SERIES[2:])
    monkeypatch.setattr(threshold, "_SERIES", wrong)
    with pytest.raises(AssertionError):
        test_merged_level_is_right_to_its_bound()


def lines(*angles: float) -> np.ndarray:
    return np.column_stack((np.cos(angles), np.sin(angles)))


def equally_spaced(r: int) -> np.ndarray:
    return lines(*(np.pi * np.arange(r) / r))


MEASURED = {
    "r = 2, Δ = 0.01": (lines(0.0, 0.01), 1.0),
    "r = 2, Δ = 0.3": (lines(0.0, 0.3), 1.0),
    "r = 2, Δ = π/4": (lines(0.0, math.pi / 4), 1.0),
    "r = 2, orthogonal": (np.eye(2), 0.8626),
    "r = 3, fan of 0.01": (lines(-0.01, 0.0, 0.01), 0.3200),
    "r = 3, fan of 0.1": (lines(-0.1, 0.0, 0.1), 0.3205),
    "r = 3, equally spaced": (equally_spaced(3), 0.3532),
    "r = 8, equally spaced": (equally_spaced(8), 0.2726),
    "6 orthogonal": (np.eye(6), 0.6217),
}


@pytest.mark.parametrize("name", MEASURED)
def test_measured_levels(name: str) -> None:
    V, ratio = MEASURED[name]
    estimate = floor_level(V, starts=6)
    r, d = V.shape
    assert estimate.W.shape == (r - 1, d)
    assert (estimate.label, estimate.starts) == ("upper bound", 6)
    assert estimate.value / merged_level(separation(V)) == pytest.approx(ratio, abs=1e-4)
    assert loss_threshold(V) < estimate.value
    # The value is the loss of the students shown, rounded up, and their gradient is small enough to
    # refute ‖∇L‖ ≥ κL there (THEORY §6).
    exact = oracle.loss(estimate.W, V, dps=20)
    assert 0 <= float(estimate.value - exact) <= 1e-14 * estimate.value
    assert oracle.gradient_norm(estimate.W, V, dps=20) < 0.1 * kappa(V) * estimate.value


@pytest.mark.parametrize("angle", [0.2, 0.9, 1.3, math.pi / 2])
def test_two_teachers_against_a_scan_of_the_only_student(angle: float) -> None:
    # The best mass at direction φ is s = k(φ) + k(Δ − φ), which leaves 1 + k(Δ) − ½s².
    def kernel(theta: Any) -> Any:
        theta = np.abs(theta)
        return 2 / np.pi * (np.sin(theta) + (np.pi / 2 - theta) * np.cos(theta))

    phi = np.linspace(0.0, angle, 20_001)
    scanned = 1 + kernel(angle) - ((kernel(phi) + kernel(angle - phi)) ** 2).max() / 2
    assert floor_level(lines(0.0, angle)).value == pytest.approx(scanned, rel=1e-6)


def test_one_teacher_is_exact() -> None:
    estimate = floor_level([[3.0, 4.0]])
    assert estimate.value == 625 / 2
    assert (estimate.label, estimate.starts) == ("exact", 0)
    assert not estimate.W.any()
    assert oracle.loss(estimate.W, [[3.0, 4.0]]) == estimate.value


def test_floor_scales_exactly_and_repeats() -> None:
    V = np.array([[1.0, 0.0, 0.2], [0.3, 2.0, 0.0], [0.0, 0.5, -1.0]])
    base = floor_level(V, starts=4, seed=3)
    assert floor_level(V, starts=4, seed=3).value == base.value
    for power in (-200, 200):
        scaled = floor_level(np.ldexp(V, power), starts=4, seed=3)
        assert scaled.value == math.ldexp(base.value, 4 * power)
        assert np.array_equal(scaled.W, np.ldexp(base.W, power))


@pytest.mark.parametrize("delta", [1e-5, 1e-8])
def test_nearly_merged_teachers_below_the_float_floor(delta: float) -> None:
    V = np.array([[1.0, 0.0], [1.0, delta]])
    assert floor_level(V, starts=3).value == pytest.approx(merged_level(delta), rel=1e-5)


def test_a_search_that_does_not_search_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        threshold, "loss_and_gradient", lambda W, V: (1.0, np.zeros_like(np.asarray(W)))
    )
    with pytest.raises(AssertionError):
        test_measured_levels("r = 3, equally spaced")
