"""The engine's own benchmarks: what it takes to begin, before anything is computed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lcnn_verify.evidence.benchmark import Benchmark, Way
from lcnn_verify.processes import importing_as_here


@contextmanager
def imported() -> Iterator[Mapping[str, Way]]:
    """A fresh interpreter that imports lcnn_verify, beside a bare one."""
    with importing_as_here():
        yield {"ours": _python("import lcnn_verify"), "bare": _python("pass", limit=True)}


def unit() -> Mapping[str, Way]:
    """The child process of a unit that has nothing to do, beside a bare interpreter."""
    # Imported here: children find ``nothing`` in this module, and need no executor for it.
    from lcnn_verify.campaign.executor import supervise
    from lcnn_verify.campaign.properties import Unit
    from lcnn_verify.profiles import RunContext

    trivial = Unit("lcnn-verify.unit", Path(), "nothing", RunContext())

    def supervised() -> None:
        found = supervise(trivial, work=nothing)
        if found is None or found.records:
            raise RuntimeError(found.records[0]["error"] if found else "the unit was stopped")

    return {"ours": Way(supervised), "bare": _python("pass", limit=True)}


def nothing(_: Any, send: Any) -> None:
    """The work of a unit that is done at once."""
    send("done", None)


def _python(code: str, *, limit: bool = False) -> Way:
    command = [sys.executable, "-c", code]
    return Way(lambda: subprocess.run(command, check=True) and None, limit=limit)


# No pack's key has a hyphen.
OWN = (
    Benchmark(
        id="lcnn-verify.import",
        title="A fresh interpreter that imports lcnn_verify",
        ways=imported,
        unit="start",
        note="Bare: the interpreter alone.",
    ),
    Benchmark(
        id="lcnn-verify.unit",
        title="A unit's process, from asking for it to its end",
        ways=unit,
        unit="unit",
        note="The fork server is up. Bare: an interpreter that is started, and ends.",
    ),
)
"""The engine's own benchmarks."""
