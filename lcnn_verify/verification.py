"""``verify``: the main job as one call, from the ledger to a written report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import lcnn_verify
from lcnn_verify import ledger
from lcnn_verify.campaign import arguments
from lcnn_verify.campaign.journal import Fingerprint
from lcnn_verify.campaign.plan import plan
from lcnn_verify.campaign.properties import find_directory
from lcnn_verify.campaign.properties import fingerprint as sources
from lcnn_verify.campaign.run import ProgressCallback, run_units, without_file
from lcnn_verify.errors import InputError
from lcnn_verify.profiles import Profile
from lcnn_verify.reporting.report import Report, RunInfo, build_report

DEFAULT_OUT = Path("reports", "latest")


def verify(
    claims: str | Sequence[str] | None = None,
    *,
    profile: str | Profile = "quick",
    seed: int = 0,
    jobs: int | None = None,
    out: Path | str | None = None,
    resume: bool = False,
    progress: ProgressCallback | None = None,
    properties: Path | str | None = None,
) -> Report:
    """Run the campaign, write its report into ``out`` and return it.

    ``claims`` are one or more claim ids or families such as ``"zgj"`` (all when None); ``profile``
    a budget or its name; ``seed`` a non-negative integer; ``jobs`` how many units run at a time
    (all processors when None); ``out`` a folder (``reports/latest`` when None). With ``resume``,
    only what an interrupted run with the same options left undone is run, and the report is the
    one an uninterrupted run gives. ``progress`` is called after every unit. ``properties`` is
    another folder of property files. The report depends on claims, profile, seed and the sources,
    never on ``jobs`` or the clock, its ``timings`` aside.

    Raises ``InputError`` for bad arguments and for a journal that cannot be resumed, and
    ``OSError`` when ``out`` cannot be written, both before any unit runs; ``OSError`` when the
    disk fills up, ``KeyboardInterrupt`` on Ctrl-C, with everything finished kept for ``resume``.
    A new run removes the report an earlier one left in ``out``, so that what stands there is never
    older than the journal.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    budget = arguments.budget(profile)
    seed = arguments.integer("seed", seed, 0)
    workers = arguments.workers(jobs)
    patterns = arguments.names("claims", claims, "claim ids or families, or None for all")
    selection = ledger.select(list(patterns)) if patterns else ledger.claims()
    directory = find_directory(properties)
    folder = arguments.folder(out, DEFAULT_OUT)
    units = plan(selection, directory, budget, seed)
    if not units:
        got = f"{str(directory)!r}, which holds no property file of the claims selected"
        raise InputError("properties", got, f"a folder with {selection[0].property_file}")
    identity = Fingerprint(
        profile=budget,
        seed=seed,
        selection=tuple(claim.id for claim in selection),
        version=lcnn_verify.__version__,
        ledger=tuple(claim.id for claim in ledger.claims()),
        sources=sources(directory),
        units=tuple(unit.id for unit in units),
    )
    results = run_units(
        units,
        identity,
        folder,
        jobs=workers,
        resume=resume,
        progress=progress,
    )
    report = build_report(
        selection,
        [record for result in results for record in result.records]
        + without_file(selection, directory),
        RunInfo(budget.name, seed, patterns),
        timings={
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 3),
            "units": {result.unit: round(result.seconds, 3) for result in results},
        },
    )
    report.write(folder)
    return report
