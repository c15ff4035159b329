"""A region certificate proved anew, and held to what it says.

The tree is proved by ``checker``, students below the shell by ``zero_check``, a refuting point by
``region_point_check``; then nothing else in the file may have been changed.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from lcnn_verify.certificates import checker, region_point_check, tree, zero_check
from lcnn_verify.certificates.interval_energy import Rejected

__all__ = ["Rejected", "check", "statement"]

_CLAIM = "zgj.gradient-bound"


def check(document: dict[str, Any], watch: Callable[[int], None] = lambda boxes: None) -> int:
    """The number of boxes, or points, proved anew. Raises :class:`Rejected`, naming the box.

    ``watch`` is told of every batch of boxes. That a box was changed is found by its seal, before
    anything is proved; the proof itself trusts no seal.
    """
    if "point" in document:
        region_point_check.check(document)
        settled = 1
    else:
        if where := _changed(document):
            raise Rejected(f"{where}: not the box that was sealed: it, or one before it, changed")
        try:
            settled = checker.check(document, watch)
        except checker.Rejected as error:
            reason = str(error).replace("reason ? is not proved", "open: nothing is proved there")
            raise Rejected(reason) from None
        if "zero" in document:
            lower, upper, letters = tree.settled(document)
            zero_check.check(document, lower[:, letters == "b"], upper[:, letters == "b"])
    said = [document.get(key) for key in ("claim", "verdict")]
    if said != [_CLAIM, "REFUTED" if "point" in document else "CERTIFIED"]:
        raise Rejected(f"something is proved, but not what it says: {said}")
    if document.get("digest") != tree.digest(document):
        raise Rejected("what it proves stands, but an entry was changed after it was written")
    return settled


def _changed(document: dict[str, Any]) -> str:
    try:
        return tree.changed(document)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return ""  # no tree at all: the checker says why


def statement(document: dict[str, Any]) -> str:
    """What a document that passes :func:`check` proves, in words, from what was read."""
    teacher, m = document["teacher"], document["students"]
    denied = "fails somewhere" if "point" in document else "holds"
    multiple, inner = (float(Fraction(document[name])) for name in ("multiple", "inner"))
    shell = "L ≤ ε₀" if "zero" in document else f"{inner:g}·ε₀ ≤ L ≤ ε₀"
    return (
        f"‖∇L‖ ≥ {multiple:g}·κ·L {denied} for {m} student{'s' * (m > 1)} in the plane with "
        f"{shell}; teachers of norm {', '.join(teacher['norms'])}"
        + (f" at {teacher['separation']}°" if len(teacher["norms"]) == 2 else "")
    )
