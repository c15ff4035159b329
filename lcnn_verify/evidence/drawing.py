"""What a figure on the page consists of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a figure's legend: a glyph in a colour, and what it stands for.

    ``alpha`` is the opacity of what the entry stands for.
    """

    glyph: str
    colour: str
    label: str
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text; ``dots`` places one dot per row on a scale from 0 to 1."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    dots: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure for the page: trusted SVG ``markup`` or a table, a caption, a legend.

    Everything but ``markup`` is plain text, still to be escaped.
    """

    title: str
    caption: str
    markup: str = ""
    keys: tuple[Key, ...] = ()
    table: Table | None = None


class NotDrawable(Exception):
    """A series does not hold what its figure needs; its text says what is missing."""
