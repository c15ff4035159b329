"""``diff.md``: a comparison for pull requests and build logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lcnn_verify.comparison import phrases
from lcnn_verify.reporting.markdown import code, escape
from lcnn_verify.reporting.phrases import number


def render(data: Mapping[str, Any]) -> str:
    """The comparison ``data`` as Markdown."""
    lines = [f"# lcnn-verify diff: {phrases.headline(data)}", "", phrases.counts(data), ""]
    lines += [f"- **{name}**: {escape(phrases.side(data[name]))}" for name in ("old", "new")]
    lines += [f"- **Note**: {escape(note)}" for note in data["notes"]]
    lines.append("")
    for group in phrases.groups(data):
        rows = [
            (", ".join(map(code, claims)), escape(text))
            for claims, texts in group.changes
            for text in texts
        ]
        lines += _section(group.title, ("claim", "change"), rows)
    standing = [(code(e["claim"]), escape(phrases.standing(e))) for e in data["still"]]
    lines += _section("Still not as wanted", ("claim", "verdict"), standing)
    deviations = [
        (code(e["id"]), escape(phrases.deviation(e)), escape(e["reason"]), escape(e["link"]))
        for e in data["deviations"]
    ]
    headings = ("claim", "status", "reason", "link")
    lines += _section("The file of expected deviations", headings, deviations)
    lines += _section("Environment", ("", "old", "new"), [_row(e) for e in data["environment"]])
    units = [
        (code(unit["unit"]), f"{number(unit['old'], 3)} s", f"{number(unit['new'], 3)} s")
        for unit in data["durations"]["units"]
    ]
    lines += _section("Durations", ("unit", "old", "new"), units)
    lines += [phrases.took(data), "", escape(phrases.rules(data))]
    return "\n".join(lines) + "\n"


def _row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    cells = (entry["name"], phrases.value(entry["old"]), phrases.value(entry["new"]))
    return tuple(map(escape, cells))


def _section(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A heading and a table, nothing if there are no rows."""
    if not rows:
        return []
    table = [headings, ["---"] * len(headings), *rows]
    return [f"## {title}", "", *(f"| {' | '.join(row)} |" for row in table), ""]
