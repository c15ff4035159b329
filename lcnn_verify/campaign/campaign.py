"""A campaign from its arguments to the written report, whatever it is about."""

from __future__ import annotations

import time
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import lcnn_verify
from lcnn_verify import outputs
from lcnn_verify.campaign import arguments, notebook
from lcnn_verify.campaign.executor import execute
from lcnn_verify.campaign.journal import Fingerprint, Journal
from lcnn_verify.campaign.plan import Unit, plan
from lcnn_verify.campaign.properties import directory_of, find_directory
from lcnn_verify.campaign.properties import fingerprint as sources
from lcnn_verify.campaign.run import Execute, ProgressCallback, not_run, run_units, without_file
from lcnn_verify.errors import InputError
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics.options import integer
from lcnn_verify.profiles import Profile
from lcnn_verify.reporting.report import FILES, Report, RunInfo, build_report, remove_report


@dataclass(frozen=True, slots=True)
class Subject:
    """Code under test, in the words of each place that must know.

    ``context`` is the ``subject`` of every unit's ``RunContext``, ``identity`` is what entries of
    the journal rest on, ``section`` what the report says of it (``subject`` of its schema).
    """

    context: Mapping[str, Any]
    identity: Mapping[str, Any]
    section: Mapping[str, Any]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a run; the partial ``report`` of what it has stands in its ``folder``."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


class Unwritten(OSError):
    """A report, perhaps partial, that could not be written, or not all of it."""

    def __init__(self, error: OSError, report: Report) -> None:
        super().__init__(error.errno, error.strerror, error.filename)
        self.report = report


@dataclass(frozen=True, slots=True)
class Campaign:
    """How to run, every argument checked. Its clock starts when it is made."""

    profile: Profile
    seed: int
    jobs: int
    out: Path
    directory: Path | None
    resume: bool
    progress: ProgressCallback | None
    _started: datetime = field(default_factory=lambda: datetime.now(UTC))
    _clock: float = field(default_factory=time.monotonic)

    @classmethod
    def checked(
        cls,
        *,
        profile: str | Profile,
        seed: int,
        jobs: int | None,
        out: Path | str | None,
        default_out: Path,
        resume: bool,
        progress: ProgressCallback | None,
        properties: Path | str | None,
    ) -> Self:
        """The arguments of :func:`~lcnn_verify.verify`. Raises ``InputError`` for bad ones."""
        return cls(
            profile=arguments.budget(profile),
            seed=integer("seed", seed, 0),
            jobs=arguments.workers(jobs),
            out=arguments.folder(out, default_out),
            directory=find_directory(properties),
            resume=resume,
            progress=progress or notebook.progress(),
        )

    def run(
        self,
        claims: Sequence[Claim],
        *,
        asked: tuple[str, ...],
        subject: Subject | None = None,
        execute: Execute = execute,
    ) -> Report:
        """Run the properties of ``claims``, write the report into ``out`` and return it.

        ``asked`` are the patterns that chose them, () for all; ``execute`` runs units. Where Ctrl-C
        or a full disk ends the run, what is finished becomes a partial report: in ``out``, or in
        ``out/partial`` if a finished one is there, until the next finished one is written.

        Raises ``InputError`` where no claim has a property file, or ``out`` holds somebody else's
        files of the report's names, and ``OSError`` where it cannot be written, before any unit
        runs; then :class:`Interrupted` and :class:`Unwritten`, or ``KeyboardInterrupt`` and
        ``OSError`` if nothing is finished.
        """
        units = plan(
            claims,
            self.directory,
            self.profile,
            self.seed,
            subject.context if subject else None,
        )
        if not units:
            folder, file = directory_of(claims[0], self.directory), claims[0].property_file
            if self.directory is None:
                got = f"no property file {folder / file}"
                raise InputError(claims[0].id, got, "one that states it")
            got = f"{str(folder)!r}, which holds no property file of what was selected"
            raise InputError("properties", got, f"a folder with {file}")
        identity = Fingerprint(
            profile=self.profile,
            seed=self.seed,
            selection=tuple(claim.id for claim in claims),
            version=lcnn_verify.__version__,
            sources=sources(claims, self.directory),
            units=tuple(unit.id for unit in units),
            subject=subject.identity if subject else None,
        )
        outputs.demand_folder(self.out, FILES)
        stopped: KeyboardInterrupt | OSError | None = None
        with Journal.open(self.out, identity, resume=self.resume) as journal:
            try:
                run_units(units, journal, jobs=self.jobs, progress=self.progress, execute=execute)
            except (KeyboardInterrupt, OSError) as error:
                if not journal.results:
                    raise
                stopped = error if len(journal.results) < len(units) else None
            done = journal.results
            report = build_report(
                claims,
                [record for unit in units if unit.id in done for record in done[unit.id].records]
                + without_file(claims, self.directory)
                + not_run(units, done),
                RunInfo(self.profile.name, self.seed, asked),
                timings={
                    "started": self._started.isoformat(timespec="seconds"),
                    "seconds": round(time.monotonic() - self._clock, 3),
                    "units": {unit: round(result.seconds, 3) for unit, result in done.items()},
                },
                subject=subject.section if subject else None,
                partial=self._partial(units, done, stopped) if stopped else None,
            )
            return self._written(report, stopped)

    def _partial(
        self, units: Sequence[Unit], done: Container[str], stopped: KeyboardInterrupt | OSError
    ) -> dict[str, Any]:
        """What a partial report says of itself: why it is one, and what is missing."""
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

    def _written(self, report: Report, stopped: KeyboardInterrupt | OSError | None) -> Report:
        """Write the report; a partial one is then raised, as one that cannot be written is."""
        place = outputs.place_of_partial(self.out, FILES[0]) if stopped else self.out
        try:
            report = report.write(place)
        except OSError as error:
            failed = stopped if isinstance(stopped, OSError) else error
            raise Unwritten(failed, report) from None
        if isinstance(stopped, OSError):
            raise Unwritten(stopped, report) from None
        if stopped:
            raise Interrupted(report) from None
        remove_report(self.out / outputs.PARTIAL)
        return report
