"""Conditions as people write them: what is one, what it says, and what is none."""

from __future__ import annotations

import pytest

from lcnn_verify.numerics.relations import condition


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("m >= 9", ("m", "≥", "9")),
        (" r≤m ", ("r", "≤", "m")),
        ("m == d", ("m", "=", "d")),
        ("m = d", ("m", "=", "d")),
        ("layout = column major", ("layout", "=", "column major")),
        ("n < -1e3", ("n", "<", "-1e3")),
        *((text, None) for text in ("m is d", "m !=", "m != 9", "m ≠ 9", "= 9", "m = ", "m", 3)),
        *((text, None) for text in ("1 < m < 3", "m === 9", "m =< 9", "m <> 9", "")),
    ],
)
def test_conditions(text, found):
    assert condition(text) == found


def test_a_condition_is_asked_of_the_values_of_its_sides():
    asked = condition("m >= 9")
    assert [asked.holds(m, 9) for m in (8, 9, 10)] == [False, True, True]
    assert condition("m == d").holds("F", "F")
