"""The vocabulary properties are written in: each function decides one comparison and records it.

How quantities are decided is in ``escalation``, how exact numbers are in ``rational``. Nothing
passes or fails inside the numerical uncertainty, and a violation counts only where it is proved.
Whatever is compared may also be audited (``audit``): the routes of a quantity must agree.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import inf, nan
from typing import Any

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.certificate import EXACT
from lcnn_verify.evidence.escalation import DIFFER, identity, order
from lcnn_verify.evidence.hooks import to_json
from lcnn_verify.evidence.observation import FLOAT64, Outcome, Ruling
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.evidence.rational import Rational, compare, rational, rounded, written
from lcnn_verify.evidence.recorder import Explain, Proof, Sides, current, observe
from lcnn_verify.evidence.theorem import Theorem
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.options import integer
from lcnn_verify.numerics.relations import ASCII


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """How one comparison is decided and recorded; the fields are those of :func:`at_least`."""

    witness: bool = False
    ties: bool = False
    apart: str = ""
    proved: bool = False
    note: str = ""
    explain: Explain | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)


def at_least(
    got: Quantity | float,
    bound: Quantity | float,
    *,
    ties: bool = False,
    apart: str = "",
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
    of their scale then hold; otherwise a tie is undecided. ``apart`` names a check that is not the
    claim's own inequality, a precondition or a budget say: its tightest margin is told apart, under
    that name. ``overrides`` replace drawn arguments in the record, for a check
    on an instance that a search inside the property found. Raises
    :class:`~lcnn_verify.evidence.Violation` when refuted, and
    :class:`~lcnn_verify.evidence.recorder.Defect` when the audit finds a side defective.
    """
    how = _How(
        ties=ties, apart=apart, proved=proved, note=note, explain=explain, overrides=overrides
    )
    _order(got, "≥", bound, how)


def at_most(
    got: Quantity | float,
    bound: Quantity | float,
    *,
    ties: bool = False,
    apart: str = "",
    proved: bool = False,
    note: str = "",
    explain: Explain | None = None,
    **overrides: Any,
) -> None:
    """Check got ≤ bound; otherwise as :func:`at_least`."""
    how = _How(
        ties=ties, apart=apart, proved=proved, note=note, explain=explain, overrides=overrides
    )
    _order(got, "≤", bound, how)


def witness_at_least(
    got: Quantity | float,
    bound: Quantity | float,
    *,
    note: str = "",
    apart: str = "",
    **overrides: Any,
) -> None:
    """Offer a witness that got ≥ bound; it counts only when the oracle confirms it.

    A failed witness leaves the example undecided: not finding one refutes nothing.
    """
    _order(got, "≥", bound, _How(witness=True, apart=apart, note=note, overrides=overrides))


def witness_at_most(
    got: Quantity | float,
    bound: Quantity | float,
    *,
    note: str = "",
    apart: str = "",
    **overrides: Any,
) -> None:
    """Offer a witness that got ≤ bound; otherwise as :func:`witness_at_least`."""
    _order(got, "≤", bound, _How(witness=True, apart=apart, note=note, overrides=overrides))


def equal(
    got: Quantity,
    expected: Quantity,
    *,
    digits: int = 0,
    apart: str = "",
    note: str = "",
    explain: Explain | None = None,
    **overrides: Any,
) -> None:
    """Check the identity got = expected.

    In float64 |got − expected| must not exceed the sum of the two error bounds. With ``digits`` the
    sharper routes are compared too, to that many digits of the quantities' natural scale.
    ``apart`` and ``explain`` as for :func:`at_least`. Raises
    :class:`~lcnn_verify.evidence.Violation` when either comparison fails and an enclosure proves
    that an error bound was broken or that the exact values differ.
    """
    ruling = identity(got, expected, digits)
    difference, allowed = abs(got.value - expected.value), got.error + expected.error
    tightness = difference / allowed if allowed > 0.0 else None
    how = _How(apart=apart, note=note, explain=explain, overrides=overrides)
    if ruling.outcome is not Outcome.VIOLATED or ruling.note == DIFFER:  # else it names the side
        _audit(how, got, expected)
    _record(_sides(got, "=", expected), ruling, tightness, how)


def exactly(
    got: Rational,
    relation: str,
    wanted: Rational,
    *,
    label: str = "",
    wanted_label: str = "",
    apart: str = "",
    note: str = "",
    **overrides: Any,
) -> None:
    """Check ``got relation wanted`` in exact arithmetic.

    The relation is one of = ≠ < ≤ > ≥, or == != <= >= for those of them no keyboard has. Both sides
    are ints, Fractions, or flint's fmpz or fmpq. ``label`` and ``wanted_label`` name the left and
    the right side in the record; a side without one is told as its number; ``apart`` is
    that of :func:`at_least`. The decision rests on no error bound and is a proof at this point,
    either way. Raises :class:`~lcnn_verify.evidence.Violation` where the relation fails, and
    ``InputError`` for a float, a bool, a NumPy scalar or another relation.
    """
    left, right = rational("got", got), rational("wanted", wanted)
    relation = ASCII.get(relation, relation)
    ruling = compare(left, relation, right)
    exact = {"got": written(left), "bound": written(right)}
    low, high = (left, right) if relation in "<≤" else (right, left)
    ordered = relation in "<≤>≥" and high > 0 <= low
    tightness = rounded(low / high) if ordered else None
    got_side, bound_side = _known(label, left), _known(wanted_label, right)
    sides = _sides(got_side, relation, bound_side)
    compared = (got_side, bound_side) if low is left else (bound_side, got_side)
    how = _How(apart=apart, note=note, overrides=overrides)
    _record({**sides, "exact": exact}, ruling, tightness, how, compared)


def _known(label: str, value: Fraction) -> Quantity:
    """A rational as a quantity, told as its number where it has no name."""
    return Quantity(label or written(value), rounded(value), enclosed=lambda _: balls.exact(value))


def sound(*quantities: Quantity, **overrides: Any) -> None:
    """Have quantities audited that steer a property and reach no comparison, a threshold say."""
    _audit(_How(overrides=overrides), *quantities)


def proved(
    statement: str,
    *,
    box: str,
    arithmetic: str,
    whole: bool,
    cells: int | None = None,
    instances: int = 1,
    drawn: Any = None,
    seconds: float | None = None,
) -> None:
    """Record a proof of ``statement`` on every instance of ``box``; see ``recorder.Proof``.

    ``arithmetic`` is ``EXACT``, for a proof by the checks of :func:`exactly` that this property has
    made, one at least for each of the family's ``instances`` ≥ 1, or names the enclosures of the
    ``cells`` ≥ 1 sub-boxes it was done on. A proof that rests on neither is recorded as undecided.
    ``drawn`` may be an example that draws what was proved.
    With ``whole`` the box is all that the claim is about: the claim is then CERTIFIED, unless some
    other check fails or more than 1 % of the examples stay open. Raises ``InputError`` for an
    ``arithmetic`` that is no name and for ``cells`` that are no number.
    """
    if not isinstance(arithmetic, str) or not arithmetic.strip():
        raise InputError("arithmetic", repr(arithmetic), "EXACT or the name of another")
    if cells is not None and (isinstance(cells, bool) or not isinstance(cells, int)):
        raise InputError("cells", repr(cells), "a number of sub-boxes")
    missing = ""
    if arithmetic != EXACT:
        missing = "" if cells is not None and cells > 0 else "no cells were enclosed"
    elif (made := current().exact) < integer("instances", instances, 1):
        missing = f"{made or 'no'} check{'s were' if made > 1 else ' was'} exact"
        missing += f" of {instances} instances" if made else ""
    if missing:
        undecided(f"{statement} is said to be proved for {box}, but {missing}")
        return
    _keep(Proof(statement, box, arithmetic, whole, cells), drawn, seconds)


def _keep(made: Proof, drawn: Any, seconds: float | None) -> None:
    """Record a proof, with what draws it and what it took."""
    seconds = None if seconds is None else round(seconds, 3)
    shown = None if drawn is None else to_json(drawn)
    current().proofs.append(replace(made, drawn=shown, seconds=seconds))
    _remark(Ruling(Outcome.HOLDS, nan, nan, made.arithmetic), made.statement)


def theorem(prove: Callable[[], Theorem]) -> None:
    """Prove a theorem that is all its claim says and record the proof; undecided if that fails."""
    started = time.perf_counter()
    try:
        made = prove()
    except NotProved as error:
        undecided(str(error))
        return
    arithmetic = f"Arb enclosures, {made.precision} bits" if made.parts else EXACT
    proof = Proof(made.statement, made.box, arithmetic, whole=True, cells=made.cells or None)
    _keep(proof, None, time.perf_counter() - started)


def undecided(note: str, **overrides: Any) -> None:
    """Record that this example could not be decided, and why (a spent budget, say)."""
    _remark(Ruling(Outcome.UNDECIDED, nan, nan, FLOAT64, note), "outcome", overrides)


def _order(left: Quantity | float, relation: str, right: Quantity | float, how: _How) -> None:
    """Decide and record got ≥ bound or got ≤ bound."""
    got, bound = Quantity.of(left), Quantity.of(right)
    _audit(how, got, bound)
    low, high = (bound, got) if relation == "≥" else (got, bound)
    ruling = order(low, high, witness=how.witness, ties=how.ties, proved=how.proved)
    small, large = ruling.sides or (low.value, high.value)
    tightness = None
    if large > 0.0 <= small:  # else no ratio makes sense
        least = 1.0 if ruling.outcome is Outcome.VIOLATED else 0.0
        most = 1.0 if ruling.outcome is Outcome.HOLDS else inf
        tightness = min(max(small / large, least), most)
    _record(_sides(got, relation, bound), ruling, tightness, how, (low, high))


def _record(
    sides: dict[str, Any],
    ruling: Ruling,
    tightness: float | None,
    how: _How,
    compared: Sides = None,
) -> None:
    """Hand the recorder one comparison; it raises ``Violation`` where that is violated."""
    if ruling.sides is not None:
        high_first = sides["relation"] == "≥"
        sides["got"], sides["bound"] = reversed(ruling.sides) if high_first else ruling.sides
    told: Any = {"overrides": how.overrides, "note": how.note, "explain": how.explain}
    seen = observe(ruling, sides, tightness=tightness, **told)
    current().add(seen, witness=how.witness, apart=how.apart, sides=compared)


def _audit(how: _How, *sides: Quantity) -> None:
    """Audit what the audit asks for of the ``sides``; raises ``Defect`` where one is defective."""
    if (found := current().audit.defect(*sides)) is not None:
        seen = _sides(found.quantity, "=", found.sharper)
        current().condemn(observe(found.ruling, seen, overrides=how.overrides))


def _remark(ruling: Ruling, quantity: str, overrides: Mapping[str, Any] | None = None) -> None:
    """Record an outcome that is no comparison."""
    sides = _sides(Quantity(quantity, nan), "?", Quantity("", nan))
    current().add(observe(ruling, sides, overrides=overrides or {}))


def _sides(got: Quantity, relation: str, bound: Quantity) -> dict[str, Any]:
    return {
        "quantity": got.label,
        "got": got.value,
        "relation": relation,
        "bound_label": bound.label,
        "bound": bound.value,
    }
