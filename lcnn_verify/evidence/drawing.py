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

    def demand_form(self) -> None:
        """Raise ``TypeError`` or ``ValueError`` unless each row has a text for each column."""
        for row in (self.columns, *self.rows):
            if len(row) != len(self.columns) or not all(isinstance(cell, str) for cell in row):
                raise TypeError("a table whose rows do not hold a text for each column")
        if self.dots and len([float(dot) for dot in self.dots]) != len(self.rows):
            raise ValueError("a table whose dots are not one a row")


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

    def demand_form(self) -> None:
        """Raise ``TypeError`` or ``ValueError`` unless a page can show the fields."""
        strings: tuple[object, ...] = (self.title, self.caption, self.markup)
        keys: tuple[object, ...] = tuple(self.keys)
        if not all(isinstance(text, str) for text in strings):
            raise TypeError("a Drawing whose title, caption or markup is no text")
        if not all(isinstance(key, Key) for key in keys):
            raise TypeError("a Drawing whose legend holds what is no Key")
        if self.table is not None:
            self.table.demand_form()


class NotDrawable(Exception):
    """A series does not hold what its figure needs; its text says what is missing."""
