"""How the files of a comparison or of a pack's own records come to be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lcnn_verify import outputs
from lcnn_verify.reporting.plain import to_text

if TYPE_CHECKING:
    from lcnn_verify.reporting.document import Document


ENDINGS = ("json", "md", "html")
"""Of the files of a record."""


def files_of(name: str) -> tuple[str, ...]:
    """The files :func:`write_record` writes."""
    return tuple(f"{name}.{ending}" for ending in ENDINGS)


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
    texts = (to_text(data), markdown.render(document), html.render(document))
    for ending, text in zip(ENDINGS, texts, strict=True):
        outputs.write_atomically(folder / f"{name}.{ending}", text)
