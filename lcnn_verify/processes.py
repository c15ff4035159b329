"""What a supervised child process needs, whoever starts it. Imports no numerics."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType

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
_TAKE_BACK = "LCNN_VERIFY_TAKE_BACK"


@contextmanager
def importing_as_here() -> Iterator[None]:
    """Have a Python started meanwhile import what this process would.

    Else ``python -c`` looks into the current folder first, where another ``lcnn_verify`` may lie.
    It is told by its environment, which :func:`take_back` makes what it was.
    """
    changes = {
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": os.pathsep.join(str(entry) for entry in sys.path if entry),
    }
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes, **{_TAKE_BACK: json.dumps(before)})
    try:
        yield
    finally:
        take_back()


def take_back() -> None:
    """Undo, here or in the process started, what :func:`importing_as_here` did to environments."""
    for name, value in json.loads(os.environ.pop(_TAKE_BACK, "{}")).items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


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
