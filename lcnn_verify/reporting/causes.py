"""What is not as wanted, by cause: what fails for one reason is told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lcnn_verify.reporting.phrases import is_pending, plural


@dataclass(frozen=True, slots=True)
class Cause:
    """Claims of a report that are not as wanted, in its order; all for the reason ``why``.

    ``why`` is empty for a claim alone, whose own reason says it all.
    """

    entries: tuple[Mapping[str, Any], ...]
    why: str
    noun: str

    @property
    def headline(self) -> str:
        """What the claims have in common, in one line; empty for a claim alone."""
        total = len(self.entries)
        return (
            f"{plural(total, self.noun)} fail for the same reason: {self.why}" if self.why else ""
        )


def causes(data: Mapping[str, Any]) -> tuple[Cause, ...]:
    """The claims of the report ``data`` that are not as wanted, grouped, each cause once."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for entry in data["claims"]:
        if not (entry["as_wanted"] or is_pending(data, entry)):
            why = _why(entry)
            own = "" if why else entry["id"]
            groups.setdefault((why, entry.get("expected", ""), own), []).append(entry)
    noun = "check" if "subject" in data else "claim"
    return tuple(
        Cause(tuple(entries), why if len(entries) > 1 else "", noun)
        for (why, *_), entries in groups.items()
    )


def _why(entry: Mapping[str, Any]) -> str:
    """The cause that other claims may share: a diagnosis, a misbehaviour, or what broke."""
    if (fallen := entry["counterexample"]) is None:
        # Claims that break alike break on examples of their own: what follows the error is apart.
        return str(entry["errors"][0]).partition(" (at ")[0] if entry["errors"] else ""
    if diagnosis := fallen.get("diagnosis"):
        return str(diagnosis)
    return f"{fallen['bound_label']}: {fallen['note']}" if fallen["relation"] == "?" else ""
