"""``lcnn-verify gallery``: whether the checks catch what is wrong and spare what is right."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.errors import ExitCode, interruption, say
from lcnn_verify.cli.options import (
    HOW_MUCH,
    OUTPUT,
    WHERE,
    Cluster,
    Json,
    Properties,
    Quiet,
    Seed,
    folder,
    option,
    whole,
)
from lcnn_verify.cli.streams import publish


def gallery(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]…", help="Mutants, topics, or references. Default: all."),
    ] = None,
    listing: Annotated[
        bool,
        option(OUTPUT, "", "Say what there is, topic by topic, and run nothing.", "--list"),
    ] = False,
    seed: Seed = 0,
    seeds: Annotated[
        int,
        option(HOW_MUCH, "N", "How many seeds to run under, from that one on.", parser=whole(1)),
    ] = 1,
    jobs: Annotated[
        int | None,
        option(
            HOW_MUCH, "N", "Implementations at a time. Default: one per processor.", parser=whole(1)
        ),
    ] = None,
    cluster: Cluster = None,
    out: Annotated[
        Path | None,
        option(
            WHERE, "DIR", "Also write gallery.json, gallery.md and gallery.html.", parser=folder
        ),
    ] = None,
    properties: Properties = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run all checks on implementations that are wrong on purpose, and on correct ones.

    Exit code 1 if a mutant survives, a check kills nothing, or a correct one is accused.

    Examples:
    lcnn-verify gallery
    lcnn-verify gallery --list
    lcnn-verify gallery references --seeds 5 --out reports/gallery
    """
    from lcnn_verify import outputs
    from lcnn_verify.campaign.cluster import jobs_here
    from lcnn_verify.campaign.properties import directory_of, find_directory
    from lcnn_verify.cli.streams import bar
    from lcnn_verify.packs.zgj.gallery import catalogue, matrix, outline
    from lcnn_verify.packs.zgj.gallery.exhibition import exhibit
    from lcnn_verify.packs.zgj.ledger.conformance import CHECKS
    from lcnn_verify.reporting.record import files_of

    entries = catalogue.select(names or [])
    if listing:
        print("\n".join(outline.listing(entries)))
        return ExitCode.AS_WANTED
    processes = jobs_here(jobs, cluster)
    chosen = range(seed, seed + seeds)
    if out is not None:
        outputs.demand_folder(out, files_of("gallery"))
    started, stopped = time.monotonic(), None
    with bar(sys.stderr.isatty() and not (json or quiet)) as progress:
        try:
            rows = matrix.run(
                [entry for entry in entries if not entry.missing],
                chosen,
                directory_of(CHECKS[0], find_directory(properties)),
                jobs=processes,
                cluster=cluster,
                progress=progress,
            )
        except matrix.Stopped as early:
            rows, stopped = early.rows, early
    if stopped and not rows:
        raise stopped
    shown = exhibit(entries, rows, chosen, time.monotonic() - started)
    place = out and shown.place(out)
    told = partial(outline.document, shown.data)
    publish(shown.data, told, place, shown.write, record="gallery.json", json=json, quiet=quiet)
    if stopped:
        say(f"{interruption(stopped)}; the rest: {outline.rest(shown.data)}")
        return ExitCode.INTERRUPTED
    return shown.exit_code
