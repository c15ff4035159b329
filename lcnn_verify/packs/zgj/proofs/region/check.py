"""A region certificate proved anew, and held to what it says.

The tree is proved by ``checker``, students below the shell and a refuting point by
``interval_checks``. What the document says beside the proof has to be what the claim amounts to.
That a box was changed is found by its seal, before anything is proved; the proof itself trusts
no seal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.documents import Rejected, rational
from lcnn_verify.evidence.hooks import Checker, Proved, Refutation, Watch
from lcnn_verify.packs.zgj.proofs.region import checker, interval_checks, split_tree
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, covered, described, factor
from lcnn_verify.packs.zgj.proofs.region.search import workers
from lcnn_verify.processes import processors


def check(document: dict[str, Any], watch: Watch) -> Iterator[str]:
    """Prove a document that obeys the schema; yields what is proved, and of how many boxes.

    ``watch`` is told of every batch of boxes. Raises :class:`Rejected`, naming the box.
    """
    claim, words = claimed(document), statement(document)
    if "point" in document:
        interval_checks.check_point(document)
        yield Refutation(f"{words}; a point", described(claim, "REFUTED"))
        return
    settled = _check_tree(document, watch)
    said = described(claim, "CERTIFIED", whole="zero" in document) | {
        "coordinates": claim.coordinates,
        "root": claim.root(),
        "boxes": settled,
        "reasons": Counter(code for code in document["tree"] if not code.isdigit()),
    }
    yield Proved(f"{words}; {settled:,} boxes", said)


def statement(document: dict[str, Any]) -> str:
    """What a document that passes :func:`check` proves, in words; the multiple is exact."""
    claim = claimed(document)
    refuted = "point" in document
    about = covered(claim, whole="zero" in document)
    said = f"‖∇L‖ ≥ {factor(claim.multiple)}·κ·L {'fails somewhere' if refuted else 'holds'}"
    stands = "; the claim, κ, stands" if refuted and claim.multiple > 1 else ""
    if refuted and claim.outer > 1:
        stands = "; the claim is κ up to ε₀"
    return f"{said} for {about}{stands}"


def claimed(document: dict[str, Any]) -> RegionClaim:
    """What is claimed, read strictly."""
    teacher, outer = document["teacher"], rational(document.get("outer", "1"))
    if "outer" in document and outer == 1:
        raise Rejected("a claim out of reach: outer is not 1, or left out")
    try:
        return RegionClaim(
            norms=tuple(map(rational, teacher["norms"])),
            separation=rational(teacher["separation"]),
            students=document["students"],
            multiple=rational(document["multiple"]),
            inner=rational(document["inner"]),
            outer=outer,
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
        with workers(processors()) as team:
            settled = checker.check(document, told, team.map)
    except checker.Rejected as error:
        reason = str(error).replace("reason ? is not proved", "open: nothing is proved there")
        raise Rejected(reason) from None
    if "zero" in document:
        nowhere = np.zeros((2 * document["students"], 0))
        boxes = nowhere, nowhere
        if "by" not in document["zero"]:
            lower, upper, letters = split_tree.settled(document)
            boxes = lower[:, letters == "b"], upper[:, letters == "b"]
        interval_checks.check_near_zero_loss(document, *boxes)
    return settled


CHECKER = Checker(check, Path(__file__).with_name("region.schema.json"))
