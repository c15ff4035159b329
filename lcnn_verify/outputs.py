"""Where a command's files go: looked at before the work, and each written whole or not at all.

A finished record gives way to a finished one only. What an interrupted command has stands in the
folder it was meant for if none is there, else beside it, in the folder ``partial`` or in a file of
that ending.
"""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lcnn_verify.errors import InputError

PARTIAL = "partial"
"""The folder, the key of a record and the ending of a name that mark what is not finished."""

_HEAD = 1024  # bytes within which a file shows whose it is
_MARKS = {
    ".json": rb'\s*\{\s*"(schema_version|diff|trend|ablation|gallery|certificate|replay|attack'
    rb'|bench)":',
    ".xml": rb'<\?xml[^>]*>\s*<testsuites name="lcnn-verify"',
    ".md": rb"# lcnn-verify",
    ".html": rb'(?s)<!DOCTYPE html>.*<meta name="generator" content="lcnn-verify ',
    ".py": rb"# A failure seen by lcnn-verify",
}
"""How the files begin that we write, by the ending of their names."""


class Unwritable(OSError):
    """What stopped a write, in the name of the file or folder people know."""


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unwritable(error.errno, error.strerror, str(path)) from None


def demand_folder(folder: Path, names: Iterable[str], marks: Mapping[str, bytes] = _MARKS) -> None:
    """Make ``folder`` and see that the files ``names`` can be written there, before the work.

    ``marks`` are patterns of how our files begin, by name or by ending. Raises ``InputError``
    where a file of these names is somebody else's, and :class:`Unwritable` where nothing can be
    written.
    """
    demand_current_folder()
    for name in names:
        _demand_ours(folder / name, marks.get(name) or marks[Path(name).suffix])
    _demand_room(folder)


def demand_file(path: Path) -> None:
    """See that the certificate ``path`` can be written, before the work; makes its folder.

    Raises as :func:`demand_folder` does.
    """
    demand_current_folder()
    if path.is_dir():
        raise Unwritable(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    _demand_ours(path, _MARKS[".json"])
    _demand_room(path.parent)


def demand_current_folder() -> None:
    """Raise ``InputError`` where the current folder was removed: a path in it leads nowhere."""
    try:
        Path.cwd()
    except FileNotFoundError:
        wanted = "one that is there: cd to it once more, or to another"
        raise InputError("current folder", "one that was removed", wanted) from None


def _demand_ours(path: Path, mark: bytes) -> None:
    if not is_ours(path, mark):
        wanted = "another place, or none of that name there"
        raise InputError("out", f"{path}, a file lcnn-verify did not write", wanted)


def is_ours(path: Path, mark: bytes | None = None) -> bool:
    """Whether nothing is lost with the file ``path``: we wrote it, it is empty, or there is none.

    A place where no file can be is nobody's; writing there says why.
    """
    if not path.is_file():
        return True
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError), gzip.open(path) as unpacked:
            head = unpacked.read(_HEAD)
    return not head or re.match(mark or _MARKS[path.suffix], head) is not None


def _demand_room(folder: Path) -> None:
    """Make ``folder``; raises ``Unwritable`` unless a byte can be written to a file in it."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\n")


def place_of_partial(folder: Path, record: str) -> Path:
    """Where a partial record goes: ``folder``, or a folder in it if a finished one stands there."""
    return folder / PARTIAL if is_finished(folder / record) else folder


def beside(path: Path) -> Path:
    """Where a partial certificate goes: ``path``, or a name beside it if a file is there."""
    if not path.exists():
        return path
    ending = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    return path.with_name(f"{path.name.removesuffix(ending)}-{PARTIAL}{ending}")


def is_finished(path: Path) -> bool:
    """Whether the record ``path`` is there, and whole: nothing was left out of it."""
    try:
        data: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and PARTIAL not in data


def remove(folder: Path, names: Iterable[str]) -> None:
    """Remove what we wrote under ``names``, and ``folder`` if nothing else is in it."""
    for name in names:
        if is_ours(folder / name):
            (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # others use it, or it is not there
        folder.rmdir()


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write ``content`` so that ``path`` holds either the old content or all of the new.

    A device or a pipe is written to as it is. Raises :class:`Unwritable` in the name of ``path``.
    """
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        with _writing(path):
            path.write_bytes(data)
        return
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with _writing(path), unfinished.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            unfinished.replace(target)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
