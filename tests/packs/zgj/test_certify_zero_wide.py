"""The bound down to L = 0 where there are more students than the one teacher: by a theorem."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from region_kit import change

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.packs.zgj.proofs.region import interval_checks, near_zero_loss
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim


@pytest.mark.parametrize("norm", [Fraction(1), Fraction(5, 2)])
@pytest.mark.parametrize(
    ("multiple", "inner", "higher"),
    [(1, "2/5", "9/20"), (2, "13/100", "7/50"), (5, "1/100", "1/90")],
)
def test_more_students_of_one_teacher_go_by_the_theorem(norm, multiple, inner, higher):
    for students in (2, 3):
        claim = RegionClaim((norm,), students=students, multiple=Fraction(multiple))
        none = np.zeros((2 * students, 0))
        low, high = (replace(claim, inner=Fraction(level)) for level in (inner, higher))
        zero = near_zero_loss.prove(low, none, none)
        assert zero == {"by": "zgj.fact.one-teacher"}
        interval_checks.check_near_zero_loss({**low.to_json(), "zero": zero}, none, none)
        assert near_zero_loss.prove(high, none, none) is None
        with pytest.raises(Rejected, match="below ε₁: ε₁ is too high for this multiple"):
            interval_checks.check_near_zero_loss({**high.to_json(), "zero": zero}, none, none)


@pytest.mark.parametrize("multiple", ["1", "2", "5", "47/10", "1/100", "1000"])
def test_boxes_end_where_the_theorem_begins(multiple):
    """The highest ε₁ of two digits: it is proved there, and one unit higher it is not."""
    claim = RegionClaim(students=3, multiple=Fraction(multiple), outer=Fraction(1))
    found = near_zero_loss.raised(claim)
    told = {"1": "43/100", "2": "13/100", "5": "1/100", "1/100": "99/100", "1000": "1/1000000"}
    assert str(found.inner) == told.get(multiple, str(found.inner))
    assert replace(found, inner=claim.inner) == claim
    none = np.zeros((6, 0))
    assert (near_zero_loss.prove(found, none, none) is None) == (multiple == "1000")
    if multiple not in ("1/100", "1000"):
        unit = Fraction(10) ** (math.floor(math.log10(found.inner)) - 1)
        assert (found.inner / unit).denominator == 1
        higher = replace(found, inner=found.inner + unit)
        assert near_zero_loss.prove(higher, none, none) is None


def test_boxes_end_where_they_are_told_to_where_no_theorem_is_asked():
    for claim in (
        RegionClaim(students=1),
        RegionClaim((Fraction(1),) * 2),
        RegionClaim((Fraction(1),) * 2, students=3),
    ):
        assert near_zero_loss.raised(claim) == claim
    low = RegionClaim(multiple=Fraction(1), outer=Fraction(1, 100))
    assert near_zero_loss.raised(low).inner == Fraction(99, 10_000)


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("zero", "by"), lambda by: "zgj.fact.exponent", "is no theorem on what is below"),
        (("zero",), lambda zero: {**zero, "radius": 1e-4}, "is no theorem on what is below"),
        (("multiple",), lambda text: "20", "too high for this multiple"),
        (("inner",), lambda text: "1/2", "too high for this multiple"),
        (("teacher",), lambda it: {"norms": ["1", "1"], "separation": "90"}, "not of 2"),
    ],
)
def test_a_forged_use_of_the_theorem_is_rejected(where, value, message):
    claim, none = RegionClaim(multiple=Fraction(5), inner=Fraction(1, 100)), np.zeros((4, 0))
    made = {**claim.to_json(), "zero": {"by": "zgj.fact.one-teacher"}}
    with pytest.raises(Rejected, match=f"what is below ε₁: .*{message}"):
        interval_checks.check_near_zero_loss(change(made, where, value), none, none)
