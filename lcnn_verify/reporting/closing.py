"""The end of a report: proofs in short, words, laws, how to repeat the run, and where it ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.article import in_repository, laws
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


def closing(data: _Json) -> Iterator[doc.Section]:
    """What stands below the claims."""
    theorems = [
        (doc.Code(entry["id"]), f": {theorem}.")
        for entry in data["claims"]
        for theorem in phrases.theorems(entry)
    ]
    if theorems:
        bullets = doc.Bullets(tuple(theorems))
        title = "Proved for all instances of a box"
        yield doc.Section(title, (bullets,), "proved", media=doc.Medium.SUMMARY)
    proofs = [
        (doc.Code(entry["id"]), f": {phrases.proof(entry['counterexample'])}")
        for entry in data["claims"]
        if entry["counterexample"] and phrases.proof(entry["counterexample"])
    ]
    if proofs:
        bullets = doc.Bullets(tuple(proofs))
        title = "Counterexamples, by interval arithmetic"
        yield doc.Section(title, (bullets,), "by-intervals", media=doc.Medium.SUMMARY)
    if data["not_testable"]:
        yield _not_testable(data)
    yield _reading()
    if data["timings"]["units"] and laws(data):
        yield _laws(data)
    yield glossary(data)
    yield _reproduce(data)
    yield _environment(data["environment"])


def meanings() -> doc.Facts:
    """Every verdict and what it means."""
    told = tuple((name, f"{meaning}.") for name, meaning in phrases.meanings())
    return doc.Facts(told, "meanings")


def _reading() -> doc.Section:
    """What verdicts and numbers mean, where there is no glossary."""
    numbers = f"“Tightest” is {TIGHTEST}. “Violation rate ≤” is {RATE}."
    blocks = (meanings(), doc.Paragraph(PROOFS), doc.Paragraph(numbers))
    return doc.Section("How to read the tables", blocks, "reading", media=doc.Medium.SUMMARY)


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
    return doc.Section(
        "How to reproduce",
        (
            doc.Paragraph("The same run, with the same random streams:"),
            doc.Listing(phrases.run_command(data)),
            doc.Paragraph(
                (
                    "One counterexample: the replay command beside it. ",
                    derived,
                    "Everything on this page, in full, is in ",
                    doc.Link("report.json", "report.json"),
                    "; what differs between equal runs is only under its key ",
                    doc.Code("timings"),
                    ".",
                ),
                media=doc.Medium.PAGE,
            ),
            doc.Paragraph(
                doc.Plain(f"{made}, report schema {data['schema_version']}."),
                media=doc.Medium.SUMMARY,
            ),
        ),
        "reproduce",
        listed="How to reproduce",
        media=doc.Medium.WRITTEN,
    )


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
