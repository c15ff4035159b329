"""The files of a record: its data as JSON, its document as Markdown and as a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lcnn_verify import outputs
from lcnn_verify.reporting import html, markdown
from lcnn_verify.reporting.document import Document
from lcnn_verify.reporting.plain import to_text

ENDINGS = ("json", "md", "html")


def files_of(name: str) -> tuple[str, ...]:
    """The files :func:`write_record` writes."""
    return tuple(f"{name}.{ending}" for ending in ENDINGS)


def write_record(
    directory: Path | str, name: str, data: Mapping[str, Any], document: Document
) -> None:
    """Write ``NAME.json`` of plain ``data``, and ``NAME.md`` and ``NAME.html`` of its document.

    Raises ``OSError`` when something cannot be written; what was written before stays.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    texts = (to_text(data), markdown.render(document), html.render(document))
    for ending, text in zip(ENDINGS, texts, strict=True):
        outputs.write_atomically(folder / f"{name}.{ending}", text)
