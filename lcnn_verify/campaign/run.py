"""Runs units: what the journal lacks is executed and kept, one by one, and told meanwhile."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Container, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from lcnn_verify import ledger
from lcnn_verify.campaign.executor import Underway, UnitResult, execute
from lcnn_verify.campaign.journal import Journal
from lcnn_verify.campaign.properties import Unit, directory_of, schedule
from lcnn_verify.campaign.worker import broken
from lcnn_verify.evidence import Recorder, decide
from lcnn_verify.evidence.parts import joined
from lcnn_verify.evidence.progress import Stage, duration
from lcnn_verify.ledger import Claim


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: ``done`` of ``total`` units, the last ``unit`` ("" at the start).

    ``running`` are the units under way, and ``stages`` what those say of themselves that do;
    ``failed`` counts the claims that are not as wanted so far.
    """

    done: int
    total: int
    unit: str = ""
    running: tuple[str, ...] = ()
    failed: int = 0
    stages: Mapping[str, Stage] = field(default_factory=dict)

    @property
    def under_way(self) -> str:
        """The claims under way, and how far each is."""
        names = []
        for unit in self.running:
            stage, claim = self.stages.get(unit), unit.partition(" ")[0]
            names.append(f"{claim} ({stage})" if stage else claim)
        return ", ".join(dict.fromkeys(names))


ProgressCallback: TypeAlias = Callable[[Progress], None]
Execute: TypeAlias = Callable[[Sequence[Unit], int, float], Generator[UnitResult | Underway]]
"""Runs units, so many at a time; yields each result, and what units tell, as it comes.

None starts once ``time.monotonic()`` has reached the last argument.
"""


class TimeSpent(KeyboardInterrupt):
    """A run's time budget was spent before all its units were started: it ends as by Ctrl-C."""

    def __str__(self) -> str:
        return "stopped by its time budget"


def in_notebook() -> ProgressCallback | None:
    """A callback that keeps one line below a notebook's cell current; None outside of one."""
    # Where IPython was not imported, this is no notebook; in a terminal its shell has no kernel.
    module = sys.modules.get("IPython")
    if module is None or not hasattr(module.get_ipython(), "kernel"):
        return None
    started, line = time.monotonic(), None

    def show(progress: Progress) -> None:
        nonlocal line
        done, total, seconds = progress.done, progress.total, time.monotonic() - started
        parts = [f"{done} of {total} units", f"{seconds:.0f} s"]
        if 0 < done < total:
            parts.append(f"about {duration(seconds / done * (total - done))} left")
        if progress.failed:
            parts.append(f"{progress.failed} failed")
        if progress.running:
            parts.append(f"running {progress.under_way}")
        shown = {"text/plain": ", ".join(parts)}
        if line is None:
            line = module.display.display(shown, raw=True, display_id=True)
        else:
            line.update(shown, raw=True)

    return show


def run_units(
    units: Sequence[Unit],
    journal: Journal,
    *,
    jobs: int,
    progress: ProgressCallback | None = None,
    execute: Execute = execute,
    time_budget: float | None = None,
) -> None:
    """Execute the ``units`` whose results the open ``journal`` lacks.

    Each result is in the journal before it is told, and does not count where it cannot be written:
    then ``OSError`` is raised. Raises ``KeyboardInterrupt`` on Ctrl-C, with the running units
    killed, :class:`TimeSpent` where units are left when those that started within ``time_budget``
    seconds are finished, and ``RuntimeError`` where there is no room for so many jobs.
    """
    until = math.inf if time_budget is None else time.monotonic() + time_budget
    done = journal.results
    waiting = schedule(unit for unit in units if unit.id not in done)
    judged_here = [unit for unit in units if not unit.context.without]
    shards, stages = _by_claim(judged_here), dict[str, Stage | None]()
    last, fails = "", dict[str, bool]()

    def tell(*judged: str) -> None:
        if progress is None:
            return
        fails.update((it, _fails(it, shards[it], done)) for it in judged if it in shards)
        # Units are started in this order, unless they say otherwise: those heard of last, for one
        # whose worker has ended is not under way.
        left = [unit.id for unit in waiting if unit.id not in done]
        heard = {unit: place for place, unit in enumerate(stages)}
        under_way = sorted(left, key=lambda unit: -heard.get(unit, -1))[:jobs]
        running = tuple(unit for unit in left if unit in under_way)
        failed = sum(fails.values())
        said = {unit: stage for unit, stage in stages.items() if stage}
        progress(Progress(len(done), len(units), last, running, failed, said))

    def run(units: Sequence[Unit]) -> None:
        nonlocal last
        with closing(execute(units, jobs, until)) as results:
            for item in results:
                if isinstance(item, Underway):
                    stages.pop(item.unit, None)
                    stages[item.unit] = item.stage  # heard of last, it stands last
                    tell()
                else:
                    journal.append(item)
                    last = item.unit
                    tell(last.partition(" ")[0])

    tell(*shards)
    run([unit for unit in waiting if not unit.gathers])
    whole = (_gathering(unit, units, done) for unit in waiting if unit.gathers)
    if gathering := [unit for unit in whole if unit is not None]:
        run(gathering)
    if any(unit.id not in done for unit in waiting):
        raise TimeSpent


def _gathering(unit: Unit, units: Iterable[Unit], done: Mapping[str, UnitResult]) -> Unit | None:
    """A unit that gathers, with what the shards of its claim made; None while one is not done."""
    which = unit.claim, unit.context.without
    own = [it for it in units if (it.claim, it.context.without) == which and not it.gathers]
    if any(it.id not in done for it in own):
        return None
    return replace(unit, made=joined([record for it in own for record in done[it.id].records]))


def _fails(claim: str, shards: Sequence[Unit], done: Mapping[str, UnitResult]) -> bool:
    """Whether a claim is not as wanted: all its units are done, or one refutes it."""
    found = [record for unit in shards if unit.id in done for record in done[unit.id].records]
    over = all(unit.id in done for unit in shards)
    if over or any(record["counterexample"] for record in found):
        return not decide(ledger.claim(claim), found).as_wanted
    return False


def _by_claim(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """The units of each claim."""
    parts: dict[str, list[Unit]] = {}
    for unit in units:
        parts.setdefault(unit.claim, []).append(unit)
    return parts


def not_run(units: Iterable[Unit], done: Container[str]) -> list[dict[str, Any]]:
    """A record for each claim of which the run ended before all its units were ``done``.

    Without one that was, the claim is not exercised, else not decided.
    """
    records = []
    for claim, shards in _by_claim(units).items():
        lacking, file = sum(unit.id not in done for unit in shards), shards[0].file
        if lacking == len(shards):
            none = Recorder(claim, file)
            none.reasons["not run: the run ended before"] += 1
            records.append(none.to_json())
        elif lacking:
            why = f"{lacking} of {len(shards)} shards not run: the run ended before"
            records.append(broken(claim, file, why))
    return records


def without_file(claims: Iterable[Claim], directory: Path | None) -> list[dict[str, Any]]:
    """Records of the claims that have no property file, and so no unit."""
    return [
        broken(claim.id, claim.property_file, f"no property file {claim.property_file} in {folder}")
        for claim in claims
        if not ((folder := directory_of(claim, directory)) / claim.property_file).is_file()
    ]
