"""Bands proved anew: each region as the certificate it is, and that they join and are enough.

The lemma of ``catalogue`` is shared, its inequalities are computed here, in mpmath's intervals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from mpmath import iv

from lcnn_verify.evidence import documents
from lcnn_verify.evidence.documents import Rejected, rational
from lcnn_verify.evidence.hooks import Checker, Refutation
from lcnn_verify.numerics.intervals import working_bits
from lcnn_verify.packs.zgj.proofs.bands.catalogue import BOUND
from lcnn_verify.packs.zgj.proofs.catalogue import each
from lcnn_verify.packs.zgj.proofs.region import check as region
from lcnn_verify.packs.zgj.proofs.region.claim import covered, factor
from lcnn_verify.packs.zgj.proofs.region.interval_checks import Stated

_BITS = 120


def check_bands(entry: Mapping[str, Any]) -> str:
    """Prove once more what one entry states; says it in words.

    Raises :class:`Rejected` where a region fails, where its multiple of κ is too small for the
    exponent, where regions are of other networks or do not join, or where ``zero`` is too little.
    """
    regions = entry["regions"]
    edge, networks = Fraction(1), [regions[0][key] for key in ("teacher", "students", "dimension")]
    for document in regions:
        for said in documents.check(document, region.CHECKER, lambda done, total: None):
            if isinstance(said, Refutation):
                raise Rejected("one of its regions is refuted")
        multiple, inner = rational(document["multiple"]), rational(document["inner"])
        outer = rational(document.get("outer", "1"))
        if [document[key] for key in ("teacher", "students", "dimension")] != networks:
            raise Rejected("its regions are of different networks")
        if outer < edge:
            raise Rejected(f"nothing is proved from {factor(outer)}·ε₀ to {factor(edge)}·ε₀")
        if multiple**4 * inner < 1:
            raise Rejected(f"{factor(multiple)}κ is too little down to {factor(inner)}·ε₀")
        edge = inner
    last = regions[-1]
    if (whole := "zero" in last) and "by" not in last["zero"]:  # the theorem holds for less L, too
        with working_bits(_BITS):
            _demand_curvature(last)
    claim = replace(region.claimed(last), outer=Fraction(1))
    boxes = sum(document["boxes"] for document in regions)
    return f"{BOUND} for {covered(claim, whole=whole)}; {boxes:,} boxes"


def _demand_curvature(document: Mapping[str, Any]) -> None:
    """That 4λ⁴ ≥ κ⁴·ε₀·ε₁·Λ² and λρ² > 2ε₁, ε₁ where the region ends."""
    stated, zero = Stated(document), document["zero"]
    least, most = iv.mpf(zero["least"]), iv.mpf(zero["most"])
    multiple = rational(document["multiple"])
    kappa = stated.rate * multiple.denominator / multiple.numerator
    if not kappa**4 * (stated.level / stated.outer) * stated.inner * most**2 <= 4 * least**4:
        raise Rejected("its curvature near V is too little for the exponent down to L = 0")
    if not least * iv.mpf(zero["radius"]) ** 2 > 2 * stated.inner:
        raise Rejected("students below the last region may lie further from V than its radius")


CHECKER = Checker(each("bands", check_bands), Path(__file__).with_name("bands.schema.json"))
