"""A comparison in the terminal: readable at 80 columns, without colour, in plain ASCII too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify.comparison import phrases
from lcnn_verify.reporting.terminal import literal, typewriter

_STYLES = {"bad": "bold red", "warn": "bold yellow", "good": "green", "plain": "bold"}
_POWER = re.compile("·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def render(data: Mapping[str, Any], console: Console, directory: Path | None = None) -> None:
    """Print the changes, worst first, what surrounds them, and the outcome last.

    ``directory`` is where :meth:`Comparison.write` put the files; without it no place is named.
    """
    for name in ("old", "new"):
        console.print(_text(console, f"{name}: {phrases.side(data[name])}"))
    for note in data["notes"]:
        console.print(_text(console, f"note: {note}", "bold"))
    for group in phrases.groups(data):
        rows = [
            ("\n".join(claims) if index == 0 else "", text)
            for claims, texts in group.changes
            for index, text in enumerate(texts)
        ]
        _print(console, group.title, rows, _STYLES[group.tone])
    still = [(entry["claim"], phrases.standing(entry)) for entry in data["still"]]
    _print(console, "Still not as wanted", still, _STYLES["warn"])
    render_deviations(data["deviations"], console)
    environment = [
        (entry["name"], f"{phrases.value(entry['old'])} → {phrases.value(entry['new'])}")
        for entry in data["environment"]
    ]
    _print(console, "Environment", environment)
    console.print()
    style = _STYLES["bad" if data["summary"]["regressions"] else "good"]
    console.print(_text(console, phrases.headline(data), style))
    console.print(_text(console, f"{phrases.counts(data)} {phrases.took(data)}"))
    if directory is not None:
        console.print(_text(console, f"comparison: {directory / 'diff.html'}"), soft_wrap=True)


def render_deviations(matches: Iterable[Mapping[str, Any]], console: Console) -> None:
    """Print what became of each expected deviation (:meth:`Match.to_json`); nothing if none."""
    rows = [
        (entry["id"], f"{phrases.deviation(entry)}: {entry['reason']} ({entry['link']})")
        for entry in matches
    ]
    _print(console, "The file of expected deviations", rows)


def _print(
    console: Console, title: str, rows: Sequence[tuple[str, str]], style: str = "bold"
) -> None:
    """A heading and two columns, the first folded at hyphens where it must be; nothing if empty."""
    if not rows:
        return
    console.print(_text(console, f"\n{title}", style))
    longest = max(len(line) for first, _ in rows for line in first.split("\n"))
    width = min(longest, max(console.width * 2 // 5, 8))
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False, show_edge=False)
    table.add_column(width=width, no_wrap=True)
    table.add_column(overflow="fold")
    for first, second in rows:
        folded = "\n".join(part for line in first.split("\n") for part in wrap(line, width))
        table.add_row(_text(console, folded), _text(console, second))
    console.print(table)


def _text(console: Console, text: str, style: str = "") -> Text:
    """``text`` taken literally; a terminal without arrows and superscripts gets it in ASCII."""
    try:
        text.encode(console.encoding)
    except UnicodeEncodeError:
        text = _POWER.sub(lambda power: typewriter(power[0]), text)
        text = text.replace("→", "->").replace("—", "-")
    return literal(console, text, style)
