"""A report as a document: its outcome, what is not as wanted, every verdict, every claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lcnn_verify.numerics.digits import NOTHING, number
from lcnn_verify.reporting import fallen, phrases
from lcnn_verify.reporting.article import article, badge, tone
from lcnn_verify.reporting.causes import causes
from lcnn_verify.reporting.document import (
    Block,
    Bullets,
    Code,
    Column,
    Document,
    Facts,
    Line,
    Link,
    Listing,
    Medium,
    Paragraph,
    Plain,
    Section,
    Span,
    Table,
    joined,
)
from lcnn_verify.reporting.phrases import plural

_Json = Mapping[str, Any]
_TIGHTEST = (
    "“Tightest” is how near the nearest check came to failing: 1 is an equality, above 1 a "
    "violation. For an identity it is the difference over the error bounds allowed. “Violation "
    "rate ≤” is the 95 % Clopper–Pearson bound from independent draws of the law the claim’s "
    "details state, the worst where there are several; — where there are none."
)


def document(data: _Json, folder: Path | None = None, *, written: bool = True) -> Document:
    """The report ``data`` as a document; ``folder`` is where its files are, for the terminal.

    Without ``written`` the claims' details, which the page alone shows, are left out.
    """
    parts, run = phrases.sections(data), data["run"]
    bad = any(not (entry["as_wanted"] or entry.get("expected")) for entry in data["claims"])
    return Document(
        kind="report",
        headline=phrases.headline(data),
        tone="bad" if bad else "good",
        lede=f"{phrases.counts(data)}; profile {run['profile']}, seed {run['seed']}.",
        head=tuple(_head(data)),
        sections=(
            *_verdicts(data, parts, folder),
            *(_details(data, parts) if written else ()),
            *_closing(data),
        ),
        version=data["environment"]["lcnn_verify"],
        start="verdicts",
        place="" if folder is None else f"report: {folder / 'index.html'}",
    )


def _head(data: _Json) -> Iterator[Block]:
    """What was tested, how much, and with what."""
    run, environment, timings = data["run"], data["environment"], data["timings"]
    sources = {entry["source"]["paper"]: entry["source"] for entry in data["claims"]}
    linked = [Link(source["paper"], source["url"]) for source in sources.values() if source["url"]]
    if linked:
        yield Paragraph(("Under test: ", *joined(linked, "; "), "."), "papers", Medium.PAGE)
    if facts := phrases.subject(data):
        yield Facts(tuple((name.capitalize(), Plain(value)) for name, value in facts))
    if missing := phrases.not_offered(data):
        lines = tuple((Code(check), f", {reason}") for check, reason in missing)
        text = ("Not offered, and no failure: ", joined(lines, "; "), ".")
        yield Paragraph(text, "small", Medium.WRITTEN)
        for check, reason in missing:
            yield Paragraph(f"not offered: {check}: {reason}", "whole", Medium.TERMINAL)
    yield Bullets(tuple(_tiles(data["summary"]["verdicts"])), "tiles", Medium.PAGE)
    pairs = {
        "Profile": run["profile"],
        "Seed": str(run["seed"]),
        "Selection": ", ".join(run["selection"]) or "all claims",
        "Version": environment["lcnn_verify"],
        "Revision": _short_revision(environment["git_revision"]),
        "Report schema": data["schema_version"],
        "Started": timings["started"],
        "Took": f"{number(timings['seconds'], 3)} s",
    }
    yield Facts(_plain(pairs), media=Medium.PAGE)


def _plain(pairs: Mapping[str, str]) -> tuple[tuple[str, Line], ...]:
    return tuple((name, Plain(value)) for name, value in pairs.items())


def _tiles(verdicts: _Json) -> Iterator[Line]:
    """How many claims and controls have each verdict."""
    for verdict, kinds in verdicts.items():
        claims, controls = kinds["claims"], kinds["controls"]
        apart = f" ({kinds['independent']} independent)" if kinds["independent"] != claims else ""
        told = [f"{plural(claims, 'claim')}{apart}"] if claims else []
        told += [plural(controls, "control")] if controls else []
        if told:
            count = Span(str(claims + controls), "strong")
            yield count, " ", Span(verdict, "word"), " ", Span(", ".join(told), "less")


def _short_revision(revision: str | None) -> str:
    """The first digits of a commit, and whether the checkout was changed."""
    if revision is None:
        return "no checkout"
    commit, dash, dirty = revision.partition("-")
    return f"{commit[:12]}{dash}{dirty}"


def _verdicts(
    data: _Json, parts: Sequence[phrases.Group], folder: Path | None
) -> Iterator[Section]:
    """What is not as wanted, told for each medium, and the tables of all verdicts."""
    derived = any(entry["follows_from"] for entry in data["claims"])
    star = [Paragraph("* follows from another claim: tested, not counted twice")] if derived else []
    yield Section("", (_overview(data, parts), *star), "overview", media=Medium.TERMINAL)
    unwanted = causes(data)
    if unwanted:
        blocks = (*fallen.told(unwanted, fallen.replayed(folder)), *fallen.snippet(data))
        yield Section("", blocks, "fallen", media=Medium.TERMINAL)
        told = tuple(fallen.told(unwanted, fallen.replay))
        yield Section("Not as wanted", told, "not-as-wanted", media=Medium.SUMMARY)
    callout = fallen.callout(data, unwanted)
    tables = [_table(part, data) for part in parts]
    note = Paragraph(_TIGHTEST, "note")
    yield Section(
        "Verdicts", (*callout, *tables, note), "verdicts", listed="Verdicts", media=Medium.PAGE
    )
    for part in parts:
        yield Section(part.title, (_summary(part),), part.key, media=Medium.SUMMARY)
    yield Section("How to read the tables", (note,), "reading-tables", media=Medium.SUMMARY)


def _overview(data: _Json, parts: Sequence[phrases.Group]) -> Table:
    """All verdicts in one table, as few columns as there are."""
    columns = (Column("claim"), Column("verdict"), Column("examples", number=True))
    rows: list[tuple[Line, ...]] = []
    ends = set()
    for part in parts:
        for entry in part.entries:
            star = "*" if entry["follows_from"] else ""
            style = {"good": "good", "bad": "bad"}.get(tone(entry), "warn")
            rows.append(
                (
                    Plain(f"{entry['id']}{star}"),
                    Span(entry["verdict"], style),
                    number(entry["examples"]),
                    phrases.tightness(entry),
                    Span("yes" if entry["as_wanted"] else "NO", style),
                )
            )
        ends.add(len(rows) - 1)
    more = (Column("tightest", number=True), Column("wanted"))
    return Table((*columns, *more), tuple(rows), ends=frozenset(ends))


def _table(part: phrases.Group, data: _Json) -> Table:
    """The verdicts of one group, with the statements beside them."""
    quoted = any(entry["wording"] for entry in part.entries)
    controls = any(entry["refutation"] for entry in part.entries)
    columns = [Column("Claim", style="claim-column")]
    columns += [Column("What the paper says")] if quoted else []
    columns += [Column("What is tested")]
    columns += [Column("Why it is false")] if controls else []
    columns += [Column("Verdict", style="verdict-column")]
    columns += [Column(name, number=True) for name in ("Examples", "Tightest", "Violation rate ≤")]
    rows = []
    for entry in part.entries:
        follows = ", ".join(entry["follows_from"])
        name = (
            fallen.anchor(entry),
            Span(entry["title"], "title"),
            *((Span(Plain(f"follows from {follows}"), "follows"),) if follows else ()),
        )
        said = Span(Plain(entry["wording"]), "quote") if entry["wording"] else NOTHING
        row: list[Line] = [name]
        row += [said] if quoted else []
        row += [entry["statement"]]
        row += [entry["refutation"] or NOTHING] if controls else []
        row += [badge(entry), number(entry["examples"]), phrases.tightness(entry)]
        rows.append((*row, phrases.violation_rate(entry)))
    return Table(
        tuple(columns), tuple(rows), part.title, f"Verdicts: {part.title}", style="verdicts"
    )


def _summary(part: phrases.Group) -> Table:
    """The verdicts of one group in short."""
    columns = [Column(name) for name in ("claim", "says", "verdict", "")]
    columns += [Column(name, number=True) for name in ("examples", "tightest", "violation rate ≤")]
    rows = []
    for entry in part.entries:
        names = joined([Code(name) for name in entry["follows_from"]])
        says = (entry["title"], *((" (follows from ", *names, ")") if names else ()))
        rows.append(
            (
                Code(entry["id"]),
                says,
                entry["verdict"],
                Span(phrases.wanted(entry), "" if entry["as_wanted"] else "strong"),
                number(entry["examples"]),
                phrases.tightness(entry),
                phrases.violation_rate(entry),
            )
        )
    return Table(tuple(columns), tuple(rows), part.title)


def _details(data: _Json, parts: Sequence[phrases.Group]) -> Iterator[Section]:
    """Every claim in full, group by group."""
    place = {entry["id"]: index for index, entry in enumerate(data["claims"])}
    for index, part in enumerate(parts, 1):
        introduction = [Paragraph(part.introduction, "introduction")] if part.introduction else []
        articles = [
            article(entry, f"f{place[entry['id']]}", data["timings"]) for entry in part.entries
        ]
        yield Section(
            part.title,
            (*introduction, *articles),
            f"section-{index}",
            listed=part.title,
            media=Medium.PAGE,
        )


def _closing(data: _Json) -> Iterator[Section]:
    """Proofs in short, the meaning of verdicts, how to repeat the run, and where it ran."""
    theorems = [
        (Code(entry["id"]), f": {theorem}.")
        for entry in data["claims"]
        for theorem in phrases.theorems(entry)
    ]
    if theorems:
        title = "Proved for all instances of a box"
        yield Section(title, (Bullets(tuple(theorems)),), "proved", media=Medium.SUMMARY)
    proofs = [
        (Code(entry["id"]), f": {phrases.proof(entry['counterexample'])}")
        for entry in data["claims"]
        if entry["counterexample"] and phrases.proof(entry["counterexample"])
    ]
    if proofs:
        title = "Counterexamples, by interval arithmetic"
        yield Section(title, (Bullets(tuple(proofs)),), "by-intervals", media=Medium.SUMMARY)
    meanings = tuple((name, f"{meaning}.") for name, meaning in phrases.meanings())
    yield Section(
        "How to read verdicts",
        (
            Facts(meanings, "meanings"),
            Paragraph(
                "A claim is wanted SUPPORTED or CERTIFIED, a control REFUTED. Green means as "
                "wanted, red means decided the other way, amber means not decided, or an expected "
                "failure; the word always says which.",
                media=Medium.PAGE,
            ),
            Paragraph(
                "No verdict but CERTIFIED is a proof. The rate bound is for independent draws from "
                "the one law it states; examples found by search say nothing about rates.",
            ),
        ),
        "reading",
        listed="How to read verdicts",
        media=Medium.WRITTEN,
    )
    yield _reproduce(data)
    yield _environment(data["environment"])


def _reproduce(data: _Json) -> Section:
    environment = data["environment"]
    revision = environment["git_revision"] or "no checkout"
    made = f"lcnn-verify {environment['lcnn_verify']} ({revision})"
    return Section(
        "How to reproduce",
        (
            Paragraph("The same run, with the same random streams:"),
            Listing(phrases.run_command(data)),
            Paragraph(
                (
                    "One counterexample: the replay command beside it. Everything on this page, in "
                    "full, is in ",
                    Link("report.json", "report.json"),
                    "; what differs between equal runs is only under its key ",
                    Code("timings"),
                    ".",
                ),
                media=Medium.PAGE,
            ),
            Paragraph(
                (Plain(f"{made}, report schema {data['schema_version']}."),), media=Medium.SUMMARY
            ),
        ),
        "reproduce",
        listed="How to reproduce",
        media=Medium.WRITTEN,
    )


def _environment(environment: _Json) -> Section:
    floats = environment["float"]
    count = environment["cpu_count"]
    pairs = {
        "Python": f"{environment['implementation']} {environment['python']}",
        "Revision": environment["git_revision"] or "no checkout",
        "Platform": environment["platform"],
        "Machine": environment["machine"] + (f", {plural(count, 'processor')}" if count else ""),
        "Float": f"{floats['mantissa_bits']} bits, ε = {number(floats['epsilon'])}",
        **environment["packages"],
        **{f"{item['name']}, left out": item["reason"] for item in environment["left_out"]},
    }
    return Section(
        "Environment",
        (Facts(_plain(pairs)),),
        "environment",
        listed="Environment",
        media=Medium.PAGE,
    )
