"""Expected deviations: a file that says which claims are known to fail, why, and until when.

The file is TOML, one table a deviation::

    [[deviation]]
    id = "toy.growth"                       # a claim
    reason = "the fast path loses two digits at n > 4096"
    link = "https://example.org/issues/7"   # where the matter is followed
    verdict = "INCONCLUSIVE"                # optional: only this verdict is expected
    expires = 2027-06-30                    # optional: the last day it counts
    cases = ["n = 4097"]                    # optional: of a finite list, what alone may fail

    [deviation.platform]                    # optional, each key too: where it is expected
    system = "Linux"                        # or macOS, Windows
    machine = "aarch64"
    python = ">=3.13"
    packages = { numpy = "<2" }

All conditions that are there must hold in the environment of the report that is judged.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from lcnn_verify.comparison import shapes
from lcnn_verify.comparison.deviation import Deviation, Platform
from lcnn_verify.comparison.surroundings import not_offered
from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.evidence import Verdict

_KEYS = ("id", "reason", "link", "verdict", "platform", "expires", "cases")
_MANDATORY = _KEYS[:3]
_PLATFORM_KEYS = ("system", "machine", "python", "packages")
_SYSTEMS = ("Linux", "macOS", "Windows")
_FILE = "a TOML file of [[deviation]] tables"


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

    def to_json(self) -> shapes.Deviation:
        """The deviation with its status and detail."""
        said = self.deviation.to_json()
        return {**said, "status": str(self.status), "detail": self.detail}


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
    if entry is None:
        return Match(deviation, Status.ABSENT, not_offered(report).get(deviation.id, ""))
    if obstacle := deviation.platform.obstacle(report):
        return Match(deviation, Status.ELSEWHERE, obstacle)
    if deviation.expires is not None and _started(report) > deviation.expires:
        return Match(deviation, Status.EXPIRED, f"on {deviation.expires.isoformat()}")
    if deviation.shows(entry):
        return Match(deviation, Status.EXPECTED, entry["verdict"])
    if entry["as_wanted"]:
        return Match(deviation, Status.NO_LONGER_NEEDED, f"{entry['verdict']}, as wanted")
    if unnamed := deviation.unnamed(entry):
        return Match(deviation, Status.OTHER_CASES, f"fails too: {', '.join(unnamed)}")
    return Match(
        deviation, Status.ANOTHER_VERDICT, f"{entry['verdict']}, expected {deviation.verdict}"
    )


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
        tables.append(
            "\n".join([f"# {' '.join(entry['reason'].split())}", "[[deviation]]", *lines])
        )
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
    except ValueError as error:  # not UTF-8, or not TOML
        got = f"text that is not TOML ({' '.join(str(error).split())})"
        raise InputError(source, got, _FILE) from None
    _only_known(source, data, ("deviation",))
    tables = data.get("deviation", [])
    if not isinstance(tables, list):
        raise InputError(
            f"{source}: deviation", "a single table", "[[deviation]], in double brackets"
        )
    deviations = tuple(
        _deviation(f"{source}: deviation {place}", table, ids)
        for place, table in enumerate(tables, start=1)
    )
    seen: dict[str, int] = {}
    for place, item in enumerate(deviations, start=1):
        key = str((item.id, item.verdict, item.platform.to_json()))
        if (earlier := seen.setdefault(key, place)) != place:
            got = f"{item.id!r} once more, as in deviation {earlier}"
            raise InputError(f"{source}: deviation {place}", got, "each deviation once")
    return deviations


def _deviation(place: str, table: Any, known: Sequence[str]) -> Deviation:
    if not isinstance(table, dict):
        raise InputError(place, _named(table), "a table")
    _only_known(place, table, _KEYS)
    for key in _MANDATORY:
        if key not in table:
            raise InputError(f"{place}: {key}", "nothing", "id, reason and link in every deviation")
    if (claim := _text(place, "id", table["id"])) not in known:
        wanted = f"the id of a claim{did_you_mean(claim, known)}"
        raise InputError(f"{place}: id", repr(claim), wanted)
    link = _text(place, "link", table["link"])
    if not link.startswith(("https://", "http://")):
        raise InputError(f"{place}: link", repr(link), "an address that begins with https://")
    verdict = table.get("verdict")
    verdicts = [str(name) for name in Verdict]
    if verdict is not None and verdict not in verdicts:
        wanted = f"one of {', '.join(verdicts)}{did_you_mean(str(verdict), verdicts)}"
        raise InputError(f"{place}: verdict", _named(verdict), wanted)
    expires = table.get("expires")
    if expires is not None and (not isinstance(expires, date) or isinstance(expires, datetime)):
        wanted = "a date such as 2027-06-30, without quotes"
        raise InputError(f"{place}: expires", _named(expires), wanted)
    return Deviation(
        claim,
        _text(place, "reason", table["reason"]),
        link,
        None if verdict is None else Verdict(verdict),
        _platform(f"{place}: platform", table.get("platform", {})),
        expires,
        _cases(place, table.get("cases", [])),
    )


def _cases(place: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or any(not isinstance(case, str) for case in value):
        raise InputError(f"{place}: cases", _named(value), "a list of texts, names of cases")
    return tuple(value)


def _platform(place: str, table: Any) -> Platform:
    if not isinstance(table, dict):
        raise InputError(place, _named(table), "a table")
    _only_known(place, table, _PLATFORM_KEYS)
    system = table.get("system")
    if system is not None:
        name = _text(place, "system", system)
        spelled = {known.lower(): known for known in _SYSTEMS}
        if name.lower() not in spelled:
            wanted = f"one of {', '.join(_SYSTEMS)}{did_you_mean(name, _SYSTEMS)}"
            raise InputError(f"{place}: system", repr(name), wanted)
        system = spelled[name.lower()]
    packages = table.get("packages", {})
    if not isinstance(packages, dict):
        raise InputError(
            f"{place}: packages", _named(packages), 'a table, such as { numpy = "<2" }'
        )
    return Platform(
        system,
        None if "machine" not in table else _text(place, "machine", table["machine"]),
        None if "python" not in table else _specifier(place, "python", table["python"]),
        tuple(
            (canonicalize_name(name), _specifier(f"{place}: packages", name, text))
            for name, text in packages.items()
        ),
    )


def _specifier(place: str, key: str, value: Any) -> SpecifierSet:
    try:
        return SpecifierSet(_text(place, key, value))
    except InvalidSpecifier:
        wanted = "version conditions such as '>=1.26,<2'"
        raise InputError(f"{place}: {key}", repr(value), wanted) from None


def _text(place: str, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{place}: {key}", _named(value), "text in quotes")
    return " ".join(value.split())


def _only_known(place: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            wanted = f"only {', '.join(known)}{did_you_mean(key, known)}"
            raise InputError(place, f"the key {key!r}", wanted)


def _named(value: Any) -> str:
    return (
        repr(value) if isinstance(value, str | bool | int | float) else f"a {type(value).__name__}"
    )
