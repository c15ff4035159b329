"""What a figure on the page consists of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Comma-separated values with a line of headings; None is an empty cell."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue()


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
    """Rows of text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def demand_form(self) -> None:
        """Raise ``TypeError`` unless each row has a text for each column."""
        for row in (self.columns, *self.rows):
            if len(row) != len(self.columns) or not all(isinstance(cell, str) for cell in row):
                raise TypeError("a table whose rows do not hold a text for each column")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure for the page: trusted SVG ``markup`` or a table, a caption, a legend.

    Everything but ``markup`` is plain text, still to be escaped. ``csv`` is the data behind.
    """

    title: str
    caption: str
    markup: str = ""
    keys: tuple[Key, ...] = ()
    table: Table | None = None
    csv: str = ""

    def demand_form(self) -> None:
        """Raise ``TypeError`` unless a page can show the fields."""
        strings: tuple[object, ...] = (self.title, self.caption, self.markup, self.csv)
        keys: tuple[object, ...] = tuple(self.keys)
        if not all(isinstance(text, str) for text in strings):
            raise TypeError("a Drawing whose title, caption, markup or csv is no text")
        if not all(isinstance(key, Key) for key in keys):
            raise TypeError("a Drawing whose legend holds what is no Key")
        if self.table is not None:
            self.table.demand_form()


class NotDrawable(Exception):
    """A series does not hold what its figure needs; its text says what is missing."""
