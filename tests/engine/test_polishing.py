"""A tightness to thirty digits, by the sharpest route its sides offer, and what float64 has."""

from __future__ import annotations

from decimal import Decimal, getcontext

import mpmath
import pytest
from flint import arb

from lcnn_verify.evidence import Quantity, check
from lcnn_verify.evidence.polishing import polished
from lcnn_verify.evidence.recorder import Recorder, recording

getcontext().prec = 40
RATIO = str(Decimal(2).sqrt() / Decimal(7))[:30]
ROOT = Quantity(
    "√2",
    2.0**0.5,
    1e-9,
    exact=lambda dps: mpmath.sqrt(2),
    enclosed=lambda bits: arb(2).sqrt(),
)
SEVEN = Quantity.of(7.0)


@pytest.mark.parametrize(
    ("small", "large", "told"),
    [
        (ROOT, SEVEN, "30 digits, enclosed; 9 in float64"),
        (Quantity("q", ROOT.value, 0.1, exact=ROOT.exact), SEVEN, "30 digits, by the oracle; 1 in"),
    ],
)
def test_thirty_digits_are_those_of_decimal_arithmetic(small, large, told):
    found = polished(small, large)
    assert found[:28] == RATIO[:28]
    assert told in found


def test_no_more_digits_are_said_than_are_known():
    wide = Quantity("q", 0.5, 1e-3, enclosed=lambda bits: arb("0.5", "1e-8"))
    assert polished(wide, SEVEN) == "0.07142857 to 7 digits, enclosed; 2 in float64"
    unsettled = Quantity("q", 0.5, 1e-3, exact=lambda dps: mpmath.mpf(1) / dps)
    for nothing in (unsettled, Quantity("q", 0.5, 1e-3)):
        assert polished(nothing, SEVEN) == "2 in float64, and no sharper route tells more"
    nowhere = Quantity("q", 0.0, 1.0, enclosed=lambda bits: arb(0, 1))
    assert polished(nowhere, SEVEN) == "0 in float64, and no sharper route tells more"


def test_the_recorder_keeps_the_sides_of_the_tightest_inequality():
    recorder = Recorder("c", "t")
    with recording(recorder), recorder.example({}):
        check.at_most(ROOT, SEVEN)
        check.at_least(SEVEN, Quantity.of(6.0))
        check.exactly(1, "<", 3)
        check.at_most(ROOT, 1.0001 * ROOT, apart="a budget")
    assert [side.value for side in recorder.sides] == [6.0, 7.0]
    with recording(recorder), recorder.example({}):
        check.exactly(8, ">=", 7)
    assert polished(*recorder.sides) == f"0.875{'0' * 27} to 30 digits, enclosed; 15 in float64"
