"""Mistakes one could make in this pack, each planted and caught by the claim that is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from planting import fallen, plant

from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence.hooks import from_json
from lcnn_verify.packs.inner_maximization import PACK, quantities
from lcnn_verify.packs.inner_maximization.model import Attack
from lcnn_verify.profiles import RunContext, running

CONTROLS = [claim for claim in PACK.claims if claim.is_control]


def test_a_gradient_of_the_other_sign(monkeypatch):
    right = Attack.gradient
    monkeypatch.setattr(
        Attack, "gradient", lambda at, delta, kit: [-e for e in right(at, delta, kit)]
    )
    assert fallen("ascent.monotone", examples=0.2).startswith("F(δ⁺) − F(δ) ≥ ")


@pytest.mark.parametrize("term", [0, 1])
def test_a_lipschitz_constant_without_one_of_its_terms(monkeypatch, term):
    right = quantities.smoothness

    def wrong(attack):
        bend = attack.sigma.bend if term else attack.sigma.slope
        name = "bend" if term else "slope"
        return right(replace(attack, sigma=replace(attack.sigma, **{name: 0.9 * bend})))

    plant(monkeypatch, right, wrong)
    assert "≤ L fails" in fallen("ascent.monotone", examples=0.1, only="second_differences")


def test_an_ascent_that_descends(monkeypatch):
    right = Attack.float_gradient
    monkeypatch.setattr(Attack, "float_gradient", lambda at, delta: -right(at, delta))
    assert fallen("ascent.local-maximum", examples=0.3).startswith("λ ≥ 0")


def test_a_curvature_of_the_other_sign(monkeypatch):
    right = Attack.parts

    def wrong(attack, delta, kit):
        r, slope, bent = right(attack, delta, kit)
        return r, slope, [-e for e in bent]

    monkeypatch.setattr(Attack, "parts", wrong)
    assert fallen("ascent.local-maximum", examples=0.4).startswith("λ_max(P∇²FP)/λ ≤ 1")


def test_a_factor_off_the_tangent_space(monkeypatch):
    right = quantities.eigenvalue_of
    monkeypatch.setattr(
        quantities,
        "eigenvalue_of",
        lambda label, matrix, *, index: right(label, matrix, index=index) + 1e-6,
    )
    assert fallen("ascent.small-inputs-faster").startswith("factor at s = 1/32 over that at 1/64")


def test_a_radius_that_is_not_scaled(monkeypatch):
    right = Attack.scaled
    monkeypatch.setattr(Attack, "scaled", lambda at, s: replace(right(at, s), epsilon=at.epsilon))
    assert fallen("ascent.small-inputs-faster").startswith("factor at s = 1/32 over that at 1/64")


@pytest.mark.parametrize("claim", CONTROLS, ids=lambda claim: claim.name)
def test_controls_fall_by_enclosures(claim):
    (item,) = load(directory_of(claim), claim.property_file)
    with running(RunContext()):
        recorder = item.run()
    fallen_on = recorder.counterexample
    assert fallen_on.certificate is not None
    again = {name: from_json(value) for name, value in fallen_on.arguments.items()}
    assert item.replay(again).counterexample is not None


def test_nothing_planted_nothing_fallen():
    assert not fallen("ascent.local-maximum", examples=1.0)
