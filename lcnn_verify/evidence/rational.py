"""Integers and rationals compared exactly: no error bound is needed, and a decision is a proof."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, TypeAlias

from flint import fmpq, fmpz

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.certificate import EXACT, exact_margin
from lcnn_verify.evidence.observation import Outcome, Ruling
from lcnn_verify.numerics.relations import RELATIONS

Rational: TypeAlias = int | Fraction | fmpz | fmpq
"""What exact arithmetic takes: no float, no bool, no NumPy scalar."""
_LONGEST = 60  # digits of a number that is written in full


def rational(name: str, value: Any) -> Fraction:
    """``value`` as a fraction. Raises ``InputError`` for what is no exact number."""
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, fmpz):
        return Fraction(int(value))
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Fraction(value)
    got = f"{value!r}, a {type(value).__name__}"
    raise InputError(name, got, "an int, a Fraction, or flint's fmpz or fmpq")


def compare(got: Fraction, relation: str, wanted: Fraction) -> Ruling:
    """Decide ``got relation wanted``; the margin is negative, or 0, where the relation fails.

    Raises ``InputError`` for an unknown relation.
    """
    if relation not in RELATIONS:
        raise InputError("relation", repr(relation), " or ".join(RELATIONS))
    gap = got - wanted
    margins = {"=": -abs(gap), "≠": abs(gap), "<": -gap, "≤": -gap, ">": gap, "≥": gap}
    holds = RELATIONS[relation](got, wanted)
    outcome = Outcome.HOLDS if holds else Outcome.VIOLATED
    margin = margins[relation]
    return Ruling(outcome, rounded(margin), 0.0, EXACT, "", exact_margin(margin))


def rounded(value: Fraction) -> float:
    """The nearest float64; ±∞ past its range."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def written(value: Fraction) -> str:
    """The number in full, ``"22/7"``; a longer integer than 60 digits by its ends and its size."""
    parts = (value.numerator, value.denominator)
    top, bottom = (str(fmpz(part).str(condense=_LONGEST // 2)) for part in parts)
    return top if value.denominator == 1 else f"{top}/{bottom}"
