"""What two reports were made of and where: kinds, targets, environments, durations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from lcnn_verify.reporting.phrases import not_offered

Json = Mapping[str, Any]

_SLOWER, _SECONDS, _MOST_UNITS = 1.5, 1.0, 10  # ratio and difference that no noise of a run makes


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs around the claims; None where a side does not have it."""

    name: str
    old: str | None
    new: str | None


class Unit(TypedDict):
    """A unit that took noticeably more or less time."""

    unit: str
    old: float
    new: float


class Durations(TypedDict):
    """Seconds; information only."""

    old: float
    new: float
    units: Sequence[Unit]


class Side(TypedDict):
    """One of the reports that are compared."""

    source: str
    kind: str
    target: str | None
    started: str
    profile: str
    seed: int
    claims: int
    not_as_wanted: Sequence[str]


def side(data: Json, source: str) -> Side:
    """What is to be known of a report that goes by the name ``source``."""
    return {
        "source": source,
        "kind": kind(data),
        "target": target(data) or None,
        "started": data["timings"]["started"],
        "profile": data["run"]["profile"],
        "seed": data["run"]["seed"],
        "claims": len(data["claims"]),
        "not_as_wanted": list(data["summary"]["not_as_wanted"]),
    }


def kind(data: Json) -> str:
    """The command that writes such a report: ``run``, or one that judges code under test."""
    return str(data["subject"]["command"][0]) if "subject" in data else "run"


def target(data: Json) -> str:
    """The code under test, empty for a report on the claims themselves."""
    return str(data["subject"]["name"]) if "subject" in data else ""


def notes(old: Json, new: Json) -> list[str]:
    """What a reader must know before comparing, in sentences."""
    found = []
    if old == new:
        found.append("OLD and NEW are the same report.")
    elif _swapped(old, new):
        started = [data["timings"]["started"] for data in (old, new)]
        found.append(
            f"OLD was started after NEW ({started[0]}, {started[1]}): "
            "are the two arguments swapped?"
        )
    if kind(old) != kind(new):
        found.append(
            f"The reports are of different kinds: OLD is of `lcnn-verify {kind(old)}`, NEW of "
            f"`lcnn-verify {kind(new)}`."
        )
    elif target(old) != target(new):
        found.append(f"Different implementations: OLD is of {target(old)}, NEW of {target(new)}.")
    if old["run"]["profile"] != new["run"]["profile"]:
        found.append(
            f"Different profiles ({old['run']['profile']}, {new['run']['profile']}): fewer or more "
            "examples were asked for, and more examples find tighter margins."
        )
    if old["run"]["seed"] != new["run"]["seed"]:
        found.append(
            f"Different seeds ({old['run']['seed']}, {new['run']['seed']}): other examples were "
            "drawn, and margins move."
        )
    return found


def environment(old: Json, new: Json) -> list[Difference]:
    """Everything around the claims that differs, run and implementation included, by name."""
    before, after = dict(_facts(old)), dict(_facts(new))
    names = dict.fromkeys([*after, *before])
    return [
        Difference(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def durations(old: Json, new: Json) -> Durations:
    """Seconds of both runs, and the units whose seconds changed most; never a regression."""
    before, after = old["timings"]["units"], new["timings"]["units"]
    changed: list[Unit] = [
        {"unit": unit, "old": before[unit], "new": seconds}
        for unit, seconds in after.items()
        if unit in before and _noticeable(before[unit], seconds)
    ]
    changed.sort(key=lambda entry: (-abs(entry["new"] - entry["old"]), entry["unit"]))
    return {
        "old": old["timings"]["seconds"],
        "new": new["timings"]["seconds"],
        "units": changed[:_MOST_UNITS],
    }


def _noticeable(old: float, new: float) -> bool:
    low, high = sorted((old, new))
    return high - low >= _SECONDS and high >= _SLOWER * low


def _swapped(old: Json, new: Json) -> bool:
    """Whether ``old`` is the later one, as far as the two times can be compared."""
    first, second = (data["timings"]["started"] for data in (old, new))
    try:
        return datetime.fromisoformat(first) > datetime.fromisoformat(second)
    except (ValueError, TypeError):  # no time, or only one of them with a time zone
        return False


def _facts(data: Json) -> Iterator[tuple[str, str]]:
    """Names and values of everything around the claims, nested keys joined by spaces."""
    yield "report schema", data["schema_version"]
    yield "kind", kind(data)
    selection = ", ".join(data["run"]["selection"]) or "all"
    yield from _flat("", {**data["run"], "selection": selection})
    facts = {"name": target(data) or None, **data.get("subject", {"facts": {}})["facts"]}
    yield from _flat("subject", facts | {"not_offered": list(not_offered(data)) or None})
    place = {key: value for key, value in data["environment"].items() if key != "packages"}
    place["left_out"] = ", ".join(entry["name"] for entry in place["left_out"]) or None
    packages = dict(data["environment"]["packages"])
    packages.pop("lcnn-verify", None)  # a field of its own, which packs that need it repeated
    yield from _flat("", {**place, **packages})


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(f"{name} {key}".strip(), item)
    elif isinstance(value, list):
        yield name, ", ".join(map(str, value)) or "none"
    elif value is not None:
        yield name, str(value)
