"""One claim of a report in full: what is tested, the evidence, what was proved, what refutes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.numerics.digits import NOTHING, number
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.arguments import Arguments, brief, take_apart
from lcnn_verify.reporting.document import (
    Block,
    Code,
    Column,
    Details,
    Facts,
    Group,
    Heading,
    Line,
    Lines,
    Link,
    Listing,
    Paragraph,
    Picture,
    Plain,
    Section,
    Span,
    Table,
    joined,
)

_Json = Mapping[str, Any]
_MOST_WITNESSES = 3
_LONG_LAW = 120  # characters; a longer one is folded


def tone(entry: _Json) -> str:
    """The colour of a verdict: good if wanted, bad if decided the wrong way, else warn.

    A failure that is expected does not count, and is no more than a warning.
    """
    if entry["as_wanted"]:
        return "good"
    if entry.get("expected"):
        return "warn"
    return "warn" if entry["verdict"] in ("INCONCLUSIVE", "NOT EXERCISED") else "bad"


def badge(entry: _Json) -> Span:
    """A verdict in its colour, and whether it is the wanted one."""
    mark = f"{'✓' if entry['as_wanted'] else '✗'} {phrases.wanted(entry)}"
    word = Span(entry["verdict"], "word")
    return Span((word, " ", Span(mark, "mark")), f"badge {tone(entry)}")


def article(entry: _Json, prefix: str, timings: _Json) -> Section:
    """The claim as an article of the page; ``prefix`` keeps the ids of its drawings apart."""
    key = f"claim-{entry['id']}"
    blocks: list[Block] = [Paragraph(entry["reason"], "reason")]
    if expected := entry.get("expected"):
        blocks.append(Paragraph(Plain(f"Expected to fail: {expected}"), "small"))
    halves = (Group(tuple(_said(entry)), "said"), Group(tuple(_evidence(entry)), "evidence"))
    blocks.append(Group(halves, "columns"))
    if theorems := phrases.theorems(entry, timings):
        proved = tuple(Paragraph(f"{theorem}.") for theorem in theorems)
        blocks.append(Section("Proved", proved, f"{key}-proved", "proved"))
    if fallen := entry["counterexample"]:
        inside = tuple(_fallen(entry, fallen, prefix))
        blocks.append(Section("Counterexample", inside, f"{key}-fallen", "fallen"))
    blocks += _witnesses(entry["witnesses"])
    if pictures := tuple(_pictures(entry, prefix)):
        blocks.append(Group(pictures, "figures"))
    title = (entry["title"], " ", Link(entry["id"], f"#{key}", "id"))
    return Section(title, tuple(blocks), key, f"claim {tone(entry)}", mark=badge(entry))


def _said(entry: _Json) -> Iterator[Block]:
    """The statement, its source, and what it rests on."""
    yield Heading("What is tested")
    yield Paragraph(entry["statement"], "statement")
    if entry["wording"]:
        yield Heading("What the paper says")
        yield Paragraph(Plain(entry["wording"]), "quote")
    if entry["refutation"]:
        yield Heading("Why it is false")
        yield Paragraph(entry["refutation"])
    source = entry["source"]
    tests = [Code(test) for test in entry["tests"]]
    file = Code(f"properties/{entry['property_file']}")
    pairs: dict[str, Line] = {
        "Source": (Link(source["paper"], source["url"]), Plain(f", {source['place']}")),
        "Kind": Plain(entry["kind"]),
        "Provenance": Plain(", ".join(entry["provenance"])),
        "Follows from": Plain(
            f"{', '.join(entry['follows_from'])}; not counted as separate evidence"
        ),
        "Assumes": Lines(tuple(entry["assumptions"])),
        "Constants": phrases.constants(entry["constants"]),
        "Property": (file, ": ", joined(tests)) if len(tests) > 1 else file,
    }
    there = {"Follows from": "follows_from", "Assumes": "assumptions"}
    kept = {name: line for name, line in pairs.items() if entry.get(there.get(name, ""), True)}
    yield Facts(tuple(kept.items()), "origin")


def _evidence(entry: _Json) -> Iterator[Block]:
    """Counts, independent draws, the tightest margin, and what was measured beside it."""
    yield Heading("Evidence")
    tallies = {
        "Examples": entry["examples"],
        "Undecided": entry["undecided"],
        "Violations": entry["violations"],
        "Escalated": entry["escalated"],
        "Rejected draws": sum(entry["discarded"].values()),
        **({"Decided exactly": entry["exact"]} if entry.get("exact") else {}),
    }
    yield Facts(tuple((name, number(count)) for name, count in tallies.items()), "tallies")
    counted = {"Rejected": "discarded", "Undecided": "undecided_reasons", "Classes": "classes"}
    for name, field in counted.items():
        if counts := entry.get(field):
            told = "; ".join(f"{reason} ({number(count)})" for reason, count in counts.items())
            yield Paragraph(Plain(f"{name}: {told}."), "small")
    for error in entry["errors"]:
        yield Paragraph(Plain(f"The property broke: {error}"), "small bad-text")
    for defect in entry.get("defects", ()):
        yield Heading("A defect of the numerics", minor=True)
        yield from _example(defect)
    if audit := entry.get("audit"):
        yield Paragraph(_audited(audit), "small")
    for stream in entry["sampling"]:
        yield from _sampling(stream)
    if entry["counterexample"]:
        yield Heading(f"Tightest margin: {phrases.tightness(entry)}, below", minor=True)
    if seen := entry["tightest"]:
        which = "Tightest that holds" if entry["counterexample"] else "Tightest margin"
        yield Heading(f"{which}: {phrases.closeness(seen)}", minor=True)
        yield from _example(seen)
    if measured := _measured(entry["measurements"]):
        yield Heading("Measured beside it", minor=True)
        columns = tuple(map(Column, ("Quantity", "Measured", "Claimed")))
        label = f"Measurements for {entry['id']}"
        yield Table(columns, measured, label=label, style="data measured")


def _audited(audit: _Json) -> str:
    """How many quantities were held against their sharper routes."""
    told = f"Audited by sharper routes: {number(audit['quantities'])} quantities"
    if audit["unproved"]:
        told += f", {number(audit['unproved'])} of them without an enclosure"
    if audit["value_only"]:
        told += f"; {number(audit['value_only'])} more have no sharper route"
    return f"{told}."


def _sampling(stream: _Json) -> Iterator[Block]:
    """What the independent draws of one law say."""
    undecided = stream["undecided"]
    stay = f" and {number(undecided)} stay undecided" if undecided else ""
    folded = len(stream["law"]) > _LONG_LAW
    law = " under the law below." if folded else f" under this law: {stream['law']}"
    yield Paragraph(
        (
            "Of ",
            Span(number(stream["draws"]), "strong"),
            f" independent draws, {number(stream['violations'])} violate the statement{stay}: with "
            "95 % confidence its violation rate is at most ",
            Span(number(stream["violation_rate_bound"], 3), "strong"),
            f" (Clopper–Pearson){law}",
        ),
        "sampling",
    )
    if folded:
        yield Details("The law of these draws", (Paragraph(stream["law"], "small"),), "law")


def _example(seen: _Json, arguments: Arguments | None = None) -> Iterator[Block]:
    """One decided comparison and the example it was made on."""
    yield from _comparison(seen)
    taken = take_apart(seen["arguments"]) if arguments is None else arguments
    if taken.parameters:
        pairs = tuple((name, Plain(value)) for name, value in taken.parameters)
        yield Facts(pairs, "parameters")
    for note in taken.notes:
        yield Paragraph(Plain(note), "small")
    tables = []
    for array in taken.arrays:
        columns = tuple(Column("", style="bare") for _ in array.rows[0])
        rows = tuple(tuple(Plain(cell) for cell in row) for row in array.rows)
        title = Plain(f"{array.name}, {array.note}" if array.note else array.name)
        tables.append(Table(columns, rows, title, array.name, style="matrix"))
    if tables:
        yield Details("Matrices", tuple(tables))


def _comparison(seen: _Json) -> Iterator[Block]:
    """What was computed, what it was held against, and by which arithmetic it was decided."""
    if seen["relation"] == "?":
        yield Paragraph((seen["quantity"], " ", Span(seen["bound_label"], "strong")), "comparison")
        yield Paragraph(Plain(seen["note"]), "small")
    else:
        yield Paragraph(phrases.comparison(seen), "comparison")
        note = f"; {seen['note']}" if seen["note"] else ""
        told = f"{phrases.margin(seen)}; decided by {seen['decided_by']}{note}"
        yield Paragraph(Plain(told), "small")
    if diagnosis := seen.get("diagnosis"):
        yield Paragraph(Span(diagnosis, "strong"), "small")
    if exact := seen.get("exact"):
        plain = str.maketrans({"−": "-", ",": None})
        shown = [number(seen[side], 6).translate(plain) for side in ("got", "bound")]
        if shown != [exact["got"], exact["bound"]]:
            told = f"In full: {brief(exact['got'])} and {brief(exact['bound'])}."
            yield Paragraph(Plain(told), "small")
    if proof := phrases.proof(seen):
        yield Paragraph(Plain(f"Proved: {proof}."), "small")


def _measured(measurements: Sequence[_Json]) -> tuple[tuple[Line, ...], ...]:
    """Measurements of one name, which shards may have repeated: value or range, and the claim."""
    by_name: dict[tuple[str, str], list[float | None]] = {}
    for entry in measurements:
        by_name.setdefault((entry["name"], entry["claimed"]), []).append(entry["value"])
    return tuple(
        (name, _spread(values), claimed or NOTHING) for (name, claimed), values in by_name.items()
    )


def _spread(values: Sequence[float | None]) -> str:
    finite = [value for value in values if value is not None]
    if not finite:
        return NOTHING
    low, high = number(min(finite)), number(max(finite))
    return low if low == high else f"{low} … {high} ({len(finite)} values)"


def _fallen(entry: _Json, seen: _Json, prefix: str) -> Iterator[Block]:
    """What refutes the claim, drawn where its pack draws it, and how to see it again."""
    arguments = take_apart(seen["arguments"])
    blocks: list[Block] = [*_example(seen, arguments)]
    file = Link("the file", f"counterexamples/{entry['id']}.json")
    line = (f"Replay it, {phrases.replay_from(entry)} (", file, "):")
    blocks += [Paragraph(line, "small"), Listing(phrases.replay_command(entry))]
    if snippet := seen.get("snippet"):
        blocks.append(Paragraph("Or see it fail without lcnn-verify:", "small"))
        blocks.append(Listing(snippet, "python"))
    halves: list[Block] = [Group(tuple(blocks), "half")]
    drawing = arguments.picture(f"{prefix}-x", f"What refutes {entry['id']}")
    halves[:0] = _picture(drawing)
    yield Group(tuple(halves), "columns")


def _witnesses(witnesses: Sequence[_Json]) -> Iterator[Block]:
    """The first confirmed witnesses of an existence claim."""
    if not witnesses:
        return
    shown = [Group(tuple(_example(seen)), "witness") for seen in witnesses[:_MOST_WITNESSES]]
    cut = len(witnesses) > len(shown)
    rest = [Paragraph("The others are in report.json.", "small")] if cut else []
    yield Details(f"Confirmed witnesses: {len(witnesses)}", (*shown, *rest), "witnesses")


def _pictures(entry: _Json, prefix: str) -> Iterator[Block]:
    """The claim's figures, and drawings of what was proved, where its pack makes one."""
    # Imported here: what draws costs start-up time that a look in the terminal does not need.
    from lcnn_verify.reporting.figures import figures

    for drawing in figures(entry["series"], prefix):
        yield Picture(drawing)
    for index, made in enumerate(entry.get("proofs", ())):
        taken = take_apart({"drawn": made["drawn"]} if "drawn" in made else {})
        yield from (Paragraph(Plain(note), "small") for note in taken.notes)
        yield from _picture(taken.picture(f"{prefix}-p{index}", made["statement"]))


def _picture(found: Drawing | str | None) -> Iterator[Block]:
    """A drawing, or the line that stands in its place; nothing for None."""
    if found is not None:
        yield Paragraph(Plain(found), "small") if isinstance(found, str) else Picture(found)
