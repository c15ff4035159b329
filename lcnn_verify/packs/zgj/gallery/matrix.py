"""The kill matrix: every check on every implementation of the gallery, and what that shows.

A worker process runs all checks on one implementation after the other, each implementation in a
process of its own. Examples are drawn as in `lcnn-verify conform`, fewer of them and once for all,
and nothing is shrunk: here it only counts whether a check sees that something is wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from lcnn_verify.campaign import cluster as clusters
from lcnn_verify.campaign.properties import load
from lcnn_verify.campaign.remote import Ground
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Property, Verdict, decide
from lcnn_verify.ledger import Claim
from lcnn_verify.packs.zgj.conformance.checks import lacking
from lcnn_verify.packs.zgj.conformance.faults import DEFAULT_LIMITS, Limits
from lcnn_verify.packs.zgj.conformance.implementation import Implementation, open_implementation
from lcnn_verify.packs.zgj.conformance.trial import putting
from lcnn_verify.packs.zgj.gallery.catalogue import Entry
from lcnn_verify.packs.zgj.ledger.conformance import CHECKS
from lcnn_verify.processes import pool
from lcnn_verify.profiles import PROFILES, RunContext, active, running

Progress: TypeAlias = Callable[[str, int, int, int], None]
"""Called with what runs, how many runs are done, of how many, and how many are not as wanted."""

PROFILE = replace(PROFILES["quick"], examples=0.5)
# A hostile one is waited for again and again, the others for what a busy machine may take.
_MUTANT = Limits(memory_gigabytes=0.5)
_HOSTILE = Limits(call_seconds=0.3, memory_gigabytes=0.5)


class Outcome(StrEnum):
    """What one check made of one implementation."""

    KILLED = "killed"
    PASSED = "passed"
    UNDECIDED = "undecided"
    NOT_OFFERED = "not offered"


@dataclass(frozen=True, slots=True)
class Cell:
    """One check's verdict on one implementation, and the reason in one line."""

    outcome: Outcome
    says: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """All checks on one implementation under one seed; ``cells`` by the checks' ids."""

    entry: Entry
    seed: int
    cells: Mapping[str, Cell]
    seconds: float

    @property
    def as_wanted(self) -> bool:
        """Whether a mutant was killed, or a reference neither killed nor left undecided."""
        if self.entry.is_reference:
            return not (self.having(Outcome.KILLED) or self.having(Outcome.UNDECIDED))
        return bool(self.having(Outcome.KILLED))

    def having(self, outcome: Outcome) -> tuple[str, ...]:
        """The checks with that outcome, in the ledger's order."""
        return tuple(check for check, cell in self.cells.items() if cell.outcome is outcome)


class Stopped(KeyboardInterrupt):
    """An early end; ``rows`` are those of the implementations that were run under every seed."""

    def __init__(self, rows: tuple[Row, ...], why: str = "") -> None:
        super().__init__(why)
        self.rows = rows


def run(
    entries: Sequence[Entry],
    seeds: Sequence[int],
    directory: Path,
    *,
    jobs: int,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> tuple[Row, ...]:
    """Run all checks on ``entries`` under each of ``seeds``, ``jobs`` implementations at a time.

    ``cluster`` is a Dask cluster to run them on, as of ``run``. ``directory`` holds the property
    files. Rows come in the order of the entries, then of the seeds. What an entry needs must be
    installed. However this ends, no worker outlives it. Raises :class:`Stopped` on Ctrl-C.
    """
    tasks = [(entry, seed) for entry in entries for seed in seeds]
    # Whatever takes seconds to load comes first: started last, it would end the run alone.
    order = sorted(tasks, key=lambda task: (not task[0].needs, task[0].topic != "hostile"))
    rows: dict[tuple[str, int], Row] = {}
    try:
        with _team(jobs, cluster, directory) as (team, jobs):
            pending = [team.submit(judge, entry, seed, directory) for entry, seed in order]
            for done, future in enumerate(as_completed(pending), 1):
                row = future.result()
                rows[row.entry.name, row.seed] = row
                if progress is not None:
                    waiting = [it.name for it, s in order if (it.name, s) not in rows][:jobs]
                    unwanted = sum(not found.as_wanted for found in rows.values())
                    progress(", ".join(waiting), done, len(tasks), unwanted)
    except KeyboardInterrupt as stop:
        whole = {entry.name for entry in entries if all((entry.name, s) in rows for s in seeds)}
        tasks = [task for task in tasks if task[0].name in whole]
        raise Stopped(tuple(rows[entry.name, seed] for entry, seed in tasks), str(stop)) from None
    return tuple(rows[entry.name, seed] for entry, seed in tasks)


@contextmanager
def _team(
    jobs: int, cluster: str | None, directory: Path
) -> Iterator[tuple[Executor | clusters.Team, int]]:
    """What runs the implementations, and how many at a time."""
    if cluster is None:
        with pool(jobs) as team:
            yield team, jobs
        return
    with clusters.pool(cluster, Ground((CHECKS[0].id,), directory)) as found:
        yield found


@cache
def _properties(directory: Path, check: Claim) -> tuple[Property, ...]:
    return tuple(item for item in load(directory, check.property_file) if item.claim == check)


@cache
def _drawn(directory: Path, seed: int) -> Mapping[Property, Sequence[Mapping[str, Any]]]:
    """The examples of every property under a seed, that of the active run: equal for everyone.

    Once all are loaded, because Hypothesis also draws constants it finds in loaded sources.
    """
    items = [item for check in CHECKS for item in _properties(directory, check)]
    return {item: item.draw() for item in items}


def judge(entry: Entry, seed: int, directory: Path) -> Row:
    """Run every check on one implementation, in this process.

    One that cannot be loaded leaves every check undecided.
    """
    started = time.monotonic()
    limits = _HOSTILE if entry.topic == "hostile" else _MUTANT
    limits = DEFAULT_LIMITS if entry.is_reference else limits
    context = RunContext(PROFILE, seed, subject={"target": entry.target})
    try:
        implementation = open_implementation(entry.target, limits=limits)
    except InputError as error:
        cells = {check.id: Cell(Outcome.UNDECIDED, str(error)) for check in CHECKS}
    else:
        with implementation, putting(implementation), running(context):
            cells = {check.id: _cell(check, implementation, directory) for check in CHECKS}
    return Row(entry, seed, cells, time.monotonic() - started)


_OUTCOMES = {Verdict.REFUTED: Outcome.KILLED, Verdict.SUPPORTED: Outcome.PASSED}


def _cell(check: Claim, implementation: Implementation, directory: Path) -> Cell:
    """Run a check's properties until one kills, and put the verdict down."""
    if reason := lacking(check, implementation.declaration):
        return Cell(Outcome.NOT_OFFERED, reason)
    records = []
    for item in _properties(directory, check):
        recorder = item.run(shrink=False, drawn=_drawn(directory, active().seed)[item])
        records.append(recorder.to_json())
        if recorder.counterexample is not None:
            break
    decision = decide(check, records)
    return Cell(_OUTCOMES.get(decision.verdict, Outcome.UNDECIDED), decision.reason)
