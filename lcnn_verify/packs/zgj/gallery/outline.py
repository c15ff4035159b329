"""The kill matrix as a document: who is killed by whom, and what is not as wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lcnn_verify.packs.zgj.gallery import phrases
from lcnn_verify.reporting import markdown
from lcnn_verify.reporting.document import (
    Block,
    Bullets,
    Code,
    Column,
    Document,
    Line,
    Listing,
    Medium,
    Paragraph,
    Plain,
    Section,
    Span,
    Table,
)

_Json = Mapping[str, Any]
_BRIEF = 3  # names of killers in a terminal, and in the README


def document(data: _Json, folder: Path | None = None) -> Document:
    """The kill matrix ``data`` as a document; ``folder`` is where its files are."""
    return Document(
        kind="gallery",
        headline=phrases.headline(data),
        tone="warn" if "partial" in data else "good" if data["summary"]["as_wanted"] else "bad",
        lede=f"{phrases.counts(data)}.",
        head=tuple(_head(data)),
        sections=tuple(_sections(data)),
        version=data["lcnn_verify"],
        start="matrix",
        place="" if folder is None else f"kill matrix: {folder / 'gallery.html'}",
    )


def brief(data: _Json) -> str:
    """The mutants alone as one Markdown table, with the first that kill each."""
    wrong = [item for item in data["implementations"] if not item["reference"]]
    return "\n".join(markdown.table(_standings(data, wrong, _BRIEF))).rstrip("\n")


def _head(data: _Json) -> Iterator[Block]:
    """What mutants are, and how many of what are as wanted."""
    if rest := phrases.rest(data):
        yield Paragraph("Run what is missing with:", "callout warn")
        yield Listing(rest)
    yield Paragraph(
        "Mutants are wrong on purpose, each in one way: a checker that has never caught anything "
        "proves nothing. References are correct, and must not be accused.",
        media=Medium.PAGE,
    )
    summary, checks = data["summary"], len(data["checks"])
    counts = [(summary["killed"], summary["mutants"], "mutants killed")]
    counts += [(checks - len(summary["useless"]), checks, "checks kill")] * data["complete"]
    right = summary["references"]
    counts.append((right - len(summary["false_alarms"]), right, "references pass"))
    tiles = tuple(
        (Span(f"{count}", "strong"), f" of {total}", Span(what, "less"))
        for count, total, what in counts
    )
    yield Bullets(tiles, "tiles", Medium.PAGE)
    yield Paragraph(phrases.took(data), media=Medium.TERMINAL)


def _sections(data: _Json) -> Iterator[Section]:
    groups = tuple(phrases.groups(data))
    for index, (title, items) in enumerate(groups):
        table = _standings(data, items, _BRIEF, heads=False)
        yield Section(title, (table,), f"brief-{index}", media=Medium.TERMINAL)
    if complaints := tuple(phrases.complaints(data)):
        lines = Bullets(tuple(complaints))
        yield Section("Not as wanted", (lines,), "not-as-wanted", "callout bad")
    for index, (title, items) in enumerate(groups):
        table = _standings(data, items, None)
        yield Section(title, (table,), f"group-{index}", media=Medium.SUMMARY)
    columns = (Column("check"), Column("says"), Column("kills", number=True))
    rows = tuple((Code(c["id"]), c["title"], str(c["kills"])) for c in data["checks"])
    yield Section("Checks", (Table(columns, rows),), "checks", media=Medium.SUMMARY)
    legend = Paragraph(
        "● the check kills the implementation, empty: it does not see the mistake, · it does not "
        "apply, ? undecided. Point at a ● for what the check says.",
        "note",
    )
    yield Section("Kill matrix", (legend, _matrix(data, groups)), "matrix", media=Medium.PAGE)
    alone = f"lcnn-verify conform {data['implementations'][-1]['target']}"
    told = (f"{phrases.took(data)} An implementation by itself, with a shrunk counterexample: ",)
    command = Listing(" ".join(["lcnn-verify gallery", *_options(data)]))
    yield Section(
        "How to reproduce",
        (command, Paragraph((*told, Code(alone)), "note")),
        "reproduce",
        media=Medium.PAGE,
    )


def _standings(
    data: _Json, items: Sequence[_Json], most: int | None, *, heads: bool = True
) -> Table:
    """What became of each implementation, with ``most`` names of those that kill it."""
    seeds = len(data["seeds"])
    wrong = {*data["summary"]["survivors"], *data["summary"]["false_alarms"]}
    reference = items[0]["reference"]
    names = ("reference", "what it is", "outcome") if reference else _MUTANTS
    rows: list[tuple[Line, ...]] = []
    for item in items:
        style = "bad" if item["name"] in wrong else "dim" if item["skipped"] else "good"
        outcome = Span(Plain(phrases.standing(item, seeds, most)), style)
        rows.append((Code(item["name"]), item["says"], outcome))
    if not heads:
        return Table((Column(names[0]), Column(names[2])), tuple((r[0], r[2]) for r in rows))
    return Table(tuple(map(Column, names)), tuple(rows))


_MUTANTS = ("mutant", "what is wrong", "killed by")


def _matrix(data: _Json, groups: Sequence[tuple[str, Sequence[_Json]]]) -> Table:
    """A mark for each check on each implementation, and how many mutants each check kills."""
    checks = [check["id"] for check in data["checks"]]
    rows: list[tuple[Line, ...]] = []
    for title, items in groups:
        rows.append((title,))
        for item in items:
            marks = _marks(item)
            skipped = Span(f"skipped: {item['skipped']}", "follows")
            says = (Span(item["says"], "title"), *((skipped,) if item["skipped"] else ()))
            name: Line = (Code(item["name"]), *says)
            rows.append((name, *(marks.get(check, "") for check in checks)))
    rows.append(("All mutants",))
    rows.append(("Mutants killed", *(Plain(str(check["kills"])) for check in data["checks"])))
    columns = tuple(Column(phrases.short(check), style="upright") for check in checks)
    every = (Column("Implementation"), *columns)
    return Table(every, tuple(rows), label="Kill matrix", style="kills")


def _marks(item: _Json) -> dict[str, Line]:
    """By check: the mark in its cell and what it stands for."""
    tone = "bad-text" if item["reference"] else ""
    marks: dict[str, Line] = {}
    for check in item["not_offered"]:
        marks[check] = Span("·", hint="not offered")
    for kill in item["undecided"]:
        marks[kill["check"]] = Span("?", tone, f"undecided: {kill['says']}")
    for kill in item["killed_by"]:
        marks[kill["check"]] = Span(("●", Span("killed", "unseen")), tone, kill["says"])
    return marks


def _options(data: _Json) -> list[str]:
    seeds = data["seeds"]
    options = [] if data["complete"] else [item["name"] for item in data["implementations"]]
    options += ["--seed", str(seeds[0])] if seeds[0] else []
    return options + (["--seeds", str(len(seeds))] if len(seeds) > 1 else [])
