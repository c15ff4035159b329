"""A comparison as a document: what changed, worst first, and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lcnn_verify.comparison import phrases
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import document as doc

_Json = Mapping[str, Any]


def document(data: _Json, folder: Path | None = None) -> doc.Document:
    """The comparison ``data`` as a document; ``folder`` is where its files are."""
    return doc.Document(
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


def _head(data: _Json) -> Iterator[doc.Block]:
    """The two reports, and how many claims changed in which way."""
    for name in ("old", "new"):
        line = (doc.Span(name.capitalize(), "strong"), ": ", doc.Plain(phrases.side(data[name])))
        yield doc.Paragraph(line, "papers")
    for note in data["notes"]:
        yield doc.Paragraph((doc.Span("Note", "strong"), ": ", doc.Plain(note)), "note")
    tiles = tuple(
        (doc.Span(f"{group.size}", "strong"), " ", doc.Span(group.title, "word"))
        for group in phrases.groups(data)
    )
    yield doc.Bullets(tiles, "tiles", doc.Medium.PAGE)


def _sections(data: _Json) -> Iterator[doc.Section]:
    changes: list[doc.Block] = [_changes(group) for group in phrases.groups(data)]
    media = doc.Medium.EVERYWHERE if changes else doc.Medium.WRITTEN
    changes = changes or [doc.Paragraph("Nothing changed in any claim.")]
    rules = doc.Paragraph(phrases.rules(data), "note", doc.Medium.WRITTEN)
    yield doc.Section("Changes", (*changes, rules), "changes", media=media)
    if data["still"]:
        columns = (doc.Column("claim"), doc.Column("verdict"))
        rows = tuple((doc.Code(e["claim"]), phrases.standing(e)) for e in data["still"])
        title = "Still not as wanted"
        yield doc.Section(title, (doc.Table(columns, rows, label=title),), "still", "warn")
    yield from deviations(data["deviations"])
    if data["environment"]:
        sides = (doc.Column(""), doc.Column("old"), doc.Column("new"))
        facts = tuple(
            (
                doc.Plain(e["name"]),
                doc.Plain(phrases.value(e["old"])),
                doc.Plain(phrases.value(e["new"])),
            )
            for e in data["environment"]
        )
        yield doc.Section(
            "Environment", (doc.Table(sides, facts, label="Environment"),), "environment"
        )
    else:
        same = doc.Paragraph("The same in both reports.")
        yield doc.Section("Environment", (same,), "environment", media=doc.Medium.PAGE)
    yield from _durations(data["durations"])


def _changes(group: phrases.Group) -> doc.Section:
    """Changes of one severity; claims with the same ones stand together."""
    rows: tuple[tuple[doc.Line, ...], ...] = tuple(
        (doc.Lines(tuple(map(doc.Code, claims))), doc.Lines(texts))
        for claims, texts in group.changes
    )
    table = doc.Table((doc.Column("claim"), doc.Column("change")), rows, label=group.title)
    return doc.Section(group.title, (table,), group.title.lower().replace(" ", "-"), group.tone)


def deviations(matches: Iterable[_Json]) -> Iterator[doc.Section]:
    """What became of each expected deviation (:meth:`Match.to_json`); nothing if there is none."""
    rows, lines = [], []
    for match in matches:
        name, status, reason = doc.Code(match["id"]), phrases.deviation(match), match["reason"]
        rows.append((name, doc.Plain(status), reason, doc.Link(match["link"], match["link"])))
        lines.append((name, doc.Plain(f"{status}: {reason} ({match['link']})")))
    if rows:
        title = "The file of expected deviations"
        columns = tuple(map(doc.Column, ("claim", "status", "reason", "link")))
        written = doc.Table(columns, tuple(rows), label=title, media=doc.Medium.WRITTEN)
        # A terminal has no room for as many columns.
        short = doc.Table((columns[0], columns[1]), tuple(lines), media=doc.Medium.TERMINAL)
        yield doc.Section(title, (written, short), "deviations")


def _durations(durations: _Json) -> Iterator[doc.Section]:
    """The units that took noticeably more or less time."""
    rows: tuple[tuple[doc.Line, ...], ...] = tuple(
        (doc.Code(unit["unit"]), *(f"{number(unit[side], 3)} s" for side in ("old", "new")))
        for unit in durations["units"]
    )
    if rows:
        columns = (
            doc.Column("unit"),
            doc.Column("old", number=True),
            doc.Column("new", number=True),
        )
        table = doc.Table(columns, rows, label="Durations")
        yield doc.Section("Durations", (table,), "durations", media=doc.Medium.WRITTEN)
