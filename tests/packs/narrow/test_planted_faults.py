"""Mistakes one could make in this pack, each planted and caught by the claim that is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flint import arb
from planting import fallen, judged, plant

from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import EXACT, Verdict
from lcnn_verify.evidence.hooks import from_json
from lcnn_verify.numerics import witnesses
from lcnn_verify.packs.narrow_networks import PACK, grid, network, strategies
from lcnn_verify.profiles import RunContext, running

CONTROLS = [claim for claim in PACK.claims if claim.is_control]


def test_a_derivative_without_its_sample(monkeypatch):
    right = grid.jacobian

    def wrong(at, sigma=grid.POWER, *, joint=False):
        ones = grid.Grid(tuple((1,) * at.d for _ in at.X), at.W)
        return right(ones, sigma, joint=joint)

    plant(monkeypatch, right, wrong)
    grid.witness.cache_clear()
    assert fallen("narrow.expressivity").startswith("rank J of 2^z = ")
    assert fallen("narrow.joint-width").startswith("rank of 2^z by W and v = ")
    grid.witness.cache_clear()


def test_rows_rounded_down(monkeypatch):
    plant(monkeypatch, grid.rows_needed, lambda n, columns: max(1, n // columns))
    assert fallen("narrow.expressivity").startswith("rank J of 2^z = ")


def test_a_minor_that_is_0_is_no_witness(monkeypatch):
    plant(monkeypatch, witnesses.minor, lambda *_, values: arb(0))
    assert "undecided" in fallen("narrow.expressivity", only="witness")


def test_the_largest_singular_value_for_the_smallest(monkeypatch):
    right = network.eigenvalue_of
    plant(monkeypatch, right, lambda label, matrix, *, index: right(label, matrix, index=-1))
    assert fallen("narrow.benign-region", examples=0.3).startswith("‖∇_W L‖ ≥ σ_min(J) · ‖r‖")


def test_a_gradient_of_the_labels(monkeypatch):
    right = network.gradient_norm

    def wrong(problem):
        return right(problem.labelled(0.0 * problem.y))

    plant(monkeypatch, right, wrong)
    assert fallen("narrow.benign-region", examples=0.3).startswith("‖∇_W L‖ ≥ σ_min(J) · ‖r‖")


def test_a_start_that_is_no_zero(monkeypatch):
    right = strategies.mirrored

    def wrong(*sizes, **options):
        found = right(*sizes, **options)
        return replace(found, v=abs(found.v))

    plant(monkeypatch, right, wrong)
    assert "undecided" in fallen("narrow.expressivity", examples=0.2)


@pytest.mark.parametrize("always", [False, True])
def test_a_solver_that_fails_or_says_too_much_refutes_nothing(monkeypatch, always):
    plant(monkeypatch, network.fits, lambda *_: always)
    decision = judged("narrow.expressivity", only="width")
    assert decision.verdict is Verdict.INCONCLUSIVE


def test_a_constant_of_the_jacobian_that_is_too_small(monkeypatch):
    right = network.bend_constant
    plant(monkeypatch, right, lambda problem: 0.99 * right(problem))
    assert "≤ 0.99 · Λ" in fallen("narrow.expressivity", examples=0.1, only="steeper")


def test_a_certificate_made_easier(monkeypatch):
    right = network.certificate
    plant(monkeypatch, right, lambda problem: 8.0 * right(problem))
    assert "α²/(4Λ‖y‖) ≤ 1" in fallen("narrow.expressivity", examples=0.3, only="no_network")


@pytest.mark.parametrize("claim", CONTROLS, ids=lambda claim: claim.name)
def test_controls_fall_in_exact_arithmetic(claim):
    (item,) = load(directory_of(claim), claim.property_file)
    with running(RunContext()):
        recorder = item.run()
    assert recorder.counterexample.decided_by == EXACT
    again = {name: from_json(it) for name, it in recorder.counterexample.arguments.items()}
    assert item.replay(again).counterexample is not None


def test_nothing_planted_nothing_fallen():
    assert not fallen("narrow.benign-region", examples=1.0)
