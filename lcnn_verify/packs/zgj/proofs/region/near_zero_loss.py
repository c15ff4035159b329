"""The bound down to L = 0: students so near to as many teachers that the loss is convex there.

Branch and bound stops at students with L < ε₁, where ‖∇L‖ and L vanish together. With m = r they
all lie beside the one zero of L. Let N = {W : ‖w_i − v_i‖ ≤ ρ for all i}, which is convex, and
λI ⪯ ∇²L ⪯ ΛI on N with λ > 0. As L(V) = 0 and ∇L(V) = 0, with δ = ‖W − V‖_F,

    λδ ≤ ‖∇L‖ ≤ Λδ,   λδ²/2 ≤ L ≤ Λδ²/2,   0 = L(V) ≥ L + ⟨∇L, V − W⟩ + λδ²/2.

So ‖∇L‖δ ≥ L + λδ²/2 ≥ (1 + λ/Λ)L, and ‖∇L‖ ≥ multiple·κ·L on all of N, where δ ≤ √m·ρ, once
multiple·κ·√m·ρ ≤ 1 + λ/Λ. (λδ against Λδ²/2 alone would leave 2λ/Λ, which is never more.)

The bound needs an N that holds the boxes; the exponent 3/4 needs one that holds all students with
L ≤ ε₁, and it does once λρ²/2 > ε₁. For L is more on the edge of N, where δ ≥ ρ; and no critical
point has 0 < L ≤ ε₁, so that each component of {L ≤ ε₁}, which is compact, holds a zero of L, and
stays about it in N.

One V is enough. Students w and −w are one; their lines have angles in [−π/2, π/2] and teachers lie
within π/4 of 0, so that V is not met again across ±π/2. Two students are ordered by angle (their
spread is not negative), so that V is not met again with its rows exchanged.

With m > r the zeros of L are no point. For one teacher a theorem of every m and d takes the place
of convexity: ``facts.one_teacher`` bounds ‖∇L‖/L below ε₁; multiple·κ has to be no more.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from flint import arb

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.balls import exact, hull, sqrt, widened
from lcnn_verify.numerics.inertia import eigenvalue_bounds
from lcnn_verify.packs.zgj.enclosure import EnclosureError, hessian, working_precision
from lcnn_verify.packs.zgj.enclosure.boxes import Row
from lcnn_verify.packs.zgj.proofs.facts import one_teacher
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, Shell, chart

PRECISION = 128
"""Bits of the balls."""

_LOOSER = 8.0  # how far λ and Λ may be from the eigenvalues at V; the checker grants more
_CUTS = (1, 2, 3, 4, 6, 8)  # into how many parts each coordinate of N is cut, until it is proved
_WIDER = (1.05, 1.25, 1.5)  # than where λρ²/2 = ε₁ with λ at V, for λ is less on N
_ENDS = tuple(Fraction(k, 10**e) for e in range(2, 11) for k in range(99, 9, -1))
"""ε₁/ε₀ of two digits, from the highest down: where boxes may end and the theorem begin."""


def prove(
    claim: RegionClaim, lower: FloatArray, upper: FloatArray, *, all_below: bool = False
) -> dict[str, Any] | None:
    """Prove the claim's bound in the boxes [lower, upper], down to L = 0, if they are beside V.

    Both are (2m, boxes), in coordinates of the claim's chart. The result holds ``radius`` ρ (a
    length), ``least`` λ and ``most`` Λ (masses), all rounded to the safe side; ρ holds all the
    boxes; with ``all_below`` all students with L ≤ ε₁, too, where so wide an N is proved. For one
    teacher and m > 1 it has the theorem, ``by``, and boxes are not read. None when there is
    neither, when λ > 0 cannot be proved, or when N is too wide, or ε₁ too high, for the multiple.
    """
    if claim.students != len(claim.norms):
        return _by_theorem(claim)
    with working_precision(PRECISION):
        shell = Shell.of(claim, arb)
        held = _radius(claim, shell, lower, upper)
        try:
            at_V = _curvature(shell, 0.0, 1)
        except EnclosureError:
            return None
        edge = math.sqrt(2.0 * float(shell.inner) / at_V[0])
        for radius in (max(wider * edge, held) for wider in _WIDER if all_below):
            for zero in _neighbourhoods(claim, shell, at_V, radius, _CUTS[:4]):
                if zero["least"] * arb(radius) ** 2 > 2 * shell.inner:
                    return zero
        return next(_neighbourhoods(claim, shell, at_V, held, _CUTS), None)


def _neighbourhoods(
    claim: RegionClaim,
    shell: Shell,
    at_V: tuple[float, float],
    radius: float,
    trials: Sequence[int],
) -> Iterator[dict[str, Any]]:
    """ρ, λ and Λ, ever sharper ones, of an N that is narrow enough for the multiple."""
    reach = shell.rate * arb(claim.students).sqrt() * radius
    for cuts in trials if reach < 2 else ():
        try:
            least, most = _curvature(shell, radius, cuts)
        except EnclosureError:
            continue
        tight = _LOOSER * least >= at_V[0] and most <= _LOOSER * at_V[1]
        if tight and reach <= 1 + arb(least) / most:
            yield {"radius": radius, "least": least, "most": most}


def raised(claim: RegionClaim) -> RegionClaim:
    """The claim with the highest ε₁ below which the theorem has its bound, in two digits of ε₁/ε₀.

    The claim itself where the theorem is not asked: with two teachers, or one student of one.
    """
    if claim.students == len(claim.norms):
        return claim
    ends = [end for end in _ENDS if end < claim.outer]
    at = bisect_left(ends, True, key=lambda end: _holds_below(replace(claim, inner=end)))
    return replace(claim, inner=ends[at]) if at < len(ends) else claim


def _by_theorem(claim: RegionClaim) -> dict[str, Any] | None:
    return {"by": one_teacher.CLAIM} if _holds_below(claim) else None


def _holds_below(claim: RegionClaim) -> bool:
    """Whether the theorem of one teacher has the bound below ε₁."""
    if len(claim.norms) > 1:
        return False
    with working_precision(PRECISION):
        shell = Shell.of(claim, arb)
        level = shell.inner / shell.masses[0] ** 2
        return bool(one_teacher.rate(one_teacher.ARB, level) >= exact(claim.multiple))


def _radius(claim: RegionClaim, shell: Shell, lower: FloatArray, upper: FloatArray) -> float:
    """A ρ with ‖w_i − v_i‖ ≤ |√q_i − ‖v_i‖| + ‖v_i‖·|φ_i − ψ_i| ≤ ρ in all boxes, rounded up."""
    radius = arb(-1)
    for ends in zip(lower.T.tolist(), upper.T.tolist(), strict=True):
        x: list[Any] = [hull(arb(low), arb(high)) for low, high in zip(*ends, strict=True)]
        placed: Any = chart(claim, x)  # which takes whatever can be added and multiplied
        for i, (mass, angle) in enumerate(zip(shell.masses, shell.angles, strict=True)):
            along = abs(sqrt(placed.masses[i].max(arb(0))) - mass.sqrt())
            across = mass.sqrt() * abs(placed.angles[i] - angle)
            radius = radius.max((along + across).upper())
    return math.nextafter(float(radius), math.inf) if radius >= 0 else 0.0


def _curvature(shell: Shell, radius: float, cuts: int) -> tuple[float, float]:
    """λ > 0 and Λ with λI ⪯ ∇²L ⪯ ΛI on a cube that holds N, each coordinate in ``cuts`` parts.

    Raises :class:`EnclosureError` when they are not proved.
    """
    # Turned until the last teacher lies on an axis, where boxes of directions are narrowest.
    angles = [angle - shell.angles[-1] for angle in shell.angles]
    V = [
        [q.sqrt() * x.cos(), q.sqrt() * x.sin()] for q, x in zip(shell.masses, angles, strict=True)
    ]
    half = arb(radius) / cuts
    steps = [widened((2 * k + 1 - cuts) * half, half) for k in range(cuts)]
    found = []
    for moves in itertools.product(itertools.product(steps, repeat=2), repeat=len(V)):
        W: list[Row] = [[v[0] + x, v[1] + y] for v, (x, y) in zip(V, moves, strict=True)]
        found.append(eigenvalue_bounds(hessian(W, V, precision=PRECISION)))
    least, most = zip(*found, strict=True)
    return min(least), max(most)
