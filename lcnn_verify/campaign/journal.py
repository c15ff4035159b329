"""The journal: one JSON line per finished unit, on disk before the next one counts as done.

It survives ``kill -9``: a torn last line is ignored, so that unit is simply done again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lcnn_verify.campaign.executor import UnitResult
from lcnn_verify.model import InputError
from lcnn_verify.profiles import Profile

SCHEMA = "1"
FILE_NAME = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the entries of a journal rest on; a journal of another run is never mixed in."""

    profile: Profile
    seed: int
    selection: tuple[str, ...]
    version: str
    ledger: tuple[str, ...]
    sources: str
    units: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The journal's first line."""
        return {
            "journal": SCHEMA,
            "profile": self.profile.name,
            "budgets": asdict(self.profile),
            "seed": self.seed,
            "selection": list(self.selection),
            "version": self.version,
            "ledger": list(self.ledger),
            "sources": self.sources,
            "units": list(self.units),
        }


@dataclass(frozen=True, slots=True)
class _Content:
    """A journal as read: its header, its results, and the length of the part that is whole."""

    header: Mapping[str, Any]
    results: Mapping[str, UnitResult]
    whole: int

    @property
    def complete(self) -> bool:
        return set(self.header["units"]) <= set(self.results)


class Journal:
    """An open journal, held by this process alone. Use :meth:`open`, then as a context manager."""

    def __init__(self, file: FileIO, path: Path, results: Mapping[str, UnitResult]) -> None:
        self._file, self.path, self.results = file, path, dict(results)

    @classmethod
    def open(cls, out: Path, fingerprint: Fingerprint, *, resume: bool) -> Journal:
        """Open OUT's journal, creating OUT if need be.

        With ``resume`` the results of an earlier run with the same fingerprint are taken over
        (none if there is no journal). Otherwise a complete journal is replaced, and any other is
        moved aside to ``journal.jsonl.1`` and so on. Raises ``InputError`` for a journal that is
        corrupt, of another run, or in use by a running one, leaving it as it is; ``OSError`` where
        OUT cannot be written.
        """
        out.mkdir(parents=True, exist_ok=True)
        path = out / FILE_NAME
        if not path.exists() or path.stat().st_size == 0:
            return cls._create(path, fingerprint)
        file = FileIO(path, "r+")
        try:
            _lock(file, path)
            if resume:
                return cls._take_over(file, path, fingerprint)
            _set_aside(path)
        except BaseException:
            file.close()
            raise
        file.close()
        return cls._create(path, fingerprint)

    @classmethod
    def _take_over(cls, file: FileIO, path: Path, fingerprint: Fingerprint) -> Journal:
        content = _read(path)
        _compare(path, content.header, fingerprint.to_json())
        file.truncate(content.whole)
        file.seek(content.whole)
        return cls(file, path, content.results)

    @classmethod
    def _create(cls, path: Path, fingerprint: Fingerprint) -> Journal:
        # Written elsewhere and renamed, so that a journal always has its first line.
        draft = path.with_name(path.name + ".new")
        file = FileIO(draft, "w+")
        try:
            _lock(file, path)
            journal = cls(file, path, {})
            journal._write(fingerprint.to_json())
            draft.replace(path)
        except BaseException:
            file.close()
            raise
        return journal

    def append(self, result: UnitResult) -> None:
        """Keep one unit's result, on disk when this returns. Raises ``OSError`` if it cannot."""
        self._write(
            {"unit": result.unit, "records": list(result.records), "seconds": result.seconds}
        )
        self.results[result.unit] = result

    def _write(self, entry: Mapping[str, Any]) -> None:
        data = memoryview(json.dumps(entry).encode() + b"\n")
        try:
            while data:
                data = data[self._file.write(data) or 0 :]
            os.fsync(self._file.fileno())
        except OSError as error:  # a write does not know what it writes to
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def close(self) -> None:
        """Release the journal for other runs."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _lock(file: FileIO, path: Path) -> None:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        wanted = "a folder no other run is writing to"
        raise InputError("out", f"{path}, which a running run holds", wanted) from None
    except OSError:
        pass  # a file system without locks


def _set_aside(path: Path) -> None:
    """Move an unfinished or unreadable journal out of the way; others may be replaced."""
    with suppress(InputError):
        content = _read(path)
        if content.complete or not content.results:
            return
    number = 1
    while (target := path.with_name(f"{path.name}.{number}")).exists():
        number += 1
    path.rename(target)


def _corrupt(path: Path, line: int, why: str) -> InputError:
    return InputError("journal", f"{path}, line {line}: {why}", "a journal `lcnn-verify run` wrote")


def _read(path: Path) -> _Content:
    """Read a journal; an unfinished last line is left out. Raises ``InputError`` if corrupt."""
    lines = path.read_bytes().split(b"\n")[:-1]  # what follows the last line end is torn
    if not lines:
        raise _corrupt(path, 1, "no whole line")
    entries: list[dict[str, Any]] = []
    whole = 0
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            raise _corrupt(path, number, "not JSON") from None
        if not isinstance(entry, dict):
            raise _corrupt(path, number, "not a JSON object")
        entries.append(entry)
        whole += len(line) + 1
    header = entries[0]
    if "journal" not in header:
        raise _corrupt(path, 1, "not a journal's first line")
    if header["journal"] != SCHEMA:
        wanted = f"version {SCHEMA!r}, which this lcnn-verify writes"
        raise InputError("journal", f"{path} of version {header['journal']!r}", wanted)
    units = header.get("units")
    if not isinstance(units, list):
        raise _corrupt(path, 1, "not a journal's first line")
    results: dict[str, UnitResult] = {}
    for number, entry in enumerate(entries[1:], start=2):
        result = _result(entry)
        if result is None or result.unit not in units or result.unit in results:
            raise _corrupt(path, number, "not the result of a unit still missing")
        results[result.unit] = result
    return _Content(header, results, whole)


def _result(entry: Mapping[str, Any]) -> UnitResult | None:
    match entry:
        case {"unit": str(unit), "records": list(records), "seconds": float(seconds)} if all(
            isinstance(record, dict) and {"claim", "test", "examples", "error"} <= set(record)
            for record in records
        ):
            return UnitResult(unit, tuple(records), seconds)
    return None


def _compare(path: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse a journal of another run, naming the first thing that differs."""
    for key, value in wanted.items():
        if found.get(key) != value:
            if key in {"profile", "seed", "version"}:
                got, want = f"{key} {found.get(key)!r}", f"{key} {value!r}, or a run without resume"
            else:
                got, want = f"other {key}", f"the {key} of this run, or a run without resume"
            raise InputError("resume", f"{path} of a run with {got}", want)
