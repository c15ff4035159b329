"""A region certificate proved anew, and held to what it says.

The tree is proved by ``checker``, students below the shell and a refuting point by
``interval_checks``. What the document says beside the proof is compared with what the claim amounts
to. That a box was changed is found by its seal, before anything is proved; the proof itself trusts
no seal.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flint import arb

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.documents import Rejected, rational, whole
from lcnn_verify.evidence.hooks import Checker, Refutation, Watch
from lcnn_verify.packs.zgj.proofs.region import checker, interval_checks, split_tree
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, covered, described, plain
from lcnn_verify.packs.zgj.proofs.region.point import violation
from lcnn_verify.packs.zgj.proofs.region.prove import ARITHMETIC

_ROUNDED = 1e-9  # of a ratio that was found in float64


def check(document: dict[str, Any], watch: Watch) -> Iterator[str]:
    """Prove a document that obeys the schema; yields what is proved, and of how many boxes.

    ``watch`` is told of every batch of boxes. Raises :class:`Rejected`, naming the box.
    """
    claim = _claim(document)
    if "point" in document:
        interval_checks.check_point(document)
        _demand_same_point(claim, document["point"])
        said, how = described(claim, "REFUTED"), "a point"
    else:
        settled = _check_tree(document, watch)
        how = f"{settled:,} boxes"
        said = described(claim, "CERTIFIED", whole="zero" in document) | {
            "coordinates": list(claim.coordinates),
            "boxes": settled,
            "reasons": Counter(code for code in document["tree"] if not code.isdigit()),
            "settled_share": 1.0,
            "judged": len(document["tree"]),
            "arithmetic": ARITHMETIC,
        }
        ratio = document["smallest_ratio_found"]
        if ratio < claim.multiple * (1 - _ROUNDED):
            raise Rejected(f"it says that the smallest ratio found is {ratio!r}")
    for key, value in said.items():
        if not _same(document.get(key), value):
            raise Rejected(f"something is proved, but not that {key} is {document.get(key)!r}")
    words = f"{statement(document)}; {how}"
    yield Refutation(words) if "point" in document else words


def statement(document: dict[str, Any]) -> str:
    """What a document that passes :func:`check` proves, in words; the multiple is exact."""
    claim = _claim(document)
    refuted = "point" in document
    about = covered(claim, whole="zero" in document)
    said = f"‖∇L‖ ≥ {plain(claim.multiple)}·κ·L {'fails somewhere' if refuted else 'holds'}"
    stands = "; the claim, κ, stands" if refuted and claim.multiple > 1 else ""
    return f"{said} for {about}{stands}"


def _claim(document: dict[str, Any]) -> RegionClaim:
    """What is claimed, read strictly."""
    teacher = document["teacher"]
    try:
        return RegionClaim(
            norms=tuple(map(rational, teacher["norms"])),
            separation=rational(teacher["separation"]),
            students=whole(document["students"]),
            multiple=rational(document["multiple"]),
            inner=rational(document["inner"]),
        )
    except InputError as error:
        raise Rejected(f"a claim out of reach: {error}") from None


def _check_tree(document: dict[str, Any], watch: Watch) -> int:
    try:
        where = split_tree.changed(document)
    except (IndexError, OverflowError):
        where = ""  # no tree at all: the checker says why
    if where:
        raise Rejected(f"{where}: not the box that was sealed: it, or one before it, changed")
    done = 0

    def told(boxes: int) -> None:
        nonlocal done
        watch(done := done + boxes, document["boxes"])

    try:
        settled = checker.check(document, told)
    except checker.Rejected as error:
        reason = str(error).replace("reason ? is not proved", "open: nothing is proved there")
        raise Rejected(reason) from None
    if "zero" in document:
        lower, upper, letters = split_tree.settled(document)
        below = letters == "b"
        interval_checks.check_near_zero_loss(document, lower[:, below], upper[:, below])
    return settled


def _same(said: Any, value: Any) -> bool:
    """Whether they are equal, floats up to what another machine may round otherwise."""
    if isinstance(value, list):
        return isinstance(said, list) and len(said) == len(value) and all(map(_same, said, value))
    if isinstance(value, float):
        return type(said) is float and math.isclose(said, value, rel_tol=1e-12)
    return bool(said == value)


def _demand_same_point(claim: RegionClaim, point: dict[str, Any]) -> None:
    """The rest of a refuting point has to be what its coordinates amount to."""
    found = violation(claim, tuple(point["coordinates"]))
    if found is None:
        raise Rejected("its point: its coordinates are not in the chart")
    for key, value in found.to_json().items():
        said = point[key]
        if not (_overlap(said, value) if isinstance(value, str) else _same(said, value)):
            raise Rejected(f"its point refutes the claim, but its {key} is not {said!r}")


def _overlap(said: Any, ball: str) -> bool:
    try:
        return bool(arb(said).overlaps(arb(ball)))
    except (TypeError, ValueError):
        return False


CHECKER = Checker(check, Path(__file__).with_name("region.schema.json"))
