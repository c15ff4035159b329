"""A certified region as one HTML page: the statement, the counts, and drawings of its boxes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import lcnn_verify
from lcnn_verify.packs.zgj.proofs.region.claim import plain
from lcnn_verify.packs.zgj.proofs.region.drawing import COLOURS, drawings
from lcnn_verify.packs.zgj.proofs.region.split_tree import LETTERS
from lcnn_verify.reporting.html import templates


def render(document: Mapping[str, Any]) -> str:
    """The region certificate ``document`` as a self-contained HTML page."""
    reasons = document["reasons"]
    bounds = zip(document["coordinates"], document["root"], strict=True)
    return (
        templates(Path(__file__).parent)
        .get_template("region.html")
        .render(
            data=document,
            version=lcnn_verify.__version__,
            skip="drawings",
            headline=f"{document['verdict']}: {document['claim']}",
            multiple=plain(Fraction(document["multiple"])),
            tone="good" if document["verdict"] == "CERTIFIED" else "bad",
            box=[(name, f"{low:.6g}", f"{high:.6g}") for name, (low, high) in bounds],
            reasons=[
                (LETTERS[letter], f"{count:,}", COLOURS[letter])
                for letter, count in reasons.items()
            ],
            drawings=list(drawings(document)),
        )
    )
