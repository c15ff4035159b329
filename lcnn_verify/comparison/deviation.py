"""What an expected deviation is: a claim that is known to fail, why, where, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from lcnn_verify.comparison import shapes
from lcnn_verify.evidence import Verdict


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
            if not _contains(specifier, known):
                return f"{name} is {known}, not {specifier}"
        return ""

    def to_json(self) -> shapes.Platform:
        """The conditions as the file has them."""
        return {
            "system": self.system,
            "machine": self.machine,
            "python": None if self.python is None else str(self.python),
            "packages": {name: str(specifier) for name, specifier in self.packages},
        }


@dataclass(frozen=True, slots=True)
class Deviation:
    """A claim that is known not to earn its wanted verdict, with the reason and a link.

    With ``cases`` of its finite list, no other may fail.
    """

    id: str
    reason: str
    link: str
    verdict: Verdict | None = None
    platform: Platform = Platform()
    expires: date | None = None
    cases: tuple[str, ...] = ()

    def shows(self, entry: Mapping[str, Any]) -> bool:
        """Whether the claim's ``entry`` in a report deviates in the way expected here."""
        expected = self.verdict in (None, entry["verdict"]) and not self.unnamed(entry)
        return not entry["as_wanted"] and expected

    def unnamed(self, entry: Mapping[str, Any]) -> tuple[str, ...]:
        """The cases that fail in ``entry`` and are none of those named; none where none are."""
        failing = entry.get("failing", {})
        return tuple(case for case in failing if self.cases and case not in self.cases)

    def to_json(self) -> shapes.Expectation:
        """The deviation as the file has it, null for what it leaves out."""
        return {
            "id": self.id,
            "reason": self.reason,
            "link": self.link,
            "verdict": None if self.verdict is None else str(self.verdict),
            "platform": self.platform.to_json(),
            "expires": None if self.expires is None else self.expires.isoformat(),
            "cases": list(self.cases),
        }


def _contains(specifier: SpecifierSet, version: str) -> bool:
    try:
        return specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False
