"""What is not as wanted, for a document: each cause once, and how to see it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.causes import Cause
from lcnn_verify.reporting.document import (
    Block,
    Bullets,
    Code,
    Entry,
    Group,
    Line,
    Lines,
    Link,
    Listing,
    Paragraph,
    Span,
    joined,
)
from lcnn_verify.reporting.report import COUNTEREXAMPLES

_READABLE = 3000  # characters
_Json = Mapping[str, Any]


def told(found: Sequence[Cause], how: Callable[[_Json], Sequence[Block]]) -> Iterator[Block]:
    """Each cause once: its first claim in full, then those that share it."""
    items: list[Line | Entry] = []
    for cause in found:
        if cause.headline:
            if items:
                yield Bullets(tuple(items))
                items = []
            yield Paragraph(cause.headline, "cause")
        first, *others = cause.entries
        expected = first.get("expected")
        more = (Paragraph(f"Expected to fail: {expected}."),) if expected else ()
        items.append(Entry(phrases.sentence(first), (*more, *how(first))))
        for entry in others:
            ways = [(": ", part.line) for part in how(entry)[:1] if isinstance(part, Paragraph)]
            items.append((f"and {entry['id']}", *ways))
        if cause.headline:
            yield Bullets(tuple(items))
            items = []
    if items:
        yield Bullets(tuple(items))


def replay(entry: _Json) -> list[Block]:
    """How to replay a counterexample, for who has the folder of the report."""
    if not (fallen := entry["counterexample"]):
        return []
    command = Code(phrases.replay_command(entry))
    found: list[Block] = [Paragraph(("Replay with ", command, f", {phrases.replay_from(entry)}."))]
    if snippet := fallen.get("snippet"):
        found.append(Listing(snippet, "python"))
    return found


def replayed(folder: Path | None) -> Callable[[_Json], list[Block]]:
    """How to replay a counterexample whose file is in ``folder``."""

    def how(entry: _Json) -> list[Block]:
        if folder is None or not entry["counterexample"]:
            return []
        path = folder / COUNTEREXAMPLES / f"{entry['id']}.json"
        found: list[Block] = [Paragraph(f"lcnn-verify replay {path}", "command")]
        if "snippet" in entry["counterexample"]:
            found.append(Paragraph(f"python {path.with_suffix('.py')}", "command"))
        return found

    return how


def snippet(data: _Json) -> Iterator[Block]:
    """The code of the first failure that has some a person would read; files hold the others."""
    for entry in data["claims"]:
        code = (entry["counterexample"] or {}).get("snippet", "")
        if not entry["as_wanted"] and 0 < len(code) <= _READABLE:
            yield Paragraph(f"\nTo see {entry['id']} fail without lcnn-verify:\n")
            yield Listing(code, "python")
            return


def callout(data: _Json, found: Sequence[Cause]) -> Iterator[Block]:
    """What is not as wanted, with links to the details below."""
    if not found:
        return
    excused = all(entry["as_wanted"] or entry.get("expected") for entry in data["claims"])
    lines = []
    for cause in found:
        first, *others = cause.entries
        verdict = f" is {first['verdict']}, {phrases.wanted(first)}: {first['reason']}"
        parts: list[Line] = [f"{cause.headline}."] if cause.headline else []
        parts.append((anchor(first), verdict))
        if others:
            parts.append(("And so ", *joined([anchor(entry) for entry in others]), "."))
        lines.append(Lines(tuple(parts)))
    title = Span(f"Not as wanted{', and expected' if excused else ''}:", "strong")
    style = f"callout {'warn' if excused else 'bad'}"
    yield Group((Paragraph(title), Bullets(tuple(lines))), style)


def anchor(entry: _Json, shown: str = "") -> Link:
    """The claim's id, or ``shown`` in its place, leading to its card."""
    return Link(shown or entry["id"], f"#claim-{entry['id']}")
