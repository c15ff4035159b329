"""The vocabulary properties are written in: each function decides one comparison and records it.

A margin larger than the error bounds decides in float64. A smaller one escalates to the oracle, at
two precisions that must agree. A violation counts only when an enclosure proves it at the point
where it was met, and its record carries the proof. Nothing passes or fails inside the numerical
uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias

from lcnn_verify.evidence.escalation import FLOAT64, Ruling, identity, order
from lcnn_verify.evidence.hooks import to_json
from lcnn_verify.evidence.observation import Explanation, Observation, Outcome
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.evidence.recorder import Proof, Violation, current
from lcnn_verify.profiles import active

Explain: TypeAlias = Callable[[], Explanation]
"""Finds out what is wrong; called only where a check is violated."""

_NO_COMPARISON: Mapping[str, Any] = {
    "quantity": "outcome",
    "got": math.nan,
    "relation": "?",
    "bound_label": "",
    "bound": math.nan,
    "margin": math.nan,
    "error": math.nan,
    "tightness": None,
    "decided_by": FLOAT64,
}


def _tightness(small: float, large: float, outcome: Outcome) -> float | None:
    """small/large where that makes sense; what the oracle found to hold is at most 1."""
    if large <= 0.0 or small < 0.0:
        return None
    ratio = small / large
    return min(ratio, 1.0) if outcome is Outcome.HOLDS else ratio


def _record(
    outcome: Outcome,
    *,
    overrides: Mapping[str, Any],
    explain: Explain | None = None,
    witness: bool = False,
    **seen: Any,
) -> None:
    """Hand the recorder one observation; it raises ``Violation`` where the outcome is one."""
    why = explain() if explain and outcome is Outcome.VIOLATED else Explanation()
    recorder = current()
    observation = Observation(
        claim=recorder.claim,
        test=recorder.test,
        outcome=outcome,
        arguments=recorder.arguments_json(overrides),
        run=active().to_json(),
        diagnosis=why.diagnosis,
        snippet=why.snippet,
        **seen,
    )
    recorder.add(observation, witness=witness)


def _compare(
    got: Quantity | float,
    relation: str,
    bound: Quantity | float,
    *,
    witness: bool = False,
    ties: bool = False,
    counted: bool = True,
    proved: bool = False,
    note: str,
    explain: Explain | None = None,
    overrides: dict[str, Any],
) -> None:
    got, bound = Quantity.of(got), Quantity.of(bound)
    low, high = (bound, got) if relation == "≥" else (got, bound)
    ruling = order(low, high, witness=witness, ties=ties, proved=proved)
    tightness = _tightness(low.value, high.value, ruling.outcome) if counted else None
    _judge(got, relation, bound, ruling, tightness, note, overrides, explain, witness)


def _judge(
    got: Quantity,
    relation: str,
    bound: Quantity,
    ruling: Ruling,
    tightness: float | None,
    note: str,
    overrides: Mapping[str, Any],
    explain: Explain | None,
    witness: bool = False,
) -> None:
    _record(
        ruling.outcome,
        quantity=got.label,
        got=got.value,
        relation=relation,
        bound_label=bound.label,
        bound=bound.value,
        margin=ruling.margin,
        error=ruling.error,
        tightness=tightness,
        decided_by=ruling.decided_by,
        certificate=ruling.certificate,
        note="; ".join(part for part in (ruling.note, note) if part),
        overrides=overrides,
        explain=explain,
        witness=witness,
    )


def at_least(
    got: Quantity | float,
    bound: Quantity | float,
    *,
    ties: bool = False,
    counted: bool = True,
    proved: bool = False,
    note: str = "",
    explain: Explain | None = None,
    **overrides: Any,
) -> None:
    """Check got ≥ bound.

    ``proved`` is for an inequality beyond doubt between values someone else computed, which are
    what is on trial: sides that miss each other by no more than their error bounds allow hold, and
    others are violated where one of them is proved off. ``explain`` is for such values too.
    ``ties`` is for bounds with known equality cases: sides that the oracle finds equal to 25 digits
    of their scale then hold; otherwise a tie is undecided. ``counted=False`` leaves the margin out
    of the search for the tightest. ``overrides`` replace drawn arguments in the record, for a check
    on an instance that a search inside the property found. Raises
    :class:`~lcnn_verify.evidence.Violation` when refuted.
    """
    _compare(
        got,
        "≥",
        bound,
        ties=ties,
        counted=counted,
        proved=proved,
        note=note,
        explain=explain,
        overrides=overrides,
    )


def at_most(
    got: Quantity | float,
    bound: Quantity | float,
    *,
    ties: bool = False,
    counted: bool = True,
    proved: bool = False,
    note: str = "",
    explain: Explain | None = None,
    **overrides: Any,
) -> None:
    """Check got ≤ bound; otherwise as :func:`at_least`."""
    _compare(
        got,
        "≤",
        bound,
        ties=ties,
        counted=counted,
        proved=proved,
        note=note,
        explain=explain,
        overrides=overrides,
    )


def witness_at_least(
    got: Quantity | float, bound: Quantity | float, *, note: str = "", **overrides: Any
) -> None:
    """Offer a witness that got ≥ bound; it counts only when the oracle confirms it.

    A failed witness leaves the example undecided: not finding one refutes nothing.
    """
    _compare(got, "≥", bound, witness=True, note=note, overrides=overrides)


def witness_at_most(
    got: Quantity | float, bound: Quantity | float, *, note: str = "", **overrides: Any
) -> None:
    """Offer a witness that got ≤ bound; otherwise as :func:`witness_at_least`."""
    _compare(got, "≤", bound, witness=True, note=note, overrides=overrides)


def equal(
    got: Quantity,
    expected: Quantity,
    *,
    digits: int = 0,
    note: str = "",
    explain: Explain | None = None,
    **overrides: Any,
) -> None:
    """Check the identity got = expected.

    In float64 |got − expected| must not exceed the sum of the two error bounds. With ``digits`` the
    sharper routes are compared too, to that many digits of the quantities' natural scale.
    ``explain`` as for :func:`at_least`. Raises :class:`~lcnn_verify.evidence.Violation` when either
    comparison fails and an enclosure proves that an error bound was broken or that the exact values
    differ.
    """
    ruling = identity(got, expected, digits)
    difference, allowed = abs(got.value - expected.value), got.error + expected.error
    tightness = difference / allowed if allowed > 0.0 else None
    _judge(got, "=", expected, ruling, tightness, note, overrides, explain)


def certified(
    statement: str,
    *,
    box: str,
    cells: int,
    bits: int,
    whole: bool,
    drawn: Any = None,
    seconds: float | None = None,
) -> None:
    """Record a proof of ``statement`` on every instance of ``box``; see ``recorder.Proof``.

    ``drawn`` may be an example that draws what was proved. With ``whole`` the box is all that the
    claim is about: the claim is then CERTIFIED, unless some other check fails or stays open.
    """
    seconds = None if seconds is None else round(seconds, 3)
    shown = None if drawn is None else to_json(drawn)
    current().proofs.append(Proof(statement, box, cells, bits, whole, shown, seconds))
    seen = {**_NO_COMPARISON, "quantity": statement, "decided_by": f"Arb enclosures, {bits} bits"}
    _record(Outcome.HOLDS, **seen, note="", overrides={})


def undecided(note: str, **overrides: Any) -> None:
    """Record that this example could not be decided, and why (a spent budget, say)."""
    _record(Outcome.UNDECIDED, **_NO_COMPARISON, note=note, overrides=overrides)


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
    smaller example ends once the property has spent its share of them.
    """
    seen = {**_NO_COMPARISON, "quantity": quantity, "bound_label": did, "decided_by": "the call"}
    try:
        _record(Outcome.VIOLATED, **seen, note=detail, overrides=overrides, explain=explain)
    except Violation:
        current().lose(cost)
        raise
    raise AssertionError("a violation was recorded and did not raise")
