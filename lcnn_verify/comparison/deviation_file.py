"""The file of expected deviations, which claims are known to fail, why, and until when.

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
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from lcnn_verify.comparison.deviations import Deviation, Platform
from lcnn_verify.errors import InputError, did_you_mean, reading
from lcnn_verify.evidence import Verdict
from lcnn_verify.numerics.relations import condition

_KEYS = ("id", "reason", "link", "verdict", "platform", "expires", "cases", "domain")
_MANDATORY = _KEYS[:3]
_PLATFORM_KEYS = ("system", "machine", "python", "packages")
_SYSTEMS = ("Linux", "macOS", "Windows")
_FILE = "a TOML file of [[deviation]] tables"


def load(path: Path | str, known: Iterable[str]) -> tuple[Deviation, ...]:
    """The deviations in the file ``path``, in its order; ``known`` are the ids claims may have.

    Raises ``InputError``, in one line that names the place, for a file that cannot be read or is
    not TOML, for unknown keys and missing ones, for values of the wrong form, for an id that is
    not known, and for two entries that differ in nothing but their reason.
    """
    ids = tuple(dict.fromkeys(known))
    source = str(path)
    with reading(source, _FILE, "TOML"):
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
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


def _is_condition(text: Any) -> bool:
    """Whether it is a name, a relation and a bound that some case can meet."""
    if (asked := condition(text)) is None:
        return False
    try:
        return math.isfinite(float(asked.right)) or asked.relation == "="
    except ValueError:
        return asked.relation == "="


def _named(value: Any) -> str:
    if value == []:
        return "an empty list"
    shown = isinstance(value, str | bool | int | float)
    return repr(value) if shown else f"a {type(value).__name__}"


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
