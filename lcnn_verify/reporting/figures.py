"""The report's figures: what properties recorded, drawn or, failing that, tabulated.

Here are curves: with the bounds claimed of them, with bands, with guides of known slopes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

import numpy as np

from lcnn_verify.errors import said
from lcnn_verify.evidence.drawing import Drawing, Key, NotDrawable, Table, csv_of
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import marks, svg
from lcnn_verify.reporting.axes import Frame, spread
from lcnn_verify.reporting.guides import Guides
from lcnn_verify.reporting.phrases import plural
from lcnn_verify.reporting.plain import canonical
from lcnn_verify.reporting.points import column, is_number, pairs, thin

_Json = Mapping[str, Any]
_MOST_ROWS = 40  # a screen
_MOST_CURVES = 24  # more cannot be told apart
_MOST_POINTS = 200  # of a curve: about one for two pixels
_DASHED = "╌╌"
_DASHES = (0, (5, 3))
_MOST_LINES = 2000  # of CSV


def figures(series: Sequence[_Json], prefix: str) -> list[Drawing]:
    """Drawings of a claim's ``series``, one per figure; ``prefix`` keeps ids apart.

    Kinds of a later version, and data a figure cannot show, become tables, never an error.
    """
    drawings: list[Drawing] = []
    groups: dict[str, list[_Json]] = {}
    for item in series:
        groups.setdefault(canonical(item["figure"]), []).append(item)
    for group in groups.values():
        figure, note = group[0]["figure"], ""
        painter = _PAINTERS.get(figure["kind"])
        try:
            if painter is not None:
                made = list(painter(figure, group, f"{prefix}-{len(drawings)}"))
                drawings += [replace(drawing, csv=_csv(figure, group)) for drawing in made]
                continue
        except NotDrawable as reason:
            note = f" Not drawn: {reason}."
        except Exception as error:  # one figure less is no reason to write no page
            note = f" Not drawn: {said(error)}."
        drawings += [_plain_table(item, note) for item in group]
    return drawings


def _csv(figure: _Json, group: Sequence[_Json]) -> str:
    """The series of a figure as CSV, a row a point; what is over the axes goes by their names.

    Of many thousand points it is a part that is spread evenly over them.
    """
    axes = {name: figure[name]["label"] for name in ("x", "y") if figure[name]}
    if figure["kind"] == "map":
        axes |= {"values": figure["values"] or "value"}
    lists = {
        key for item in group for key, value in item["data"].items() if isinstance(value, list)
    }
    names = sorted(lists, key=lambda name: (name not in ("x", "y"), name))
    rows: list[tuple[Any, ...]] = []
    for item in group:
        data = item["data"]
        if (grid := data.get("values")) is not None:
            cells = [
                (x, y, v)
                for y, row in zip(data["y"], grid, strict=True)
                for x, v in zip(data["x"], row, strict=True)
            ]
            data = dict(zip(("x", "y", "values"), map(list, zip(*cells, strict=True)), strict=True))
        columns = [data.get(name, []) for name in names]
        rows += [(item["label"], *row) for row in zip_longest(*columns)]
    kept = [rows[index] for index in spread(len(rows), _MOST_LINES)]
    return csv_of(("series", *(axes.get(name, name) for name in names)), kept)


def _table(figure: _Json, group: Sequence[_Json], _: str) -> Iterator[Drawing]:
    """The columns of each label, from all properties, sorted by the column ``order``."""
    order = figure["order"]
    if not order:
        yield from (_plain_table(item, "") for item in group)
        return
    for data in _joined(group):
        key = column(data, order)
        columns = {name: cells for name, cells in data.items() if name not in (order, "note")}
        if not all(isinstance(c, list) and len(c) == len(key) for c in columns.values()):
            raise NotDrawable("its columns are not lists of one length")
        finite = [float(value) if math.isfinite(value) else None for value in key]
        chosen = np.argsort(key, kind="stable")[:_MOST_ROWS]
        rows = tuple(
            (number(finite[index]), *(_cell(cells[index]) for cells in columns.values()))
            for index in chosen
        )
        table = Table((order, *columns), rows)
        left = len(key) - len(chosen)
        caption = f"{figure['caption']} Smallest {order} first."
        caption += f" {left} more rows are in report.json." if left else ""
        yield Drawing(figure["title"], caption.strip(), table=table)


def _joined(group: Sequence[_Json]) -> Iterator[_Json]:
    """The data of a group, series of one label and with the same columns one after the other."""
    found: dict[Any, dict[str, Any]] = {}
    for item in group:
        data = item["data"]
        lists = all(isinstance(cells, list) for cells in data.values())
        known = found.setdefault((item["label"], *data) if lists else id(item), {})
        for name, cells in data.items():
            known[name] = known[name] + cells if name in known else cells
    return iter(found.values())


def _cell(value: Any) -> str:
    if is_number(value) or value is None:
        return number(value)
    text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _plain_table(item: _Json, note: str) -> Drawing:
    """Any series as a table: its lists as columns, thinned; what is no list goes to the caption."""
    data = item["data"]
    lists = {key: value for key, value in data.items() if isinstance(value, list)}
    others = [f"{key} = {_cell(value)}" for key, value in data.items() if key not in lists]
    table = None
    if lists:
        every = list(zip_longest(*lists.values(), fillvalue=""))
        chosen = spread(len(every), _MOST_ROWS)
        rows = tuple(tuple(_cell(cell) for cell in every[index]) for index in chosen)
        table = Table(tuple(lists), rows)
        if len(chosen) < len(every):
            others.append(f"{len(chosen)} of {len(every):,} rows shown")
    caption = f"{item['label']}. {'; '.join(others)}".strip().rstrip(".") + "."
    return Drawing(item["figure"]["title"], f"{caption}{note}", table=table)


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
    guides = Guides(figure, points, bounds)

    def paint(axes: Any) -> None:
        guides.paint(axes)
        for index, (x, low, high) in enumerate(sides):
            style = {"color": svg.COLOURS[svg.SERIES[index]], "alpha": 0.18, "linewidth": 0}
            axes.fill_between(x, low, high, **style)
        for index, curve in enumerate(drawn):
            colour = svg.COLOURS[svg.SERIES[0 if many else index]]  # many share one
            marker = "o" if marked or len(curve.x) == 1 else ""
            style = {"color": colour, "alpha": 0.6 if many else 1.0}
            axes.plot(curve.x, curve.y, marker=marker, markersize=4, **style)
            if curve.bound is not None:
                dashed = svg.COLOURS[svg.SERIES[1]] if many else colour
                axes.plot(*curve.bound, color=dashed, lw=1.1, ls=_DASHES)
        every = [*points, *bounds, *((x, side) for x, *band in sides for side in band)]
        places = np.unique(np.concatenate([x for x, _ in points])) if marked else None
        frame.dress(axes, *map(np.concatenate, zip(*every, strict=True)), x_ticks=places)

    labelled = [plural(len(drawn), "curve")] if many else [curve.label for curve in drawn]
    glyph = "━●━" if marked else "━━"
    keys = [Key(glyph, *pair) for pair in zip(svg.SERIES, labelled, strict=False)]
    if bounds:
        keys.append(Key(_DASHED, svg.SERIES[1] if many else "ink", figure["bound"] or "the bound"))
    notes = [f"{curve.label}: {note}" for curve in drawn if (note := curve.data.get("note"))]
    told = f" {'; '.join(notes)}." if notes else ""
    caption = f"{figure['caption']}{told}{more}".strip()
    markup = svg.draw(paint, prefix=prefix, title=figure["title"])
    yield Drawing(figure["title"], caption, markup, (*keys, *guides.keys, *frame.keys))


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


_Painter = Callable[[_Json, Sequence[_Json], str], Iterator[Drawing]]
_PAINTERS: dict[str, _Painter] = {
    "curves": curves,
    "bands": curves,
    "scatter": marks.scatter,
    "map": marks.shaded_map,
    "table": _table,
}
