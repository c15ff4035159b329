"""What is to be read, before it has a format: sections of paragraphs, tables, figures and lists.

A report, a comparison and a pack's own records are each made into one :class:`Document`, which is
a page of HTML, a summary in Markdown, or lines in a terminal. All text is plain: every renderer
escapes it for its format. ``style`` is a hint, a class of the page's style sheet; what is for some
media only says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import TypeAlias

from lcnn_verify.evidence.drawing import Drawing

FILES = ("report.json", "summary.md", "junit.xml")
"""The files beside the page of a report, which may lead to them."""


class Medium(Flag):
    """Where a part is shown."""

    PAGE = auto()
    SUMMARY = auto()
    TERMINAL = auto()
    WRITTEN = PAGE | SUMMARY
    EVERYWHERE = PAGE | SUMMARY | TERMINAL


@dataclass(frozen=True, slots=True)
class Plain:
    """Text that is no prose: nothing in it is set as a formula."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Something to type, or a name of a program's."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to ``address``, where a reader may safely follow it."""

    text: str
    address: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a line with a style; ``hint`` explains it on demand."""

    line: Line
    style: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Several lines, one below the other."""

    lines: tuple[Line, ...]


Inline: TypeAlias = str | Plain | Code | Link | Span | Lines
Line: TypeAlias = "Inline | tuple[Line, ...]"
"""Text: a string is prose, whose formulas are set as such."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text; links lead to its ``key``."""

    line: Line
    style: str = ""
    media: Medium = Medium.EVERYWHERE
    key: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading without a section of its own; a ``minor`` one is a level below the others."""

    text: str
    minor: bool = False
    media: Medium = Medium.EVERYWHERE


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list that has more to it than its line."""

    line: Line
    more: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Line | Entry, ...]
    style: str = ""
    media: Medium = Medium.EVERYWHERE


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with their values."""

    pairs: tuple[tuple[Line, Line], ...]
    style: str = "facts"
    media: Medium = Medium.EVERYWHERE


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; one of numbers is set to the right, and left out where it is narrow."""

    heading: str
    number: bool = False
    style: str = ""


def columns(*names: str, numbers: Iterable[str] = ()) -> tuple[Column, ...]:
    """Columns of words, and after them those of ``numbers``."""
    return (*map(Column, names), *(Column(name, number=True) for name in numbers))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the first of each naming the row.

    ``label`` says what the table is where its title does not. A row of a single cell is the heading
    of those below it. ``ends`` are the rows after which a part of the table ends.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]
    title: Line = ""
    label: str = ""
    style: str = "data"
    ends: frozenset[int] = frozenset()
    media: Medium = Medium.EVERYWHERE

    def filled(self) -> Iterator[tuple[Line, ...]]:
        """The rows, those of headings with empty cells at their end."""
        for row in self.rows:
            yield (*row, *[""] * (len(self.columns) - len(row)))


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of code or of a command."""

    text: str
    language: str = ""
    media: Medium = Medium.EVERYWHERE


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its caption; on the page alone."""

    drawing: Drawing
    media: Medium = Medium.PAGE


@dataclass(frozen=True, slots=True)
class Details:
    """Blocks to unfold; ``opened`` says whether a page shows them from the first.

    With a ``key`` its summary is a heading, ``mark`` stands beside it, and links to the key unfold
    it; ``listed`` is as a section's.
    """

    summary: Line
    blocks: tuple[Block, ...]
    style: str = ""
    media: Medium = Medium.EVERYWHERE
    opened: bool = False
    key: str = ""
    mark: Line = ""
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the page's cards to show: one of ``choices``, each with how many cards it leaves.

    A card is left by choice k where its style has the class ``NAME-k``; choice 0 leaves all.
    """

    name: str
    legend: str
    choices: tuple[tuple[str, int], ...]
    media: Medium = Medium.PAGE


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that are laid out together."""

    blocks: tuple[Block, ...]
    style: str
    media: Medium = Medium.EVERYWHERE


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part. ``key`` is its anchor, ``mark`` stands beside its title.

    ``listed`` sections, and those within, are in the contents of the page, under ``listed``.
    """

    title: Line
    blocks: tuple[Block, ...]
    key: str
    style: str = ""
    mark: Line = ""
    listed: str = ""
    media: Medium = Medium.EVERYWHERE


Block: TypeAlias = (
    Paragraph
    | Heading
    | Bullets
    | Facts
    | Table
    | Listing
    | Picture
    | Details
    | Filter
    | Group
    | Section
)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole: what it is, its outcome in one sentence, what stands below that, and its parts.

    ``tone`` is that of the outcome: good, warn or bad. ``start`` is the key of the section readers
    come for. ``place`` says where it was written, for the terminal.
    """

    kind: str
    headline: str
    tone: str
    lede: Line
    head: tuple[Block, ...]
    sections: tuple[Section | Details, ...]
    version: str
    start: str
    place: str = ""


def small(text: str) -> Paragraph:
    """A remark in small letters, in which nothing is set as a formula."""
    return Paragraph(Plain(text), "small")


def shown(blocks: Iterable[Block], medium: Medium) -> Iterator[Block]:
    """The blocks that are for ``medium``."""
    return (block for block in blocks if medium in block.media)


def words(line: Line) -> str:
    """A line as bare text."""
    match line:
        case str():
            return line
        case tuple():
            return "".join(words(part) for part in line)
        case Plain() | Code() | Link():
            return line.text
        case Lines():
            return "\n".join(words(part) for part in line.lines)
        case Span():
            return words(line.line)


def joined(parts: Sequence[Line], separator: str = ", ") -> tuple[Line, ...]:
    """The parts of one line with a separator between them."""
    return tuple(item for part in parts for item in (separator, part))[1:]
