"""Guides of a figure: lines of known slopes, to hold curves and points against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from lcnn_verify.evidence.drawing import Key
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.reporting import svg

_Pairs: TypeAlias = Sequence[tuple[FloatArray, FloatArray]]


class Guides:
    """Guides y ~ x^slope through the upper right corner of ``points``, and the legend of these.

    Each is cut where it leaves the range of points and bounds: it would stretch the figure.
    """

    def __init__(self, figure: Mapping[str, Any], points: _Pairs, bounds: _Pairs = ()) -> None:
        slopes = {
            line["label"]: line["slope"]
            for line in figure["lines"]
            if line["slope"] and line["x"] is None and line["y"] is None
        }
        self._found: list[tuple[str, FloatArray, FloatArray]] = []
        x, y = (np.concatenate(part) for part in zip(*points, strict=True))
        floor = float(min(part.min() for _, part in (*points, *bounds)))
        left, right = float(x.min()), float(x.max())
        corner = float(y[x >= right * 0.999].max()) if slopes else 0.0
        for label, slope in slopes.items():
            start = left
            if corner * (left / right) ** slope < floor:
                start = right * (floor / corner) ** (1.0 / slope)
            if start < right:
                ends = np.array([start, right])
                self._found.append((label, ends, corner * (ends / right) ** slope))

    @property
    def keys(self) -> list[Key]:
        """One entry of the legend for all that are drawn; none where there is none."""
        *most, last = [label for label, *_ in self._found] or [""]
        listed = " and ".join(part for part in (", ".join(most), last) if part)
        words = f"slope{'s' if most else ''} {listed}"
        return [Key("┈┈", "muted", words)] if self._found else []

    def paint(self, axes: Any) -> None:
        """Draw the guides, each with its label where it begins."""
        for label, x, y in self._found:
            axes.plot(x, y, color=svg.COLOURS["muted"], lw=1.2, ls=(0, (1, 2)))
            style = {"xytext": (4, 5), "textcoords": "offset points", "fontsize": 10}
            axes.annotate(label, (x[0], y[0]), color=svg.COLOURS["muted"], **style)
