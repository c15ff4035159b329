"""The journal: one JSON line per finished unit, on disk before the next one counts as done.

It survives ``kill -9``: a torn last line is ignored, so that unit is simply done again. Every line
ends in a seal of all before it, so that what a disk changed is noticed, and named by its line.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Self

from lcnn_verify.campaign.executor import UnitResult
from lcnn_verify.errors import InputError, flaw_in, unread
from lcnn_verify.profiles import Profile
from lcnn_verify.reporting.schema import schema

SCHEMA = "3"
FILE_NAME = "journal.jsonl"
LOCK_NAME = "journal.lock"
_COUNT = {"type": "integer", "minimum": 0}
_TALLY = {"type": "object", "additionalProperties": _COUNT}
_TEXT = {"type": "string"}


def sealed(entry: Mapping[str, Any]) -> bytes:
    """An entry as the journal's line: JSON whose last field is a digest of all before it."""
    text = json.dumps(entry).encode()
    return text[:-1] + _seal(text[:-1]) + b"}"


def _seal(text: bytes) -> bytes:
    return f', "seal": "{hashlib.sha256(text).hexdigest()[:16]}"'.encode()


_SEAL = len(_seal(b"")) + 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the entries of a journal rest on; a journal of another run is never mixed in.

    ``sources`` are digests by the name of what they are of; ``subject`` says which code is under
    test.
    """

    profile: Profile
    seed: int
    selection: tuple[str, ...]
    version: str
    sources: Mapping[str, str]
    units: tuple[str, ...]
    subject: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The journal's first line."""
        subject = {"subject": dict(self.subject)} if self.subject else {}
        return {
            **subject,
            "journal": SCHEMA,
            "profile": self.profile.name,
            "budgets": asdict(self.profile),
            "seed": self.seed,
            "selection": list(self.selection),
            "version": self.version,
            "sources": dict(self.sources),
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

    def __init__(self, path: Path, lock: FileIO) -> None:
        self.path, self._lock = path, lock
        self._file: FileIO | None = None
        self.results: dict[str, UnitResult] = {}

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
        journal = cls(out / FILE_NAME, _hold(out))
        try:
            if journal.path.exists() and resume:
                journal._take_over(fingerprint)
            else:
                journal._create(fingerprint)
        except BaseException:
            journal.close()
            raise
        return journal

    def _take_over(self, fingerprint: Fingerprint) -> None:
        content = _read(self.path)
        _compare(self.path, content.header, fingerprint.to_json())
        self._file = FileIO(self.path, "r+")
        self._file.truncate(content.whole)
        self._file.seek(content.whole)
        self.results = dict(content.results)

    def _create(self, fingerprint: Fingerprint) -> None:
        # Written elsewhere and renamed, so that a journal always has its first line.
        draft = self.path.with_name(self.path.name + ".new")
        self._file = FileIO(draft, "w")
        self._write(fingerprint.to_json())
        if self.path.exists():
            _set_aside(self.path)
        draft.replace(self.path)

    def append(self, result: UnitResult) -> None:
        """Keep one unit's result, on disk when this returns. Raises ``OSError`` if it cannot.

        One that the environment cut short is not kept: resumed, the unit is run again.
        """
        # Counted first: Ctrl-C may come right after the line is on disk, and before anything else.
        self.results[result.unit] = result
        if result.cut_short:
            return
        entry = {"unit": result.unit, "records": list(result.records), "seconds": result.seconds}
        try:
            self._write(entry)
        except OSError:
            del self.results[result.unit]
            raise

    def _write(self, entry: Mapping[str, Any]) -> None:
        assert self._file is not None
        data = memoryview(sealed(entry) + b"\n")
        try:
            while data:
                data = data[self._file.write(data) or 0 :]
            os.fsync(self._file.fileno())
        except OSError as error:  # a write does not know what it writes to
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def close(self) -> None:
        """Release the journal for other runs."""
        if self._file is not None:
            self._file.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _hold(out: Path) -> FileIO:
    """Hold OUT for this run until the file is closed; the system does so however a run ends.

    The lock is on a file that is never renamed, written or removed: a lock on the journal itself
    would let go while one journal takes the place of another.
    """
    path = out / LOCK_NAME
    file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), "r+")
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        wanted = "a folder no other run is writing to"
        raise InputError("out", f"{out}, which a running run holds", wanted) from None
    except OSError:
        pass  # a file system without locks
    return file


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
    wanted = "a journal `lcnn-verify run` wrote, or a run without --resume, which sets it aside"
    return InputError("journal", f"{path}, line {line}: {why}", wanted)


def _read(path: Path) -> _Content:
    """Read a journal; an unfinished last line is left out. Raises ``InputError`` if corrupt."""
    lines = path.read_bytes().split(b"\n")[:-1]  # what follows the last line end is torn
    if not lines:
        raise _corrupt(path, 1, "no whole line")
    entries: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise _corrupt(path, number, f"not JSON ({unread(error)})") from None
        if not isinstance(entries[-1], dict):
            raise _corrupt(path, number, "not a JSON object")
    header = entries[0]
    if "journal" not in header:
        raise _corrupt(path, 1, "not a journal's first line")
    if header["journal"] != SCHEMA:
        wanted = f"version {SCHEMA!r}, which this lcnn-verify writes"
        raise InputError("journal", f"{path} of version {header['journal']!r}", wanted)
    units = header.get("units")
    if not isinstance(units, list) or not all(isinstance(unit, str) for unit in units):
        raise _corrupt(path, 1, "not a journal's first line")
    for number, line in enumerate(lines, start=1):
        if line[-_SEAL:-1] != _seal(line[:-_SEAL]):
            raise _corrupt(path, number, "not as it was written: its seal does not fit")
    results: dict[str, UnitResult] = {}
    for number, entry in enumerate(entries[1:], start=2):
        result = _result(path, number, entry)
        if result.unit not in units or result.unit in results:
            raise _corrupt(path, number, "not the result of a unit still missing")
        results[result.unit] = result
    return _Content(header, results, sum(len(line) + 1 for line in lines))


def _result(path: Path, number: int, entry: Mapping[str, Any]) -> UnitResult:
    """One line after the first, each record held to what a report can be built from."""
    match entry:
        case {"unit": str(unit), "records": list(records), "seconds": float(seconds)} if (
            0.0 <= seconds < math.inf
        ):
            for record in records:
                if why := flaw(record, unit.partition(" ")[0]):
                    raise _corrupt(path, number, why)
            return UnitResult(unit, tuple(records), seconds)
    raise _corrupt(path, number, "not the result of a unit")


@functools.cache
def _record_schema() -> Any:
    """What a record must look like to be merged into a report (``Recorder.to_json``).

    What it shares with a report is the report's own definition.
    """
    from jsonschema import Draft202012Validator

    observation: dict[str, Any] = {"$ref": "#/$defs/observation"}
    perhaps = {"anyOf": [{"type": "null"}, observation]}
    stream = {"law": _TEXT, "draws": _COUNT, "undecided": _COUNT, "violations": _COUNT}
    fields = {
        **dict.fromkeys(("claim", "test"), _TEXT),
        **dict.fromkeys(("examples", "undecided", "violations", "checks", "escalated"), _COUNT),
        **dict.fromkeys(("discarded", "reasons"), _TALLY),
        **dict.fromkeys(("tightest", "counterexample"), perhaps),
        "witnesses": {"type": "array", "items": observation},
        "measurements": {"type": "array", "items": {"$ref": "#/$defs/measurement"}},
        "series": {"type": "array", "items": {"$ref": "#/$defs/series"}},
        "sampling": {"type": ["object", "null"], "required": list(stream), "properties": stream},
        "error": {"type": ["string", "null"]},
    }
    timed = dict(schema()["$defs"]["proof"])  # what a report keeps among its timings
    timed["properties"] = {**timed["properties"], "seconds": {"type": "number", "minimum": 0}}
    late = {
        "proofs": {"type": "array", "items": timed},
        "exact": _COUNT,
        "idle": _COUNT,
        "parts": {"type": "object", "additionalProperties": {"type": "object"}},
        "classes": _TALLY,
        "apart": {"type": "object", "additionalProperties": observation},
        "failing": {"type": "object", "additionalProperties": _TEXT},
        "audit": _TALLY,
        "defect": observation,
    }
    shared = {"$defs": schema()["$defs"], "type": "object", "required": list(fields)}
    return Draft202012Validator({**shared, "properties": {**fields, **late}})


def flaw(record: Any, claim: str) -> str:
    """Why ``record`` is none that a unit of ``claim`` can have left; empty if it is one."""
    if why := flaw_in(record, _record_schema()):
        return why
    if record["claim"] != claim:
        return f"a record of {record['claim']!r} in a unit of {claim!r}"
    return ""


def _compare(path: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse a journal of another run, naming the first thing that differs."""
    for key, value in wanted.items():
        if (has := found.get(key)) == value:
            continue
        got, want = f"{key} {has!r}", f"{key} {value!r}"
        if key not in {"profile", "seed", "version"}:
            got, want = f"other {key}", f"the {key} of this run"
            if isinstance(has, Mapping) and isinstance(value, Mapping):
                parts = [str(part) for part in value if has.get(part) != value[part]]
                got += f" ({', '.join(parts)} changed)" if parts else ""
        wish = f"{want}, or a run without --resume"
        raise InputError("resume", f"{path} of a run with {got}", wish)
