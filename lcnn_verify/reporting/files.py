"""How the files of a report, a comparison or a kill matrix come to be: each whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lcnn_verify.reporting.plain import to_text

if TYPE_CHECKING:
    from lcnn_verify.reporting.document import Document


def write_record(
    directory: Path | str, name: str, data: Mapping[str, Any], document: Document
) -> None:
    """Write ``NAME.json`` of plain ``data``, and ``NAME.md`` and ``NAME.html`` of its document.

    Raises ``OSError`` when something cannot be written; what was written before stays.
    """
    # Imported here: what renders costs start-up time that reading does not need.
    from lcnn_verify.reporting import html, markdown

    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"json": to_text(data), "md": markdown.render(document), "html": html.render(document)}
    for suffix, text in texts.items():
        write_atomically(folder / f"{name}.{suffix}", text)


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
