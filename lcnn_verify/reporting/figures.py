"""The report's figures: what properties recorded, drawn or, failing that, tabulated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from lcnn_verify.errors import said
from lcnn_verify.evidence.drawing import Drawing, NotDrawable, Table
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import curves, marks
from lcnn_verify.reporting.plain import canonical
from lcnn_verify.reporting.points import column, is_number, spread

_Json = Mapping[str, Any]
_MOST_ROWS = 40


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
                drawings += list(painter(figure, group, f"{prefix}-{len(drawings)}"))
                continue
        except NotDrawable as reason:
            note = f" Not drawn: {reason}."
        except Exception as error:  # one figure less is no reason to write no page
            note = f" Not drawn: {said(error)}."
        drawings += [_plain_table(item, note) for item in group]
    return drawings


def _table(figure: _Json, group: Sequence[_Json], _: str) -> Iterator[Drawing]:
    """The columns of each series, sorted and placed on a scale by the column ``order``."""
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
        table = Table((*columns, order), rows, _dots(key[chosen]))
        left = len(key) - len(chosen)
        caption = f"{figure['caption']} Smallest {order} first."
        caption += f" {left} more rows are in report.json." if left else ""
        yield Drawing(figure["title"], caption.strip(), table=table)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _dots(values: FloatArray) -> tuple[float, ...]:
    """Positions from 0 to 1 on a logarithmic scale that starts at 1, or below if it must."""
    finite = values[np.isfinite(values) & (values > 0.0)]
    if not len(finite):
        return ()
    low, high = min(1.0, float(finite.min())), max(float(finite.max()), 1.0)
    span = math.log(high / low) or 1.0
    places = np.log(np.clip(np.nan_to_num(values, nan=high), low, high) / low) / span
    return tuple(float(place) for place in places)


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
    "bands": curves.bands,
    "scatter": marks.scatter,
    "map": marks.shaded_map,
    "table": _table,
}
