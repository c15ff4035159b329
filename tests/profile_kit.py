"""What a quick run spends its time on: ``python tests/profile_kit.py [CLAIMS]`` prints the table.

The units run in this process, one after another; a timer interrupts every millisecond of processor
time, and what has passed since the last interruption goes to whoever is on the stack.
"""

from __future__ import annotations

import re
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from time import process_time
from types import FrameType
from typing import TypeAlias

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import load, plan
from lcnn_verify.profiles import PROFILES, running

Rows: TypeAlias = defaultdict[str, float]
TICK = 0.001
ANYWHERE = {
    "loading machine code": r"/(numba|llvmlite)/|/numerics/compiled\.py",
    "the oracle, in mpmath": r"/(mpmath|oracle)/",
    "enclosures and proofs, in Arb": r"/enclosure/|/proofs/|/(balls|certificate|krawczyk)\.py",
}
"""Rows whose code is found wherever it is on the stack: what it calls is its own."""
INNERMOST = {
    "Hypothesis": r"/hypothesis/",
    "building examples": r"/strategies(/|\.py)|/(networks|laws|draws)\.py",
    "checks and recording": r"/lcnn_verify/(evidence|ledger|reporting|campaign)/|/instances\.py",
    "SciPy": r"/scipy/",
    "float64": r"/lcnn_verify/",
}
"""Rows of the innermost file that belongs to one."""
GARBAGE, OTHER = "garbage collection", "properties' own code, and the rest"


def files(frame: FrameType | None) -> Iterator[str]:
    """The files of the functions on the stack, innermost first."""
    while frame is not None:
        yield frame.f_code.co_filename
        frame = frame.f_back


def row_of(names: list[str], innermost: str = "") -> str:
    """The row of a stack of files; ``innermost`` is the name of the function on top."""
    if innermost == "gc_callback":  # Hypothesis is told of every collection
        return GARBAGE
    for rows, stack in ((ANYWHERE, ["\n".join(names)]), (INNERMOST, names)):
        for name in stack:
            for row, pattern in rows.items():
                if re.search(pattern, name):
                    return row
    return OTHER


class Sampler:
    """Adds up processor seconds by row while it is running."""

    def __init__(self) -> None:
        self.rows: Rows = defaultdict(float)
        self._last = 0.0

    def _tick(self, _: int, frame: FrameType | None) -> None:
        now = process_time()
        top = frame.f_code.co_name if frame else ""
        self.rows[row_of(list(files(frame)), top)] += now - self._last
        self._last = process_time()

    def __enter__(self) -> Sampler:
        self._last = process_time()
        self._before = signal.signal(signal.SIGPROF, self._tick)
        signal.setitimer(signal.ITIMER_PROF, TICK, TICK)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, self._before)


def ranked(rows: Rows) -> list[tuple[str, float]]:
    """The rows and their seconds, the dearest first."""
    return sorted(rows.items(), key=lambda item: -item[1])


def measured(selection: list[str], *, by_claim: bool = False) -> Rows:
    """Processor seconds of each row in a quick run of the selected claims."""
    total: Rows = defaultdict(float)
    for unit in plan(ledger.select(selection), None, PROFILES["quick"], 0):
        with Sampler() as sampler, running(unit.context):
            for item in load(unit.directory, unit.file):
                if item.claim.id == unit.claim:
                    item.run()
        for row, seconds in sampler.rows.items():
            total[row] += seconds
        if by_claim:
            dearest = ", ".join(f"{row} {seconds:.2f}" for row, seconds in ranked(sampler.rows)[:3])
            print(f"{unit.claim}: {sum(sampler.rows.values()):.2f} s: {dearest}", flush=True)
    return total


def main() -> None:
    """Print the table of a run; ``--by-claim`` also the dearest rows of each claim."""
    told = [it for it in sys.argv[1:] if it != "--by-claim"]
    wanted = ",".join(told or ["zgj"]).split(",")
    rows = measured(wanted, by_claim="--by-claim" in sys.argv)
    whole = sum(rows.values())
    print(f"| quick run of {', '.join(wanted)} | s | share |\n| --- | --- | --- |")
    for row, seconds in ranked(rows):
        print(f"| {row} | {seconds:.1f} | {seconds / whole:.0%} |")
    print(f"| all | {whole:.1f} | |")


if __name__ == "__main__":
    main()
