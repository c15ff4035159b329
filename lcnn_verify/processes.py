"""What a supervised child process needs, whoever starts it. Imports no numerics."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
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
