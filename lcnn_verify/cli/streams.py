"""What commands write: JSON as the same bytes everywhere, text in any letters, and progress."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lcnn_verify.cli.errors import failure
from lcnn_verify.errors import clean
from lcnn_verify.outputs import is_finished
from lcnn_verify.reporting.letters import ERRORS

if TYPE_CHECKING:
    from lcnn_verify.reporting.document import Document

IN_PLACE = " (in place of an earlier one)"
"""What is said of a place where something finished of the same name was."""
_WINDOW = 600.0
"""Seconds over which speed is measured for the time that remains: what is done varies."""


def prepare() -> None:
    """Open the standard streams a caller closed, and have them write any letter somehow."""
    _open_closed_streams()
    # Where it keeps its cache is no concern of who asked for a report.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def tell(text: str) -> None:
    """Write text to stdout, cleaned of whatever names and messages from outside may hold."""
    print(clean(text), flush=True)


def print_json(value: Any) -> None:
    """Write ``value`` as JSON to stdout; a string is JSON already. UTF-8, whatever the locale."""
    text = value
    if not isinstance(value, str):
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    sys.stdout.flush()
    if (buffer := getattr(sys.stdout, "buffer", None)) is None:  # somebody's stand-in
        sys.stdout.write(text)
        return
    buffer.write(text.encode("utf-8", "backslashreplace"))  # as JSON writes half a character
    buffer.flush()


def publish(
    data: Mapping[str, Any],
    document: Callable[[Path | None], Document],
    out: Path | None,
    write: Callable[[Path], object],
    *,
    record: str,
    json: bool,
    quiet: bool = False,
) -> None:
    """``write`` a record into ``out``, if that is given, and print it as JSON or its ``document``.

    That is made for the folder the file ``record`` is in. Raises the ``OSError`` that kept it from
    being written only now that it is shown.
    """
    from rich.console import Console

    from lcnn_verify.reporting.plain import to_text
    from lcnn_verify.reporting.terminal import render

    again = out is not None and is_finished(out / record)
    failed = None if out is None else failure(partial(write, out))
    if json:
        print_json(to_text(data))
    elif not quiet:
        render(placed(document(None if failed else out), again), Console())
    if failed:
        raise failed


def placed(document: Document, again: bool) -> Document:
    """The document; where it is ``again`` at a place of an earlier one, that says so."""
    known = document.place if again else ""
    return replace(document, place=f"{known}{IN_PLACE}") if known else document


def _open_closed_streams() -> None:
    """Give back the standard streams a caller closed (``>&-``), leading nowhere.

    Else files opened later would take their numbers, and be written to as output.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", closefd=False))


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
    # Imported here: most commands show none.
    from rich import progress as rich
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column

    columns = (
        rich.BarColumn(bar_width=20),
        rich.MofNCompleteColumn(),
        rich.TimeElapsedColumn(),
        rich.TextColumn("left"),
        rich.TimeRemainingColumn(),
        rich.TextColumn("{task.fields[failed]}"),
        rich.TextColumn("{task.description}", table_column=Column(ratio=1, no_wrap=True)),
    )
    console = Console(stderr=True)
    with rich.Progress(
        *columns, console=console, transient=True, speed_estimate_period=_WINDOW, expand=True
    ) as progress:
        task = progress.add_task("starting", total=None, failed="")

        def advance(what: str, done: int, total: int, failed: int = 0) -> None:
            told = f"[red]{failed} failed[/red]" if failed else ""
            text = escape(what)
            progress.update(task, description=text, completed=done, total=total, failed=told)

        yield advance
