"""Where the fork server has its sockets: in a short folder of our own, however long TMPDIR is."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.util import Finalize
from pathlib import Path

from lcnn_verify.errors import InputError

_FOLDER = "lcnn-verify-run-"
_SHORT = 45  # with two random names and a process's number, a socket's path fits into 104 bytes


@contextmanager
def short_folder() -> Iterator[None]:
    """Have what is temporary meanwhile, sockets above all, go into a short folder of this process.

    The paths of sockets are bounded, and a TMPDIR may be long. What processes that were killed left
    of such folders is removed. Raises ``InputError`` where there is no place for it.
    """
    home = next((Path(place) for place in _places() if _takes(place)), None)
    if home is None:
        got = f"{tempfile.gettempdir()!r}, too long a path for a socket in it"
        raise InputError("TMPDIR", got, f"a folder whose path takes at most {_SHORT} bytes")
    for folder in home.glob(f"{_FOLDER}*"):
        pid = folder.name.removeprefix(_FOLDER).partition("-")[0]
        if pid.isdecimal() and not _exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)  # what is not ours stays
    before = tempfile.tempdir
    tempfile.tempdir = str(home)
    tempfile.tempdir = tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-")
    # By this process alone, not by a fork; and after multiprocessing removed its folder in it.
    quietly = {"ignore_errors": True}
    Finalize(None, shutil.rmtree, (tempfile.tempdir,), quietly, exitpriority=-200)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _places() -> Iterator[str]:
    """Folders for what is temporary, the usual one first."""
    yield from (tempfile.gettempdir(), "/tmp", "/var/tmp")


def _takes(place: str) -> bool:
    return len(os.fsencode(place)) <= _SHORT and os.access(place, os.W_OK | os.X_OK)


def _exists(pid: int) -> bool:
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
