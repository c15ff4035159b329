"""What became slower since an older measurement, told by ratios: it may be another machine's.

A row of ours is compared through the peers that both measurements timed beside it. Where another
machine, or a busy one, slows down both, their ratio stays. A row counts as slower only if it lost
against every peer, by the least and by the median of rounds: one that became faster says nothing
about ours. Limits stand in only where there is no peer: they may run our own code, and be as much
slower.
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
    """What was timed beside ours in each row, by way, under its benchmark and its size."""
    return [
        (
            (entry["id"], tuple(row["size"].items())),
            {it["way"]: it for it in row["timings"][1:] if it["ratio"]},
        )
        for entry in data["benchmarks"]
        for row in entry["rows"]
    ]


def _beside(old: Mapping[str, _Json], new: Mapping[str, _Json]) -> dict[str, float]:
    """How many times as slow ours became beside each peer, or limit where no peer is in both.

    By the least and by the median of rounds.
    """
    both = {way: (old[way], it) for way, it in new.items() if way in old}
    peers = {way: pair for way, pair in both.items() if not any(it["limit"] for it in pair)}
    return {
        way: float(f"{_surely(a['ratio'][key] / b['ratio'][key] for key in b['ratio']):.4g}")
        for way, (a, b) in (peers or both).items()
    }


def _surely(factors: Iterable[float]) -> float:
    """What all ``factors`` bear out: that of them nearest to 1, or 1 where they disagree."""
    every = list(factors)
    return max(1.0, min(every)) * min(1.0, max(every))
