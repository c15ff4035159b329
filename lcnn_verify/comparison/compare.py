"""Two reports held against each other: the one record everything else here only shows."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypedDict

import lcnn_verify
from lcnn_verify.comparison import surroundings as around
from lcnn_verify.comparison.changes import DEFAULT_THRESHOLD, Change, Severity, compare_claims
from lcnn_verify.comparison.deviations import Deviation, expected, matching
from lcnn_verify.comparison.outline import document
from lcnn_verify.errors import InputError
from lcnn_verify.reporting.plain import plain
from lcnn_verify.reporting.record import write_record
from lcnn_verify.reporting.report import Report

DIFF_VERSION = "1.0"
SCHEMA_PATH = Path(__file__).with_name("diff.schema.json")


class Options(TypedDict):
    """What was asked for."""

    margin: float
    strict: bool


class Summary(TypedDict):
    """Ids of claims by the worst that changed."""

    compared: int
    new_claims: Sequence[str]
    vanished_claims: Sequence[str]
    regressions: Sequence[str]
    expected: Sequence[str]
    warnings: Sequence[str]
    improvements: Sequence[str]


class Standing(TypedDict):
    """A claim that is not as wanted in either report."""

    claim: str
    verdict: str
    reason: str
    expected: bool


@dataclass(frozen=True, slots=True)
class Diff:
    """Two reports side by side; a test holds every field, and its type, to the published schema."""

    diff: str
    lcnn_verify: str
    old: around.Side
    new: around.Side
    options: Options
    summary: Summary
    notes: Sequence[str]
    changes: Sequence[Change]
    still: Sequence[Standing]
    deviations: Sequence[Mapping[str, Any]]
    environment: Sequence[around.Difference]
    durations: around.Durations


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison; ``data`` is what ``diff.json`` holds and obeys ``diff.schema.json``."""

    data: dict[str, Any]

    @property
    def exit_code(self) -> int:
        """1 if there is a regression, else 0."""
        return 1 if self.data["summary"]["regressions"] else 0

    def write(self, directory: Path | str) -> None:
        """Write ``diff.json``, ``diff.md`` and ``diff.html``, each whole or not at all.

        Raises ``OSError`` when something cannot be written; what was written before stays.
        """
        write_record(directory, "diff", self.data, document(self.data))


def read_report(argument: str, path: Path | str) -> Report:
    """The report in the file ``path``, or in the folder ``path``.

    Raises ``InputError`` naming ``argument`` for whatever :meth:`Report.read` refuses.
    """
    try:
        return Report.read(path)
    except InputError as error:
        raise InputError(f"{argument} ({error.argument})", error.got, error.wanted) from None


def compare(
    old: Report,
    new: Report,
    *,
    margin: float = DEFAULT_THRESHOLD,
    strict: bool = False,
    deviations: Sequence[Deviation] = (),
    sources: tuple[str, str] = ("OLD", "NEW"),
) -> Comparison:
    """Compare the report ``new`` with the earlier report ``old``.

    ``margin`` in (0, 1] is the part of a margin whose loss is shown as a warning; ``strict`` makes
    regressions of all warnings. ``deviations`` are held against ``new``: what they expect is no
    regression. ``sources`` are the names the reports go by.

    Raises ``InputError`` for a margin outside (0, 1], for reports of different kinds without a
    claim in common, and as :func:`~lcnn_verify.comparison.deviations.matching` does.
    """
    if not 0.0 < margin <= 1.0:
        raise InputError("margin", str(margin), "a part of the margin, more than 0 and at most 1")
    _comparable(old.data, new.data)
    matches = matching(deviations, new.data)
    excused = expected(matches)
    changes = compare_claims(
        old.data,
        new.data,
        margin=margin,
        strict=strict,
        expected=excused,
        named=[
            claim
            for claim, match in excused.items()
            if match.deviation.cases or match.deviation.domain
        ],
    )
    data = Diff(
        diff=DIFF_VERSION,
        lcnn_verify=lcnn_verify.__version__,
        old=around.side(old.data, sources[0]),
        new=around.side(new.data, sources[1]),
        options={"margin": margin, "strict": strict},
        summary=_summary(old.data, new.data, changes),
        notes=around.notes(old.data, new.data),
        changes=changes,
        still=_still(old.data, new.data, excused),
        deviations=[match.to_json() for match in matches],
        environment=around.environment(old.data, new.data),
        durations=around.durations(old.data, new.data),
    )
    return Comparison(plain(asdict(data)))


def _comparable(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Raise ``InputError`` if nothing but the kind of the reports could be compared."""
    shared = {entry["id"] for entry in old["claims"]} & {entry["id"] for entry in new["claims"]}
    if around.kind(old) != around.kind(new) and not shared:
        got = f"a report of `lcnn-verify {around.kind(new)}` without a claim in common"
        raise InputError("NEW", got, f"a report of `lcnn-verify {around.kind(old)}`, as OLD is")


def _summary(old: Mapping[str, Any], new: Mapping[str, Any], changes: Sequence[Change]) -> Summary:
    """Ids of the claims with changes of each severity, each claim once in each list."""

    def having(severity: Severity) -> list[str]:
        return list(dict.fromkeys(it.claim for it in changes if it.severity is severity))

    before, after = ([entry["id"] for entry in data["claims"]] for data in (old, new))
    return {
        "compared": len(set(before) & set(after)),
        "new_claims": [claim for claim in after if claim not in before],
        "vanished_claims": [claim for claim in before if claim not in after],
        "regressions": having(Severity.REGRESSION),
        "expected": having(Severity.EXPECTED),
        "warnings": having(Severity.WARNING),
        "improvements": having(Severity.IMPROVEMENT),
    }


def _still(
    old: Mapping[str, Any], new: Mapping[str, Any], excused: Container[str]
) -> list[Standing]:
    """Claims that are not as wanted now and were not before: no regression, but no peace either."""
    before = {entry["id"]: entry for entry in old["claims"]}
    return [
        {
            "claim": entry["id"],
            "verdict": entry["verdict"],
            "reason": entry["reason"],
            "expected": entry["id"] in excused,
        }
        for entry in new["claims"]
        if not entry["as_wanted"] and entry["id"] in before and not before[entry["id"]]["as_wanted"]
    ]
