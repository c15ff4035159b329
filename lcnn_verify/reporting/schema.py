"""The published JSON Schema of ``report.json``, and the check that a file obeys it."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, NoReturn

from lcnn_verify.errors import InputError, KeyTwice, once
from lcnn_verify.reporting.plain import plain

SCHEMA_VERSION = "3.0"
SCHEMA_PATH = Path(__file__).with_name("report.schema.json")
_MAJOR, _MINOR = (int(part) for part in SCHEMA_VERSION.split("."))
_WANTED = f"a report of schema {_MAJOR}.x, as `lcnn-verify run` writes it"
_LONGEST = 160


def schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) as a dict."""
    loaded: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return loaded


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError(f"the number {literal} is not finite")
    return number


def _no_constant(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is not JSON")


def parse(text: str, source: str) -> Any:
    """``text`` as plain JSON data. Raises ``InputError`` naming ``source``."""
    try:
        found = json.loads(
            text, parse_float=_finite, parse_constant=_no_constant, object_pairs_hook=once
        )
        return plain(found)
    except KeyTwice as twice:
        raise InputError(source, str(twice), _WANTED) from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            source, f"text that is not JSON ({_shorten(str(error))})", _WANTED
        ) from None


def check(data: Any, source: str) -> dict[str, Any]:
    """Return ``data`` if it is a report this version can read.

    Raises ``InputError`` naming ``source`` when it is no report, when it was written for a newer
    schema or one of an older major version, or when it breaks the schema, saying where.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    version = data.get("schema_version") if isinstance(data, dict) else None
    if version is None:
        raise InputError(source, "JSON that is not a report (no schema_version)", _WANTED)
    newer = f"at most {_MAJOR}.x; upgrade lcnn-verify"
    match = re.fullmatch(r"(\d{1,9})\.(\d{1,9})", version) if isinstance(version, str) else None
    if match and int(match[1]) != _MAJOR:
        older = f"{_MAJOR}.x; run it again, or read it with the lcnn-verify that wrote it"
        wanted = newer if int(match[1]) > _MAJOR else older
        raise InputError(source, f"schema version {version}", wanted)
    error = best_match(Draft202012Validator(schema()).iter_errors(data))
    if error is None:
        return dict(data)
    if match and int(match[2]) > _MINOR:
        raise InputError(
            source, f"schema version {version}", f"at most {SCHEMA_VERSION}; upgrade lcnn-verify"
        )
    raise InputError(source, f"{_shorten(error.message)} at {error.json_path}", _WANTED)
