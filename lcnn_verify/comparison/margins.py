"""How far a claim is from failing, in a form that two reports can be compared by.

A margin is told as the share of the larger side that is left, 1 − small/large: 0 is an equality,
1 means nothing against something. For an identity it is the share of the allowed difference that
is not used. Controls have none: their counterexamples are chosen for being small, not for failing
by much.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lcnn_verify.reporting.phrases import closeness

DEFAULT_THRESHOLD = 0.5
"""A margin that lost half of itself is worth a warning. Between two quick runs of one version with
different seeds, no margin lost more than 0.42 of itself."""

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
    observation = entry["tightest"]
    if not entry["as_wanted"] or entry["kind"] == "control" or observation is None:
        return None
    if (tightness := observation["tightness"]) is None:
        return None
    comparison = f"{observation['quantity']} {observation['relation']} {observation['bound_label']}"
    if observation["relation"] == "=":
        share, doubt, whole = 1.0 - tightness, 0.0, "the difference allowed"
    else:
        # The margin may come from the oracle, with digits that 1 − tightness no longer has.
        larger = max(abs(observation[side] or 0.0) for side in ("got", "bound"))
        if observation["margin"] is None or not larger:
            return None
        share, doubt = observation["margin"] / larger, (observation["error"] or 0.0) / larger
        whole = "the larger side"
    return Margin(min(max(share, 0.0), 1.0), doubt, whole, closeness(observation), comparison)


def lost(old: Margin, new: Margin) -> float:
    """The part of ``old`` that is gone, in [0, 1]: 0.5 if half of it is left.

    0 where the change lies inside the numerical uncertainty, or both are equalities.
    """
    gone = old.share - new.share
    return 0.0 if gone <= max(old.doubt + new.doubt, _FLOOR) else gone / old.share
