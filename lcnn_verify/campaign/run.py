"""Runs a plan: what the journal lacks is executed and kept, unit by unit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from lcnn_verify.campaign.executor import UnitResult, execute
from lcnn_verify.campaign.journal import Fingerprint, Journal
from lcnn_verify.campaign.plan import Unit, schedule
from lcnn_verify.campaign.properties import directory_of
from lcnn_verify.campaign.worker import broken
from lcnn_verify.errors import InputError
from lcnn_verify.ledger import Claim
from lcnn_verify.reporting.report import remove_report


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: ``done`` of ``total`` units, the last ``unit`` ("" at the start)."""

    done: int
    total: int
    unit: str = ""


ProgressCallback: TypeAlias = Callable[[Progress], None]


def default_jobs() -> int:
    """How many units run at a time unless told: the processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_units(
    units: Sequence[Unit],
    fingerprint: Fingerprint,
    out: Path,
    *,
    jobs: int,
    resume: bool = False,
    progress: ProgressCallback | None = None,
) -> tuple[UnitResult, ...]:
    """Execute ``units`` and return their results in the order of ``units``, whoever came first.

    With a new journal, the files of an earlier report are removed from OUT: they would look like
    this run's. Each result is in the journal before it counts. With ``resume``, results already
    there are taken over. Raises ``InputError`` and ``OSError`` as :meth:`Journal.open` does, before
    any unit runs; ``OSError`` when the journal cannot be written later and ``KeyboardInterrupt`` on
    Ctrl-C, with the running units killed and the journal kept.
    """
    if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1:
        raise InputError("jobs", repr(jobs), "an integer ≥ 1")
    tell = progress or (lambda _: None)
    with Journal.open(out, fingerprint, resume=resume) as journal:
        if not journal.resumed:
            remove_report(out)
        missing = [unit for unit in units if unit.id not in journal.results]
        tell(Progress(len(units) - len(missing), len(units)))
        with closing(execute(schedule(missing), jobs)) as results:
            for result in results:
                journal.append(result)
                tell(Progress(len(journal.results), len(units), result.unit))
        return tuple(journal.results[unit.id] for unit in units)


def without_file(claims: Iterable[Claim], directory: Path | None) -> list[dict[str, Any]]:
    """Records of the claims that have no property file, and so no unit."""
    return [
        broken(claim.id, claim.property_file, f"no property file {claim.property_file} in {folder}")
        for claim in claims
        if not ((folder := directory_of(claim, directory)) / claim.property_file).is_file()
    ]
