"""A document in the terminal: readable at 80 columns, without colour, in plain ASCII too.

The outcome comes last: that is what one sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

from lcnn_verify.errors import clean
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting.letters import fitted

_NARROW = 60  # columns, below which numbers would leave words no room
_SHORT = 16  # a column of no more characters is never folded
_LEAST = 8  # no column is narrower for want of room
_GAP = "  "
_STYLES = {
    "bad": "bold red",
    "warn": "bold yellow",
    "good": "green",
    "strong": "bold",
    "dim": "dim",
}
_PIECES = re.compile(r"\S+?(?:[-_.](?<=\w\w.)(?=[^\W\d])|(?=\s)|$)\s*")
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
    """``text`` on lines of at most ``width``: words whole where they fit, else broken as an id."""
    lines = [""]
    for word in re.findall(r"\s*\S+\s*", text):
        parts = [word]
        if cell_len(word.rstrip()) > width:
            parts = [part for piece in _PIECES.findall(word) for part in chop_cells(piece, width)]
        for part in parts:
            if lines[-1] and cell_len(lines[-1] + part.rstrip()) > width:
                lines.append("")
            lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)


def print_rows(
    console: Console, rows: Mapping[str, str], whole: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Names with their values beside them; below them those that are copied and stay ``whole``."""
    wide = max(map(cell_len, (*rows, *whole)), default=0)
    for name, value in {**rows, **whole}.items():
        text = literal(console, value).plain
        room = max(console.width - wide - len(_GAP), _LEAST)
        folded = [text] if name in whole else [fold(line, room) for line in text.split("\n")]
        lines = "\n".join(folded).replace("\n", "\n" + " " * (wide + len(_GAP)))
        label = name + " " * (wide - cell_len(name)) + _GAP
        console.print(Text.assemble((label, "dim"), lines), soft_wrap=True)


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
    """One line; commands are not wrapped, nor what has a path that is too long for a line."""
    text = f"  {doc.words(line)}" if style == "command" else doc.words(line)
    long = any("/" in word and cell_len(word) > console.width for word in text.split())
    whole = long or style in ("command", "whole")
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
    head = [literal(console, column.heading, "bold") for column in columns]
    rows = [[_cell(console, row[k]) for k in kept] if row[1:] else [] for row in table.rows]
    parts = list(zip(head, *filter(None, rows), strict=True))
    widths = _widths(parts, columns, console.width)
    _row(console, head, columns, widths)
    rule = "─" * (sum(widths) + len(_GAP) * (len(widths) - 1))
    console.print(literal(console, rule), soft_wrap=True)
    for index, (row, whole) in enumerate(zip(rows, table.rows, strict=True)):
        if row:
            _row(console, row, columns, widths)
        else:
            _line(console, whole[0], "strong")  # the heading of those below it
        if index in table.ends - {len(rows) - 1}:
            console.print()


def _widths(parts: Sequence[Sequence[Text]], columns: Sequence[doc.Column], room: int) -> list[int]:
    """As wide as the longest cells of each; where there is no room, shared out by what is folded.

    Numbers and short columns stay whole, and the first has two fifths of the room if it wants them.
    """
    room -= len(_GAP) * (len(parts) - 1)
    whole, least = list[int](), list[int]()
    for part, column in zip(parts, columns, strict=True):
        lines = [line for cell in part for line in cell.plain.split("\n")]
        whole.append(max(map(cell_len, lines)))
        words = (cell_len(word.rstrip()) for line in lines for word in _PIECES.findall(line))
        own = 0 if least else room * 2 // 5
        short = whole[-1] <= _SHORT or column.number
        least.append(whole[-1] if short else min(whole[-1], max(own, *words, 1)))
    if sum(whole) <= room:
        return whole
    while sum(least) > room and max(least) > _LEAST:
        least[least.index(max(least))] -= 1
    if whole[1:] != least[1:]:
        whole[0] = least[0]  # what is left is for the others
    spare, wanted = max(room - sum(least), 0), sum(whole) - sum(least)
    pairs = zip(least, whole, strict=True)
    return [few + spare * (many - few) // max(wanted, 1) for few, many in pairs]


def _row(
    console: Console, cells: Sequence[Text], columns: Sequence[doc.Column], widths: Sequence[int]
) -> None:
    """One row, of as many lines as its longest cell has when folded."""
    folded = [
        [line for part in cell.plain.split("\n") for line in fold(part, width).split("\n")]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for parts in zip_longest(*folded, fillvalue=""):
        line = Text()
        for part, cell, column, width in zip(parts, cells, columns, widths, strict=True):
            pad = " " * (width - cell_len(part))
            line.append(_GAP if line else "")
            line.append(pad + part if column.number else part + pad, cell.style)
        line.rstrip()
        console.print(line, soft_wrap=True)


def _cell(console: Console, cell: doc.Line) -> Text:
    """A cell's text in its style."""
    style = cell.style if isinstance(cell, doc.Span) else ""
    return literal(console, doc.words(cell), _STYLES.get(style, ""))
