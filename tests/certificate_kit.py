"""Forgeries of a certificate, each field deleted, reworded, of another type; how it is told."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import documents
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.evidence.hooks import checker_of

_WRONG: tuple[Any, ...] = (
    None,
    True,
    "forged",
    "\x1b[1A</script>",
    math.nan,
    math.inf,
    1e300,
    -7,
    [[]],
    {"x": 1},
)
_DELETED = object()


def told(shown: str) -> dict[str, str]:
    """What a certifier prints, by name: the layout of all, a verdict, then names with values.

    Nothing is wider than 80 columns but places, which are in one line each.
    """
    headline, *lines = shown.splitlines()
    assert re.match("(CERTIFIED|REFUTED|INCONCLUSIVE|NOT PROVED): [^ ]", headline)
    rows, places, name = dict[str, str](), ("written", "drawn in", "check it"), ""
    for line in lines:
        beginning, _, value = line.partition("  ")
        name = beginning or name
        rows[name] = f"{rows.get(name, '')} {value.strip()}".strip()
        assert (name in places and beginning) or len(line) <= 80
    return rows


def refusal(path: Path, document: dict[str, Any]) -> str:
    """Why `certify --check` refuses the document, written to ``path``; empty if it does not."""
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        read = documents.read(path)
        checker = checker_of(read["certificate"])
        assert list(documents.check(read, checker, lambda done, total: None))
    except (InputError, Rejected) as error:
        return str(error)
    return ""


def accepted(path: Path, document: dict[str, Any]) -> list[str]:
    """The forgeries that pass, in words: none, if the checker is strict."""
    found = []
    for what, forged in forgeries(document):
        reason = refusal(path, forged)
        assert "failed: " not in reason, f"{what}: {reason}"  # no checker is to stumble
        if not reason:
            found.append(what)
    return found


def forgeries(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was done, and the document with a digest made anew, for every field and change."""
    for place in _places(document):
        old = _at(document, place)
        for new in _changes(old, place):
            forged = copy.deepcopy(document)
            if not place:
                forged = new
            elif new is _DELETED:
                del _at(forged, place[:-1])[place[-1]]
            else:
                _at(forged, place[:-1])[place[-1]] = new
            if place != ("digest",):
                forged["digest"] = documents.digest(forged)
            told = "deleted" if new is _DELETED else f"= {str(new)[:40]!r}"
            yield f"{'.'.join(map(str, place))} {told}", forged


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where there is a value: every field, and the ends of every list."""
    yield place
    inner: Iterable[Any] = value if isinstance(value, dict) else ()
    if isinstance(value, list):
        inner = sorted({0, len(value) - 1}) if value else ()
    for key in inner:
        yield from _places(value[key], (*place, key))


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def _changes(old: Any, place: tuple[Any, ...]) -> Iterator[Any]:
    if isinstance(old, dict):
        yield old | {"remark": "all W"}
    if not place:
        return
    yield from (new for new in _WRONG if repr(new) != repr(old))
    if isinstance(old, str):
        yield from (f"{old}\n", f"{old} ", "")
    if type(old) in (int, float):
        yield str(old)
    if type(old) is int:
        yield float(old)
    if not isinstance(place[-1], int):
        yield _DELETED
