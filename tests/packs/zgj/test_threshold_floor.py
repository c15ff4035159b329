"""F(V): the measured levels of THEORY §4, independent formulas, scaling, and bad input."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj import oracle, threshold
from lcnn_verify.packs.zgj.geometry import separation
from lcnn_verify.packs.zgj.threshold import floor_level, kappa, loss_threshold, merged_level


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
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
        floor_level(np.eye(2) * 1e80)
