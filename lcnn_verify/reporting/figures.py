"""The report's figures: what properties recorded as series, drawn or, failing that, tabulated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from lcnn_verify.evidence.drawing import Drawing, Key, NotDrawable, Table
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.reporting import curves, svg
from lcnn_verify.reporting.phrases import number
from lcnn_verify.reporting.points import column, drawable, is_number, log_axis, spread, y_label

_Json = Mapping[str, Any]
_MOST_MARKERS = 360
_MOST_ROWS = 40
_OUTCOMES = {
    "converged": ("good", "o", "●"),
    "undecided": ("warn", "^", "▲"),
    "stationary": ("bad", "X", "✖"),
}
_OTHER_OUTCOME = ("muted", "D", "◆")


def figures(series: Sequence[_Json], prefix: str) -> list[Drawing]:
    """Drawings of a claim's ``series``, one per figure name; ``prefix`` keeps ids apart.

    Unknown names, and data a figure cannot show, become tables, never an error.
    """
    drawings: list[Drawing] = []
    for name in dict.fromkeys(item["figure"] for item in series):
        group = [item for item in series if item["figure"] == name]
        painter = _PAINTERS.get(name)
        if painter is None:
            drawings += [_plain_table(item, "") for item in group]
            continue
        try:
            drawn = list(painter(group, f"{prefix}-{len(drawings)}"))
        except NotDrawable as reason:
            drawn = [_plain_table(item, f" Not drawn: {reason}.") for item in group]
        drawings += drawn
    return drawings


def _start_outcome(group: Sequence[_Json], prefix: str) -> Iterator[Drawing]:
    for index, label in enumerate(dict.fromkeys(y_label(item, "ratio") for item in group)):
        items = [item for item in group if y_label(item, "ratio") == label]
        yield _outcome_map(items, label, f"{prefix}-{index}")


def _outcome_map(items: Sequence[_Json], ordinate: str, prefix: str) -> Drawing:
    levels, heights, outcomes = [], [], []
    for item in items:
        level, ratio = column(item["data"], "level"), column(item["data"], "ratio")
        outcome = item["data"].get("outcome")
        if not isinstance(outcome, list) or not len(level) == len(ratio) == len(outcome):
            raise NotDrawable("level, ratio and outcome are not lists of one length")
        keep = np.flatnonzero(drawable(level) & (np.abs(ratio) < 1e120))
        levels += [float(level[i]) for i in keep]
        heights += [float(ratio[i]) for i in keep]
        outcomes += [str(outcome[i]) for i in keep]
    if not levels:
        raise NotDrawable("no points with a positive level")
    shown = spread(len(levels), _MOST_MARKERS)
    logarithmic = min(heights) > 0.0

    def paint(axes: Any) -> None:
        x, y = (np.array(values)[shown] for values in (levels, heights))
        # Above the marks: with many starts they would hide it.
        axes.axvline(1.0, color=svg.COLOURS["ink"], lw=1.6, ls=(0, (5, 3)), zorder=3)
        for name in dict.fromkeys(outcomes):
            colour, marker, _ = _OUTCOMES.get(name, _OTHER_OUTCOME)
            here = [k for k, index in enumerate(shown) if outcomes[index] == name]
            style = {"marker": marker, "markersize": 5.5, "markeredgewidth": 0, "alpha": 0.75}
            axes.plot(x[here], y[here], ls="none", color=svg.COLOURS[colour], **style)
        log_axis(axes, "x", np.append(x, 1.0))
        if logarithmic:
            log_axis(axes, "y", y)
        axes.grid(True)
        axes.set_axisbelow(True)
        axes.set_xlabel("start level L₀/ε₀")
        axes.set_ylabel(ordinate)

    keys = []
    for name in dict.fromkeys(outcomes):
        colour, _, glyph = _OUTCOMES.get(name, _OTHER_OUTCOME)
        keys.append(Key(glyph, colour, f"{name} ({outcomes.count(name):,})"))
    keys.append(Key("╌╌", "ink", "the threshold, L₀ = ε₀"))
    more = f" {len(shown)} of {len(levels):,} starts shown." if len(shown) < len(levels) else ""
    title = f"Start level against outcome: {ordinate}"
    above = sum(level > 1.0 for level in levels)
    outside = (
        f" The claim is about starts up to the dashed line; the {above:,} right of it are shown "
        "for comparison, and nothing is claimed of them."
    )
    caption = f"One mark per start.{outside if above else ''}{more}"
    return Drawing(title, caption, svg.draw(paint, prefix=prefix, title=title), tuple(keys))


def _margin_grid(group: Sequence[_Json], prefix: str) -> Iterator[Drawing]:
    for item in group:
        margins, columns = column(item["data"], "margin"), _grid_columns(item["data"])
        if not all(isinstance(c, list) and len(c) == len(margins) for c in columns.values()):
            raise NotDrawable("columns and margin are not lists of one length")
        order = np.argsort(margins, kind="stable")[:_MOST_ROWS]
        shown = margins[order]
        rows = tuple(
            (*(_cell(cells[index]) for cells in columns.values()), number(_finite(margins[index])))
            for index in order
        )
        table = Table((*columns, "margin"), rows, _dots(shown))
        left = len(margins) - len(order)
        caption = f"{item['label']}: smallest margin per grid point, tightest first."
        caption += f" {left} wider ones are in report.json." if left else ""
        yield Drawing("Margins over the grid", caption, table=table)


def _grid_columns(data: _Json) -> dict[str, Any]:
    """The grid's columns by name: those under ``columns``, or every list beside ``margin``."""
    columns = data.get("columns")
    if isinstance(columns, Mapping):
        return dict(columns)
    return {key: value for key, value in data.items() if key != "margin"}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _dots(margins: FloatArray) -> tuple[float, ...]:
    """Positions from 0 to 1 on a logarithmic scale that starts at 1, or below if it must."""
    finite = margins[np.isfinite(margins) & (margins > 0.0)]
    if not len(finite):
        return ()
    low, high = min(1.0, float(finite.min())), max(float(finite.max()), 1.0)
    span = math.log(high / low) or 1.0
    places = np.log(np.clip(np.nan_to_num(margins, nan=high), low, high) / low) / span
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
    return Drawing(f"Data: {item['figure']}", f"{caption}{note}", table=table)


_Painter = Callable[[Sequence[_Json], str], Iterator[Drawing]]
_PAINTERS: dict[str, _Painter] = {
    "loss-curve": curves.loss_curves,
    "lojasiewicz": curves.lojasiewicz,
    "width-ladder": curves.width_ladder,
    "start-outcome": _start_outcome,
    "margin-grid": _margin_grid,
}
