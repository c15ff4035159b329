"""Where the exponent of the loss is 2, where it is smaller, and what the claim leaves out."""

from __future__ import annotations

import numpy as np
import pytest
from planting import fallen, plant

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence.draws import Discarded
from lcnn_verify.packs.quantum_networks import quantities, simulator
from lcnn_verify.packs.quantum_networks.circuit import Layer, Problem
from lcnn_verify.profiles import PROFILES, RunContext, running

CLAIM = "qnn.exponent"
CROSSOVER = Problem(
    2,
    (
        Layer("YY", -1.68, "CNOT"),
        Layer("YI", -2.72, "CNOT"),
        Layer("YI", 1.0, "CZ"),
        Layer("CZ", -0.14, "SWAP"),
    ),
    "IX",
    (((-2, 2), (2, 1), (1, 2), (2, 0)),),
    (1.0,),
)


def diagonal(first: float, second: float) -> Problem:
    """A circuit with ŷ = 1 − 2 sin²θ₁ sin²θ₂: degenerate at θ = 0."""
    layers = (Layer("SWAP", first, "II"), Layer("CNOT", second, "II"))
    return Problem(2, layers, "CZ", (((0, 0), (1, 0), (0, 0), (0, 0)),), (1.0,))


def at(problem: Problem, own_times: float) -> tuple[Problem, float]:
    """Where the flow is at that time, and the exponent there."""
    time = own_times * simulator.own_time(problem)
    end, _ = simulator.flow(problem, time, rtol=1e-7)
    return end, quantities.exponent(end, time).value


@pytest.mark.parametrize("problem", [CROSSOVER, diagonal(0.7, -0.4)])
def test_the_hessian_is_that_of_differences(problem):
    def slopes(theta):
        return -problem.labels[0] * quantities.floats(problem.at(theta.tolist())).slopes[:, 0]

    theta, steps = np.array(problem.angles), 1e-5 * np.eye(problem.p)
    differences = [(slopes(theta + e) - slopes(theta - e)) / 2e-5 for e in steps]
    assert simulator.hessian(problem) == pytest.approx(np.array(differences), abs=1e-8)


def test_at_a_degenerate_minimum_the_exponent_is_four_thirds():
    a, b = 0.7, -0.4
    off = quantities.floats(diagonal(a, b)).residual[0]
    assert -off == pytest.approx(2 * (np.sin(a) * np.sin(b)) ** 2, rel=1e-13)
    end, exponent = at(diagonal(1.0, 1.0), 1e6)
    assert end.angles[0] == pytest.approx(end.angles[1], abs=1e-9)
    assert exponent == pytest.approx(4 / 3, abs=0.005)
    assert quantities.valley(end, 0.01)[0] == pytest.approx(2 / 3, abs=0.002)
    with running(RunContext(PROFILES["quick"])):
        claim = ledger.claim(CLAIM)
        (item,) = load(directory_of(claim), claim.property_file)
        with pytest.raises(Discarded):
            item.body(problem=diagonal(1.0, 1.0))


def test_beside_the_diagonal_it_is_two():
    end, exponent = at(diagonal(1.0, 0.5), 1e4)
    assert exponent == pytest.approx(2.0, abs=0.01)
    assert quantities.valley(end, 0.01) == (pytest.approx(1.0, abs=1e-3), 1.0)


def test_a_crossover_takes_the_exponent_down_and_no_further_than_the_eigenvalues_allow():
    end, exponent = at(CROSSOVER, 1e6)
    form, ratio = quantities.valley(end, 0.01)
    assert exponent == pytest.approx(0.514, abs=0.002)
    assert form == pytest.approx(1.0, abs=0.01)
    assert ratio == pytest.approx(0.0266, abs=1e-4)
    assert at(CROSSOVER, 1e8)[1] > 1.8


def test_at_a_minimum_with_a_loss_no_form_is_left():
    layers = (Layer("Z", 0.3, "H"), Layer("Z", 0.4, "I"))
    problem = Problem(1, layers, "Z", (((3, 0), (1, 0)),), (1.0,))
    end, _ = at(problem, 1e3)
    assert quantities.loss(end).value > 0.01
    assert quantities.valley(end, 0.01)[0] < 1e-6


def test_an_exponent_of_twice_the_loss_falls(monkeypatch):
    right = quantities.exponent
    plant(monkeypatch, right, lambda problem, time: 2.0 * right(problem, time))
    assert "t‖∇L‖²/L ≤ 2.2" in fallen(CLAIM, examples=0.5)
