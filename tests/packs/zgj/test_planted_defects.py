"""A quick run names a float64 quantity that is wrong, though the oracle would correct it.

Each plant changes one float64 route by a factor of 5, wherever it is used; oracle and enclosure
stay right, so that no comparison is decided wrongly. The claim must not come out as wanted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import Verdict, decide
from lcnn_verify.packs.zgj import geometry, population, threshold
from lcnn_verify.profiles import PROFILES, RunContext, running

FEW = replace(PROFILES["quick"], examples=0.1)


def plant(monkeypatch: pytest.MonkeyPatch, right: Any, wrong: Any) -> None:
    """Put ``wrong`` in the place of ``right`` in every module that has it."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("lcnn_verify", "_lcnn_properties")):
            for key, value in list(vars(module).items()):
                if value is right:
                    monkeypatch.setattr(module, key, wrong)


def scaled(route: Callable[..., Any], factor: float) -> Callable[..., Any]:
    def wrong(*args: Any, **options: Any) -> Any:
        found = route(*args, **options)
        if isinstance(found, threshold.FloorEstimate):
            return replace(found, value=factor * found.value)
        return factor * found

    return wrong


def judged(claim_id: str) -> tuple[Verdict, str, bool]:
    claim = ledger.claim(claim_id)
    with running(RunContext(FEW)):
        records = [
            item.run(shrink=False).to_json()
            for item in load(directory_of(claim), claim.property_file)
        ]
    decision = decide(claim, records)
    return decision.verdict, decision.reason, decision.as_wanted


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
    verdict, reason, _ = judged("zgj.form.quantities")
    assert verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE)
    assert f"the computed value of {label} is" in reason


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
    verdict, reason, as_wanted = judged(claim)
    assert not as_wanted
    assert verdict is Verdict.INCONCLUSIVE
    assert f"a defect of the numerics: the computed value of {label} is" in reason
    assert "outside its error bound" in reason


def test_an_identity_names_the_side_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, population.loss, scaled(population.loss, 5.0))
    verdict, reason, _ = judged("zgj.form.loss")
    assert verdict is Verdict.REFUTED
    assert "loss(W, V) = L fails; the computed value of loss(W, V) is" in reason


def test_without_a_plant_all_is_as_wanted() -> None:
    for claim in ("zgj.fact.merged-level", "zgj.control.gradient-bound-half"):
        assert judged(claim)[2]
