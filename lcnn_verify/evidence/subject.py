"""Misbehaviour of code under test: it crashed, hung or returned what is no value at all."""

from __future__ import annotations

from math import nan
from typing import Any, NoReturn

from lcnn_verify.evidence.observation import Outcome, Ruling
from lcnn_verify.evidence.recorder import Explain, Violation, current, observe
from lcnn_verify.processes import MAX_LOST

OUT_OF_SCOPE = "out of scope: "
"""How a reason begins to give an example up that code under test says it is not meant for."""


class SearchSpent(BaseException):
    """Enough processes were lost to one property: its search ends with the smallest example so far.

    Not an ``Exception``: Hypothesis would take it for one more failure to shrink.
    """


def misbehaved(
    quantity: str,
    did: str,
    detail: str,
    *,
    cost: int = 0,
    explain: Explain | None = None,
    **overrides: Any,
) -> NoReturn:
    """Record that asking for ``quantity`` gave none, because the code under test ``did`` otherwise.

    ``did`` ends a sentence ("crashed its process") and ``detail`` says more. Raises
    :class:`~lcnn_verify.evidence.Violation`; with a ``cost`` (a process was lost) the search for a
    smaller example ends, by :class:`SearchSpent`, once the property has spent its share of them.
    """
    ruling = Ruling(Outcome.VIOLATED, nan, nan, "the call", detail)
    sides = {"quantity": quantity, "got": nan, "relation": "?", "bound_label": did, "bound": nan}
    try:
        current().add(observe(ruling, sides, overrides=overrides, explain=explain))
    except Violation:
        spend(cost)
        raise
    raise AssertionError("a violation was recorded and did not raise")


def spend(cost: int) -> None:
    """Count ``cost`` processes lost to the property now running, which so many may end.

    Raises :class:`SearchSpent` once it has spent its share of them.
    """
    recorder = current()
    recorder.lost += cost
    if recorder.lost >= MAX_LOST:
        raise SearchSpent from None
