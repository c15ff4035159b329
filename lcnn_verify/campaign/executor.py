"""Supervises units: each in a child of a fork server, under a time and a memory limit."""

from __future__ import annotations

import errno
import json
import math
import multiprocessing
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_readable
from multiprocessing.context import ForkServerProcess
from multiprocessing.util import Finalize
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from lcnn_verify.campaign import worker
from lcnn_verify.campaign.properties import Unit
from lcnn_verify.errors import InputError, said
from lcnn_verify.evidence.progress import Stage
from lcnn_verify.processes import (
    FOLDER,
    OF_ALL_THREADS,
    PACKS,
    RUN_FOLDER,
    demand_room,
    kill_below,
    last_line,
    owner_of,
    signal_name,
    starting,
)

PRELOAD = ("lcnn_verify.preload",)
_POLL_SECONDS = 0.1  # as soon as Ctrl-C is to be heard
_TAIL_BYTES = 4096  # of output: more than the longest last line that is told
_FROM_OUTSIDE = {"SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"}
_LOOK_SECONDS = 2.0
_STOPPED: set[int | None] = set()
"""Fork servers that somebody stopped, and that were ended for it."""
_UNKNOWN = 255  # the exit code of a child whose fork server is gone
_OUT_OF = "EAGAIN", "EMFILE", "ENFILE", "ENOSPC", "EDQUOT"
_WANTING = re.compile(
    rf"\[Errno ({'|'.join(str(getattr(errno, name)) for name in _OUT_OF)})\]|AF_UNIX path too long"
    "|can't start new thread"
)
"""What an error says where processes, files or room were wanting."""

_SHORT = 45  # with two random names and a process's number, a socket's path fits into 104 bytes
_OTHERS = "/tmp", "/var/tmp"  # where TMPDIR is too long

# multiprocessing reaps children of all threads whenever one of them starts or joins a child; two
# threads reaping the same child lose its exit code. This keeps them apart.
_PROCESS_TABLE = threading.Lock()


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What one finished unit left: its records (:meth:`Recorder.to_json`) and its duration.

    It was ``cut_short`` where its environment ended it, not what it computes: a process killed from
    outside, no process or file to be had, a full disk.
    """

    unit: str
    records: tuple[dict[str, Any], ...]
    seconds: float
    cut_short: bool = False


@dataclass(frozen=True, slots=True)
class Underway:
    """How far a running unit says it is; None where all that is known is that it runs."""

    unit: str
    stage: Stage | None


class Stop(Protocol):
    """Says whether what is under way is wanted no more, as a ``threading.Event`` does."""

    def is_set(self) -> bool:
        """Whether it is."""


class Child:
    """The child process that does ``work`` on a unit, and the two pipes it speaks through."""

    def __init__(self, unit: Any, packs: Iterable[str], work: worker.Work = worker.work_on) -> None:
        context = multiprocessing.get_context("forkserver")
        self.results, results_end = context.Pipe(duplex=False)
        self.output, output_end = context.Pipe(duplex=False)
        self.tail = b""
        self.exit_code: int | None = None
        with (
            _PROCESS_TABLE,
            short_folder() as folder,
            starting({PACKS: ",".join(packs), FOLDER: folder}),
        ):
            context.set_forkserver_preload(list(PRELOAD))
            forkserver.ensure_running()
            self._server = _fork_server()
            self._process: ForkServerProcess = context.Process(
                target=worker.main, args=(unit, results_end, output_end, work), daemon=True
            )
            self._process.start()
        results_end.close()
        output_end.close()
        self._open: list[Connection] = [self.results, self.output]

    def messages(self) -> Iterator[worker.Message | None]:
        """What the child says until it is silent for good; None at least every poll interval."""
        sentinel = self._process.sentinel
        while self.results in self._open:
            ready = wait_readable([*self._open, sentinel], _POLL_SECONDS)
            if self.output in ready:
                self._drain()
            if self.results in ready:
                try:
                    kind, payload = json.loads(self.results.recv_bytes())
                    yield kind, payload
                except (EOFError, OSError):
                    self._open.remove(self.results)
            elif sentinel in ready:  # something it left behind holds the pipe open
                self._open.remove(self.results)
            yield None

    def _drain(self) -> None:
        chunk = os.read(self.output.fileno(), 65536)
        self.tail = (self.tail + chunk)[-_TAIL_BYTES:]
        if not chunk:
            self._open.remove(self.output)

    def end(self, patience: float) -> None:
        """Wait ``patience`` seconds for the child to go, then kill it and all it started."""
        wait_readable([self._process.sentinel], patience)
        if self._process.pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with _PROCESS_TABLE:
            if self._process.is_alive():  # killed before it had its own process group
                self._process.kill()
            self._process.join()
            self.exit_code = self._process.exitcode
            self._process.close()
            if (server := _fork_server()) is not None:  # what the child left is now the server's
                units = {other.pid for other in multiprocessing.active_children()}
                kill_below(server, spared=units)
        if self.output in self._open and wait_readable([self.output], 0):
            self._drain()
        self.results.close()
        self.output.close()

    def cause(self) -> tuple[str, bool]:
        """Why the child ended without a result, and whether that was somebody's doing outside."""
        name = signal_name(self.exit_code)
        if name in _FROM_OUTSIDE:
            return f"unit killed with {name}, by the system for want of memory or by somebody", True
        if name is not None:
            return f"unit crashed with {name}", False
        if self.exit_code == _UNKNOWN and _ends(self._server):
            why = "stopped by somebody, so ended" if self._server in _STOPPED else "killed"
            return f"fork server {why}, and the unit with it", True
        return f"unit ended with exit code {self.exit_code} and no result", False


def _ends(pid: int | None) -> bool:
    """Whether our child ``pid`` has ended, or does at once; it is left for others to reap.

    Python has no ``waitid`` on macOS before 3.13: none is seen to have ended there.
    """
    if pid is None or not hasattr(os, "waitid"):
        return pid is None
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    for _ in range(10):
        try:
            if os.waitid(os.P_PID, pid, how) is not None:
                return True
        except ChildProcessError:
            return True
        time.sleep(_POLL_SECONDS / 2)
    return False


def supervise(
    unit: Unit,
    stop: Stop | None = None,
    packs: Iterable[str] = (),
    tell: Callable[[Underway], None] = lambda _: None,
    work: worker.Work = worker.work_on,
) -> UnitResult | None:
    """Run ``unit`` in a child process of its own; None if ``stop`` was set before it finished.

    A fork server that has to be started for it imports the numerics of ``packs``. ``tell`` is
    called with what the unit says of itself meanwhile. The child does ``work``.

    A crash, a hang past ``Profile.unit_seconds`` or memory past ``Profile.unit_gigabytes`` ends up
    as a record with an error; records of properties that had finished are kept.
    """
    limit = unit.context.profile.unit_seconds
    records: list[dict[str, Any]] = []
    test, done, cause = unit.file, False, ""
    try:
        child = Child(unit, packs, work)
    except (OSError, EOFError) as error:  # no process left to be had, or a fork server killed
        if stop is not None and stop.is_set():
            return None
        why = said(error) if isinstance(error, OSError) else "its fork server ended"
        cause = f"unit could not start: {why}"
        return UnitResult(unit.id, (worker.broken(unit.claim, test, cause),), 0.0, cut_short=True)
    started = time.monotonic()  # only now: the first child waits for the fork server to boot
    for message in child.messages():
        match message:
            case ("record", record):
                records.append(record)
            case ("start", name):
                test = name
            case ("stage", stage):
                tell(Underway(unit.id, Stage(**stage)))
            case ("done", _):
                done = True
                break
            case _ if stop is not None and stop.is_set():
                child.end(0.0)
                return None
            case _ if time.monotonic() - started > limit:
                cause = f"unit killed after its time limit of {limit:g} s"
                break
    child.end(0.0 if cause else 1.0)
    cut_short = any(_WANTING.search(record["error"] or "") for record in records)
    if not done:
        if not cause:
            cause, cut_short = child.cause()
        records.append(worker.broken(unit.claim, test, cause + last_line(child.tail)))
    return UnitResult(unit.id, tuple(records), time.monotonic() - started, cut_short)


def execute(
    units: Sequence[Unit], jobs: int, until: float = math.inf
) -> Generator[UnitResult | Underway]:
    """Run ``units``, ``jobs`` at a time; yield each result, and what units tell, as it comes.

    None starts once ``time.monotonic()`` has reached ``until``; those under way are finished. The
    threads only supervise, so no unit can take one down. When the caller stops (Ctrl-C, or an
    error while it keeps a result), running units are killed and the rest never start. Raises
    ``RuntimeError``, as Python does, where there is no room for so many threads and processes.
    """
    jobs = min(jobs, len(units)) or 1
    demand_room(2 + 4 * jobs)  # a unit has a supervisor, and may have code under test in a process
    stop, stopped, looked = threading.Event(), None, time.monotonic()
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="lcnn-verify")
    packs = sorted({unit.claim.partition(".")[0] for unit in units})
    heard: SimpleQueue[Underway | Future[UnitResult | None]] = SimpleQueue()

    def run(unit: Unit) -> UnitResult | None:
        return supervise(unit, stop, packs, heard.put) if time.monotonic() < until else None

    pending = [pool.submit(run, unit) for unit in units]
    for future in pending:  # in their order: some may be done
        future.add_done_callback(heard.put)
    try:
        while pending:
            if time.monotonic() >= looked + _LOOK_SECONDS:
                stopped, looked = _end_if_stopped(stopped), time.monotonic()
            try:
                item = heard.get(timeout=_LOOK_SECONDS)
            except Empty:
                continue
            if isinstance(item, Underway):
                yield item
                continue
            pending.remove(item)
            if (result := item.result()) is not None:
                yield result
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        if wait([future for future in pending if not future.cancelled()], timeout=1.0).not_done:
            _abandon_fork_server()


def _end_if_stopped(seen: int | None) -> int | None:
    """End a fork server that stays stopped: it starts no unit, and tells of the end of none.

    ``seen`` was stopped at the last look. Returns which is now: one that is stopped with us, as by
    Ctrl-Z, may go on a moment later.
    """
    pid = _fork_server()
    with suppress(OSError):
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
            if pid is not None and pid == seen:
                _STOPPED.add(pid)
                os.kill(pid, signal.SIGKILL)
            return pid
    return None


def _abandon_fork_server() -> None:
    """Kill a fork server still busy importing: a supervisor that waits for it cannot hear a stop.

    The next unit starts another.
    """
    if (pid := _fork_server()) is not None:
        os.kill(pid, signal.SIGKILL)


def _fork_server() -> int | None:
    """The process of the fork server. Only the standard library's own private name tells it."""
    pid: int | None = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_pid", None)
    return pid


@contextmanager
def short_folder() -> Iterator[str]:
    """Have what is temporary meanwhile, sockets above all, go into a short folder of this process.

    Raises ``InputError`` where there is no place for it.
    """
    with OF_ALL_THREADS:
        before, tempfile.tempdir = tempfile.tempdir, _folder_of(os.getpid())
        try:
            yield tempfile.tempdir
        finally:
            tempfile.tempdir = before


@cache
def _folder_of(pid: int) -> str:
    """Make the folder of this process, one for all its fork servers; it goes when that ends.

    The paths of sockets are bounded, and a TMPDIR may be long. What processes that were killed left
    of such folders is removed.
    """
    places = (tempfile.gettempdir(), *_OTHERS)  # the usual one first
    short = (place for place in places if len(os.fsencode(place)) <= _SHORT)
    home = next((Path(it) for it in short if os.access(it, os.W_OK | os.X_OK)), None)
    if home is None:
        got = f"{tempfile.gettempdir()!r}, too long a path for a socket in it"
        raise InputError("TMPDIR", got, f"a folder whose path takes at most {_SHORT} bytes")
    for folder in home.glob(f"{RUN_FOLDER}*"):
        if (owner := owner_of(folder.name)) and not _exists(owner):
            shutil.rmtree(folder, ignore_errors=True)  # what is not ours stays
    made = tempfile.mkdtemp(prefix=f"{RUN_FOLDER}{pid}-", dir=home)
    # By this process alone, not by a fork; and after multiprocessing removed its folder in it.
    Finalize(None, shutil.rmtree, (made,), {"ignore_errors": True}, exitpriority=-200)
    return made


def _exists(pid: int) -> bool:
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
