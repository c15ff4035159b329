"""What a claim rests on: a comparison and its example, what refutes it, witnesses, figures.

The arguments of an example are taken apart for people: parameters, arrays, a drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lcnn_verify.errors import said
from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.evidence.hooks import Shown, example_type
from lcnn_verify.numerics.digits import number, whole
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import phrases

_Json = Mapping[str, Any]
_MOST_ENTRIES = 10_000  # of a matrix: a page stays below a megabyte
_MOST_WITNESSES = 3  # one shows that there are any, three how alike they are
_LONG = 160  # characters; what is longer is folded
_WIDE, _HIGH = 8, 12  # columns and rows of the largest matrix that is a table


@dataclass(frozen=True, slots=True)
class Array:
    """A matrix as text: its name with shape, its rows, and a note where even they are cut."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Arguments:
    """What to show of one example: (name, value) pairs, arrays, and how the first is drawn.

    ``words`` describe the examples, a sentence each. ``notes`` say which of them their packs could
    not show, and why; these are shown as JSON.
    """

    parameters: tuple[tuple[str, str], ...]
    arrays: tuple[Array, ...]
    draw: Callable[[str, str], Drawing] | None
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def picture(self, prefix: str, title: str) -> Drawing | str | None:
        """The drawing, or a line on why the pack's code for it fails; None where there is none."""
        if self.draw is None:
            return None
        try:
            made: Any = self.draw(prefix, title)
            if not isinstance(made, Drawing):
                raise TypeError(f"draw returned a {type(made).__name__}, no Drawing")
            made.demand_form()
        except (Exception, SystemExit) as error:  # a pack may raise anything
            return f"not drawn: {said(error)}"
        return made


def take_apart(arguments: Mapping[str, Any]) -> Arguments:
    """Read recorded arguments; anything that is not what it claims to be is shown as plain text."""
    parameters: list[tuple[str, str]] = []
    arrays: list[Array] = []
    painters: list[Callable[[str, str], Drawing]] = []
    words: list[str] = []
    examples: dict[str, Arguments] = {}
    notes: list[str] = []
    arguments = dict(pair for item in arguments.items() for pair in _opened(*item))
    for name, value in arguments.items():
        try:
            if (found := _example(value)) is not None:
                examples[name] = found
        except (Exception, SystemExit) as error:  # a report, or a pack, may come from anyone
            notes.append(f"{name} not shown by its pack: {said(error)}")
    for name, value in arguments.items():
        if (shown := examples.get(name)) is None:
            parameters.append((name, written(value)))
            continue
        label = f"{name}." if len(examples) > 1 else ""
        parameters += [(f"{label}{key}", text) for key, text in shown.parameters]
        arrays += [replace(array, name=f"{label}{array.name}") for array in shown.arrays]
        painters += [shown.draw] if shown.draw else []
        words += shown.words
    # A property may draw a number and pass it on into an example's parameters: show it once.
    distinct = tuple(dict.fromkeys(parameters))
    draw = painters[0] if painters else None
    return Arguments(distinct, tuple(arrays), draw, tuple(notes), tuple(dict.fromkeys(words)))


def _opened(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An argument, or each item of a list that holds examples, at any depth, so that all show."""
    if isinstance(value, list) and _holds_example(value):
        for index, item in enumerate(value):
            yield from _opened(f"{name}[{index}]", item)
    else:
        yield name, value


def _holds_example(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_holds_example, value))
    return isinstance(value, Mapping) and isinstance(value.get("type"), str)


def _example(value: Any) -> Arguments | None:
    """An example as its own class shows it; None for plain data. Raises what the class does."""
    if (known := example_type(value)) is None:
        return None
    found: Any = known.show(value)
    if not isinstance(found, Shown):
        raise TypeError(f"show returned a {type(found).__name__}, no Shown")
    parameters = tuple((str(key), written(item)) for key, item in found.parameters.items())
    if not (found.draw is None or callable(found.draw)):
        raise TypeError(f"show returned a {type(found.draw).__name__} as draw")
    if not isinstance(found.words, str):
        raise TypeError(f"show returned a {type(found.words).__name__} as words")
    words = (found.words,) if found.words else ()
    arrays = tuple(_array(name, it) for name, it in found.arrays.items() if _is_matrix(it))
    return Arguments(parameters, arrays, found.draw, words=words)


def written(value: Any) -> str:
    """A parameter as a person would write it, whole; a long number to six digits."""
    if isinstance(value, float):
        exact = whole(value)
        return exact if len(exact) <= 9 else number(value, 6)
    if isinstance(value, list):
        items = (f"({written(i)})" if isinstance(i, Mapping) else written(i) for i in value)
        return f"[{', '.join(items)}]"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {written(item)}" for key, item in value.items())
    return str(value)


def _is_matrix(rows: Any) -> bool:
    return (
        isinstance(rows, list | tuple)
        and bool(rows)
        and all(isinstance(row, list | tuple) and len(row) == len(rows[0]) for row in rows)
        and len(rows[0]) > 0
    )


def _array(name: str, rows: Sequence[Sequence[Any]]) -> Array:
    count, width = len(rows), len(rows[0])
    most = max(1, _MOST_ENTRIES // width)
    shown = tuple(tuple(map(written, row[:_MOST_ENTRIES])) for row in rows[:most])
    note = "cut; all of it is in report.json" if count > most or width > _MOST_ENTRIES else ""
    return Array(f"{name} ({count} × {width})", shown, note)


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
    yield from map(doc.small, taken.notes)
    if taken.arrays:
        yield doc.Details("Matrices", tuple(map(_matrix, taken.arrays)))


def _told(name: str, text: str) -> doc.Block:
    """A text, folded if it is long."""
    folded = len(text) > _LONG
    return doc.Details(name, (doc.small(text),)) if folded else doc.small(f"{name}: {text}")


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
        line = (seen["quantity"], " ", doc.Span(seen["bound_label"], "strong"))
        yield doc.Paragraph(line, "comparison")
        yield doc.small(seen["note"])
    else:
        yield doc.Paragraph(phrases.comparison(seen), "comparison")
        note = f"; {seen['note']}" if seen["note"] else ""
        yield doc.small(f"{phrases.margin(seen)}; decided by {seen['decided_by']}{note}")
    if diagnosis := seen.get("diagnosis"):
        yield doc.Paragraph(doc.Span(diagnosis, "strong"), "small")
    if exact := seen.get("exact"):
        plain = str.maketrans({"−": "-", ",": None})
        shown = [number(seen[side], 6).translate(plain) for side in ("got", "bound")]
        if shown != [exact["got"], exact["bound"]]:
            yield _told("In full", f"{exact['got']} and {exact['bound']}.")
    if proof := phrases.proof(seen):
        yield doc.small(f"Proved: {proof}.")


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
    drawing = arguments.picture(f"{prefix}-x", f"What refutes {entry['id']}")
    yield doc.Group((*_picture(drawing), doc.Group(tuple(blocks), "half")), "columns")


def witnesses(witnesses: Sequence[_Json]) -> Iterator[doc.Block]:
    """The first confirmed witnesses of an existence claim."""
    if not witnesses:
        return
    shown = [doc.Group(tuple(example(seen)), "witness") for seen in witnesses[:_MOST_WITNESSES]]
    rest = [doc.Paragraph("The others are in report.json.", "small")] * (
        len(witnesses) > len(shown)
    )
    yield doc.Details(f"Confirmed witnesses: {len(witnesses)}", (*shown, *rest), "witnesses")


def pictures(entry: _Json, prefix: str) -> Iterator[doc.Block]:
    """The claim's figures, and drawings of what was proved, where its pack makes one."""
    # Imported here: what draws costs start-up time that a look in the terminal does not need.
    from lcnn_verify.reporting.figures import figures

    for drawing in figures(entry["series"], prefix):
        yield doc.Picture(drawing)
    for index, made in enumerate(entry.get("proofs", ())):
        taken = take_apart({"drawn": made["drawn"]} if "drawn" in made else {})
        yield from map(doc.small, taken.notes)
        yield from _picture(taken.picture(f"{prefix}-p{index}", made["statement"]))


def _picture(found: Drawing | str | None) -> Iterator[doc.Block]:
    """A drawing, or the line that stands in its place; nothing for None."""
    if found is not None:
        yield doc.small(found) if isinstance(found, str) else doc.Picture(found)
