"""Options that several commands share, those of packs included. Imports no numerics."""

from __future__ import annotations

from typing import Annotated

import typer

Profile = Annotated[
    str, typer.Option(metavar="NAME", help="How much work: quick, standard or deep.")
]

Seed = Annotated[str, typer.Option(metavar="N", help="The run's seed, an integer ≥ 0.")]

Jobs = Annotated[
    str | None, typer.Option(metavar="N", help="Units at a time. Default: one per processor.")
]

Out = Annotated[str, typer.Option(metavar="DIR", help="Where the report and the journal go.")]

Resume = Annotated[
    bool, typer.Option("--resume", help="Do only what an interrupted run left undone.")
]

Properties = Annotated[  # no Path: that would take "" for "."
    str | None,
    typer.Option(metavar="DIR", help="Folder of property files, instead of the one that ships."),
]

Expected = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Expected deviations (TOML); no file is read unasked."),
]
