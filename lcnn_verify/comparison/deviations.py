"""Expected deviations: a file that says which claims are known to fail, why, and until when.

The file is TOML, one table a deviation::

    [[deviation]]
    id = "toy.growth"                       # a claim
    reason = "the fast path loses two digits at n > 4096"
    link = "https://example.org/issues/7"   # where the matter is followed
    verdict = "INCONCLUSIVE"                # optional: only this verdict is expected
    expires = 2027-06-30                    # optional: the last day it counts
    cases = ["n = 4097"]                    # optional: of a finite list, what alone may fail
    domain = ["n >= 4096"]                  # optional: what such a case's name says, all of it

    [deviation.platform]                    # optional, each key too: where it is expected
    system = "Linux"                        # or macOS, Windows
    machine = "aarch64"
    python = ">=3.13"
    packages = { numpy = "<2" }

All conditions that are there must hold in the environment of the report that is judged.
"""

from __future__ import annotations

import json
import math
import operator
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from lcnn_verify.comparison.surroundings import not_offered
from lcnn_verify.errors import InputError, did_you_mean, unread
from lcnn_verify.evidence import Verdict

_KEYS = ("id", "reason", "link", "verdict", "platform", "expires", "cases", "domain")
_RELATION = re.compile(r"(<=|>=|[=<>≤≥])")
_RELATIONS = {
    "=": operator.eq,
    **dict.fromkeys(("<=", "≤"), operator.le),
    **dict.fromkeys((">=", "≥"), operator.ge),
    "<": operator.lt,
    ">": operator.gt,
}
_MANDATORY = _KEYS[:3]
_PLATFORM_KEYS = ("system", "machine", "python", "packages")
_SYSTEMS = ("Linux", "macOS", "Windows")
_FILE = "a TOML file of [[deviation]] tables"


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
        inside = bool(self.domain) and all(_holds(condition, told) for condition in self.domain)
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


def _holds(condition: str, told: Mapping[str, str]) -> bool:
    """Whether a condition holds of a case; not of one that says nothing of it."""
    name, relation, bound = (part.strip() for part in _RELATION.split(condition))
    value = told.get(name, "")
    try:
        return bool(_RELATIONS[relation](float(value), float(bound)))
    except ValueError:
        return relation == "=" and value == bound


def _is_condition(text: Any) -> bool:
    """Whether it is a name, a relation and a bound that some case can meet."""
    parts = [part.strip() for part in _RELATION.split(text)] if isinstance(text, str) else []
    if len(parts) != 3 or not parts[0] or not parts[2] or parts[0].endswith("!"):
        return False
    try:
        return math.isfinite(float(parts[2])) or parts[1] == "="
    except ValueError:
        return parts[1] == "="


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


def written(report: Mapping[str, Any], known: Iterable[Deviation] = ()) -> str:
    """The file of deviations that expects what ``report`` has not as wanted, case by case.

    Reason and link of a claim come from the ``known`` ones. A new one has none, which is for a
    person to write: until then the file is refused where it is read.
    """
    before = {deviation.id: deviation for deviation in known}
    tables = []
    for entry in report["claims"]:
        if entry["as_wanted"]:
            continue
        had = before.get(entry["id"])
        fields = {
            "id": entry["id"],
            "reason": had.reason if had else "",
            "link": had.link if had else "",
            "verdict": entry["verdict"],
            **({"cases": list(entry["failing"])} if entry.get("failing") else {}),
        }
        lines = [f"{key} = {json.dumps(it, ensure_ascii=False)}" for key, it in fields.items()]
        why = f"# {' '.join(entry['reason'].split())}"
        tables.append("\n".join([why, "[[deviation]]", *lines]))
    return "\n\n".join(tables) + "\n" * bool(tables)


def _started(report: Mapping[str, Any]) -> date:
    text = report["timings"]["started"]
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise InputError("timings.started", repr(text), "an ISO 8601 time") from None


def load(path: Path | str, known: Iterable[str]) -> tuple[Deviation, ...]:
    """The deviations in the file ``path``, in its order; ``known`` are the ids claims may have.

    Raises ``InputError``, in one line that names the place, for a file that cannot be read or is
    not TOML, for unknown keys and missing ones, for values of the wrong form, for an id that is
    not known, and for two entries that differ in nothing but their reason.
    """
    ids = tuple(dict.fromkeys(known))
    source = str(path)
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        got = f"a file that cannot be read ({error.strerror})"
        raise InputError(source, got, _FILE) from None
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML
        got = f"text that is not TOML ({' '.join(unread(error).split())})"
        raise InputError(source, got, _FILE) from None
    tables = _Table(source, data, ("deviation",)).data.get("deviation", [])
    if not isinstance(tables, list):
        wanted = "[[deviation]], in double brackets"
        raise InputError(f"{source}: deviation", "a single table", wanted)
    deviations = tuple(
        _deviation(f"{source}: deviation {place}", table, ids)
        for place, table in enumerate(tables, start=1)
    )
    seen: dict[str, int] = {}
    for place, item in enumerate(deviations, start=1):
        key = str((item.id, item.verdict, item.platform))
        if (earlier := seen.setdefault(key, place)) != place:
            got = f"{item.id!r} once more, as in deviation {earlier}"
            raise InputError(f"{source}: deviation {place}", got, "each deviation once")
    return deviations


class _Table:
    """A table of the file, at ``place``. What it may not have is refused by an ``InputError``."""

    def __init__(self, place: str, data: Any, keys: Sequence[str]) -> None:
        if not isinstance(data, dict):
            raise InputError(place, _named(data), "a table")
        for key in data:
            if key not in keys:
                wanted = f"only {', '.join(keys)}{did_you_mean(key, keys)}"
                raise InputError(place, f"the key {key!r}", wanted)
        self.place, self.data = place, data

    def demand(self, key: str, right: bool, wanted: str) -> None:
        """Refuse the value of ``key`` unless it is ``right``."""
        if not right:
            raise InputError(f"{self.place}: {key}", _named(self.data[key]), wanted)

    def text(self, key: str) -> str:
        """A text that must be there, on one line."""
        value = self.data[key]
        self.demand(key, isinstance(value, str) and bool(value.strip()), "text in quotes")
        return " ".join(value.split())

    def several(self, key: str, right: Callable[[Any], bool], wanted: str) -> tuple[str, ...]:
        """A list of one or more that are all ``right``, which need not be there."""
        items = self.data.get(key)
        if items is None:
            return ()
        self.demand(key, isinstance(items, list) and bool(items), f"a list of {wanted}")
        for place, item in enumerate(items, start=1):
            if not right(item):
                raise InputError(f"{self.place}: {key}, item {place}", _named(item), wanted)
        return tuple(items)

    def specifier(self, key: str) -> SpecifierSet:
        """Version conditions that must be there."""
        text = self.text(key)
        try:
            return SpecifierSet(text)
        except InvalidSpecifier:
            wanted = "version conditions such as '>=1.26,<2'"
            raise InputError(f"{self.place}: {key}", repr(text), wanted) from None


def _deviation(place: str, data: Any, known: Sequence[str]) -> Deviation:
    table = _Table(place, data, _KEYS)
    for key in _MANDATORY:
        if key not in data:
            raise InputError(f"{place}: {key}", "nothing", "id, reason and link in every deviation")
    claim, link = table.text("id"), table.text("link")
    table.demand("id", claim in known, f"the id of a claim{did_you_mean(claim, known)}")
    safe = link.startswith(("https://", "http://"))
    table.demand("link", safe, "an address that begins with https://")
    verdict, expires = data.get("verdict"), data.get("expires")
    verdicts = [str(name) for name in Verdict]
    wanted = f"one of {', '.join(verdicts)}{did_you_mean(str(verdict), verdicts)}"
    table.demand("verdict", verdict in (None, *verdicts), wanted)
    is_date = isinstance(expires, date) and not isinstance(expires, datetime)
    wanted = "a date such as 2027-06-30, without quotes"
    table.demand("expires", expires is None or is_date, wanted)
    cases = table.several("cases", lambda case: isinstance(case, str), "names of cases")
    wanted = "conditions on cases, such as 'm >= 9'"
    domain = table.several("domain", _is_condition, wanted)
    return Deviation(
        claim,
        table.text("reason"),
        link,
        None if verdict is None else Verdict(verdict),
        _platform(f"{place}: platform", data.get("platform", {})),
        expires,
        cases,
        domain,
    )


def _platform(place: str, data: Any) -> Platform:
    table, system = _Table(place, data, _PLATFORM_KEYS), None
    if "system" in data:
        name = table.text("system")
        system = {known.lower(): known for known in _SYSTEMS}.get(name.lower())
        wanted = f"one of {', '.join(_SYSTEMS)}{did_you_mean(name, _SYSTEMS)}"
        table.demand("system", system is not None, wanted)
    packages = data.get("packages", {})
    table.demand("packages", isinstance(packages, dict), 'a table, such as { numpy = "<2" }')
    versions = _Table(f"{place}: packages", packages, tuple(packages))
    return Platform(
        system,
        table.text("machine") if "machine" in data else None,
        table.specifier("python") if "python" in data else None,
        tuple((canonicalize_name(name), versions.specifier(name)) for name in packages),
    )


def _named(value: Any) -> str:
    if value == []:
        return "an empty list"
    shown = isinstance(value, str | bool | int | float)
    return repr(value) if shown else f"a {type(value).__name__}"
