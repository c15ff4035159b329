"""What happens on a worker of a Dask cluster: units and calls, each in a child of the worker."""

from __future__ import annotations

import multiprocessing
import os
import platform
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack, chdir, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import lcnn_verify
from lcnn_verify import ledger
from lcnn_verify.campaign.executor import Underway, UnitResult, supervise
from lcnn_verify.campaign.properties import Unit, directory_of, fingerprint
from lcnn_verify.campaign.worker import Send, broken, work_on
from lcnn_verify.errors import InputError, said
from lcnn_verify.ledger import Claim
from lcnn_verify.processes import WorkerKilled, pool, take_back
from lcnn_verify.reporting.environment import packages

_NOBODY = "nobody waits for this any more"
_DIGEST = 64  # characters
_POLL_SECONDS = 0.1
_STARTS = 2
"""How often a unit is started: one whose workers end while it runs may be what ends them."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What results rest on that every worker must have: the packs of ``claims``, one of each.

    ``directory`` is a folder of property files that takes the place of the packs' own, ``code``
    makes a digest of code under test, and ``folder`` is the one to run in, where it is there.
    """

    claims: tuple[str, ...]
    directory: Path | None
    code: Callable[[], str] | None = None
    folder: Path = field(default_factory=Path.cwd)

    def facts(self) -> dict[str, str]:
        """Versions, and digests of sources, as they are in this process, by name."""
        found = dict(_loaded(self.claims))
        if self.directory is not None:  # each unit reads its file anew
            for claim in _known(self.claims):
                digest = fingerprint([claim], self.directory)[f"pack {claim.pack}"]
                found[f"properties of {claim.pack}"] = digest
        if self.code is not None:
            with suppress(InputError, OSError), chdir(self.folder):
                found["code under test"] = self.code()
        return found


@cache
def _loaded(claims: tuple[str, ...]) -> Mapping[str, str]:
    """What this process has, kept: it does not notice when its sources are changed, either."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    found = {
        "Python": python,
        "machine": platform.machine(),
        "lcnn-verify": lcnn_verify.__version__,
    }
    known = _known(claims)
    found |= packages(claim.pack for claim in known)
    return found | {f"sources of {name}": digest for name, digest in fingerprint(known).items()}


def _known(claims: Iterable[str]) -> list[Claim]:
    """Those of ``claims`` whose packs are installed."""
    found = []
    for claim in claims:
        with suppress(InputError):
            found.append(ledger.claim(claim))
    return found


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """What a worker has ``there`` that is not as it is ``here``, by name."""
    found = []
    for name in dict.fromkeys((*here, *there)):
        ours, theirs = here.get(name, "none"), there.get(name, "none")
        if ours != theirs:
            digests = len(ours) == _DIGEST or len(theirs) == _DIGEST
            kind = "no" if theirs == "none" else "other"
            found.append(f"{kind} {name}" if digests else f"{name} {theirs} for {ours}")
    return found


def refused(worker: str, found: list[str]) -> InputError:
    """The error that names what a worker has otherwise."""
    return InputError(
        "cluster", f"worker {worker} with {', '.join(found)}", "workers with what is here"
    )


@dataclass(frozen=True, slots=True)
class Order:
    """A unit for any worker, with what the run must be like: the ``facts`` of its ``ground``.

    ``topic`` is the run's name, under which the unit tells how far it is.
    """

    unit: Unit
    ground: Ground
    facts: Mapping[str, str]
    topic: str


def run(order: Order) -> UnitResult:
    """Run the unit of ``order`` in a supervised child of this worker, and tell of it meanwhile.

    Its result says so, and is not kept, where two workers ended while it ran. Raises ``InputError``
    where this worker has other versions or sources than the run.
    """
    from distributed import get_client, get_worker

    worker, unit = get_worker(), order.unit

    def tell(**more: Any) -> None:
        worker.log_event(order.topic, {"unit": unit.id, "worker": worker.address, **more})

    unwanted = _Unwanted(worker, worker.get_current_task())
    tell()  # first: what did not begin may be given to another, and to look at sources takes long
    _prepare(worker, order)
    if order.ground.directory is None:  # the packs may stand elsewhere here
        unit = replace(unit, directory=directory_of(ledger.claim(unit.claim)))
    if spent(scheduler := get_client(), order.topic, unit):
        return lost(unit)
    if unwanted.is_set():  # another worker has it by now, and counts its start
        raise RuntimeError(_NOBODY)
    place = [order.topic, unit.id]
    scheduler.set_metadata(place, scheduler.get_metadata(place, 0) + 1)
    packs = sorted(claim.partition(".")[0] for claim in order.ground.claims)

    def told(now: Underway) -> None:
        tell(stage=now.stage and asdict(now.stage))

    result = supervise(unit, unwanted, packs, told, partial(work_in, order.ground.folder))
    if result is None:
        raise RuntimeError(_NOBODY)
    return result


def _prepare(worker: Any, order: Order | Call) -> None:
    """Make sure that this worker may do what is asked. Raises ``InputError`` if it differs."""
    try:
        found = differences(order.facts, order.ground.facts())
    except OSError as error:
        found = [f"sources that cannot be read ({said(error)})"]
    if found:
        raise refused(worker.address, found)
    take_back()
    multiprocessing.current_process().daemon = False  # or it may have no children


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments for any worker; else as :class:`Order`."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    ground: Ground
    facts: Mapping[str, str]


class _Team(threading.local):
    """The child process in which a thread of this worker has functions called, one by one."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.team: ProcessPoolExecutor | None = None

    def submit(self, call: Call) -> Future[Any]:
        """Call the function in the child, which is started if need be."""
        if self.team is None:
            self.team = self.stack.enter_context(pool(1))
        return self.team.submit(call.function, *call.arguments)

    def end(self) -> None:
        """End the child, whatever it is doing."""
        self.team = None
        with suppress(WorkerKilled):
            self.stack.__exit__(WorkerKilled, WorkerKilled(), None)


_TEAM = _Team()


def call(asked: Call) -> Any:
    """What a function returns in a child of this worker; raises what it raises.

    Raises ``InputError`` as :func:`run` does, and ``BrokenExecutor`` where the child is killed.
    """
    from distributed import get_worker

    worker = get_worker()
    _prepare(worker, asked)
    unwanted = _Unwanted(worker, worker.get_current_task())
    future = _TEAM.submit(asked)
    try:
        while not wait([future], timeout=_POLL_SECONDS).done:
            if unwanted.is_set():
                raise BrokenExecutor(_NOBODY)
        return future.result()
    except BrokenExecutor:
        _TEAM.end()
        raise


def work_in(folder: Path, unit: Unit, send: Send) -> None:
    """Run ``unit`` in ``folder`` if this machine has it, telling what comes of it."""
    with suppress(OSError):
        os.chdir(folder)
    work_on(unit, send)


def spent(scheduler: Any, topic: str, unit: Unit) -> bool:
    """Whether a unit was started as often as it may be; the scheduler keeps count."""
    starts: int = scheduler.get_metadata([topic, unit.id], 0)
    return starts >= _STARTS


def lost(unit: Unit, why: str = f"{_STARTS} workers ended while they ran it") -> UnitResult:
    """The result of a unit that came to nothing on its workers; a resumed run tries it again."""
    record = broken(unit.claim, unit.file, f"unit given up: {why}")
    return UnitResult(unit.id, (record,), 0.0, cut_short=True)


@dataclass(frozen=True, slots=True)
class _Unwanted:
    """Set when the scheduler takes a task back: it was cancelled, or whoever waited has ended."""

    worker: Any
    task: Any

    def is_set(self) -> bool:
        state = self.worker.state.tasks.get(self.task)
        return state is None or state.state not in ("executing", "long-running")
