"""Quadrature in the degenerate zone; the series and the kernel where everybody knows them.

That closed form, quadrature, series and samples tell one story, the properties of zgj.form judge.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.model import TIED_ABS, TIED_RELU, Model


def drawn(seed: int, m: int, r: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, d)), rng.normal(size=(r, d))


def degenerate() -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Zero, duplicate, antiparallel, nearly parallel, tiny and huge neurons; d = 1; r > d."""
    e = np.array([0.6, -0.8])
    return [
        ("zero student", np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([[1.0, 0.0]])),
        ("all zero", np.zeros((2, 2)), np.zeros((1, 2))),
        ("duplicates", np.array([e, e, -e, 2 * e]), np.array([e, -3 * e])),
        ("near-parallel", np.array([[1.0, 0.0], [1.0, 1e-13]]), np.array([[1.0, 1e-7], [0, 1.0]])),
        ("angles below 1e-16", np.array([[1.0, 1e-17], [-1.0, 1e-150]]), np.array([[2.0, 1e-40]])),
        ("scales", np.array([[1e60, 0.0], [1e-60, 1e-60]]), np.array([[3e59, 1e60]])),
        ("denormal", np.array([[5e-324, 0.0]]), np.array([[0.0, 1e-320]])),
        ("d = 1", np.array([[1.0], [-2.0], [0.5]]), np.array([[1.5], [-0.25]])),
        ("r > d", np.array([[1.0, 0.5]]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])),
    ]


def within_contract(value: Any, reference: Any, dps: int, mass: float) -> bool:
    with mpmath.workdps(4 * dps + 40):
        allowed = mpmath.mpf(10) ** (5 - dps) * max(
            abs(reference), mpmath.mpf(10) ** -dps * mpmath.mpf(mass) ** 2
        )
        return bool(abs(value - reference) <= allowed)


def mass_of(W: np.ndarray, V: np.ndarray, model: Model) -> mpmath.mpf:
    rows = [*W.tolist(), *V.tolist()]
    return mpmath.fsum(mpmath.norm(mpmath.matrix(row)) ** model.mass_power for row in rows)


@pytest.mark.parametrize(("name", "W", "V"), degenerate(), ids=lambda part: str(part)[:14])
def test_quadrature_agrees_in_the_degenerate_zone(
    name: str, W: np.ndarray, V: np.ndarray, model: Model
) -> None:
    for students, teachers in ((W, V), (np.pad(W, ((0, 0), (0, 3))), np.pad(V, ((0, 0), (0, 3))))):
        closed = oracle.loss(students, teachers, dps=15, model=model)
        integral = oracle.loss_by_quadrature(students, teachers, dps=15, model=model)
        assert within_contract(integral, closed, 15, mass_of(W, V, model)), name


@pytest.mark.parametrize(("name", "W", "V"), degenerate(), ids=lambda part: str(part)[:14])
def test_derivatives_keep_their_contract_in_the_degenerate_zone(
    name: str, W: np.ndarray, V: np.ndarray, model: Model
) -> None:
    with mpmath.workdps(300):
        mass, p = mass_of(W, V, model), model.mass_power
        norms = [mpmath.norm(mpmath.matrix(row)) for row in W.tolist()]
        scales = [mass * mpmath.sqrt(mpmath.fsum(norm ** (2 * p - 2) for norm in norms))]
        routes = [oracle.gradient]
        if W.any(axis=1).all():
            routes.append(oracle.hessian)
            scales.append(len(W) * (mass if p == 2 else 1 + mass / min(norms)))
        for route, scale in zip(routes, scales, strict=True):
            low, high = (route(W, V, dps=dps, model=model) for dps in (15, 90))
            allowed = max(mpmath.mnorm(high, "f"), mpmath.mpf(10) ** -15 * scale) * 1e-10
            assert mpmath.mnorm(low - high, "f") <= allowed, (name, route)


def test_a_wrong_loss_is_outside_the_contract() -> None:
    W, V = drawn(1, 2, 2, 2)
    closed = oracle.loss(W, V, dps=30)
    integral = oracle.loss_by_quadrature(W, V, dps=30, model=TIED_RELU)
    assert not within_contract(integral, closed, 30, mass_of(W, V, TIED_ABS))
    assert not within_contract(closed * (1 + 1e-15), closed, 30, mass_of(W, V, TIED_ABS))


def test_hermite_series_is_exact_at_once_for_orthogonal_unit_neurons() -> None:
    # n ≥ 1 terms see only ρ = ±1 and 0: L = ½(σ̂_0²·(1−1)² + 2·Σ_{n≥2}σ̂_n²) = 1 − 2/π.
    sums = oracle.loss_by_hermite([[1.0, 0.0]], [[0.0, 1.0]], terms=2, dps=20)
    assert sums[0] == 0
    with mpmath.workdps(30):
        assert abs(sums[1] - 1 / mpmath.pi) < mpmath.mpf(10) ** -30  # σ̂_2² = 1/π
        exact = oracle.loss([[1.0, 0.0]], [[0.0, 1.0]], dps=20)
        assert abs(exact - (1 - 2 / mpmath.pi)) < mpmath.mpf(10) ** -30


def test_kernel_at_the_angles_everyone_knows() -> None:
    with mpmath.workdps(60):
        pi, root = mpmath.pi, mpmath.sqrt(2) / 2
        assert abs(oracle.kernel(0) - 2 / pi) < mpmath.mpf(10) ** -55
        assert oracle.kernel(1) == oracle.kernel(-1) == oracle.kernel(1 + 1e-10) == 1
        assert oracle.kernel(np.float32(0.5)) == oracle.kernel(mpmath.mpf(1) / 2)
        assert oracle.kernel(1, activation="relu") == mpmath.mpf(1) / 2
        assert abs(oracle.kernel(-1, activation="relu")) < mpmath.mpf(10) ** -100
        expected = 2 / pi * (root + pi / 4 * root)
        assert abs(oracle.kernel(root) - expected) < mpmath.mpf(10) ** -55
