"""The verdict table in the terminal: readable at 80 columns, without colour, in plain ASCII too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify.reporting.causes import Cause, causes
from lcnn_verify.reporting.phrases import (
    counts,
    headline,
    not_offered,
    number,
    sections,
    sentence,
    subject,
    tightness,
)
from lcnn_verify.reporting.report import COUNTEREXAMPLES, Report

_NARROW = 60
_READABLE = 3000  # characters
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−—", "-0123456789--")


def literal(console: Console, text: str, style: str = "") -> Text:
    """``text`` taken literally, in characters the console's encoding has."""
    return Text(text.encode(console.encoding, "replace").decode(console.encoding), style=style)


def fold(text: str, width: int) -> str:
    """``text`` on lines of at most ``width``, broken after dots and hyphens where it must be."""
    lines = [""]
    for piece in re.findall(r"[^.-]*[.-]|[^.-]+", text):
        for part in (piece[k : k + width] for k in range(0, len(piece), width)):
            if lines[-1] and len(lines[-1]) + len(part) > width:
                lines.append("")
            lines[-1] += part
    return "\n".join(lines)


def _style(entry: Mapping[str, Any]) -> str:
    if entry["as_wanted"]:
        return "green"
    return "bold red" if entry["verdict"] in ("REFUTED", "SUPPORTED") else "bold yellow"


def render(report: Report, console: Console, directory: Path | None = None) -> None:
    """Print the verdicts, what is not as wanted and why, and where the report is.

    ``directory`` is where ``report.write`` put the files; without it no place is named.
    """
    data = report.data
    console.print(_table(data, console))
    if any(entry["follows_from"] for entry in data["claims"]):
        console.print(literal(console, "* follows from another claim: tested, not counted twice"))
    for cause in causes(data):
        _show_cause(cause, console, directory)
    _show_snippet(data, console)
    for check, reason in not_offered(data):
        console.print(literal(console, f"not offered: {check}: {reason}"), soft_wrap=True)
    if facts := subject(data):
        console.print()
        text = "; ".join(f"{name} {value}" for name, value in facts)
        console.print(literal(console, text), soft_wrap=False)
    run = data["run"]
    style = "bold green" if report.exit_code == 0 else "bold red"
    console.print()
    console.print(literal(console, headline(data), style))
    console.print(literal(console, f"{counts(data)}; profile {run['profile']}, seed {run['seed']}"))
    if directory is not None:
        console.print(literal(console, f"report: {directory / 'index.html'}"), soft_wrap=True)


def _show_cause(cause: Cause, console: Console, directory: Path | None) -> None:
    """The first claim in full, and of those that share its cause where each can be replayed."""
    first, *others = cause.entries
    if cause.headline:
        console.print(literal(console, f"\n{cause.headline}", "bold"), soft_wrap=False)
    console.print(literal(console, f"\n{sentence(first)}", "bold"), soft_wrap=False)
    if (path := _replay_file(first, directory)) is not None:
        console.print(literal(console, f"  lcnn-verify replay {path}"), soft_wrap=True)
        if "snippet" in first["counterexample"]:
            command = f"  python {path.with_suffix('.py')}"
            console.print(literal(console, command), soft_wrap=True)
    for entry in others:
        path = _replay_file(entry, directory)
        how = "" if path is None else f": lcnn-verify replay {path}"
        console.print(literal(console, f"and {entry['id']}{how}"), soft_wrap=True)


def _replay_file(entry: Mapping[str, Any], directory: Path | None) -> Path | None:
    if directory is None or not entry["counterexample"]:
        return None
    return directory / COUNTEREXAMPLES / f"{entry['id']}.json"


def _show_snippet(data: Mapping[str, Any], console: Console) -> None:
    """The code of the first failure that has some a person would read; files hold the others."""
    for entry in data["claims"]:
        snippet = (entry["counterexample"] or {}).get("snippet", "")
        if not entry["as_wanted"] and 0 < len(snippet) <= _READABLE:
            console.print(literal(console, f"\nTo see {entry['id']} fail without lcnn-verify:\n"))
            console.print(literal(console, snippet), soft_wrap=True)
            return


def _table(data: Mapping[str, Any], console: Console) -> Table:
    """The verdicts; a narrow terminal gets no numbers, so that ids and verdicts are whole."""
    numbers = ("examples", "tightest") if console.width >= _NARROW else ()
    headings = ("claim", "verdict", *numbers, "wanted")
    rows = [_row(entry, bool(numbers)) for entry in data["claims"]]
    widths = [max(map(len, cells)) for cells in zip(headings, *rows, strict=True)]
    # With gaps of three the longest ids of the ledger would not fit into 80 columns.
    room = max(console.width - sum(widths[1:]) - 2 * len(widths[1:]), 8)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        side: Literal["left", "right"] = "right" if heading in numbers else "left"
        table.add_column(heading, justify=side, no_wrap=heading != "claim", overflow="fold")
    for section in sections(data):
        for entry in section.entries:
            claim, verdict, *cells, wanted = _row(entry, bool(numbers))
            table.add_row(
                literal(console, fold(claim, room)),
                literal(console, verdict, _style(entry)),
                *(literal(console, cell) for cell in cells),
                literal(console, wanted, _style(entry)),
            )
        table.add_section()
    return table


def _row(entry: Mapping[str, Any], numbers: bool) -> tuple[str, ...]:
    seen = (number(entry["examples"]), typewriter(tightness(entry))) if numbers else ()
    star = "*" if entry["follows_from"] else ""
    wanted = "yes" if entry["as_wanted"] else "NO"
    return (f"{entry['id']}{star}", entry["verdict"], *seen, wanted)


def typewriter(text: str) -> str:
    """A formatted number in characters every terminal has: ``1 − 2·10⁻⁹`` as ``1-2e-9``."""
    return text.replace("·10", "e").replace(" ", "").replace("∞", "inf").translate(_PLAIN)
