"""Certified regions: ‖∇L‖ ≥ multiple·κ·L on a whole shell of students, by branch and bound.

    >>> from lcnn_verify.packs.zgj.proofs.region import prove
    >>> found = prove.certify(prove.RegionClaim(students=1), budget=1000)
    >>> found.verdict, found.told["settled_share"]
    ('CERTIFIED', 1.0)

The certificate is a split tree (``split_tree``). With one teacher, or as many students as teachers,
students below the shell are proved beside it (``near_zero_loss``). ``check`` proves it all anew,
the tree by ``checker``, whose own arithmetic has settled every box: Arb balls prove no more boxes,
and take longer (THEORY §9).
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import numpy as np

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.documents import Rejected, digest
from lcnn_verify.numerics.digits import number
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.region import interval_checks, near_zero_loss
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, described
from lcnn_verify.packs.zgj.proofs.region.point import (
    Violation,
    coordinates,
    smallest_ratio,
    teachers,
    violation,
)
from lcnn_verify.packs.zgj.proofs.region.search import (
    ALONE,
    Grown,
    Stopped,
    Watch,
    Workers,
    grow,
    workers,
)
from lcnn_verify.packs.zgj.proofs.region.split_tree import settled

__all__ = [
    "ARITHMETIC",
    "Interrupted",
    "RegionClaim",
    "RegionResult",
    "SearchEnded",
    "Watch",
    "box",
    "certify",
    "counterexample",
    "largest",
    "workers",
]

Verdict: TypeAlias = Literal["CERTIFIED", "REFUTED", "INCONCLUSIVE"]

ARITHMETIC = "float64 forms of the checker"
"""What settles the boxes, in words."""


@dataclass(frozen=True, slots=True)
class RegionResult:
    """What came of a claim, and the JSON document that proves it or says how far it got.

    ``search`` has what no proof rests on: how the document was found, and what its point comes to.
    """

    verdict: Verdict
    claim: RegionClaim
    document: dict[str, Any]
    search: dict[str, Any]

    @property
    def told(self) -> dict[str, Any]:
        """The document and the search, for people and pages."""
        return self.document | self.search


class SearchEnded(KeyboardInterrupt):
    """Ctrl-C ended the search for the largest multiple; ``claim`` has the largest it settled.

    Where workers were lost, it says ``why``, as :class:`Interrupted` does.
    """

    def __init__(self, claim: RegionClaim, why: str) -> None:
        super().__init__(why)
        self.claim = claim


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a proof; ``found`` is as far as it came."""

    def __init__(self, found: RegionResult, why: str) -> None:
        super().__init__(why)
        self.found = found


def certify(
    claim: RegionClaim,
    *,
    budget: int,
    team: Workers = ALONE,
    watch: Watch = lambda judged, share: None,
    all_below: bool = False,
) -> RegionResult:
    """Prove the claim on the whole shell, or refute it at a point, within ``budget`` boxes.

    First a local search looks for a violation, then boxes are halved. The outcome is INCONCLUSIVE
    when the budget is spent; the document then holds the tree so far, open boxes marked.
    ``all_below`` is for ``near_zero_loss``. Raises :class:`InputError` unless the budget is
    positive, and :class:`Interrupted` with such a result on Ctrl-C once there is a tree.
    """
    if budget < 1:
        raise InputError("budget", str(budget), "at least 1 box")
    started = time.monotonic()
    ratio, W = smallest_ratio(claim)
    if ratio < claim.multiple and (wrong := violation(claim, coordinates(claim, W))) is not None:
        return _refuted(claim, wrong, ratio, started)
    stopped: KeyboardInterrupt | None = None
    try:
        grown = grow(claim, budget=budget, team=team, watch=watch)
    except Stopped as early:
        grown, stopped = early.grown, early
    if grown.violated is not None and (wrong := violation(claim, grown.violated)) is not None:
        return _refuted(claim, wrong, ratio, started)
    verdict: Verdict = "INCONCLUSIVE" if _open(grown) else "CERTIFIED"
    document = _tree(claim, grown)
    if verdict == "CERTIFIED" and stopped is None:
        try:
            document |= _below(claim, document, all_below)
        except KeyboardInterrupt as early:
            stopped = early
    document = described(claim, verdict, whole="zero" in document) | document
    search = {"judged": grown.judged, "settled_share": grown.share, "arithmetic": ARITHMETIC}
    found = _result(claim, verdict, document, search, ratio, started)
    if stopped is not None:
        raise Interrupted(found, str(stopped))
    return found


def _refuted(claim: RegionClaim, wrong: Violation, ratio: float, started: float) -> RegionResult:
    document = described(claim, "REFUTED") | {"point": {"coordinates": list(wrong.coordinates)}}
    return _result(claim, "REFUTED", document, {"point": asdict(wrong)}, ratio, started)


def counterexample(found: RegionResult) -> Instance:
    """The point of a REFUTED result: its students and the teachers, rounded to float64."""
    return Instance(np.array(found.told["point"]["weights"]), teachers(found.claim))


def box(found: RegionResult) -> str:
    """The root of the tree in words: every coordinate and its bounds."""
    bounds = zip(found.document["coordinates"], found.document["root"], strict=True)
    return " × ".join(f"{name} [{number(low)}, {number(high)}]" for name, (low, high) in bounds)


def largest(
    claim: RegionClaim,
    *,
    budget: int,
    raised: bool = False,
    team: Workers = ALONE,
    watch: Watch = lambda judged, share: None,
) -> RegionClaim:
    """The claim with the largest multiple of κ, in tenths, that a float64 search settles.

    Each multiple tried may cost ``budget`` boxes; with ``raised`` each has the ε₁ of its own that
    ``near_zero_loss.raised`` finds. It lies under the smallest ratio a local search finds, and is
    only a guess: :func:`certify` proves. At least 1/10, which may be false too. Raises
    :class:`SearchEnded` on Ctrl-C once a multiple is settled.
    """

    def times(tenths: int) -> RegionClaim:
        tried = replace(claim, multiple=Fraction(tenths, 10))
        return near_zero_loss.raised(tried) if raised else tried

    low, high = 1, max(1, int(10 * smallest_ratio(claim)[0]))
    while low < high:
        tenths = (low + high + 1) // 2
        guess = budget - budget // 10  # a proof may have to halve a few boxes more
        try:
            grown = grow(times(tenths), budget=guess, proving=False, team=team, watch=watch)
        except KeyboardInterrupt as stop:
            if low == 1:
                raise KeyboardInterrupt(str(stop)) from None
            raise SearchEnded(times(low), str(stop)) from None
        low, high = (low, tenths - 1) if _open(grown) else (tenths, high)
    return times(low)


def _open(grown: Grown) -> bool:
    return grown.violated is not None or "?" in grown.counts


def _below(claim: RegionClaim, document: dict[str, Any], all_below: bool = False) -> dict[str, Any]:
    """The proof for students below the shell, if there is one that a checker accepts."""
    boxes = (np.zeros((2 * claim.students, 0)),) * 2
    if claim.students == len(claim.norms):  # or a tree of millions is walked for nothing
        lower, upper, letters = settled(document)
        boxes = lower[:, letters == "b"], upper[:, letters == "b"]
    with suppress(Rejected):
        if found := near_zero_loss.prove(claim, *boxes, all_below=all_below):
            interval_checks.check_near_zero_loss(claim.to_json() | {"zero": found}, *boxes)
            return {"zero": found}
    return {}


def _tree(claim: RegionClaim, grown: Grown) -> dict[str, Any]:
    return {
        "coordinates": list(claim.coordinates),
        "root": claim.root(),
        "boxes": sum(grown.counts.values()),
        "reasons": dict(sorted(grown.counts.items())),
        "tree": grown.tree,
        "seals": grown.seals,
    }


def _result(
    claim: RegionClaim,
    verdict: Verdict,
    document: dict[str, Any],
    search: dict[str, Any],
    ratio: float,
    started: float,
) -> RegionResult:
    seconds = round(time.monotonic() - started, 1)
    search = search | {"smallest_ratio_found": ratio, "seconds": seconds}
    return RegionResult(verdict, claim, document | {"digest": digest(document)}, search)
