"""The progress bar of commands that take their time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column

_WINDOW = 600.0
"""Seconds over which speed is measured for the time that remains: what is done varies."""


class Advance(Protocol):
    """Shows ``what`` is being done, how much is ``done`` of how much, and what ``failed``."""

    def __call__(self, what: str, done: int, total: int, failed: int = 0) -> None:
        """Show it."""
        ...


@contextmanager
def bar(shown: bool) -> Iterator[Advance | None]:
    """A progress bar on stderr that goes when the block ends, or nothing."""
    if not shown:
        yield None
        return
    columns = (
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
        TextColumn("{task.description}", table_column=Column(ratio=1, no_wrap=True)),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, speed_estimate_period=_WINDOW, expand=True
    ) as progress:
        task = progress.add_task("starting", total=None, failed="")

        def advance(what: str, done: int, total: int, failed: int = 0) -> None:
            told = f"[red]{failed} failed[/red]" if failed else ""
            text = escape(what)
            progress.update(task, description=text, completed=done, total=total, failed=told)

        yield advance
