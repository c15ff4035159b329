"""A comparison as a document: what changed, worst first, and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lcnn_verify.comparison.changes import Severity
from lcnn_verify.numerics.digits import NOTHING, number
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting.phrases import plural

_Json = Mapping[str, Any]
_DIFFERENCE = ("name", "old", "new")


_GROUPS = {
    Severity.REGRESSION: ("Regressions", "bad"),
    Severity.EXPECTED: ("Expected deviations", "warn"),
    Severity.WARNING: ("Warnings", "warn"),
    Severity.IMPROVEMENT: ("Improvements", "good"),
    Severity.INFORMATION: ("Other changes", "plain"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one severity, with a heading and a tone (a colour of the page).

    Claims with the same changes stand together, so that these are told once.
    """

    title: str
    tone: str
    changes: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @property
    def size(self) -> int:
        """How many claims changed."""
        return sum(len(claims) for claims, _ in self.changes)


def groups(data: _Json) -> Iterator[Group]:
    """The changes, worst first; a severity without changes has no group."""
    for severity, (title, tone) in _GROUPS.items():
        by_claim: dict[str, list[str]] = {}
        for change in data["changes"]:
            if change["severity"] == severity:
                by_claim.setdefault(change["claim"], []).append(change["text"])
        if by_claim:
            alike: dict[tuple[str, ...], list[str]] = {}
            for claim, texts in by_claim.items():
                alike.setdefault(tuple(texts), []).append(claim)
            changes = tuple((tuple(claims), texts) for texts, claims in alike.items())
            yield Group(title, tone, changes)


def document(data: _Json, folder: Path | None = None) -> doc.Document:
    """The comparison ``data`` as a document; ``folder`` is where its files are."""
    seconds = [number(data["durations"][which], 3) for which in ("new", "old")]
    return doc.Document(
        kind="diff",
        headline=headline(data),
        tone="bad" if data["summary"]["regressions"] else "good",
        lede=f"{counts(data)} Took {seconds[0]} s, before {seconds[1]} s.",
        head=tuple(_head(data)),
        sections=tuple(_sections(data)),
        version=data["lcnn_verify"],
        start="changes",
        place="" if folder is None else f"comparison: {folder / 'diff.html'}",
    )


def _head(data: _Json) -> Iterator[doc.Block]:
    """The two reports, and how many claims changed in which way."""
    for name in ("old", "new"):
        line = (doc.Span(name.capitalize(), "strong"), ": ", doc.Plain(side(data[name])))
        yield doc.Paragraph(line, "papers")
    for note in data["notes"]:
        yield doc.Paragraph((doc.Span("Note", "strong"), ": ", doc.Plain(note)), "note")
    tiles = tuple(
        (doc.Span(f"{group.size}", "strong"), " ", doc.Span(group.title, "word"))
        for group in groups(data)
    )
    yield doc.Bullets(tiles, "tiles", doc.Medium.PAGE)


def _sections(data: _Json) -> Iterator[doc.Section]:
    changes: list[doc.Block] = [_changes(group) for group in groups(data)]
    media = doc.Medium.EVERYWHERE if changes else doc.Medium.WRITTEN
    changes = changes or [doc.Paragraph("Nothing changed in any claim.")]
    note = doc.Paragraph(rules(data), "note", doc.Medium.WRITTEN)
    yield doc.Section("Changes", (*changes, note), "changes", media=media)
    if data["still"]:
        columns = doc.columns("claim", "verdict")
        known = {True: ", expected", False: ""}
        rows = tuple(
            (doc.Code(e["claim"]), f"{e['verdict']}{known[e['expected']]}: {e['reason']}")
            for e in data["still"]
        )
        title = "Still not as wanted"
        yield doc.Section(title, (doc.Table(columns, rows, label=title),), "still", "warn")
    yield from deviations(data["deviations"])
    if data["environment"]:
        sides = doc.columns("", "old", "new")
        facts = tuple(
            tuple(doc.Plain(e[key] if e[key] is not None else NOTHING) for key in _DIFFERENCE)
            for e in data["environment"]
        )
        table = doc.Table(sides, facts, label="Environment")
        yield doc.Section("Environment", (table,), "environment")
    else:
        same = doc.Paragraph("The same in both reports.")
        yield doc.Section("Environment", (same,), "environment", media=doc.Medium.PAGE)
    yield from _durations(data["durations"])


def _changes(group: Group) -> doc.Section:
    """Changes of one severity; claims with the same ones stand together."""
    rows: tuple[tuple[doc.Line, ...], ...] = tuple(
        (doc.Lines(tuple(map(doc.Code, claims))), doc.Lines(texts))
        for claims, texts in group.changes
    )
    table = doc.Table(doc.columns("claim", "change"), rows, label=group.title)
    return doc.Section(group.title, (table,), group.title.lower().replace(" ", "-"), group.tone)


def deviations(matches: Iterable[_Json]) -> Iterator[doc.Section]:
    """What became of each expected deviation (:meth:`Match.to_json`); nothing if there is none."""
    rows, lines = [], []
    for match in matches:
        detail = f": {match['detail']}" if match["detail"] else ""
        name, status, reason = doc.Code(match["id"]), f"{match['status']}{detail}", match["reason"]
        rows.append((name, doc.Plain(status), reason, doc.Link(match["link"], match["link"])))
        lines.append((name, doc.Plain(f"{status}: {reason} ({match['link']})")))
    if rows:
        title = "The file of expected deviations"
        columns = doc.columns("claim", "status", "reason", "link")
        written = doc.Table(columns, tuple(rows), label=title, media=doc.Medium.WRITTEN)
        # A terminal has no room for as many columns.
        short = doc.Table(columns[:2], tuple(lines), media=doc.Medium.TERMINAL)
        yield doc.Section(title, (written, short), "deviations")


def _durations(durations: _Json) -> Iterator[doc.Section]:
    """The units that took noticeably more or less time."""
    rows: tuple[tuple[doc.Line, ...], ...] = tuple(
        (doc.Code(unit["unit"]), *(f"{number(unit[side], 3)} s" for side in ("old", "new")))
        for unit in durations["units"]
    )
    if rows:
        columns = doc.columns("unit", numbers=("old", "new"))
        table = doc.Table(columns, rows, label="Durations")
        yield doc.Section("Durations", (table,), "durations", media=doc.Medium.WRITTEN)


def headline(data: _Json) -> str:
    """The outcome in one sentence."""
    compared, regressed = data["summary"]["compared"], len(data["summary"]["regressions"])
    noun = _noun(data["new"])
    if regressed:
        return f"{plural(regressed, noun)} regressed; {compared:,} compared."
    return f"No regression in {plural(compared, noun)}."


def counts(data: _Json) -> str:
    """What else there is, in one sentence: numbers of claims."""
    summary = data["summary"]
    numbers = {
        "new": summary["new_claims"],
        "vanished": summary["vanished_claims"],
        "with warnings": summary["warnings"],
        "improved": summary["improvements"],
        "deviating as expected": summary["expected"],
        "still not as wanted": data["still"],
    }
    told = [f"{len(claims):,} {what}" for what, claims in numbers.items() if claims]
    return f"{', '.join(told)}." if told else "Nothing else of note."


def rules(data: _Json) -> str:
    """What counted as what."""
    margin, strict = data["options"]["margin"], data["options"]["strict"]
    return (
        "A regression is a verdict that was as wanted and is not, or a claim that vanished or is "
        f"no longer exercised. A margin is worth a warning when {number(margin)} of it or more is "
        f"lost{'; warnings count as regressions here (--strict)' if strict else ''}. "
        "Durations never count."
    )


def side(entry: _Json) -> str:
    """One of the two reports: where it is, of what, and how it came about."""
    of = f", of {entry['target']}" if entry["target"] else ""
    fallen, claims = len(entry["not_as_wanted"]), plural(entry["claims"], _noun(entry))
    return (
        f"{entry['source']}{of} ({entry['kind']}, profile {entry['profile']}, "
        f"seed {entry['seed']}, started {entry['started']}; {claims}, {fallen} not as wanted)"
    )


def _noun(entry: _Json) -> str:
    """What the statements of a report are called."""
    return "claim" if entry["kind"] == "run" else "check"
