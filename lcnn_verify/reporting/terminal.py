"""A document in the terminal: readable at 80 columns, without colour, in plain ASCII too.

The outcome comes last: that is what one sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from rich import box
from rich import table as rich
from rich.console import Console
from rich.text import Text

from lcnn_verify.errors import clean
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting.letters import fitted

_NARROW = 60  # columns, below which numbers would leave words no room
_SHORT = 15  # a column of no more characters is never folded
_STYLES = {
    "bad": "bold red",
    "warn": "bold yellow",
    "good": "green",
    "strong": "bold",
    "dim": "dim",
}
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_POWER = re.compile("·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def render(document: doc.Document, console: Console) -> None:
    """Print the document: its sections, what stands in its head, and its outcome last."""
    print_blocks(console, document.sections)
    if head := tuple(doc.shown(document.head, doc.Medium.TERMINAL)):
        console.print()
        print_blocks(console, head)
    console.print()
    tone = "bold green" if document.tone == "good" else _STYLES.get(document.tone, "bold")
    console.print(literal(console, document.headline, tone))
    console.print(literal(console, doc.words(document.lede)))
    if document.place:
        console.print(literal(console, document.place), soft_wrap=True)


def literal(console: Console, text: str, style: str = "") -> Text:
    """``text`` taken literally; a terminal without arrows and superscripts gets it in ASCII."""
    try:
        text.encode(console.encoding)
    except UnicodeEncodeError:
        text = _POWER.sub(lambda power: power[0].replace("·10", "e").translate(_PLAIN), text)
        text = fitted(text, console.encoding)
    return Text(clean(text), style=style)


def fold(text: str, width: int) -> str:
    """``text`` on lines of at most ``width``, broken after dots and hyphens where it must be."""
    lines = [""]
    for piece in re.findall(r"[^.-]*[.-]|[^.-]+", text):
        for part in (piece[k : k + width] for k in range(0, len(piece), width)):
            if lines[-1] and len(lines[-1]) + len(part) > width:
                lines.append("")
            lines[-1] += part
    return "\n".join(lines)


def print_blocks(console: Console, blocks: Iterable[doc.Block]) -> None:
    """Print the blocks that are for a terminal."""
    for block in doc.shown(blocks, doc.Medium.TERMINAL):
        match block:
            case doc.Paragraph(style="cause"):
                _line(console, ("\n", block.line), "strong")
            case doc.Paragraph():
                _line(console, block.line, block.style)
            case doc.Heading():
                _line(console, block.text, "strong")
            case doc.Bullets():
                for item in block.items:
                    _item(console, item)
            case doc.Facts():
                pairs = (f"{doc.words(name)} {doc.words(value)}" for name, value in block.pairs)
                _line(console, "; ".join(pairs))
            case doc.Table():
                _table(console, block)
            case doc.Listing():
                console.print(literal(console, block.text), soft_wrap=True)
            case doc.Section():
                if block.title:
                    _line(console, ("\n", block.title), block.style or "strong")
                print_blocks(console, block.blocks)
            case doc.Group() | doc.Details():
                print_blocks(console, block.blocks)


def _line(console: Console, line: doc.Line, style: str = "") -> None:
    """One line; commands and paths are not wrapped, since they are there to be copied."""
    text = f"  {doc.words(line)}" if style == "command" else doc.words(line)
    whole = style in ("command", "whole")
    console.print(literal(console, text, _STYLES.get(style, "")), soft_wrap=whole)


def _item(console: Console, item: doc.Line | doc.Entry) -> None:
    """An item alone is copied from; one with more to it stands apart."""
    if isinstance(item, doc.Entry):
        _line(console, ("\n", item.line), "strong")
        print_blocks(console, item.more)
    else:
        _line(console, item, "whole")


def _table(console: Console, table: doc.Table) -> None:
    """A narrow terminal gets no numbers, so that names and words are whole."""
    numbers = console.width >= _NARROW
    kept = [k for k, column in enumerate(table.columns) if numbers or not column.number]
    columns = [table.columns[k] for k in kept]
    rows = [[_cell(row[k]) for k in kept] for row in table.filled()]
    grid = rich.Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    cells = [[column.heading for column in columns], *([text for text, _ in row] for row in rows)]
    parts = zip(*cells, strict=True)
    widths = [max(len(line) for cell in part for line in cell.split("\n")) for part in parts]
    fixed = [size <= _SHORT or c.number for size, c in zip(widths, columns, strict=True)]
    if all(fixed[1:]):
        # With gaps of three the longest ids would not fit into 80 columns.
        room = max(console.width - sum(widths[1:]) - 2 * len(widths[1:]), 8)
    else:
        room = max(console.width * 2 // 5, 8)
    for index, (column, short) in enumerate(zip(columns, fixed, strict=True)):
        side: Literal["left", "right"] = "right" if column.number else "left"
        whole = short or index == 0
        heading = literal(console, column.heading)
        grid.add_column(heading, justify=side, no_wrap=whole, overflow="fold")
    for index, row in enumerate(rows):
        (first, style), *others = row
        folded = "\n".join(fold(line, room) for line in first.split("\n"))
        shown_cells = [literal(console, folded, style)]
        others_shown = (literal(console, cell, style) for cell, style in others)
        grid.add_row(*shown_cells, *others_shown, end_section=index in table.ends)
    console.print(grid)


def _cell(cell: doc.Line) -> tuple[str, str]:
    """A cell's text and style."""
    style = cell.style if isinstance(cell, doc.Span) else ""
    return doc.words(cell), _STYLES.get(style, "")
