"""How the files of a report, a comparison or a kill matrix come to be: each whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from lcnn_verify.reporting.plain import to_text

Renderer: TypeAlias = Callable[[Mapping[str, Any]], str]


def write_record(
    directory: Path | str,
    name: str,
    data: Mapping[str, Any],
    *,
    markdown: Renderer,
    html: Renderer,
) -> None:
    """Write ``NAME.json``, ``NAME.md`` and ``NAME.html`` of plain ``data`` into ``directory``.

    Raises ``OSError`` when something cannot be written; what was written before stays.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, render in (("json", to_text), ("md", markdown), ("html", html)):
        write_atomically(folder / f"{name}.{suffix}", render(data))


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` so that ``path`` holds either the old content or all of the new."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except OSError as error:  # in the name of the file people know
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        unfinished.unlink(missing_ok=True)
