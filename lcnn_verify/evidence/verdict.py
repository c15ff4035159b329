"""From examples to a claim: the rule that turns records into a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scipy.stats import beta

from lcnn_verify.evidence.observation import Verdict
from lcnn_verify.ledger.claim import Claim

MAX_UNDECIDED = 0.01


def violation_rate_bound(violations: int, draws: int) -> float:
    """The one-sided 95 % Clopper–Pearson upper bound on a violation rate."""
    if violations >= draws:
        return 1.0
    return float(beta.ppf(0.95, violations + 1, draws - violations))


@dataclass(frozen=True, slots=True)
class Decision:
    """A claim's verdict, the reason in one line, and whether it is the wanted one."""

    verdict: Verdict
    reason: str
    as_wanted: bool


def decide(claim: Claim, records: Iterable[dict[str, Any]]) -> Decision:
    """Decide ``claim`` from the records (:meth:`Recorder.to_json`) of all its units.

    A confirmed violation refutes; otherwise any property that broke, and more than 1 % undecided
    examples, are inconclusive; no examples at all is not exercised; else the claim is supported.
    Controls are wanted refuted, all other claims supported or certified. Source: DESIGN,
    "Verdicts".
    """
    records = list(records)
    examples = sum(record["examples"] for record in records)
    undecided = sum(record["undecided"] for record in records)
    violations = sum(record["violations"] for record in records)
    for record in records:
        if sampling := record["sampling"]:
            examples += sampling["draws"]
            undecided += sampling["undecided"]
            violations += sampling["violations"]
    errors = [record["error"] for record in records if record["error"]]
    fallen = [record["counterexample"] for record in records if record["counterexample"]]
    verdict = Verdict.SUPPORTED
    reason = f"no violation in {examples} example{'s' if examples != 1 else ''}"
    if fallen:
        verdict = Verdict.REFUTED
        reason = f"{fallen[0]['quantity']} {fallen[0]['relation']} {fallen[0]['bound_label']} fails"
    elif errors:
        verdict, reason = Verdict.INCONCLUSIVE, errors[0]
    elif examples == 0:
        verdict, reason = Verdict.NOT_EXERCISED, "no example met the preconditions"
    elif undecided > MAX_UNDECIDED * examples:
        notes = sorted(
            ((count, note) for record in records for note, count in record["reasons"].items()),
            reverse=True,
        )
        why = notes[0][1] if notes else "margin inside the numerical uncertainty"
        verdict = Verdict.INCONCLUSIVE
        reason = f"{undecided} of {examples} examples undecided: {why}"
    wanted = {Verdict.REFUTED} if claim.is_control else {Verdict.SUPPORTED, Verdict.CERTIFIED}
    return Decision(verdict, reason, verdict in wanted)
