"""Margins and durations of every claim over many reports: one record, drawn and tabulated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import lcnn_verify
from lcnn_verify.comparison import outline
from lcnn_verify.comparison.surroundings import Side, kind, side
from lcnn_verify.errors import InputError
from lcnn_verify.evidence.figures import Axis, Figure, Kind, Line, linear, log
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.plain import plain
from lcnn_verify.reporting.record import write_record
from lcnn_verify.reporting.report import Report

TREND_VERSION = "1.0"
SCHEMA_PATH = Path(__file__).with_name("trend.schema.json")
_RUNS = linear("report, in the order given", "number")


class Course(TypedDict):
    """One claim over the reports, with null where a report does not have it."""

    claim: str
    verdicts: Sequence[str | None]
    tightest: Sequence[float | None]
    closeness: Sequence[str | None]
    seconds: Sequence[float | None]


class TrendData(TypedDict):
    """What ``trend.json`` holds."""

    trend: str
    lcnn_verify: str
    reports: Sequence[Side]
    seconds: Sequence[float]
    claims: Sequence[Course]


@dataclass(frozen=True, slots=True)
class Trend:
    """Reports in a row; ``data`` is what ``trend.json`` holds and obeys ``trend.schema.json``."""

    data: dict[str, Any]

    def document(self, folder: Path | None = None, *, drawn: bool = True) -> doc.Document:
        """What is to be read, with figures where it is ``drawn``; ``folder`` has the files."""
        courses, reports = self.data["claims"], self.data["reports"]
        changed = sum(len({*it["verdicts"]} - {None}) > 1 for it in courses)
        verdicts = f"{changed} changed" if changed else "none changed"
        sides = ((f"{k}", outline.side(report)) for k, report in enumerate(reports, 1))
        head = ((doc.Span(k, "strong"), ": ", doc.Plain(told)) for k, told in sides)
        margins = doc.Section("Margins and durations", tuple(_tables(self.data)), "margins")
        sections = [margins]
        if drawn:
            blocks = tuple(_drawn(courses))
            sections.append(doc.Section("Each claim", blocks, "curves", media=doc.Medium.PAGE))
        return doc.Document(
            kind="trend",
            headline=f"{phrases.plural(len(courses), 'claim')} over {len(reports)} reports.",
            tone="warn" if changed else "good",
            lede=f"Of their verdicts {verdicts}. Took {_listed(self.data['seconds'])} s.",
            head=tuple(doc.Paragraph(line, "papers") for line in head),
            sections=tuple(sections),
            version=self.data["lcnn_verify"],
            start="margins",
            place="" if folder is None else f"trend: {folder / 'trend.html'}",
        )

    def write(self, directory: Path | str) -> None:
        """Write ``trend.json``, ``trend.md`` and ``trend.html``, each whole or not at all.

        Raises ``OSError`` when something cannot be written; what was written before stays.
        """
        write_record(directory, "trend", self.data, self.document())


def trend(reports: Sequence[Report], sources: Sequence[str]) -> Trend:
    """Set the reports side by side, in the order given; ``sources`` are the names they go by.

    Raises ``InputError`` for fewer than two, for reports of different kinds, and for reports that
    have no claim in common.
    """
    if len(reports) < 2:
        got = f"{len(reports)} report{'s' * (len(reports) != 1)}"
        raise InputError("REPORT", got, "at least two")
    every = [{entry["id"]: entry for entry in report.data["claims"]} for report in reports]
    first = kind(reports[0].data)
    for report, source in zip(reports, sources, strict=True):
        if kind(report.data) != first:
            got = f"{source}, of `lcnn-verify {kind(report.data)}`"
            raise InputError("REPORT", got, f"reports of `lcnn-verify {first}`, as {sources[0]} is")
    if not set.intersection(*(set(entries) for entries in every)):
        raise InputError(
            "REPORT", "reports without a claim in common", "reports of the same claims"
        )
    # The last report has the order that the ledger has now.
    ids = dict.fromkeys(claim for entries in reversed(every) for claim in entries)
    data: TrendData = {
        "trend": TREND_VERSION,
        "lcnn_verify": lcnn_verify.__version__,
        "reports": [side(r.data, name) for r, name in zip(reports, sources, strict=True)],
        "seconds": [report.data["timings"]["seconds"] for report in reports],
        "claims": [_course(claim, reports, every) for claim in ids],
    }
    return Trend(plain(data))


def _course(
    claim: str, reports: Sequence[Report], every: Sequence[Mapping[str, dict[str, Any]]]
) -> Course:
    entries = [entries.get(claim) for entries in every]
    seen = [it["counterexample"] or it["tightest"] if it else None for it in entries]
    return {
        "claim": claim,
        "verdicts": [it["verdict"] if it else None for it in entries],
        "tightest": [it["tightness"] if it else None for it in seen],
        "closeness": [phrases.tightness(it) if it else None for it in entries],
        "seconds": [
            phrases.seconds(report.data, claim) if entry else None
            for report, entry in zip(reports, entries, strict=True)
        ],
    }


def _tables(data: Mapping[str, Any]) -> Iterator[doc.Block]:
    """Every value where there is room for it; in the terminal the first and the last."""
    numbers = [f"report {k}" for k in range(1, len(data["reports"]) + 1)]
    heads = doc.columns("claim", numbers=numbers)
    rows: list[tuple[doc.Line, ...]]
    for title, key in (("Tightest", "closeness"), ("Seconds", "seconds")):
        rows = [(doc.Code(it["claim"]), *map(_cell, it[key])) for it in data["claims"]]
        yield doc.Table(heads, tuple(rows), title, media=doc.Medium.WRITTEN)
    heads = doc.columns("claim", "verdict", numbers=("tightest", "seconds"))
    kinds = ("verdicts", "closeness", "seconds")
    rows = [
        (doc.Code(it["claim"]), *(_listed(_ends(it[key])) for key in kinds))
        for it in data["claims"]
    ]
    yield doc.Table(heads, tuple(rows), media=doc.Medium.TERMINAL)
    yield doc.Paragraph(
        "“Tightest” is how near the nearest check came to failing: 1 is an equality, above 1 a "
        "violation. Durations never count.",
        "note",
    )


def _ends(values: Sequence[Any]) -> list[Any]:
    """The first and the last, or the one that both are."""
    ends = [values[0], values[-1]]
    return ends[:1] if ends[0] == ends[1] else ends


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else number(value, 3)


def _listed(values: Sequence[Any]) -> str:
    return " → ".join(map(_cell, values))


def _drawn(courses: Sequence[Mapping[str, Any]]) -> Iterator[doc.Block]:
    """The two figures of each claim, to unfold."""
    for index, course in enumerate(courses):
        pictures = tuple(doc.Picture(made) for made in _figures(course, f"t{index}"))
        told = f"{course['claim']}: {_listed(_ends(course['closeness']))}"
        if pictures:
            yield doc.Details(told, (doc.Group(pictures, "figures"),))


def _figures(course: Mapping[str, Any], prefix: str) -> Iterator[Any]:
    # Imported here: what draws costs start-up time that a look in the terminal does not need.
    from lcnn_verify.reporting.figures import figures

    fails = (Line("1: above it the claim fails", y=1.0),)
    for name, axis, lines in (
        ("tightest", log("tightest margin", "ratio"), fails),
        ("seconds", Axis("duration", "seconds"), ()),
    ):
        places = [k for k, value in enumerate(course[name], 1) if value]
        if not places:
            continue
        figure = Figure(Kind.BANDS, axis.name.capitalize(), x=_RUNS, y=axis, lines=lines)
        columns = {"x": places, "y": [course[name][k - 1] for k in places]}
        series = {"figure": figure.to_json(), "label": course["claim"], "data": columns}
        yield from figures([series], f"{prefix}-{name}")
