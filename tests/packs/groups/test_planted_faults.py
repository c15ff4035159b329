"""Mistakes one could make in this pack, each planted and caught by the claim that is named."""

from __future__ import annotations

from flint import fmpq, fmpq_mat
from planting import fallen, plant

from lcnn_verify.packs.grouped_gradients import network

DIRECTION, DIFFERENCES, REACHED = (
    f"groups.{name}" for name in ("descent-direction", "conserved-differences", "reachable-set")
)


def test_the_sum_for_the_mean(monkeypatch):
    right = network.averaging

    def wrong(groups):
        return fmpq_mat([[int(g == other) for other in groups] for g in groups])

    plant(monkeypatch, right, wrong)
    assert fallen("groups.projection").startswith("entries with P² ≠ P = 0")
    assert fallen(DIRECTION, examples=0.3).startswith("⟨∇L, P∇L⟩ = ‖P∇L‖²")


def test_a_sum_divided_by_the_number_of_all_neurons(monkeypatch):
    right = network.averaging

    def wrong(groups):
        return fmpq_mat([[fmpq(1, len(groups))] * len(groups)] * len(groups))

    plant(monkeypatch, right, wrong)
    assert fallen("groups.projection").startswith("rank P = ")
    assert fallen(REACHED).startswith("entries off ordinary descent = 0")


def test_a_mean_with_a_term_of_its_neuron_alone(monkeypatch):
    right = network.averaging

    def wrong(groups):
        k = range(len(groups))
        return right(groups) + fmpq_mat([[fmpq(int(i == j), 1000) for j in k] for i in k])

    plant(monkeypatch, right, wrong)
    assert fallen(DIFFERENCES, examples=0.3).startswith("differences that changed")
    assert fallen(REACHED, examples=0.3).startswith("entries of W − W₀ off S")


def test_a_bound_on_curvature_that_is_halved(monkeypatch):
    right = network.curvature
    plant(monkeypatch, right, lambda problem: right(problem) / 2)
    assert fallen(DIRECTION, examples=0.05).endswith("≤ ℓ‖D‖² fails")


def test_a_slope_without_its_square(monkeypatch):
    right = network.ACTIVATIONS
    bell = network.Rational(right[network.BELL].value, lambda z: 2 * z / (1 + z * z))
    monkeypatch.setattr(network, "ACTIVATIONS", {**right, network.BELL: bell})
    assert fallen(DIRECTION, examples=0.3).startswith("L(W − P∇L/ℓ) ≤ ")
