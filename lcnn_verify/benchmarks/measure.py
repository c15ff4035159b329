"""The measurement: every way of a row timed by turns, round for round, and ratios within rounds."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from time import perf_counter, process_time, sleep
from typing import Any

import numpy as np

import lcnn_verify
from lcnn_verify.benchmarks.outline import size_told
from lcnn_verify.benchmarks.record import (
    BENCH_VERSION,
    Bench,
    Entry,
    Failure,
    Growth,
    Measured,
    Partial,
    Row,
    Spread,
    Timing,
    chosen,
)
from lcnn_verify.benchmarks.start import OWN
from lcnn_verify.errors import said
from lcnn_verify.evidence.benchmark import Benchmark, Size, Way
from lcnn_verify.evidence.hooks import Hooks, every_pack
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.processes import processors
from lcnn_verify.reporting.environment import environment
from lcnn_verify.reporting.plain import plain

ROUNDS, FEWEST, QUICK = 9, 3, 3
"""Rounds of a row; the fewest, where they take long; those of a quick measurement."""
_ROUND = 0.02
"""Seconds that a way fills of a round: long beside the clock's ticks."""
_ROW = 4.0
"""Seconds of a row past which further rounds are left out, once it has the fewest."""
_LONG = 0.1
"""Seconds of a call beside which it does not matter what it finds in the caches."""
_LOOK, _LOOKS = 0.002, 50
"""Seconds of a look at whether threads still spin, and the most looks."""

Watch = Callable[[str, int, int], None]
"""Told what is timed, how many rows are done, and of how many."""


def offered(names: Sequence[str] = ()) -> list[Benchmark]:
    """The benchmarks of all packs, and ours, or those whose ids begin with the words of ``names``.

    Raises ``InputError`` for a name that chooses none.
    """
    usable = (hooks for _, hooks in every_pack() if isinstance(hooks, Hooks))
    of_packs = (it for hooks in usable for it in hooks.benchmarks)
    known = {it.id: it for it in (*of_packs, *OWN)}
    return [known[key] for key in chosen([*known], names)]


def measure(
    benchmarks: Sequence[Benchmark], *, quick: bool = False, watch: Watch = lambda *_: None
) -> Measured:
    """Time ``benchmarks``, one row after the other; ``quick`` ones at their first sizes alone.

    A way that breaks, or computes something else than ours does, is among the failures. Ctrl-C ends
    the measurement, and what was timed is kept, as partial.
    """
    started, clock = datetime.now(UTC), perf_counter()
    sizes = [it.sizes[: it.quick] if quick else it.sizes for it in benchmarks]
    total, done = sum(map(len, sizes)), 0
    failures: list[Failure] = []
    entries: list[Entry] = [
        {
            "id": it.id,
            "title": it.title,
            "note": it.note,
            "unit": it.unit,
            "rows": [],
            "growth": None,
        }
        for it in benchmarks
    ]
    partial: Partial | None = None
    try:
        for it, those, entry in zip(benchmarks, sizes, entries, strict=True):
            for size in those:
                watch(f"{it.id} {size_told(size)}", done, total)
                row = row_of(it, size, QUICK if quick else ROUNDS, failures)
                entry["rows"] = [*entry["rows"], *filter(None, [row])]
                done += 1
            entry["growth"] = _growth(it.axis, entry["rows"])
    except KeyboardInterrupt as stop:
        partial = {"reason": str(stop) or "interrupted", "rows": total}
    data: Bench = {
        "bench": BENCH_VERSION,
        "lcnn_verify": lcnn_verify.__version__,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(perf_counter() - clock, 1),
        "quick": quick,
        "threads": processors(),
        "environment": environment(_packs(benchmarks)),
        "benchmarks": entries,
        "failures": failures,
    }
    if partial is not None:
        data["partial"] = partial
    return Measured(plain(data))


def _packs(benchmarks: Sequence[Benchmark]) -> list[str]:
    """The keys of the packs that offer ``benchmarks``."""
    return list(dict.fromkeys(it.id.partition(".")[0] for it in benchmarks if it not in OWN))


def row_of(it: Benchmark, size: Size, rounds: int, failures: list[Failure]) -> Row | None:
    """The ways of ``it`` at one size, or None where ours breaks; adds to ``failures``."""

    def failed(way: str, reason: str) -> None:
        failures.append({"benchmark": it.id, "size": size, "way": way, "reason": reason})

    try:
        made = it.ways(**size)
        with made if isinstance(made, AbstractContextManager) else nullcontext(made) as ways:
            ready = _ready(ways, it.within, failed)
            taken = interleaved(ready, rounds)
    except (Exception, SystemExit) as error:
        failed("ours", said(error))
        return None
    mine = taken[next(iter(ways))]
    timings: list[Timing] = []
    for name, way in ways.items():
        times = taken.get(name)
        ratio = None if times is None else _spread(times.min() / mine.min(), times / mine)
        seconds = None if times is None else _spread(times.min(), times)
        timings.append({"way": name, "limit": way.limit, "seconds": seconds, "ratio": ratio})
    return {"size": dict(size), "rounds": len(mine), "timings": timings}


def _ready(
    ways: Mapping[str, Way], within: float, failed: Callable[[str, str], None]
) -> dict[str, Way]:
    """The ways that are there, called once: limits, and peers that compute what ours does."""
    (ours, first), *others = ways.items()
    result, ready = _called(first), {ours: first}
    for name, way in others:
        if way.run is None:
            continue
        try:
            found = _called(way)
            flaw = "" if way.limit else _flaw(way, found, first, result, within)
        except (Exception, SystemExit) as error:
            flaw = said(error)
        if flaw:
            failed(name, flaw)
        else:
            ready[name] = way
    return ready


def _flaw(way: Way, found: object, first: Way, result: object, within: float) -> str:
    """Why what a peer ``found`` is not known to be the ``result`` of ours; empty if it is."""
    if way.same is not None:
        same = way.same(found)
    elif found is None or result is None or way.units != first.units:
        return "nothing says that it computes what ours does"
    else:
        same = agree(result, found, within)
    return "" if same else "it computes something else than ours does"


def _called(way: Way) -> object:
    assert way.run is not None
    return way.run()


def agree(ours: object, other: object, within: float) -> bool:
    """Whether two results hold the same numbers up to ``within`` of the largest."""
    mine, theirs = ([*_numbers(result)] for result in (ours, other))
    if [a.shape for a in mine] != [b.shape for b in theirs]:
        return False
    return all(
        bool(np.all(np.abs(a - b) <= within * max(1e-300, float(np.abs(a).max(initial=0.0)))))
        for a, b in zip(mine, theirs, strict=True)
    )


def _numbers(result: Any) -> Iterator[FloatArray]:
    """The arrays that a result is made of."""
    if isinstance(result, tuple | list):
        for part in result:
            yield from _numbers(part)
    else:
        yield np.asarray(result, dtype=float)


def interleaved(ways: Mapping[str, Way], rounds: int) -> dict[str, FloatArray]:
    """Seconds a unit takes, (rounds,), of each way: all of them once in each round.

    Each has been called before. What takes long has fewer rounds, three or more. What the way
    before left behind is not timed: its threads come to rest, and one call more fills the caches.
    """
    once = {name: _once(way) for name, way in ways.items()}
    calls = {name: max(1, int(_ROUND / seconds)) for name, seconds in once.items()}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    ends = time.monotonic() + _ROW
    collects = gc.isenabled()
    gc.disable()
    try:
        for finished in range(rounds):
            if finished >= FEWEST and time.monotonic() > ends:
                break
            for name, way in ways.items():
                _rest()
                if once[name] < _LONG:
                    _seconds(way)
                taken[name].append(_seconds(way, calls[name]) / way.units)
    finally:
        if collects:
            gc.enable()
    return {name: np.array(seconds) for name, seconds in taken.items()}


def _rest() -> None:
    """Wait until no thread of this process spins: those of BLAS do for 20 ms after a product."""
    for _ in range(_LOOKS):
        before = process_time()
        sleep(_LOOK)
        if process_time() - before < _LOOK / 4:
            return


def _once(way: Way) -> float:
    """About what a call takes: the lesser of two, where it is short."""
    seconds = _seconds(way)
    return seconds if seconds > _ROUND else min(seconds, _seconds(way))


def _seconds(way: Way, calls: int = 1) -> float:
    """What a call takes, on average."""
    run = way.run
    assert run is not None
    start = perf_counter()
    for _ in range(calls):
        run()
    return max((perf_counter() - start) / calls, 1e-9)


def _spread(minimum: float, rounds: FloatArray) -> Spread:
    return {"minimum": _rounded(minimum), "median": _rounded(np.median(rounds))}


def _rounded(value: Any) -> float:
    """Four digits: more than any measurement has."""
    return float(f"{float(value):.4g}")


def _growth(axis: str, rows: Sequence[Row]) -> Growth | None:
    """The slope of log seconds over log ``axis``; None below three sizes."""
    if not axis or len(rows) < 3:
        return None
    x = [row["size"][axis] for row in rows]
    y = [spread["minimum"] for row in rows if (spread := row["timings"][0]["seconds"])]
    exponent = np.polyfit(np.log(x), np.log(y), 1)[0]
    return {"axis": axis, "exponent": _rounded(exponent), "first": min(x), "last": max(x)}
