"""A quick run names a float64 quantity that is wrong, though the oracle would correct it.

Each plant changes one float64 route by a factor of 5, wherever it is used; oracle and enclosure
stay right, so that no comparison is decided wrongly. The claim must not come out as wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from planting import judged, plant

from lcnn_verify.evidence import Verdict
from lcnn_verify.packs.zgj import geometry, population, threshold


def scaled(route: Callable[..., Any], factor: float) -> Callable[..., Any]:
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
