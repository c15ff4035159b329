"""From examples to a claim: the rule that turns records into a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scipy.special import betaincinv

from lcnn_verify.evidence.observation import UNSETTLED, Verdict
from lcnn_verify.evidence.subject import OUT_OF_SCOPE
from lcnn_verify.ledger.claim import Claim

MAX_UNDECIDED = 0.01
"""The share of examples a supported claim may leave open: an odd one, but no kind of them."""


def violation_rate_bound(violations: int, draws: int) -> float:
    """The one-sided 95 % Clopper–Pearson upper bound on a violation rate."""
    if violations >= draws:
        return 1.0
    return float(betaincinv(violations + 1, draws - violations, 0.95))


@dataclass(frozen=True, slots=True)
class Decision:
    """A claim's verdict, the reason in one line, and whether it is the wanted one."""

    verdict: Verdict
    reason: str
    as_wanted: bool


def decide(claim: Claim, records: Iterable[dict[str, Any]]) -> Decision:
    """Decide ``claim`` from the records (:meth:`Recorder.to_json`) of all its units.

    A certified violation refutes; but a control that a defect of the numerics may have refuted is
    inconclusive. Otherwise each property of the claim is judged for itself, so that many easy
    examples of one cannot outvote another: a property that broke or met a defect, a violation that
    nothing could confirm or prove, more than 1 % undecided examples, or a declared class that was
    never drawn is inconclusive; a property without examples is not exercised. Else the claim is
    supported, or certified if one of its properties proved it on all that it speaks of. Controls
    are wanted refuted, all other claims supported or certified.
    """
    tests: dict[str, _Tally] = {}
    fallen = proof = None
    failing: set[str] = set()
    for record in records:
        failing.update(record.get("failing", ()))
        proof = proof or next((it for it in record.get("proofs", ()) if it["whole"]), None)
        tests.setdefault(record["test"], _Tally()).take(record)
        fallen = fallen or record["counterexample"]
    examples = sum(tally.examples for tally in tests.values())
    defects = any(tally.defects for tally in tests.values())
    if fallen and not (defects and claim.is_control):
        verdict, reason = Verdict.REFUTED, _refutation(fallen)
        if len(failing) > 1:
            reason += f" ({len(failing)} cases fail)"
    elif not (examples or defects or any(tally.errors for tally in tests.values())):
        verdict, reason = Verdict.NOT_EXERCISED, _nothing(*tests.values())
    else:
        judged = [tally.judge(name) for name, tally in sorted(tests.items())]
        exact = sum(tally.exact for tally in tests.values())
        all_exact = exact == sum(tally.checks for tally in tests.values())
        how = ", decided exactly" if exact and all_exact else ""
        holds = (Verdict.SUPPORTED, f"no violation in {examples} {_examples(examples)}{how}")
        if proof:
            holds = (Verdict.CERTIFIED, f"proved for {proof['box']}; {holds[1]}")
        verdict, reason = min((holds, *judged), key=lambda entry: _ORDER.index(entry[0]))
    wanted = {Verdict.REFUTED} if claim.is_control else {Verdict.SUPPORTED, Verdict.CERTIFIED}
    if verdict is Verdict.NOT_EXERCISED and (scope := _out_of_scope(claim, tests.values())):
        return Decision(verdict, scope, as_wanted=True)
    return Decision(verdict, reason, verdict in wanted)


def _out_of_scope(claim: Claim, tallies: Iterable[_Tally]) -> str:
    """Say so if code under test is not meant for any example of ``claim``; empty if it is."""
    given_up = [reason for tally in tallies for reason in tally.discarded]
    if claim.judges_subject and given_up and all(it.startswith(OUT_OF_SCOPE) for it in given_up):
        return given_up[0]
    return ""


def _refutation(fallen: Mapping[str, Any]) -> str:
    """What failed, and what is wrong where that was found out: of an identity, which side."""
    why = fallen.get("diagnosis", "")
    if fallen["relation"] == "?":
        said = f"{fallen['quantity']} {fallen['bound_label']}: {fallen['note']}"
    else:
        said = f"{fallen['quantity']} {fallen['relation']} {fallen['bound_label']} fails"
        why = why or (fallen["note"] if fallen["relation"] == "=" else "")
    return f"{said}; {why}" if why else said


_ORDER = (Verdict.INCONCLUSIVE, Verdict.NOT_EXERCISED, Verdict.CERTIFIED, Verdict.SUPPORTED)


@dataclass(slots=True)
class _Tally:
    """Counts of one property over all its shards, its i.i.d. stream included."""

    examples: int = 0
    undecided: int = 0
    checks: int = 0
    exact: int = 0
    idle: int = 0
    errors: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    discarded: Counter[str] = field(default_factory=Counter)

    def take(self, record: Mapping[str, Any]) -> None:
        self.examples += record["examples"]
        self.undecided += record["undecided"]
        if sampling := record["sampling"]:
            self.examples += sampling["draws"]
            self.undecided += sampling["undecided"]
        self.checks += record["checks"]
        self.exact += record.get("exact", 0)
        self.idle += record.get("idle", 0)
        if record["error"]:
            self.errors.append(record["error"])
        if defect := record.get("defect"):
            self.defects.append(defect["note"])
        self.classes.update(record.get("classes", {}))
        self.reasons.update(record["reasons"])
        self.discarded.update(record["discarded"])

    def judge(self, name: str) -> tuple[Verdict, str]:
        if self.defects:
            return Verdict.INCONCLUSIVE, f"{name}: a defect of the numerics: {self.defects[0]}"
        if self.errors:
            return Verdict.INCONCLUSIVE, self.errors[0]
        unsettled = [note for note in sorted(self.reasons) if any(it in note for it in UNSETTLED)]
        if unsettled:
            return Verdict.INCONCLUSIVE, f"{name}: {unsettled[0]}"
        if not self.examples:
            return Verdict.NOT_EXERCISED, f"{name}: {_nothing(self)}"
        if self.undecided > MAX_UNDECIDED * self.examples:
            known = self.reasons.most_common(1)
            why = known[0][0] if known else "margin inside the numerical uncertainty"
            counts = f"{self.undecided} of {self.examples} {_examples(self.examples)} undecided"
            return Verdict.INCONCLUSIVE, f"{name}: {counts}: {why}"
        if never := sorted(kind for kind, count in self.classes.items() if not count):
            return Verdict.INCONCLUSIVE, f"{name}: never drew: {', '.join(never)}"
        return Verdict.SUPPORTED, ""


def _nothing(*tallies: _Tally) -> str:
    """Why there is no example: a reason that was given, or all those that ran were idle."""
    if given := [reason for tally in tallies for reason in tally.reasons]:
        return given[0]
    if idle := sum(tally.idle for tally in tallies):
        return f"{idle} {_examples(idle)} ran, and nothing was compared"
    return "no example met the preconditions"


def _examples(count: int) -> str:
    return "example" if count == 1 else "examples"
