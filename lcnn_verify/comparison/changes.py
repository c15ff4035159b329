"""What changed between two reports, claim by claim, and how bad each change is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from lcnn_verify.comparison import shapes
from lcnn_verify.comparison.margins import lost, margin_of
from lcnn_verify.comparison.surroundings import not_offered
from lcnn_verify.evidence import Verdict
from lcnn_verify.evidence.verdict import MAX_UNDECIDED
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting.phrases import constants, observation_sentence

Entry: TypeAlias = Mapping[str, Any]
Value: TypeAlias = str | int | float | None

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


_CASES = Aspect.CASES


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

    def to_json(self) -> shapes.Change:
        """A plain dict."""
        return {
            "claim": self.claim,
            "aspect": str(self.aspect),
            "severity": str(self.severity),
            "old": self.old,
            "new": self.new,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Pair:
    """One claim in both reports. ``same_budget`` is whether counts can be held to each other."""

    old: Entry
    new: Entry
    margin: float
    same_budget: bool

    def change(
        self, aspect: Aspect, severity: Severity, old: Value, new: Value, text: str
    ) -> Change:
        """A change of this claim."""
        return Change(self.new["id"], aspect, severity, old, new, text)

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
    found = [_vanished(entry, new) for entry in old["claims"] if entry["id"] not in after]
    for claim, entry in after.items():
        if claim not in before:
            found.append(_appeared(entry))
            continue
        pair = Pair(before[claim], entry, margin, same_budget)
        found += [change for aspect in _ASPECTS for change in aspect(pair)]
    judged = (
        _judge(change, strict, change.claim in (named if change.aspect is _CASES else expected))
        for change in found
    )
    order = list(Severity)
    return sorted(judged, key=lambda change: order.index(change.severity))


def _judge(change: Change, strict: bool, excused: bool) -> Change:
    severity = change.severity
    if strict and severity is Severity.WARNING:
        severity = Severity.REGRESSION
    if excused and severity in (Severity.REGRESSION, Severity.WARNING):
        severity = Severity.EXPECTED
    return Change(change.claim, change.aspect, severity, change.old, change.new, change.text)


def _vanished(entry: Entry, new: Mapping[str, Any]) -> Change:
    text = f"vanished; it was {entry['verdict']}"
    if reason := not_offered(new).get(entry["id"]):
        text += f"; not offered any more: {reason}"
    elif selection := new["run"]["selection"]:
        text += f"; the new run selected {', '.join(selection)}"
    return Change(entry["id"], Aspect.PRESENCE, Severity.REGRESSION, entry["verdict"], None, text)


def _appeared(entry: Entry) -> Change:
    severity = Severity.INFORMATION if entry["as_wanted"] else Severity.WARNING
    wanted = "as wanted" if entry["as_wanted"] else f"wanted {entry['wanted']}: {entry['reason']}"
    text = f"new; it is {entry['verdict']}, {wanted}"
    return Change(entry["id"], Aspect.PRESENCE, severity, None, entry["verdict"], text)


def _verdict(pair: Pair) -> Iterator[Change]:
    old, new = pair.old, pair.new
    if (old["verdict"], old["as_wanted"]) == (new["verdict"], new["as_wanted"]):
        return
    severity = _verdict_severity(old, new)
    text = f"{old['verdict']} → {new['verdict']}"
    if new["verdict"] == Verdict.NOT_EXERCISED:
        text += f", no longer exercised: {new['reason']}"
    elif not new["as_wanted"]:
        text += f", wanted {new['wanted']}: {new['reason']}"
    elif not old["as_wanted"]:
        text += ", as wanted now"
    yield pair.change(Aspect.VERDICT, severity, old["verdict"], new["verdict"], text)


def _verdict_severity(old: Entry, new: Entry) -> Severity:
    undecided = (Verdict.INCONCLUSIVE, Verdict.NOT_EXERCISED)
    if new["verdict"] == Verdict.NOT_EXERCISED or (old["as_wanted"] and not new["as_wanted"]):
        return Severity.REGRESSION
    if new["as_wanted"]:
        lost_proof = old["verdict"] == Verdict.CERTIFIED
        return Severity.WARNING if lost_proof else Severity.IMPROVEMENT
    # Neither is as wanted: from undecided to decided the wrong way is a step down.
    return Severity.WARNING if old["verdict"] in undecided else Severity.INFORMATION


def _cases(pair: Pair) -> Iterator[Change]:
    """Cases of a finite list that newly fail, or no longer do, of a claim that fails throughout."""
    old, new = (set(entry.get("failing", ())) for entry in (pair.old, pair.new))
    if not (old and new):
        return
    for cases, severity, said in (
        (new - old, Severity.REGRESSION, "fails in cases it did not fail in"),
        (old - new, Severity.IMPROVEMENT, "no longer fails in"),
    ):
        if cases:
            text = f"{said}: {', '.join(sorted(cases))}"
            yield pair.change(Aspect.CASES, severity, len(old), len(new), text)


def _statement(pair: Pair) -> Iterator[Change]:
    old, new = pair.old, pair.new
    if old["wanted"] != new["wanted"]:
        text = f"wanted {old['wanted']}, now wanted {new['wanted']}"
        yield pair.change(Aspect.STATEMENT, Severity.WARNING, old["wanted"], new["wanted"], text)
    for field, told in (("statement", str), ("constants", constants), ("kind", str)):
        before, now = told(old[field]), told(new[field])
        if before != now:
            text = f"{field} changed to: {now}"
            yield pair.change(Aspect.STATEMENT, Severity.INFORMATION, before, now, text)


def _counterexample(pair: Pair) -> Iterator[Change]:
    if pair.is_refuted_control:
        return  # searched for anew every time
    found = pair.old["counterexample"], pair.new["counterexample"]
    old, new = (_example(observation) for observation in found)
    if old == new:
        return
    prefix = f"{pair.new['id']}: "  # of a sentence that stands alone
    said = [seen and observation_sentence(seen).removeprefix(prefix) for seen in found]
    if old is None:
        text = f"new counterexample: {said[1]}"
    elif new is None:
        text = f"counterexample gone: {said[0]}"
    else:
        text = f"another counterexample: {said[1]}"
    # How bad that is, the verdict says.
    yield pair.change(Aspect.COUNTEREXAMPLE, Severity.INFORMATION, said[0], said[1], text)


def _example(observation: Mapping[str, Any] | None) -> Any:
    """What makes two counterexamples one, None for none."""
    fields = ("test", "quantity", "relation", "bound_label", "arguments")
    return None if observation is None else [observation[field] for field in fields]


def _margin(pair: Pair) -> Iterator[Change]:
    old, new = margin_of(pair.old), margin_of(pair.new)
    if old is None or new is None:
        return
    part, gained = lost(old, new), lost(new, old)
    if max(part, gained) < pair.margin:
        return
    shares = f"from {number(old.share, 3)} to {number(new.share, 3)} of {new.whole}"
    severity, text = Severity.INFORMATION, f"margin grew {shares}"
    if part > gained:
        severity, text = Severity.WARNING, f"margin shrank {shares}, {_percent(part)} of it lost"
    text += f"; tightness {old.tightness} → {new.tightness} ({new.comparison})"
    yield pair.change(Aspect.MARGIN, severity, old.share, new.share, text)


def _percent(part: float) -> str:
    """``"97 %"``, and never all of it unless it is."""
    rounded = f"{100.0 * part:.0f} %"
    return rounded if part == 1.0 or rounded != "100 %" else "over 99 %"


def _tests(pair: Pair) -> Iterator[Change]:
    old, new = set(pair.old["tests"]), set(pair.new["tests"])
    both = ", ".join(pair.old["tests"]), ", ".join(pair.new["tests"])
    if gone := sorted(old - new):
        text = f"no longer run: {', '.join(gone)}"
        yield pair.change(Aspect.TESTS, Severity.WARNING, *both, text)
    if more := sorted(new - old):
        text = f"newly run: {', '.join(more)}"
        yield pair.change(Aspect.TESTS, Severity.INFORMATION, *both, text)


def _examples(pair: Pair) -> Iterator[Change]:
    old, new = pair.old["examples"], pair.new["examples"]
    if not pair.counts or abs(new - old) < NOTICEABLE * old or new == old:
        return
    severity = Severity.WARNING if new < old and pair.same_budget else Severity.INFORMATION
    verb = "dropped" if new < old else "rose"
    text = f"examples {verb} from {number(old)} to {number(new)}"
    yield pair.change(Aspect.EXAMPLES, severity, old, new, text)


def _undecided(pair: Pair) -> Iterator[Change]:
    old, new = (entry["undecided"] / max(entry["examples"], 1) for entry in (pair.old, pair.new))
    if not pair.counts or abs(new - old) < NOTICEABLE_UNDECIDED:
        return
    severity = Severity.WARNING if new > old else Severity.IMPROVEMENT
    counts = [
        f"{number(entry['undecided'])} of {number(entry['examples'])}"
        for entry in (pair.old, pair.new)
    ]
    verb = "rose" if new > old else "dropped"
    text = f"undecided examples {verb} from {counts[0]} to {counts[1]}"
    yield pair.change(Aspect.UNDECIDED, severity, old, new, text)


def _rate_bound(pair: Pair) -> Iterator[Change]:
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
    yield pair.change(Aspect.RATE_BOUND, severity, old, new, text)


_ASPECTS: tuple[Callable[[Pair], Iterator[Change]], ...] = (
    *(_verdict, _cases, _statement, _counterexample, _margin, _tests),
    *(_examples, _undecided, _rate_bound),
)
