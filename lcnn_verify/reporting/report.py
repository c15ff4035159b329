"""The report of a run: one JSON record, and the files it is read from and written to."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, cast

from lcnn_verify import ledger, outputs, packs
from lcnn_verify.errors import InputError, reading
from lcnn_verify.ledger.claim import Claim
from lcnn_verify.numerics.frames import frame
from lcnn_verify.reporting import phrases, schema
from lcnn_verify.reporting.document import Document
from lcnn_verify.reporting.environment import environment, installed_version, repository
from lcnn_verify.reporting.merge import (
    contradiction,
    merge,
    sentence,
    summarize,
    without_times,
)
from lcnn_verify.reporting.plain import plain, sorted_copy, to_text
from lcnn_verify.reporting.replays import write_replays

FILES = ("report.json", "junit.xml", "summary.md", "index.html")
"""What a report is written to, beside its replay files."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What was asked for; ``selection`` holds the claim patterns, () meaning all claims."""

    profile: str
    seed: int
    selection: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """A report; ``data`` is what ``report.json`` holds and obeys ``report.schema.json``.

    ``folder`` is where it was read from or written to, None if nowhere. In a notebook a report
    shows its verdicts as a table, with links to its files.
    """

    page: ClassVar[str] = FILES[-1]

    data: dict[str, Any]
    folder: Path | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        verdicts = Counter(self.verdicts.values())
        counted = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.items())
        place = "" if self.folder is None else f" in {self.folder}"
        return f"<Report{place}: {counted}. {phrases.headline(self.data)}>"

    def _repr_html_(self) -> str:
        from lcnn_verify.reporting import notebook

        return notebook.cell(self.data, self.folder)

    def to_frame(self) -> Any:
        """The claims as a pandas ``DataFrame``, one a row, with the id as its index.

        Columns: title, kind, verdict, as_wanted, examples; tightest, where 1 is an equality and
        above 1 a violation; violation_rate, the 95 % bound. Raises ``ImportError`` where pandas is
        not installed.
        """
        return frame(columns(self.data), index="id")

    def document(self, folder: Path | None = None) -> Document:
        """What a terminal shows of it; ``folder`` is where its files are."""
        from lcnn_verify.reporting import outline

        return outline.document(self.data, folder, written=False)

    @property
    def exit_code(self) -> int:
        """0 if every claim has the wanted verdict, else 1."""
        return 0 if all(entry["as_wanted"] for entry in self.data["claims"]) else 1

    @property
    def verdicts(self) -> dict[str, str]:
        """Claim id → verdict, in ledger order."""
        return {entry["id"]: entry["verdict"] for entry in self.data["claims"]}

    @classmethod
    def read(cls, path: Path | str) -> Report:
        """The report in the file ``path``, or in ``report.json`` of the folder ``path``.

        Raises ``InputError``, in one line, when the file cannot be read, is not JSON, is not a
        report, breaks the schema (saying where), was written for a newer schema, or contradicts
        itself.
        """
        if not isinstance(path, str | os.PathLike):
            raise InputError("path", repr(path), "the path of a report.json, or of its folder")
        file = Path(path)
        file = file / "report.json" if file.is_dir() else file
        source = str(file)
        with reading(source, "a report.json"):
            text = file.read_text(encoding="utf-8")
        data = schema.check(schema.parse(text, source), source)
        if flaw := contradiction(cast(schema.Report, data)):
            raise InputError(source, flaw, "a report that agrees with itself")
        return cls(data, file.parent)

    def write(
        self, directory: Path | str, *, expected: Mapping[str, str] = MappingProxyType({})
    ) -> Report:
        """Write ``report.json``, ``junit.xml``, ``summary.md``, replay files and ``index.html``.

        Returns the report with ``directory`` as its folder. ``expected`` says of claims that are
        expected to fail why, which every file but ``report.json``, the record of what happened,
        marks as such. Each file appears whole or not at all. Replay files of an earlier report in
        the same directory are removed. Raises ``OSError`` when something cannot be written; what
        was written before stays.
        """
        # Imported here: templates and drawing libraries cost start-up time that reading does not.
        from lcnn_verify.reporting import html, junit, markdown, outline

        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        outputs.write_atomically(folder / "report.json", to_text(self.data))
        fallen = {entry["id"]: entry["counterexample"] for entry in self.data["claims"]}
        write_replays(folder, {name: seen for name, seen in fallen.items() if seen})
        shown = self._marked(expected)
        outputs.write_atomically(folder / "junit.xml", junit.render(shown))
        document = outline.document(shown)
        outputs.write_atomically(folder / "summary.md", markdown.render(document))
        outputs.write_atomically(folder / "index.html", html.render(document))
        return replace(self, folder=folder)

    def _marked(self, expected: Mapping[str, str]) -> dict[str, Any]:
        """The data with ``expected`` in the entries of claims that fail as they are expected to."""
        claims = [
            {**entry, "expected": plain(expected[entry["id"]])}
            if entry["id"] in expected and not entry["as_wanted"]
            else entry
            for entry in self.data["claims"]
        ]
        return {**self.data, "claims": claims}


def columns(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The claims of a report as columns, in ledger order; None where there is no number."""
    rates = [[it["violation_rate_bound"] for it in entry["sampling"]] for entry in data["claims"]]
    nearest = [entry["counterexample"] or entry["tightest"] for entry in data["claims"]]
    kept = ("id", "title", "kind", "verdict", "as_wanted", "examples")
    return {name: [entry[name] for entry in data["claims"]] for name in kept} | {
        "tightest": [near["tightness"] if near else None for near in nearest],
        "violation_rate": [max(bounds, default=None) for bounds in rates],
    }


def build_report(
    claims: Sequence[Claim],
    records: Sequence[Mapping[str, Any]],
    run: RunInfo,
    *,
    timings: Mapping[str, Any],
    subject: Mapping[str, Any] | None = None,
    partial: Mapping[str, Any] | None = None,
) -> Report:
    """Merge ``records`` (:meth:`Recorder.to_json`, several per claim, any order) into a report.

    Records of claims not in ``claims`` are left out. ``timings`` has ``started`` (ISO 8601),
    ``seconds`` and ``units`` (unit id → seconds): with what proofs took, all that may differ
    between equal runs.
    ``subject`` is the code that was under test, if any was; ``partial`` says why an interrupted
    run's report is not finished, and what is missing. Raises ``InputError`` when there
    are no claims: an empty report would pass.
    """
    if not claims:
        raise InputError("claims", "none", "at least one claim to report on")
    by_claim: dict[str, list[dict[str, Any]]] = {claim.id: [] for claim in claims}
    proofs: dict[str, Counter[str]] = {}
    for record in records:
        if (claim_id := record["claim"]) in by_claim:
            bare, took = without_times(sorted_copy(record))
            by_claim[claim_id].append(bare)
            if took:
                proofs.setdefault(claim_id, Counter()).update(took)
    entries = [merge(claim, by_claim[claim.id]) for claim in claims]
    data: schema.Report = {
        "schema_version": schema.SCHEMA_VERSION,
        "run": {"profile": run.profile, "seed": run.seed, "selection": list(run.selection)},
        "packs": _packs(claims),
        "summary": summarize(entries),
        "claims": entries,
        "not_testable": [sentence(claim) for claim in _not_testable(claims, run)],
        "environment": environment(dict.fromkeys(claim.pack for claim in claims)),
        "timings": {
            "started": timings["started"],
            "seconds": timings["seconds"],
            "units": dict(sorted(timings["units"].items())),
        },
    }
    if subject is not None:
        data["subject"] = cast(schema.Subject, subject)
    if partial is not None:
        data["partial"] = cast(schema.Partial, partial)
    if proofs:
        data["timings"]["proofs"] = sorted_copy(proofs)
    return Report(plain(data))


def _not_testable(claims: Sequence[Claim], run: RunInfo) -> list[Claim]:
    """What was asked for beside ``claims`` and no computation can reach."""
    keys = {claim.pack for claim in claims if not claim.judges_subject}
    return [
        claim
        for claim in ledger.not_testable()
        if claim.pack in keys and (not run.selection or any(map(claim.matches, run.selection)))
    ]


def _packs(claims: Sequence[Claim]) -> list[schema.Pack]:
    """What the report says of the packs of ``claims``."""
    groups = dict.fromkeys(claim.group for claim in claims)
    return [
        {
            "key": pack.key,
            "title": pack.title,
            "source": asdict(pack.source),
            "distribution": pack.distribution,
            "version": installed_version(pack.distribution),
            "groups": {
                prefix: asdict(pack.group(prefix))
                for prefix in groups
                if prefix.partition(".")[0] == pack.key
            },
            "introduction": pack.introduction,
            "glossary": dict(pack.glossary),
            "notes": pack.notes,
            "repository": repository(pack.distribution),
        }
        for pack in map(packs.pack_of, dict.fromkeys(claim.pack for claim in claims))
    ]
