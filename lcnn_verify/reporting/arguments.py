"""A property's recorded arguments, taken apart for people: parameters, arrays, a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lcnn_verify.model import FloatArray, InputError, as_pair, as_weights
from lcnn_verify.reporting.neurons import Network

_LONGEST = 240
_MOST_ROWS, _MOST_COLUMNS = 12, 8


@dataclass(frozen=True, slots=True)
class Array:
    """A weight matrix as text: its name with shape, rows, and a note on what was cut."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Arguments:
    """What to show of one example: (name, value) pairs, arrays, the first network if any."""

    parameters: tuple[tuple[str, str], ...]
    arrays: tuple[Array, ...]
    network: Network | None


def take_apart(arguments: Mapping[str, Any]) -> Arguments:
    """Read recorded arguments; anything that is not what it claims to be is shown as plain text."""
    parameters: list[tuple[str, str]] = []
    arrays: list[Array] = []
    networks: list[Network] = []
    several = sum(_is_example(value) for value in arguments.values()) > 1
    for name, value in arguments.items():
        if not _is_example(value):
            parameters.append((name, brief(value)))
            continue
        label = f"{name}." if several else ""
        drawn = value.get("parameters")
        if isinstance(drawn, Mapping):
            parameters += [(f"{label}{key}", brief(item)) for key, item in drawn.items()]
        if "activation" in value:
            model = f"{value.get('readout')} readout, {value.get('activation')}"
            parameters.append((f"{label}model", brief(model)))
        arrays += [_array(f"{label}{key}", rows) for key, rows in _weights(value)]
        network = _network(value)
        if network is not None:
            networks.append(network)
    # A property may draw a number and pass it on into an instance's parameters: show it once.
    shown = tuple(dict.fromkeys(parameters))
    return Arguments(shown, tuple(arrays), networks[0] if networks else None)


def brief(value: Any) -> str:
    """A parameter as a person would write it, cut to a line."""
    text = _written(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _written(value: Any) -> str:
    if isinstance(value, float):
        exact = repr(value)
        return exact if len(exact) <= 9 else f"{value:.6g}"
    if isinstance(value, list):
        items = (f"({_written(i)})" if isinstance(i, Mapping) else _written(i) for i in value)
        return f"[{', '.join(items)}]"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_written(item)}" for key, item in value.items())
    return str(value)


def _is_example(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("type") in ("instance", "teacher")


def _weights(value: Mapping[str, Any]) -> Iterator[tuple[str, FloatArray]]:
    for key in ("W", "V"):
        if key in value:
            try:
                yield key, as_weights(key, value[key])
            except InputError:
                continue


def _network(value: Mapping[str, Any]) -> Network | None:
    try:
        if value["type"] == "instance":
            return Network(*as_pair(value["W"], value["V"]))
        teachers = as_weights("V", value["V"])
        return Network(np.empty((0, teachers.shape[1])), teachers)
    except (InputError, KeyError):
        return None


def _array(name: str, rows: FloatArray) -> Array:
    count, d = rows.shape
    shown = tuple(tuple(brief(float(x)) for x in row[:_MOST_COLUMNS]) for row in rows[:_MOST_ROWS])
    cut = count > _MOST_ROWS or d > _MOST_COLUMNS
    return Array(
        f"{name} ({count} × {d})", shown, "cut; all of it is in report.json" if cut else ""
    )
