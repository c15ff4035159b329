"""Points of a figure: read from a record, cleaned, thinned, and given readable logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.evidence.drawing import NotDrawable
from lcnn_verify.numerics.arrays import FloatArray

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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


def y_label(item: Mapping[str, Any], default: str) -> str:
    """The name a series gives its ordinate."""
    label = item["data"].get("y_label") or default
    # Recorded point by point, the label is a column of equal entries.
    return str(label[0] if isinstance(label, list) else label)


def positive_pairs(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The points a log–log figure can show. Raises ``NotDrawable`` on unequal lengths."""
    if len(x) != len(y):
        raise NotDrawable(f"{len(x)} abscissas for {len(y)} ordinates")
    keep = drawable(x) & drawable(y)
    return x[keep], y[keep]


def drawable(values: FloatArray) -> NDArray[np.bool_]:
    """Positive and far enough from the ends of float64 for the arithmetic of an axis."""
    return (values > 1e-120) & (values < 1e120)


def thin(x: FloatArray, y: FloatArray, most: int) -> tuple[FloatArray, FloatArray]:
    """At most ``most`` of the positive points, evenly spaced along the log–log curve."""
    if len(x) <= most:
        return x, y
    steps = np.zeros(len(x))
    for values in (x, y):
        logs = np.log(values)
        steps[1:] += np.abs(np.diff(logs)) / (np.ptp(logs) or 1.0)
    # A little length per point keeps flat stretches from vanishing.
    steps[1:] += 0.1 / len(x)
    length = np.cumsum(steps)
    chosen = np.searchsorted(length, np.linspace(0.0, length[-1], most))
    chosen = np.unique(np.clip(chosen, 0, len(x) - 1))
    return x[chosen], y[chosen]


def spread(count: int, most: int) -> list[int]:
    """At most ``most`` of the indices 0 … count − 1, evenly spread, the ends included."""
    if count <= most:
        return list(range(count))
    return sorted({round(step * (count - 1) / (most - 1)) for step in range(most)})


def power_of_ten(exponent: int) -> str:
    """``"10⁻³"``; the powers from 0.01 to 1000 in plain digits."""
    if -2 <= exponent <= 3:
        return f"{10.0**exponent:g}"
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def log_ticks(low: float, high: float, most: int = 7) -> tuple[list[float], list[str]]:
    """Positions and labels of at most about ``most`` ticks on a logarithmic axis."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first >= 2:
        stride = max(1, math.ceil((last - first + 1) / most))
        exponents = list(range(first, last + 1, stride))
        return [10.0**exponent for exponent in exponents], [*map(power_of_ten, exponents)]
    for multiples in ((1, 2, 5), tuple(range(1, 10))):
        candidates = [m * 10.0**e for e in range(first - 1, last + 1) for m in multiples]
        ticks = [tick for tick in candidates if low <= tick <= high]
        if len(ticks) >= 3:
            break
    else:
        ticks = [float(tick) for tick in np.geomspace(low, high, 5)[1:-1]]
    return ticks, [f"{tick:.3g}" for tick in ticks]


def log_axis(axes: Any, which: str, values: FloatArray, ticks: FloatArray | None = None) -> None:
    """Give axis ``which`` ("x" or "y") a logarithmic scale that fits the positive ``values``."""
    low, high = float(values.min()), float(values.max())
    pad = max((high / low) ** 0.04, 1.15)
    low, high = low / pad, high * pad
    if ticks is None:
        positions, labels = log_ticks(low, high)
    else:
        chosen = ticks[spread(len(ticks), 8)]
        positions, labels = [float(tick) for tick in chosen], [f"{tick:g}" for tick in chosen]
    getattr(axes, f"set_{which}scale")("log")
    getattr(axes, f"set_{which}lim")(low, high)
    getattr(axes, f"set_{which}ticks")(positions, labels)
    getattr(axes, f"set_{which}ticks")([], minor=True)
