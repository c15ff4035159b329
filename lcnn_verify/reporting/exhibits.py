"""What a claim rests on: a comparison and its example, what refutes it, witnesses, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.arguments import Arguments, Array, take_apart

_Json = Mapping[str, Any]
_MOST_WITNESSES = 3
_LONG = 160  # characters; what is longer is folded
_WIDE, _HIGH = 8, 12  # columns and rows of the largest matrix that is a table


def example(seen: _Json, arguments: Arguments | None = None) -> Iterator[doc.Block]:
    """A comparison, its example in words, and all that rebuilds it, folded where it is long."""
    yield from _comparison(seen)
    taken = take_apart(seen["arguments"]) if arguments is None else arguments
    for words in taken.words:
        yield doc.Paragraph(words, "words")
    short = {name: value for name, value in taken.parameters if len(value) <= _LONG}
    if short:
        pairs = tuple((name, doc.Plain(value)) for name, value in short.items())
        yield doc.Facts(pairs, "parameters")
    for name, value in taken.parameters:
        if len(value) > _LONG:
            yield _told(name, value)
    for note in taken.notes:
        yield doc.Paragraph(doc.Plain(note), "small")
    if taken.arrays:
        yield doc.Details("Matrices", tuple(map(_matrix, taken.arrays)))


def _told(name: str, text: str) -> doc.Block:
    """A text, folded if it is long."""
    if len(text) > _LONG:
        return doc.Details(name, (doc.Paragraph(doc.Plain(text), "small"),))
    return doc.Paragraph(doc.Plain(f"{name}: {text}"), "small")


def _matrix(array: Array) -> doc.Block:
    """A small matrix as a table, a large one as lines of text to unfold."""
    title = f"{array.name}, {array.note}" if array.note else array.name
    if len(array.rows) > _HIGH or len(array.rows[0]) > _WIDE:
        return doc.Details(title, (doc.Listing("\n".join(map("  ".join, array.rows))),))
    columns = tuple(doc.Column("", style="bare") for _ in array.rows[0])
    rows = tuple(tuple(doc.Plain(cell) for cell in row) for row in array.rows)
    return doc.Table(columns, rows, doc.Plain(title), array.name, style="matrix")


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
            yield _told("In full", f"{exact['got']} and {exact['bound']}.")
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
