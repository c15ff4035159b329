"""Snapshots of what people read, in tests/snapshots; LCNN_UPDATE_SNAPSHOTS=1 rewrites them."""

from __future__ import annotations

import io
import os
import re
from html.parser import HTMLParser
from pathlib import Path

from rich.console import Console

from lcnn_verify.reporting import terminal
from lcnn_verify.reporting.document import Document

SNAPSHOTS = Path(__file__).with_name("snapshots")


def compare(name: str, text: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("LCNN_UPDATE_SNAPSHOTS") == "1":
        SNAPSHOTS.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    wanted = path.read_text(encoding="utf-8") if path.exists() else "(no snapshot)"
    assert text == wanted, f"{path} differs; LCNN_UPDATE_SNAPSHOTS=1 rewrites it"


def printed(document: Document, width: int = 80, encoding: str = "utf-8") -> str:
    """What a terminal of that width and encoding shows."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    terminal.render(document, Console(file=stream, width=width, color_system=None))
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


class Outline(HTMLParser):
    """One line per element or text of a page, indented; drawings by their title alone."""

    def __init__(self):
        super().__init__()
        self.lines, self.depth, self.inside = [], 0, None

    def handle_starttag(self, tag, attributes):
        if self.inside is None:
            shown = " ".join(
                f'{key}="{value}"' for key, value in attributes if key not in ("style", "content")
            )
            self.lines.append(f"{' ' * self.depth}<{tag}{' ' if shown else ''}{shown}>")
            self.depth += 1
            if tag in ("svg", "style"):
                self.inside = tag

    def handle_startendtag(self, tag, attributes):
        if self.inside is None:
            self.handle_starttag(tag, attributes)
            self.depth -= 1

    def handle_endtag(self, tag):
        if self.inside in (None, tag):
            self.depth, self.inside = self.depth - 1, None

    def handle_data(self, data):
        if self.inside is None and data.strip():
            self.lines.append(f"{' ' * self.depth}{' '.join(data.split())}")


def one_row_a_table(page: str) -> str:
    """The page with the first row of each table alone: the others are like it."""
    return re.sub(r"(<tbody[^>]*>\n?<tr.*?</tr>).*?</tbody>", r"\1</tbody>", page, flags=re.DOTALL)


def outline(page: str) -> str:
    """The structure of a page as text. Fails unless every element is closed."""
    reader = Outline()
    reader.feed(page)
    assert reader.depth == 0
    return "\n".join(reader.lines) + "\n"
