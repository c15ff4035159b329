"""The vocabulary properties are written in: each function decides one comparison and records it.

A margin larger than the error bounds decides in float64. A smaller one escalates to the oracle,
at two precisions that must agree; so does every violation before it counts. Nothing passes or
fails inside the numerical uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias

import mpmath

from lcnn_verify.evidence.observation import UNCONFIRMED, Explanation, Observation, Outcome
from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.evidence.recorder import Violation, current
from lcnn_verify.profiles import active

Explain: TypeAlias = Callable[[], Explanation]
"""Finds out what is wrong; called only where a check is violated."""

_LADDER = ((30, 60), (60, 120))
_TIE_DIGITS = 25
_BLAMED_BY = "mpmath, 40 digits"
_NO_COMPARISON: Mapping[str, Any] = {
    "quantity": "outcome",
    "got": math.nan,
    "relation": "?",
    "bound_label": "",
    "bound": math.nan,
    "margin": math.nan,
    "error": math.nan,
    "tightness": None,
    "decided_by": "float64",
}


def _sharp_margin(low: Quantity, high: Quantity) -> tuple[float, float, str] | None:
    """``high − low`` from the oracle as (margin, error, digits), or None while it cannot decide."""
    if (low_route := low.exact) is None or (high_route := high.exact) is None:
        return None
    for coarse, fine in _LADDER:
        with mpmath.workdps(2 * fine):
            first, second = (high_route(dps) - low_route(dps) for dps in (coarse, fine))
            doubt = 100 * abs(second - first)
            if abs(second) > doubt:
                return float(second), float(doubt), f"mpmath, {fine} digits"
    return None


def _is_tie(low: Quantity, high: Quantity) -> bool:
    """Whether the oracle finds both sides equal to ``_TIE_DIGITS`` digits of their scale."""
    if (low_route := low.exact) is None or (high_route := high.exact) is None:
        return False
    scale = max(low.natural_scale, high.natural_scale)
    _, fine = _LADDER[-1]
    with mpmath.workdps(2 * fine):
        return bool(
            abs(high_route(fine) - low_route(fine)) <= scale * mpmath.mpf(10) ** -_TIE_DIGITS
        )


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
    sharp: bool = False,
    ties: bool = False,
    counted: bool = True,
    proved: bool = False,
    note: str,
    explain: Explain | None = None,
    overrides: dict[str, Any],
) -> None:
    got, bound = Quantity.of(got), Quantity.of(bound)
    low, high = (bound, got) if relation == "≥" else (got, bound)
    margin = high.value - low.value
    error = high.error + low.error + ROUNDING * abs(margin)
    outcome, decided_by = Outcome.UNDECIDED, "float64"
    if (margin > error and not sharp) or (proved and margin >= -error):
        outcome = Outcome.HOLDS
    elif proved and (blame := _broken_bound(got) or _broken_bound(bound)):
        outcome, decided_by = Outcome.VIOLATED, _BLAMED_BY
        note = f"{blame}; {note}" if note else blame
    elif (decision := _sharp_margin(low, high)) is not None:
        margin, error, decided_by = decision
        failed = Outcome.UNDECIDED if sharp else Outcome.VIOLATED
        outcome = Outcome.HOLDS if margin > 0.0 else failed
        if sharp and outcome is Outcome.UNDECIDED:
            note = note or "no witness found"
    elif ties and _is_tie(low, high):
        outcome, decided_by = Outcome.HOLDS, f"mpmath: equal to {_TIE_DIGITS} digits"
    elif margin < -error:
        note = f"{note}; {UNCONFIRMED}" if note else UNCONFIRMED
    _record(
        outcome,
        quantity=got.label,
        got=got.value,
        relation=relation,
        bound_label=bound.label,
        bound=bound.value,
        margin=margin,
        error=error,
        tightness=_tightness(low.value, high.value, outcome) if counted else None,
        decided_by=decided_by,
        note=note,
        overrides=overrides,
        explain=explain,
        witness=sharp,
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
    others are violated when the oracle finds one of them off. ``explain`` is for such values too.
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
    _compare(got, "≥", bound, sharp=True, note=note, overrides=overrides)


def witness_at_most(
    got: Quantity | float, bound: Quantity | float, *, note: str = "", **overrides: Any
) -> None:
    """Offer a witness that got ≤ bound; otherwise as :func:`witness_at_least`."""
    _compare(got, "≤", bound, sharp=True, note=note, overrides=overrides)


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
    comparison fails and the oracle confirms that an error bound was broken or that the exact values
    differ.
    """
    difference = abs(got.value - expected.value)
    allowed = got.error + expected.error
    outcome, decided_by, margin = Outcome.HOLDS, "float64", allowed - difference
    if not difference <= allowed:
        blame = _broken_bound(got) or _broken_bound(expected)
        outcome = Outcome.UNDECIDED
        note = note or UNCONFIRMED
        if blame:
            outcome, decided_by, note = Outcome.VIOLATED, _BLAMED_BY, blame
    if digits or outcome is Outcome.UNDECIDED:
        compared = max(digits, 20)
        gap = _sharp_gap(got, expected, compared)
        tolerance = max(got.natural_scale, expected.natural_scale) * 10.0**-compared
        if gap is not None and gap > tolerance:
            outcome, decided_by = Outcome.VIOLATED, f"mpmath, {compared} digits"
            margin, note = tolerance - gap, "the exact values differ"
        elif gap is not None and outcome is Outcome.HOLDS:
            decided_by = f"float64 and mpmath, {compared} digits"
    _record(
        outcome,
        quantity=got.label,
        got=got.value,
        relation="=",
        bound_label=expected.label,
        bound=expected.value,
        margin=margin,
        error=allowed,
        tightness=difference / allowed if allowed > 0.0 else None,
        decided_by=decided_by,
        note=note,
        overrides=overrides,
        explain=explain,
    )


def _sharp_gap(got: Quantity, expected: Quantity, digits: int) -> float | None:
    """A lower bound on |got − expected| from the oracle at two precisions; None without routes."""
    if (left := got.exact) is None or (right := expected.exact) is None:
        return None
    with mpmath.workdps(3 * digits + 60):
        coarse, fine = (abs(left(dps) - right(dps)) for dps in (digits + 10, digits + 25))
        return float(max(fine - 100 * abs(fine - coarse), mpmath.mpf(0)))


def _broken_bound(quantity: Quantity) -> str:
    """Say so if the float64 value lies further from the oracle's than its error bound allows."""
    if (route := quantity.exact) is None:
        return ""
    with mpmath.workdps(60):
        off = abs(route(40) - mpmath.mpf(quantity.value))
    if off <= quantity.error:
        return ""
    return (
        f"the computed value of {quantity.label} is {float(off):.3g} from the oracle's, "
        f"outside its error bound {quantity.error:.3g}"
    )


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
