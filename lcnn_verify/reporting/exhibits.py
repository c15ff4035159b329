"""What a claim rests on: a comparison and its example, what refutes it, witnesses, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.arguments import Arguments, brief, take_apart

_Json = Mapping[str, Any]
_MOST_WITNESSES = 3


def example(seen: _Json, arguments: Arguments | None = None) -> Iterator[doc.Block]:
    """One decided comparison and the example it was made on."""
    yield from _comparison(seen)
    taken = take_apart(seen["arguments"]) if arguments is None else arguments
    if taken.parameters:
        pairs = tuple((name, doc.Plain(value)) for name, value in taken.parameters)
        yield doc.Facts(pairs, "parameters")
    for note in taken.notes:
        yield doc.Paragraph(doc.Plain(note), "small")
    tables = []
    for array in taken.arrays:
        columns = tuple(doc.Column("", style="bare") for _ in array.rows[0])
        rows = tuple(tuple(doc.Plain(cell) for cell in row) for row in array.rows)
        title = doc.Plain(f"{array.name}, {array.note}" if array.note else array.name)
        tables.append(doc.Table(columns, rows, title, array.name, style="matrix"))
    if tables:
        yield doc.Details("Matrices", tuple(tables))


def _comparison(seen: _Json) -> Iterator[doc.Block]:
    """What was computed, what it was held against, and by which arithmetic it was decided."""
    if seen["relation"] == "?":
        yield doc.Paragraph(
            (seen["quantity"], " ", doc.Span(seen["bound_label"], "strong")), "comparison"
        )
        yield doc.Paragraph(doc.Plain(seen["note"]), "small")
    else:
        yield doc.Paragraph(phrases.comparison(seen), "comparison")
        note = f"; {seen['note']}" if seen["note"] else ""
        told = f"{phrases.margin(seen)}; decided by {seen['decided_by']}{note}"
        yield doc.Paragraph(doc.Plain(told), "small")
    if diagnosis := seen.get("diagnosis"):
        yield doc.Paragraph(doc.Span(diagnosis, "strong"), "small")
    if exact := seen.get("exact"):
        plain = str.maketrans({"−": "-", ",": None})
        shown = [number(seen[side], 6).translate(plain) for side in ("got", "bound")]
        if shown != [exact["got"], exact["bound"]]:
            told = f"In full: {brief(exact['got'])} and {brief(exact['bound'])}."
            yield doc.Paragraph(doc.Plain(told), "small")
    if proof := phrases.proof(seen):
        yield doc.Paragraph(doc.Plain(f"Proved: {proof}."), "small")


def fallen(entry: _Json, seen: _Json, prefix: str) -> Iterator[doc.Block]:
    """What refutes the claim, drawn where its pack draws it, and how to see it again."""
    arguments = take_apart(seen["arguments"])
    blocks: list[doc.Block] = [*example(seen, arguments)]
    file = doc.Link("the file", f"counterexamples/{entry['id']}.json")
    line = (f"Replay it, {phrases.replay_from(entry)} (", file, "):")
    blocks += [doc.Paragraph(line, "small"), doc.Listing(phrases.replay_command(entry))]
    if snippet := seen.get("snippet"):
        blocks.append(doc.Paragraph("Or see it fail without lcnn-verify:", "small"))
        blocks.append(doc.Listing(snippet, "python"))
    halves: list[doc.Block] = [doc.Group(tuple(blocks), "half")]
    drawing = arguments.picture(f"{prefix}-x", f"What refutes {entry['id']}")
    halves[:0] = _picture(drawing)
    yield doc.Group(tuple(halves), "columns")


def witnesses(witnesses: Sequence[_Json]) -> Iterator[doc.Block]:
    """The first confirmed witnesses of an existence claim."""
    if not witnesses:
        return
    shown = [doc.Group(tuple(example(seen)), "witness") for seen in witnesses[:_MOST_WITNESSES]]
    cut = len(witnesses) > len(shown)
    rest = [doc.Paragraph("The others are in report.json.", "small")] if cut else []
    yield doc.Details(f"Confirmed witnesses: {len(witnesses)}", (*shown, *rest), "witnesses")


def pictures(entry: _Json, prefix: str) -> Iterator[doc.Block]:
    """The claim's figures, and drawings of what was proved, where its pack makes one."""
    # Imported here: what draws costs start-up time that a look in the terminal does not need.
    from lcnn_verify.reporting.figures import figures

    for drawing in figures(entry["series"], prefix):
        yield doc.Picture(drawing)
    for index, made in enumerate(entry.get("proofs", ())):
        taken = take_apart({"drawn": made["drawn"]} if "drawn" in made else {})
        yield from (doc.Paragraph(doc.Plain(note), "small") for note in taken.notes)
        yield from _picture(taken.picture(f"{prefix}-p{index}", made["statement"]))


def _picture(found: Drawing | str | None) -> Iterator[doc.Block]:
    """A drawing, or the line that stands in its place; nothing for None."""
    if found is not None:
        yield (
            doc.Paragraph(doc.Plain(found), "small")
            if isinstance(found, str)
            else doc.Picture(found)
        )
