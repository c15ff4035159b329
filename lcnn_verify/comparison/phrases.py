"""Words every reader of a comparison shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lcnn_verify.comparison.changes import Severity
from lcnn_verify.numerics.digits import NOTHING, number
from lcnn_verify.reporting.phrases import plural

_GROUPS = {
    Severity.REGRESSION: ("Regressions", "bad"),
    Severity.EXPECTED: ("Expected deviations", "warn"),
    Severity.WARNING: ("Warnings", "warn"),
    Severity.IMPROVEMENT: ("Improvements", "good"),
    Severity.INFORMATION: ("Other changes", "plain"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one severity, with a heading and a tone (a colour of the page).

    Claims with the same changes stand together, so that these are told once.
    """

    title: str
    tone: str
    changes: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @property
    def size(self) -> int:
        """How many claims changed."""
        return sum(len(claims) for claims, _ in self.changes)


def groups(data: Mapping[str, Any]) -> Iterator[Group]:
    """The changes, worst first; a severity without changes has no group."""
    for severity, (title, tone) in _GROUPS.items():
        by_claim: dict[str, list[str]] = {}
        for change in data["changes"]:
            if change["severity"] == severity:
                by_claim.setdefault(change["claim"], []).append(change["text"])
        if by_claim:
            alike: dict[tuple[str, ...], list[str]] = {}
            for claim, texts in by_claim.items():
                alike.setdefault(tuple(texts), []).append(claim)
            changes = tuple((tuple(claims), texts) for texts, claims in alike.items())
            yield Group(title, tone, changes)


def headline(data: Mapping[str, Any]) -> str:
    """The outcome in one sentence."""
    compared, regressed = data["summary"]["compared"], len(data["summary"]["regressions"])
    noun = _noun(data["new"])
    if regressed:
        return f"{plural(regressed, noun)} regressed; {compared:,} compared."
    return f"No regression in {plural(compared, noun)}."


def counts(data: Mapping[str, Any]) -> str:
    """What else there is, in one sentence: numbers of claims."""
    summary = data["summary"]
    numbers = {
        "new": summary["new_claims"],
        "vanished": summary["vanished_claims"],
        "with warnings": summary["warnings"],
        "improved": summary["improvements"],
        "deviating as expected": summary["expected"],
        "still not as wanted": data["still"],
    }
    told = [f"{len(claims):,} {what}" for what, claims in numbers.items() if claims]
    return f"{', '.join(told)}." if told else "Nothing else of note."


def rules(data: Mapping[str, Any]) -> str:
    """What counted as what."""
    margin, strict = data["options"]["margin"], data["options"]["strict"]
    return (
        "A regression is a verdict that was as wanted and is not, or a claim that vanished or is "
        f"no longer exercised. A margin is worth a warning when {number(margin)} of it or more is "
        f"lost{'; warnings count as regressions here (--strict)' if strict else ''}. "
        "Durations never count."
    )


def side(entry: Mapping[str, Any]) -> str:
    """One of the two reports: where it is, of what, and how it came about."""
    of = f", of {entry['target']}" if entry["target"] else ""
    fallen, claims = len(entry["not_as_wanted"]), plural(entry["claims"], _noun(entry))
    return (
        f"{entry['source']}{of} ({entry['kind']}, profile {entry['profile']}, "
        f"seed {entry['seed']}, started {entry['started']}; {claims}, {fallen} not as wanted)"
    )


def _noun(entry: Mapping[str, Any]) -> str:
    """What the statements of a report are called."""
    return "claim" if entry["kind"] == "run" else "check"


def standing(entry: Mapping[str, Any]) -> str:
    """What is not as wanted in both reports, in one line."""
    known = ", expected" if entry["expected"] else ""
    return f"{entry['verdict']}{known}: {entry['reason']}"


def deviation(entry: Mapping[str, Any]) -> str:
    """What became of an expected deviation, in a few words."""
    status, detail = entry["status"], entry["detail"]
    return f"{status}: {detail}" if detail else str(status)


def value(text: str | None) -> str:
    """A value of the environment, a dash where there is none."""
    return NOTHING if text is None else text


def took(data: Mapping[str, Any]) -> str:
    """Both durations in one sentence."""
    durations = data["durations"]
    return f"Took {number(durations['new'], 3)} s, before {number(durations['old'], 3)} s."
