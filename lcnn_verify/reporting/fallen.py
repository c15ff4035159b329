"""What is not as wanted: each cause once, and how to see it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.exhibits import take_apart
from lcnn_verify.reporting.replays import COUNTEREXAMPLES

_READABLE = 3000  # characters
_Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cause:
    """Claims of a report that are not as wanted, in its order; all for the reason ``why``.

    ``why`` is empty for a claim alone, whose own reason says it all.
    """

    entries: tuple[_Json, ...]
    why: str
    noun: str

    @property
    def headline(self) -> str:
        """What the claims have in common, in one line; empty for a claim alone."""
        # What came of a call, "loss is nan", is how checks fail, not why; a diagnosis is verified.
        fallen = self.entries[0]["counterexample"] or {}
        how = "for the same reason" if fallen.get("diagnosis") else "in the same way"
        alike = f"{phrases.plural(len(self.entries), self.noun)} fail {how}"
        return f"{alike}: {self.why}" if self.why else ""


def causes(data: _Json) -> tuple[Cause, ...]:
    """The claims of the report ``data`` that are not as wanted, grouped, each cause once."""
    groups: dict[tuple[str, ...], list[_Json]] = {}
    for entry in data["claims"]:
        if not (entry["as_wanted"] or phrases.is_pending(data, entry)):
            why = _why(entry)
            own = "" if why else entry["id"]
            groups.setdefault((why, entry.get("expected", ""), own), []).append(entry)
    noun = "check" if "subject" in data else "claim"
    return tuple(
        Cause(tuple(entries), why if len(entries) > 1 else "", noun)
        for (why, *_), entries in groups.items()
    )


def _why(entry: _Json) -> str:
    """The cause that other claims may share: a diagnosis, a misbehaviour, or what broke."""
    if (fallen := entry["counterexample"]) is None:
        # Claims that break alike break on examples of their own: what follows the error is apart.
        return str(entry["errors"][0]).partition(" (at ")[0] if entry["errors"] else ""
    if diagnosis := fallen.get("diagnosis"):
        return str(diagnosis)
    return f"{fallen['bound_label']}: {fallen['note']}" if fallen["relation"] == "?" else ""


def told(
    found: Sequence[Cause], how: Callable[[_Json], Sequence[doc.Block]]
) -> Iterator[doc.Block]:
    """Each cause once: its first claim in full, then those that share it."""
    for headline, alike in groupby(found, lambda cause: cause.headline):
        if headline:
            yield doc.Paragraph(headline, "cause")
        yield doc.Bullets(tuple(item for cause in alike for item in _items(cause, how)))


def _items(
    cause: Cause, how: Callable[[_Json], Sequence[doc.Block]]
) -> Iterator[doc.Line | doc.Entry]:
    first, *others = cause.entries
    expected = first.get("expected")
    more = (doc.Paragraph(f"Expected to fail: {expected}."),) if expected else ()
    yield doc.Entry(phrases.sentence(first), (*more, *how(first)))
    for entry in others:
        ways = [(": ", part.line) for part in how(entry)[:1] if isinstance(part, doc.Paragraph)]
        yield (f"and {entry['id']}", *ways)


def replay(entry: _Json) -> list[doc.Block]:
    """How to replay a counterexample, for who has the folder of the report."""
    if not (fallen := entry["counterexample"]):
        return []
    command = doc.Code(phrases.replay_command(entry))
    line = ("Replay with ", command, f", {phrases.replay_from(entry)}.")
    words = take_apart(fallen["arguments"]).words
    found: list[doc.Block] = [doc.Paragraph(line), *map(doc.Paragraph, words)]
    if snippet := fallen.get("snippet"):
        found.append(doc.Listing(snippet, "python"))
    return found


def replayed(folder: Path | None) -> Callable[[_Json], list[doc.Block]]:
    """How to replay a counterexample whose file is in ``folder``."""

    def how(entry: _Json) -> list[doc.Block]:
        if folder is None or not entry["counterexample"]:
            return []
        path = folder / COUNTEREXAMPLES / f"{entry['id']}.json"
        found: list[doc.Block] = [doc.Paragraph(f"lcnn-verify replay {path}", "command")]
        if "snippet" in entry["counterexample"]:
            found.append(doc.Paragraph(f"python {path.with_suffix('.py')}", "command"))
        return found

    return how


def snippet(data: _Json) -> Iterator[doc.Block]:
    """The code of the first failure that has some a person would read; files hold the others."""
    for entry in data["claims"]:
        code = (entry["counterexample"] or {}).get("snippet", "")
        if not entry["as_wanted"] and 0 < len(code) <= _READABLE:
            yield doc.Paragraph(f"\nTo see {entry['id']} fail without lcnn-verify:\n")
            yield doc.Listing(code, "python")
            return


def callout(data: _Json, found: Sequence[Cause]) -> Iterator[doc.Block]:
    """What is not as wanted, with links to the details below."""
    if not found:
        return
    excused = all(entry["as_wanted"] or entry.get("expected") for entry in data["claims"])
    lines = []
    for cause in found:
        first, *others = cause.entries
        verdict = f" is {first['verdict']}, {phrases.wanted(first)}: {first['reason']}"
        parts: list[doc.Line] = [f"{cause.headline}."] if cause.headline else []
        parts.append((anchor(first), verdict))
        if others:
            parts.append(("And so ", *doc.joined([anchor(entry) for entry in others]), "."))
        lines.append(doc.Lines(tuple(parts)))
    title = doc.Span(f"Not as wanted{', and expected' if excused else ''}:", "strong")
    style = f"callout {'warn' if excused else 'bad'}"
    yield doc.Group((doc.Paragraph(title), doc.Bullets(tuple(lines))), style)


def advice(data: _Json) -> Iterator[doc.Section]:
    """What failures of code under test may come from, where its pack knows.

    A row whose words a reason says is for that failure. One that no words verify is for failures of
    the checks it names, where no row is verified and nothing was found out.
    """
    rows = data.get("subject", {}).get("advice", [])
    said: dict[str, list[doc.Line]] = {row["symptom"]: [] for row in rows}
    for entry in data["claims"]:
        if entry["as_wanted"]:
            continue
        verified = [
            row for row in rows if row["says"] and all(it in entry["reason"] for it in row["says"])
        ]
        unexplained = entry["counterexample"] and not entry["counterexample"].get("diagnosis")
        for row in verified or rows:
            if verified or (unexplained and not row["says"] and entry["id"] in row["checks"]):
                said[row["symptom"]].append(anchor(entry))
    lines = tuple(
        (doc.joined(where), row["symptom"], row["cause"], doc.Code(row["example"]))
        for row in rows
        if (where := said[row["symptom"]])
    )
    if lines:
        columns = doc.columns("check", "symptom", "likely cause", "wrong on purpose like it")
        title, table = "What it may come from", doc.Table(columns, lines)
        yield doc.Section(title, (table,), "advice", listed=title, media=doc.Medium.PAGE)


def anchor(entry: _Json, shown: str = "") -> doc.Link:
    """The claim's id, or ``shown`` in its place, leading to its card."""
    return doc.Link(shown or entry["id"], f"#claim-{entry['id']}")
