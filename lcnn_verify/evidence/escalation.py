"""How one comparison is decided: in float64, by the oracle, and by an enclosure that proves it.

Float64 decides where the margin exceeds the error bounds. Else the oracle does, at two precisions
that must agree. A comparison fails only if an enclosure of its margin proves so at that point, and
what the oracle leaves open an enclosure may still settle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import mpmath

from lcnn_verify.evidence.certificate import Certificate, certified_difference, certified_gap
from lcnn_verify.evidence.observation import CONTRADICTED, UNCONFIRMED, UNPROVED, Outcome
from lcnn_verify.evidence.quantity import ROUNDING, Quantity

FLOAT64 = "float64"
_LADDER = ((30, 60), (60, 120))
_TIE_DIGITS = 25
_NO_WITNESS = "no witness found"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of a comparison; ``margin`` ± ``error`` and ``note`` as in ``Observation``."""

    outcome: Outcome
    margin: float
    error: float
    decided_by: str = FLOAT64
    note: str = ""
    certificate: Certificate | None = None

    def undecided(self, note: str = "") -> Ruling:
        """The same margin, but left open, and why."""
        return replace(self, outcome=Outcome.UNDECIDED, note=note, certificate=None)


def order(
    low: Quantity,
    high: Quantity,
    *,
    witness: bool = False,
    ties: bool = False,
    proved: bool = False,
) -> Ruling:
    """Decide low ≤ high.

    A ``witness`` counts at high precision only, and a failed one refutes nothing; ``ties`` and
    ``proved`` as in ``check.at_least``.
    """
    margin = high.value - low.value
    error = high.error + low.error + ROUNDING * abs(margin)
    seen = Ruling(Outcome.HOLDS, margin, error)
    if (margin > error and not witness) or (proved and margin >= -error):
        return seen
    if proved and (blame := _blame(seen, low, high)) is not None:
        return blame
    oracle = _oracle_order(low, high)
    if oracle is not None and (oracle.outcome is Outcome.VIOLATED) is witness:
        return oracle.undecided(_NO_WITNESS) if witness else oracle
    if oracle is None and ties and _is_tie(low, high):
        return replace(seen, decided_by=f"mpmath: equal to {_TIE_DIGITS} digits")
    proof = certified_difference(low, high)
    if proof is None:
        if oracle is None:
            return seen.undecided(UNCONFIRMED if margin < -error else "")
        return oracle if witness else oracle.undecided(UNPROVED)
    if oracle is not None and proof.refutes is not (oracle.outcome is Outcome.VIOLATED):
        return oracle.undecided(CONTRADICTED)
    ruling = _proved(proof, Outcome.VIOLATED if proof.refutes else Outcome.HOLDS)
    return ruling.undecided(_NO_WITNESS) if witness and proof.refutes else ruling


def identity(got: Quantity, expected: Quantity, digits: int) -> Ruling:
    """Decide got = expected: in float64, and with ``digits`` by the sharper routes too."""
    difference, allowed = abs(got.value - expected.value), got.error + expected.error
    seen = Ruling(Outcome.HOLDS, allowed - difference, allowed)
    if not difference <= allowed:
        seen = _blame(seen, got, expected) or seen.undecided(UNCONFIRMED)
    if not digits and seen.outcome is not Outcome.UNDECIDED:
        return seen
    compared = max(digits, 20)
    gap = _oracle_gap(got, expected, compared)
    tolerance = max(got.natural_scale, expected.natural_scale) * 10.0**-compared
    if gap is None:
        return seen
    if gap <= tolerance:
        sharper = f"float64 and mpmath, {compared} digits"
        return replace(seen, decided_by=sharper) if seen.outcome is Outcome.HOLDS else seen
    proof = certified_gap(got, expected, tolerance)
    if proof is not None and proof.refutes:
        return _proved(proof, Outcome.VIOLATED, "the exact values differ")
    return seen if seen.outcome is Outcome.VIOLATED else seen.undecided(UNPROVED)


def _proved(proof: Certificate, outcome: Outcome, note: str = "") -> Ruling:
    return Ruling(outcome, proof.middle, proof.radius, proof.arithmetic, note, proof)


def _oracle_order(low: Quantity, high: Quantity) -> Ruling | None:
    """What the oracle finds of low ≤ high; None while it cannot decide."""
    if (low_route := low.exact) is None or (high_route := high.exact) is None:
        return None
    for coarse, fine in _LADDER:
        with mpmath.workdps(2 * fine):
            first, second = (high_route(dps) - low_route(dps) for dps in (coarse, fine))
            doubt = 100 * abs(second - first)
            if abs(second) > doubt:
                outcome = Outcome.HOLDS if second > 0 else Outcome.VIOLATED
                return Ruling(outcome, float(second), float(doubt), f"mpmath, {fine} digits")
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


def _oracle_gap(got: Quantity, expected: Quantity, digits: int) -> float | None:
    """A lower bound on |got − expected| from the oracle at two precisions; None without routes."""
    if (left := got.exact) is None or (right := expected.exact) is None:
        return None
    with mpmath.workdps(3 * digits + 60):
        coarse, fine = (abs(left(dps) - right(dps)) for dps in (digits + 10, digits + 25))
        return float(max(fine - 100 * abs(fine - coarse), mpmath.mpf(0)))


def _blame(seen: Ruling, *sides: Quantity) -> Ruling | None:
    """The ruling if the oracle finds a computed value outside its error bound; None if it does not.

    Violated where an enclosure proves it, else left open.
    """
    for side in sides:
        if note := _broken_bound(side):
            value = Quantity.of(side.value)
            proof = certified_gap(side, value, side.error)
            if proof is not None and proof.refutes:
                return _proved(proof, Outcome.VIOLATED, note)
            return seen.undecided(f"{note}; {UNPROVED}")
    return None


def _broken_bound(quantity: Quantity) -> str:
    """Say so if the computed value lies further from the oracle's than its error bound allows."""
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
