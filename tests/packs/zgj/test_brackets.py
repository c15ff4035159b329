"""Thresholds bracketed: a region past ε₀ without critical points, and the saddle above it."""

import copy
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from region_kit import CLAIMS, certified, check, proved

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import documents
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.intervals import working_bits
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.proofs import page
from lcnn_verify.packs.zgj.proofs.bracket import catalogue
from lcnn_verify.packs.zgj.proofs.bracket.catalogue import BRACKETS, PAIRS, bracket, saddle
from lcnn_verify.packs.zgj.proofs.bracket.check import _demand_same
from lcnn_verify.packs.zgj.proofs.catalogue import Attempt
from lcnn_verify.packs.zgj.proofs.page import render
from lcnn_verify.packs.zgj.proofs.region import claim as region_claim
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim
from lcnn_verify.packs.zgj.proofs.region.interval_checks import Stated
from lcnn_verify.packs.zgj.proofs.region.point import teachers
from lcnn_verify.packs.zgj.threshold import loss_threshold


@cache
def made():
    return bracket("pair-20", *PAIRS["pair-20"], below=Fraction(9, 10))


def document():
    return copy.deepcopy(BRACKETS.certificate([Attempt("pair-20", made())]))


def resealed(found):
    for entry in found["brackets"]:
        for key in ("region", "point"):
            entry[key]["digest"] = documents.digest(entry[key])
    return found


def test_a_threshold_is_bracketed():
    (said,) = proved(document())
    outer = made().region.claim.outer
    assert f"any two students in the plane with L ≤ {float(outer):g}·ε₀" in said
    assert "; a critical point at 11.857·ε₀, 1.1111 times as high" in said
    assert 1.111 < made().ratio < 1.112
    levels = made().beside
    assert levels["ε₀"] < 1 < levels["none up to"] < levels["one at"] < levels["F(V)"]
    assert levels["F(V)"] == pytest.approx(levels["merged"])
    shown = render(BRACKETS, [Attempt("pair-20", made())])
    assert "CERTIFIED: 1 threshold bracketed" in shown


def test_no_curve_hides_another_and_unequal_norms_have_no_merged_level(monkeypatch):
    drawn = []
    monkeypatch.setattr(page, "figures", lambda entries, prefix: drawn.extend(entries) or [])
    norms = replace(made().region.claim, norms=(Fraction(1), Fraction(2)))
    unequal = replace(made(), region=replace(made().region, claim=norms))
    assert unequal.beside["merged"] is None
    render(BRACKETS, [Attempt("pair-20", made())])
    levels = [entry["data"]["y"][0] for entry in drawn]
    assert len(levels) == 2
    assert max(levels) > 1.1 * min(levels)


@pytest.mark.parametrize("name", ["pair-90", "pair-norms-1-2"])
def test_the_point_above_is_a_saddle_by_another_route(name):
    """The oracle's gradient vanishes there, and it is no minimum: one way leads down."""
    norms, apart = PAIRS[name]
    point, V = saddle(norms, apart, name), teachers(RegionClaim(norms, apart))
    entries = np.array(oracle.gradient(point.center, V).tolist(), dtype=float)
    assert np.abs(entries).max() < 1e-12
    assert float(oracle.loss(point.center, V)) == pytest.approx(point.loss[0])
    assert (point.full.negative, point.full.zero) == (1, 0)
    levels = {"pair-90": 2.6862, "pair-norms-1-2": 7.5458}
    assert point.loss[0] / loss_threshold(V) == pytest.approx(levels[name], rel=1e-4)


def test_past_the_saddle_the_region_is_refuted():
    found = certified("orthonormal", multiple=Fraction(1, 100), outer=Fraction(27, 10))
    assert found.verdict == "REFUTED"
    assert check(found.document) == 1
    said = region_claim.headline(found.document)
    assert said == "REFUTED: 0.01κ up to 2.7·ε₀ (the claim is κ up to ε₀)"
    spoiled = resealed(document())
    spoiled["brackets"][0]["region"] = found.document
    with pytest.raises(Rejected, match="its region is refuted"):
        proved(spoiled)


def without_a_box(region):
    at = region["tree"].index("g")
    return {"tree": region["tree"][:at] + region["tree"][at + 1 :]}


def raised(region):
    """The level, raised by a hundredth."""
    return {"outer": str(Fraction(region["outer"]) * Fraction(101, 100))}


@pytest.mark.parametrize("spoil", [without_a_box, raised])
def test_a_spoiled_region_is_rejected_naming_the_box(spoil):
    spoiled = document()
    region = spoiled["brackets"][0]["region"]
    region |= spoil(region)
    with pytest.raises(Rejected, match=r"^pair-20: box \d+"):
        proved(resealed(spoiled))


def test_a_point_of_other_networks_is_rejected():
    other = BRACKETS.certificate([Attempt("x", replace(made(), point=saddle(*PAIRS["pair-30"])))])
    with pytest.raises(Rejected, match="its point is of other teachers than its region"):
        proved(other)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: {"model": {"activation": "relu", "readout": "tied"}}, "of another model"),
        (lambda rows: {"copies": [2, 1]}, "has 3 students, its region 2"),
        (lambda rows: {"teachers": {k: it[:1] for k, it in rows.items()}}, "number of teachers"),
        (
            lambda rows: {"teachers": {k: [[*x, 0.0] for x in it] for k, it in rows.items()}},
            "is not in the plane",
        ),
        (lambda rows: {"teachers": rows | {"upper": rows["lower"]}}, "is of other teachers"),
    ],
)
def test_the_point_is_held_to_the_networks_of_the_region(change, reason):
    entry = document()["brackets"][0]
    (point,) = entry["point"]["points"]
    with working_bits(120):
        stated = Stated(entry["region"])
        _demand_same(stated, point)
        with pytest.raises(Rejected, match=reason):
            _demand_same(stated, point | change(point["teachers"]))


def test_a_claim_past_or_below_the_threshold_is_read_strictly():
    assert "outer" not in CLAIMS["one"].to_json()
    good = certified("one", outer=Fraction(3, 2)).document
    assert "with L ≤ 1.5·ε₀" in good["statement"]
    for outer, reason in (("1", "outer is not 1"), ("6/4", "not that outer is '6/4'")):
        with pytest.raises(Rejected, match=reason):
            proved(good | {"outer": outer})
    for times in (Fraction(1, 10**6), Fraction(101)):
        with pytest.raises(InputError, match="threshold multiple: got"):
            RegionClaim(outer=times)
    band = certified("one", outer=Fraction(1, 2), multiple=Fraction(6))
    assert "with L ≤ 0.5·ε₀" in band.document["statement"]
    assert proved(band.document)


def test_where_nothing_is_found_nothing_is_proved(monkeypatch):
    monkeypatch.setattr(catalogue, "_BUDGET", 10)
    with pytest.raises(NotProved, match=r"pair-20: .* is INCONCLUSIVE"):
        bracket("pair-20", *PAIRS["pair-20"])
    monkeypatch.setattr(catalogue, "_critical", lambda V, least: iter(()))
    with pytest.raises(NotProved, match="no critical point of positive loss was found"):
        saddle(*PAIRS["pair-20"])
