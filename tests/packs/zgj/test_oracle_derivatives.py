"""Gradient against differences of the loss, Hessian against differences of the gradient."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, UNIT_ABS, UNIT_RELU, Model

STEP = 2.0**-30  # a power of two, so that W ± STEP is exact in float64 for the weights below

CASES = {
    "generic": ([[1.0, 0.5, -0.25], [0.125, -2.0, 0.375]], [[0.75, 0.25, 0.0], [-0.5, 1.0, 1.0]]),
    "plane": ([[1.0, 0.5], [-1.0, 0.25], [0.5, 0.5]], [[0.75, 0.25], [-0.5, 1.0]]),
    "line": ([[1.0], [-0.5], [2.0]], [[0.75], [-0.25]]),
    "zero teacher": ([[1.0, 0.5], [-1.0, 0.25]], [[0.0, 0.0], [0.5, 1.0]]),
}


def moved(W: np.ndarray, index: tuple[int, ...], step: float) -> np.ndarray:
    result = W.copy()
    result[index] += step
    assert result[index] - W[index] == step
    return result


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("name", CASES)
def test_gradient_is_the_slope_of_the_loss(name: str, model: Model) -> None:
    W, V = (np.array(part) for part in CASES[name])
    rows = oracle.gradient(W, V, dps=20, model=model)
    assert (rows.rows, rows.cols) == W.shape
    squared = mpmath.mpf(0)
    for index in np.ndindex(*W.shape):
        up, down = (oracle.loss(moved(W, index, s), V, dps=30, model=model) for s in (STEP, -STEP))
        with mpmath.workdps(60):
            slope = (up - down) / (2 * STEP)
            assert abs(slope - rows[index]) < 1e-15, index
            squared += rows[index] ** 2
    assert abs(oracle.gradient_norm(W, V, dps=20, model=model) - mpmath.sqrt(squared)) < 1e-14


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("name", CASES)
def test_hessian_is_the_slope_of_the_gradient(name: str, model: Model) -> None:
    W, V = (np.array(part) for part in CASES[name])
    full = oracle.hessian(W, V, dps=20, model=model)
    assert full.rows == full.cols == W.size
    for column, index in enumerate(np.ndindex(*W.shape)):
        up, down = (
            oracle.gradient(moved(W, index, s), V, dps=30, model=model) for s in (STEP, -STEP)
        )
        for row, other in enumerate(np.ndindex(*W.shape)):
            with mpmath.workdps(60):
                slope = (up[other] - down[other]) / (2 * STEP)
                assert abs(slope - full[row, column]) < 1e-14, (row, column)
                assert abs(full[row, column] - full[column, row]) < 1e-25


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_hessian_of_parallel_neurons_is_finite(model: Model) -> None:
    # k'' is infinite at ρ = ±1 but meets a vanishing tangent; a nudge must change little.
    V = [[0.6, 0.8, 0.0], [1.0, 0.0, 0.0]]
    exact = oracle.hessian([[1.2, 1.6, 0.0], [-0.6, -0.8, 0.0]], V, model=model)
    near = oracle.hessian([[1.2, 1.6, 1e-9], [-0.6, -0.8, 1e-9]], V, model=model)
    assert mpmath.mnorm(exact, "f") > 0.1
    assert mpmath.mnorm(exact - near, "f") < 1e-7


def test_tied_loss_is_smooth_at_a_zero_student() -> None:
    V, W = [[1.0, 0.5]], np.array([[0.0, 0.0], [1.0, 0.0]])
    rows = oracle.gradient(W, V, model=TIED_ABS)
    assert rows[0, 0] == rows[0, 1] == 0
    base, step = oracle.loss(W, V), 2.0**-20
    for column in range(2):
        slope = (oracle.loss(moved(W, (0, column), step), V) - base) / step
        assert abs(slope) < 10 * step


@pytest.mark.parametrize("model", [UNIT_ABS, UNIT_RELU], ids=lambda model: model.name)
def test_unit_gradient_at_a_zero_student_is_zero_by_convention(model: Model) -> None:
    rows = oracle.gradient([[0.0, 0.0], [1.0, 0.0]], [[1.0, 0.5]], model=model)
    assert rows[0, 0] == rows[0, 1] == 0
    assert rows[1, 0] != 0


def test_an_equality_case_of_the_gradient_bound() -> None:
    # d = 1: ‖∇L‖² = 8‖W‖²L exactly (THEORY §3, fact 5).
    W, V = [[1.0], [-0.5], [2.0]], [[0.75], [-0.25]]
    with mpmath.workdps(40):
        gap = oracle.gradient_norm(W, V) ** 2 - 8 * 5.25 * oracle.loss(W, V)
        assert abs(gap) < mpmath.mpf(10) ** -35
