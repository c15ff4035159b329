"""A campaign from its arguments to the written report, whatever it is about."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import lcnn_verify
from lcnn_verify.campaign import arguments, notebook
from lcnn_verify.campaign.journal import Fingerprint
from lcnn_verify.campaign.plan import plan
from lcnn_verify.campaign.properties import directory_of, find_directory
from lcnn_verify.campaign.properties import fingerprint as sources
from lcnn_verify.campaign.run import ProgressCallback, run_units, without_file
from lcnn_verify.errors import InputError
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics.options import integer
from lcnn_verify.profiles import Profile
from lcnn_verify.reporting.report import Report, RunInfo, build_report


@dataclass(frozen=True, slots=True)
class Subject:
    """Code under test, in the words of each place that must know.

    ``context`` is the ``subject`` of every unit's ``RunContext``, ``identity`` is what entries of
    the journal rest on, ``section`` what the report says of it (``subject`` of its schema).
    """

    context: Mapping[str, Any]
    identity: Mapping[str, Any]
    section: Mapping[str, Any]


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
    ) -> Report:
        """Run the properties of ``claims``, write the report into ``out`` and return it.

        ``asked`` are the patterns that chose them, () for all. Raises ``InputError`` where no claim
        has a property file, and what ``run_units`` and ``Report.write`` raise.
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
        results = run_units(
            units,
            identity,
            self.out,
            jobs=self.jobs,
            resume=self.resume,
            progress=self.progress,
        )
        report = build_report(
            claims,
            [record for result in results for record in result.records]
            + without_file(claims, self.directory),
            RunInfo(self.profile.name, self.seed, asked),
            timings={
                "started": self._started.isoformat(timespec="seconds"),
                "seconds": round(time.monotonic() - self._clock, 3),
                "units": {result.unit: round(result.seconds, 3) for result in results},
            },
            subject=subject.section if subject else None,
        )
        return report.write(self.out)
