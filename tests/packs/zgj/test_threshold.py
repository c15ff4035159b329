"""M(Δ), ε₀(V) and κ(V) against mpmath, at every scale, and their errors when they cannot be had."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj import oracle, threshold
from lcnn_verify.packs.zgj.threshold import (
    KAPPA_RELATIVE_ERROR,
    MERGED_LEVEL_RELATIVE_ERROR,
    THRESHOLD_RELATIVE_ERROR,
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


def test_a_planted_error_in_the_series_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = (threshold._SERIES[0], threshold._SERIES[1] * (1 + 1e-12), *threshold._SERIES[2:])
    monkeypatch.setattr(threshold, "_SERIES", wrong)
    with pytest.raises(AssertionError):
        test_merged_level_is_right_to_its_bound()
