"""What changed between two reports, claim by claim, and how bad each change is.

A margin is told as the share of the larger side that is left, 1 − small/large: 0 is an equality,
1 means nothing against something. For an identity it is the share of the allowed difference that
is not used. Controls have none: their counterexamples are chosen for being small, not for failing
by much.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeAlias

from lcnn_verify.evidence import Verdict
from lcnn_verify.evidence.verdict import MAX_UNDECIDED
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting.phrases import (
    closeness,
    constants,
    not_offered,
    observation_sentence,
    percent,
)

Entry: TypeAlias = Mapping[str, Any]
Value: TypeAlias = str | float | None

DEFAULT_THRESHOLD = 0.5
"""A margin that lost half of itself is worth a warning, which another seed may give, too."""

_FLOOR = sys.float_info.epsilon
"""Below this share both sides are equal to the last digit of float64: no margin is left to lose."""

NOTICEABLE = 0.2
"""Counts and rate bounds that changed by a fifth of themselves are worth showing."""

NOTICEABLE_UNDECIDED = MAX_UNDECIDED / 10
"""So is a share of undecided examples that moved by a tenth of what a supported claim may have."""


class Severity(StrEnum):
    """How bad a change is, worst first."""

    REGRESSION = "regression"
    EXPECTED = "expected"
    WARNING = "warning"
    IMPROVEMENT = "improvement"
    INFORMATION = "information"


class Aspect(StrEnum):
    """What it is of a claim that changed."""

    PRESENCE = "presence"
    VERDICT = "verdict"
    STATEMENT = "statement"
    COUNTEREXAMPLE = "counterexample"
    MARGIN = "margin"
    TESTS = "tests"
    CASES = "cases"
    EXAMPLES = "examples"
    UNDECIDED = "undecided"
    RATE_BOUND = "violation rate bound"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one claim.

    ``old`` and ``new`` are verdicts, counts, shares or sentences, whatever the aspect is measured
    in; ``text`` says the change to people.
    """

    claim: str
    aspect: Aspect
    severity: Severity
    old: Value
    new: Value
    text: str


Found: TypeAlias = tuple[Severity, Value, Value, str]
"""The fields of a change that are not known beforehand."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One claim in both reports. ``same_budget`` is whether counts can be held to each other."""

    old: Entry
    new: Entry
    margin: float
    same_budget: bool

    @property
    def is_refuted_control(self) -> bool:
        """A control refuted in both reports: one counterexample is all it needs."""
        return all(e["kind"] == "control" and e["as_wanted"] for e in (self.old, self.new))

    @property
    def counts(self) -> bool:
        """Whether numbers of examples say anything: a search ends where a claim falls."""
        return self.old["verdict"] == self.new["verdict"] and not self.is_refuted_control


def compare_claims(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    margin: float,
    strict: bool = False,
    expected: Collection[str] = (),
    named: Collection[str] = (),
) -> list[Change]:
    """Every change between the reports ``old`` and ``new``, worst first, else in ledger order.

    ``margin`` is the part of a margin whose loss is worth a warning; ``strict`` makes regressions
    of warnings. On claims with an id in ``expected``, both are expected changes instead; a case
    that fails newly is so only on claims in ``named``, whose expectation names its cases.
    """
    before = {entry["id"]: entry for entry in old["claims"]}
    after = {entry["id"]: entry for entry in new["claims"]}
    same_budget = old["run"]["profile"] == new["run"]["profile"]
    found = [
        Change(claim, Aspect.PRESENCE, *_vanished(entry, new))
        for claim, entry in before.items()
        if claim not in after
    ]
    for claim, entry in after.items():
        if claim not in before:
            found.append(Change(claim, Aspect.PRESENCE, *_appeared(entry)))
            continue
        pair = Pair(before[claim], entry, margin, same_budget)
        found += [Change(claim, it, *seen) for it, look in _ASPECTS.items() for seen in look(pair)]
    judged = []
    for change in found:
        severity = change.severity
        if strict and severity is Severity.WARNING:
            severity = Severity.REGRESSION
        excused = change.claim in (named if change.aspect is Aspect.CASES else expected)
        if excused and severity in (Severity.REGRESSION, Severity.WARNING):
            severity = Severity.EXPECTED
        judged.append(replace(change, severity=severity))
    order = list(Severity)
    return sorted(judged, key=lambda change: order.index(change.severity))


def _vanished(entry: Entry, new: Mapping[str, Any]) -> Found:
    text = f"vanished; it was {entry['verdict']}"
    if reason := not_offered(new).get(entry["id"]):
        text += f"; not offered any more: {reason}"
    elif selection := new["run"]["selection"]:
        text += f"; the new run selected {', '.join(selection)}"
    return Severity.REGRESSION, entry["verdict"], None, text


def _appeared(entry: Entry) -> Found:
    severity = Severity.INFORMATION if entry["as_wanted"] else Severity.WARNING
    wanted = "as wanted" if entry["as_wanted"] else f"wanted {entry['wanted']}: {entry['reason']}"
    return severity, None, entry["verdict"], f"new; it is {entry['verdict']}, {wanted}"


def _verdict(pair: Pair) -> Iterator[Found]:
    old, new = pair.old, pair.new
    if (old["verdict"], old["as_wanted"]) == (new["verdict"], new["as_wanted"]):
        return
    text = f"{old['verdict']} → {new['verdict']}"
    if new["verdict"] == Verdict.NOT_EXERCISED:
        text += f", no longer exercised: {new['reason']}"
    elif not new["as_wanted"]:
        text += f", wanted {new['wanted']}: {new['reason']}"
    elif not old["as_wanted"]:
        text += ", as wanted now"
    yield _verdict_severity(old, new), old["verdict"], new["verdict"], text


def _verdict_severity(old: Entry, new: Entry) -> Severity:
    undecided = (Verdict.INCONCLUSIVE, Verdict.NOT_EXERCISED)
    if new["verdict"] == Verdict.NOT_EXERCISED or (old["as_wanted"] and not new["as_wanted"]):
        return Severity.REGRESSION
    if new["as_wanted"]:
        lost_proof = old["verdict"] == Verdict.CERTIFIED
        return Severity.WARNING if lost_proof else Severity.IMPROVEMENT
    # Neither is as wanted: from undecided to decided the wrong way is a step down.
    return Severity.WARNING if old["verdict"] in undecided else Severity.INFORMATION


def _cases(pair: Pair) -> Iterator[Found]:
    """Cases of a finite list that newly fail, or no longer do, of a claim that fails throughout."""
    old, new = (set(entry.get("failing", ())) for entry in (pair.old, pair.new))
    if not (old and new):
        return
    for cases, severity, said in (
        (new - old, Severity.REGRESSION, "fails in cases it did not fail in"),
        (old - new, Severity.IMPROVEMENT, "no longer fails in"),
    ):
        if cases:
            yield severity, len(old), len(new), f"{said}: {', '.join(sorted(cases))}"


def _statement(pair: Pair) -> Iterator[Found]:
    old, new = pair.old, pair.new
    if old["wanted"] != new["wanted"]:
        text = f"wanted {old['wanted']}, now wanted {new['wanted']}"
        yield Severity.WARNING, old["wanted"], new["wanted"], text
    for field, told in (("statement", str), ("constants", constants), ("kind", str)):
        before, now = told(old[field]), told(new[field])
        if before != now:
            yield Severity.INFORMATION, before, now, f"{field} changed to: {now}"


def _counterexample(pair: Pair) -> Iterator[Found]:
    if pair.is_refuted_control:
        return  # searched for anew every time
    found = pair.old["counterexample"], pair.new["counterexample"]
    old, new = (_example(observation) for observation in found)
    if old == new:
        return
    prefix = f"{pair.new['id']}: "  # of a sentence that stands alone
    said = [seen and observation_sentence(seen).removeprefix(prefix) for seen in found]
    word = "new counterexample" if old is None else "another counterexample"
    text = f"counterexample gone: {said[0]}" if new is None else f"{word}: {said[1]}"
    # How bad that is, the verdict says.
    yield Severity.INFORMATION, said[0], said[1], text


def _example(observation: Mapping[str, Any] | None) -> Any:
    """What makes two counterexamples one, None for none."""
    fields = ("test", "quantity", "relation", "bound_label", "arguments")
    return None if observation is None else [observation[field] for field in fields]


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


def margin_of(entry: Entry) -> Margin | None:
    """The margin of a claim as wanted, None where a ratio makes no sense or nothing was decided."""
    seen = entry["tightest"]
    if not entry["as_wanted"] or entry["kind"] == "control" or seen is None:
        return None
    if (tightness := seen["tightness"]) is None:
        return None
    if seen["relation"] == "=":
        share, doubt, whole = 1.0 - tightness, 0.0, "the difference allowed"
    else:
        # The margin may come from the oracle, with digits that 1 − tightness no longer has.
        larger = max(abs(seen[side] or 0.0) for side in ("got", "bound"))
        if seen["margin"] is None or not larger:
            return None
        share, doubt = seen["margin"] / larger, (seen["error"] or 0.0) / larger
        whole = "the larger side"
    comparison = f"{seen['quantity']} {seen['relation']} {seen['bound_label']}"
    return Margin(min(max(share, 0.0), 1.0), doubt, whole, closeness(seen), comparison)


def lost(old: Margin, new: Margin) -> float:
    """The part of ``old`` that is gone, in [0, 1]: 0.5 if half of it is left.

    0 where the change lies inside the numerical uncertainty, or both are equalities.
    """
    gone = old.share - new.share
    return 0.0 if gone <= max(old.doubt + new.doubt, _FLOOR) else gone / old.share


def _margin(pair: Pair) -> Iterator[Found]:
    old, new = margin_of(pair.old), margin_of(pair.new)
    if old is None or new is None:
        return
    part, gained = lost(old, new), lost(new, old)
    if max(part, gained) < pair.margin:
        return
    shares = f"from {number(old.share, 3)} to {number(new.share, 3)} of {new.whole}"
    severity, text = Severity.INFORMATION, f"margin grew {shares}"
    if part > gained:
        severity, text = Severity.WARNING, f"margin shrank {shares}, {percent(part, 0)} of it lost"
    text += f"; tightness {old.tightness} → {new.tightness} ({new.comparison})"
    yield severity, old.share, new.share, text


def _tests(pair: Pair) -> Iterator[Found]:
    old, new = set(pair.old["tests"]), set(pair.new["tests"])
    before, now = ", ".join(pair.old["tests"]), ", ".join(pair.new["tests"])
    if gone := sorted(old - new):
        yield Severity.WARNING, before, now, f"no longer run: {', '.join(gone)}"
    if more := sorted(new - old):
        yield Severity.INFORMATION, before, now, f"newly run: {', '.join(more)}"


def _examples(pair: Pair) -> Iterator[Found]:
    old, new = pair.old["examples"], pair.new["examples"]
    if not pair.counts or abs(new - old) < NOTICEABLE * old or new == old:
        return
    severity = Severity.WARNING if new < old and pair.same_budget else Severity.INFORMATION
    verb = "dropped" if new < old else "rose"
    yield severity, old, new, f"examples {verb} from {number(old)} to {number(new)}"


def _undecided(pair: Pair) -> Iterator[Found]:
    old, new = (entry["undecided"] / max(entry["examples"], 1) for entry in (pair.old, pair.new))
    if not pair.counts or abs(new - old) < NOTICEABLE_UNDECIDED:
        return
    severity = Severity.WARNING if new > old else Severity.IMPROVEMENT
    both = (f"{number(e['undecided'])} of {number(e['examples'])}" for e in (pair.old, pair.new))
    verb = "rose" if new > old else "dropped"
    yield severity, old, new, f"undecided examples {verb} from {' to '.join(both)}"


def _rate_bound(pair: Pair) -> Iterator[Found]:
    if not pair.counts:
        return
    streams = pair.old["sampling"], pair.new["sampling"]
    old, new = (
        max((stream["violation_rate_bound"] for stream in side), default=None) for side in streams
    )
    if number(old, 3) == number(new, 3):
        return
    weaker = new is None or (old is not None and new > (1.0 + NOTICEABLE) * old)
    severity = Severity.WARNING if weaker and pair.same_budget else Severity.INFORMATION
    laws = [{stream["law"] for stream in side} for side in streams]
    other = "" if laws[0] == laws[1] else ", under other laws"
    text = f"bound on the violation rate {number(old, 3)} → {number(new, 3)}{other}"
    yield severity, old, new, text


_ASPECTS: Mapping[Aspect, Callable[[Pair], Iterator[Found]]] = {
    Aspect.VERDICT: _verdict,
    Aspect.CASES: _cases,
    Aspect.STATEMENT: _statement,
    Aspect.COUNTEREXAMPLE: _counterexample,
    Aspect.MARGIN: _margin,
    Aspect.TESTS: _tests,
    Aspect.EXAMPLES: _examples,
    Aspect.UNDECIDED: _undecided,
    Aspect.RATE_BOUND: _rate_bound,
}
