"""``bench.json``: what it holds, as typed data, and the check of a file that should be one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from lcnn_verify.benchmarks import outline
from lcnn_verify.errors import InputError, did_you_mean, reading
from lcnn_verify.reporting import schema as report
from lcnn_verify.reporting.record import write_record

BENCH_VERSION = "1.0"
SCHEMA_PATH = Path(__file__).with_name("bench.schema.json")
NAME = "bench"
_FORM = report.Form("bench", BENCH_VERSION, "a record of benchmarks", "bench")


class Spread(TypedDict):
    """The least of all rounds, and their median."""

    minimum: float
    median: float


class Timing(TypedDict):
    """What one way took for a unit, and how many times ours that is; null where it was not there.

    The median of ratios is that of rounds, in which ways are timed one right after the other.
    """

    way: str
    limit: bool
    seconds: Spread | None
    ratio: Spread | None


class Row(TypedDict):
    """The ways at one size, ours first."""

    size: Mapping[str, int]
    rounds: int
    timings: Sequence[Timing]


class Growth(TypedDict):
    """The exponent of the axis in our cost, a least-squares fit between two sizes."""

    axis: str
    exponent: float
    first: int
    last: int


class Entry(TypedDict):
    """One benchmark."""

    id: str
    title: str
    note: str
    unit: str
    rows: Sequence[Row]
    growth: Growth | None


class Failure(TypedDict):
    """A way that broke, or computed something else than ours, and was not timed."""

    benchmark: str
    size: Mapping[str, int]
    way: str
    reason: str


class Change(TypedDict):
    """How many times as slow a row of ours has become beside each peer that both runs timed.

    Limits stand in for peers where there is none. ``slowdown`` is what all of ``beside`` bear out:
    above 1 where ours lost against each of them.
    """

    benchmark: str
    size: Mapping[str, int]
    beside: Mapping[str, float]
    slowdown: float
    slower: bool


class Comparison(TypedDict):
    """The record held beside an older one."""

    old: str
    started: str
    tolerance: float
    changes: Sequence[Change]
    alone: int


class Partial(TypedDict):
    """Why a measurement is not finished, and how many rows were wanted."""

    reason: str
    rows: int


class Bench(TypedDict):
    """Everything one measurement found."""

    bench: str
    lcnn_verify: str
    started: str
    seconds: float
    quick: bool
    threads: int
    environment: report.Written
    benchmarks: Sequence[Entry]
    failures: Sequence[Failure]
    partial: NotRequired[Partial]
    compared: NotRequired[Comparison]


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement; ``data`` is what ``bench.json`` holds and obeys ``bench.schema.json``."""

    data: dict[str, Any]

    @property
    def as_wanted(self) -> bool:
        """Whether every way could be timed, and nothing became slower than before."""
        changes = self.data.get("compared", {}).get("changes", ())
        return not self.data["failures"] and not any(change["slower"] for change in changes)

    def part(self, names: Sequence[str]) -> Measured:
        """The benchmarks whose ids begin with the words of ``names``, or all, without a comparison.

        Raises ``InputError`` for a name that chooses none.
        """
        keys = chosen([entry["id"] for entry in self.data["benchmarks"]], names)
        data = {key: value for key, value in self.data.items() if key != "compared"}
        for field, name in (("benchmarks", "id"), ("failures", "benchmark")):
            data[field] = [entry for entry in data[field] if entry[name] in keys]
        return Measured(data)

    def write(self, directory: Path | str) -> None:
        """Write ``bench.json``, ``bench.md`` and ``bench.html``, each whole or not at all.

        Raises ``OSError`` when something cannot be written; what was written before stays.
        """
        write_record(directory, NAME, self.data, outline.document(self.data))


def read(argument: str, path: Path) -> Measured:
    """The record in the file ``path``, or in the folder ``path``.

    Raises ``InputError`` naming ``argument`` where that is no record this version can read.
    """
    file = path / f"{NAME}.json" if path.is_dir() else path
    source = f"{argument} ({file})"
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    with reading(source, _FORM.wanted):
        text = file.read_text(encoding="utf-8")
    data = report.check(report.parse(text, source, _FORM), source, _FORM, schema)
    if flaw := _contradiction(data):
        raise InputError(source, flaw, _FORM.wanted)
    return Measured(data)


def _contradiction(data: Mapping[str, Any]) -> str:
    """What of a record cannot be so, though each number by itself could; empty if nothing."""
    ids = [entry["id"] for entry in data["benchmarks"]]
    if len(ids) > len(set(ids)):
        return "a benchmark twice"
    for entry in data["benchmarks"]:
        sizes = [row["size"] for row in entry["rows"]]
        if any(sizes.count(size) > 1 for size in sizes):
            return f"a size of {entry['id']} twice"
        if (growth := entry["growth"]) and any(growth["axis"] not in size for size in sizes):
            return f"sizes of {entry['id']} without {growth['axis'][:40]!r}, along which they grow"
        for row in entry["rows"]:
            ways = [timing["way"] for timing in row["timings"]]
            if len(ways) > len(set(ways)):
                return f"a way of {entry['id']} twice"
            if row["timings"][0]["seconds"] is None:
                return f"a row of {entry['id']} without times of ours"
    return ""


def chosen(ids: Sequence[str], names: Sequence[str]) -> list[str]:
    """The ``ids`` that begin with the words of one of ``names``; all where there are no names.

    Raises ``InputError`` for a name that chooses none.
    """
    found = {name: [it for it in ids if f"{it}.".startswith(f"{name}.")] for name in names}
    for name, those in found.items():
        if not those:
            wanted = f"one of {', '.join(ids)}{did_you_mean(name, ids)}"
            raise InputError("only", repr(name), wanted)
    return [it for it in ids if not names or any(it in those for those in found.values())]
