"""``verify``: the main job as one call, from the ledger to a written report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lcnn_verify import ledger
from lcnn_verify.campaign import arguments
from lcnn_verify.campaign.campaign import Campaign
from lcnn_verify.campaign.run import ProgressCallback
from lcnn_verify.profiles import Profile
from lcnn_verify.reporting.report import Report

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

    ``claims`` are one or more claim ids, packs or groups (all when None); ``profile`` a budget or
    its name; ``seed`` a non-negative integer; ``jobs`` how many units run at a time (all processors
    when None); ``out`` a folder (``reports/latest`` when None). With ``resume``, only what an
    interrupted run with the same options left undone is run, and the report is the one an
    uninterrupted run gives. ``progress`` is called after every unit; in a notebook one line below
    the cell tells it, unless another is given. ``properties`` is another folder of property files.
    The report depends on claims, profile, seed and the sources, never on ``jobs`` or the clock, its
    ``timings`` aside.

    Raises ``InputError`` for bad arguments and for a journal that cannot be resumed, and
    ``OSError`` when ``out`` cannot be written, both before any unit runs; ``OSError`` when the
    disk fills up, ``KeyboardInterrupt`` on Ctrl-C, with everything finished kept for ``resume``,
    and in a partial report. A finished report in ``out`` stays until this run has finished its own:
    the partial one then goes into ``out/partial``.
    """
    campaign = Campaign.checked(
        profile=profile,
        seed=seed,
        jobs=jobs,
        out=out,
        default_out=DEFAULT_OUT,
        resume=resume,
        progress=progress,
        properties=properties,
    )
    patterns = arguments.names("claims", claims, "claim ids or families, or None for all")
    selection = ledger.select(list(patterns)) if patterns else ledger.claims()
    return campaign.run(selection, asked=patterns)
