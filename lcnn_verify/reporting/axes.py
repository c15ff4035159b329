"""Axes of a figure: scales, names, ticks that can be read, and lines across."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.evidence.drawing import Key, NotDrawable
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import number, power
from lcnn_verify.reporting import svg

_FONT, _DIGIT = 13.0, 0.6  # pixels on a narrow page; of these, the width of a digit
_LARGEST = 1e120  # farther out, the arithmetic of an axis leaves float64


class Frame:
    """The axes of a figure: scales, names, reference lines, and the legend of these."""

    def __init__(self, figure: Mapping[str, Any]) -> None:
        if figure["x"] is None or figure["y"] is None:
            raise NotDrawable("no axes")
        self._axes = {"x": figure["x"], "y": figure["y"]}
        self._lines = [line for line in figure["lines"] if self._crosses(line)]
        self.keys = [Key("╌╌", "ink", line["label"]) for line in self._lines]

    def is_log(self, which: str) -> bool:
        """Whether axis ``which`` is logarithmic."""
        return bool(self._axes[which]["scale"] == "log")

    def drawable(self, which: str, values: FloatArray) -> NDArray[np.bool_]:
        """Which values axis ``which`` can show: positive where it is logarithmic, none too far."""
        if self.is_log(which):
            return (values > 1.0 / _LARGEST) & (values < _LARGEST)
        return np.abs(values) < _LARGEST

    def along(self, which: str, values: FloatArray) -> FloatArray:
        """Drawable values as positions along the axis."""
        return np.log(values) if self.is_log(which) else values

    def edges(self, which: str, centres: FloatArray) -> FloatArray:
        """Borders of the cells around increasing ``centres``, midway along the axis."""
        places = self.along(which, centres)
        steps = np.diff(places) if len(places) > 1 else np.array([1.0])
        middle = (places[:-1] + places[1:]) / 2.0
        ends = places[0] - steps[0] / 2.0, places[-1] + steps[-1] / 2.0
        borders = np.concatenate([ends[:1], middle, ends[1:]])
        return np.exp(borders) if self.is_log(which) else borders

    def dress(
        self,
        axes: Any,
        x: FloatArray,
        y: FloatArray,
        *,
        x_ticks: FloatArray | None = None,
        tight: bool = False,
    ) -> None:
        """Scale, name and rule the axes so that all of ``x`` and ``y`` is seen; draw the lines."""
        for line in self._lines:
            style = {"color": svg.COLOURS["ink"], "lw": 1.6, "ls": (0, (5, 3)), "zorder": 3}
            if line["slope"]:
                # A tenth beyond the data, so that points of one abscissa have a line, too.
                ends = np.array([x.min() / 1.1, x.max() * 1.1])
                heights = np.log(line["y"]) + line["slope"] * np.log(ends / line["x"])
                most = math.log(_LARGEST)
                heights = np.exp(np.clip(heights, -most, most))
                axes.plot(ends, heights, **style)
                y = np.append(y, heights)
            elif line["x"] is not None:
                axes.axvline(line["x"], **style)
                x = np.append(x, line["x"])
            else:
                axes.axhline(line["y"], **style)
                y = np.append(y, line["y"])
        for which, values, ticks in (("x", x, x_ticks), ("y", y, None)):
            scale = log_axis if self.is_log(which) else linear_axis
            scale(axes, which, values, ticks, tight=tight)
            getattr(axes, f"set_{which}label")(self._axes[which]["label"])
        axes.grid(not tight)
        axes.set_axisbelow(True)

    def _crosses(self, line: Mapping[str, Any]) -> bool:
        places = {which: line[which] for which in ("x", "y") if line[which] is not None}
        if line["slope"] and len(places) < 2:
            return False  # a guide, or nonsense
        seen = (self.drawable(which, np.array([float(at)]))[0] for which, at in places.items())
        return bool(places) and all(seen)


def spread(count: int, most: int) -> list[int]:
    """At most ``most`` of the indices 0 … count − 1, evenly spread, the ends included."""
    if count <= most or most < 2:
        return list(range(min(count, most)))
    return sorted({round(step * (count - 1) / (most - 1)) for step in range(most)})


def power_of_ten(exponent: int) -> str:
    """``"10⁻³"``; the powers from 0.01 to 1000 in plain digits."""
    if -2 <= exponent <= 3:
        return f"{10.0**exponent:g}"
    return power(exponent)


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
    return ticks, [number(tick, 3) for tick in ticks]


def log_axis(
    axes: Any, which: str, values: FloatArray, ticks: FloatArray | None = None, *, tight: bool
) -> None:
    """Give axis ``which`` ("x" or "y") a logarithmic scale that fits the positive ``values``."""
    low, high = float(values.min()), float(values.max())
    if not tight:
        pad = max((high / low) ** 0.04, 1.15)
        low, high = low / pad, high * pad
    positions, labels = log_ticks(low, high) if ticks is None else _own_ticks(ticks)
    getattr(axes, f"set_{which}scale")("log")
    _set(axes, which, (low, high), positions, labels)
    getattr(axes, f"set_{which}ticks")([], minor=True)


def linear_axis(
    axes: Any, which: str, values: FloatArray, ticks: FloatArray | None = None, *, tight: bool
) -> None:
    """Give axis ``which`` a linear scale that fits ``values``."""
    low, high = float(values.min()), float(values.max())
    pad = 0.0 if tight else 0.04 * (high - low)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        pad = 0.5 * max(abs(low), abs(high)) or 0.5
    low, high = low - pad, high + pad
    if ticks is None:
        positions = [place for place in steps(low, high) if low <= place <= high]
        labels = _apart(positions)
    else:
        positions, labels = _own_ticks(ticks)
    _set(axes, which, (low, high), positions, labels)


def _apart(places: Sequence[float]) -> list[str]:
    """Labels of ``places`` with as many digits as tell them apart."""
    for digits in range(4, 16):
        labels = [number(place, digits) for place in places]
        if len(set(labels)) == len(places):
            break
    return labels


def steps(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, about six of them from ``low`` to ``high``."""
    rough = (high - low) / 6.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= rough)
    first = math.ceil(low / step)
    return [(first + k) * step for k in range(8)]


def _own_ticks(ticks: FloatArray) -> tuple[list[float], list[str]]:
    chosen = ticks[spread(len(ticks), 8)]
    return [float(tick) for tick in chosen], [number(tick, 6) for tick in chosen]


def _set(
    axes: Any, which: str, limits: tuple[float, float], places: list[float], labels: list[str]
) -> None:
    getattr(axes, f"set_{which}lim")(*limits)
    getattr(axes, f"set_{which}ticks")(places, _with_room(axes, which, places, labels))


def _with_room(axes: Any, which: str, places: list[float], labels: list[str]) -> list[str]:
    """The labels, empty where one would touch that before it."""
    to_pixels = getattr(axes, f"get_{which}axis_transform")()
    free, kept = -math.inf, []
    for place, label in zip(places, labels, strict=True):
        at = float(to_pixels.transform((place, place))["xy".index(which)])
        half = _FONT / 2.0 if which == "y" else _FONT * _DIGIT * (len(label) + 1) / 2.0
        kept.append(label if at - half >= free else "")
        free = at + half if kept[-1] else free
    return kept
