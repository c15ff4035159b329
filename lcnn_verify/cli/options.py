"""Options that several commands share, those of packs included, and the types of their values.

A value's type is read by a ``parser``, so that what it does not take is said in our words. Imports
no numerics.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

WHAT, HOW_MUCH, WHERE, OUTPUT = "What", "How much", "Where", "Output"
"""The groups of options in every help text."""


def refused(value: Any, wanted: str) -> typer.BadParameter:
    """What a parser raises for a value it does not take; the option is added where it is known."""
    return typer.BadParameter(f"got {value!r}, wanted {wanted}")


def whole(least: int) -> Callable[[Any], int]:
    """The parser of integers that are at least ``least``."""
    wanted = f"an integer ≥ {least}"

    def parse(text: Any) -> int:
        try:
            value = int(text)
        except ValueError:
            raise refused(text, wanted) from None
        if value < least:
            raise refused(value, wanted)
        return value

    return parse


def number(text: Any) -> float:
    """The parser of finite numbers; what range they must be in, the one who takes them says."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise refused(text, "a number")
    return value


def folder(text: Any) -> Path:
    """The parser of paths, which are not empty: an empty ``Path`` would be the current folder."""
    if not str(text):
        raise refused(text, "a folder")
    return Path(text)


def names(given: list[str] | None) -> list[str]:
    """The callback of options that are repeated or take a list with commas; [] if none is given."""
    if not given:
        return []
    found = [name.strip() for text in given for name in text.split(",") if name.strip()]
    if not found:
        raise typer.BadParameter("got an empty list, wanted a name or several with commas")
    return found


Profile = Annotated[
    str,
    typer.Option(metavar="NAME", help="quick, standard or deep.", rich_help_panel=HOW_MUCH),
]
Seed = Annotated[
    int,
    typer.Option(
        metavar="N", parser=whole(0), help="The run's seed, ≥ 0.", rich_help_panel=HOW_MUCH
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        parser=whole(1),
        help="Units at a time. Default: one per processor.",
        rich_help_panel=HOW_MUCH,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help="Do only what an interrupted run left undone.", rich_help_panel=HOW_MUCH
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        parser=folder,
        help="Where the report and the journal go.",
        rich_help_panel=WHERE,
    ),
]
Properties = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        parser=folder,
        help="Folder of property files, instead of the packs' own.",
        rich_help_panel=WHERE,
    ),
]
Expected = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Expected deviations (TOML); no file is read unasked.",
        rich_help_panel=WHAT,
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print JSON to stdout, and nothing else.", rich_help_panel=OUTPUT),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="Print nothing but errors; see the exit code.",
        rich_help_panel=OUTPUT,
    ),
]
