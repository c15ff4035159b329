"""Loss and gradient against routes that share no formula with them: sampling, angles, Hermite."""

# Runs as plain Python, too: it reaches every line and branch of the compiled bodies.
from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import population
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, UNIT_ABS, Model

models = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)

W = np.array([[0.9, 0.3, -0.2], [-0.4, 1.1, 0.5], [0.2, -0.1, 0.7], [0.9, 0.31, -0.2]])
V = np.array([[1.0, 0.2, 0.0], [-0.3, 0.8, 0.9]])


def activation(model: Model, z: FloatArray) -> FloatArray:
    return np.abs(z) if model.activation == "abs" else np.maximum(z, 0.0)


def masses_and_units(rows: FloatArray, model: Model) -> tuple[FloatArray, FloatArray]:
    norms = np.linalg.norm(rows, axis=1)
    return norms**model.mass_power, rows / norms[:, None]


@models
def test_loss_and_gradient_are_the_sampled_expectations(model: Model) -> None:
    rng = np.random.default_rng(11)
    x = rng.normal(size=(400_000, 3))

    def network(rows: FloatArray) -> FloatArray:
        levers = np.linalg.norm(rows, axis=1) ** (model.mass_power - 1)
        return activation(model, x @ rows.T) @ levers

    residual = network(W) - network(V)
    samples = [0.5 * residual**2]
    expected = [population.loss(W, V, model=model)]
    gradient = population.gradient(W, V, model=model)
    for row, w in zip(gradient, W, strict=True):
        z, norm = x @ w, float(np.linalg.norm(w))
        slope = np.sign(z) if model.activation == "abs" else (z > 0.0).astype(np.float64)
        lever = norm if model.readout == "tied" else 1.0
        for j in range(3):
            change = lever * slope * x[:, j]
            if model.readout == "tied":
                change = change + activation(model, z) * w[j] / norm
            samples.append(residual * change)
            expected.append(float(row[j]))
    for sample, value in zip(samples, expected, strict=True):
        deviation = sample.std() / math.sqrt(len(sample))
        assert abs(sample.mean() - value) <= 5 * deviation
        assert deviation <= 0.01  # else the line above could not fail


def polar_kernel(theta: float, model: Model) -> float:
    """E[σ(u·x)σ(v·x)] = (1/π)∫_0^{2π} σ(cos φ)σ(cos(φ − θ)) dφ, split at its kinks."""
    kinks = [math.pi / 2, 3 * math.pi / 2]
    kinks += [(kink + theta) % (2 * math.pi) for kink in kinks]
    edges = [0.0, *sorted(kinks), 2 * math.pi]

    def integrand(phi: float) -> float:
        pair = activation(model, np.array([math.cos(phi), math.cos(phi - theta)]))
        return float(pair[0] * pair[1])

    return sum(quad(integrand, a, b)[0] for a, b in itertools.pairwise(edges)) / math.pi


@models
def test_loss_is_the_double_sum_of_polar_integrals(model: Model) -> None:
    q, units = masses_and_units(np.concatenate((W, V)), model)
    charges = q * np.array([1.0] * len(W) + [-1.0] * len(V))
    angles = np.arccos(np.clip(units @ units.T, -1.0, 1.0))
    np.fill_diagonal(angles, 0.0)
    kernel = np.array([[polar_kernel(theta, model) for theta in row] for row in angles])
    expected = 0.5 * charges @ kernel @ charges
    assert population.loss(W, V, model=model) == pytest.approx(expected, abs=1e-9, rel=1e-7)


@pytest.mark.parametrize("model", [TIED_ABS, UNIT_ABS], ids=lambda model: model.name)
def test_hermite_partial_sums_increase_to_the_loss(model: Model) -> None:
    q, units = masses_and_units(np.concatenate((W, V)), model)
    charges = q * np.array([1.0] * len(W) + [-1.0] * len(V))
    squares = (units @ units.T) ** 2
    loss = population.loss(W, V, model=model)
    # σ̂_0² = 2/π, σ̂_2² = 1/π and σ̂_{2k+2}²/σ̂_{2k}² = (2k − 1)²/((2k + 1)(2k + 2)) (THEORY §2).
    weight, partial, spent = 2 / math.pi, 0.0, 0.0
    tensors, sums = np.ones_like(squares), []
    for k in range(400):
        partial += 0.5 * weight * (charges @ tensors @ charges)
        spent += weight
        sums.append(partial)
        tensors = tensors * squares
        weight *= (2 * k - 1) ** 2 / ((2 * k + 1) * (2 * k + 2))
    assert np.all(np.diff(sums) >= -1e-15)
    # E[z²] = 1 is the sum of all σ̂²; each tensor is at most Σq long.
    tail = 0.5 * (1.0 - spent) * q.sum() ** 2
    assert sums[-1] - 1e-14 <= loss <= sums[-1] + tail
    assert tail <= 0.01 * loss


@models
def test_gradient_is_the_slope_of_the_loss(model: Model) -> None:
    gradient = population.gradient(W, V, model=model)
    step = 2.0**-17
    for i in range(len(W)):
        for j in range(3):
            ahead, behind = W.copy(), W.copy()
            ahead[i, j] += step
            behind[i, j] -= step
            rise = population.loss(ahead, V, model=model) - population.loss(behind, V, model=model)
            assert rise / (2 * step) == pytest.approx(gradient[i, j], abs=1e-8)


def test_relu_is_a_quarter_of_the_absolute_value_plus_the_linear_part() -> None:
    # THEORY §3: L_relu = ¼(L_abs + ½‖Σ_a c_a q_a â‖²).
    for model in MODELS:
        if model.activation == "relu":
            other = Model("abs", model.readout)
            q, units = masses_and_units(np.concatenate((W, V)), model)
            charges = q * np.array([1.0] * len(W) + [-1.0] * len(V))
            linear = 0.5 * float(np.sum((charges @ units) ** 2))
            expected = (population.loss(W, V, model=other) + linear) / 4
            assert population.loss(W, V, model=model) == pytest.approx(expected, rel=1e-13)
