"""Figures a property records: each brings its own title, axes, reference lines and caption.

A :class:`Figure` is what is said around the data; a property adds series or points to it::

    TIME, SUM = log("time t", "seconds"), log("sum s", "metres")
    DECAY = Figure(Kind.CURVES, "Decay", x=TIME, y=SUM, bound="1/t")
    DECAY.add("run 3", x=times, y=losses, bound=1.0 / times)

What is added is in the report, as data; drawing it is left to whoever reads the report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import recorder


class Kind(StrEnum):
    """What a figure shows, and the columns its series need.

    CURVES needs ``x`` and ``y``, and takes ``bound`` (over ``bound_x``, or else over ``x``).
    BANDS takes ``low`` and ``high`` besides, and marks its points. SCATTER needs ``x`` and ``y``,
    and takes ``mark``, a word for each point. MAP needs ``x`` and ``y``; a series with ``values``,
    a row for each of its ``y``, is the map, and every other is a line on it. TABLE takes any
    columns.
    """

    CURVES = "curves"
    BANDS = "bands"
    SCATTER = "scatter"
    MAP = "map"
    TABLE = "table"


class Tone(StrEnum):
    """How the points of one mark look."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its name, its unit, and its scale, ``"linear"`` or ``"log"``.

    A pure number has a unit too: it is a ratio, or a count, or so many of something. Raises
    ``InputError`` for an axis without a name or a unit.
    """

    name: str
    unit: str
    scale: str = "linear"

    def __post_init__(self) -> None:
        for part, text in (("name", self.name), ("unit", self.unit)):
            if not text.strip():
                got = f"an axis without a {part}{f': {self.name!r}' if self.name else ''}"
                raise InputError("figure", got, 'names with units, such as "time t", "seconds"')

    def to_json(self) -> dict[str, str]:
        """The name with the unit, and the scale."""
        return {"label": f"{self.name} ({self.unit})", "scale": self.scale}


def linear(name: str, unit: str) -> Axis:
    """An axis with equal steps."""
    return Axis(name, unit)


def log(name: str, unit: str) -> Axis:
    """A logarithmic axis: only positive numbers are drawn."""
    return Axis(name, unit, "log")


@dataclass(frozen=True, slots=True)
class Line:
    """A reference line: upright at ``x``, level at ``y``, or a guide of ``slope`` on log axes.

    A guide runs through the upper right corner of the data, or through the point (``x``, ``y``):
    then it is no guide but what is claimed, and drawn whole. ``beyond`` says of the points to the
    right of an upright line why they are there.
    """

    label: str
    x: float | None = None
    y: float | None = None
    slope: float | None = None
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """What is said around the data of one figure.

    ``bound`` names the dashed curves, ``values`` what the shades of a map mean. ``marks`` gives
    words of the column ``mark`` their tone. ``order`` is the column by which a table is sorted,
    smallest first. Raises ``InputError`` for a figure without the axes its
    kind needs, and for a guide where an axis is not logarithmic.
    """

    kind: Kind
    title: str
    x: Axis | None = field(default=None, kw_only=True)
    y: Axis | None = field(default=None, kw_only=True)
    bound: str = field(default="", kw_only=True)
    values: str = field(default="", kw_only=True)
    lines: tuple[Line, ...] = field(default=(), kw_only=True)
    marks: Mapping[str, Tone] = field(default_factory=dict, kw_only=True)
    order: str = field(default="", kw_only=True)
    caption: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        axes = [axis for axis in (self.x, self.y) if axis is not None]
        if self.kind is not Kind.TABLE and len(axes) < 2:
            raise InputError("figure", f"{self.title!r} without its axes", "an Axis for x and y")
        guides = [line for line in self.lines if line.slope is not None]
        if guides and any(axis.scale != "log" for axis in axes):
            raise InputError("figure", f"a slope in {self.title!r}", "log axes for a slope")
        if any((line.x is None) != (line.y is None) for line in guides):
            raise InputError("figure", f"half a point in {self.title!r}", "x and y of a slope")

    def to_json(self) -> dict[str, Any]:
        """A plain dict, with null for what there is not."""
        data = {key: getattr(self, key) for key in ("title", "bound", "values", "order", "caption")}
        return {
            "kind": str(self.kind),
            **data,
            "x": self.x and self.x.to_json(),
            "y": self.y and self.y.to_json(),
            "lines": [asdict(line) for line in self.lines],
            "marks": {mark: str(tone) for mark, tone in self.marks.items()},
        }

    def add(self, label: str, *, note: str = "", **columns: Any) -> None:
        """Add a series: equally long ``columns``, and a ``note`` for the caption.

        Past a fixed number per property further series are dropped. Raises ``InputError`` for a
        series without the columns the figure's kind needs.
        """
        self._complete(columns)
        recorder.add_series(self.to_json(), label, {**columns, **({"note": note} if note else {})})

    def point(self, label: str, **coordinates: Any) -> None:
        """Add one point to the series called ``label``: each coordinate to its own column."""
        self._complete(coordinates)
        recorder.add_point(self.to_json(), label, coordinates)

    def _complete(self, columns: Mapping[str, Any]) -> None:
        if self.kind is not Kind.TABLE and (missing := {"x", "y"} - columns.keys()):
            got = f"a series of {self.title!r} without {' and '.join(sorted(missing))}"
            raise InputError("figure", got, "the columns x and y")
