"""The kill matrix in the terminal: who is killed by whom; in full it needs a page, or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from lcnn_verify.packs.zgj.gallery import phrases
from lcnn_verify.reporting.terminal import literal


def render(data: Mapping[str, Any], console: Console, directory: Path | None = None) -> None:
    """Print the outcome of every implementation, what is not as wanted, and the outcome of all.

    ``directory`` is where :meth:`Exhibition.write` put the files; without it no place is named.
    """
    seeds = len(data["seeds"])
    wrong = {*data["summary"]["survivors"], *data["summary"]["false_alarms"]}
    width = max(len(item["name"]) for item in data["implementations"])
    for title, items in phrases.groups(data):
        console.print(literal(console, title, "bold"))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, min_width=width)
        table.add_column(overflow="fold")
        for item in items:
            standing = phrases.standing(item, seeds, most=3)
            style = "bold red" if item["name"] in wrong else "dim" if item["skipped"] else "green"
            table.add_row(literal(console, item["name"]), literal(console, standing, style))
        console.print(table)
        console.print()
    for text in phrases.complaints(data):
        console.print(literal(console, text, "bold red"), soft_wrap=True)
    style = "bold green" if data["summary"]["as_wanted"] else "bold red"
    console.print(literal(console, phrases.headline(data), style))
    console.print(literal(console, f"{phrases.counts(data)}. {phrases.took(data)}"))
    if directory is not None:
        page = directory / "gallery.html"
        console.print(literal(console, f"kill matrix: {page}"), soft_wrap=True)
