"""Whether a claim needs an assumption: from what was run without it to a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from lcnn_verify.evidence.observation import Verdict
from lcnn_verify.ledger import Assumption


class Need(StrEnum):
    """What came of a claim without one of its assumptions."""

    NEEDED = "NEEDED"
    NOT_SHOWN_NEEDED = "NOT SHOWN NEEDED"
    SUPERSEDED = "SUPERSEDED"
    NOT_JUDGED = "NOT JUDGED"

    @property
    def meaning(self) -> str:
        """One sentence for people."""
        return _MEANINGS[self]


_MEANINGS = {
    Need.NEEDED: "without it the claim is false, by a counterexample that is proved",
    Need.NOT_SHOWN_NEEDED: "no counterexample among the examples tried without it",
    Need.SUPERSEDED: "a claim that does without it holds",
    Need.NOT_JUDGED: "what was to decide did not: a control stood, or a property broke or drew "
    "nothing",
}

_HOLDS = (Verdict.SUPPORTED, Verdict.CERTIFIED)


def needed(assumption: Assumption, entry: Mapping[str, Any]) -> tuple[Need, str]:
    """The verdict, and the reason for it in one line.

    ``entry`` is the report's entry (``reporting.merge``) of what decides: of the control or claim
    that the assumption names, or of the claim itself, run without it. A proof that covers all of
    the claim without it is as good as a claim that does without it.
    """
    verdict, reason = Verdict(entry["verdict"]), str(entry["reason"])
    if name := assumption.decided_by:
        reason = f"{name} is {verdict}: {reason}"
        if assumption.refuted_by:
            return (Need.NEEDED if verdict is Verdict.REFUTED else Need.NOT_JUDGED), reason
        return (Need.SUPERSEDED if verdict in _HOLDS else Need.NOT_JUDGED), reason
    if verdict is Verdict.REFUTED:
        return Need.NEEDED, reason
    if verdict is Verdict.CERTIFIED:
        return Need.SUPERSEDED, reason
    broke = verdict is Verdict.NOT_EXERCISED or entry["errors"] or entry.get("defects")
    return (Need.NOT_JUDGED if broke else Need.NOT_SHOWN_NEEDED), reason
