"""What a supervised child process needs, whoever starts it. Imports no numerics."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

GIGABYTE = 2**30
ONE_THREAD: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "VECLIB_MAXIMUM_THREADS",
            "NUMBA_NUM_THREADS",
        ),
        "1",
    )
)
"""Environment that limits the numerical libraries to one thread, if set before they are loaded."""

_LAST_LINE = 160
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_TAKE_BACK = "LCNN_VERIFY_TAKE_BACK"
MAX_LOST = 8
"""What a property may spend on processes that code under test takes down."""
PACKS = "LCNN_VERIFY_PACKS"
"""Names the packs whose numerics a fork server imports before it forks, for its start only."""
FOLDER = "LCNN_VERIFY_FOLDER"
"""Names the folder that a fork server has its socket in, for its start only."""
RUN_FOLDER = "lcnn-verify-run-"
"""What the name of such a folder begins with; the process that made it comes next."""
OF_ALL_THREADS = threading.RLock()
"""Held while a thread changes what all share, such as the environment, and takes it back."""
_HIDDEN: list[ModuleType] = []


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def owner_of(folder: str) -> int:
    """The process whose name for its folder that is; 0 where it is no such name."""
    pid = Path(folder).name.removeprefix(RUN_FOLDER).partition("-")[0]
    return int(pid) if pid.isdecimal() else 0


@contextmanager
def importing_as_here(more: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """Have a Python started meanwhile import what this process would.

    Else ``python -c`` looks into the current folder first, where another ``lcnn_verify`` may lie.
    It is told by its environment, which :func:`take_back` makes what it was. ``more`` is added.
    One thread at a time does so: what another found and gave back would be no environment of ours.
    """
    changes = {
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": os.pathsep.join(str(entry) for entry in sys.path if entry),
        **more,
    }
    with OF_ALL_THREADS:
        before = {name: os.environ.get(name) for name in changes}
        os.environ.update(changes, **{_TAKE_BACK: json.dumps(before)})
        try:
            yield
        finally:
            take_back()


def take_back() -> None:
    """Undo, here or in the process started, what :func:`importing_as_here` did to environments."""
    with OF_ALL_THREADS:
        for name, value in json.loads(os.environ.pop(_TAKE_BACK, "{}")).items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def anonymous_main() -> Iterator[None]:
    """Keep multiprocessing from running the caller's script again in the child.

    The child needs nothing of it, and a script without the ``__main__`` guard would recurse.
    Several threads may do so at a time: it is back when the last has ended.
    """
    with OF_ALL_THREADS:
        _HIDDEN.append(sys.modules["__main__"])
        sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = _HIDDEN.pop()


@contextmanager
def starting(more: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """For whatever multiprocessing starts meanwhile: it imports as here, and begins deaf to SIGINT.

    Ctrl-C reaches every process of a terminal; one hit while it boots would print a traceback. The
    resource tracker shields its own start, but lifts the block afterwards, so it comes first.
    """
    with anonymous_main(), importing_as_here(more):
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class WorkerKilled(KeyboardInterrupt):
    """A process of a pool was killed from outside: what is done is kept, as after Ctrl-C."""

    def __str__(self) -> str:
        return "a worker was killed, by the system for want of memory or by somebody"


def demand_room(tasks: int) -> None:
    """See that ``tasks`` more threads or processes can be had at once, before the work.

    Where one cannot start later, the library waits for it for ever. Raises ``RuntimeError``, as
    Python does for the thread that cannot start.
    """
    done, started = threading.Event(), list[threading.Thread]()
    try:
        with _small_stacks():
            for _ in range(tasks):
                thread = threading.Thread(target=done.wait)
                thread.start()
                started.append(thread)
    finally:
        done.set()
        for thread in started:
            thread.join()


@contextmanager
def _small_stacks() -> Iterator[None]:
    """Have threads that start meanwhile take little address space, of which there may be little."""
    with OF_ALL_THREADS:
        usual = threading.stack_size(1 << 16)
        try:
            yield
        finally:
            threading.stack_size(usual)


class _Pool(ProcessPoolExecutor):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        # All start with the first call. Later ones would not import as here, and Python may not
        # hear of the end of one that starts while it listens already.
        self._safe_to_dynamically_spawn_children = False

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **_: Any) -> Iterator[Any]:
        """As the base's, but it cancels nothing.

        The thread that tells all calls that a worker died dies of one that was cancelled meanwhile,
        and this process then waits for it for ever.
        """
        calls = [self.submit(fn, *arguments) for arguments in zip(*iterables, strict=False)]
        return (call.result() for call in calls)


@contextmanager
def pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """``jobs`` processes, each on one numerical thread and deaf to Ctrl-C.

    They end with the block, at once where an error ends it, and with this process, however it ends.
    Raises ``RuntimeError`` where they cannot be had, :class:`WorkerKilled` for one that is lost.
    """
    demand_room(3 + 3 * jobs)  # two threads and a tracker; a worker has two, and code under test
    context = multiprocessing.get_context("spawn")
    executor = _Pool(jobs, context, _join_pool, (os.getpid(),))
    try:
        with starting():
            executor.submit(os.getpid)
        yield executor
        executor.shutdown()
    except BaseException as error:
        # Not whatever this process started since: other threads have units and pools of their own.
        for worker in list((executor._processes or {}).values()):
            worker.kill()
        # Only now: the pool itself reaps the dead, and whoever else did would race with it.
        with suppress(RuntimeError):  # of a thread that could not start
            executor.shutdown(wait=True, cancel_futures=True)
        if isinstance(error, BrokenExecutor):
            raise WorkerKilled from None
        raise


def _join_pool(parent: int) -> None:
    die_with_parent(parent)
    end_with_parent(lambda: os.kill(os.getpid(), signal.SIGKILL))
    take_back()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(ONE_THREAD)


def end_with_parent(end: Callable[[], None]) -> None:
    """Call ``end`` when the process that had multiprocessing start this one has ended."""
    if (parent := multiprocessing.parent_process()) is None:
        return

    def watch() -> None:  # pragma: no cover - it ends by SIGKILL
        wait([parent.sentinel])
        end()

    threading.Thread(target=watch, daemon=True).start()


def bound(limit: int, value: int) -> None:
    """Set a resource limit of this process, unless a stricter one is in force already."""
    with suppress(OSError, ValueError):
        resource.setrlimit(limit, (value, value))


def redirect_output(descriptor: int) -> None:
    """Send everything this process writes to stdout and stderr to ``descriptor``."""
    for standard in (1, 2):
        os.dup2(descriptor, standard)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when process ``parent``, which forked it, ends.

    Holds whatever this process does, even in C. Linux only; nothing elsewhere.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:  # it ended before it could be noticed
        os._exit(1)


def adopt_orphans() -> None:
    """Have the kernel make this process the parent of what its descendants leave when they end.

    Else they are nobody's, and cannot be found. Linux only; nothing elsewhere.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def kill_below(pid: int, spared: Collection[int | None] = ()) -> None:
    """Kill what process ``pid`` started, and what that did, whatever sessions they made.

    ``spared`` are left alone with all below them. Nothing where there is no /proc to look into.
    """
    below: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            below.setdefault(parent, []).append(int(status.parent.name))
    waiting = [child for child in below.get(pid, []) if child not in spared]
    while waiting:
        child = waiting.pop()
        waiting += below.get(child, [])
        with suppress(ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGKILL)


def signal_name(exit_code: int | None) -> str | None:
    """``"SIGSEGV"`` for an exit code of -11, as children report it; None if it is no signal's."""
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            return signal.Signals(-exit_code).name
    return None


def last_line(output: bytes) -> str:
    """``"; it last wrote: …"`` for the end of what a child wrote; empty if it wrote nothing."""
    lines = output.decode(errors="replace").split("\n")
    text = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"; it last wrote: {text[:_LAST_LINE]}" if text else ""
