"""A report as a document: its outcome, what is not as wanted, every verdict, every claim.

Below the claims stand proofs in short, words, laws, how to repeat the run, and where it ran.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lcnn_verify.evidence import Verdict
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import fallen, phrases
from lcnn_verify.reporting.article import SHOWN, asked, card, in_repository, laws, shown_as, tone
from lcnn_verify.reporting.head import head, introduction
from lcnn_verify.reporting.terms import RATE, TIGHTEST, glossary, term

_Json = Mapping[str, Any]
PROOFS = (
    "CERTIFIED and REFUTED are proofs: of the claim for every instance, or of its failure at the "
    "counterexample shown. SUPPORTED is none: nothing that was tried violates the claim."
)
COLOURS = (
    "A claim is wanted SUPPORTED or CERTIFIED, a control REFUTED. Green means as wanted, red means "
    "decided the other way, amber means not decided, or an expected failure; the word always says "
    "which."
)


def document(data: _Json, folder: Path | None = None, *, written: bool = True) -> doc.Document:
    """The report ``data`` as a document; ``folder`` is where its files are, for the terminal.

    Without ``written`` the claims' details, which the page alone shows, are left out.
    """
    parts, run = phrases.sections(data), data["run"]
    fine = ("as_wanted", "expected")
    finished = [entry for entry in data["claims"] if not phrases.is_pending(data, entry)]
    bad = any(not any(entry.get(key) for key in fine) for entry in finished)
    return doc.Document(
        kind="report",
        headline=phrases.headline(data),
        tone="bad" if bad else "warn" if "partial" in data else "good",
        lede=f"{phrases.counts(data)}; profile {run['profile']}, seed {run['seed']}.",
        head=tuple(head(data)),
        sections=(
            *_verdicts(data, parts, folder),
            *(_details(data, parts) if written else ()),
            *_closing(data),
        ),
        version=data["environment"]["lcnn_verify"],
        start="verdicts",
        place="" if folder is None else f"report: {folder / 'index.html'}",
    )


def _verdicts(
    data: _Json, parts: Sequence[phrases.Group], folder: Path | None
) -> Iterator[doc.Section]:
    """What is not as wanted, told for each medium, and what there is to see."""
    note = "* follows from another claim: tested, not counted twice"
    star = [doc.Paragraph(note)] if any(entry["follows_from"] for entry in data["claims"]) else []
    yield doc.Section("", (_overview(data, parts), *star), "overview", media=doc.Medium.TERMINAL)
    unwanted = fallen.causes(data)
    if unwanted:
        blocks = (*fallen.told(unwanted, fallen.replayed(folder)), *fallen.snippet(data))
        yield doc.Section("", blocks, "fallen", media=doc.Medium.TERMINAL)
        told = tuple(fallen.told(unwanted, fallen.replay))
        yield doc.Section("Not as wanted", told, "not-as-wanted", media=doc.Medium.SUMMARY)
    guide = doc.Group((meanings(), doc.Paragraph((PROOFS, " ", COLOURS), "note")), "guide")
    blocks = (*fallen.callout(data, unwanted), guide, *_filters(data))
    title = "Verdicts"
    yield doc.Section(title, blocks, "verdicts", listed=title, media=doc.Medium.PAGE)
    yield from fallen.advice(data)
    for part in parts:
        blocks = (_summary(part), *_studies(data, part))
        yield doc.Section(part.title, blocks, part.key, media=doc.Medium.SUMMARY)


def _filters(data: _Json) -> Iterator[doc.Filter]:
    """What of the claims to show, and of which papers."""
    total = len(data["claims"])
    shown = [shown_as(entry) for entry in data["claims"]]
    counts = [sum(true) for true in zip(*shown, strict=True)]
    choices = (("all", total), *zip(SHOWN, counts, strict=True))
    yield doc.Filter("show", "Show", choices)
    if len(data["packs"]) > 1:
        keys = [entry["pack"] for entry in data["claims"]]
        papers = ((pack["title"], keys.count(pack["key"])) for pack in data["packs"])
        yield doc.Filter("paper", "of", (("every paper", total), *papers))


def _overview(data: _Json, parts: Sequence[phrases.Group]) -> doc.Table:
    """All verdicts in one table, as few columns as there are."""
    rows: list[tuple[doc.Line, ...]] = []
    ends = set()
    for part in parts:
        for entry in part.entries:
            star = "*" if entry["follows_from"] else ""
            style = {"good": "good", "bad": "bad"}.get(tone(entry), "warn")
            rows.append(
                (
                    doc.Plain(f"{entry['id']}{star}"),
                    doc.Span(entry["verdict"], style),
                    number(entry["examples"]),
                    phrases.tightness(entry),
                    doc.Span("yes" if entry["as_wanted"] else "NO", style),
                )
            )
        ends.add(len(rows) - 1)
    columns = doc.columns("claim", "verdict", numbers=("examples", "tightest"))
    return doc.Table((*columns, doc.Column("wanted")), tuple(rows), ends=frozenset(ends))


def _summary(part: phrases.Group) -> doc.Table:
    """The verdicts of one group in short."""
    numbers = ("examples", "tightest", "violation rate ≤")
    columns = doc.columns("claim", "says", "verdict", "", numbers=numbers)
    rows = []
    for entry in part.entries:
        names = doc.joined([doc.Code(name) for name in entry["follows_from"]])
        says = (entry["title"], *((" (follows from ", *names, ")") if names else ()))
        rows.append(
            (
                doc.Code(entry["id"]),
                says,
                entry["verdict"],
                doc.Span(phrases.wanted(entry), "" if entry["as_wanted"] else "strong"),
                number(entry["examples"]),
                phrases.tightness(entry),
                phrases.violation_rate(entry),
            )
        )
    return doc.Table(columns, tuple(rows), part.title)


def _studies(data: _Json, part: phrases.Group) -> Iterator[doc.Block]:
    """What the studies of a group ask, and what their answers do not say."""
    for entry in part.entries:
        if entry.get("study"):
            yield doc.Heading(entry["title"], minor=True)
            yield asked(data, entry)


def _details(data: _Json, parts: Sequence[phrases.Group]) -> Iterator[doc.Details]:
    """Every claim as a card, paper by paper and group by group.

    A long report shows the first paper and those with claims that are not as wanted; it folds the
    others.
    """
    place = {entry["id"]: index for index, entry in enumerate(data["claims"])}
    long = phrases.is_long(data)
    for index, pack in enumerate(data["packs"], 1):
        title, blocks, entries = pack["title"], list[doc.Block](), list[_Json]()
        if long and index > 1:
            blocks.append(doc.Paragraph(introduction(pack), "papers"))
        for number_of, part in enumerate(parts, 1):
            if part.pack != pack["key"]:
                continue
            entries += part.entries
            said = [doc.Paragraph(part.introduction, "introduction")] if part.introduction else []
            cards = [card(data, entry, f"f{place[entry['id']]}") for entry in part.entries]
            name, key = part.below(title), f"section-{number_of}"
            blocks.append(doc.Section(name, (*said, *cards), key, "part", listed=name))
        wanted = sum(entry["as_wanted"] for entry in entries)
        yield doc.Details(
            title,
            tuple(blocks),
            "paper part long" if long else "paper part",
            doc.Medium.PAGE,
            opened=not long or index == 1 or wanted < len(entries),
            key=f"paper-{index}",
            mark=doc.Span(f"{wanted} of {len(entries)} as wanted", "near"),
            listed=title,
        )


def _closing(data: _Json) -> Iterator[doc.Section]:
    """What stands below the claims."""
    theorems = tuple(
        (doc.Code(entry["id"]), f": {theorem}.")
        for entry in data["claims"]
        for theorem in phrases.theorems(entry)
    )
    proofs = tuple(
        (doc.Code(entry["id"]), f": {proof}")
        for entry in data["claims"]
        if (seen := entry["counterexample"]) and (proof := phrases.proof(seen))
    )
    for title, lines, key in (
        ("Proved for all instances of a box", theorems, "proved"),
        ("Counterexamples, by interval arithmetic", proofs, "by-intervals"),
    ):
        if lines:
            yield doc.Section(title, (doc.Bullets(lines),), key, media=doc.Medium.SUMMARY)
    if data["not_testable"]:
        yield _not_testable(data)
    numbers = f"“Tightest” is {TIGHTEST}. “Violation rate ≤” is {RATE}."
    reading = (meanings(), doc.Paragraph(PROOFS), doc.Paragraph(numbers))
    title = "How to read the tables"  # where there is no glossary
    yield doc.Section(title, reading, "reading", media=doc.Medium.SUMMARY)
    if data["timings"]["units"] and laws(data):
        yield _laws(data)
    yield glossary(data)
    yield _reproduce(data)
    yield _environment(data["environment"])


def meanings() -> doc.Facts:
    """Every verdict and what it means."""
    told = ((str(it), f"{it.meaning[0].upper()}{it.meaning[1:]}.") for it in Verdict)
    return doc.Facts(tuple(told), "meanings")


def _not_testable(data: _Json) -> doc.Section:
    """The sentences that no computation can reach."""
    items = tuple(
        (
            (doc.Code(entry["id"]), f": {entry['title']}. "),
            (doc.Span(doc.Plain(entry["wording"]), "quote"), " ") if entry["wording"] else "",
            (f"{entry['statement']} ", term("not testable", "Not testable"), ": "),
            f"{entry['not_testable']}.",
        )
        for entry in data["not_testable"]
    )
    title = "Not testable"
    bullets = doc.Bullets(items, "sentences")
    return doc.Section(title, (bullets,), "not-testable", listed=title, media=doc.Medium.WRITTEN)


def _laws(data: _Json) -> doc.Section:
    """Each law of independent draws once."""
    told: list[doc.Block] = [
        doc.Paragraph((doc.Span(f"Law {k}", "strong"), f": {law}"), key=f"law-{k}")
        for k, law in enumerate(laws(data), 1)
    ]
    folded = doc.Details(f"All {phrases.plural(len(told), 'law')}", tuple(told), "laws")
    line = ("What is drawn independently, and how: ", term("violation rate", "violation rates"))
    blocks = (doc.Paragraph((*line, " are about these laws and no others."), "note"), folded)
    title = "Laws of the draws"
    return doc.Section(title, blocks, "laws", listed=title, media=doc.Medium.PAGE)


def _reproduce(data: _Json) -> doc.Section:
    environment = data["environment"]
    revision = environment["git_revision"] or "no checkout"
    made = f"lcnn-verify {environment['lcnn_verify']} ({revision})"
    packs = [pack for pack in data["packs"] if pack["notes"]]
    notes = [in_repository(data, pack["key"], pack["notes"]) for pack in packs]
    derived = ("Derivations are in ", doc.joined(notes), " of the repository. ") if notes else ""
    told = (
        ("One counterexample: the replay command beside it. ", derived),
        ("Everything on this page, in full, is in ", doc.Link("report.json", "report.json")),
        ("; what differs between equal runs is only under its key ", doc.Code("timings"), "."),
    )
    version = doc.Plain(f"{made}, report schema {data['schema_version']}.")
    blocks = (
        doc.Paragraph("The same run, with the same random streams:"),
        doc.Listing(phrases.run_command(data)),
        doc.Paragraph(told, media=doc.Medium.PAGE),
        doc.Paragraph(version, media=doc.Medium.SUMMARY),
    )
    title = "How to reproduce"
    return doc.Section(title, blocks, "reproduce", listed=title, media=doc.Medium.WRITTEN)


def _environment(environment: _Json) -> doc.Section:
    floats, count = environment["float"], environment["cpu_count"]
    processors = f", {phrases.plural(count, 'processor')}" if count else ""
    pairs = {
        "Python": f"{environment['implementation']} {environment['python']}",
        "Revision of lcnn-verify": environment["git_revision"] or "no checkout",
        "Platform": environment["platform"],
        "Machine": f"{environment['machine']}{processors}",
        "Float": f"{floats['mantissa_bits']} bits, ε = {number(floats['epsilon'])}",
        **environment["packages"],
        **{f"{item['name']}, left out": item["reason"] for item in environment["left_out"]},
    }
    facts = doc.Facts(tuple((doc.Plain(name), doc.Plain(told)) for name, told in pairs.items()))
    title = "Environment"
    folded = doc.Details("Versions and machine", (facts,))
    return doc.Section(title, (folded,), "environment", listed=title, media=doc.Medium.PAGE)
