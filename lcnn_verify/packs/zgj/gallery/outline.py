"""The kill matrix as a document: who is killed by whom, and what is not as wanted."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from lcnn_verify.packs.zgj.gallery.catalogue import REFERENCES, TOPICS, Entry
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
from lcnn_verify.reporting.phrases import plural

_Json = Mapping[str, Any]
_BRIEF = 3  # names of killers in a terminal


def document(data: _Json, folder: Path | None = None) -> Document:
    """The kill matrix ``data`` as a document; ``folder`` is where its files are."""
    return Document(
        kind="gallery",
        headline=headline(data),
        tone="warn" if "partial" in data else "good" if data["summary"]["as_wanted"] else "bad",
        lede=f"{counts(data)}.",
        head=tuple(_head(data)),
        sections=tuple(_sections(data)),
        version=data["lcnn_verify"],
        start="matrix",
        place="" if folder is None else f"kill matrix: {folder / 'gallery.html'}",
    )


def _head(data: _Json) -> Iterator[Block]:
    """What mutants are, and how many of what are as wanted."""
    if missing := rest(data):
        yield Paragraph("Run what is missing with:", "callout warn")
        yield Listing(missing)
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
    yield Paragraph(took(data), media=Medium.TERMINAL)


def _sections(data: _Json) -> Iterator[Section]:
    grouped = tuple(groups(data))
    for index, (title, items) in enumerate(grouped):
        table = _standings(data, items, _BRIEF, heads=False)
        yield Section(title, (table,), f"brief-{index}", media=Medium.TERMINAL)
    if wrong := tuple(complaints(data)):
        lines = Bullets(wrong)
        yield Section("Not as wanted", (lines,), "not-as-wanted", "callout bad")
    for index, (title, items) in enumerate(grouped):
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
    yield Section("Kill matrix", (legend, _matrix(data, grouped)), "matrix", media=Medium.PAGE)
    alone = f"lcnn-verify conform {data['implementations'][-1]['target']}"
    told = (f"{took(data)} An implementation by itself, with a shrunk counterexample: ",)
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
        outcome = Span(Plain(standing(item, seeds, most)), style)
        rows.append((Code(item["name"]), item["says"], outcome))
    if not heads:
        return Table((Column(names[0]), Column(names[2])), tuple((r[0], r[2]) for r in rows))
    return Table(tuple(map(Column, names)), tuple(rows))


_MUTANTS = ("mutant", "what is wrong", "killed by")


def _matrix(data: _Json, grouped: Sequence[tuple[str, Sequence[_Json]]]) -> Table:
    """A mark for each check on each implementation, and how many mutants each check kills."""
    checks = [check["id"] for check in data["checks"]]
    rows: list[tuple[Line, ...]] = []
    for title, items in grouped:
        rows.append((title,))
        for item in items:
            marks = _marks(item)
            skipped = Span(f"skipped: {item['skipped']}", "follows")
            says = (Span(item["says"], "title"), *((skipped,) if item["skipped"] else ()))
            name: Line = (Code(item["name"]), *says)
            rows.append((name, *(marks.get(check, "") for check in checks)))
    rows.append(("All mutants",))
    rows.append(("Mutants killed", *(Plain(str(check["kills"])) for check in data["checks"])))
    columns = tuple(Column(short(check), style="upright") for check in checks)
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


def listing(entries: Iterable[Entry]) -> Iterator[str]:
    """A line for each of ``entries``, below the id of its topic, by which all of it is chosen."""
    for topic, group in groupby(entries, lambda entry: entry.topic):
        yield f"{topic}: {TOPICS.get(topic, 'correct implementations')}"
        for entry in group:
            yield f"  {entry.name:<28} {entry.says}"


def short(check: str) -> str:
    """A check's id without its family."""
    return check.removeprefix("zgj.conform.")


def headline(data: _Json) -> str:
    """The outcome in one sentence."""
    summary = data["summary"]
    total, killed = summary["mutants"], summary["killed"]
    parts = [f"{killed} of {plural(total, 'mutant')} killed"] if total else []
    if summary["useless"]:
        parts.append(f"{plural(len(summary['useless']), 'check')} killed nothing")
    if summary["references"]:
        count = len(summary["false_alarms"])
        parts.append(plural(count, "false alarm") if count else "no false alarm")
    text = ", ".join(parts) or "nothing could be run"
    lead = ""
    if partial := data.get("partial"):
        ran = len(data["implementations"])
        whole = f"{ran} of {plural(ran + len(partial['missing']), 'implementation')} run"
        lead = f"PARTIAL, {partial['reason']} with {whole}. "
    return f"{lead}{text[0].upper()}{text[1:]}."


def rest(data: _Json) -> str:
    """The command that runs what a partial matrix lacks; empty for a whole one."""
    if (partial := data.get("partial")) is None:
        return ""
    words = ["lcnn-verify", "gallery", *partial["missing"], "--seed", str(data["seeds"][0])]
    return shlex.join([*words, "--seeds", str(len(data["seeds"]))])


def counts(data: _Json) -> str:
    """What was run, in one line."""
    summary, seeds = data["summary"], data["seeds"]
    which = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]}–{seeds[-1]}"
    run = [("mutant", summary["mutants"]), ("correct implementation", summary["references"])]
    what = " and ".join(plural(count, noun) for noun, count in run if count) or "nothing"
    return f"{plural(len(data['checks']), 'check')} on {what}, {which}"


def took(data: _Json) -> str:
    """How long it took, frameworks apart."""
    timings = data["timings"]
    text = f"Took {timings['seconds']:.0f} s"
    if timings["frameworks"]:
        text += (
            f"; loading and compiling frameworks are part of {timings['frameworks']:.0f} s of "
            "processor time"
        )
    return f"{text}."


def complaints(data: _Json) -> Iterator[str]:
    """What is not as wanted, a sentence each."""
    summary = data["summary"]
    for item in data["implementations"]:
        if item["name"] in summary["survivors"]:
            seeds = "" if len(data["seeds"]) == 1 else f" under {_seeds(item['survived'])}"
            yield f"{item['name']} survived every check{seeds}: {item['says']}"
        elif item["name"] in summary["false_alarms"]:
            for alarm in (*item["killed_by"], *item["undecided"]):
                yield f"{item['name']} is correct, but {alarm['check']} says: {alarm['says']}"
    for check in summary["useless"]:
        yield f"{check} killed no mutant"


def _seeds(seeds: list[int]) -> str:
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"


def killers(item: _Json, seeds: int, most: int | None = None) -> str:
    """Who kills a mutant, the surest first: all, or ``most`` names and how many more."""
    sure = sorted(item["killed_by"], key=lambda kill: -kill["seeds"])
    names = [
        short(kill["check"]) + ("" if kill["seeds"] == seeds else f" ({kill['seeds']}/{seeds})")
        for kill in sure[:most]
    ]
    rest = len(sure) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")


def standing(item: _Json, seeds: int, most: int | None = None) -> str:
    """What became of one implementation; ``most`` as for :func:`killers`."""
    if item["skipped"]:
        return f"skipped: {item['skipped']}"
    if not item["reference"]:
        return killers(item, seeds, most) or "SURVIVED"
    alarms = len(item["killed_by"]) + len(item["undecided"])
    return f"FALSE: {plural(alarms, 'alarm')}" if alarms else "passes"


def groups(data: _Json) -> Iterator[tuple[str, list[_Json]]]:
    """The references, then the mutants topic by topic, each group with its title."""
    known = {"References": [i for i in data["implementations"] if i["topic"] in REFERENCES]}
    for topic, title in TOPICS.items():
        known[title] = [item for item in data["implementations"] if item["topic"] == topic]
    yield from ((title, items) for title, items in known.items() if items)
