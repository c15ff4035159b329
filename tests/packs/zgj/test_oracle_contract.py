"""The oracle's promises: its error contract, two precisions, the caller's context, bad input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import agreement
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.model import TIED_ABS, UNIT_ABS, UNIT_RELU, Model
from lcnn_verify.packs.zgj.oracle import closed_form, routes

W = np.array([[1.0, 0.5, -0.25], [0.1, -2.0, 0.3], [1.0, 0.5, -0.2500001]])
V = np.array([[0.7, 0.2, 0.0], [-0.3, 1.1, 0.9]])

CALLS: dict[str, Callable[..., Any]] = {
    "loss": lambda **more: oracle.loss(W, V, **more),
    "gradient": lambda **more: oracle.gradient(W, V, **more),
    "gradient_norm": lambda **more: oracle.gradient_norm(W, V, **more),
    "hessian": lambda **more: oracle.hessian(W, V, **more),
    "loss_by_quadrature": lambda **more: oracle.loss_by_quadrature(W[:1], V[:1], **more),
    "loss_by_hermite": lambda **more: oracle.loss_by_hermite(W, V, terms=9, **more),
    "kernel": lambda **more: oracle.kernel(0.3, **more),
    "separation": lambda **more: oracle.separation(V, **more),
    "merged_level": lambda **more: oracle.merged_level(0.3, **more),
    "loss_threshold": lambda **more: oracle.loss_threshold(V, **more),
    "kappa": lambda **more: oracle.kappa(V, **more),
}


def flattened(value: Any) -> list[Any]:
    return list(value) if isinstance(value, mpmath.matrix | list) else [value]


def distance(value: Any, reference: Any) -> Any:
    pairs = zip(flattened(value), flattened(reference), strict=True)
    return mpmath.sqrt(mpmath.fsum((a - b) ** 2 for a, b in pairs))


@pytest.mark.parametrize("name", ["loss", "gradient", "gradient_norm", "hessian"])
def test_fifteen_digits_are_right_by_sixty(name: str, model: Model) -> None:
    low, high = CALLS[name](dps=15, model=model), CALLS[name](dps=60, model=model)
    with mpmath.workdps(200):
        size = distance(high, [0] * len(flattened(high)))
        assert size > 0
        assert distance(low, high) <= mpmath.mpf(10) ** -40 * size


@pytest.mark.parametrize("dps", [5, 15, 40])
@pytest.mark.parametrize("gap", [0.0, 1e-16, 1e-9, 1e-3])
def test_relative_error_holds_where_the_double_sum_cancels(gap: float, dps: int) -> None:
    # A split teacher nudged by `gap`: the loss is far below the masses' own scale.
    teacher = np.array([[0.6, 0.8]])
    students = np.array([[0.3, 0.4 + gap], [0.3 * 3**0.5, 0.4 * 3**0.5]])
    low, high = (oracle.loss(students, teacher, dps=digits) for digits in (dps, 4 * dps + 60))
    with mpmath.workdps(400):
        allowed = mpmath.mpf(10) ** (5 - dps) * max(high, mpmath.mpf(10) ** -dps * 4)
        assert abs(low - high) <= allowed


@pytest.mark.parametrize("name", CALLS)
def test_the_callers_precision_neither_matters_nor_changes(name: str) -> None:
    reference = CALLS[name](dps=20)
    for digits in (6, 33):
        with mpmath.workdps(digits):
            value = CALLS[name](dps=20)
            assert mpmath.mp.dps == digits
        with mpmath.workdps(90):
            assert distance(value, reference) == 0


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dps", [4, 0, -3, 20.0, "20", None, True])
def test_bad_digits(name: str, dps: Any) -> None:
    with pytest.raises(InputError, match="dps: got"):
        CALLS[name](dps=dps)


@pytest.mark.parametrize("name", ["loss", "gradient", "hessian"])
def test_a_planted_disagreement_is_reported(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = closed_form.kernel_and_slope

    def planted(rho: Any, model: Model) -> tuple[Any, Any]:
        value, slope = original(rho, model)
        noise = mpmath.mpf(10) ** (-mpmath.mp.dps // 4)  # as if half of the digits were lost
        return value + noise, slope + noise

    monkeypatch.setattr(closed_form, "kernel_and_slope", planted)
    precision_before = mpmath.mp.dps
    with pytest.raises(oracle.OracleError, match=f"{name}: computed with .* digits differs by"):
        CALLS[name](dps=30)
    assert mpmath.mp.dps == precision_before


def test_a_nan_never_agrees() -> None:
    with pytest.raises(oracle.OracleError, match="planted"):
        agreement.agreed("planted", lambda: mpmath.mpf("nan"), 20, 1)


def test_a_negative_loss_beyond_rounding_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(rho: Any, model: Model) -> tuple[Any, Any]:
        return (mpmath.mpf(1) if rho == 1 else mpmath.mpf(2)), mpmath.mpf(0)

    monkeypatch.setattr(closed_form, "kernel_and_slope", doubled)
    with pytest.raises(oracle.OracleError, match="cannot be negative"):
        oracle.loss(W[:1], V[:1])
    tiny = mpmath.mpf(10) ** -60
    assert agreement.nonnegative("x", -tiny, 30, 1) == 0
    assert agreement.nonnegative("x", tiny, 30, 1) == tiny


def test_a_wrong_hermite_coefficient_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_hermite_squares", lambda *_: [(0, mpmath.mpf(-1))])
    with pytest.raises(oracle.OracleError, match="term of the Hermite series"):
        oracle.loss_by_hermite(W, V, terms=1)


def test_a_hundred_neurons_are_affordable() -> None:
    rng = np.random.default_rng(3)
    students, teachers = rng.normal(size=(90, 5)), rng.normal(size=(10, 5))
    value = oracle.loss(students, teachers, dps=50)
    assert value > 0
    with mpmath.workdps(130):
        assert abs(value - oracle.loss(-students[::-1], teachers[::-1], dps=50)) < 1e-90


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: oracle.loss([[1.0, 2.0]], [[1.0]]), "W: got dimension d = 2"),
        (lambda: oracle.loss([[float("nan")]], [[1.0]]), "W: got nan at row 0"),
        (lambda: oracle.gradient([[1.0]], [[1j]]), "V: got dtype complex128"),
        (lambda: oracle.hessian([], [[1.0]]), "W: got 1-d array"),
        (lambda: oracle.hessian([[1.0], [0.0]], [[1.0]]), "W: got a zero student at row 1"),
        (lambda: oracle.loss_by_hermite(W, V, terms=0), "terms: got 0"),
        (lambda: oracle.loss_by_hermite(W, V, terms=2.5), "terms: got 2.5"),
        (lambda: oracle.kernel(1.1), "rho: got 1.1"),
        (lambda: oracle.kernel("0.5"), "rho: got '0.5'"),
        (lambda: oracle.kernel(float("nan")), "rho: got nan"),
        (lambda: oracle.kernel(1j), "rho: got 1j"),
        (lambda: oracle.kernel(0.5, activation="gelu"), "Model.activation: got 'gelu'"),
        (lambda: oracle.merged_level(0.0), "delta: got 0.0"),
        (lambda: oracle.merged_level(2.0), "delta: got 2.0"),
        (lambda: oracle.merged_level(True), "delta: got True"),
        (lambda: oracle.separation([[1.0, 0.0], [0.0, 0.0]]), "V: got a zero neuron at row 1"),
        (lambda: oracle.kappa([[0.0]]), "V: got a zero neuron at row 0"),
        (lambda: oracle.loss_threshold([[1.0, 0], [0, 1], [-2, 0]]), "V: got rows 0 and 2 on one"),
    ],
)
def test_bad_input(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("model", [UNIT_ABS, UNIT_RELU], ids=lambda model: model.name)
def test_unit_gradient_at_a_zero_student_is_zero_by_convention(model: Model) -> None:
    rows = oracle.gradient([[0.0, 0.0], [1.0, 0.0]], [[1.0, 0.5]], model=model)
    assert rows[0, 0] == rows[0, 1] == 0
    assert rows[1, 0] != 0


def test_teacher_quantities_against_hand_made_cases() -> None:
    delta = mpmath.mpf(10) ** -300
    tiny = oracle.separation([[1.0, 0.0], [-3.0, 3e-300]], dps=30)
    assert abs(tiny / mpmath.mpf(1e-300) - 1) < 1e-15
    assert abs(oracle.merged_level(delta, dps=30) * 3 * mpmath.pi / delta**3 - 1) < 1e-14
    assert oracle.separation([[5.0, 1.0]]) == oracle.separation([[1.0, 0.0], [0.0, -2.0]])
    assert oracle.separation([[1.0, 2.0], [0.5, 1.0]]) == 0
    assert abs(oracle.separation([[1.0, 0.0], [1.0, 1.0]]) - mpmath.pi / 4) < 1e-15
    assert oracle.separation([[2.0], [-1.0]]) == 0
    two = [[1.0, 0.0], [0.0, 3.0]]
    right = 1 + 2 / mpmath.pi - 2 * (2 / mpmath.pi * (1 + mpmath.pi / 4)) ** 2 / 2
    assert abs(oracle.merged_level(np.pi / 2) - right) < 1e-14
    assert abs(oracle.loss_threshold(two) - right / 16) < 1e-15
    assert abs(oracle.kappa(two) - 1 / mpmath.sqrt(10)) < 1e-15


def test_merged_level_is_the_loss_of_the_merged_student() -> None:
    # Independent of the formula: one student on the bisector with the mass that minimizes L.
    for angle in (0.01, 0.5, 1.5):
        V2 = np.array(
            [[np.cos(angle / 2), np.sin(angle / 2)], [np.cos(angle / 2), -np.sin(angle / 2)]]
        )
        with mpmath.workdps(40):
            mass = 2 * oracle.kernel(mpmath.mpf(V2[0, 0]) / mpmath.hypot(*V2[0].tolist()))
            student = [[float(mpmath.sqrt(mass)), 0.0]]
            level = oracle.merged_level(oracle.separation(V2))
            assert abs(oracle.loss(student, V2, model=TIED_ABS) / level - 1) < 1e-12
