"""What became slower since an older measurement, told by ratios: it may be another machine's.

A row of ours is compared through the ways beside it: what a peer or a limit took in the same
rounds. Where another machine, or a busy one, slows down both, their ratio stays. A row counts as
slower only if it lost against every way that both measurements timed, by the least and by the
median of rounds: one peer that became faster says nothing about ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lcnn_verify.benchmarks.record import Change, Comparison, Measured
from lcnn_verify.errors import InputError

TOLERANCE = 0.25
"""How much slower counts, as a part of what it was: ratios of equal runs differ by less."""
_Json = Mapping[str, Any]


def compared(new: Measured, old: Measured, source: str, tolerance: float = TOLERANCE) -> Measured:
    """``new`` with its comparison with ``old``, which goes by the name ``source``.

    Raises ``InputError`` for a tolerance that is not above 0, and for records without a row that
    can be compared.
    """
    demand_tolerance(tolerance)
    before = dict(_rows(old.data))
    changes: list[Change] = []
    alone = 0
    for (benchmark, size), timings in _rows(new.data):
        beside = _beside(before.get((benchmark, size), {}), timings)
        if not beside:
            alone += 1
            continue
        slowdown = _surely(beside.values())
        changes.append(
            {
                "benchmark": benchmark,
                "size": dict(size),
                "beside": beside,
                "slowdown": slowdown,
                "slower": slowdown > 1.0 + tolerance,
            }
        )
    if not changes:
        got = f"{source}, which has no row with a peer or a limit in common"
        raise InputError("compare", got, "a record of the same benchmarks")
    found: Comparison = {
        "old": source,
        "started": old.data["started"],
        "tolerance": tolerance,
        "changes": changes,
        "alone": alone,
    }
    return Measured({**new.data, "compared": found})


def demand_tolerance(tolerance: float) -> None:
    """Raise ``InputError`` for a tolerance that is not above 0."""
    if not tolerance > 0.0:
        raise InputError("tolerance", str(tolerance), "a part of the time, more than 0")


def _rows(data: _Json) -> list[tuple[tuple[str, tuple[tuple[str, int], ...]], dict[str, _Json]]]:
    """The ratios of each row by way, under its benchmark and its size."""
    return [
        (
            (entry["id"], tuple(row["size"].items())),
            {it["way"]: it["ratio"] for it in row["timings"][1:] if it["ratio"]},
        )
        for entry in data["benchmarks"]
        for row in entry["rows"]
    ]


def _beside(old: Mapping[str, _Json], new: Mapping[str, _Json]) -> dict[str, float]:
    """How many times as slow ours became beside each way, by the least and the median of rounds."""
    return {
        way: float(f"{_surely(old[way][key] / ratio[key] for key in ratio):.4g}")
        for way, ratio in new.items()
        if way in old
    }


def _surely(factors: Iterable[float]) -> float:
    """What all ``factors`` bear out: that of them nearest to 1, or 1 where they disagree."""
    every = list(factors)
    return max(1.0, min(every)) * min(1.0, max(every))
