"""Properties find what is planted in the numerics, and their counterexamples are proofs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from planting import judged, plant

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.replay import replay
from lcnn_verify.evidence import Property, Verdict, decide, replay_record
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics.digits import whole
from lcnn_verify.packs.zgj import PACK, geometry, population, quantities, threshold
from lcnn_verify.packs.zgj.proofs.region import prove
from lcnn_verify.profiles import RunContext, running


def scaled(route: Callable[..., Any], factor: float) -> Callable[..., Any]:
    """A float64 route that is wrong by ``factor``, so that its claims must not be as wanted.

    Oracle and enclosure stay right: no comparison is decided wrongly.
    """

    def wrong(*args: Any, **options: Any) -> Any:
        found = route(*args, **options)
        if isinstance(found, threshold.FloorEstimate):
            return replace(found, value=factor * found.value)
        return factor * found

    return wrong


@pytest.mark.parametrize("factor", [5.0, 0.2])
@pytest.mark.parametrize(
    ("route", "label"),
    [
        (threshold.kappa, "κ(V)"),
        (threshold.loss_threshold, "ε₀(V)"),
        (threshold.merged_level, "M(Δ)"),
        (threshold.floor_level, "F(V)"),
        (geometry.separation, "Δ(V)"),
        (geometry.recovery_error, "R(W)"),
    ],
)
def test_a_wrong_quantity_refutes_that_it_is_as_defined(
    route: Any, label: str, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, route, scaled(route, factor))
    found = judged("zgj.form.quantities")
    assert found.verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE)
    assert f"the computed value of {label} is" in found.reason


@pytest.mark.parametrize("factor", [5.0, 0.2])
@pytest.mark.parametrize(
    ("route", "label", "claim"),
    [
        (threshold.kappa, "κ(V)", "zgj.gradient-bound"),
        (threshold.loss_threshold, "ε₀(V)", "zgj.threshold"),
        (threshold.merged_level, "M(Δ)", "zgj.fact.merged-level"),
        (threshold.floor_level, "F(V)", "zgj.fact.floor"),
        (threshold.floor_level, "F(V)", "zgj.control.too-narrow"),
        (geometry.separation, "Δ(V)", "zgj.recovery"),
        (geometry.recovery_error, "R(W)", "zgj.recovery"),
        (population.loss, "L(W)", "zgj.not-pl"),
        (threshold.kappa, "κ(V)", "zgj.control.gradient-bound-half"),
    ],
)
def test_a_wrong_float64_route_is_named(
    route: Any, label: str, claim: str, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, route, scaled(route, factor))
    found = judged(claim)
    assert not found.as_wanted
    assert found.verdict is Verdict.INCONCLUSIVE
    assert f"a defect of the numerics: the computed value of {label} is" in found.reason
    assert "outside its error bound" in found.reason


def test_an_identity_names_the_side_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, population.loss, scaled(population.loss, 5.0))
    found = judged("zgj.form.loss")
    assert found.verdict is Verdict.REFUTED
    assert "loss(W, V) = L fails; the computed value of loss(W, V) is" in found.reason


def test_without_a_plant_all_is_as_wanted() -> None:
    for claim in ("zgj.fact.merged-level", "zgj.control.gradient-bound-half"):
        assert judged(claim).as_wanted


CONTROLS = [claim for claim in PACK.claims if claim.is_control]


def test_there_are_nineteen() -> None:
    assert len(CONTROLS) == 19


@pytest.mark.parametrize("claim", CONTROLS, ids=lambda claim: claim.id)
def test_every_control_is_refuted_by_proof(
    claim: ledger.Claim, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (item,) = load(directory_of(claim), claim.property_file)
    with running(RunContext()):
        recorder = item.run(shrink=False)
    assert decide(claim, [recorder.to_json()]).as_wanted
    fallen = recorder.to_json()["counterexample"]
    assert fallen["decided_by"].startswith("Arb enclosure, ")
    proof = fallen["certificate"]
    assert Decimal(proof["lower"]) <= Decimal(proof["upper"]) < 0
    assert abs(Decimal(fallen["margin"]) - Decimal(proof["lower"])) <= Decimal("1e-6")

    file = tmp_path / "counterexample.json"
    file.write_text(json.dumps(replay_record(fallen)), encoding="utf-8")
    assert replay(file, properties=None, json=True) == ExitCode.AS_WANTED
    again = json.loads(capsys.readouterr().out)
    assert again["outcome"] == "REPRODUCED"
    assert again["observation"]["certificate"] == proof
    assert replay(file, properties=None, json=False) == ExitCode.AS_WANTED
    ends = ", ".join(whole(proof[end]) for end in ("lower", "upper"))
    assert f"proved to lie in [{ends}]" in capsys.readouterr().out


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
