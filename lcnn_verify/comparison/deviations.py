"""Expected deviations: which claims are known to fail, why, and until when, held to a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Verdict
from lcnn_verify.numerics.relations import condition
from lcnn_verify.reporting.phrases import not_offered


@dataclass(frozen=True, slots=True)
class Platform:
    """Where a deviation is expected: conditions on a report's environment, None or () for any."""

    system: str | None = None
    machine: str | None = None
    python: SpecifierSet | None = None
    packages: tuple[tuple[str, SpecifierSet], ...] = ()

    def obstacle(self, report: Mapping[str, Any]) -> str:
        """The first condition that ``report``'s environment does not meet; empty if all hold."""
        environment = report["environment"]
        system = environment["platform"].partition("-")[0]
        system = "macOS" if system == "Darwin" else system
        if self.system not in (None, system):
            return f"system is {system}, not {self.system}"
        machine = environment["machine"]
        if self.machine is not None and self.machine.lower() != machine.lower():
            return f"machine is {machine}, not {self.machine}"
        versions: dict[str, str] = {
            canonicalize_name(name): version for name, version in environment["packages"].items()
        }
        wanted = [("python", self.python)] if self.python else []
        for name, specifier in (*wanted, *self.packages):
            known = environment["python"] if name == "python" else versions.get(name)
            if known is None:
                return f"the report records no package {name}"
            try:
                fits = specifier.contains(Version(known), prereleases=True)
            except InvalidVersion:
                fits = False
            if not fits:
                return f"{name} is {known}, not {specifier}"
        return ""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A claim that is known not to earn its wanted verdict, with the reason and a link.

    With ``cases`` of its finite list, or a ``domain`` of them, conditions such as ``"m >= 9"`` that
    all hold of what the name of a case says, no other may fail.
    """

    id: str
    reason: str
    link: str
    verdict: Verdict | None = None
    platform: Platform = Platform()
    expires: date | None = None
    cases: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()

    def unnamed(self, entry: Mapping[str, Any]) -> tuple[str, ...]:
        """The cases that fail in ``entry`` though neither named nor inside; none where all may."""
        if not (self.cases or self.domain):
            return ()
        return tuple(case for case in entry.get("failing", {}) if not self._covers(case))

    def _covers(self, case: str) -> bool:
        pairs = (part.partition("=") for part in case.split(","))
        told = {name.strip(): value.strip() for name, _, value in pairs}
        inside = bool(self.domain) and all(_holds(text, told) for text in self.domain)
        return case in self.cases or inside

    def to_json(self) -> dict[str, Any]:
        """The deviation as the file has it, null for what it leaves out."""
        place = self.platform
        return asdict(self) | {
            "platform": {
                "system": place.system,
                "machine": place.machine,
                "python": None if place.python is None else str(place.python),
                "packages": {name: str(specifier) for name, specifier in place.packages},
            },
            "expires": None if self.expires is None else self.expires.isoformat(),
        }


def _holds(text: str, told: Mapping[str, str]) -> bool:
    """Whether a condition holds of a case; not of one that says nothing of it."""
    asked = condition(text)
    assert asked is not None
    value = told.get(asked.left, "")
    try:
        return asked.holds(float(value), float(asked.right))
    except ValueError:
        return asked.relation == "=" and value == asked.right


class Status(StrEnum):
    """What became of an expected deviation in one report."""

    EXPECTED = "expected"
    NO_LONGER_NEEDED = "no longer needed"
    ANOTHER_VERDICT = "another verdict"
    OTHER_CASES = "other cases"
    ELSEWHERE = "not for this platform"
    EXPIRED = "expired"
    ABSENT = "claim not in the report"


@dataclass(frozen=True, slots=True)
class Match:
    """A deviation held against a report; ``detail`` explains the status where that needs it."""

    deviation: Deviation
    status: Status
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        """The deviation with its status and detail."""
        return self.deviation.to_json() | {"status": str(self.status), "detail": self.detail}


def matching(deviations: Iterable[Deviation], report: Mapping[str, Any]) -> tuple[Match, ...]:
    """Hold ``deviations`` against ``report`` (the data of a ``report.json``).

    What expires is compared with the day the report was started, so that the same report always
    gives the same answer. Raises ``InputError`` when that day is needed and cannot be read.
    """
    entries = {entry["id"]: entry for entry in report["claims"]}
    return tuple(_match(deviation, entries.get(deviation.id), report) for deviation in deviations)


def expected(matches: Iterable[Match]) -> dict[str, Match]:
    """The matches that excuse a claim, by its id."""
    return {match.deviation.id: match for match in matches if match.status is Status.EXPECTED}


def excuses(matches: Iterable[Match]) -> dict[str, str]:
    """Why claims that are excused may fail, by id: the reason and the link."""
    return {
        claim: f"{match.deviation.reason} ({match.deviation.link})"
        for claim, match in expected(matches).items()
    }


def unexpected(report: Mapping[str, Any], matches: Iterable[Match]) -> tuple[str, ...]:
    """Ids of the claims of ``report`` that are not as wanted, and that no match excuses."""
    excused = expected(matches)
    return tuple(claim for claim in report["summary"]["not_as_wanted"] if claim not in excused)


def _match(
    deviation: Deviation, entry: Mapping[str, Any] | None, report: Mapping[str, Any]
) -> Match:
    def match(status: Status, detail: str) -> Match:
        return Match(deviation, status, detail)

    if entry is None:
        return match(Status.ABSENT, not_offered(report).get(deviation.id, ""))
    if obstacle := deviation.platform.obstacle(report):
        return match(Status.ELSEWHERE, obstacle)
    if deviation.expires is not None and _started(report) > deviation.expires:
        return match(Status.EXPIRED, f"on {deviation.expires.isoformat()}")
    if entry["as_wanted"]:
        return match(Status.NO_LONGER_NEEDED, f"{entry['verdict']}, as wanted")
    if unnamed := deviation.unnamed(entry):
        return match(Status.OTHER_CASES, f"fails too: {', '.join(unnamed)}")
    if deviation.verdict in (None, entry["verdict"]):
        return match(Status.EXPECTED, entry["verdict"])
    return match(Status.ANOTHER_VERDICT, f"{entry['verdict']}, expected {deviation.verdict}")


def _started(report: Mapping[str, Any]) -> date:
    text = report["timings"]["started"]
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise InputError("timings.started", repr(text), "an ISO 8601 time") from None
