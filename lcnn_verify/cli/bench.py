"""``lcnn-verify bench``: how fast the numerics are, beside peers, parts, an older run."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import (
    HOW_MUCH,
    WHAT,
    WHERE,
    Json,
    Quiet,
    folder,
    names,
    number,
    option,
    whole,
)
from lcnn_verify.cli.streams import bar, publish
from lcnn_verify.processes import processors


def bench(
    measured: Annotated[
        Path | None,
        typer.Argument(
            metavar="[NEW]", help="A bench.json, or its folder, to show: nothing is timed."
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        option(WHAT, "OLD", "Hold it beside an older bench.json, or its folder.", parser=folder),
    ] = None,
    only: Annotated[
        list[str] | None,
        option(
            WHAT,
            "ID,…",
            "Benchmarks, or packs, by the first words of ids. Default: all.",
            callback=names,
        ),
    ] = None,
    quick: Annotated[
        bool, option(HOW_MUCH, "", "The first sizes alone, in three rounds.", "--quick")
    ] = False,
    tolerance: Annotated[
        float, option(HOW_MUCH, "PART", "How much slower than OLD counts, > 0.", parser=number)
    ] = 0.25,
    threads: Annotated[
        int | None,
        option(HOW_MUCH, "N", "Processors for ours and for peers. Default: all.", parser=whole(1)),
    ] = None,
    out: Annotated[
        Path | None,
        option(WHERE, "DIR", "Also write bench.json, bench.md and bench.html.", parser=folder),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Time the packs' numerics beside peers and parts of the work, in rounds by turns.

    With OLD, ratios to the ways beside ours are compared, so that OLD may come from another
    machine: a row is slower if it lost beyond the tolerance against every peer beside it, or
    against every part where no peer is in both.

    Exit code 1 if a row became slower, or a peer broke or was not seen to compute what ours does;
    3 after Ctrl-C, with what was timed kept, to be shown as any record is.

    Examples:
    lcnn-verify bench --quick --only {pack}
    lcnn-verify bench --out reports/bench
    lcnn-verify bench --compare reports/bench
    lcnn-verify bench --compare reports/old reports/bench
    """
    _use(threads)
    from lcnn_verify import outputs
    from lcnn_verify.benchmarks import outline, record
    from lcnn_verify.benchmarks.compare import compared, demand_tolerance
    from lcnn_verify.benchmarks.measure import measure, offered
    from lcnn_verify.reporting.record import files_of

    demand_tolerance(tolerance)
    old = None if compare is None else record.read("OLD", compare)
    given = None if measured is None else record.read("NEW", measured)
    chosen = offered(only or ()) if given is None else []
    if out is not None:
        outputs.demand_folder(out, files_of(record.NAME))
    if given is None:
        with bar(sys.stderr.isatty() and not (json or quiet)) as advance:
            found = measure(chosen, quick=quick, watch=advance or (lambda *_: None))
    else:
        found = given.part(only or ())
    if old is not None:
        found = compared(found, old, str(compare), tolerance)
    ended = outputs.PARTIAL in found.data
    file = f"{record.NAME}.json"
    place = outputs.place_of_partial(out, file) if out and ended else out
    told = partial(outline.document, found.data)
    publish(found.data, told, place, found.write, record=file, json=json, quiet=quiet)
    if ended and given is None:  # to show what was interrupted once is not
        return ExitCode.INTERRUPTED
    return ExitCode.AS_WANTED if found.as_wanted else ExitCode.NOT_AS_WANTED


def _use(threads: int | None) -> None:
    """Have ours, BLAS and frameworks, none of which is loaded yet, use so many processors."""
    if threads is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(min(threads or processors(), processors()))
