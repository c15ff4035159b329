"""A region certificate proved anew, and held to what it says.

The tree is proved by ``checker``, students below the shell by ``zero_check``, a refuting point by
``region_point_check``. What the document says beside the proof is compared with what the claim
amounts to, and its digest with all the rest.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

from flint import arb

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import documents
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.packs.zgj.proofs.interval_energy import rational
from lcnn_verify.packs.zgj.proofs.region import (
    checker,
    near_zero_loss_check,
    point_check,
    split_tree,
)
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim
from lcnn_verify.packs.zgj.proofs.region.document import ARITHMETIC, described, plain
from lcnn_verify.packs.zgj.proofs.region.point import violation

__all__ = ["Rejected", "check", "statement"]

_ROUNDED = 1e-9  # of a ratio that was found in float64


def check(document: dict[str, Any], watch: Callable[[int], None] = lambda boxes: None) -> int:
    """The number of boxes, or points, proved anew. Raises :class:`Rejected`, naming the box.

    ``watch`` is told of every batch of boxes. That a box was changed is found by its seal, before
    anything is proved; the proof itself trusts no seal. Raises :class:`InputError` on a tree deeper
    than floats can be halved.
    """
    claim = _claim(document)
    if "point" in document:
        settled, said = 1, described(claim, "REFUTED")
        point_check.check(document)
        _demand_same_point(claim, document["point"])
    else:
        settled = _check_tree(claim, document, watch)
        said = described(claim, "CERTIFIED", whole="zero" in document) | {
            "coordinates": list(claim.coordinates),
            "boxes": settled,
            "reasons": Counter(code for code in document["tree"] if not code.isdigit()),
            "settled_share": 1.0,
            "judged": len(document["tree"]),
        }
        if document.get("arithmetic") not in ARITHMETIC.values():
            raise Rejected("it says that an arithmetic proved it which there is not")
        ratio = document.get("smallest_ratio_found")
        if type(ratio) is not float or ratio < claim.multiple * (1 - _ROUNDED):
            raise Rejected(f"it says that the smallest ratio found is {ratio!r}")
    for key, value in said.items():
        if not _same(document.get(key), value):
            raise Rejected(f"something is proved, but not that {key} is {document.get(key)!r}")
    try:
        digest = documents.digest(document)
    except RecursionError:
        raise Rejected("an entry nested too deep to read") from None
    if document.get("digest") != digest:
        raise Rejected("what it proves stands, but an entry was changed after it was written")
    return settled


def statement(document: dict[str, Any]) -> str:
    """What a document that passes :func:`check` proves, in words; the multiple is exact."""
    claim = _claim(document)
    denied = "fails somewhere" if "point" in document else "holds"
    shell = "L ≤ ε₀" if "zero" in document else f"{plain(claim.inner)}·ε₀ ≤ L ≤ ε₀"
    return (
        f"‖∇L‖ ≥ {plain(claim.multiple)}·κ·L {denied} for {claim.students} "
        f"student{'s' * (claim.students > 1)} in the plane with {shell}; teachers of norm "
        + ", ".join(map(plain, claim.norms))
        + (f" at {plain(claim.separation)}°" if len(claim.norms) == 2 else "")
    )


def _claim(document: dict[str, Any]) -> RegionClaim:
    """What is claimed, read strictly."""
    try:
        teacher, students = document["teacher"], document["students"]
        norms = teacher["norms"]
        if not (isinstance(norms, list) and type(students) is int and document["dimension"] == 2):
            raise Rejected("malformed: not a number of students in the plane, or no list of norms")
        return RegionClaim(
            norms=tuple(map(rational, norms)),
            separation=rational(teacher["separation"]),
            students=students,
            multiple=rational(document["multiple"]),
            inner=rational(document["inner"]),
        )
    except InputError as error:
        raise Rejected(f"a claim out of reach: {error}") from None
    except (ArithmeticError, LookupError, TypeError) as error:
        raise Rejected(f"malformed: {type(error).__name__}: {error}") from None


def _check_tree(claim: RegionClaim, document: dict[str, Any], watch: Callable[[int], None]) -> int:
    root, text, seals = (document.get(key) for key in ("root", "tree", "seals"))
    count = len(claim.coordinates)
    if not (isinstance(root, list) and len(root) == count and all(map(_is_pair, root))):
        raise Rejected(f"malformed: the root is not {count} pairs of floats")
    if not (isinstance(text, str) and text.isascii() and text.isprintable()):
        raise Rejected("malformed: the tree is not a line of ASCII")
    if not isinstance(seals, str):
        raise Rejected("malformed: the seals are no string")
    try:
        where = split_tree.changed(document)
    except (IndexError, OverflowError):
        where = ""  # no tree at all: the checker says why
    if where:
        raise Rejected(f"{where}: not the box that was sealed: it, or one before it, changed")
    try:
        settled = checker.check(document, watch)
    except checker.Rejected as error:
        reason = str(error).replace("reason ? is not proved", "open: nothing is proved there")
        raise Rejected(reason) from None
    if "zero" in document:
        lower, upper, letters = split_tree.settled(document)
        near_zero_loss_check.check(document, lower[:, letters == "b"], upper[:, letters == "b"])
    return settled


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(type(end) is float for end in pair)


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
        said = point.get(key)
        if not (_overlap(said, value) if isinstance(value, str) else _same(said, value)):
            raise Rejected(f"its point refutes the claim, but its {key} is not {said!r}")


def _overlap(said: Any, ball: str) -> bool:
    try:
        return bool(arb(said).overlaps(arb(ball)))
    except (TypeError, ValueError):
        return False
