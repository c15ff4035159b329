"""Figures of single points and of grids: a mark per point, a shade per cell, lines across them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lcnn_verify.evidence.drawing import Drawing, Key, NotDrawable
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.axes import Frame, spread
from lcnn_verify.reporting.guides import Guides
from lcnn_verify.reporting.points import column, is_number, pairs

_Json = Mapping[str, Any]
_MOST_MARKERS = 360  # so that a figure takes less than 60 kB
_MOST_CELLS = 2500  # 50 × 50: smaller ones would be few pixels
_TONES = {"good": ("good", "o", "●"), "warn": ("warn", "^", "▲"), "bad": ("bad", "X", "✖")}
_OTHER = ("muted", "D", "◆")


def scatter(figure: _Json, group: Sequence[_Json], prefix: str) -> Iterator[Drawing]:
    """One mark per point, in the tone of its word; without words, in the colour of its series."""
    frame = Frame(figure)
    places, heights, words = _points(frame, group)
    styles = _styles(figure, words)
    shown = {}
    for word in styles:  # its share of the marks there is room for, and at least one
        indices = np.flatnonzero([w == word for w in words])
        share = max(1, len(indices) * _MOST_MARKERS // max(len(words), _MOST_MARKERS))
        shown[word] = indices[spread(len(indices), share)]
    count = sum(map(len, shown.values()))
    guides = Guides(figure, [(places, heights)])

    def paint(axes: Any) -> None:
        guides.paint(axes)
        for word, (colour, marker, _) in styles.items():
            style = {"marker": marker, "markersize": 5.5, "markeredgewidth": 0, "alpha": 0.75}
            x, y = places[shown[word]], heights[shown[word]]
            axes.plot(x, y, ls="none", color=svg.COLOURS[colour], **style)
        frame.dress(axes, places, heights)

    keys = [
        Key(glyph, colour, f"{word} ({words.count(word):,})")
        for word, (colour, _, glyph) in styles.items()
    ]
    more = f" {count} of {len(words):,} points shown." if count < len(words) else ""
    caption = f"{figure['caption']}{_beyond(figure, places)}{more}".strip()
    markup = svg.draw(paint, prefix=prefix, title=figure["title"])
    yield Drawing(figure["title"], caption, markup, (*keys, *guides.keys, *frame.keys))


def _points(frame: Frame, group: Sequence[_Json]) -> tuple[FloatArray, FloatArray, list[str]]:
    """All points of a group that the axes can show, and the word for each."""
    places, heights, words = [], [], []
    for item in group:
        x, y = column(item["data"], "x"), column(item["data"], "y")
        marked = item["data"].get("mark", [item["label"]] * len(x))
        if not isinstance(marked, list) or not len(x) == len(y) == len(marked):
            raise NotDrawable("x, y and mark are not lists of one length")
        keep = np.flatnonzero(frame.drawable("x", x) & frame.drawable("y", y))
        places += [x[keep]]
        heights += [y[keep]]
        words += [str(marked[index]) for index in keep]
    if not words:
        raise NotDrawable("no points in the range of its axes")
    return np.concatenate(places), np.concatenate(heights), words


def _styles(figure: _Json, words: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Colour, marker and glyph of each word."""
    distinct = list(dict.fromkeys(words))
    if figure["marks"]:
        return {word: _TONES.get(figure["marks"].get(word, ""), _OTHER) for word in distinct}
    count = len(svg.SERIES)
    return {word: (svg.SERIES[index % count], "o", "●") for index, word in enumerate(distinct)}


def _beyond(figure: _Json, places: FloatArray) -> str:
    """How many points lie to the right of an upright line that says what they are."""
    told = ""
    for line in figure["lines"]:
        if line["x"] is not None and line["beyond"] and not line["slope"]:
            count = int((places > line["x"]).sum())
            told += f" The {count:,} right of the dashed line {line['beyond']}." if count else ""
    return told


def shaded_map(figure: _Json, group: Sequence[_Json], prefix: str) -> Iterator[Drawing]:
    """A grid whose cells are the darker the larger their value, and lines drawn on it."""
    frame = Frame(figure)
    grids = [item for item in group if "values" in item["data"]]
    if len(grids) != 1:
        raise NotDrawable(f"{len(grids)} series with values, not one")
    x, y, values = _grid(frame, grids[0]["data"])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    strength = (values - low) / ((high - low) or 1.0)
    lines = {
        item["label"]: pairs(frame, column(item["data"], "x"), column(item["data"], "y"))
        for item in group
        if item is not grids[0]
    }
    across, up = frame.edges("x", x), frame.edges("y", y)

    def paint(axes: Any) -> None:
        from matplotlib.patches import Rectangle

        for row, bottom, top in zip(strength, up, up[1:], strict=False):
            for shade, left, right in zip(row, across, across[1:], strict=False):
                if np.isfinite(shade):
                    cell = Rectangle((left, bottom), right - left, top - bottom, linewidth=0)
                    cell.set(color=svg.COLOURS["1"], alpha=_alpha(shade))
                    axes.add_patch(cell)
        for index, (a, b) in enumerate(lines.values()):
            axes.plot(a, b, color=svg.COLOURS[svg.SERIES[1 + index % 5]], lw=1.8)
        frame.dress(axes, across, up, tight=True)

    levels = dict.fromkeys((low, (low + high) / 2.0, high))
    keys = [
        *(Key("■", "1", number(v), _alpha((v - low) / ((high - low) or 1.0))) for v in levels),
        *(Key("━━", svg.SERIES[1 + k % 5], label) for k, label in enumerate(lines)),
        *frame.keys,
    ]
    meaning = f" Shades: {figure['values']}." if figure["values"] else ""
    markup = svg.draw(paint, prefix=prefix, title=figure["title"])
    yield Drawing(figure["title"], f"{figure['caption']}{meaning}".strip(), markup, tuple(keys))


def _grid(frame: Frame, data: _Json) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Increasing abscissas and ordinates, and the values of the cells around them, row by row."""
    x, y, rows = column(data, "x"), column(data, "y"), data["values"]
    shaped = isinstance(rows, list) and len(rows) == len(y) > 0
    if not shaped or not all(isinstance(row, list) and len(row) == len(x) > 0 for row in rows):
        raise NotDrawable("values is not a row of one number for each x, for each y")
    if len(x) * len(y) > _MOST_CELLS:
        raise NotDrawable(f"{len(x) * len(y):,} cells, more than {_MOST_CELLS:,}")
    if not all(entry is None or is_number(entry) for row in rows for entry in row):
        raise NotDrawable("values holds something that is not a number")
    values = np.array([[np.nan if e is None else float(e) for e in row] for row in rows])
    values[np.abs(values) > 1e120] = np.nan
    ordered = bool((np.diff(x) > 0.0).all() and (np.diff(y) > 0.0).all())
    if not ordered or not (frame.drawable("x", x).all() and frame.drawable("y", y).all()):
        raise NotDrawable("x and y are not increasing numbers in the range of their axes")
    if not np.isfinite(values).any():
        raise NotDrawable("no finite value")
    return x, y, values


def _alpha(strength: float) -> float:
    """Opacity of a cell: never 0, so that a cell of the least value is still seen to be one."""
    return round(0.08 + 0.82 * float(strength), 3)
