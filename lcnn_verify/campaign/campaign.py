"""A campaign from its arguments to the written report, whatever it is about; ``verify`` is one."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import lcnn_verify
from lcnn_verify import ledger, outputs
from lcnn_verify.campaign.cluster import jobs_here, opened
from lcnn_verify.campaign.executor import UnitResult
from lcnn_verify.campaign.executor import execute as execute_here
from lcnn_verify.campaign.journal import Fingerprint, Journal
from lcnn_verify.campaign.properties import Unit, directory_of, find_directory, plan
from lcnn_verify.campaign.properties import fingerprint as sources
from lcnn_verify.campaign.remote import Ground
from lcnn_verify.campaign.run import (
    Execute,
    ProgressCallback,
    in_notebook,
    not_run,
    run_units,
    without_file,
)
from lcnn_verify.errors import InputError
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics.options import integer, names, positive_real
from lcnn_verify.profiles import Profile, profile_named
from lcnn_verify.reporting.ablation import Ablation
from lcnn_verify.reporting.replays import remove_record
from lcnn_verify.reporting.report import FILES, Report, RunInfo, build_report

DEFAULT_OUT = Path("reports", "latest")

T = TypeVar("T")
Record = TypeVar("Record", Report, Ablation)
Stop: TypeAlias = KeyboardInterrupt | OSError | None
"""What ended a run before all its units were done."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Code under test, in the words of each place that must know.

    ``context`` is the ``subject`` of every unit's ``RunContext``, ``identity`` is what entries of
    the journal rest on, ``section`` what the report says of it (``subject`` of its schema).
    ``code`` makes a digest of it, which must be the same on every worker of a cluster.
    """

    context: Mapping[str, Any]
    identity: Mapping[str, Any]
    section: Mapping[str, Any]
    code: Callable[[], str] | None = None


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, or a time budget, ended a run; its partial ``report`` stands in ``report.folder``."""

    def __init__(self, report: Report | Ablation) -> None:
        super().__init__()
        self.report = report


class Unwritten(OSError):
    """A report, perhaps partial, that could not be written, or not all of it."""

    def __init__(self, error: OSError, report: Report | Ablation) -> None:
        super().__init__(error.errno, error.strerror, error.filename)
        self.report = report


class Campaign:
    """How to run; the arguments are those of :func:`verify`. Its clock starts when it is made."""

    def __init__(
        self,
        *,
        profile: str | Profile,
        seed: int,
        jobs: int | None,
        out: Path | str,
        resume: bool,
        progress: ProgressCallback | None,
        properties: Path | str | None,
        time_budget: float | None = None,
        cluster: str | None = None,
    ) -> None:
        """Raises ``InputError`` for bad arguments."""
        if not isinstance(out, str | Path) or not str(out):
            raise InputError("out", repr(out), "the path of a folder")
        self.profile, self.seed = profile_named(profile), integer("seed", seed, 0)
        self.jobs = jobs_here(jobs, cluster)
        self.out, self.resume, self.directory = Path(out), resume, find_directory(properties)
        self.cluster, self.progress = cluster, progress or in_notebook()
        self.time_budget = (
            None if time_budget is None else positive_real("time_budget", time_budget)
        )
        self._started, self._clock = datetime.now(UTC), time.monotonic()

    def without_properties(self, claim: Claim) -> InputError:
        """What to raise where no claim has a property file, neither ``claim``, the first."""
        folder, file = directory_of(claim, self.directory), claim.property_file
        if self.directory is None:
            return InputError(claim.id, f"no property file {folder / file}", "one that states it")
        got = f"{str(folder)!r}, which holds no property file of what was selected"
        return InputError("properties", got, f"a folder with {file}")

    def run(
        self,
        claims: Sequence[Claim],
        *,
        asked: tuple[str, ...],
        subject: Subject | None = None,
        execute: Execute | None = None,
    ) -> Report:
        """Run the properties of ``claims``, write the report into ``out`` and return it.

        ``asked`` are the patterns that chose them, () for all; ``execute`` runs units where no
        cluster is to. Where Ctrl-C, the time budget, a lost scheduler or a full disk ends the run,
        what is finished becomes a partial report: in ``out``, or in ``out/partial`` if a finished
        one is there, until the next finished one is written.

        Raises ``InputError`` where no claim has a property file, or ``out`` holds somebody else's
        files of the report's names, ``OSError`` where it cannot be written, and ``RuntimeError``
        where there is no room for so many jobs, before any unit runs; then :class:`Interrupted` and
        :class:`Unwritten`, or ``KeyboardInterrupt`` and ``OSError`` if nothing is finished.
        """
        about = subject.context if subject else None
        units = plan(claims, self.directory, self.profile, self.seed, about)
        if not units:
            raise self.without_properties(claims[0])

        def reported(results: Mapping[str, UnitResult], stopped: Stop) -> Report:
            report = build_report(
                claims,
                [
                    record
                    for unit in units
                    if unit.id in results
                    for record in results[unit.id].records
                ]
                + without_file(claims, self.directory)
                + not_run(units, results),
                RunInfo(self.profile.name, self.seed, asked),
                timings=self.timings(results),
                subject=subject.section if subject else None,
                partial=self.partial(units, results, stopped),
            )
            return self.written(report, FILES, stopped)

        return self.carry_out(units, claims, FILES, reported, subject=subject, execute=execute)

    def carry_out(
        self,
        units: Sequence[Unit],
        claims: Sequence[Claim],
        files: Sequence[str],
        finish: Callable[[Mapping[str, UnitResult], Stop], T],
        *,
        subject: Subject | None = None,
        execute: Execute | None = None,
    ) -> T:
        """Run the ``units`` about ``claims`` and return what ``finish`` makes of their results.

        It is given what is finished, and what stopped the run if not all is. ``files`` are those it
        writes into ``out``. Raises as :meth:`run` does before any unit runs, and what stopped the
        run if nothing is finished.
        """
        identity = Fingerprint(
            profile=self.profile,
            seed=self.seed,
            selection=tuple(claim.id for claim in claims),
            version=lcnn_verify.__version__,
            sources=sources(claims, self.directory),
            units=tuple(unit.id for unit in units),
            subject=subject.identity if subject else None,
        )
        outputs.demand_folder(self.out, files)
        stopped: Stop = None
        with (
            self._team(claims, subject, execute) as (run, jobs),
            Journal.open(self.out, identity, resume=self.resume) as journal,
        ):
            try:
                run_units(
                    units,
                    journal,
                    jobs=jobs,
                    progress=self.progress,
                    execute=run,
                    time_budget=self.time_budget,
                )
            except (KeyboardInterrupt, OSError) as error:
                if not journal.results:
                    raise
                stopped = error if len(journal.results) < len(units) else None
            return finish(journal.results, stopped)

    @contextmanager
    def _team(
        self, claims: Sequence[Claim], subject: Subject | None, execute: Execute | None
    ) -> Iterator[tuple[Execute, int]]:
        """What runs units, and how many at a time: ``execute``, a cluster, or processes here."""
        if self.cluster is None:
            yield execute or execute_here, self.jobs
            return
        examples = {claim.pack: claim.id for claim in claims}
        code = subject.code if subject else None
        ground = Ground(tuple(examples.values()), self.directory, code)
        with opened(self.cluster, ground) as cluster:
            yield cluster.execute, cluster.threads

    def timings(self, results: Mapping[str, UnitResult]) -> dict[str, Any]:
        """When the run began, what it took, and what each unit took, in seconds."""
        return {
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - self._clock, 3),
            "units": {unit: round(result.seconds, 3) for unit, result in results.items()},
        }

    def partial(
        self, units: Sequence[Unit], done: Container[str], stopped: Stop
    ) -> dict[str, Any] | None:
        """What a partial record says of itself: why it is one, and what is missing."""
        if stopped is None:
            return None
        missing = [unit for unit in units if unit.id not in done]
        folders = {"--out": self.out, "--properties": self.directory}
        words = [word for name, value in folders.items() if value for word in (name, str(value))]
        return {
            "reason": str(stopped) or "interrupted",
            "units": len(units),
            "finished": len(units) - len(missing),
            "missing": list(dict.fromkeys(unit.claim for unit in missing)),
            "options": [*words, "--resume"],
        }

    def written(self, record: Record, files: Sequence[str], stopped: Stop) -> Record:
        """Write the ``files`` of a record and return it where it is.

        A partial one is then raised, as one that cannot be written is.
        """
        place = outputs.place_of_partial(self.out, files[0]) if stopped else self.out
        try:
            record = record.write(place)
        except OSError as error:
            failed = stopped if isinstance(stopped, OSError) else error
            raise Unwritten(failed, record) from None
        if isinstance(stopped, OSError):
            raise Unwritten(stopped, record) from None
        if stopped:
            raise Interrupted(record) from None
        remove_record(self.out / outputs.PARTIAL, files)
        return record


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
    time_budget: float | None = None,
    studies: bool = False,
    cluster: str | None = None,
) -> Report:
    """Run the campaign, write its report into ``out`` and return it.

    ``claims`` are one or more claim ids, packs or groups (all when None); ``profile`` a budget or
    its name; ``seed`` a non-negative integer; ``jobs`` how many units run at a time (all processors
    when None); ``out`` a folder (``reports/latest`` when None). With ``resume``, only what an
    interrupted run with the same options left undone is run, and the report is the one an
    uninterrupted run gives. ``progress`` is called at the start, at each stage a unit tells and
    after every unit; in a notebook one line below the cell tells it, unless another is given.
    ``properties`` is another folder of property files. No unit starts once ``time_budget`` seconds
    have passed: it changes no result, only how many there are, and ends the run as Ctrl-C does once
    the units under way are finished, which may take as long as one of them. ``cluster`` is the
    address of a Dask scheduler whose workers are to run the units, or ``"local:N"``. With
    ``studies`` the claims are those of the atlas, which state results of experiments. The report
    depends on claims, profile, seed and the sources, never on ``jobs``, the cluster or the clock,
    its ``timings`` aside.

    Raises ``InputError`` for bad arguments and for a journal that cannot be resumed, ``OSError``
    when ``out`` cannot be written, and ``RuntimeError`` where there is no room for so many jobs,
    all before any unit runs; ``OSError`` when the disk fills up, ``KeyboardInterrupt`` on Ctrl-C,
    or where the scheduler is lost, with everything finished kept for ``resume``, and in a partial
    report. A finished report in ``out`` stays until this run has finished its own: the partial one
    then goes into ``out/partial``.
    """
    campaign = Campaign(
        profile=profile,
        seed=seed,
        jobs=jobs,
        out=DEFAULT_OUT if out is None else out,
        resume=resume,
        progress=progress,
        properties=properties,
        time_budget=time_budget,
        cluster=cluster,
    )
    patterns = names("claims", claims, "claim ids or families, or None for all")
    among = ledger.studies() if studies else ledger.claims()
    selection = ledger.select(list(patterns), among) if patterns else among
    if not selection:
        raise InputError("studies", "packs that have none", "one with a study")
    return campaign.run(selection, asked=patterns)
