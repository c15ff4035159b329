"""The bound down to L = 0 where there are more students than the one teacher: by a theorem."""

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
