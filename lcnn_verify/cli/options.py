"""Options that several commands share, those of packs included, and the types of their values.

A value's type is read by a ``parser``, so that what it does not take is said in our words. Imports
no numerics.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from lcnn_verify.errors import shortened

WHAT, HOW_MUCH, WHERE, OUTPUT = "What", "How much", "Where", "Output"
"""The groups of options in every help text."""


def option(
    group: str,
    value: str,
    told: str,
    *names: str,
    parser: Callable[[Any], Any] | None = None,
    callback: Callable[..., Any] | None = None,
) -> Any:
    """An option of the ``group``: what its value is called, empty for a flag, and what is told.

    ``names`` are those that its parameter does not give it.
    """
    shown: Any = {"metavar": value or None, "help": told, "rich_help_panel": group}
    return typer.Option(*names, parser=parser, callback=callback, **shown)


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


_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def duration(text: Any) -> float:
    """The parser of durations above 0 in seconds: ``"90"``, ``"90s"``, ``"10m"`` or ``"1.5h"``."""
    amount = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", str(text).strip())
    if amount is None or not 0.0 < (value := float(amount[1]) * _UNITS[amount[2]]) < math.inf:
        wanted = "a duration above 0 such as 90s, 10m or 2h, and below 10³⁰⁸ seconds"
        raise refused(shortened(str(text), 40), wanted)
    return value


def folder(text: Any, wanted: str = "a folder") -> Path:
    """The parser of paths, which are not empty: an empty ``Path`` would be the current folder."""
    if not str(text):
        raise refused(text, wanted)
    return Path(text)


def file(text: Any) -> Path:
    """The parser of paths of files, as :func:`folder`."""
    return folder(text, "a file")


def names(given: list[str] | None) -> list[str]:
    """The callback of options that are repeated or take a list with commas; [] if none is given."""
    if not given:
        return []
    found = [name.strip() for text in given for name in text.split(",") if name.strip()]
    if not found:
        raise typer.BadParameter("got an empty list, wanted a name or several with commas")
    return found


Profile = Annotated[str, option(HOW_MUCH, "NAME", "quick, standard or deep.")]
Seed = Annotated[int, option(HOW_MUCH, "N", "The run's seed, ≥ 0.", parser=whole(0))]
Jobs = Annotated[
    int | None,
    option(HOW_MUCH, "N", "Units at a time. Default: one per processor.", parser=whole(1)),
]
Cluster = Annotated[
    str | None,
    option(HOW_MUCH, "ADDRESS", "Run units on a Dask cluster, or on local:N, N workers here."),
]
Resume = Annotated[
    bool, option(HOW_MUCH, "", "Do only what an interrupted run left undone.", "--resume")
]
Out = Annotated[Path, option(WHERE, "DIR", "Where the report and the journal go.", parser=folder)]
Properties = Annotated[
    Path | None,
    option(WHERE, "DIR", "Folder of property files, instead of the packs' own.", parser=folder),
]
TimeBudget = Annotated[
    float | None,
    option(
        HOW_MUCH,
        "TIME",
        "Start no unit after so long (90s, 10m, 2h; 90 is seconds); --resume does the rest.",
        parser=duration,
    ),
]
Expected = Annotated[
    Path | None,
    option(WHAT, "FILE", "Expected deviations (TOML); no file is read unasked."),
]
Json = Annotated[bool, option(OUTPUT, "", "Print JSON to stdout, and nothing else.", "--json")]
Quiet = Annotated[
    bool, option(OUTPUT, "", "Print nothing but errors; see the exit code.", "--quiet", "-q")
]
