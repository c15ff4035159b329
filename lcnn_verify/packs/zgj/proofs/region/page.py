"""A certified region as one HTML page: the statement, the counts, and drawings of its boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import lcnn_verify
from lcnn_verify.numerics.digits import number
from lcnn_verify.packs.zgj import words
from lcnn_verify.packs.zgj.drawing import Network, draw_network
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.region.claim import (
    against_bound,
    ball,
    factor,
    headline,
    highest,
    lowest,
    near_zero,
    tightness,
)
from lcnn_verify.packs.zgj.proofs.region.drawing import drawings
from lcnn_verify.packs.zgj.proofs.region.split_tree import LETTERS
from lcnn_verify.reporting import document as parts
from lcnn_verify.reporting import html
from lcnn_verify.reporting.document import (
    Block,
    Bullets,
    Column,
    Group,
    Line,
    Paragraph,
    Picture,
    Plain,
    Section,
    Span,
)
from lcnn_verify.reporting.phrases import percent


def render(document: Mapping[str, Any], refuted: Instance | None = None) -> str:
    """What is ``told`` of a region's proof as a self-contained HTML page.

    Where it is REFUTED, ``refuted`` is the network that refutes it.
    """
    proved = document["verdict"] == "CERTIFIED"
    tiles: tuple[Line, ...] = (
        _tile(factor(Fraction(document["multiple"])), "κ", "proved" if proved else "asked for"),
    )
    if refuted is None:
        tiles += (
            _tile(
                f"{document['boxes']:,}",
                " boxes",
                f"cover all students with L ≤ {highest(document)}",
            ),
            _tile(str(document["seconds"]), Plain(" s"), str(document["arithmetic"])),
        )
        sections: tuple[Section, ...] = (
            Section("The region", tuple(_region(document)), "drawings"),
            Section("Boxes", tuple(_boxes(document)), "boxes"),
        )
    else:
        point = tuple(_point(document, refuted))
        sections = (Section("The network that refutes it", point, "drawings"),)
    return html.render(
        parts.Document(
            kind="certify",
            headline=headline(document),
            tone="good" if proved else "bad",
            lede=f"{document['claim']}: {document['statement']}.",
            head=(Bullets(tiles, "tiles"),),
            sections=sections,
            version=lcnn_verify.__version__,
            start="drawings",
        )
    )


def _tile(count: str, unit: Line, said: str) -> Line:
    return (Span(Plain(count), "strong"), unit, Span(Plain(said), "less"))


def _point(document: Mapping[str, Any], refuted: Instance) -> Iterator[Block]:
    """A refuting network in words, how far it is below the bound, and its drawing."""
    yield Paragraph(words.of_network(refuted.W, refuted.V, refuted.model))
    point, ratio = document["point"], against_bound(document)
    between = f"ε₁ = {lowest(document)} and {_top(document)}"
    values = f"L = {ball(point['loss'])}, between {between}, ‖∇L‖ = {ball(point['gradient_norm'])}"
    yield Paragraph(f"Proved by Arb balls: {values}; ‖∇L‖/(κL) = {ratio}.", "note")
    title = "What refutes it"
    yield Picture(draw_network(Network(refuted.W, refuted.V), prefix="point", title=title))


def _region(document: Mapping[str, Any]) -> Iterator[Block]:
    """What is left out of the region, how tight it is, and its drawings."""
    if document["verdict"] != "CERTIFIED":
        share = f"{percent(document['settled_share'], 2)} of the box's volume was settled"
        said = Paragraph(f"Not a proof: {share} when the search ended.")
        yield Group((said,), "callout bad")
    below = f"Students with L < ε₁ = {lowest(document)}"
    left_out = f"{below} are left out; " if document["excluded_below"] else ""
    yield Paragraph(f"{left_out}{_top(document)}. {tightness(document)}.", "note")
    if "zero" in document:
        told = f"{below}: {near_zero(document)}. This proves the bound down to L = 0."
        yield Paragraph(told, "note")
    drawn: list[Block] = [Picture(drawing) for drawing in drawings(document)]
    yield from drawn or [Paragraph("Too many boxes to draw.", "note")]


def _top(document: Mapping[str, Any]) -> str:
    return f"{highest(document)} = {number(document['level'], 6)}"


def _boxes(document: Mapping[str, Any]) -> Iterator[Block]:
    """Why boxes are settled, how many each way, and the box they are parts of."""
    counts = tuple((LETTERS[letter], f"{count:,}") for letter, count in document["reasons"].items())
    heads = (Column("reason"), Column("boxes", number=True))
    yield parts.Table(heads, counts, label="How many boxes each reason settles")
    bounds = zip(document["coordinates"], document["root"], strict=True)
    rows = tuple((Plain(name), number(low, 6), number(high, 6)) for name, (low, high) in bounds)
    columns = (Column("coordinate"), Column("from", number=True), Column("to", number=True))
    yield parts.Table(columns, rows, label="The box")
