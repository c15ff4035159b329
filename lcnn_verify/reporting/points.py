"""Points of a figure: read from a record, cleaned and thinned."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

import numpy as np

from lcnn_verify.evidence.drawing import NotDrawable
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.reporting.axes import Frame


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a JSON value is a number (a truth value is not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def column(data: Mapping[str, Any], name: str) -> FloatArray:
    """The list of numbers ``data[name]``, None as NaN. Raises ``NotDrawable``."""
    values = data.get(name)
    if not isinstance(values, list):
        raise NotDrawable(f"no list {name!r}")
    if not all(item is None or is_number(item) for item in values):
        raise NotDrawable(f"{name!r} holds something that is not a number")
    return np.array([math.nan if item is None else float(item) for item in values])


def pairs(frame: Frame, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The points the axes can show. Raises ``NotDrawable`` on unequal lengths."""
    if len(x) != len(y):
        raise NotDrawable(f"{len(x)} abscissas for {len(y)} ordinates")
    keep = frame.drawable("x", x) & frame.drawable("y", y)
    return x[keep], y[keep]


def thin(frame: Frame, x: FloatArray, y: FloatArray, most: int) -> tuple[FloatArray, FloatArray]:
    """At most ``most`` of the points, evenly spaced along the curve as it is seen."""
    if len(x) <= most:
        return x, y
    steps = np.zeros(len(x))
    for which, values in (("x", x), ("y", y)):
        places = frame.along(which, values)
        steps[1:] += np.abs(np.diff(places)) / (np.ptp(places) or 1.0)
    # A little length per point keeps flat stretches from vanishing.
    steps[1:] += 0.1 / len(x)
    length = np.cumsum(steps)
    chosen = np.searchsorted(length, np.linspace(0.0, length[-1], most))
    chosen = np.unique(np.clip(chosen, 0, len(x) - 1))
    return x[chosen], y[chosen]
