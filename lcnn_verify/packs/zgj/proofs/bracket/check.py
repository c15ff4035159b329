"""A bracketed threshold proved anew: its region, its critical point, and that they belong together.

Each is a certificate of its own kind, and checked as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lcnn_verify.evidence import documents
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.evidence.hooks import Checker, Refutation
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.intervals import working_bits
from lcnn_verify.packs.zgj.proofs.catalogue import each
from lcnn_verify.packs.zgj.proofs.critical import check as critical
from lcnn_verify.packs.zgj.proofs.region import check as region
from lcnn_verify.packs.zgj.proofs.region.interval_checks import Stated

_BITS = 120


def check_bracket(entry: Mapping[str, Any]) -> str:
    """Prove once more what one entry states; says it in words.

    Raises :class:`Rejected` where one of its certificates fails, or where the point is of other
    teachers, or of another number of students, than the region.
    """
    region_document, point_document = entry["region"], entry["point"]
    (point,) = point_document["points"]
    for document, checker in (
        (point_document, critical.CHECKER),
        (region_document, region.CHECKER),
    ):
        if any(isinstance(it, Refutation) for it in _proved(document, checker)):
            raise Rejected("its region is refuted")
    with working_bits(_BITS):
        stated = Stated(region_document)
        _demand_same(stated, point)
        low, high = stated.level.a, point["loss"][1]
        ratio = number(float((high / stated.level).b), 5)
        units = number(float((high / (stated.level / stated.outer)).b), 5)
    below = region.statement(region_document)
    return (
        f"{below}; a critical point at {units}·ε₀, {ratio} times as high (L > {number(float(low))})"
    )


def _proved(document: dict[str, Any], checker: Checker) -> list[str]:
    return list(documents.check(document, checker, lambda done, total: None))


def _demand_same(stated: Stated, point: Mapping[str, Any]) -> None:
    """That the point is one of the region's own networks, at any level."""
    if point["model"] != {"activation": "abs", "readout": "tied"}:
        raise Rejected("its point is of another model")
    if sum(point["copies"]) != stated.m:
        raise Rejected(f"its point has {sum(point['copies'])} students, its region {stated.m}")
    rows, (lower, upper) = stated.teachers(), (point["teachers"][it] for it in ("lower", "upper"))
    if not len(rows) == len(lower) == len(upper):
        raise Rejected("its point has another number of teachers than its region")
    for row, lows, highs in zip(rows, lower, upper, strict=True):
        if len(lows) != len(row):
            raise Rejected("its point is not in the plane")
        for x, low, high in zip(row, lows, highs, strict=True):
            if not (low <= x.a and x.b <= high):
                raise Rejected("its point is of other teachers than its region")


CHECKER = Checker(each("brackets", check_bracket), Path(__file__).with_name("brackets.schema.json"))
