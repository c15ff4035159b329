"""How far a claim is from failing, in a form that two reports can be compared by.

A margin is told as the share of the larger side that is left, 1 − small/large: 0 is an equality,
1 means nothing against something. For an identity it is the share of the allowed difference that
is not used. A control's margin is that of its counterexample: how clearly it is refuted.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lcnn_verify.evidence import Outcome
from lcnn_verify.reporting.phrases import closeness

DEFAULT_THRESHOLD = 0.5
"""A margin that lost half of itself is worth a warning; searches with other seeds move it less."""

_FLOOR = sys.float_info.epsilon
"""Below this share both sides are equal to the last digit of float64: no margin is left to lose."""


@dataclass(frozen=True, slots=True)
class Margin:
    """A margin: its share of ``whole``, the doubt about that share, and where it was seen.

    ``tightness`` is the report's own figure for people, 1 at an equality.
    """

    share: float
    doubt: float
    whole: str
    tightness: str
    comparison: str


def margin_of(entry: Mapping[str, Any]) -> Margin | None:
    """The margin of a claim as wanted, None where a ratio makes no sense or nothing was decided."""
    if not entry["as_wanted"]:
        return None
    observation = entry["counterexample"] if entry["kind"] == "control" else entry["tightest"]
    if observation is None or (share := _share(observation)) is None:
        return None
    comparison = f"{observation['quantity']} {observation['relation']} {observation['bound_label']}"
    identity = observation["relation"] == "=" and observation["outcome"] == Outcome.HOLDS
    whole = "the difference allowed" if identity else "the larger side"
    return Margin(share, _doubt(observation), whole, closeness(observation), comparison)


def lost(old: Margin, new: Margin) -> float:
    """The part of ``old`` that is gone, in (−∞, 1]: 0.5 if half of it is left, −1 if it doubled.

    0 where the change lies inside the numerical uncertainty, or both are equalities.
    """
    before, after = max(old.share, 0.0), max(new.share, 0.0)
    if abs(before - after) <= max(old.doubt + new.doubt, _FLOOR):
        return 0.0
    return 1.0 - after / before if before > 0.0 else -float("inf")


def _share(observation: Mapping[str, Any]) -> float | None:
    tightness = observation["tightness"]
    violated = observation["outcome"] == Outcome.VIOLATED
    if tightness is None:
        # Something against nothing is as clear a refutation as there can be.
        return 1.0 if violated and closeness(observation) == "∞" else None
    if observation["relation"] == "=":
        return 1.0 - 1.0 / tightness if violated else 1.0 - float(tightness)
    # The margin may come from the oracle, with digits that 1 − tightness no longer has.
    margin, larger = observation["margin"], _larger(observation)
    return None if margin is None or not larger else abs(margin) / larger


def _doubt(observation: Mapping[str, Any]) -> float:
    error, larger = observation["error"], _larger(observation)
    if observation["relation"] == "=" or error is None or not larger:
        return 0.0  # the allowed difference is exact
    return float(error) / larger


def _larger(observation: Mapping[str, Any]) -> float:
    return float(max(abs(observation["got"] or 0.0), abs(observation["bound"] or 0.0)))
