"""``lcnn-verify gallery``: whether the checks catch what is wrong and spare what is right."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from lcnn_verify.campaign.properties import directory_of, find_directory
from lcnn_verify.campaign.run import default_jobs
from lcnn_verify.cli.options import integer
from lcnn_verify.cli.progress import bar
from lcnn_verify.packs.zgj.gallery import catalogue, matrix
from lcnn_verify.packs.zgj.gallery.exhibition import exhibit
from lcnn_verify.packs.zgj.gallery.terminal import render
from lcnn_verify.packs.zgj.ledger.conformance import CHECKS
from lcnn_verify.reporting.plain import to_text


def gallery(
    names: Sequence[str],
    *,
    seed: str,
    seeds: str,
    jobs: str | None,
    out: str | None,
    properties: str | None,
    json: bool,
    quiet: bool,
) -> int:
    """Run the kill matrix, write and print what was asked for, and return the exit code."""
    first, count = integer("--seed", seed, 0), integer("--seeds", seeds, 1)
    workers = default_jobs() if jobs is None else integer("--jobs", jobs, 1)
    directory = directory_of(CHECKS[0], find_directory(properties))
    entries = catalogue.select(names)
    chosen = range(first, first + count)
    started = time.monotonic()
    with bar(sys.stderr.isatty() and not (json or quiet)) as progress:
        rows = matrix.run(
            [entry for entry in entries if not entry.missing],
            chosen,
            directory,
            jobs=workers,
            progress=progress,
        )
    shown = exhibit(entries, rows, chosen, time.monotonic() - started)
    if out is not None:
        shown.write(out)
    if json:
        sys.stdout.write(to_text(shown.data))
    elif not quiet:
        render(shown.data, Console(), None if out is None else Path(out))
    return shown.exit_code
