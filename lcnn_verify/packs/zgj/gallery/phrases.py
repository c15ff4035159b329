"""Words that every reader of the kill matrix shares."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from lcnn_verify.packs.zgj.gallery.catalogue import REFERENCES, Entry
from lcnn_verify.reporting.phrases import plural

_TOPICS = {
    "formula": "The formula of the loss",
    "derivative": "Its derivative",
    "diagonal": "Equal, opposite and nearly parallel neurons",
    "precision": "Digits lost on the way",
    "degenerate": "Zero, tiny and huge neurons",
    "shapes": "Shapes that were not tried",
    "state": "Memory, chance, and hands on the caller's arrays",
    "layout": "Arrays in another memory layout",
    "agreement": "Operations that disagree",
    "batches": "Batches",
    "hostile": "No answer, or something else",
}


def listing(entries: Iterable[Entry]) -> Iterator[str]:
    """A line for each of ``entries``, below the id of its topic, by which all of it is chosen."""
    for topic, group in groupby(entries, lambda entry: entry.topic):
        yield f"{topic}: {_TOPICS.get(topic, 'correct implementations')}"
        for entry in group:
            yield f"  {entry.name:<28} {entry.says}"


def short(check: str) -> str:
    """A check's id without its family."""
    return check.removeprefix("zgj.conform.")


def headline(data: Mapping[str, Any]) -> str:
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


def rest(data: Mapping[str, Any]) -> str:
    """The command that runs what a partial matrix lacks; empty for a whole one."""
    if (partial := data.get("partial")) is None:
        return ""
    words = ["lcnn-verify", "gallery", *partial["missing"], "--seed", str(data["seeds"][0])]
    return shlex.join([*words, "--seeds", str(len(data["seeds"]))])


def counts(data: Mapping[str, Any]) -> str:
    """What was run, in one line."""
    summary, seeds = data["summary"], data["seeds"]
    which = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]}–{seeds[-1]}"
    run = [("mutant", summary["mutants"]), ("correct implementation", summary["references"])]
    what = " and ".join(plural(count, noun) for noun, count in run if count) or "nothing"
    return f"{plural(len(data['checks']), 'check')} on {what}, {which}"


def took(data: Mapping[str, Any]) -> str:
    """How long it took, frameworks apart."""
    timings = data["timings"]
    text = f"Took {timings['seconds']:.0f} s"
    if timings["frameworks"]:
        text += (
            f"; loading and compiling frameworks are part of {timings['frameworks']:.0f} s of "
            "processor time"
        )
    return f"{text}."


def complaints(data: Mapping[str, Any]) -> Iterator[str]:
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


def killers(item: Mapping[str, Any], seeds: int, most: int | None = None) -> str:
    """Who kills a mutant, the surest first: all, or ``most`` names and how many more."""
    sure = sorted(item["killed_by"], key=lambda kill: -kill["seeds"])
    names = [
        short(kill["check"]) + ("" if kill["seeds"] == seeds else f" ({kill['seeds']}/{seeds})")
        for kill in sure[:most]
    ]
    rest = len(sure) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")


def standing(item: Mapping[str, Any], seeds: int, most: int | None = None) -> str:
    """What became of one implementation; ``most`` as for :func:`killers`."""
    if item["skipped"]:
        return f"skipped: {item['skipped']}"
    if not item["reference"]:
        return killers(item, seeds, most) or "SURVIVED"
    alarms = len(item["killed_by"]) + len(item["undecided"])
    return f"FALSE: {plural(alarms, 'alarm')}" if alarms else "passes"


def groups(data: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """The references, then the mutants topic by topic, each group with its title."""
    known = {"References": [i for i in data["implementations"] if i["topic"] in REFERENCES]}
    for topic, title in _TOPICS.items():
        known[title] = [item for item in data["implementations"] if item["topic"] == topic]
    yield from ((title, items) for title, items in known.items() if items)
