"""The report's figures: what properties recorded, drawn or, failing that, tabulated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import numpy as np

from lcnn_verify.errors import said
from lcnn_verify.evidence.drawing import Drawing, NotDrawable, Table, csv_of
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import curves, marks
from lcnn_verify.reporting.plain import canonical
from lcnn_verify.reporting.points import column, is_number, spread

_Json = Mapping[str, Any]
_MOST_ROWS = 40
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
    """The columns of each series, sorted by the column ``order``."""
    order = figure["order"]
    if not order:
        yield from (_plain_table(item, "") for item in group)
        return
    for item in group:
        key = column(item["data"], order)
        others = item["data"].keys() - {order, "note"}
        columns = {name: cells for name, cells in item["data"].items() if name in others}
        if not all(isinstance(c, list) and len(c) == len(key) for c in columns.values()):
            raise NotDrawable("its columns are not lists of one length")
        chosen = np.argsort(key, kind="stable")[:_MOST_ROWS]
        rows = tuple(
            (*(_cell(cells[index]) for cells in columns.values()), number(_finite(key[index])))
            for index in chosen
        )
        table = Table((*columns, order), rows)
        left = len(key) - len(chosen)
        caption = f"{figure['caption']} Smallest {order} first."
        caption += f" {left} more rows are in report.json." if left else ""
        yield Drawing(figure["title"], caption.strip(), table=table)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


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


_Painter = Callable[[_Json, Sequence[_Json], str], Iterator[Drawing]]
_PAINTERS: dict[str, _Painter] = {
    "curves": curves.curves,
    "bands": curves.curves,
    "scatter": marks.scatter,
    "map": marks.shaded_map,
    "table": _table,
}
