"""One claim as a card of the page: what is said and by whom, and on what it rests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lcnn_verify.ledger.claim import Provenance
from lcnn_verify.numerics.digits import NOTHING, number
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import exhibits, phrases
from lcnn_verify.reporting.terms import of_pack, term

_Json = Mapping[str, Any]
_MOST_CASES = 24  # about three lines of a card
SHOWN = ("not as wanted", "proved, whole or in part", "controls")
"""What the page can be asked to show alone; :func:`shown_as` says which a claim is."""


def tone(entry: _Json) -> str:
    """The colour of a verdict: good if wanted, bad if decided the wrong way, else warn.

    A failure that is expected does not count, and is no more than a warning.
    """
    if entry["as_wanted"]:
        return "good"
    if entry.get("expected"):
        return "warn"
    return "warn" if entry["verdict"] in ("INCONCLUSIVE", "NOT EXERCISED") else "bad"


def badge(entry: _Json) -> doc.Span:
    """A verdict in its colour, and whether it is the wanted one."""
    mark = f"{'✓' if entry['as_wanted'] else '✗'} {phrases.wanted(entry)}"
    word = doc.Span(entry["verdict"], "word")
    return doc.Span((word, " ", doc.Span(mark, "mark")), f"badge {tone(entry)}")


def shown_as(entry: _Json) -> tuple[bool, ...]:
    """Which of ``SHOWN`` the claim is."""
    return not entry["as_wanted"], bool(entry.get("proofs")), entry["kind"] == "control"


def laws(data: _Json) -> tuple[str, ...]:
    """Every law of independent draws in the report ``data``, once, in its order."""
    streams = (stream for entry in data["claims"] for stream in entry["sampling"])
    return tuple(dict.fromkeys(stream["law"] for stream in streams))


def card(data: _Json, entry: _Json, prefix: str) -> doc.Details:
    """The claim ``entry`` of the report ``data``; ``prefix`` keeps ids of its drawings apart."""
    key = f"claim-{entry['id']}"
    blocks: list[doc.Block] = [doc.Paragraph(entry["reason"], "reason")]
    if len(failing := list(entry.get("failing", ()))) > 1:
        more = f" and {len(failing) - _MOST_CASES} more" if len(failing) > _MOST_CASES else ""
        blocks.append(doc.small(f"Cases that fail: {'; '.join(failing[:_MOST_CASES])}{more}."))
    if expected := entry.get("expected"):
        blocks.append(doc.small(f"Expected to fail: {expected}"))
    blocks.append(doc.Group(tuple(_said(data, entry)), "columns said"))
    if theorems := phrases.theorems(entry, data["timings"]):
        proved = tuple(doc.Paragraph(f"{theorem}.") for theorem in theorems)
        title = term("certificate", "Proved")
        blocks.append(doc.Section(title, proved, f"{key}-proved", "proved"))
    if fallen := entry["counterexample"]:
        inside = tuple(exhibits.fallen(entry, fallen, prefix))
        blocks.append(doc.Section("Counterexample", inside, f"{key}-fallen", "fallen"))
    halves = (tuple(_evidence(data, entry)), tuple(_tightest(entry)))
    blocks.append(doc.Group(tuple(doc.Group(half, "half") for half in halves if half), "columns"))
    blocks += exhibits.witnesses(entry["witnesses"])
    if pictures := tuple(exhibits.pictures(entry, prefix)):
        blocks.append(doc.Group(pictures, "figures"))
    blocks.append(doc.Facts(tuple(_origin(data, entry)), "origin"))
    papers = [pack["key"] for pack in data["packs"]]
    kinds = [f"show-{k}" for k, true in enumerate(shown_as(entry), 1) if true]
    kinds += [f"paper-{k}" for k, paper in enumerate(papers, 1) if paper == entry["pack"]]
    near = phrases.tightness(entry)
    unwanted = not (entry["as_wanted"] or phrases.is_pending(data, entry))
    return doc.Details(
        (entry["title"], " ", doc.Link(entry["id"], f"#{key}", "id")),
        tuple(blocks),
        " ".join(("card claim", tone(entry), *kinds)),
        opened=unwanted or len(data["claims"]) == 1,
        key=key,
        mark=(
            badge(entry),
            doc.Span(f"tightest {near}" if near != NOTHING else "", "near"),
            doc.Span(phrases.plural(entry["examples"], "example"), "size"),
        ),
    )


def asked(data: _Json, entry: _Json) -> doc.Facts:
    """What a study asks, how it answers, what that does not say, and at which size it was run."""
    size = f"{data['run']['profile']} profile"
    size += "" if size.startswith("deep") else "; deep is the full size"
    pairs = {**entry["study"], "size": size}.items()
    return doc.Facts(tuple((name.capitalize(), doc.Plain(text)) for name, text in pairs), "origin")


def _said(data: _Json, entry: _Json) -> Iterator[doc.Block]:
    """The source's words, our reading of them, and whose the constants are."""
    if entry.get("study"):
        yield asked(data, entry)
    source = entry["source"]
    words: list[doc.Block] = [doc.Heading("The source says")]
    if entry["wording"]:
        words.append(doc.Paragraph(doc.Plain(entry["wording"]), "quote"))
    else:
        meant = "; ".join(Provenance(item).meaning for item in entry["provenance"])
        ours = "a control is a false statement of ours" if entry["kind"] == "control" else meant
        words.append(doc.Paragraph(f"Nothing that is quoted: {ours}.", "small"))
    place: doc.Line = (doc.Link(source["paper"], source["url"]), doc.Plain(f", {source['place']}"))
    yield doc.Group((*words, doc.Paragraph(place, "small")), "half")
    false = entry["refutation"]
    heading = "What is tested, and is false" if false else "Our reading, which is tested"
    statement = doc.Paragraph(entry["statement"], "statement")
    reading: list[doc.Block] = [doc.Heading(heading), statement]
    if entry["assumptions"]:
        line = ("Assumes: ", doc.Lines(tuple(entry["assumptions"])))
        reading.append(doc.Paragraph(line, "small"))
    if false:
        reading.append(doc.Paragraph(("Why it is false: ", false), "small"))
    yield doc.Group(tuple(reading), "half")
    constants: list[doc.Block] = [doc.Heading("Constants, and whose")]
    if all(constant["whose"] == "ours" for constant in entry["constants"]):
        told = "The source gives none of these; all are ours." if entry["constants"] else "None."
        constants.append(doc.Paragraph(told, "small"))
    pairs = (
        (f"{c['name']}: {c['value']}", (doc.Span(c["whose"], "whose"), ": ", c["basis"]))
        for c in entry["constants"]
    )
    if entry["constants"]:
        constants.append(doc.Facts(tuple(pairs), "constants"))
    yield doc.Group(tuple(constants), "half")


def _origin(data: _Json, entry: _Json) -> Iterator[tuple[doc.Line, doc.Line]]:
    """What kind of statement it is, what it follows from, its property, its terms, its cost."""
    yield "Kind", term("control") if entry["kind"] == "control" else doc.Plain(entry["kind"])
    yield term("provenance", "Provenance"), doc.Plain(", ".join(entry["provenance"]))
    if entry["follows_from"]:
        told = f"{', '.join(entry['follows_from'])}; not counted as separate evidence"
        yield term("follows from", "Follows from"), doc.Plain(told)
    tests = [doc.Code(test) for test in entry["tests"]]
    file = in_repository(data, entry["pack"], f"properties/{entry['property_file']}")
    yield "Property", (file, ": ", doc.joined(tests)) if len(tests) > 1 else file
    constants = [c[part] for c in entry["constants"] for part in ("name", "value", "basis")]
    texts = [entry["statement"], *entry["assumptions"], *constants, entry["refutation"]]
    if used := of_pack(data, entry["pack"], texts):
        yield "Terms", doc.joined(used, "; ")
    yield "Took", f"{number(phrases.seconds(data, entry['id']), 3)} s"


def in_repository(data: _Json, key: str, path: str) -> doc.Line:
    """A file of the pack ``key``, leading to its repository at the revision where both are known.

    The revision is lcnn-verify's own: that of another distribution is not known.
    """
    revision = data["environment"]["git_revision"] or "-"
    for pack in data["packs"]:
        ours = pack["distribution"] == "lcnn-verify" and pack["key"] == key
        if ours and pack["repository"] and "-" not in revision:
            return doc.Link(path, f"{pack['repository']}/blob/{revision}/{path}")
    return doc.Code(path)


def _evidence(data: _Json, entry: _Json) -> Iterator[doc.Block]:
    """Counts, independent draws, and what was measured beside the claim."""
    yield doc.Heading("Evidence")
    tallies = {
        "examples": entry["examples"],
        "undecided": entry["undecided"],
        "violations": entry["violations"],
        "escalated": entry["escalated"],
        "rejected draws": sum(entry["discarded"].values()),
        **({"decided exactly": entry["exact"]} if entry.get("exact") else {}),
    }
    counts = ((term(name, name.capitalize()), number(count)) for name, count in tallies.items())
    yield doc.Facts(tuple(counts), "tallies")
    counted = (
        (term("rejected draws", "Rejected"), "discarded"),
        (term("undecided", "Undecided"), "undecided_reasons"),
        (term("classes", "Classes"), "classes"),
    )
    for name, field in counted:
        if found := entry.get(field):
            told = "; ".join(f"{reason} ({number(count)})" for reason, count in found.items())
            yield doc.Paragraph((name, doc.Plain(f": {told}.")), "small")
    for error in entry["errors"]:
        yield doc.Paragraph(doc.Plain(f"The property broke: {error}"), "small bad-text")
    for defect in entry.get("defects", ()):
        yield doc.Heading("A defect of the numerics", minor=True)
        yield from exhibits.example(defect)
    if audit := entry.get("audit"):
        told = f" by sharper routes: {number(audit['quantities'])} quantities"
        if audit["unproved"]:
            told += f", {number(audit['unproved'])} of them without an enclosure"
        if audit["value_only"]:
            told += f"; {number(audit['value_only'])} more have no sharper route"
        yield doc.Paragraph((term("audited", "Audited"), f"{told}."), "small")
    for stream in entry["sampling"]:
        yield doc.Paragraph(_sampling(entry, stream, laws(data).index(stream["law"])), "sampling")
    if measured := _measured(entry["measurements"]):
        yield doc.Heading("Measured beside it", minor=True)
        columns = doc.columns("Quantity", "Measured", "Claimed")
        label = f"Measurements for {entry['id']}"
        yield doc.Table(columns, measured, label=label, style="data measured")


def _tightest(entry: _Json) -> Iterator[doc.Block]:
    """The check that came nearest to failing."""
    if entry["counterexample"]:
        near = phrases.tightness(entry)
        how = "" if near == NOTHING else f": its tightness is {near}"
        yield doc.Heading(f"The counterexample, above, fails{how}")
    if seen := entry["tightest"]:
        which = "Tightest that holds" if entry["counterexample"] else "Tightest margin"
        yield doc.Heading(f"{which}: {phrases.closeness(seen)}")
        yield from exhibits.example(seen)
    if held := entry.get("apart"):
        yield doc.Heading("Apart from it")
        told = []
        for name, seen in held.items():
            ratio = "" if seen["tightness"] is None else f" ({phrases.closeness(seen)})"
            told.append((doc.Span(name, "strong"), ": ", *phrases.comparison(seen), ratio))
        yield doc.Bullets(tuple(told), "small")


def _sampling(entry: _Json, stream: _Json, law: int) -> doc.Line:
    """What the independent draws of one law say."""
    undecided = stream["undecided"]
    stay = f" and {number(undecided)} stay undecided" if undecided else ""
    draws = doc.Span(number(stream["draws"]), "strong")
    found: doc.Line = (
        ("Of ", draws, " ", term("independent draws"), " of "),
        (doc.Link(f"law {law + 1}", f"#law-{law + 1}"), ", "),
        f"{number(stream['violations'])} violate the statement{stay}",
    )
    if not phrases.rate_says(entry, stream):
        return (found, ".")
    rate = doc.Span(number(stream["violation_rate_bound"], 3), "strong")
    return (found, ": with 95 % confidence its ", term("violation rate"), " is at most ", rate, ".")


def _measured(measurements: Sequence[_Json]) -> tuple[tuple[doc.Line, ...], ...]:
    """Measurements of one name, which shards may have repeated: value or range, and the claim."""
    by_name: dict[tuple[str, str], list[float | None]] = {}
    for entry in measurements:
        by_name.setdefault((entry["name"], entry["claimed"]), []).append(entry["value"])
    rows = []
    for (name, claimed), values in by_name.items():
        finite = [value for value in values if value is not None]
        low, high = number(min(finite, default=None)), number(max(finite, default=None))
        told = low if low == high else f"{low} … {high} ({len(finite)} values)"
        rows.append((name, told, claimed or NOTHING))
    return tuple(rows)
