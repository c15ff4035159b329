"""The head of a report: whose the statements are, what is proved, what is nearest to failing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.fallen import anchor
from lcnn_verify.reporting.terms import term

_Json = Mapping[str, Any]
_MOST = 3  # claims named in each part of the box
OURS = (
    "The statements are our readings of what each source says. A constant that the source does not "
    "give is ours, and stands with what it rests on."
)


def head(data: _Json) -> Iterator[doc.Block]:
    """What stands above the claims; first what a partial report lacks, and how its run goes on."""
    if "partial" in data:
        yield doc.Paragraph(phrases.missing(data), "callout warn")
        yield doc.Paragraph("The run goes on, from where it was started, with:")
        yield doc.Listing(phrases.resume_command(data))
    if facts := phrases.subject(data):
        yield doc.Facts(tuple((name.capitalize(), doc.Plain(value)) for name, value in facts))
    else:
        yield doc.Paragraph(OURS, "ours", doc.Medium.WRITTEN)
        for index, pack in enumerate(data["packs"]):
            apart = index and phrases.is_long(data)  # the page tells it below
            media = doc.Medium.SUMMARY if apart else doc.Medium.WRITTEN
            yield doc.Paragraph(introduction(pack), "papers", media)
    if missing := phrases.not_offered(data):
        lines = tuple((doc.Code(check), f", {reason}") for check, reason in missing.items())
        text = ("Not offered, and no failure: ", doc.joined(lines, "; "), ".")
        yield doc.Paragraph(text, "small", doc.Medium.WRITTEN)
        for check, reason in missing.items():
            line = f"not offered: {check}: {reason}"
            yield doc.Paragraph(line, "whole", doc.Medium.TERMINAL)
    parts = (_proved(data), _nearest(data), _again(data))
    box = tuple(doc.Group(part, "half") for part in map(tuple, parts) if part)
    yield doc.Group(box, "columns glance", doc.Medium.PAGE)
    yield _by_paper(data)
    yield doc.Facts(_made(data), media=doc.Medium.PAGE)


def introduction(pack: _Json) -> doc.Line:
    """The source of a pack, and what the pack says of it."""
    source = pack["source"]
    name = doc.Link(source["paper"], source["url"])
    return (name, f". {pack['introduction']}" if pack["introduction"] else ".")


def _proved(data: _Json) -> Iterator[doc.Block]:
    """What holds for every instance of a box: what the sources claim first, whole claims first."""
    if "subject" in data:
        return
    proved = [
        (made["whole"], entry, made) for entry in data["claims"] for made in entry.get("proofs", ())
    ]
    proved.sort(key=lambda found: (_derived(found[1]), not found[0]))
    controls = [entry for entry in data["claims"] if entry["kind"] == "control"]
    fallen = sum(entry["verdict"] == "REFUTED" for entry in controls)
    yield doc.Heading("What is proved")
    items: list[doc.Line] = [] if proved else ["Nothing, on a whole box of instances."]
    for whole, entry, made in proved[:_MOST]:
        part = "" if whole else " (in part)"
        whose = phrases.whose(entry)
        line = f"{part}: {made['statement']}, for {made['box']}.{whose}"
        items.append((anchor(entry, entry["title"]), line))
    if len(proved) > _MOST:
        items.append(f"And {len(proved) - _MOST} more, which the filter “proved” below leaves.")
    if controls:
        told = (term("control", "controls"), " refuted, each by a proved counterexample.")
        items.append((f"{fallen} of {len(controls)} ", told))
    yield doc.Bullets(tuple(items), "brief")


def _nearest(data: _Json) -> Iterator[doc.Block]:
    """The claims that fell, or those whose bound came nearest to failing."""
    claims = [entry for entry in data["claims"] if entry["kind"] != "control"]
    pending = [entry for entry in claims if phrases.is_pending(data, entry)]
    fallen = [entry for entry in claims if not (entry["as_wanted"] or entry in pending)]
    yield doc.Heading("Not as wanted" if fallen else "Nearest to failing")
    if not fallen:
        bounds = [e for e in claims if e["tightest"] and e["tightest"]["tightness"] is not None]
        decisive = [e for e in bounds if _may_fail(e)]
        said = [e for e in decisive if not _derived(e)]
        near = sorted(said or decisive or bounds, key=lambda e: -e["tightest"]["tightness"])
        items: list[doc.Line] = []
        for entry in near[:_MOST]:
            seen, name = entry["tightest"], anchor(entry, entry["title"])
            value = doc.Span(phrases.closeness(seen), "strong")
            items.append((name, ": ", value, ", ", phrases.comparison(seen)))
        yield doc.Bullets(tuple(items) or ("Nothing was compared.",), "brief")
        ratio = (term("tightest"), " ratio: 1 is an equality, above 1 the claim fails.")
        yield doc.Paragraph(("The number is the ", ratio) if items else "", "small")
        return
    told = tuple((anchor(entry), f" is {entry['verdict']}") for entry in fallen[:_MOST])
    yield doc.Bullets(told, "brief")
    if len(fallen) > _MOST:
        yield doc.Paragraph(f"And {len(fallen) - _MOST} more.", "small")


def _may_fail(entry: _Json) -> bool:
    """Whether a tightness says how near: no rounding, no witness, nothing proved or exact."""
    kind = entry["kind"] not in ("identity", "existence")
    return kind and entry["verdict"] != "CERTIFIED" and "exact" not in entry["tightest"]


def _derived(entry: _Json) -> bool:
    """Whether a statement is our own, proved from definitions."""
    return set(entry["provenance"]) == {"derived"}


def _again(data: _Json) -> Iterator[doc.Block]:
    """The command that repeats the run, and the files beside the page."""
    yield doc.Heading("Run it again")
    yield doc.Listing(phrases.run_command(data))
    took = f"It took {number(data['timings']['seconds'], 3)} s. Every counterexample has its own "
    files = doc.joined([doc.Link(name, name) for name in doc.FILES])
    line = (took, term("replay"), " command. Files: ", files, ".")
    yield doc.Paragraph(line, "small")


def _by_paper(data: _Json) -> doc.Table:
    """How many claims have each verdict, paper by paper and group by group."""
    verdicts = [name for name, kinds in data["summary"]["verdicts"].items() if any(kinds.values())]
    columns = doc.columns("Paper", numbers=(*verdicts, "As wanted"))
    rows: list[tuple[doc.Line, ...]] = []
    groups = phrases.sections(data)
    for index, pack in enumerate(data["packs"], 1):
        mine = [(k, part) for k, part in enumerate(groups, 1) if part.pack == pack["key"]]
        entries = [entry for _, part in mine for entry in part.entries]
        rows.append(_counted(doc.Link(pack["title"], f"#paper-{index}"), entries, verdicts))
        for k, part in mine if not phrases.is_long(data) else ():
            name = doc.Link(part.below(pack["title"]), f"#section-{k}", "group")
            rows.append(_counted(name, part.entries, verdicts))
    label = "Verdicts by paper"
    return doc.Table(columns, tuple(rows), label=label, style="data counts", media=doc.Medium.PAGE)


def _counted(
    name: doc.Line, entries: Sequence[_Json], verdicts: Sequence[str]
) -> tuple[doc.Line, ...]:
    counts = [sum(entry["verdict"] == verdict for entry in entries) for verdict in verdicts]
    wanted = sum(entry["as_wanted"] for entry in entries)
    style = "good-text" if wanted == len(entries) else "bad-text"
    told = doc.Span(f"{wanted} of {len(entries)}", style)
    return (name, *(number(count) if count else "·" for count in counts), told)


def _made(data: _Json) -> tuple[tuple[doc.Line, doc.Line], ...]:
    """With what the report was made."""
    run, environment, timings = data["run"], data["environment"], data["timings"]
    revision, dash, dirty = (environment["git_revision"] or "").partition("-")
    return (
        (term("profile", "Profile"), doc.Plain(run["profile"])),
        ("Seed", str(run["seed"])),
        ("Selection", doc.Plain(", ".join(run["selection"]) or "all claims")),
        ("Version", doc.Plain(environment["lcnn_verify"])),
        ("Revision of lcnn-verify", doc.Plain(f"{revision[:12]}{dash}{dirty}" or "no checkout")),
        ("Report schema", data["schema_version"]),
        ("Started", doc.Plain(timings["started"])),
        ("Took", f"{number(timings['seconds'], 3)} s"),
    )
