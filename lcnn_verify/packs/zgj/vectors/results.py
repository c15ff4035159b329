"""Read what a program in any language wrote: strict about the file, patient about single cases."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from lcnn_verify.errors import InputError, KeyTwice, once, reading, shortened, unread
from lcnn_verify.packs.zgj.vectors.decimals import Dtype
from lcnn_verify.packs.zgj.vectors.vector import RESULTS_SCHEMA

_WANTED = "a results file as results.schema.json of `lcnn-verify vectors export` says"
_VECTORS = "the vectors themselves"
_COMPUTED = "what your program computed for them, as results.schema.json beside them says"
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,4})?", re.IGNORECASE)
_HEX = re.compile(r"[+-]?0x([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(p[+-]?[0-9]{1,5})?", re.IGNORECASE)
_NOT_FINITE = re.compile(r"[+-]?(nan(\(.*\))?|inf(inity)?)", re.IGNORECASE)
_LONGEST = 1000


class NotANumber(ValueError):
    """A value that cannot be judged: says what it is instead."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is claimed of one case; ``problem`` says in which way it breaks the schema, if it does.

    Values are as read, numbers or strings: :func:`number` makes them exact.
    """

    loss: Any = None
    gradient: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """A results file: who computed, in which dtype, for which vectors, and what."""

    implementation: str
    dtype: Dtype
    vectors_version: str
    entries: Mapping[str, Entry]


def number(value: Any) -> Fraction:
    """A JSON number or string, exactly. Raises :class:`NotANumber` naming anything else.

    A hexadecimal string is a float64; a decimal one keeps all its digits.
    """
    try:
        exact = _from_text(value.strip()) if isinstance(value, str) else Fraction(value)
        float(exact)
    except (ValueError, OverflowError):
        raise NotANumber(f"{_shown(value)}, which is not finite in float64") from None
    except TypeError:
        raise NotANumber(f"{_shown(value)}, which is not a number") from None
    return exact


def _shown(value: Any) -> str:
    """A value as read, at most 30 characters of it."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 30 else f"{text[:29]}…"


def _from_text(text: str) -> Fraction:
    """Raises ``ValueError`` for nan and infinities, ``TypeError`` for what is no number."""
    if len(text) <= _LONGEST and _DECIMAL.fullmatch(text):
        return Fraction(Decimal(text))
    if len(text) <= _LONGEST and _HEX.fullmatch(text):
        return Fraction(float.fromhex(text))
    raise (ValueError if _NOT_FINITE.fullmatch(text) else TypeError)(text)


def read(path: Path) -> Results:
    """The results file at ``path``. Raises ``InputError`` when it is none.

    What is wrong with a single case is kept in its entry instead, so that the others are judged.
    """
    name = str(path)
    with reading(name, _WANTED):
        raw = path.read_bytes()
        text = raw.decode(json.detect_encoding(raw))  # a byte-order mark and UTF-16 too
    try:
        data = json.loads(text, parse_int=_integer, object_pairs_hook=once)
    except KeyTwice as twice:
        raise InputError(name, str(twice), _WANTED) from None
    except (ValueError, RecursionError) as error:
        if text.startswith("lcnn-vectors "):
            raise InputError(name, _VECTORS, _COMPUTED) from None
        hint = "; write nan and inf as strings" if re.search(r"\b(nan|inf)\b", text) else ""
        raise InputError(name, f"text that is not JSON ({unread(error)})", _WANTED + hint) from None
    return parse(data, name)


def parse(data: Any, source: str) -> Results:
    """Results from JSON data; ``source`` names them in an ``InputError``."""
    from jsonschema import Draft202012Validator

    if isinstance(data, dict) and {"vectors_version", "cases"} <= data.keys():
        raise InputError(source, _VECTORS, _COMPUTED)
    if not isinstance(data, dict) or not {"vectors_version", "results"} & data.keys():
        raise InputError(source, "JSON that is not a results file", _WANTED)
    schema = json.loads(RESULTS_SCHEMA.read_text(encoding="utf-8"))
    problems: dict[int, str] = {}
    for error in Draft202012Validator(schema).iter_errors(data):
        path = list(error.absolute_path)
        index = path[1] if len(path) > 1 and path[0] == "results" else None
        message = shortened(error.message)
        if index is None or not _identified(data["results"][index]):
            raise InputError(source, f"{message} at {error.json_path}", _WANTED)
        where = "".join(f"[{part}]" if isinstance(part, int) else part for part in path[2:])
        problems.setdefault(index, f"{message} at {where}" if where else message)
    entries: dict[str, Entry] = {}
    for index, result in enumerate(data["results"]):
        problem = problems.get(index, "")
        if result["id"] in entries:
            entries[result["id"]] = Entry(problem="the case appears more than once")
        else:
            entries[result["id"]] = Entry(result.get("loss"), result.get("gradient"), problem)
    dtype = cast(Dtype, data["dtype"])
    return Results(data["implementation"], dtype, data["vectors_version"], entries)


def _identified(result: Any) -> bool:
    return isinstance(result, dict) and isinstance(result.get("id"), str)


def _integer(literal: str) -> int | float:
    """Python refuses integers of thousands of digits; none of them is a result."""
    return int(literal) if len(literal) <= _LONGEST else float(literal)
