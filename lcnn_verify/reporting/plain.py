"""Plain JSON data, which a JSON file, an XML file and a UTF-8 stream can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from lcnn_verify.errors import clean

_CODE = frozenset({"snippet"})
"""Fields that are to be run, and so are never cut."""


def plain(value: Any, *, whole: bool = False) -> Any:
    """A copy of ``value`` in dicts, lists, printable strings, finite numbers and None.

    NaN and infinities become None, as JSON has neither; strings are cleaned (``errors.clean``), so
    that every reader can show every one. Raises ``TypeError`` for anything that is not JSON data.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return clean(str(value), whole=whole)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item, whole=key in _CODE) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"cannot put a {type(value).__name__} into a report")


def canonical(value: Any) -> str:
    """One line of JSON with sorted keys, the same for equal plain data."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)


def sorted_copy(value: Any) -> Any:
    """``plain(value)`` with every dict's keys sorted: equal data give equal bytes."""
    return json.loads(canonical(plain(value)))


def to_text(value: Any) -> str:
    """Plain data as a JSON file people can read: rows of numbers on one line each."""
    return f"{_layout(value, '')}\n"


def _layout(value: Any, indent: str) -> str:
    inner = f"{indent} "
    if isinstance(value, dict) and value:
        parts = [f"{_compact(key)}: {_layout(item, inner)}" for key, item in value.items()]
        opening, closing = "{", "}"
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        parts = [_layout(item, inner) for item in value]
        opening, closing = "[", "]"
    else:
        return _compact(value)
    body = f",\n{inner}".join(parts)
    return f"{opening}\n{inner}{body}\n{indent}{closing}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
