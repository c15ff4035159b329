"""A region refuted inside the property of the gradient bound is held to the claim itself."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from lcnn_verify.campaign.properties import load
from lcnn_verify.evidence import Property, Verdict, decide, replay_record
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.packs.zgj import PACK, quantities
from lcnn_verify.packs.zgj.proofs.region import prove

NAME = "test_no_student_of_one_planar_teacher_breaks_it"


@pytest.fixture
def asked_too_much(monkeypatch: pytest.MonkeyPatch) -> Property:
    """The property, proving 20κ where it should prove 2κ: one student violates that."""
    certify = prove.certify

    def of_too_much(claim: prove.RegionClaim, *, budget: int) -> prove.RegionResult:
        return certify(replace(claim, multiple=Fraction(20)), budget=budget)

    monkeypatch.setattr(prove, "certify", of_too_much)
    items = load(PACK.properties, "zgj/test_gradient_bound.py")
    (found,) = (item for item in items if item.name == NAME)
    return found


def test_a_region_refuted_where_the_claim_stands_is_inconclusive(asked_too_much: Property) -> None:
    recorder = asked_too_much.run()
    assert recorder.counterexample is None
    decision = decide(asked_too_much.claim, [recorder.to_json()])
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert "2κ with m = 1 is REFUTED" in decision.reason


def test_a_region_refuted_where_the_claim_falls_is_a_counterexample(
    asked_too_much: Property, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: a κ that is 20 times too large."""

    def planted(x: Any) -> Quantity:
        return 20.0 * quantities.kappa(x)

    monkeypatch.setitem(asked_too_much.body.__globals__, "kappa", planted)
    recorder = asked_too_much.run()
    fallen = recorder.counterexample
    assert fallen is not None
    assert fallen.certificate is not None
    assert fallen.certificate.refutes
    assert decide(asked_too_much.claim, [recorder.to_json()]).verdict is Verdict.REFUTED
    assert replay_record(fallen.to_json())["arguments"]["instance"]["W"]


def test_a_region_that_is_proved_says_how_long_it_took() -> None:
    items = load(PACK.properties, "zgj/test_gradient_bound.py")
    (found,) = (item for item in items if item.name == NAME)
    (proof,) = found.run().proofs
    assert proof.seconds is not None
    assert proof.seconds >= 0.0
