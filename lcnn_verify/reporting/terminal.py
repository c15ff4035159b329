"""The verdict table in the terminal: readable at 80 columns, without colour, in plain ASCII too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify.reporting.phrases import (
    counts,
    families,
    headline,
    number,
    sentence,
    tightness,
)
from lcnn_verify.reporting.report import COUNTEREXAMPLES, Report

_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−—", "-0123456789--")


def _text(console: Console, text: str, style: str = "") -> Text:
    """``text`` taken literally, in characters the console's encoding has."""
    return Text(text.encode(console.encoding, "replace").decode(console.encoding), style=style)


def _style(entry: Mapping[str, Any]) -> str:
    if entry["as_wanted"]:
        return "green"
    return "bold red" if entry["verdict"] in ("REFUTED", "SUPPORTED") else "bold yellow"


def render(report: Report, console: Console, directory: Path | None = None) -> None:
    """Print the verdicts, what is not as wanted and why, and where the report is.

    ``directory`` is where ``report.write`` put the files; without it no place is named.
    """
    data = report.data
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("claim", overflow="fold", min_width=20)
    table.add_column("verdict", no_wrap=True, min_width=13)
    table.add_column("examples", justify="right", no_wrap=True)
    table.add_column("tightest", justify="right", no_wrap=True)
    table.add_column("as wanted", no_wrap=True)
    for family in families(data):
        for entry in family.entries:
            star = "*" if entry["follows_from"] else ""
            table.add_row(
                _text(console, f"{entry['id']}{star}"),
                _text(console, entry["verdict"], _style(entry)),
                _text(console, number(entry["examples"])),
                _text(console, _typewriter(tightness(entry))),
                _text(console, "yes" if entry["as_wanted"] else "NO", _style(entry)),
            )
        table.add_section()
    console.print(table)
    if any(entry["follows_from"] for entry in data["claims"]):
        console.print(_text(console, "* follows from another claim: tested, not counted twice"))
    for entry in data["claims"]:
        if not entry["as_wanted"]:
            console.print(_text(console, f"\n{sentence(entry)}", "bold"), soft_wrap=False)
            if entry["counterexample"] and directory is not None:
                path = directory / COUNTEREXAMPLES / f"{entry['id']}.json"
                console.print(_text(console, f"  lcnn-verify replay {path}"), soft_wrap=True)
    run = data["run"]
    style = "bold green" if report.exit_code == 0 else "bold red"
    console.print()
    console.print(_text(console, headline(data), style))
    console.print(_text(console, f"{counts(data)}; profile {run['profile']}, seed {run['seed']}"))
    if directory is not None:
        console.print(_text(console, f"report: {directory / 'index.html'}"), soft_wrap=True)


def _typewriter(text: str) -> str:
    """A formatted number in characters every terminal has: ``1 − 2·10⁻⁹`` as ``1 - 2e-9``."""
    return text.replace("·10", "e").translate(_PLAIN)
