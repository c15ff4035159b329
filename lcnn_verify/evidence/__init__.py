"""What one check saw, and what a claim has earned (README, "What a verdict means")."""

from lcnn_verify.evidence import check
from lcnn_verify.evidence.audit import auditing
from lcnn_verify.evidence.certificate import EXACT, Certificate
from lcnn_verify.evidence.figures import Figure
from lcnn_verify.evidence.observation import (
    Explanation,
    Observation,
    Outcome,
    Verdict,
    replay_record,
)
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.evidence.recorder import Defect, Recorder, Violation, measure, recording
from lcnn_verify.evidence.verdict import Decision, decide, violation_rate_bound
from lcnn_verify.evidence.verifies import ClaimFailed, Property, verifies
from lcnn_verify.evidence.weakening import weaker

__all__ = [
    "EXACT",
    "Certificate",
    "ClaimFailed",
    "Decision",
    "Defect",
    "Explanation",
    "Figure",
    "Observation",
    "Outcome",
    "Property",
    "Quantity",
    "Recorder",
    "Verdict",
    "Violation",
    "auditing",
    "check",
    "decide",
    "measure",
    "recording",
    "replay_record",
    "verifies",
    "violation_rate_bound",
    "weaker",
]
