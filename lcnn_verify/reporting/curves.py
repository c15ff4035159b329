"""Figures of curves: with the bounds claimed of them, with bands, with guides of known slopes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lcnn_verify.evidence.drawing import Drawing, Key, NotDrawable
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.phrases import plural
from lcnn_verify.reporting.points import Frame, column, pairs, spread, thin

_Json = Mapping[str, Any]
_MOST_CURVES = 24
_MOST_POINTS = 200
_DASHED = "╌╌"
_DASHES = (0, (5, 3))


@dataclass(slots=True)
class Curve:
    """One series to draw: finite points in both axes' ranges, and the bound claimed of them."""

    label: str
    x: FloatArray
    y: FloatArray
    data: _Json = field(default_factory=dict)
    bound: tuple[FloatArray, FloatArray] | None = None


def curves(figure: _Json, group: Sequence[_Json], prefix: str) -> Iterator[Drawing]:
    """Curves, each with the bound claimed of it as a dashed line, where it has one.

    Those of the kind "bands" have a mark at each point, and a band from ``low`` to ``high``.
    """
    frame, marked = Frame(figure), figure["kind"] == "bands"
    drawn, more = _room(_read(frame, group), frame, len(svg.SERIES) if marked else _MOST_CURVES)
    many = len(drawn) > len(svg.SERIES)
    for curve in drawn:
        curve.bound = _bound(frame, curve.data)
    bounds = [curve.bound for curve in drawn if curve.bound is not None]
    sides = [_band(frame, curve.data) for curve in drawn] if marked else []
    points = [(curve.x, curve.y) for curve in drawn]
    guides, labels = _guides(figure, points, bounds)

    def paint(axes: Any) -> None:
        for label, x, y, at in guides:
            axes.plot(x, y, color=svg.COLOURS["muted"], lw=1.2, ls=(0, (1, 2)))
            style = {"xytext": (4, 5), "textcoords": "offset points", "fontsize": 10}
            axes.annotate(label, at, color=svg.COLOURS["muted"], **style)
        for index, (x, low, high) in enumerate(sides):
            style = {"color": svg.COLOURS[svg.SERIES[index]], "alpha": 0.18, "linewidth": 0}
            axes.fill_between(x, low, high, **style)
        for index, curve in enumerate(drawn):
            colour = svg.COLOURS[_colour(index, many)]
            marker = "o" if marked or len(curve.x) == 1 else ""
            style = {"color": colour, "alpha": 0.6 if many else 1.0}
            axes.plot(curve.x, curve.y, marker=marker, markersize=4, **style)
            if curve.bound is not None:
                dashed = svg.COLOURS[svg.SERIES[1]] if many else colour
                axes.plot(*curve.bound, color=dashed, lw=1.1, ls=_DASHES)
        every = [*points, *bounds, *((x, side) for x, *band in sides for side in band)]
        places = np.unique(np.concatenate([x for x, _ in points])) if marked else None
        frame.dress(axes, *map(np.concatenate, zip(*every, strict=True)), x_ticks=places)

    keys = _keys(drawn, "━●━" if marked else "━━")
    if bounds:
        keys.append(Key(_DASHED, svg.SERIES[1] if many else "ink", figure["bound"] or "the bound"))
    keys += [Key("┈┈", "muted", f"slopes {_listed(labels)}")] if labels else []
    keys += frame.keys
    yield _drawing(figure, drawn, more, svg.draw(paint, prefix=prefix, title=figure["title"]), keys)


def _read(frame: Frame, group: Sequence[_Json]) -> list[Curve]:
    """The drawable curves of a group; those without a point in range are left out."""
    found = []
    for item in group:
        x, y = pairs(frame, column(item["data"], "x"), column(item["data"], "y"))
        if len(x):
            found.append(Curve(item["label"], x, y, item["data"]))
    if not found:
        raise NotDrawable("no points in the range of its axes")
    return found


def _room(every: list[Curve], frame: Frame, most: int) -> tuple[list[Curve], str]:
    """At most so many curves, thinned, and a sentence if some were left out."""
    chosen = [every[index] for index in spread(len(every), most)]
    for curve in chosen:
        points = min(_MOST_POINTS, 2400 // len(chosen))
        curve.x, curve.y = thin(frame, curve.x, curve.y, points)
    left = len(every) - len(chosen)
    return chosen, f" {left} more curves are in report.json." if left else ""


def _colour(index: int, many: bool) -> str:
    """Few curves get a colour each; many share one, and the bounds another."""
    return svg.SERIES[0] if many else svg.SERIES[index]


def _keys(drawn: Sequence[Curve], glyph: str) -> list[Key]:
    if len(drawn) > len(svg.SERIES):
        return [Key(glyph, svg.SERIES[0], plural(len(drawn), "curve"))]
    return [Key(glyph, svg.SERIES[index], curve.label) for index, curve in enumerate(drawn)]


def _bound(frame: Frame, data: _Json) -> tuple[FloatArray, FloatArray] | None:
    if data.get("bound") is None:
        return None
    places = column(data, "bound_x" if data.get("bound_x") is not None else "x")
    x, y = pairs(frame, places, column(data, "bound"))
    return thin(frame, x, y, 30) if len(x) else None


def _band(frame: Frame, data: _Json) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Abscissas, low and high where all three can be drawn; empty if no range was recorded."""
    if data.get("low") is None or data.get("high") is None:
        return np.empty(0), np.empty(0), np.empty(0)
    x, low, high = (column(data, name) for name in ("x", "low", "high"))
    if not len(x) == len(low) == len(high):
        raise NotDrawable("x, low and high are not lists of one length")
    keep = frame.drawable("x", x) & frame.drawable("y", low) & frame.drawable("y", high)
    return x[keep], low[keep], high[keep]


def _guides(
    figure: _Json,
    points: Sequence[tuple[FloatArray, FloatArray]],
    bounds: Sequence[tuple[FloatArray, FloatArray]],
) -> tuple[list[tuple[str, FloatArray, FloatArray, tuple[float, float]]], list[str]]:
    """Guides y ~ x^slope through the upper right corner of the data, and where to label them.

    Each is cut where it leaves the range of the data: it would stretch the figure.
    """
    slopes = {line["label"]: line["slope"] for line in figure["lines"] if line["slope"]}
    x, y = (np.concatenate(part) for part in zip(*points, strict=True))
    floor = float(min(part.min() for _, part in (*points, *bounds)))
    left, right = float(x.min()), float(x.max())
    corner = float(y[x >= right * 0.999].max())
    found = []
    for label, slope in slopes.items():
        start = left
        if corner * (left / right) ** slope < floor:
            start = right * (floor / corner) ** (1.0 / slope)
        if not start < right:
            continue
        ends = np.array([start, right])
        heights = corner * (ends / right) ** slope
        found.append((label, ends, heights, (start, float(heights[0]))))
    return found, [label for label, *_ in found]


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _drawing(
    figure: _Json, drawn: Sequence[Curve], more: str, markup: str, keys: Sequence[Key]
) -> Drawing:
    notes = [f"{curve.label}: {note}" for curve in drawn if (note := curve.data.get("note"))]
    told = f" {'; '.join(notes)}." if notes else ""
    return Drawing(figure["title"], f"{figure['caption']}{told}{more}".strip(), markup, tuple(keys))
