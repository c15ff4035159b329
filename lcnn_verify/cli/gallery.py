"""``lcnn-verify gallery``: whether the checks catch what is wrong and spare what is right."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from lcnn_verify.campaign.properties import find_directory
from lcnn_verify.campaign.run import default_jobs
from lcnn_verify.cli.options import integer
from lcnn_verify.cli.progress import bar
from lcnn_verify.conformance.gallery import catalogue, matrix, phrases
from lcnn_verify.conformance.gallery.exhibition import exhibit
from lcnn_verify.reporting.plain import to_text
from lcnn_verify.reporting.terminal import literal


def gallery(
    names: Sequence[str],
    *,
    seed: str,
    seeds: str,
    jobs: str | None,
    out: str | None,
    properties: str | None,
    json: bool,
    quiet: bool,
) -> int:
    """Run the kill matrix, write and print what was asked for, and return the exit code."""
    first, count = integer("--seed", seed, 0), integer("--seeds", seeds, 1)
    workers = default_jobs() if jobs is None else integer("--jobs", jobs, 1)
    directory = find_directory(properties)
    entries = catalogue.select(names)
    chosen = range(first, first + count)
    started = time.monotonic()
    with bar(sys.stderr.isatty() and not (json or quiet)) as progress:
        rows = matrix.run(
            [entry for entry in entries if not entry.missing],
            chosen,
            directory,
            jobs=workers,
            progress=progress,
        )
    shown = exhibit(entries, rows, chosen, time.monotonic() - started)
    if out is not None:
        shown.write(out)
    if json:
        sys.stdout.write(to_text(shown.data))
    elif not quiet:
        _show(shown.data, Console(), None if out is None else Path(out))
    return shown.exit_code


def _show(data: Mapping[str, Any], console: Console, directory: Path | None) -> None:
    """Who is killed by whom; the matrix in full needs a page, or JSON."""
    seeds = len(data["seeds"])
    wrong = {*data["summary"]["survivors"], *data["summary"]["false_alarms"]}
    width = max(len(item["name"]) for item in data["implementations"])
    for title, items in phrases.groups(data):
        console.print(literal(console, title, "bold"))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, min_width=width)
        table.add_column(overflow="fold")
        for item in items:
            standing = phrases.standing(item, seeds)
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
