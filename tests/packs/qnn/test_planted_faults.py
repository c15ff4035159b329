"""Mistakes one could make in this pack, each planted and caught by the claim that is named."""

from __future__ import annotations

import pytest
from planting import fallen, plant

from lcnn_verify.evidence import Quantity
from lcnn_verify.packs.quantum_networks import quantities, simulator

DERIVATIVE, LOSS = "qnn.pointwise-derivative", "qnn.sublinear"
CACHES = (simulator.oracle, simulator.enclosed, quantities.floats)


@pytest.fixture(autouse=True)
def _forget():
    """No test meets what was computed before a mistake was planted, or with it."""
    for cache in CACHES:
        cache.cache_clear()
    yield
    for cache in CACHES:
        cache.cache_clear()


def test_rotations_by_half_the_angle(monkeypatch):
    right = simulator.simulate

    def wrong(problem, kit, angles=None):
        return right(problem, kit, [t / 2 for t in angles or problem.angles])

    plant(monkeypatch, right, wrong)
    assert "outside its error bound" in fallen(DERIVATIVE)


def test_a_deviation_without_its_two(monkeypatch):
    right = quantities.spread
    plant(monkeypatch, right, lambda problem, i: 0.5 * right(problem, i))
    assert fallen(DERIVATIVE).startswith("|∂ŷ/∂θ| ≤ ")


def test_a_bound_without_the_root_of_n(monkeypatch):
    right = quantities.fastest

    def wrong(problem):
        return right(problem) / Quantity.of(problem.n).sqrt()

    plant(monkeypatch, right, wrong)
    assert fallen(LOSS, examples=1.0, only="small_where").startswith("‖∇L‖² ≤ ")


def test_a_reach_that_is_twice_as_long(monkeypatch):
    right = quantities.reach
    plant(monkeypatch, right, lambda problem, other: 2.0 * right(problem, other))
    assert "≥ 0.999" in fallen(LOSS, only="smaller_constant")


def test_a_flow_of_twice_the_speed(monkeypatch):
    right = simulator.flow

    def wrong(problem, duration, rtol=1e-8):
        return right(problem, 2.0 * duration, rtol)

    plant(monkeypatch, right, wrong)
    assert fallen(LOSS, examples=0.7, only="flow").startswith("test_along_gradient_flow: ")


def test_a_descent_with_the_gradient_of_twice_the_loss(monkeypatch):
    right = quantities.descended

    def wrong(problem, step, steps):
        return right(problem, 2.0 * step, steps)

    plant(monkeypatch, right, wrong)
    assert fallen(LOSS, examples=1.0, only="descent").startswith("L after descent ≥ ")
