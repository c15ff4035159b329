"""A comparison as a document: what changed, worst first, and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lcnn_verify.comparison import phrases
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting.document import (
    Block,
    Bullets,
    Code,
    Column,
    Document,
    Line,
    Lines,
    Link,
    Medium,
    Paragraph,
    Plain,
    Section,
    Span,
    Table,
)

_Json = Mapping[str, Any]


def document(data: _Json, folder: Path | None = None) -> Document:
    """The comparison ``data`` as a document; ``folder`` is where its files are."""
    return Document(
        kind="diff",
        headline=phrases.headline(data),
        tone="bad" if data["summary"]["regressions"] else "good",
        lede=f"{phrases.counts(data)} {phrases.took(data)}",
        head=tuple(_head(data)),
        sections=tuple(_sections(data)),
        version=data["lcnn_verify"],
        start="changes",
        place="" if folder is None else f"comparison: {folder / 'diff.html'}",
    )


def _head(data: _Json) -> Iterator[Block]:
    """The two reports, and how many claims changed in which way."""
    for name in ("old", "new"):
        line = (Span(name.capitalize(), "strong"), ": ", Plain(phrases.side(data[name])))
        yield Paragraph(line, "papers")
    for note in data["notes"]:
        yield Paragraph((Span("Note", "strong"), ": ", Plain(note)), "note")
    tiles = tuple(
        (Span(f"{group.size}", "strong"), " ", Span(group.title, "word"))
        for group in phrases.groups(data)
    )
    yield Bullets(tiles, "tiles", Medium.PAGE)


def _sections(data: _Json) -> Iterator[Section]:
    changes: list[Block] = [_changes(group) for group in phrases.groups(data)]
    media = Medium.EVERYWHERE if changes else Medium.WRITTEN
    changes = changes or [Paragraph("Nothing changed in any claim.")]
    rules = Paragraph(phrases.rules(data), "note", Medium.WRITTEN)
    yield Section("Changes", (*changes, rules), "changes", media=media)
    if data["still"]:
        columns = (Column("claim"), Column("verdict"))
        rows = tuple((Code(e["claim"]), phrases.standing(e)) for e in data["still"])
        title = "Still not as wanted"
        yield Section(title, (Table(columns, rows, label=title),), "still", "warn")
    yield from deviations(data["deviations"])
    if data["environment"]:
        sides = (Column(""), Column("old"), Column("new"))
        facts = tuple(
            (Plain(e["name"]), Plain(phrases.value(e["old"])), Plain(phrases.value(e["new"])))
            for e in data["environment"]
        )
        yield Section("Environment", (Table(sides, facts, label="Environment"),), "environment")
    else:
        same = Paragraph("The same in both reports.")
        yield Section("Environment", (same,), "environment", media=Medium.PAGE)
    yield from _durations(data["durations"])


def _changes(group: phrases.Group) -> Section:
    """Changes of one severity; claims with the same ones stand together."""
    rows: tuple[tuple[Line, ...], ...] = tuple(
        (Lines(tuple(map(Code, claims))), Lines(texts)) for claims, texts in group.changes
    )
    table = Table((Column("claim"), Column("change")), rows, label=group.title)
    return Section(group.title, (table,), group.title.lower().replace(" ", "-"), group.tone)


def deviations(matches: Iterable[_Json]) -> Iterator[Section]:
    """What became of each expected deviation (:meth:`Match.to_json`); nothing if there is none."""
    rows, lines = [], []
    for match in matches:
        name, status, reason = Code(match["id"]), phrases.deviation(match), match["reason"]
        rows.append((name, Plain(status), reason, Link(match["link"], match["link"])))
        lines.append((name, Plain(f"{status}: {reason} ({match['link']})")))
    if rows:
        title = "The file of expected deviations"
        columns = tuple(map(Column, ("claim", "status", "reason", "link")))
        written = Table(columns, tuple(rows), label=title, media=Medium.WRITTEN)
        # A terminal has no room for as many columns.
        short = Table((columns[0], columns[1]), tuple(lines), media=Medium.TERMINAL)
        yield Section(title, (written, short), "deviations")


def _durations(durations: _Json) -> Iterator[Section]:
    """The units that took noticeably more or less time."""
    rows: tuple[tuple[Line, ...], ...] = tuple(
        (Code(unit["unit"]), *(f"{number(unit[side], 3)} s" for side in ("old", "new")))
        for unit in durations["units"]
    )
    if rows:
        columns = (Column("unit"), Column("old", number=True), Column("new", number=True))
        table = Table(columns, rows, label="Durations")
        yield Section("Durations", (table,), "durations", media=Medium.WRITTEN)
