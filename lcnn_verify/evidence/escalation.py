"""How one comparison of quantities is decided: in float64, by the oracle, by an enclosure.

A margin larger than the error bounds decides in float64. A smaller one goes to the oracle, at two
precisions that must agree. A comparison fails only if an enclosure of its margin proves so at that
point, and what the oracle leaves open an enclosure may still settle.
"""

from __future__ import annotations

from dataclasses import replace

import mpmath

from lcnn_verify.evidence.certificate import (
    BITS,
    Certificate,
    certified_difference,
    certified_gap,
)
from lcnn_verify.evidence.observation import (
    CONTRADICTED,
    UNCONFIRMED,
    UNPROVED,
    Outcome,
    Ruling,
)
from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.digits import number

_LADDER = ((30, 60), (60, 120))
"""Digits of the oracle's two precisions: twice what most need, then twice that."""
_DOUBT = 100
"""Times what the finer of two precisions changed: a bound on its own error. Where a route
converges that error is far below the change; two more digits may be lost in adding up."""
_LOST_DIGITS = 10
"""Digits of its scale by which a route may miss those asked for: less than that decides nothing,
though two precisions agree. Exact input can leave the same rounding at both."""
_UP = 1 + 1e-15  # more than the rounding of a float64
_TIE_DIGITS = 25
"""Equal to so many digits counts as equality: far past float64, within the first precision."""
_LEAST_DIGITS = 20
"""Digits to which the sharper routes of an identity are compared where none were asked for."""
_BLAME_DIGITS = 40
"""Digits of the oracle a float64 value is held to: more than twice what the value has."""
DIFFER = "the exact values differ"
"""The note of an identity that fails, and not because a computed value is off."""
NO_ORACLE = "margin inside the numerical uncertainty, and no oracle (exact=) to ask"
"""The note of a comparison of which a side has no oracle."""
TIED = f"the sides are equal to {_TIE_DIGITS} digits; ties=True if equality is allowed"
"""The note of a comparison whose sides tie where ties were not said to hold."""
_NO_WITNESS = "no witness found"


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
    # 1. Float64, where its error bounds cannot change the sign.
    if (margin > error and not witness) or (proved and margin >= -error):
        return seen
    # 2. What is beyond doubt fails only because a side is off.
    if proved and (blame := _blame(seen, low, high)) is not None:
        return blame
    # 3. The oracle. It alone may clear a comparison; it alone refutes nothing.
    oracle = _oracle_order(low, high)
    if oracle is not None and (oracle.outcome is Outcome.VIOLATED) is witness:
        return oracle.undecided(_NO_WITNESS) if witness else oracle
    # 4. A tie, where equality is a known case.
    if oracle is None and ties and (tie := _tied(low, high)) is not None:
        equal = f"mpmath: equal to {_TIE_DIGITS} digits"
        return replace(seen, decided_by=equal, sharper=True, sides=tie)
    # 5. The enclosure proves a violation or a witness, and settles what the oracle left open.
    proof = certified_difference(low, high)
    if proof is None:
        if oracle is None:
            if margin < -error:
                return seen.undecided(UNCONFIRMED)
            if low.exact is None or high.exact is None:
                return seen.undecided(NO_ORACLE)
            return seen.undecided(TIED if not witness and _tied(low, high) is not None else "")
        return oracle if witness else oracle.undecided(UNPROVED)
    if oracle is not None and proof.refutes is not (oracle.outcome is Outcome.VIOLATED):
        return oracle.undecided(CONTRADICTED)
    ruling = proved_by(proof, Outcome.VIOLATED if proof.refutes else Outcome.HOLDS)
    ruling = replace(ruling, sides=oracle.sides if oracle is not None else _enclosed(low, high))
    return ruling.undecided(_NO_WITNESS) if witness and proof.refutes else ruling


def identity(got: Quantity, expected: Quantity, digits: int) -> Ruling:
    """Decide got = expected: in float64, and with ``digits`` by the sharper routes too."""
    difference, allowed = abs(got.value - expected.value), got.error + expected.error
    seen = Ruling(Outcome.HOLDS, allowed - difference, allowed)
    # 1. Float64: further apart than the error bounds allow, a side is off, or nothing is known.
    if not difference <= allowed:
        seen = _blame(seen, got, expected) or seen.undecided(UNCONFIRMED)
    if not digits and seen.outcome is not Outcome.UNDECIDED:
        return seen
    # 2. The oracle's two values, to the digits asked for.
    compared = max(digits, _LEAST_DIGITS)
    found = _oracle_gap(got, expected, compared)
    tolerance = max(got.natural_scale, expected.natural_scale) * 10.0**-compared
    if found is None:
        return seen
    gap, sides = found
    if gap <= tolerance:
        both = f"float64 and mpmath, {compared} digits"
        held = seen.outcome is Outcome.HOLDS
        return replace(seen, decided_by=both, sides=sides) if held else seen
    # 3. The enclosures prove that the exact values differ.
    proof = certified_gap(got, expected, tolerance)
    if proof is not None and proof.refutes:
        return replace(proved_by(proof, Outcome.VIOLATED, DIFFER), sides=sides)
    return seen if seen.outcome is Outcome.VIOLATED else seen.undecided(UNPROVED)


def broken_bound(quantity: Quantity) -> str:
    """Say so if the computed value lies further from the oracle's than its error bound allows."""
    if (route := quantity.exact) is None:
        return ""
    with mpmath.workdps(_BLAME_DIGITS + 20):
        off = abs(route(_BLAME_DIGITS) - mpmath.mpf(quantity.value))
    if off <= quantity.error:
        return ""
    return (
        f"the computed value of {quantity.label} is {number(float(off), 3)} from the oracle's, "
        f"outside its error bound {number(quantity.error, 3)}"
    )


def proved_off(quantity: Quantity) -> Certificate | None:
    """A proof that the computed value lies outside its error bound; None if there is none."""
    proof = certified_gap(quantity, Quantity.of(quantity.value), quantity.error)
    return proof if proof is not None and proof.refutes else None


def proved_by(proof: Certificate, outcome: Outcome, note: str = "") -> Ruling:
    """The ruling that a proof of the margin makes."""
    return Ruling(outcome, proof.middle, proof.radius, proof.arithmetic, note, proof, sharper=True)


def _oracle_order(low: Quantity, high: Quantity) -> Ruling | None:
    """What the oracle finds of low ≤ high; None while it cannot decide."""
    if (low_route := low.exact) is None or (high_route := high.exact) is None:
        return None
    scale = low.natural_scale + high.natural_scale
    for coarse, fine in _LADDER:
        with mpmath.workdps(2 * fine):
            first = high_route(coarse) - low_route(coarse)
            small, large = low_route(fine), high_route(fine)
            second = large - small
            floor = scale * mpmath.mpf(10) ** (_LOST_DIGITS - fine)
            doubt = max(_DOUBT * abs(second - first), floor)
            if abs(second) > doubt:
                outcome = Outcome.HOLDS if second > 0 else Outcome.VIOLATED
                margin = float(second)
                reach = float((doubt + abs(second - margin)) * _UP)
                by, sides = f"mpmath, {fine} digits", (float(small), float(large))
                return Ruling(outcome, margin, reach, by, sharper=True, sides=sides)
    return None


def _tied(low: Quantity, high: Quantity) -> tuple[float, float] | None:
    """Both sides, where the oracle finds them equal to ``_TIE_DIGITS`` digits of their scale."""
    if (low_route := low.exact) is None or (high_route := high.exact) is None:
        return None
    scale = max(low.natural_scale, high.natural_scale)
    _, fine = _LADDER[-1]
    with mpmath.workdps(2 * fine):
        small, large = low_route(fine), high_route(fine)
        tied = abs(large - small) <= scale * mpmath.mpf(10) ** -_TIE_DIGITS
        return (float(small), float(large)) if tied else None


def _enclosed(low: Quantity, high: Quantity) -> tuple[float, float] | None:
    """The middles of the enclosures of both sides, where a proof has shown that they have some."""
    if (left := low.enclosed) is None or (right := high.enclosed) is None:
        return None
    with balls.working_precision(BITS[0]):
        return float(left(BITS[0]).mid()), float(right(BITS[0]).mid())


def _oracle_gap(
    got: Quantity, expected: Quantity, digits: int
) -> tuple[float, tuple[float, float]] | None:
    """A lower bound on |got − expected| from the oracle at two precisions, and its finer values.

    None without routes.
    """
    if (left := got.exact) is None or (right := expected.exact) is None:
        return None
    with mpmath.workdps(3 * digits + 60):
        coarse = abs(left(digits + 10) - right(digits + 10))
        one, other = left(digits + 25), right(digits + 25)
        fine = abs(one - other)
        gap = max(fine - _DOUBT * abs(fine - coarse), mpmath.mpf(0))
        return float(gap), (float(one), float(other))


def _blame(seen: Ruling, *sides: Quantity) -> Ruling | None:
    """The ruling if the oracle finds a computed value outside its error bound; None if it does not.

    Violated where an enclosure proves it, else left open.
    """
    for side in sides:
        if note := broken_bound(side):
            proof = proved_off(side)
            if proof is not None:
                return proved_by(proof, Outcome.VIOLATED, note)
            return seen.undecided(f"{note}; {UNPROVED}")
    return None
